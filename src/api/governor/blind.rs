//! A bucket of our own, for tenants whose answers say nothing of theirs.
//!
//! It begins modestly, speeds up with every success, and slows down at a 429,
//! as congestion control does. Must not see headers.

/// Requests a second to begin with.
const FIRST_RATE: f64 = 5.0;
/// What a success adds to the rate before the first refusal.
const GAIN: f64 = 0.5;
/// What a success adds after it, as a part of the rate.
const SLOW_GAIN: f64 = 0.01;
/// No refusal makes it slower than this.
const LEAST_RATE: f64 = 0.05;
/// As fast as it gets.
const MOST_RATE: f64 = 100.0;

/// Our own bucket.
#[derive(Debug)]
pub(super) struct Blind {
    rate: f64,
    /// Requests that may go at once, as of `at`.
    level: f64,
    at: f64,
    refused: bool,
}

impl Blind {
    pub(super) fn new() -> Self {
        Self { rate: FIRST_RATE, level: 2.0, at: 0.0, refused: false }
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

    pub(super) fn succeeded(&mut self) {
        let gain = if self.refused { self.rate * SLOW_GAIN } else { GAIN };
        self.rate = (self.rate + gain).min(MOST_RATE);
    }

    /// A refusal: the rate goes down to a part of what got through lately.
    pub(super) fn refused(&mut self, now: f64) {
        self.rate = (self.rate * 0.6).max(LEAST_RATE);
        self.level = 0.0;
        self.at = now;
        self.refused = true;
    }

    pub(super) fn rate(&self) -> f64 {
        self.rate
    }
}
