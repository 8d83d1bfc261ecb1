//! What became of a plan: the result of an apply, as plain data.
//!
//! Must not decide anything; `sync` fills it, `report` shows it.

use super::Fingerprint;
use crate::model::{Id, Kind, Name, Trigger};
use crate::plan::Verb;

/// What an apply did, change by change.
#[derive(Debug, Clone)]
pub struct ApplyReport {
    /// The tenant's domain.
    pub tenant: String,
    /// The applied plan's fingerprint.
    pub fingerprint: Fingerprint,
    /// One for each change of the plan, in its order.
    pub results: Vec<ChangeResult>,
    /// What the reader has to know besides, such as a name that the tenant
    /// rewrote.
    pub notes: Vec<String>,
    /// Whether it was interrupted by the user.
    pub interrupted: bool,
    /// Whether the tenant refused a kind of write as such: it is
    /// read-only or switched off.
    pub tenant_refuses: bool,
    /// Whether something is known to be written, and not to be put back.
    pub wrote: bool,
}

/// What became of one change.
#[derive(Debug, Clone)]
pub struct ChangeResult {
    /// What was to be done.
    pub verb: Verb,
    /// Of what kind it is.
    pub kind: Kind,
    /// The name.
    pub name: Name,
    /// Its trigger.
    pub trigger: Trigger,
    /// Its id, as far as it has one.
    pub id: Option<Id>,
    /// How it ended.
    pub outcome: Outcome,
    /// Why it failed, or why it wasn't attempted.
    pub error: Option<FailedRequest>,
    /// Parts that were carried out all the same, in words.
    pub done: Vec<String>,
}

/// How a change ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// All of it is done, and the tenant's answers agree.
    Applied,
    /// Some of it was attempted, and not all of that is done.
    Failed,
    /// None of it was attempted.
    NotAttempted,
}

impl Outcome {
    /// The word used in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Failed => "failed",
            Self::NotAttempted => "not_attempted",
        }
    }
}

/// The request that a change failed at. `method`, `path` and `status` are
/// empty where no request was made or answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedRequest {
    /// The HTTP method.
    pub method: Option<String>,
    /// The path below the tenant's domain.
    pub path: Option<String>,
    /// The HTTP status.
    pub status: Option<u16>,
    /// The service's `errorCode`.
    pub error_code: Option<String>,
    /// The service's message, or ours.
    pub message: String,
    /// The next step.
    pub hint: Option<String>,
}

/// What the governor counted over a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RequestCounts {
    /// Requests sent, retries and token requests included.
    pub total: u64,
    /// Those that write to the tenant.
    pub writes: u64,
    /// Answers with status 429.
    pub throttled: u64,
    /// Requests that were sent again, for whatever reason.
    pub retried: u64,
    /// Milliseconds in which requests waited for the rate limit, added up
    /// over the run's own clock (not over parallel tasks).
    pub waited_ms: u64,
}

impl ApplyReport {
    /// How many changes ended in one way.
    #[must_use]
    pub fn count(&self, outcome: Outcome) -> usize {
        self.results.iter().filter(|result| result.outcome == outcome).count()
    }
}
