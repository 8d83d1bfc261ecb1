//! Findings as SARIF 2.1.0, the format that code scanning takes.
//!
//! Places are reported in Unicode code points, which is how a
//! [`Position`] counts. Must not know the rules:
//! whoever calls passes what is known of them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::Repository;
use super::json::pretty;
use crate::model::{Diagnostic, Excerpt, Position};

/// What is known of a rule.
#[derive(Debug, Clone, Copy)]
pub struct Rule<'a> {
    /// Its stable code, such as `HS401`.
    pub code: &'a str,
    /// Its name.
    pub name: &'a str,
    /// What it finds, in one line.
    pub summary: &'a str,
    /// Where it is documented.
    pub help_uri: Option<&'a str>,
}

/// Findings as one SARIF log, with a newline at the end.
#[must_use]
pub fn diagnostics(found: &[Diagnostic], rules: &[Rule<'_>], repository: &Repository) -> String {
    let index: BTreeMap<&str, usize> =
        rules.iter().enumerate().map(|(at, rule)| (rule.code, at)).collect();
    let log = json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": env!("CARGO_PKG_NAME"),
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules.iter().map(descriptor).collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "results": found.iter().map(|one| result(one, &index, repository)).collect::<Vec<_>>(),
        }],
    });
    pretty(&log)
}

fn descriptor(rule: &Rule<'_>) -> Value {
    let Rule { code, name, summary, help_uri } = *rule;
    let mut out = json!({ "id": code, "name": name, "shortDescription": { "text": summary } });
    if let Some(uri) = help_uri {
        out["helpUri"] = uri.into();
    }
    out
}

fn result(found: &Diagnostic, index: &BTreeMap<&str, usize>, repository: &Repository) -> Value {
    let Diagnostic { code, severity, message, hint, file, position, excerpt } = found;
    let text = match hint {
        Some(hint) => format!("{message}\n{hint}"),
        None => message.clone(),
    };
    let mut out = json!({ "ruleId": code.0 });
    if let Some(at) = index.get(code.0) {
        out["ruleIndex"] = (*at).into();
    }
    out["level"] = severity.as_str().into();
    out["message"] = json!({ "text": without_links(text) });
    let Some(file) = file else { return out };
    let mut place = json!({ "artifactLocation": { "uri": uri(&repository.path(file)) } });
    if let Some(Position { line, column }) = position {
        place["region"] = json!({ "startLine": line, "startColumn": column });
        if let Some(Excerpt { line: _, width }) = excerpt {
            place["region"]["endColumn"] = column.saturating_add(*width).into();
        }
    }
    out["locations"] = json!([{ "physicalLocation": place }]);
    out
}

/// In SARIF even a plain message can hold a link, `[text](target)`, unless its
/// brackets are escaped.
fn without_links(text: String) -> String {
    if text.contains("](") {
        text.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]")
    } else {
        text
    }
}

/// A path as a URI reference: what isn't plain is percent-encoded.
fn uri(path: &str) -> String {
    let mut out = String::new();
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(char::from(byte));
            }
            // writing to a String can't fail
            _ => drop(write!(out, "%{byte:02X}")),
        }
    }
    if path.starts_with('/') { format!("file://{out}") } else { out }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Code;
    use crate::report::samples::*;

    fn rules() -> Vec<Rule<'static>> {
        vec![Rule {
            code: "HS404",
            name: "undefined-name",
            summary: "A name that is defined nowhere.",
            help_uri: Some("https://example.com/rules#HS404"),
        }]
    }

    #[test]
    fn the_log_is_stable() {
        let text = diagnostics(&findings(), &rules(), &Repository::default());
        let version = format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION"));
        insta::assert_snapshot!(text.replace(&version, "\"version\": \"VERSION\""));
    }

    /// What the schema and code scanning ask for, reported here because the
    /// schema itself isn't part of this repository.
    #[test]
    fn the_log_has_what_the_format_asks_for() {
        let log: Value =
            serde_json::from_str(&diagnostics(&findings(), &rules(), &Repository::default()))
                .unwrap();
        assert_eq!(log["version"], "2.1.0");
        let run = &log["runs"][0];
        assert_eq!(run["columnKind"], "unicodeCodePoints");
        assert!(run["tool"]["driver"]["name"].is_string());
        for result in run["results"].as_array().unwrap() {
            assert!(["error", "warning", "note"].contains(&result["level"].as_str().unwrap()));
            assert!(!result["message"]["text"].as_str().unwrap().is_empty());
            if let Some(at) = result["ruleIndex"].as_u64() {
                let id = &run["tool"]["driver"]["rules"][usize::try_from(at).unwrap()]["id"];
                assert_eq!(*id, result["ruleId"]);
            }
            for location in result["locations"].as_array().into_iter().flatten() {
                let region = &location["physicalLocation"]["region"];
                assert!(region["startLine"].as_u64().unwrap() >= 1);
                assert!(region["endColumn"].as_u64() > region["startColumn"].as_u64());
            }
        }
    }

    #[test]
    fn messages_do_not_become_links() {
        assert_eq!(without_links("a[0] is [b]".to_owned()), "a[0] is [b]");
        assert_eq!(without_links("[a](b) \\".to_owned()), "\\[a\\](b) \\\\");
    }

    #[test]
    fn paths_become_uris() {
        assert_eq!(uri("hooks/a b#1.js"), "hooks/a%20b%231.js");
        assert_eq!(uri("/x/é.js"), "file:///x/%C3%A9.js");
        let found = Diagnostic::error(Code("HS001"), "x").in_file("a:b\n.yaml");
        assert!(
            diagnostics(&[found], &[], &Repository::default())
                .contains("\"uri\": \"a%3Ab%0A.yaml\"")
        );
    }

    #[test]
    fn files_are_named_from_the_repositorys_root() {
        let below = Repository::new("/r/auth".into(), vec!["/r".into()]);
        let found = Diagnostic::error(Code("HS001"), "x").in_file("hooks/a.js");
        let log = diagnostics(&[found], &[], &below);
        assert!(log.contains("\"uri\": \"auth/hooks/a.js\""), "{log}");
    }
}
