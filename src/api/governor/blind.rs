//! A bucket of our own, for tenants whose answers say nothing of theirs.
//!
//! It begins modestly, speeds up with every success, and slows down at a 429,
//! as congestion control does. Must not see headers.

/// Requests a second to begin with.
const FIRST_RATE: f64 = 5.0;
/// What a success adds to the rate before the first refusal.
const GAIN: f64 = 0.5;
/// How much faster it gets after it, in a second without a refusal.
const REGAIN: f64 = 1.03;
/// How much slower a refusal makes it.
const REFUSED: f64 = 0.7;
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
    /// When the rate last changed.
    changed: f64,
    last_refusal: f64,
}

impl Blind {
    pub(super) fn new() -> Self {
        Self {
            rate: FIRST_RATE,
            level: 2.0,
            at: 0.0,
            refused: false,
            changed: 0.0,
            last_refusal: f64::NEG_INFINITY,
        }
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

    pub(super) fn succeeded(&mut self, now: f64) {
        if self.refused {
            let seconds = (now - self.changed).clamp(0.0, 1.0);
            self.rate *= REGAIN.powf(seconds);
            self.changed = self.changed.max(now);
        } else {
            self.rate += GAIN;
        }
        self.rate = self.rate.min(MOST_RATE);
    }

    /// A request sent at `sent` was refused. Of requests that were under way
    /// together only the first one counts.
    pub(super) fn refused(&mut self, sent: f64, now: f64) {
        if self.last_refusal >= sent {
            return;
        }
        self.rate = (self.rate * REFUSED).max(LEAST_RATE);
        (self.level, self.at, self.changed, self.last_refusal) = (0.0, now, now, now);
        self.refused = true;
    }

    pub(super) fn rate(&self) -> f64 {
        self.rate
    }
}
