//! `*.test.yaml`: read strictly, every fault with its place.
//!
//! As strict as a definition, and with the same kind of findings. Must not
//! know what a script does.

mod json;
mod keywords;
mod stubs;

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::{Map, Value as Json};

use json::compose;
pub(super) use json::{patch, to_json};

use super::expect::KEYS;
use super::{Case, TestFile, expand, run};
use crate::model::{Diagnostic, Position};
use crate::source::Keywords;
use crate::source::codes;
use crate::source::fields::Fields;
use crate::source::file::{self, Text};
use crate::source::node::{Node, Value};
use crate::source::walk::{Found, Root};
use crate::source::yaml;

/// All tests of a folder, and all that is to be said of their files.
#[derive(Debug, Clone, Default)]
pub struct Tests {
    /// The files that could be read.
    pub files: Vec<TestFile>,
    /// What is wrong with any of them.
    pub found: Vec<Diagnostic>,
}

/// 2026-01-01T00:00:00Z: every run begins there that doesn't say otherwise.
pub(super) const NOW: i64 = 1_767_225_600_000;

/// Reads every test file below some folders. `definitions` are the files of
/// the definitions that were read; of `keywords` the process's variables are
/// never asked.
#[must_use]
pub fn read(dirs: &[PathBuf], definitions: &[&str], keywords: &Keywords) -> Tests {
    let mut tests = Tests::default();
    for dir in dirs {
        // a DIR that is a file is one definition: its test lies beside it
        let folder = if dir.is_file() { dir.parent().unwrap_or(dir) } else { dir };
        // one that can't be opened was reported where the definitions were read
        let Ok(root) = Root::open(folder) else { continue };
        let (files, reported) = root.tests();
        tests.found.extend(reported);
        for found in files {
            read_file(&found, definitions, dir.is_file(), keywords, &mut tests);
        }
    }
    tests.found.sort();
    tests
}

fn read_file(
    at: &Found,
    definitions: &[&str],
    alone: bool,
    keywords: &Keywords,
    tests: &mut Tests,
) {
    let text = match file::read(&at.path, &at.file, "test file").and_then(file::without_nul) {
        Ok(text) => text,
        Err(found) => {
            tests.found.push(*found);
            return;
        }
    };
    let stem = at.file.strip_suffix(".test.yaml").or(at.file.strip_suffix(".test.yml"));
    let stem = stem.unwrap_or(&at.file);
    let beside = [".yaml", ".yml", ".json"].map(|ending| format!("{stem}{ending}"));
    if alone && !beside.iter().any(|file| definitions.contains(&file.as_str())) {
        return;
    }
    let Some(definition) = beside.iter().find(|file| definitions.contains(&file.as_str())) else {
        let message =
            format!("no definition for this test file: there is no {} beside it", beside[0]);
        tests.found.push(
            text.error(codes::TEST_WITHOUT_DEFINITION, message, &(0..0))
                .hint("name it after its definition, with `.test.yaml` instead of `.yaml`"),
        );
        return;
    };
    let mut cases = Vec::new();
    match text.tree(yaml::SMALL) {
        Err(fault) => tests.found.push(*fault),
        Ok(root) => {
            let root = keywords::replaced(&text, &root, &at.file, keywords, &mut tests.found);
            let mut fields = Fields { text: &text, found: &mut tests.found };
            cases = read_root(&mut fields, &root);
        }
    }
    tests.files.push(TestFile { file: at.file.clone(), definition: definition.clone(), cases });
}

fn read_root(fields: &mut Fields<'_>, root: &Node) -> Vec<Case> {
    let Some(entries) = fields.record(root, "a test file", &FILE) else {
        return Vec::new();
    };
    let entry =
        |name: &str| entries.iter().find(|(key, _)| *key == name).map(|(_, entry)| &entry.value);
    let defaults = entry("defaults");
    if let Some(defaults) = defaults {
        fields.record(defaults, "`defaults`", &COMMON);
    }
    let Some(cases) = entry("cases") else {
        fields.advise(
            codes::MISSING_FIELD,
            "a test file needs `cases`",
            &root.span,
            "`cases:` is a list of cases",
        );
        return Vec::new();
    };
    let Value::List(items) = &cases.value else {
        fields.wrong_kind(cases, "`cases`", "a list", &cases.value);
        return Vec::new();
    };
    let mut all: Vec<Case> = Vec::new();
    for item in items {
        for case in read_case(fields, item, defaults) {
            if all.iter().any(|other| other.name == case.name) {
                let message = format!("two cases are called `{}`", case.name);
                fields.advise(
                    codes::INVALID_TEST,
                    message,
                    &item.span,
                    "names are unique in a file",
                );
            }
            all.push(case);
        }
    }
    all
}

