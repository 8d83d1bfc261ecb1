//! Behaviour tests: what files say that a hook or an Action does, held
//! against what it does in the sandbox.
//!
//! ```text
//! DIR ─ read ─▶ TestFile ─ run ─▶ Verdict (one for each case)
//! ```
//!
//! Must not print, and must not know how code is run: that is the sandbox's.

mod differ;
mod expand;
mod expect;
mod read;
mod record;
mod run;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::model::{Diagnostic, Position};
use crate::sandbox::{HttpStub, Module};

pub use differ::diff;
pub use read::{Tests, read};
pub use record::{MADE_UP, case_text, event_file, with_case};
pub use run::{Coverage, Verdict, program, run, world};

/// The ending of test files.
pub const ENDING: &str = ".test.yaml";

/// One file of tests and what it tests.
#[derive(Debug, Clone)]
pub struct TestFile {
    /// What findings call it.
    pub file: String,
    /// The tested definition's file, as its definition names it.
    pub definition: String,
    /// Its cases, in order.
    pub cases: Vec<Case>,
}

/// One case.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// Unique in its file.
    pub name: String,
    /// Where it is written.
    pub position: Option<Position>,
    /// A merge patch on the trigger's sample event.
    pub event: Value,
    /// By name.
    pub secrets: BTreeMap<String, String>,
    /// In milliseconds since 1970.
    pub now: i64,
    /// What chance follows from.
    pub seed: u64,
    /// Actions: another function than the trigger's usual one.
    pub handler: Option<String>,
    /// The case's own before those of `defaults`.
    pub http: Vec<HttpStub>,
    /// By name.
    pub modules: BTreeMap<String, Module>,
    /// What is expected, by what it looks at.
    pub expect: Vec<(String, Value)>,
}

/// What is wrong about one aspect of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// Such as `effect`, or a sentence.
    pub what: String,
    /// Lines that begin with `-` (expected), `+` (found) or a blank.
    pub lines: Vec<String>,
}

/// The findings of a run of tests that could not be read.
pub type Found = Vec<Diagnostic>;
