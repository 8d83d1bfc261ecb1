//! What a run is given: the code, the event, and everything the code may meet.
//!
//! Plain data, which crosses the process's boundary as JSON.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::model::Mask;

/// One run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// The code.
    pub program: Program,
    /// What surrounds it.
    pub world: World,
    /// How much it may cost.
    pub limits: Limits,
    /// Whether to count which branches were met.
    pub coverage: bool,
}

/// The code and how it is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Program {
    /// As Auth0's published runner of hooks does.
    Hook {
        /// One of the five.
        trigger: String,
        /// The script's text.
        script: String,
    },
    /// As Auth0's published loader of Actions does.
    Action {
        /// Any trigger of Actions.
        trigger: String,
        /// The code's text.
        code: String,
        /// The exported function; the trigger's `onExecute…` if left out.
        handler: Option<String>,
    },
}

impl Program {
    /// The trigger's id.
    #[must_use]
    pub fn trigger(&self) -> &str {
        match self {
            Self::Hook { trigger, .. } | Self::Action { trigger, .. } => trigger,
        }
    }

    /// The code's text.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::Hook { script, .. } => script,
            Self::Action { code, .. } => code,
        }
    }
}

/// Everything that the code may meet.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct World {
    /// Hooks: the payload, that is the arguments by name. Actions: the event
    /// without its secrets.
    pub event: Value,
    /// Secrets by name. Never real ones.
    pub secrets: BTreeMap<String, String>,
    /// Answers to HTTP requests of all clients; the first that matches wins.
    pub http: Vec<HttpStub>,
    /// Answers of modules that aren't there, by the module's name.
    pub modules: BTreeMap<String, Module>,
    /// The clock when the run begins, in milliseconds since 1970.
    pub now: i64,
    /// What chance follows from.
    pub seed: u64,
    /// Whether requests and calls without a stub are answered by chance
    /// (success, refusals, errors, nothing) instead of failing or giving a
    /// placeholder: the same answer for the same request and count.
    pub chance: bool,
    /// What some of the successes among those answers hold.
    pub replies: Vec<Value>,
}

impl World {
    /// What hides the values of the secrets, and of the texts in those that are
    /// JSON, as a service account's key is. `shown` says what stands in the
    /// place of the secret of a name.
    #[must_use]
    pub fn mask(&self, shown: impl Fn(&str) -> String) -> Mask {
        let mut all = Vec::new();
        for (name, value) in &self.secrets {
            all.push((value.clone(), shown(name)));
            let mut inner = match serde_json::from_str::<Value>(value) {
                Ok(json @ (Value::Object(_) | Value::Array(_))) => vec![json],
                _ => Vec::new(),
            };
            while let Some(json) = inner.pop() {
                match json {
                    Value::Object(fields) => inner.extend(fields.into_iter().map(|(_, it)| it)),
                    Value::Array(items) => inner.extend(items),
                    Value::String(text) if text.len() >= SHORTEST_INNER => {
                        all.push((text, shown(name)));
                    }
                    _ => {}
                }
            }
        }
        Mask::new(all)
    }
}

/// A shorter text inside of a secret is one like others, such as `true`.
const SHORTEST_INNER: usize = 8;

/// One answer to HTTP requests.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HttpStub {
    /// In upper case; any method if left out.
    pub method: Option<String>,
    /// The URL; `*` stands for any text.
    pub url: String,
    /// What the body must hold at least: JSON, or the fields of a form.
    pub body: Option<Value>,
    /// What comes back.
    pub reply: HttpReply,
    /// For how many requests; for all if left out.
    pub times: Option<u32>,
}

/// What a stub answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HttpReply {
    /// The status code.
    pub status: u16,
    /// Headers with lower-case names.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: ReplyKind,
}

/// The body of an answer, or none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ReplyKind {
    /// Sent as JSON.
    Json(Value),
    /// Sent as it is.
    Text(String),
    /// There is no answer: a network error of this code, such as `ECONNREFUSED`.
    Fail(String),
}

/// The answers of one module, by the path of the call, such as
/// `ManagementClient().getUser()`, or of a value, such as `VERSION`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Module {
    /// By path.
    pub answers: BTreeMap<String, ModuleAnswer>,
}

/// What a path of a module gives.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ModuleAnswer {
    /// To who awaits, or to the last callback.
    Returns(Value),
    /// An error, to who awaits or to the last callback.
    Throws(Value),
    /// At once.
    Value(Value),
}

/// What `require` plays or has itself: what is declared for one would take its
/// place. Of these, the packages of HTTP clients are all that Node doesn't have.
pub const PLAYED: [&str; 32] = [
    "assert",
    "async_hooks",
    "axios",
    "buffer",
    "console",
    "cross-fetch",
    "crypto",
    "events",
    "got",
    "http",
    "https",
    "isomorphic-fetch",
    "module",
    "node-fetch",
    "os",
    "path",
    "perf_hooks",
    "process",
    "punycode",
    "querystring",
    "request",
    "request-promise",
    "request-promise-native",
    "stream",
    "string_decoder",
    "superagent",
    "timers",
    "timers/promises",
    "undici",
    "url",
    "util",
    "util/types",
];

/// How much a run may cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Milliseconds of wall clock; the process is killed a second later.
    pub wall_ms: u64,
    /// Milliseconds on the virtual clock of timers.
    pub virtual_ms: u64,
    /// Bytes of the engine's heap.
    pub memory: usize,
    /// Jobs of promises.
    pub jobs: u32,
    /// Steps, in units of ten thousand jumps and calls: what makes a stop the
    /// same on a slow machine.
    pub ticks: u32,
    /// Bytes of everything that is recorded.
    pub output: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            wall_ms: 2_000,
            virtual_ms: 20_000,
            memory: 64 << 20,
            jobs: 100_000,
            ticks: 3_000,
            output: 1 << 20,
        }
    }
}

/// Whether a URL is what a pattern says; `*` stands for any text.
#[must_use]
pub fn url_matches(pattern: &str, url: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = url.strip_prefix(first) else { return false };
    let mut last: Option<&str> = None;
    for part in parts {
        if let Some(middle) = last.replace(part) {
            match rest.find(middle) {
                Some(at) => rest = rest.get(at + middle.len()..).unwrap_or_default(),
                None => return false,
            }
        }
    }
    match last {
        None => rest.is_empty() || rest == "/" && !pattern.ends_with('/'),
        Some(end) => rest.ends_with(end),
    }
}

/// Whether `whole` has everything that `part` names.
pub(super) fn holds(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => holds_map(whole, part),
        (Value::Array(whole), Value::Array(part)) => {
            whole.len() == part.len() && whole.iter().zip(part).all(|(w, p)| holds(w, p))
        }
        // the fields of a form are texts
        (Value::String(text), Value::Number(number)) => *text == number.to_string(),
        (Value::String(text), Value::Bool(flag)) => *text == flag.to_string(),
        _ => whole == part,
    }
}

fn holds_map(whole: &Map<String, Value>, part: &Map<String, Value>) -> bool {
    part.iter().all(|(key, value)| whole.get(key).is_some_and(|whole| holds(whole, value)))
}
