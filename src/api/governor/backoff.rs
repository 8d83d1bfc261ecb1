//! What to do after a 429: everything waits, ever longer, and not for ever.
//!
//! Must not know the bucket.

/// After so many refusals without a success in between, it makes no sense to
/// go on.
const MOST_ROUNDS: u32 = 12;
/// So many rounds are waited for as the server or the bucket says.
const TRUSTED: u32 = 3;
/// The first wait, when nothing says how long.
const FIRST: f64 = 1.0;
/// The longest wait, when nothing says how long.
const LONGEST: f64 = 60.0;

/// The memory of refusals.
#[derive(Debug)]
pub(super) struct Backoff {
    rng: fastrand::Rng,
    /// Rounds of refusals since the last success.
    rounds: u32,
    /// Refusals since the last success.
    answers: u32,
    /// Nothing goes before this.
    until: f64,
    /// When the pause was laid on: refusals of requests sent before belong to
    /// the same round, successes of such requests don't end it.
    since: f64,
}

impl Backoff {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            rng: fastrand::Rng::with_seed(seed),
            rounds: 0,
            answers: 0,
            until: 0.0,
            since: f64::NEG_INFINITY,
        }
    }

    /// A request sent at `sent` was refused at `now`. `hint` is what the
    /// bucket makes of the headers, in seconds from now.
    pub(super) fn throttled(&mut self, sent: f64, now: f64, said: Option<f64>, hint: Option<f64>) {
        self.answers += 1;
        if sent >= self.since {
            self.rounds += 1;
            self.since = now;
        }
        let doubled =
            |first: f64, times: u32| (first * 2f64.powi(times.min(10) as i32)).min(LONGEST);
        let again = self.rounds.saturating_sub(1);
        let patient = doubled(FIRST, again);
        // A server's word counts, but the same word over and over doesn't; nor
        // does what the bucket's rate says.
        let wait = match (said, hint) {
            (Some(said), _) if self.rounds <= TRUSTED => said.max(0.05),
            (Some(said), _) => said.max(patient),
            (None, Some(hint)) if self.rounds <= TRUSTED => doubled(hint.max(0.05), again),
            (None, Some(_)) => doubled(FIRST, self.rounds - TRUSTED),
            (None, None) => patient,
        };
        let jitter = 1.0 + 0.2 * self.rng.f64();
        self.until = self.until.max(now + wait * jitter);
    }

    /// A request sent at `sent` was let through.
    pub(super) fn succeeded(&mut self, sent: f64) {
        if sent >= self.since {
            self.rounds = 0;
            self.answers = 0;
        }
    }

    /// Whether to wait: until when, or (`None`) for the one request that is
    /// to find out whether the tenant answers again.
    pub(super) fn paused_until(&self, now: f64, in_flight: usize) -> Option<Option<f64>> {
        if now < self.until {
            Some(Some(self.until))
        } else if self.rounds > 0 && in_flight > 0 {
            Some(None)
        } else {
            None
        }
    }

    /// How many refusals in a row, once they are too many.
    pub(super) fn exhausted(&self) -> Option<u32> {
        (self.rounds >= MOST_ROUNDS).then_some(self.answers)
    }
}
