//! Answers of services that have what the code reads of them.
//!
//! Some have each field, some lack one, and a plain answer has none of them.

use serde_json::{Map, Value};

use super::{Case, Generator};
use crate::proof::dictionary::Shape;
use crate::proof::tree::{get, paths};

/// How many answers a case has.
const REPLIES: usize = 3;

impl Generator<'_> {
    /// The answers with fields that services may give in a case; none if the
    /// code reads no field of an answer.
    pub(in crate::proof) fn replies(&self, case: &Case) -> Vec<Value> {
        let shape = &self.dictionary.answered;
        if shape.fields.is_empty() && shape.item.is_none() {
            return Vec::new();
        }
        let event = self.event(case);
        let mut random = fastrand::Rng::with_seed(case.seed ^ 0x5eed);
        // the first lacks nothing
        let all = (0..REPLIES).map(|at| self.value(shape, "", &event, at > 0, &mut random));
        all.map(Option::unwrap_or_default).collect()
    }

    /// A value of a shape; `None` takes it away.
    fn value(
        &self,
        shape: &Shape,
        name: &str,
        event: &Value,
        may_lack: bool,
        random: &mut fastrand::Rng,
    ) -> Option<Value> {
        if may_lack && !name.is_empty() && random.u8(..8) == 0 {
            return None;
        }
        let is_list = shape.item.is_some() && (shape.fields.is_empty() || random.bool());
        if let Some(item) = shape.item.as_deref().filter(|_| is_list) {
            let count = if may_lack { random.usize(..3) } else { 1 };
            let items = (0..count).filter_map(|_| self.value(item, name, event, false, random));
            return Some(items.collect());
        }
        if !shape.fields.is_empty() {
            let mut object = Map::new();
            for (key, field) in &shape.fields {
                if let Some(value) = self.value(field, key, event, may_lack, random) {
                    object.insert(key.clone(), value);
                }
            }
            return Some(Value::Object(object));
        }
        Some(self.leaf(shape, name, event, random))
    }

    /// What the code compares a field with, what the event has under its name,
    /// or anything.
    fn leaf(&self, shape: &Shape, name: &str, event: &Value, random: &mut fastrand::Rng) -> Value {
        let tied = self.dictionary.tied.get(name).map(Vec::as_slice).unwrap_or_default();
        let mut likely: Vec<Value> = tied.iter().take(6).cloned().collect();
        for number in tied.iter().filter_map(Value::as_i64).take(3) {
            likely.extend([number - 1, number + 1].map(Value::from));
        }
        let same = paths(event).into_iter().filter(|path| path.last().is_some_and(|it| it == name));
        likely
            .extend(same.filter_map(|path| get(event, &path)).filter(|it| it.is_string()).cloned());
        let others =
            [Value::Bool(true), "x".into(), 1.into(), Value::Bool(false), "".into(), Value::Null];
        let mut pick = |from: &[Value]| from.get(random.usize(..from.len().max(1))).cloned();
        let value = if likely.is_empty() {
            pick(&others)
        } else {
            let from: &[Value] = match pick(&[Value::Null, true.into(), true.into()]) {
                Some(Value::Null) => &others,
                _ => &likely,
            };
            pick(from)
        };
        match value.unwrap_or_default() {
            Value::Null if !shape.is_text => Value::Null,
            Value::String(text) => text.into(),
            other if shape.is_text => other.to_string().into(),
            other => other,
        }
    }
}
