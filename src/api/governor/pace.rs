//! Even steps, for buckets so small that a burst means nothing.
//!
//! Whoever takes evenly, and less than others leave, is hardly ever refused,
//! even by a bucket of two that somebody else shares: it is bursts that empty
//! small buckets. So all there is to find is the rate, and each answer says
//! how full its request found the bucket: fuller than the aim, and the rate
//! rises; emptier, and it sinks. While the bucket is never found full, what was
//! let through is also all that came in, which bounds the rate from above.
//! Where even steps are refused all the same, the bucket fills by windows, and
//! the moment in them matters: then each step is a whole number of windows,
//! counted from a moment when the bucket was full. Must not know what is under
//! way.

/// How full requests are to find the bucket on average, as a part of the room
/// above the headroom; how much fuller after each refusal, and at most.
const AIM: f64 = 0.6;
const AIM_AFTER_REFUSAL: f64 = 0.04;
const MOST_AIM: f64 = 0.75;
/// How much a reading that is off the aim by the whole room changes the
/// logarithm of the rate: at first, and in the long run.
const FIRST_GAIN: f64 = 0.5;
const GAIN: f64 = 0.3;
const SETTLING: f64 = 0.9;
/// A reading after a long gap counts for more, up to so many times.
const MOST_WEIGHT: f64 = 2.5;
/// How much faster at each full bucket to begin with, and how much slower
/// once that was too fast.
const START: f64 = 1.6;
const TOO_FAST: f64 = 0.8;
/// What becomes of the rate when others turn out to take, too, and at a
/// refusal.
const SHARED: f64 = 0.4;
const REFUSED: f64 = 0.75;
/// The bucket's content a window is more than most tenants give; so many full
/// ones in a row say that this one gives more.
const CONVINCED: u32 = 12;
const MORE: f64 = 1.1;
/// Whoever gave way for ever would never end. So the rate stays above this
/// part of what was let through before, and above so much of a bucket of two
/// in each window.
const LEAST: f64 = 0.4;
const SLOWEST: f64 = 0.1;
/// Seconds between two requests at most.
const LONGEST_GAP: f64 = 1200.0;
/// How much of the first request of a run without a full bucket may have come
/// out of what was there before.
const BEFORE: f64 = 0.3;
/// So many refusals show that even steps are not enough.
const UNEVEN: u32 = 2;
/// Of a bucket with less room than this, one window gives a request or two.
const TINY: f64 = 3.0;
/// A request that went later than this part of a window sets a new moment.
const OFF_PHASE: f64 = 0.05;

/// The pace of requests to a small bucket.
#[derive(Debug)]
pub(super) struct Pace {
    /// What the bucket holds above the headroom.
    room: f64,
    window: f64,
    /// Requests a second, and the bounds of it.
    rate: f64,
    most: f64,
    /// Alone, and never yet too fast.
    starting: bool,
    /// Whether others were seen to take.
    shared: bool,
    aim: f64,
    gain: f64,
    /// The gap whose reading counts once.
    usual_gap: f64,
    /// Full buckets in a row; and others in a row, with the time they took.
    fulls: u32,
    emptier: u32,
    emptier_for: f64,
    /// Whether more than one request came in within one window.
    plenty: bool,
    refusals: u32,
    got: Got,
    /// When the last request went that was answered, and the last one at all.
    read: f64,
    last: f64,
    /// The next one not before; and no sooner than this after the last.
    not_before: f64,
    hold: f64,
    /// When a request went, if all keep to the same moment of a window; and
    /// the part of a window that is still owed to the rate.
    phase: Option<f64>,
    owed: f64,
}

/// How fast requests were let through: lately, as the seconds between two, and
/// at best, a second, which is forgotten slowly.
#[derive(Debug, Default)]
struct Got {
    count: u32,
    gap: f64,
    best: f64,
}

impl Got {
    fn learn(&mut self, gap: f64) {
        self.count += 1;
        self.gap = if self.count == 1 { gap } else { 0.85 * self.gap + 0.15 * gap };
        // The first few may have come out of what was there.
        if self.count > 4 {
            self.best = (0.99 * self.best).max(1.0 / self.gap);
        }
    }
}

