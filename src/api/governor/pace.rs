//! Steady steps, for buckets so small that a burst means nothing.
//!
//! A bucket of two (the free plan's) leaves no room for reckoning: one request
//! of somebody else's halves it. There the only thing that can be told apart
//! is whether a request found the bucket full. If it did, the next comes a
//! little sooner; if not, a little later. The pace settles where half of them
//! do, which is the rate that is left to us, whether the bucket fills all the
//! time or by windows: requests a second's fraction apart never meet twice in
//! one window. Must not know what is under way.

/// How much sooner, until the bucket was first found other than full.
const START: f64 = 1.6;
/// How much sooner after that, for every half second since the last request:
/// a slow pace recovers as fast as a quick one.
const SOONER: f64 = 1.03;
/// The most of it at once.
const MOST_SOONER: f64 = 1.4;
/// How much later.
const LATER: f64 = 0.988;
/// How much later after a refusal.
const REFUSED: f64 = 0.8;
/// The bucket's content a second is more than most tenants give; so many full
/// ones in a row say that this one gives more.
const CONVINCED: u32 = 12;
/// No slower than this part of the first guess: whoever gave way for ever
/// would never end.
const LEAST: f64 = 0.16;
/// What becomes of the pace when others turn out to take, too, and how much a
/// request that found the bucket full, or not, changes it from then on.
const SHARED: f64 = 0.5;
const SHARED_STEP: f64 = 1.06;

/// The pace of requests to a small bucket.
#[derive(Debug)]
pub(super) struct Pace {
    rate: f64,
    most: f64,
    least: f64,
    starting: bool,
    /// Whether others were seen to take.
    shared: bool,
    fulls: u32,
    next: f64,
}

impl Pace {
    /// A pace for a bucket that holds `room` above the headroom, to begin
    /// with `rate` after a request that was sent at `sent`.
    pub(super) fn new(rate: f64, room: f64, sent: f64) -> Self {
        let most = 0.985 * room.max(1.0);
        let rate = rate.clamp(1e-4, most);
        Self {
            rate,
            most,
            least: LEAST * rate,
            starting: true,
            shared: false,
            fulls: 0,
            next: sent + 1.0 / rate,
        }
    }

    pub(super) fn rate(&self) -> f64 {
        self.rate
    }

    /// When the next request may go.
    pub(super) fn ready_at(&self) -> f64 {
        self.next
    }

    pub(super) fn sent(&mut self, now: f64) {
        self.next = now + 1.0 / self.rate;
    }

    /// A request found the bucket full, or not.
    pub(super) fn learn(&mut self, full: bool) {
        if self.shared {
            self.faster(if full { SHARED_STEP } else { 1.0 / SHARED_STEP });
        } else if full {
            self.fulls += 1;
            if self.fulls > CONVINCED {
                self.most *= SOONER;
            }
            let sooner = SOONER.powf(2.0 / self.rate).min(MOST_SOONER);
            self.faster(if self.starting { START } else { sooner });
        } else {
            self.fulls = 0;
            self.starting = false;
            self.faster(LATER);
        }
    }

    /// Others take from it, too.
    pub(super) fn share(&mut self) {
        if !self.shared {
            self.shared = true;
            self.faster(SHARED);
        }
    }

    /// A request was refused. `chance` is a random number below one: others
    /// were refused at the same moment.
    pub(super) fn refused(&mut self, now: f64, chance: f64) {
        self.fulls = 0;
        self.starting = false;
        self.share();
        self.faster(REFUSED);
        self.next = self.next.max(now + (0.5 + 1.5 * chance) / self.rate);
    }

    fn faster(&mut self, factor: f64) {
        self.rate = (self.rate * factor).clamp(self.least, self.most);
    }
}
