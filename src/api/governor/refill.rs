//! How a bucket refills: all the time, or all at once.
//!
//! `reset` is when the bucket will be full, whatever others take. Must not
//! know when requests go.

/// Nobody goes more slowly than this where something is left, in seconds.
const LONGEST_GAP: f64 = 1.0;

/// A bucket that says nothing of use is taken to fill within so many seconds.
const LONGEST_FILL: f64 = 30.0;

/// In a bucket of fewer tokens each of them counts.
const SMALL: f64 = 5.0;

/// What one answer says about the refill.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    pub(super) limit: f64,
    pub(super) level: f64,
    /// How many tokens we had taken, at least and at most.
    pub(super) taken: (f64, f64),
    pub(super) sent: f64,
    pub(super) now: f64,
    /// The same by the tenant's clock: when it was served, at least and at most.
    pub(super) served: Option<(f64, f64)>,
    pub(super) reset: Option<f64>,
    /// Whether nobody else seems to be there.
    pub(super) alone: bool,
}

/// The shape of a refill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Not known yet.
    Unknown,
    /// Nothing came in when it should have: perhaps windows.
    Doubtful,
    /// Tokens come in all the time.
    Continuous,
    /// Tokens come in when `reset` has passed.
    Windows,
}

/// What is known of a bucket's refill.
#[derive(Debug)]
pub(super) struct Refill {
    shape: Shape,
    /// Tokens a second, if they come in all the time.
    low: f64,
    high: f64,
    limit: f64,
    reset: Option<f64>,
    moved: bool,
    /// The most that was seen to come in at once, and the shortest time
    /// between two such moments.
    step: f64,
    period: f64,
    doubts: u32,
    /// Windows don't begin at whole seconds, but `reset` is rounded up to one:
    /// how long after the second before, at least and at most.
    phase: (f64, f64),
    /// Whether a window was seen to be more than a second away.
    is_long: bool,
    /// While `reset` was the same: the least sum of what was left and what we
    /// had taken, and when it was sent and answered.
    base: Option<(f64, f64, f64)>,
}

impl Refill {
    pub(super) fn new() -> Self {
        Self {
            shape: Shape::Unknown,
            low: 0.0,
            high: f64::INFINITY,
            limit: 0.0,
            reset: None,
            moved: false,
            step: 0.0,
            period: 0.0,
            doubts: 0,
            phase: (0.0, 1.0),
            is_long: false,
            base: None,
        }
    }

    pub(super) fn shape(&self) -> Shape {
        self.shape
    }

    /// When the next window has surely begun, by the tenant's clock.
    pub(super) fn next_window(&self) -> Option<f64> {
        self.reset.map(|reset| reset - 1.0 + self.phase.1)
    }

    /// The time of a token, for going evenly where little is left.
    pub(super) fn even(&self) -> f64 {
        if self.low > 0.0 { (1.0 / self.low).min(LONGEST_GAP) } else { 0.0 }
    }

    /// What a window brings, and how long it takes.
    pub(super) fn window(&self) -> Option<(f64, f64)> {
        (self.step >= 1.0 && self.period > 0.0).then_some((self.step, self.period))
    }

    /// Whether the newest answer showed another `reset` than those before.
    pub(super) fn has_moved(&self) -> bool {
        self.moved
    }

    /// Tokens a second.
    pub(super) fn rate(&self) -> f64 {
        let low = if self.low > 0.0 { self.low } else { self.limit / LONGEST_FILL };
        if self.is_rate_known() { low } else { (low * self.high.clamp(low, 2.0 * low)).sqrt() }
    }

    fn is_rate_known(&self) -> bool {
        self.low > 0.0 && self.high <= 1.5 * self.low
    }

    /// Tokens a second, if that much is known by now.
    pub(super) fn about(&self) -> Option<f64> {
        match self.shape {
            Shape::Windows => self.window().map(|(step, period)| step / period),
            _ if self.is_rate_known() => Some(self.low),
            _ => (self.high <= 3.0 * self.low).then(|| (self.low * self.high).sqrt()),
        }
    }

