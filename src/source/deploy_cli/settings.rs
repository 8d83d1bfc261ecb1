//! The Deploy CLI's `config.json`, as far as it concerns hooks.
//!
//! The main type is [`DeployConfig`]. Values that may be secret are never
//! shown. Must not decide which setting wins.

use std::collections::BTreeMap;
use std::path::Path;

use crate::model::{Diagnostic, SecretValue, Severity};
use crate::source::codes;
use crate::source::file;
use crate::source::keyword::{KeywordValue, Keywords, Layer, MAPPINGS_VARIABLE, Origin};
use crate::source::node::{Node, Value};
use crate::source::walk::display;

/// Settings that are texts, by the names that they have as variables, too.
const TEXTS: [&str; 7] = [
    "AUTH0_DOMAIN",
    "AUTH0_CLIENT_ID",
    "AUTH0_CLIENT_SECRET",
    "AUTH0_ACCESS_TOKEN",
    "AUTH0_AUDIENCE",
    "AUTH0_CLIENT_SIGNING_KEY_PATH",
    "AUTH0_CLIENT_SIGNING_ALGORITHM",
];

/// What a `config.json` says.
#[derive(Debug, Clone, Default)]
pub struct DeployConfig {
    /// The file, as it is reported.
    pub file: String,
    /// Any of them may be secret, so all are kept so.
    texts: BTreeMap<&'static str, SecretValue>,
    /// `AUTH0_ALLOW_DELETE`
    pub allow_delete: Option<bool>,
    /// `AUTH0_KEYWORD_REPLACE_MAPPINGS`
    pub mappings: Option<Layer>,
}

impl DeployConfig {
    /// A setting by the name that it has as a variable, too.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.texts.get(name).map(SecretValue::expose)
    }
}

/// Reads a `config.json`. Settings that have nothing to do with hooks are
/// passed over; those that have, and are not followed, are reported.
#[must_use]
pub fn read(path: &Path) -> (DeployConfig, Vec<Diagnostic>) {
    let file = display(path);
    let mut config = DeployConfig { file: file.clone(), ..DeployConfig::default() };
    let text = match file::read(path, &file, "settings file") {
        Ok(text) => text.text,
        Err(found) => return (config, vec![*found]),
    };
    // No line is quoted in findings: the file is full of secrets.
    let mut found = Vec::new();
    let read = serde_json::from_str::<KeywordValue>(text.trim_start_matches('\u{feff}'));
    match read.map(KeywordValue::into_map) {
        Ok(Some(entries)) => {
            for (key, value) in entries {
                config.take(&key, value, &mut found);
            }
        }
        Ok(None) => {
            let message = "the settings must be a JSON object";
            found.push(Diagnostic::error(codes::JSON_SYNTAX, message));
        }
        Err(error) => {
            let (line, column) = (error.line(), error.column());
            let message = format!("not valid JSON (line {line}, column {column})");
            found.push(Diagnostic::error(codes::JSON_SYNTAX, message));
        }
    }
    (config, found.into_iter().map(|found| found.in_file(&file)).collect())
}

impl DeployConfig {
    fn take(&mut self, key: &str, value: KeywordValue, found: &mut Vec<Diagnostic>) {
        if matches!(value.value(), Value::Null) {
            return;
        }
        let mut wrong = |wanted: &str| {
            let message = format!("`{key}` is to be {wanted}");
            found.push(Diagnostic::error(codes::INVALID_SETTING, message));
        };
        if let Some(name) = TEXTS.into_iter().find(|name| *name == key) {
            match value.value() {
                // an empty one is none, as in the environment
                Value::Text(text) if text.trim().is_empty() => {}
                Value::Text(text) => {
                    self.texts.insert(name, SecretValue::new(text.trim().to_owned()));
                }
                _ => wrong("a text"),
            }
            return;
        }
        let origin = Origin::DeployConfig(self.file.clone());
        match (key, value.value()) {
            (MAPPINGS_VARIABLE, Value::Text(json)) => match Keywords::mappings(json) {
                Ok(layer) => self.mappings = Some(Layer { origin, ..layer }),
                Err(fault) => found.push(*fault),
            },
            (MAPPINGS_VARIABLE, _) => match Layer::of(origin, value) {
                Some(layer) => self.mappings = Some(layer),
                None => wrong("an object"),
            },
            ("AUTH0_ALLOW_DELETE", Value::Bool(value)) => self.allow_delete = Some(*value),
            // any other text means no there
            ("AUTH0_ALLOW_DELETE", Value::Text(text)) => {
                self.allow_delete = Some(text.trim().eq_ignore_ascii_case("true"));
            }
            ("AUTH0_ALLOW_DELETE", _) => wrong("`true` or `false`"),
            (key, value) => found.extend(ignored(key, value)),
        }
    }
}