impl Pace {
    /// A pace for a bucket that holds `room` above the headroom, to begin
    /// with `rate` after a request that was sent at `sent`. Something comes in
    /// within each `window`.
    pub(super) fn new(rate: f64, room: f64, window: f64, sent: f64) -> Self {
        let most = 0.985 * room.max(1.0) / window;
        Self {
            room,
            window,
            rate: rate.max(1.0 / LONGEST_GAP).min(most),
            most,
            starting: true,
            shared: false,
            aim: AIM,
            gain: FIRST_GAIN,
            usual_gap: 2.0 / most,
            fulls: 0,
            emptier: 0,
            emptier_for: 0.0,
            plenty: false,
            refusals: 0,
            got: Got::default(),
            read: sent,
            last: sent,
            not_before: 0.0,
            hold: 0.0,
            phase: None,
            owed: 0.0,
        }
    }

    /// A pace among others, who are known to take.
    pub(super) fn among(rate: f64, room: f64, window: f64, sent: f64) -> Self {
        let most = 2.0 * room;
        let rate = rate.max(1.0 / LONGEST_GAP).min(most);
        let pace = Self::new(rate, room, window, sent);
        Self { most, rate, usual_gap: 1.0 / rate, shared: true, starting: false, ..pace }
    }

    /// Whether it is for a bucket of this size.
    pub(super) fn is_for(&self, room: f64) -> bool {
        (self.room - room).abs() < 1e-9
    }

    pub(super) fn rate(&self) -> f64 {
        self.rate
    }

    /// When the next request may go.
    pub(super) fn ready_at(&self) -> f64 {
        let ready = match self.phase {
            Some(phase) => phase + self.windows().floor().max(1.0) * self.window,
            None => self.last + (1.0 / self.rate).max(self.hold),
        };
        ready.max(self.not_before)
    }

    /// How many windows lie between two requests.
    fn windows(&self) -> f64 {
        1.0 / (self.rate * self.window) + self.owed
    }

    pub(super) fn sent(&mut self, now: f64) {
        if let Some(phase) = self.phase {
            let passed = ((now - phase) / self.window).round().max(1.0);
            self.owed = (self.windows() - passed).clamp(-1.0, 1.0);
            // What a timer is late must not add up.
            let meant = phase + passed * self.window;
            let late = (now - meant).abs() > OFF_PHASE * self.window;
            self.phase = Some(if late { now } else { meant });
        }
        self.last = now;
    }

    /// A request that was sent at `sent` found so much above the headroom, and
    /// was let through.
    pub(super) fn learn(&mut self, sent: f64, found: f64) {
        let gap = sent - self.read;
        if gap <= 0.0 {
            return;
        }
        self.read = sent;
        self.got.learn(gap);
        let full = found >= self.room;
        if !self.may_keep_to_a_phase() {
            self.phase = None;
        } else if full && self.phase.is_none() {
            self.phase = Some(sent);
        }
        if self.starting {
            self.start(full, gap);
        } else {
            self.follow(found / self.room, gap);
        }
        self.count(full, gap);
    }

    /// Whether it makes sense to go at the same moment of each window: not
    /// before refusals have shown that it isn't enough to go evenly, and not
    /// where one window holds several requests.
    fn may_keep_to_a_phase(&self) -> bool {
        self.refusals >= UNEVEN && (self.room < TINY || self.rate * self.window < 1.0)
    }

    /// Faster until the bucket isn't full any more. Then, until it is known
    /// that more comes in, one request a window, which is safe.
    fn start(&mut self, full: bool, gap: f64) {
        if full {
            self.plenty |= self.emptier > 0 && gap <= 1.02 * self.window;
            self.hold = 0.0;
            self.change(START);
        } else {
            self.starting = self.emptier == 0;
            self.hold = if self.plenty { 0.0 } else { self.window };
            self.change(if self.starting { 1.0 } else { TOO_FAST });
        }
    }

