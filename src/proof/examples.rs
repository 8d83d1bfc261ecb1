//! Events worth keeping as tests: those that met new branches, without
//! answers by chance, on which both programs did the same.

use serde_json::{Map, Value};

use super::generate::{Case, Generator, Inputs};
use super::notice::{difference, noticed};
use super::run::{Runner, describe};
use super::secrets;
use crate::sandbox::{
    HttpReply, HttpStub, Job, Limits, PoolError, Program, ReplyKind, World, sample,
};

/// An event with what both programs did on it.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// What is special about it.
    pub name: String,
    /// What differs from the new program's sample event, as a merge patch.
    pub event: Value,
    /// The requests that were made, each answered with an empty object.
    pub requests: Vec<String>,
    /// What a user would notice.
    pub effect: Value,
}

/// How many events are tried.
const TRIED: usize = 60;

/// Finds examples.
///
/// # Errors
/// When the sandbox can't be started.
pub fn examples(
    pool: &impl Runner,
    old: &Program,
    new: &Program,
    inputs: &Inputs,
    most: usize,
) -> Result<Vec<Example>, PoolError> {
    let mut generator = Generator::new(inputs, &[old.code(), new.code()]);
    let mut seen = std::collections::BTreeSet::new();
    let mut found = Vec::new();
    for _ in 0..TRIED.min(inputs.events) {
        if found.len() >= most {
            break;
        }
        let case = generator.next();
        // a test's secrets are those of all its cases
        if case.changes.iter().any(secrets::is_secret) {
            continue;
        }
        let event = generator.event(&case);
        let other = inputs.sides.other(&inputs.trigger, &event);
        let jobs = [job(old, event, inputs, &case), job(new, other.clone(), inputs, &case)];
        let outcomes = pool.run_all(&jobs)?;
        let ([old_job, new_job], [before, after]) = (&jobs, outcomes.as_slice()) else { continue };
        let before_seen = noticed(old, &old_job.world, before);
        let after_seen = noticed(new, &new_job.world, after);
        let mut is_new = false;
        for (branch, times) in &before.branches {
            is_new |= *times > 0 && seen.insert((branch.line, branch.column, branch.kind.clone()));
        }
        let is_first = found.is_empty();
        if (is_new || is_first)
            && difference(&before_seen, &after_seen).is_none()
            && after.calls.is_empty()
        {
            generator.keep(case.clone());
            let mut requests: Vec<String> = after.requests.iter().map(|it| it.on.clone()).collect();
            requests.dedup();
            found.push(Example {
                name: name(&case, &found),
                event: patch(&sample(false, &inputs.trigger), &other),
                requests,
                effect: after_seen.effect.to_json(),
            });
        }
    }
    Ok(found)
}

fn name(case: &Case, found: &[Example]) -> String {
    let plain: String = describe(case).chars().take(100).collect();
    if found.iter().any(|it| it.name == plain) {
        format!("{plain} ({})", found.len() + 1)
    } else {
        plain
    }
}

fn job(program: &Program, event: Value, inputs: &Inputs, case: &Case) -> Job {
    let reply = HttpReply {
        status: 200,
        headers: std::collections::BTreeMap::new(),
        body: ReplyKind::Json(Value::Object(Map::new())),
    };
    let any = HttpStub { method: None, url: "*".into(), body: None, reply, times: None };
    Job {
        program: program.clone(),
        world: World {
            http: vec![any],
            ..super::run::world(
                secrets::of(&inputs.secrets, case),
                event,
                &Case { seed: 0, ..case.clone() },
            )
        },
        limits: Limits::default(),
        coverage: true,
    }
}

/// What turns one document into another, as a merge patch.
fn patch(from: &Value, to: &Value) -> Value {
    let (Value::Object(from), Value::Object(to)) = (from, to) else { return to.clone() };
    let mut patch_ = Map::new();
    for (key, value) in to {
        match from.get(key) {
            Some(known) if known == value => {}
            Some(known @ Value::Object(_)) if value.is_object() => {
                patch_.insert(key.clone(), patch(known, value));
            }
            _ => {
                patch_.insert(key.clone(), value.clone());
            }
        }
    }
    for key in from.keys().filter(|key| !to.contains_key(*key)) {
        patch_.insert(key.clone(), Value::Null);
    }
    Value::Object(patch_)
}
