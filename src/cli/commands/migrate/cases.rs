//! Behaviour tests that are written along: events on which hook and action
//! did the same, with what was seen.

use serde_json::{Map, Value, json};

use super::convert::Action;
use super::files::yaml;
use crate::cli::CliError;
use crate::cli::args::MigrateArgs;
use crate::proof::{Inputs, Sides, examples};
use crate::sandbox::{Pool, Program};

/// The most cases for one action: enough to show each branch that matters.
const MOST: usize = 8;

/// The text of an action's test file; empty if no event can be written down.
pub(super) fn of(
    action: &Action,
    trigger: &str,
    args: &MigrateArgs,
    pool: &Pool,
) -> Result<String, CliError> {
    let inputs = Inputs {
        trigger: trigger.to_owned(),
        sides: Sides::HookToAction,
        secrets: action.secrets.iter().map(|(name, _)| name.clone()).collect(),
        secrets_after: None,
        seed: args.seed,
        events: args.events as usize,
    };
    let hook = Program::Hook { trigger: trigger.to_owned(), script: action.hook.clone() };
    let new = Program::Action {
        trigger: trigger.to_owned(),
        code: action.resolved.clone(),
        handler: None,
    };
    let found = examples(pool, &hook, &new, &inputs, MOST)
        .map_err(|error| CliError::new(format!("the tests can't be written: {error}")))?;
    if found.is_empty() {
        return Ok(String::new());
    }
    let mut cases = Vec::new();
    for example in found {
        let mut case = Map::new();
        case.insert("name".into(), example.name.into());
        if example.event.as_object().is_some_and(|event| !event.is_empty()) {
            case.insert("event".into(), example.event);
        }
        let http: Vec<Value> = example
            .requests
            .iter()
            .map(|on| json!({ "on": on, "reply": { "status": 200, "json": {} } }))
            .collect();
        if !http.is_empty() {
            case.insert("http".into(), Value::Array(http));
        }
        case.insert("expect".into(), json!({ "effect": example.effect }));
        cases.push(Value::Object(case));
    }
    let mut file = Map::new();
    if !action.secrets.is_empty() {
        let secrets = action
            .secrets
            .iter()
            .map(|(name, _)| (name.clone(), Value::from(crate::proof::secret(name))));
        file.insert("defaults".into(), json!({ "secrets": secrets.collect::<Map<_, _>>() }));
    }
    file.insert("cases".into(), Value::Array(cases));
    yaml(&Value::Object(file))
}