    /// Follows how full the bucket was found.
    fn follow(&mut self, part: f64, gap: f64) {
        self.hold = 0.0;
        // Full twice is hardly chance any more, where there is room for more.
        let again = if part >= 1.0 && self.fulls > 0 && self.room >= TINY { 2.0 } else { 1.0 };
        let weight = (gap / self.usual_gap).clamp(1.0, MOST_WEIGHT) * again;
        self.change((self.gain * weight * (part - self.aim)).exp());
        if part < 1.0 {
            self.gain = (self.gain * SETTLING).max(GAIN);
        }
    }

    /// Counts full buckets, and bounds the rate where there is none.
    fn count(&mut self, full: bool, gap: f64) {
        if full {
            (self.emptier, self.emptier_for) = (0, 0.0);
            self.fulls += 1;
            if self.fulls > CONVINCED {
                self.most *= MORE;
            }
        } else {
            self.fulls = 0;
            self.emptier += 1;
            self.emptier_for += gap;
            if self.emptier >= 2 {
                let came_in = f64::from(self.emptier) - BEFORE;
                self.rate = self.rate.min(came_in / self.emptier_for);
            }
        }
    }

    /// Others take from it, too.
    pub(super) fn share(&mut self) {
        if !self.shared {
            (self.shared, self.starting) = (true, false);
            self.hold = 0.0;
            self.change(SHARED);
        }
    }

    /// A request was refused. `chance` is a random number below one: others
    /// were refused at the same moment.
    pub(super) fn refused(&mut self, now: f64, chance: f64) {
        self.fulls = 0;
        self.share();
        self.change(REFUSED);
        self.aim = (self.aim + AIM_AFTER_REFUSAL).min(MOST_AIM);
        self.gain = (self.gain * SETTLING).max(GAIN);
        self.not_before = now + (0.5 + 1.5 * chance) / self.rate;
        self.refusals += 1;
        self.phase = None;
    }

    fn change(&mut self, factor: f64) {
        let least = (LEAST * self.got.best).max(SLOWEST * self.room.min(2.0) / self.window);
        self.rate = (self.rate * factor).max(least).max(1.0 / LONGEST_GAP).min(self.most);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A pace for a bucket of two that another client shares.
    fn shared(rate: f64) -> Pace {
        let mut pace = Pace::new(rate, 2.0, 1.0, 0.0);
        pace.share();
        pace
    }

    /// Requests as the pace wants them, each of which finds so much.
    fn go(pace: &mut Pace, found: &[f64]) {
        for found in found {
            let now = pace.ready_at();
            pace.sent(now);
            pace.learn(now, *found);
        }
    }

    #[test]
    fn full_buckets_quicken_it_and_others_slow_it_down() {
        let mut pace = shared(1.0);
        let before = pace.rate();
        go(&mut pace, &[2.0]);
        let full = pace.rate();
        assert!(full > before);
        go(&mut pace, &[1.0]);
        assert!(pace.rate() < full);
    }

    #[test]
    fn what_was_let_through_bounds_it_while_the_bucket_is_never_full() {
        let mut pace = Pace::new(1.9, 2.0, 1.0, 0.0);
        go(&mut pace, &[1.0; 10]);
        // Alone, and nothing is known to come in but one a window.
        assert!(pace.rate() < 1.1, "{}", pace.rate());
    }

    #[test]
    fn it_never_gives_way_for_ever() {
        let mut pace = shared(1.9);
        go(&mut pace, &[2.0, 1.0, 2.0, 1.0, 2.0, 1.0, 2.0, 1.0]);
        let got = pace.rate();
        for _ in 0..100 {
            let now = pace.ready_at();
            pace.sent(now);
            pace.refused(now, 0.5);
        }
        assert!(pace.rate() >= 0.25 * got.min(1.0), "{} of {got}", pace.rate());
    }

    #[test]
    fn refused_twice_it_keeps_to_a_moment_of_the_window() {
        let mut pace = shared(1.0);
        pace.refused(1.0, 0.0);
        pace.refused(3.0, 0.0);
        go(&mut pace, &[2.0]);
        let phase = pace.read;
        for found in [1.0, 2.0, 1.0, 1.0, 2.0] {
            let windows = pace.ready_at() - phase;
            assert!((windows - windows.round()).abs() < 1e-9 && windows >= 1.0, "{windows}");
            go(&mut pace, &[found]);
        }
    }
}
