//! Behaviour tests that are written along: events on which hook and action
//! did the same, with what was seen.

use serde_json::{Value, json};

use super::convert::{Action, sides};
use super::files::yaml;
use crate::cli::CliError;
use crate::cli::args::MigrateArgs;
use crate::proof::examples;
use crate::sandbox::Pool;

/// The most cases for one action: enough to show each branch that matters.
const MOST: usize = 8;

/// The text of an action's test file; empty if no event can be written down.
pub(super) fn of(
    action: &Action,
    trigger: &str,
    args: &MigrateArgs,
    pool: &Pool,
) -> Result<String, CliError> {
    let (hook, new, inputs) = sides(trigger, &action.hook, &action.resolved, &action.secrets, args);
    let found = examples(pool, &hook, &new, &inputs, MOST)
        .map_err(|error| CliError::new(format!("the tests can't be written: {error}")))?;
    if found.is_empty() {
        return Ok(String::new());
    }
    let mut cases = Vec::new();
    for example in found {
        let mut case = json!({ "name": example.name });
        if example.event.as_object().is_some_and(|event| !event.is_empty()) {
            case["event"] = example.event;
        }
        let http: Vec<Value> = example
            .requests
            .iter()
            .map(|on| json!({ "on": on, "reply": { "status": 200, "json": {} } }))
            .collect();
        if !http.is_empty() {
            case["http"] = http.into();
        }
        case["expect"] = json!({ "effect": example.effect });
        cases.push(case);
    }
    let mut file = json!({});
    if !action.secrets.is_empty() {
        let secrets =
            action.secrets.iter().map(|(name, _)| (name.as_str(), crate::proof::secret(name)));
        file["defaults"] = json!({ "secrets": secrets.collect::<Value>() });
    }
    file["cases"] = cases.into();
    yaml(&file)
}
