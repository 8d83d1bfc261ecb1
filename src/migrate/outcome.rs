//! What became of each hook of a migration, as the reports show it.
//!
//! Plain data. Must not know how it is shown.

use serde_json::Value;

use super::Style;
use crate::model::Diagnostic;

/// How a hook ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Verdict {
    /// Nothing differs, and every branch was met.
    Proven,
    /// An action was written, and something differs or was not met.
    Differs,
    /// The hook could never run.
    #[default]
    Refused,
}

impl Verdict {
    /// The word for it in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Proven => "proven",
            Self::Differs => "differs",
            Self::Refused => "refused",
        }
    }
}

/// One hook of a migration.
#[derive(Debug, Clone, Default)]
pub struct Migrated {
    /// The hook's name, which is the action's, too.
    pub name: String,
    /// Its trigger.
    pub trigger_id: String,
    /// Its definition's file.
    pub source: String,
    /// Its script's file.
    pub script: String,
    /// How it ended.
    pub verdict: Verdict,
    /// How it was converted; `None` if it was not.
    pub style: Option<Style>,
    /// Why it was not rewritten, where it is wrapped.
    pub why_wrapped: Option<String>,
    /// How many events both ran on.
    pub events: usize,
    /// How many branches of the hook were met.
    pub branches_met: usize,
    /// How many it has.
    pub branches_total: usize,
    /// What has no equivalent, was not met, or deserves a look.
    pub findings: Vec<Diagnostic>,
    /// What differs, each with an event that shows it.
    pub differences: Vec<Differs>,
    /// The hook's script.
    pub original: String,
    /// The action's code; empty if there is none.
    pub converted: String,
    /// The files that were written.
    pub files: Vec<String>,
}

/// One way in which an action differs from its hook.
#[derive(Debug, Clone, PartialEq)]
pub struct Differs {
    /// The line of the script, where one is known.
    pub line: Option<u32>,
    /// What differs.
    pub message: String,
    /// What is special about the event.
    pub when: String,
    /// The hook's payload that shows it.
    pub event: Value,
}

/// How many hooks ended in each way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Without a difference.
    pub proven: usize,
    /// With differences.
    pub differs: usize,
    /// Not at all.
    pub refused: usize,
}

impl Counts {
    /// Counts hooks.
    #[must_use]
    pub fn of(hooks: &[Migrated]) -> Self {
        let count = |verdict| hooks.iter().filter(|hook| hook.verdict == verdict).count();
        Self {
            proven: count(Verdict::Proven),
            differs: count(Verdict::Differs),
            refused: count(Verdict::Refused),
        }
    }
}
