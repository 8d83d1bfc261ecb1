//! A bucket of our own, for tenants whose answers say nothing of theirs.
//!
//! It begins modestly, speeds up with every success, and slows down at a 429,
//! as congestion control does. Must not see headers.

/// Requests a second to begin with.
const FIRST_RATE: f64 = 5.0;
/// What a success adds to the rate before the first refusal.
const GAIN: f64 = 0.5;
/// How much faster it gets after it, in a second without a refusal.
const REGAIN: f64 = 1.01;
/// How much slower the first refusal makes it.
const REFUSED: f64 = 0.5;
/// Two refusals each found the bucket empty: what was let through in between
/// is what came in. So much of that is used from then on.
const KEPT: f64 = 0.93;
/// How long the same refusal is reckoned from.
const SPAN: f64 = 20.0;
/// The least time and number of successes to reckon with.
const LEAST_SECONDS: f64 = 2.0;
const LEAST_SUCCESSES: f64 = 3.0;
/// No refusal makes it slower than this.
const LEAST_RATE: f64 = 0.02;
/// As fast as it gets.
const MOST_RATE: f64 = 250.0;

/// Our own bucket.
#[derive(Debug)]
pub(super) struct Blind {
    rate: f64,
    /// Requests that may go at once, as of `at`.
    level: f64,
    at: f64,
    refused: bool,
    /// When the first refusal of those came that the rate follows from, and
    /// the successes since.
    empty_at: Option<f64>,
    successes: f64,
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
            empty_at: None,
            successes: 0.0,
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
        self.successes += 1.0;
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
        let seconds = now - self.empty_at.unwrap_or(now);
        if seconds >= LEAST_SECONDS && self.successes >= LEAST_SUCCESSES {
            self.rate = KEPT * self.successes / seconds;
            // What was long ago says less; but the longer, the more exact.
            if seconds > SPAN {
                (self.empty_at, self.successes) = (Some(now), 0.0);
            }
        } else {
            self.rate *= REFUSED;
        }
        if self.empty_at.is_none() {
            (self.empty_at, self.successes) = (Some(now), 0.0);
        }
        self.rate = self.rate.clamp(LEAST_RATE, MOST_RATE);
        (self.level, self.at, self.changed, self.last_refusal) = (0.0, now, now, now);
        self.refused = true;
    }

    pub(super) fn rate(&self) -> f64 {
        self.rate
    }
}
