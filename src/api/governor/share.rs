//! How much of a bucket's tokens is left to us.
//!
//! Must not know when requests go.

/// After so many tokens, whoever took them, a share is mostly forgotten.
const MEMORY: f64 = 6.0;
/// No share is smaller.
pub(super) const LEAST: f64 = 0.125;

/// How much of what is above the headroom may be under way at a time, until
/// answers have shown whether others have started at the same moment.
const FIRST: f64 = 1.0 / 8.0;

/// The same once a round was answered that nobody else took part in.
const TRUST: f64 = 0.6;

/// An answer as far as shares are concerned.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    pub(super) sent: f64,
    /// What was left.
    pub(super) level: f64,
    /// How many tokens we had taken.
    pub(super) taken: f64,
}

/// Our share of what comes in, of 1.
#[derive(Debug)]
pub(super) struct Share {
    value: f64,
    /// The same for whoever believes in nothing but what answers have shown.
    proven: f64,
    since: Option<Look>,
    /// What others took since a window began.
    theirs: f64,
}

impl Share {
    pub(super) fn new() -> Self {
        Self { value: 1.0, proven: FIRST, since: None, theirs: 0.0 }
    }

    pub(super) fn value(&self) -> f64 {
        self.value
    }

    pub(super) fn is_shared(&self) -> bool {
        self.value < 0.9
    }

    /// A window has begun: nothing before this answer counts. Gives whether
    /// others took from the last one.
    pub(super) fn restart(&mut self, look: Look) -> bool {
        self.since = Some(look);
        let shared = self.theirs >= 1.0;
        if shared {
            self.proven = FIRST;
        }
        self.theirs = 0.0;
        shared
    }

    /// What is left, less what came in and what we took, was taken by others.
    /// Whatever they took of all that was there to take isn't ours.
    pub(super) fn learn(&mut self, look: Look, rate: f64, limit: f64, rtt: f64) {
        let Some(since) = self.since else {
            self.since = Some(look);
            return;
        };
        let came_in = rate * (look.sent - since.sent);
        let ours = look.taken - since.taken;
        if came_in + ours < 1.0 {
            return;
        }
        let full = look.level >= limit - 1.0;
        // What was left is rounded down, save in a full bucket.
        let rounded = if since.level >= limit - 1.0 { 0.5 } else { 0.0 };
        let theirs = (since.level + came_in - ours - look.level - rounded).max(0.0);
        self.theirs += theirs;
        let all = came_in.max(ours + theirs);
        let mut left = 1.0 - theirs / all;
        if full {
            left = left.max((1.0 + (limit - since.level) / all).min(2.0) / 2.0);
        }
        let weight = 1.0 - (-all / MEMORY.max(2.0 * rate * rtt)).exp();
        let follow = |value: &mut f64, least: f64| {
            *value = (*value + weight * (left - *value)).clamp(least, 1.0);
        };
        follow(&mut self.value, LEAST);
        follow(&mut self.proven, FIRST);
        self.since = Some(look);
    }

    pub(super) fn proven(&self) -> f64 {
        self.proven
    }

    /// Whoever had started at the same moment would have shown by now.
    pub(super) fn trust(&mut self) {
        if self.value > 0.95 {
            self.proven = self.proven.max(TRUST);
        }
    }

    /// A refusal: less of it is ours than was believed.
    pub(super) fn refused(&mut self) {
        self.value = (0.7 * self.value).max(LEAST);
        self.proven = (0.7 * self.proven).max(FIRST);
    }
}
