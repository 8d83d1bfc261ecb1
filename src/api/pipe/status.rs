//! What can be reported about a run's requests while they are under way.
//!
//! Plain data; must not decide anything.

use std::fmt;
use std::time::Duration;

use tokio::time::Instant;

use crate::api::error::Method;

/// What was counted so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Requests sent, retries and token requests included.
    pub total: u64,
    /// Those that write to the tenant.
    pub writes: u64,
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
    /// What was asked for so far, each once however often it is sent.
    pub wanted: u64,
    /// How much of that is over with.
    pub settled: u64,
    /// How many requests are sent and not answered yet.
    pub under_way: usize,
    /// How many seconds the tenant's clock is ahead of this machine's, by the
    /// `date` of its last answer.
    pub tenant_clock_ahead: Option<f64>,
    /// What the first of them waits for, if it is the rate limit.
    pub waiting: Option<Waiting>,
    /// What requests that failed wait for before they are sent again.
    pub recovering: Option<Waiting>,
    /// How many of these there are.
    pub pauses: usize,
}

/// A wait before a request is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// What is waited for, in words.
    pub why: &'static str,
    /// Until when, where that is known.
    pub until: Option<Instant>,
}

/// One request and what became of it. No header, no body, no token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange<'a> {
    /// The tenant, as its domain is written.
    pub tenant: &'a str,
    /// The method.
    pub method: Method,
    /// Path and query; queries hold page numbers only.
    pub path: &'a str,
    /// Which attempt it was, the first being 1.
    pub attempt: u32,
    /// The answer's status, or why there is none.
    pub outcome: Result<u16, &'static str>,
    /// From the first byte sent to the last one read.
    pub took: Duration,
    /// How much is left of the tenant's limit, and the limit.
    pub left: Option<(u64, u64)>,
}

impl fmt::Display for Exchange<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)?;
        if self.attempt > 1 {
            write!(f, " (attempt {})", self.attempt)?;
        }
        match self.outcome {
            Ok(status) => write!(f, ": {status}")?,
            Err(why) => write!(f, ": {why}")?,
        }
        write!(f, " after {} ms", self.took.as_millis())?;
        match self.left {
            Some((left, limit)) => write!(f, ", {left} of {limit} requests left"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_told_in_one_line() {
        let mut exchange = Exchange {
            tenant: "acme.eu.auth0.com",
            method: Method::Get,
            path: "/api/v2/hooks?page=0",
            attempt: 1,
            outcome: Ok(200),
            took: Duration::from_millis(41),
            left: Some((9, 10)),
        };
        let reported = "GET /api/v2/hooks?page=0: 200 after 41 ms, 9 of 10 requests left";
        assert_eq!(exchange.to_string(), reported);
        exchange.attempt = 2;
        exchange.left = None;
        exchange.outcome = Err("no answer");
        let reported = "GET /api/v2/hooks?page=0 (attempt 2): no answer after 41 ms";
        assert_eq!(exchange.to_string(), reported);
    }
}
