//! The Deploy CLI's `config.json`, as far as it concerns hooks.
//!
//! The main type is [`DeployConfig`]. Values that may be secret are never
//! shown. Must not decide which setting wins.

use std::path::Path;

use crate::model::{Diagnostic, SecretValue};
use crate::source::codes;
use crate::source::file;
use crate::source::keyword::{Keyword, KeywordValue, Layer, MAPPINGS_VARIABLE, Origin};
use crate::source::walk::display;

/// What a `config.json` says.
#[derive(Debug, Clone, Default)]
pub struct DeployConfig {
    /// `AUTH0_DOMAIN`
    pub domain: Option<String>,
    /// `AUTH0_CLIENT_ID`
    pub client_id: Option<String>,
    /// `AUTH0_CLIENT_SECRET`
    pub client_secret: Option<SecretValue>,
    /// `AUTH0_ACCESS_TOKEN`
    pub access_token: Option<SecretValue>,
    /// `AUTH0_AUDIENCE`
    pub audience: Option<String>,
    /// `AUTH0_CLIENT_SIGNING_KEY_PATH`
    pub signing_key_path: Option<String>,
    /// `AUTH0_CLIENT_SIGNING_ALGORITHM`
    pub signing_algorithm: Option<String>,
    /// `AUTH0_ALLOW_DELETE`
    pub allow_delete: Option<bool>,
    /// `AUTH0_KEYWORD_REPLACE_MAPPINGS`
    pub mappings: Option<Layer>,
}

/// Reads a `config.json`. Settings that have nothing to do with hooks are
/// passed over.
#[must_use]
pub fn read(path: &Path) -> (DeployConfig, Vec<Diagnostic>) {
    let file = display(path);
    let text = match file::read(path, &file, "settings file") {
        Ok(text) => text.text,
        Err(found) => return (DeployConfig::default(), vec![*found]),
    };
    // No line is quoted in findings: the file is full of secrets.
    match serde_json::from_str(&text) {
        Ok(KeywordValue::Map(entries)) => {
            let mut found = Vec::new();
            let config = take(entries, &mut found);
            (config, found.into_iter().map(|found| found.in_file(&file)).collect())
        }
        Ok(_) => {
            let message = "the settings are a JSON object, and this is none";
            let found = Diagnostic::error(codes::JSON_SYNTAX, message).in_file(file);
            (DeployConfig::default(), vec![found])
        }
        Err(error) => {
            let (line, column) = (error.line(), error.column());
            let message = format!("not valid JSON (line {line}, column {column})");
            let found = Diagnostic::error(codes::JSON_SYNTAX, message).in_file(file);
            (DeployConfig::default(), vec![found])
        }
    }
}

fn take(entries: Vec<(String, KeywordValue)>, found: &mut Vec<Diagnostic>) -> DeployConfig {
    let mut config = DeployConfig::default();
    for (key, value) in entries {
        let wrong = |wanted: &str| {
            Diagnostic::error(codes::INVALID_SETTING, format!("`{key}` is {wanted}"))
        };
        if key == MAPPINGS_VARIABLE {
            match value {
                KeywordValue::Map(entries) => {
                    let keyword = |value| Keyword { value, place: None };
                    let keywords =
                        entries.into_iter().map(|(key, value)| (key, keyword(value))).collect();
                    config.mappings = Some(Layer { origin: Origin::Mappings, keywords });
                }
                _ => found.push(wrong("an object")),
            }
            continue;
        }
        if key == "AUTH0_ALLOW_DELETE" {
            config.allow_delete = match value {
                KeywordValue::Bool(value) => Some(value),
                KeywordValue::Text(text) => Some(text == "true"),
                _ => {
                    found.push(wrong("`true` or `false`"));
                    None
                }
            };
            continue;
        }
        let secret = |text: String| Some(SecretValue::new(text));
        match (key.as_str(), value) {
            ("AUTH0_DOMAIN", KeywordValue::Text(text)) => config.domain = Some(text),
            ("AUTH0_CLIENT_ID", KeywordValue::Text(text)) => config.client_id = Some(text),
            ("AUTH0_CLIENT_SECRET", KeywordValue::Text(text)) => {
                config.client_secret = secret(text)
            }
            ("AUTH0_ACCESS_TOKEN", KeywordValue::Text(text)) => config.access_token = secret(text),
            ("AUTH0_AUDIENCE", KeywordValue::Text(text)) => config.audience = Some(text),
            ("AUTH0_CLIENT_SIGNING_KEY_PATH", KeywordValue::Text(text)) => {
                config.signing_key_path = Some(text);
            }
            ("AUTH0_CLIENT_SIGNING_ALGORITHM", KeywordValue::Text(text)) => {
                config.signing_algorithm = Some(text);
            }
            (
                "AUTH0_DOMAIN"
                | "AUTH0_CLIENT_ID"
                | "AUTH0_CLIENT_SECRET"
                | "AUTH0_ACCESS_TOKEN"
                | "AUTH0_AUDIENCE"
                | "AUTH0_CLIENT_SIGNING_KEY_PATH"
                | "AUTH0_CLIENT_SIGNING_ALGORITHM",
                _,
            ) => found.push(wrong("a text")),
            _ => {}
        }
    }
    config
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
            r#"{"AUTH0_DOMAIN":"x.auth0.com","AUTH0_CLIENT_SECRET":"canary","AUTH0_ALLOW_DELETE":"true",
                "AUTH0_KEYWORD_REPLACE_MAPPINGS":{"A":"canary"},"AUTH0_EXCLUDED":["rules"]}"#,
        );
        assert!(found.is_empty(), "{found:#?}");
        assert_eq!(config.domain.as_deref(), Some("x.auth0.com"));
        assert_eq!(config.allow_delete, Some(true));
        assert_eq!(config.mappings.as_ref().map(|layer| layer.keywords.len()), Some(1));
        assert!(!format!("{config:?}").contains("canary"));
    }

    #[test]
    fn faults_are_told_without_what_stands_there() {
        for json in
            [r#"{"AUTH0_DOMAIN": canary}"#, r#"["canary"]"#, r#"{"AUTH0_CLIENT_ID":["canary"]}"#]
        {
            let (_, found) = run(json);
            assert_eq!(found.len(), 1);
            assert!(!format!("{found:?}").contains("canary"));
        }
    }
}
