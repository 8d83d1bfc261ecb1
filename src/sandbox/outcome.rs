//! What a run did: every answer, call, request and line, and how it ended.
//!
//! Plain data, which crosses the process's boundary as JSON. Nothing of it
//! can be written by the script but through what the script does.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::compile::Branch;

/// Everything that was seen of one run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Outcome {
    /// Hooks: each use of the callback. The first is what Auth0 takes.
    pub answers: Vec<Answer>,
    /// An error that left the code before anything was awaited: at load
    /// (Actions), or out of the hook's function.
    pub thrown: Option<Fault>,
    /// Errors that nobody caught: in callbacks, timers and promises.
    pub uncaught: Vec<Fault>,
    /// Actions: how the handler ended; `None` if it never did.
    pub settled: Option<Settled>,
    /// Actions: the calls of `api`, in order.
    pub api: Vec<ApiCall>,
    /// Calls of modules that aren't there.
    pub calls: Vec<Call>,
    /// Requests of all HTTP clients.
    pub requests: Vec<Request>,
    /// Lines of the console.
    pub logs: Vec<Log>,
    /// Lines that were cut off because there were too many.
    pub logs_dropped: u32,
    /// Requests for which no stub was declared.
    pub unmatched: Vec<Unmatched>,
    /// Where answers are by chance: those that were not a plain success, such
    /// as `POST https://crm.example/users answers 500`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub by_chance: Vec<String>,
    /// A limit that was met.
    pub stopped: Option<Stopped>,
    /// Whether the function was called: what is loaded but can't be compiled
    /// never is.
    pub began: bool,
    /// The branches of the code and how often each was met, if asked for.
    pub branches: Vec<(Branch, u64)>,
}

/// One use of a hook's callback, as it went out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    /// `cb(null, data)`: the data as JSON; `None` if there was none.
    Ok(Option<Value>),
    /// `cb(error)`: the error's own properties as JSON, and where it was made.
    Error(Map<String, Value>, Option<Place>),
}

/// A place in the user's file; both count from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Line.
    pub line: u32,
    /// Column.
    pub column: u32,
}

/// An error.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Fault {
    /// Its class, such as `TypeError`; empty for what isn't an error.
    pub name: String,
    /// Its text.
    pub message: String,
    /// Where in the script it was made, if it can be known.
    pub place: Option<Place>,
    /// Its other own properties.
    pub data: Map<String, Value>,
}

/// How an Action's handler ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Settled {
    /// It returned.
    Returned,
    /// It threw, or what it returned was rejected.
    Threw(Fault),
}

/// One call of `api`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ApiCall {
    /// Such as `access.deny`.
    pub method: String,
    /// As they were at the time of the call.
    pub args: Vec<Value>,
}

/// One call of a module that isn't there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// The path, such as `twilio().messages.create`.
    pub call: String,
    /// As they were at the time of the call, without a last callback.
    pub args: Vec<Value>,
    /// Whether its result was only a step to another call.
    pub on_the_way: bool,
    /// Whether something still waited for its answer when the run ended.
    pub open: bool,
    /// Whether the code took what it gave: it waited for its answer, or used
    /// its value.
    pub taken: bool,
    /// Hooks: whether it came after the answer.
    pub after: bool,
}

/// One HTTP request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// Method and URL, such as `POST https://crm.example/users`.
    pub on: String,
    /// With lower-case names.
    pub headers: Map<String, Value>,
    /// JSON if it is, the fields if it is a form, else the text; null for none.
    pub body: Value,
    /// Whether it was not answered yet when the run ended.
    pub open: bool,
    /// Hooks: whether it came after the answer.
    pub after: bool,
}

/// A request without a stub.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unmatched {
    /// Method and URL.
    pub on: String,
    /// The stub that came nearest, and why it didn't match.
    pub nearest: Option<String>,
}

/// One line of the console.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Log {
    /// `log`, `info`, `warn`, `error`, `debug` or `trace`.
    pub level: String,
    /// Cut after 256 characters, as Auth0 does, or before a secret that would
    /// be cut in two; then it ends with `…`.
    pub text: String,
}

/// Which limit a run met, and how it shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stopped {
    /// Which.
    pub by: Stop,
    /// In words.
    pub detail: String,
}

/// The limits that stop a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stop {
    /// Steps, wall clock, processor time, jobs, or the virtual clock.
    Time,
    /// The heap, the stack, or what was recorded.
    Memory,
}

impl Stop {
    /// The word in test files and output.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Memory => "memory",
        }
    }
}

impl Outcome {
    /// A run that ended with a limit before anything could be recorded.
    #[must_use]
    pub fn stopped(by: Stop, detail: impl Into<String>) -> Self {
        Self { stopped: Some(Stopped { by, detail: detail.into() }), ..Self::default() }
    }

    /// The error that matters most for who looks for its cause.
    #[must_use]
    pub fn fault(&self) -> Option<&Fault> {
        let settled = match &self.settled {
            Some(Settled::Threw(fault)) => Some(fault),
            Some(Settled::Returned) | None => None,
        };
        self.thrown.as_ref().or(settled).or(self.uncaught.first())
    }
}