/// What is reported of a setting that changes what the Deploy CLI does with
/// hooks, and nothing here.
fn ignored(key: &str, value: &Value) -> Option<Diagnostic> {
    let is_hooks = |node: &Node| node.as_text() == Some("hooks");
    let lists_hooks = match value {
        Value::List(items) => items.iter().any(is_hooks),
        _ => false,
    };
    let has_hooks = match value {
        Value::Map(entries) => entries.iter().any(|entry| is_hooks(&entry.key)),
        _ => false,
    };
    let is_on = match value {
        Value::Bool(on) => *on,
        Value::Text(text) => !matches!(text.as_str(), "" | "false" | "0"),
        _ => false,
    };
    let (what, hint) = match key {
        // which is as it is to be when both tools are used, so it is no warning
        "AUTH0_EXCLUDED" | "AUTH0_INCLUDED_ONLY" if lists_hooks == (key == "AUTH0_EXCLUDED") => {
            let message =
                format!("`{key}` leaves hooks out for the Deploy CLI; hooksync manages them");
            return Some(Diagnostic::new(codes::SETTING_IGNORED, Severity::Note, message));
        }
        "EXCLUDED_PROPS" | "INCLUDED_PROPS" if has_hooks => (
            "chooses fields of hooks",
            "a field that a definition omits is left alone on the tenant",
        ),
        "AUTH0_BASE_PATH" if is_on => (
            "says what scripts are relative to",
            "they are relative to the tenant.yaml, or to the folder `hooks` of the other layout",
        ),
        "AUTH0_DRY_RUN" if is_on => {
            ("asks for a dry run", "`hooksync plan` is the dry run; `apply` and `export` write")
        }
        _ => return None,
    };
    let message = format!("`{key}` {what}, which has no effect in hooksync");
    Some(Diagnostic::warning(codes::SETTING_IGNORED, message).hint(hint))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(json: &str) -> (DeployConfig, Vec<Diagnostic>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.json");
        std::fs::write(&path, json).unwrap();
        read(&path)
    }

    #[test]
    fn what_concerns_hooks_is_read_and_nothing_secret_is_shown() {
        let (config, found) = run(
            r#"{"AUTH0_DOMAIN":" x.auth0.com ","AUTH0_CLIENT_SECRET":"canary","AUTH0_ALLOW_DELETE":"true",
                "AUTH0_AUDIENCE":"","AUTH0_ACCESS_TOKEN":null,"AUTH0_KEYWORD_REPLACE_MAPPINGS":{"A":"canary"},
                "AUTH0_EXCLUDED":["rules"],"AUTH0_INCLUDED_ONLY":["hooks","clients"],"AUTH0_DRY_RUN":false,
                "INCLUDED_PROPS":{"clients":["name"]},"something else":[{}]}"#,
        );
        assert!(found.is_empty(), "{found:#?}");
        assert_eq!(config.text("AUTH0_DOMAIN"), Some("x.auth0.com"));
        assert_eq!(config.text("AUTH0_CLIENT_SECRET"), Some("canary"));
        assert_eq!(
            (config.text("AUTH0_AUDIENCE"), config.text("AUTH0_ACCESS_TOKEN")),
            (None, None)
        );
        assert_eq!(config.allow_delete, Some(true));
        assert_eq!(config.mappings.as_ref().map(|layer| layer.keywords.len()), Some(1));
        assert!(!format!("{config:?}").contains("canary"));
    }

    #[test]
    fn mappings_may_be_a_text_as_they_are_in_the_environment() {
        let (config, found) = run(r#"{"AUTH0_KEYWORD_REPLACE_MAPPINGS":"{\"A\":1}"}"#);
        assert!(found.is_empty(), "{found:#?}");
        assert!(config.mappings.is_some_and(|layer| layer.keywords.contains_key("A")));
    }

    #[test]
    fn faults_are_told_without_what_stands_there() {
        for json in [
            r#"{"AUTH0_DOMAIN": canary}"#,
            r#"["canary"]"#,
            r#"{"AUTH0_CLIENT_ID":["canary"]}"#,
            r#"{"AUTH0_ALLOW_DELETE":["canary"]}"#,
            r#"{"AUTH0_KEYWORD_REPLACE_MAPPINGS":["canary"]}"#,
            r#"{"AUTH0_KEYWORD_REPLACE_MAPPINGS":"canary"}"#,
        ] {
            let (_, found) = run(json);
            assert_eq!(found.len(), 1, "{json}");
            assert!(found[0].is_error(), "{json}");
            assert!(!format!("{found:?}").contains("canary"));
        }
        let (_, found) = read(Path::new("no such config.json"));
        assert!(found[0].is_error());
    }

    #[test]
    fn what_the_deploy_cli_would_leave_out_is_told() {
        let mut reported = String::new();
        for json in [
            r#"{"AUTH0_EXCLUDED":["hooks"]}"#,
            r#"{"AUTH0_INCLUDED_ONLY":["clients"]}"#,
            r#"{"EXCLUDED_PROPS":{"hooks":["secrets"]}}"#,
            r#"{"AUTH0_DRY_RUN":"preview"}"#,
            r#"{"AUTH0_BASE_PATH":"./src"}"#,
        ] {
            let (_, found) = run(json);
            assert_eq!(found.len(), 1, "{json}");
            let hint = found[0].hint.as_deref().unwrap_or_default();
            reported.push_str(&format!("{} {} | {hint}\n", found[0].code, found[0].message));
        }
        insta::assert_snapshot!(reported);
    }
}
