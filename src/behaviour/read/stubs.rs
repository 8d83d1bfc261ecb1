//! `http:` and `modules:` of a case.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::to_json;
use crate::behaviour::expand;
use crate::sandbox::{HttpReply, HttpStub, Module, ModuleAnswer, ReplyKind};
use crate::source::codes;
use crate::source::fields::Fields;
use crate::source::node::{Node, Value};

/// What a stub, its reply and a module's answer may hold.
pub(super) const STUB: [&str; 4] = ["on", "body", "reply", "times"];
pub(super) const REPLY: [&str; 5] = ["status", "json", "text", "headers", "fail"];
pub(super) const ANSWER: [&str; 3] = ["returns", "throws", "value"];

/// Reads a list of HTTP stubs.
pub(super) fn http(fields: &mut Fields<'_>, node: &Node, out: &mut Vec<HttpStub>) {
    let Value::List(items) = &node.value else {
        fields.wrong_kind(node, "`http`", "a list", &node.value);
        return;
    };
    for item in items {
        let Some(entries) = fields.record(item, "a stub", &STUB) else { continue };
        let get = |key: &str| {
            entries.iter().find(|(name, _)| *name == key).map(|(_, entry)| &entry.value)
        };
        let Some((method, url)) = get("on").and_then(|node| on(fields, node)) else {
            if get("on").is_none() {
                fields.advise(
                    codes::MISSING_FIELD,
                    "a stub needs `on`",
                    &item.span,
                    "such as `on: POST https://idp.example/*`",
                );
            }
            continue;
        };
        let reply = match get("reply") {
            Some(node) => reply(fields, node),
            None => {
                fields.advise(
                    codes::MISSING_FIELD,
                    "a stub needs `reply`",
                    &item.span,
                    "such as `reply: { status: 200, json: {} }`",
                );
                continue;
            }
        };
        let times = get("times").and_then(|node| {
            let times = to_json(node).as_u64().and_then(|times| u32::try_from(times).ok());
            if times.is_none() {
                fields.wrong_kind(node, "`times`", "a whole number", &node.value);
            }
            times
        });
        out.push(HttpStub { method, url, body: get("body").map(to_json), reply, times });
    }
}

/// `POST https://idp.example/*`; `*` or no method for any.
fn on(fields: &mut Fields<'_>, node: &Node) -> Option<(Option<String>, String)> {
    let text = fields.text(node, "`on`")?;
    let (method, url) = text.split_once(' ').unwrap_or(("*", text));
    let url = url.trim();
    if !(url.starts_with("http://") || url.starts_with("https://") || url.starts_with('*')) {
        fields.advise(
            codes::INVALID_TEST,
            "`on` is a method and a URL",
            &node.span,
            "such as POST https://idp.example/*; `*` stands for any text",
        );
        return None;
    }
    Some(((method != "*").then(|| method.to_ascii_uppercase()), url.to_owned()))
}

fn reply(fields: &mut Fields<'_>, node: &Node) -> HttpReply {
    let mut reply =
        HttpReply { status: 200, headers: BTreeMap::new(), body: ReplyKind::Text(String::new()) };
    for (key, entry) in fields.record(node, "`reply`", &REPLY).unwrap_or_default() {
        match key {
            "status" => {
                match to_json(&entry.value).as_u64().and_then(|status| u16::try_from(status).ok()) {
                    Some(status @ 100..=599) => reply.status = status,
                    _ => fields.wrong_kind(
                        &entry.value,
                        "`status`",
                        "a number from 100 to 599",
                        &entry.value.value,
                    ),
                }
            }
            "json" => reply.body = ReplyKind::Json(to_json(&entry.value)),
            "text" => {
                if let Some(text) = fields.text(&entry.value, "`text`") {
                    reply.body = ReplyKind::Text(text.to_owned());
                }
            }
            "fail" => {
                if let Some(code) = fields.text(&entry.value, "`fail`") {
                    reply.body = ReplyKind::Fail(code.to_owned());
                }
            }
            _ => {
                for (name, header) in fields.map(&entry.value, "`headers`").unwrap_or_default() {
                    if let Some(value) = fields.text(&header.value, "a header") {
                        reply.headers.insert(name.to_ascii_lowercase(), value.to_owned());
                    }
                }
            }
        }
    }
    reply
}

/// Reads the answers of modules; a case's own go over those of `defaults`.
pub(super) fn modules(fields: &mut Fields<'_>, node: &Node, out: &mut BTreeMap<String, Module>) {
    for (name, entry) in fields.map(node, "`modules`").unwrap_or_default() {
        let module = out.entry(name.to_owned()).or_default();
        if entry.value.as_text() == Some("auto") {
            continue;
        }
        for (path, answer) in fields.map(&entry.value, "a module").unwrap_or_default() {
            // what `require` gives, as a whole
            if path == "exports" {
                let whole = ModuleAnswer::Value(to_json(&answer.value));
                module.answers.insert(path.to_owned(), whole);
                continue;
            }
            let Some(given) = fields.record(&answer.value, "an answer", &ANSWER) else { continue };
            let [(kind, value)] = given.as_slice() else {
                let hint = "such as { returns: {} }, { throws: { message: no } } or { value: 1 }";
                fields.advise(
                    codes::INVALID_TEST,
                    "an answer is one of `returns`, `throws` and `value`",
                    &answer.value.span,
                    hint,
                );
                continue;
            };
            let value = to_json(&value.value);
            let answer = match *kind {
                "returns" => ModuleAnswer::Returns(value),
                "throws" => ModuleAnswer::Throws(value),
                _ => ModuleAnswer::Value(value),
            };
            module.answers.insert(path.to_owned(), answer);
        }
    }
}

/// Puts a row's values in.
pub(super) fn fill_http(stub: &mut HttpStub, row: &Map<String, Json>) {
    if let Json::String(url) = expand::fill(&Json::from(stub.url.as_str()), row) {
        stub.url = url;
    }
    stub.body = stub.body.as_ref().map(|body| expand::fill(body, row));
    if let ReplyKind::Json(body) = &mut stub.reply.body {
        *body = expand::fill(body, row);
    }
}

/// Puts a row's values in.
pub(super) fn fill_module(module: &mut Module, row: &Map<String, Json>) {
    for answer in module.answers.values_mut() {
        let (ModuleAnswer::Returns(value)
        | ModuleAnswer::Throws(value)
        | ModuleAnswer::Value(value)) = answer;
        *value = expand::fill(value, row);
    }
}