/// What a file may hold.
const FILE: [&str; 3] = ["keywords", "defaults", "cases"];
const COMMON: [&str; 7] = ["event", "secrets", "http", "modules", "now", "seed", "handler"];
const CASE: [&str; 10] =
    ["name", "event", "secrets", "http", "modules", "now", "seed", "handler", "each", "expect"];

/// The cases of one item: several if it has a table.
fn read_case(fields: &mut Fields<'_>, item: &Node, defaults: Option<&Node>) -> Vec<Case> {
    let Some(entries) = fields.record(item, "a case", &CASE) else { return Vec::new() };
    let own =
        |key: &str| entries.iter().find(|(name, _)| *name == key).map(|(_, entry)| &entry.value);
    let usual = |key: &str| defaults.and_then(|node| node.get(key)).map(|entry| &entry.value);
    for needed in ["name", "expect"] {
        if own(needed).is_none() {
            fields.error(codes::MISSING_FIELD, format!("a case needs `{needed}`"), &item.span);
        }
    }
    let name =
        own("name").and_then(|node| fields.text(node, "`name`")).unwrap_or_default().to_owned();
    let position = own("name").and_then(|node| place(fields.text, node));
    let rows = own("each").map(|node| read_rows(fields, node)).unwrap_or_default();
    let mut case = Case {
        name,
        position,
        event: Json::Object(Map::new()),
        secrets: BTreeMap::new(),
        now: NOW,
        seed: 1,
        handler: None,
        http: Vec::new(),
        modules: BTreeMap::new(),
        expect: own("expect").map(|node| read_expect(fields, node)).unwrap_or_default(),
    };
    for node in [usual("event"), own("event")].into_iter().flatten() {
        if matches!(node.value, Value::Map(_)) {
            compose(&mut case.event, &to_json(node));
        } else {
            fields.wrong_kind(node, "`event`", "a map", &node.value);
        }
    }
    for node in [usual("secrets"), own("secrets")].into_iter().flatten() {
        for (key, entry) in fields.map(node, "`secrets`").unwrap_or_default() {
            if let Some(value) = fields.text(&entry.value, "a secret") {
                case.secrets.insert(key.to_owned(), value.to_owned());
            }
        }
    }
    for node in [own("http"), usual("http")].into_iter().flatten() {
        stubs::http(fields, node, &mut case.http);
    }
    for node in [usual("modules"), own("modules")].into_iter().flatten() {
        stubs::modules(fields, node, &mut case.modules);
    }
    if let Some(node) = own("now").or(usual("now")) {
        case.now = read_time(fields, node).unwrap_or(NOW);
    }
    if let Some(node) = own("seed").or(usual("seed")) {
        case.seed = read_seed(fields, node).unwrap_or(1);
    }
    if let Some(node) = own("handler").or(usual("handler")) {
        case.handler = fields.text(node, "`handler`").map(str::to_owned);
    }
    if rows.is_empty() {
        return vec![case];
    }
    rows.iter().map(|row| in_row(&case, row)).collect()
}

/// A case with a row's values put in.
fn in_row(case: &Case, row: &Map<String, Json>) -> Case {
    let mut out = case.clone();
    out.name = expand::name(&case.name, row);
    out.event = expand::fill(&case.event, row);
    out.expect =
        case.expect.iter().map(|(key, value)| (key.clone(), expand::fill(value, row))).collect();
    for value in out.secrets.values_mut() {
        if let Json::String(filled) = expand::fill(&Json::from(value.as_str()), row) {
            *value = filled;
        }
    }
    // a name goes into every report
    if out.name != case.name {
        out.name = run::mask(&out.secrets).text(&out.name);
    }
    for stub in &mut out.http {
        stubs::fill_http(stub, row);
    }
    for module in out.modules.values_mut() {
        stubs::fill_module(module, row);
    }
    out
}

