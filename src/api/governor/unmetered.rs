//! A bucket of our own, for tenants whose answers don't show theirs, and for
//! limits that no header shows.
//!
//! It begins modestly, speeds up with every success, and slows down at a 429,
//! as congestion control does. Must not know the metered bucket.

use super::signal::Signal;

/// Requests a second to begin with, as fast and as slow as it gets.
const FIRST_RATE: f64 = 5.0;
const MOST_RATE: f64 = 250.0;
const LEAST_RATE: f64 = 0.02;
/// What a success adds to the rate before the first refusal.
const GAIN: f64 = 0.5;
/// How much faster it gets after it, in a second without a refusal.
const REGAIN: f64 = 1.01;
/// Two refusals each found the bucket empty: what was let through in between
/// is what came in. So much of that is used from then on.
const KEPT: f64 = 0.93;
/// How long, at least and at most, the same refusal is reckoned from.
const SPAN: (f64, f64) = (2.0, 20.0);
/// A refusal is explained by the headers if so many were left, or fewer.
const LEFT: f64 = 2.0;
/// So many refusals that they don't explain, lately, are proof.
const PROOF: f64 = 2.0;
/// A limit that has refused nothing for so many seconds may be gone.
const LONG_AGO: f64 = 60.0;

/// Our own bucket.
#[derive(Debug)]
pub(super) struct Unmetered {
    rate: f64,
    /// Requests that may go at once, as of `at`.
    level: f64,
    at: f64,
    /// When the refusal came that the rate follows from, and the successes since.
    empty_at: Option<f64>,
    successes: f64,
    /// When the rate last changed.
    changed: f64,
    last_refusal: f64,
    /// Refusals that the headers don't explain.
    doubts: f64,
    found: bool,
}

impl Unmetered {
    pub(super) fn new() -> Self {
        Self {
            rate: FIRST_RATE,
            level: 2.0,
            at: 0.0,
            empty_at: None,
            successes: 0.0,
            changed: 0.0,
            last_refusal: f64::NEG_INFINITY,
            doubts: 0.0,
            found: false,
        }
    }

    /// Whether there is a limit that no header shows.
    pub(super) fn is_found(&self, now: f64) -> bool {
        self.found && now < self.last_refusal + LONG_AGO
    }

    pub(super) fn rate(&self) -> f64 {
        self.rate
    }

    fn level_at(&self, now: f64) -> f64 {
        let burst = (self.rate / 4.0).max(2.0);
        (self.level + (now - self.at).max(0.0) * self.rate).min(burst)
    }

    /// When the next request may go.
    pub(super) fn ready_at(&self, now: f64) -> f64 {
        now + ((1.0 - self.level_at(now)) / self.rate).max(0.0)
    }

    pub(super) fn sent(&mut self, now: f64) {
        self.level = self.level_at(now) - 1.0;
        self.at = now;
    }

    /// A request sent at `sent` was answered. `expected` is what the headers
    /// before showed to be left.
    pub(super) fn answered(&mut self, sent: f64, now: f64, signal: &Signal, expected: Option<f64>) {
        if !signal.throttled {
            self.doubts *= 0.9;
            self.succeeded(now);
            return;
        }
        let shown = signal.bucket.map(|bucket| bucket.remaining);
        if shown.or(expected).is_some_and(|left| left >= LEFT) {
            // Without headers others may have taken it, but not often.
            self.doubts += 1.0;
            self.found |= shown.is_some() || self.doubts > PROOF;
        }
        // Of requests that were under way together only the first one counts.
        if self.last_refusal < sent {
            self.refused(now);
        }
    }

    fn succeeded(&mut self, now: f64) {
        self.successes += 1.0;
        if self.empty_at.is_some() {
            let seconds = (now - self.changed).clamp(0.0, 1.0);
            self.rate *= REGAIN.powf(seconds);
            self.changed = self.changed.max(now);
        } else {
            self.rate += GAIN;
        }
        self.rate = self.rate.min(MOST_RATE);
    }

    fn refused(&mut self, now: f64) {
        let seconds = now - self.empty_at.unwrap_or(now);
        let long = seconds > SPAN.1;
        self.rate = match seconds >= SPAN.0 && self.successes >= 3.0 {
            true => KEPT * self.successes / seconds,
            false => 0.5 * self.rate,
        };
        if self.empty_at.is_none() || long {
            (self.empty_at, self.successes) = (Some(now), 0.0);
        }
        self.rate = self.rate.clamp(LEAST_RATE, MOST_RATE);
        (self.level, self.at, self.changed, self.last_refusal) = (0.0, now, now, now);
    }
}
