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
    /// The result of each change, in the plan's order.
    pub results: Vec<ApplyResult>,
    /// The number of changes, by outcome.
    pub summary: ApplySummary,
    /// The requests of the run.
    pub requests: Requests,
}

/// The result of one change.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ApplyResult {
    /// What was to be done. `write_secrets`: only secrets were sent again.
    #[schemars(extend("enum" = ["create", "update", "replace", "delete", "write_secrets"]))]
    pub action: &'static str,
    /// The kind.
    #[schemars(extend("enum" = ["hook", "action", "bindings"]))]
    pub kind: &'static str,
    /// The name.
    pub name: String,
    /// The trigger.
    pub trigger_id: String,
    /// The id, if there is one.
    pub id: Option<String>,
    /// The outcome. `failed`: it was attempted, but not completed.
    #[schemars(extend("enum" = ["applied", "failed", "not_attempted"]))]
    pub outcome: &'static str,
    /// Why it failed or wasn't attempted.
    pub error: Option<ApplyError>,
}

/// The request with which a change failed.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ApplyError {
    /// The HTTP method; null if no request was sent.
    pub method: Option<String>,
    /// The path; null if no request was sent.
    pub path: Option<String>,
    /// The HTTP status; null if there was no answer.
    pub status: Option<u16>,
    /// The tenant's `errorCode`.
    pub error_code: Option<String>,
    /// The tenant's message, or what happened instead of an answer.
    pub message: String,
}

/// The number of changes, by outcome.
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
    /// The numbers of definitions and findings.
    pub summary: ValidateSummary,
    /// The findings, ordered by file and place.
    pub diagnostics: Vec<Finding>,
}

/// The numbers of definitions and findings.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ValidateSummary {
    /// Definitions that were checked.
    pub definitions: usize,
    /// Findings that stop plan and apply.
    pub errors: usize,
    /// Findings that are probably mistakes.
    pub warnings: usize,
}

/// One finding.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Finding {
    /// The rule's stable code.
    pub code: &'static str,
    /// The severity.
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