    pub(super) fn learn(&mut self, look: &Look) {
        if look.limit != self.limit {
            *self = Self { limit: look.limit, ..Self::new() };
        }
        self.learn_shape(look);
        self.learn_phase(look);
        let usable = look.reset.zip(look.served).filter(|(reset, served)| *reset >= served.0);
        if let Some((reset, served)) = usable {
            // What is left is rounded down; but after a full bucket's first
            // token exactly one is missing.
            let most = look.limit - look.level;
            let least = (most - 1.0).max(f64::from(u8::from(most == 1.0)));
            self.learn_rate((least, most), reset - served.1 - 1.0, reset - served.0);
        } else {
            self.learn_from_gain(look);
        }
    }

    /// Without a `reset` of use, what is seen to come in is all that is known.
    fn learn_from_gain(&mut self, look: &Look) {
        let gained = self
            .base
            .map(|(least, since, _)| (look.level + look.taken.0 - least, look.now - since));
        if let Some((gained, seconds)) = gained.filter(|(gained, _)| *gained >= 1.0) {
            self.low = self.low.max(gained / seconds);
            self.base = Some((look.level + look.taken.1, look.sent, look.now));
        }
    }

    /// So much is missing, and will have come in after so long.
    fn learn_rate(&mut self, missing: (f64, f64), soonest: f64, latest: f64) {
        let low = if latest > 0.0 { missing.0 / (latest + 0.02) } else { 0.0 };
        let high = if soonest > 0.02 { missing.1 / (soonest - 0.02) } else { f64::INFINITY };
        if low.max(self.low) <= high.min(self.high) {
            (self.low, self.high) = (low.max(self.low), high.min(self.high));
            return;
        }
        // No single rate explains all answers: tokens don't come in evenly.
        (self.low, self.high) = (low, high);
        if self.shape != Shape::Continuous {
            self.shape = Shape::Windows;
        }
    }

    /// A window begins after the answer that announces it, and no later than a
    /// whole window after it.
    fn learn_phase(&mut self, look: &Look) {
        let (Some(reset), Some(served)) = (look.reset, look.served) else { return };
        // Windows of a second are the shortest; of longer ones, a second's
        // part is little.
        self.is_long |= reset - served.1 > 2.05;
        let latest = if self.is_long { reset } else { served.1 + 1.0 };
        let (low, high) = (served.0 - (reset - 1.0), latest - (reset - 1.0));
        let phase = (self.phase.0.max(low), self.phase.1.min(high));
        let is_possible = phase.0 <= phase.1 && (0.0..=1.0).contains(&phase.1);
        self.phase = if is_possible { phase } else { (0.0, 1.0) };
    }

    fn learn_shape(&mut self, look: &Look) {
        let sum = (look.level + look.taken.0, look.level + look.taken.1);
        self.moved = look.reset != self.reset;
        let earlier = self.reset.is_some_and(|old| {
            look.reset.is_some_and(|new| new > old)
                && look.served.is_some_and(|(_, at)| at < old - 1.1)
        });
        if earlier {
            self.shape = Shape::Continuous;
        }
        if self.moved {
            if let (Some(old), Some(new)) = (self.reset, look.reset)
                && new > old
            {
                if let Some((least, ..)) = self.base {
                    self.step = self.step.max(sum.0 - least);
                    // A window that brings nothing is none.
                    if look.alone && look.limit < SMALL && sum.1 <= least {
                        self.shape = Shape::Continuous;
                    }
                }
                let period = new - old;
                self.period = if self.period == 0.0 { period } else { self.period.min(period) };
            }
            (self.reset, self.base) = (look.reset, None);
            if self.shape == Shape::Doubtful {
                self.shape = Shape::Unknown;
            }
        }
        let Some((least, since, known)) = self.base else {
            self.base = Some((sum.1, look.sent, look.now));
            return;
        };
        if sum.0 >= least + 1.0 && look.sent >= known && self.reset.is_some() {
            // Something came in before its time.
            self.shape = Shape::Continuous;
        } else if self.shape == Shape::Unknown
            && sum.1 < least + 1.0
            && self.rate() * (look.sent - since) > 1.5
        {
            self.doubts += 1;
            self.shape = if self.doubts < 2 { Shape::Doubtful } else { Shape::Windows };
        }
        if sum.1 < least {
            self.base = Some((sum.1, look.sent, look.now));
        }
    }
}
