//! What can be told about a run's requests while they are under way.
//!
//! Plain data; must not decide anything.

use std::time::Instant;

/// What was counted so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Requests sent, retries and token requests included.
    pub total: u64,
    /// Answers with status 429.
    pub throttled: u64,
    /// Requests that were sent again, for whatever reason.
    pub retried: u64,
    /// Milliseconds in which the run waited for the rate limit, by the clock
    /// on the wall (tasks that wait side by side count once).
    pub waited_ms: u64,
}

/// The state of a run's requests.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Status {
    /// What was counted so far.
    pub counts: Counts,
    /// How many requests wait to be sent.
    pub queued: usize,
    /// How many requests have been answered.
    pub answered: u64,
    /// How many seconds the tenant's clock is ahead of this machine's, by the
    /// `date` of its last answer.
    pub tenant_clock_ahead: Option<f64>,
    /// What the first of them waits for, if it is the rate limit.
    pub waiting: Option<Waiting>,
}

/// A wait for the rate limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// What is waited for, in words.
    pub why: &'static str,
    /// Until when, where that is known.
    pub until: Option<Instant>,
}
