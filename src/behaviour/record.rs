//! A case out of an outcome, as text for a test file.

use std::path::Path;

use serde_json::{Map, Value, json};

use super::read::to_json;
use crate::model::Diagnostic;
use crate::source::{file, walk, yaml};

/// An event out of a YAML or JSON file.
///
/// # Errors
/// When the file can't be read, or is no map.
pub fn event_file(path: &Path) -> Result<Value, Box<Diagnostic>> {
    let text = file::read(path, &walk::display(path), "event").and_then(file::without_nul)?;
    let root = text.tree(yaml::LARGE)?;
    match to_json(&root) {
        event @ Value::Object(_) => Ok(event),
        _ => {
            let message =
                "an event is a map: for a hook its arguments by name, for an action the event";
            Err(Box::new(text.error(crate::source::codes::NOT_A_MAP, message, &root.span)))
        }
    }
}

/// The value of secrets in cases that are made out of a run.
pub const MADE_UP: &str = "***";

/// A case that expects what a run showed (see `report::behaviour`) whose
/// secrets had made-up values.
#[must_use]
pub fn case_text(name: &str, event: &Value, secrets: &[String], whole: &Value) -> String {
    let mut expect = Map::new();
    expect.insert("effect".to_owned(), whole["effect"].clone());
    for key in ["api", "requests", "calls"] {
        let value = match &whole[key] {
            // headers and console lines are no behaviour that lasts
            Value::Array(all) => all.iter().map(|one| without(one, "headers")).collect(),
            other => other.clone(),
        };
        if value.as_array().is_some_and(|all| !all.is_empty()) {
            expect.insert(key.to_owned(), value);
        }
    }
    if let Some(by) = whole["stopped"]["by"].as_str() {
        expect.insert("stopped".to_owned(), Value::from(by));
    }
    let mut case = Map::new();
    case.insert("name".to_owned(), Value::from(name));
    if event.as_object().is_some_and(|event| !event.is_empty()) {
        case.insert("event".to_owned(), event.clone());
    }
    if !secrets.is_empty() {
        let fake = secrets.iter().map(|key| (key.clone(), Value::from(MADE_UP))).collect();
        case.insert("secrets".to_owned(), Value::Object(fake));
    }
    case.insert("expect".to_owned(), Value::Object(expect));
    let lines = super::differ::lines(&json!([case]));
    lines.lines().map(|line| format!("  {line}\n")).collect()
}

fn without(value: &Value, field: &str) -> Value {
    let mut value = value.clone();
    if let Value::Object(fields) = &mut value {
        fields.shift_remove(field);
    }
    value
}

/// The file with one more case at the end of its list.
#[must_use]
pub fn with_case(before: &str, case: &str) -> String {
    let end = if before.is_empty() || before.ends_with('\n') { "" } else { "\n" };
    format!("{before}{end}{case}")
}
