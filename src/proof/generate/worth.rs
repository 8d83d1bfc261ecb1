//! What is worth trying where: what the codes read, and what they compare it
//! with.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Generator, is_free};
use crate::proof::pairs::FREE;
use crate::proof::secrets;
use crate::proof::tree::{Path, paths};
use crate::proof::values::{is_method, like};

impl Generator<'_> {
    pub(super) fn is_tied(&self, path: &[String]) -> bool {
        if secrets::is_at(path) {
            return !self.values_of_secret(path).is_empty();
        }
        path.last().is_some_and(|last| self.dictionary.tied.contains_key(last))
    }

    pub(super) fn is_read(&self, path: &[String]) -> bool {
        path.last().is_some_and(|last| {
            self.dictionary.reads.iter().any(|(_, name)| name == last)
                || self.dictionary.tied.contains_key(last)
        })
    }

    /// Keys that the code reads of objects whose keys are the tenant's own,
    /// and elsewhere below what a sample holds.
    pub(super) fn read_paths(&self) -> Vec<Path> {
        let mut found = Vec::new();
        for path in paths(&self.sample) {
            if !path.last().is_some_and(|last| FREE.contains(&last.as_str())) {
                continue;
            }
            let owner = path.last().cloned().unwrap_or_default();
            for (of, name) in &self.dictionary.reads {
                let is_own = *of == owner || !self.is_known(of);
                if is_own && !self.is_known(name) && !is_method(name) {
                    let mut path = path.clone();
                    path.push(name.clone());
                    found.push(path);
                }
            }
        }
        found.truncate(120);
        found
    }

    /// Whether a name is a property of the sample itself.
    fn is_known(&self, name: &str) -> bool {
        paths(&self.sample)
            .iter()
            .any(|path| !is_free(path) && path.last().is_some_and(|last| last == name))
            && !FREE.contains(&name)
    }

    /// What the code compares a secret with, but for the value that it has.
    pub(super) fn values_of_secret(&self, path: &[String]) -> Vec<Value> {
        let Some(name) = path.last() else { return Vec::new() };
        let tied = self.dictionary.tied.get(name).map(Vec::as_slice).unwrap_or_default();
        let texts = tied.iter().take(24).filter_map(|value| match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        });
        let known: Vec<_> =
            secrets::names(self.inputs).iter().map(|it| secrets::secret(it)).collect();
        texts
            .filter(|text| !text.is_empty() && !known.contains(text))
            .map(Value::from)
            .take(4)
            .collect()
    }

    /// Texts worth trying at a path: what the code compares it with, and what
    /// is nearly that.
    pub(super) fn texts(&self, path: &[String], now: Option<&Value>) -> Vec<Value> {
        let Some(last) = path.last() else { return Vec::new() };
        let mut values = Vec::new();
        let tied = self.dictionary.tied.get(last).map(Vec::as_slice).unwrap_or_default();
        // what is compared as it is first, then what is nearly that
        values.extend(tied.iter().filter(|it| it.is_string()).take(24).cloned());
        for value in tied.iter().take(24) {
            match value {
                Value::String(text) => {
                    values.extend(like(now, text).into_iter().skip(1));
                }
                Value::Number(number) => {
                    let number = number.as_i64().unwrap_or(0);
                    values.extend([number - 1, number, number + 1].map(Value::from));
                }
                _ => {}
            }
        }
        if tied.is_empty() && self.is_read(path) {
            values.extend(self.loose.iter().flat_map(|text| like(now, text)).take(24));
        }
        if is_free(path) {
            values.extend([Value::Bool(true), Value::Bool(false), 1.into(), "x".into()]);
            let others =
                self.dictionary.values.iter().filter(|it| it.is_string()).take(12).cloned();
            values.extend(others);
        }
        if last.contains("email") {
            values.extend([
                "ADA@Example.COM".into(),
                "a+b@mail.example.org".into(),
                "noatsign".into(),
            ]);
        }
        values.push("Zoë 日本".into());
        values
    }

    pub(super) fn find_loose(&self) -> Vec<String> {
        let known: BTreeSet<String> =
            paths(&self.sample).into_iter().filter_map(|mut path| path.pop()).collect();
        let tied = &self.dictionary.tied;
        let is_loose = |value: &&Value| {
            let mut names = tied.iter().filter(|(_, values)| values.contains(value));
            names.all(|(name, _)| !known.contains(name))
        };
        let values = self.dictionary.values.iter().filter(is_loose);
        values
            .filter_map(Value::as_str)
            .filter(|text| text.len() < 40)
            .take(8)
            .map(str::to_owned)
            .collect()
    }

    pub(super) fn lists(&self, path: &[String]) -> Vec<Value> {
        let Some(last) = path.last() else { return Vec::new() };
        let tied = self.dictionary.tied.get(last).map(Vec::as_slice).unwrap_or_default();
        let all = tied.iter().chain(&self.dictionary.values);
        let texts: Vec<_> = all.filter(|it| it.is_string()).take(12).cloned().collect();
        let mut lists: Vec<_> = texts.iter().map(|it| Value::Array(vec![it.clone()])).collect();
        lists.push(Value::Array(texts));
        lists
    }
}
