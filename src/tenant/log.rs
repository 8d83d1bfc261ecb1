//! The request log: what was sent and what was answered, one line a request.
//!
//! Main type: [`Entry`]. Values are shown only where they can't be secret:
//! `name`, `enabled`, `dependencies`, `triggerId`, the names of secrets to
//! delete, and the digest of a script. Of secrets and of token requests only
//! the keys are kept, and headers aren't kept at all.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use ring::digest;
use serde::Serialize;

use super::actions;
use super::answer::{Answer, Delivery};
use super::hooks::query::PARAMETERS;
use super::json::{Json, Object};
use super::message::Request;
use super::state_file::hex;
use super::store::private;

/// Parameters of the Actions endpoints whose values are shown.
const ACTION_PARAMETERS: [&str; 4] = ["actionName", "deployed", "installed", "force"];
/// How many entries are kept in memory.
const KEPT: usize = 100_000;

/// One request and its fate.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Entry {
    /// Counted from 1.
    pub n: u64,
    /// When it came, by this machine's clock.
    pub time: String,
    /// Its method.
    pub method: String,
    /// Its path.
    pub path: String,
    /// Its query, if it had one.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub query: String,
    /// The body's keys, in the order of sending.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<String>,
    /// Values that can't be secret; of a script `sha256:…`.
    #[serde(skip_serializing_if = "Object::is_empty")]
    pub fields: Object,
    /// The status of the answer; none if a fault came before any was made.
    pub status: Option<u16>,
    /// How it was delivered, if not as it should be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery: Option<&'static str>,
    /// What went wrong on purpose.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<String>,
}

impl Entry {
    /// The entry of one request.
    pub(super) fn new(n: u64, request: &Request, answer: &Answer, now_ms: u64) -> Self {
        let body = parsed(request);
        let delivery = match answer.delivery {
            Delivery::Whole => None,
            Delivery::Reset => Some("reset"),
            Delivery::Hang => Some("hang"),
            Delivery::Cut => Some("cut"),
            Delivery::Slow(_) => Some("slow"),
        };
        let unanswered = matches!(answer.delivery, Delivery::Reset | Delivery::Hang);
        Self {
            n,
            time: time_of(now_ms),
            method: request.method.clone(),
            path: request.path.clone(),
            query: shown_query(&request.query),
            keys: keys_of(&body),
            fields: fields_of(&request.path, &body),
            status: (answer.handled || !unanswered).then_some(answer.response.status),
            delivery,
            faults: answer.faults.iter().map(ToString::to_string).collect(),
        }
    }

    /// As it stands in the file.
    #[must_use]
    pub fn to_line(&self) -> String {
        // Texts and numbers always serialise.
        serde_json::to_string(self).unwrap_or_default()
    }
}

fn time_of(now_ms: u64) -> String {
    let milliseconds = i64::try_from(now_ms).unwrap_or(i64::MAX);
    match jiff::Timestamp::from_millisecond(milliseconds) {
        Ok(time) => format!("{time:.3}"),
        // Beyond the calendar: a machine's clock gone mad.
        Err(_) => milliseconds.to_string(),
    }
}

/// The query with the values of known parameters only.
fn shown_query(query: &str) -> String {
    let shown = |(key, value): (Cow<'_, str>, Cow<'_, str>)| {
        if PARAMETERS.contains(&key.as_ref()) || ACTION_PARAMETERS.contains(&key.as_ref()) {
            format!("{key}={value}")
        } else {
            key.into_owned()
        }
    };
    url::form_urlencoded::parse(query.as_bytes()).map(shown).collect::<Vec<_>>().join("&")
}

fn parsed(request: &Request) -> Json {
    let kind = request.content_type.as_deref().unwrap_or_default();
    if kind.starts_with("application/x-www-form-urlencoded") {
        let pairs = url::form_urlencoded::parse(&request.body);
        let texts = pairs.map(|(key, value)| (key.into_owned(), Json::String(value.into_owned())));
        return Json::Object(texts.collect());
    }
    serde_json::from_slice(&request.body).unwrap_or(Json::Null)
}

fn keys_of(body: &Json) -> Vec<String> {
    match body {
        Json::Object(fields) => fields.keys().cloned().collect(),
        // Names of secrets to delete.
        Json::Array(names) => {
            names.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect()
        }
        _ => Vec::new(),
    }
}

fn fields_of(path: &str, body: &Json) -> Object {
    let is_hook = path.starts_with("/api/v2/hooks") && !path.ends_with("/secrets");
    let is_action = path.starts_with("/api/v2/actions/");
    let Json::Object(fields) = body else { return Object::new() };
    let digest = |text: &str| {
        let sum = digest::digest(&digest::SHA256, text.as_bytes());
        Json::String(format!("sha256:{}", hex(sum.as_ref())))
    };
    let shown = |(key, value): (&String, &Json)| {
        let shown = match (key.as_str(), value) {
            _ if is_action => actions::logged(key, value, digest),
            _ if !is_hook => None,
            ("name" | "enabled" | "dependencies" | "triggerId", value) => Some(value.clone()),
            ("script", Json::String(script)) => Some(digest(script)),
            _ => None,
        };
        shown.map(|shown| (key.to_owned(), shown))
    };
    fields.iter().filter_map(shown).collect()
}

/// The entries so far, and the file that they also go to.
pub(super) struct Log {
    entries: VecDeque<Entry>,
    file: Option<File>,
}

impl Log {
    /// Appends to a file, if there is one.
    pub(super) fn open(path: Option<&Path>) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        private(options.append(true).create(true));
        let file = path.map(|path| options.open(path)).transpose()?;
        Ok(Self { entries: VecDeque::new(), file })
    }

    /// Keeps an entry. The file is a help for people: what can't be written
    /// there must not fail the request.
    pub(super) fn add(&mut self, entry: Entry) {
        if let Some(file) = &mut self.file {
            // One write, so that lines of two processes don't mix.
            let _ = file.write_all(format!("{}\n", entry.to_line()).as_bytes());
        }
        if self.entries.len() == KEPT {
            self.entries.pop_front();
        }
        self.entries.push_back(entry);
    }

    /// The entries so far.
    pub(super) fn entries(&self) -> Vec<Entry> {
        self.entries.iter().cloned().collect()
    }
}
