//! The shapes of what `apply` and `validate` come to; [`super::convert`] fills
//! them.
//!
//! As in [`super::output`], fields may be added and not renamed.

use schemars::JsonSchema;
use serde::Serialize;

use super::output::Requests;

/// `apply --format json`
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Apply {
    /// The version of this format.
    #[schemars(extend("const" = "1"))]
    pub format_version: &'static str,
    /// The tenant's domain.
    pub tenant: String,
    /// The applied plan's fingerprint.
    #[schemars(regex(pattern = "^sha256:[0-9a-f]{64}$"))]
    pub fingerprint: String,
    /// What became of each change, in the plan's order.
    pub results: Vec<ApplyResult>,
    /// How many changes ended in which way.
    pub summary: ApplySummary,
    /// The requests of the run.
    pub requests: Requests,
}

/// What became of one change.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ApplyResult {
    /// What was to be done; `write_secrets` where a hook's secrets were sent
    /// again and nothing else.
    #[schemars(extend("enum" = ["create", "update", "replace", "delete", "write_secrets"]))]
    pub action: &'static str,
    /// Of what kind it is.
    #[schemars(extend("enum" = ["hook", "action", "bindings"]))]
    pub kind: &'static str,
    /// The hook's name.
    pub name: String,
    /// The hook's trigger.
    pub trigger_id: String,
    /// The hook's id, as far as it has one.
    pub id: Option<String>,
    /// How it ended. `failed`: some of it was attempted, and not all of that
    /// is done.
    #[schemars(extend("enum" = ["applied", "failed", "not_attempted"]))]
    pub outcome: &'static str,
    /// Why it failed or wasn't attempted.
    pub error: Option<ApplyError>,
}

/// The request that a change failed at.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ApplyError {
    /// The HTTP method; null where no request was made.
    pub method: Option<String>,
    /// The path; null where no request was made.
    pub path: Option<String>,
    /// The HTTP status; null where there was no answer.
    pub status: Option<u16>,
    /// The service's `errorCode`.
    pub error_code: Option<String>,
    /// The service's message, or what happened instead of an answer.
    pub message: String,
}

/// How many changes ended in which way.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ApplySummary {
    /// Done.
    pub applied: usize,
    /// Failed.
    pub failed: usize,
    /// Not attempted.
    pub not_attempted: usize,
}

/// `validate --format json`
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Validate {
    /// The version of this format.
    #[schemars(extend("const" = "1"))]
    pub format_version: &'static str,
    /// How much was looked at and found.
    pub summary: ValidateSummary,
    /// The findings, ordered by file and place.
    pub diagnostics: Vec<Finding>,
}

/// How much was looked at and found.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ValidateSummary {
    /// Definitions that were looked at.
    pub definitions: usize,
    /// Findings that stop plan and apply.
    pub errors: usize,
    /// Findings that are very likely not what was meant.
    pub warnings: usize,
}

/// One finding.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Finding {
    /// The rule's stable code.
    pub code: &'static str,
    /// How much it weighs.
    #[schemars(extend("enum" = ["error", "warning", "note"]))]
    pub severity: &'static str,
    /// What is wrong.
    pub message: String,
    /// The next step.
    pub hint: Option<String>,
    /// The file.
    pub file: Option<String>,
    /// The line, from 1.
    pub line: Option<usize>,
    /// The column in characters, from 1.
    pub column: Option<usize>,
}