fn read_rows(fields: &mut Fields<'_>, node: &Node) -> Vec<Map<String, Json>> {
    let Value::List(items) = &node.value else {
        fields.wrong_kind(node, "`each`", "a list of maps", &node.value);
        return Vec::new();
    };
    let mut rows = Vec::new();
    for item in items {
        if fields.map(item, "a row of `each`").is_some()
            && let Json::Object(row) = to_json(item)
        {
            rows.push(row);
        }
    }
    if rows.is_empty() && items.is_empty() {
        fields.error(
            codes::INVALID_TEST,
            "`each` is empty, so the case would never run",
            &node.span,
        );
    }
    rows
}

/// What `effect` may name.
const EFFECT: [&str; 9] = [
    "outcome",
    "claims",
    "scope",
    "code",
    "reason",
    "userMessage",
    "user_metadata",
    "app_metadata",
    "message",
];

fn read_expect(fields: &mut Fields<'_>, node: &Node) -> Vec<(String, Json)> {
    let Some(entries) = fields.record(node, "`expect`", &KEYS) else { return Vec::new() };
    if entries.is_empty() {
        fields.advise(
            codes::INVALID_TEST,
            "`expect` is empty, so the case can't fail",
            &node.span,
            "write at least `effect: { outcome: ok }`",
        );
    }
    let mut all = Vec::new();
    for (key, entry) in entries {
        let node = &entry.value;
        let value = to_json(node);
        let wrong_kind = |fields: &mut Fields<'_>, wanted| {
            fields.wrong_kind(node, &format!("`{key}`"), wanted, &node.value);
        };
        if key == "effect"
            && value.as_object().is_some_and(|map| !map.keys().any(|key| key.starts_with('$')))
        {
            fields.record(node, "`effect`", &EFFECT);
        }
        match (key, &value) {
            ("effect", Json::Object(effect)) => {
                let words = ["ok", "denied", "failed", "error"];
                check_word(fields, node, effect.get("outcome"), &words);
            }
            ("stopped", value) => check_word(fields, node, Some(value), &["time", "memory"]),
            ("answers", Json::Number(number)) if number.as_u64().is_some() => {}
            ("answers", _) => wrong_kind(fields, "a whole number"),
            ("logs", Json::Null | Json::Bool(_) | Json::Number(_)) => {
                wrong_kind(fields, "a list of texts");
            }
            ("api", Json::Array(items)) => {
                let is_call = |item: &Json| item.is_object() || item[0].is_string();
                for _ in items.iter().filter(|item| !is_call(item)) {
                    fields.advise(
                        codes::INVALID_TEST,
                        "a call of `api` is a list of its method and its arguments",
                        &node.span,
                        "such as [access.deny, reason, text]",
                    );
                }
            }
            ("requests" | "calls", Json::Array(_))
            | ("api" | "requests" | "calls", Json::Object(_)) => {}
            ("effect" | "api" | "requests" | "calls", _) => wrong_kind(fields, "a list or a map"),
            _ => {}
        }
        all.push((key.to_owned(), value));
    }
    all
}

fn check_word(fields: &mut Fields<'_>, node: &Node, word: Option<&Json>, known: &[&str]) {
    let wrong = match word {
        // a row's value, or a matcher
        None | Some(Json::Object(_)) => return,
        Some(Json::String(word)) if known.contains(&word.as_str()) || word.starts_with("${") => {
            return;
        }
        Some(Json::String(word)) => word.clone(),
        Some(other) => other.to_string(),
    };
    let message = format!("`{wrong}` is none of {}", known.join(", "));
    fields.error(codes::INVALID_TEST, message, &node.span);
}

fn read_time(fields: &mut Fields<'_>, node: &Node) -> Option<i64> {
    let text = fields.text(node, "`now`")?;
    let time = text.parse::<jiff::Timestamp>().ok();
    if time.is_none() {
        let message = "`now` is a time, such as \"2026-01-01T00:00:00Z\"";
        let hint = "write it with its offset, or with Z";
        fields.advise(codes::INVALID_TEST, message, &node.span, hint);
    }
    time.map(jiff::Timestamp::as_millisecond)
}

fn read_seed(fields: &mut Fields<'_>, node: &Node) -> Option<u64> {
    let seed = to_json(node).as_u64();
    if seed.is_none() {
        fields.wrong_kind(node, "`seed`", "a whole number", &node.value);
    }
    seed
}

fn place(text: &Text, node: &Node) -> Option<Position> {
    text.error(codes::INVALID_TEST, "", &node.span).position
}

#[cfg(test)]
mod tests;
