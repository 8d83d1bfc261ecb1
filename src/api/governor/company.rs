//! How fast to go where others take from the same bucket, too.
//!
//! Several clients that each take whatever they see would take it all at the
//! same moment. So each keeps a rate of its own that follows the bucket's
//! level: above the aim it grows, below it shrinks. All see the same level;
//! and since every one changes in proportion to what it has, it does not
//! matter how many they are. Where each window fills the bucket, the level that
//! counts is the lowest of a window. Must not count on anything that comes in.

/// The level to aim at, as a part of what is above the headroom.
const AIM: f64 = 0.25;
/// What is to be left at the end of a window that fills the bucket: this part of
/// the headroom, since what others took of the window was kept for them, too;
/// or this part of the bucket, if that is more.
const LEFT: f64 = 0.4;
const LEAST_LEFT: f64 = 0.05;
/// The least part of such a window that is taken, so that a run ends where
/// others leave no more than that.
const LEAST_SHARE: f64 = 0.1;
/// How many answers tell a window's lowest level, at least.
const ENOUGH: f64 = 3.0;
/// What a refusal makes of the rate.
const REFUSED: f64 = 0.6;
/// What a level below the headroom makes of it.
const TOO_DEEP: f64 = 0.85;
/// So far above the aim, as a part of the room, it grows in leaps.
const PLENTY: f64 = 0.1;
/// It doesn't grow beyond so many times what goes in fact.
const UNUSED: f64 = 2.0;
/// The part of a rate that has gone in fact if it was made use of.
const USED: f64 = 0.7;
/// How much the gaps between two requests vary.
const UNEVEN: f64 = 0.15;
/// Seconds between two requests at most.
const LONGEST_GAP: f64 = 1200.0;
/// As fast as it gets.
const MOST_RATE: f64 = 1e3;
/// The slowest that the rate follows the level, a second.
const LEAST_FOLLOWING: f64 = 0.5;

/// A rate that follows the level.
#[derive(Debug)]
pub(super) struct Company {
    rate: f64,
    /// When it last changed, and when it was last cut.
    changed: f64,
    cut: f64,
    /// How much the level counts.
    gain: f64,
    /// When requests went, and how many a second lately.
    sent_at: f64,
    /// How much longer than the rate says the next gap is.
    stride: f64,
    chance: f64,
    sending: f64,
    /// The lowest and the highest level since some time.
    lowest: f64,
    highest: f64,
    since: f64,
    /// How many answers came since then, and whether about as many went lately
    /// as the rate says.
    answers: f64,
    used: bool,
    /// The last level, and when it was told.
    last: (f64, f64),
    /// Whether each window fills the bucket, and how often that showed lately.
    fills: bool,
    jumps: f64,
}

impl Company {
    /// Begins with `rate`.
    pub(super) fn new(rate: f64, now: f64) -> Self {
        Self {
            rate: rate.max(1e-3),
            changed: now,
            cut: now,
            gain: 1.0,
            sent_at: now,
            stride: 1.0,
            chance: 0.0,
            sending: rate.max(1e-3),
            lowest: f64::INFINITY,
            highest: 0.0,
            since: now,
            answers: 0.0,
            used: true,
            last: (f64::INFINITY, now),
            fills: false,
            jumps: 0.0,
        }
    }

    /// A request goes. `chance` is a random number below one: whoever went in
    /// step with the windows would see the same level each time.
    pub(super) fn sent(&mut self, now: f64, chance: f64) {
        (self.stride, self.chance) = (1.0 + UNEVEN * (2.0 * chance - 1.0), chance);
        let gap = (now - self.sent_at).max(1e-4);
        let gaps = 1.0 / self.sending;
        self.sending = 1.0 / (gaps + (gap - gaps) / (2.0 * self.rate).clamp(1.0, 8.0));
        self.sent_at = now;
    }

    /// An answer comes, whether or not it says anything new.
    pub(super) fn answered(&mut self, now: f64) {
        if now >= self.since {
            self.answers += 1.0;
        }
    }

    /// An answer says how much is left.
    pub(super) fn learn(&mut self, level: Level, now: f64, rtt: f64, refused: bool) {
        self.learn_fills(level, now);
        // What was sent before the last change says nothing of that.
        if now >= self.since {
            self.lowest = self.lowest.min(if refused { 0.0 } else { level.remaining });
            self.highest = self.highest.max(level.remaining);
        }
        let period = match level.window {
            Some(window) if self.fills => window.max(ENOUGH / self.rate),
            _ => 1.0 + rtt,
        };
        if now - self.since >= period {
            self.used = self.answers >= USED * self.rate * (now - self.since) - 1.0;
            self.fills &= self.highest >= 0.7 * (level.room + level.headroom);
            match level.window.filter(|_| self.fills) {
                Some(window) => self.follow_window(level, window, rtt),
                None => self.leap(level, rtt),
            }
            self.since = if self.fills { now + rtt } else { now };
            (self.lowest, self.highest, self.answers) = (f64::INFINITY, 0.0, 0.0);
        }
        if !self.fills {
            self.follow_level(level, now, rtt, refused);
        }
        let least = match level.window {
            Some(window) if self.fills => LEAST_SHARE * level.room / window,
            _ => level.slowest.max(2e-3 * level.room),
        };
        // the bounds cross in a very large bucket
        self.rate = self.rate.min(MOST_RATE).max(least);
    }

    /// Whether each window fills the bucket: much of it came in at once.
    fn learn_fills(&mut self, level: Level, now: f64) {
        let (remaining, at) = std::mem::replace(&mut self.last, (level.remaining, now));
        if let Some(window) = level.window {
            // Soon after the last answer, or more than once within a window.
            let size = level.room + level.headroom;
            let filled = level.part(remaining) <= 0.3 && level.remaining >= 0.9 * size;
            self.jumps = 0.9 * self.jumps + f64::from(u8::from(filled && now - at < window));
            let jump = level.remaining - remaining >= 0.6 * level.room && now - at < 0.3 * window;
            self.fills |= jump || level.leaps || self.jumps > 1.5;
        } else {
            self.fills = false;
        }
    }

    /// Where each window fills the bucket, only what is left at its end counts:
    /// what all together took of it says by how much all of them have to change.
    fn follow_window(&mut self, level: Level, window: f64, rtt: f64) {
        let size = level.room + level.headroom;
        // Nothing left may mean that much more was wanted.
        let used = if self.lowest < 1.0 { 1.25 * size } else { size - self.lowest };
        let wanted = size - (LEFT * level.headroom).max(LEAST_LEFT * size);
        // Others answer to the same, and the farther, the later that shows.
        let part = 1.0 / (1.0 + 2.0 * rtt / window);
        let most = if self.used { 2.0 } else { 1.0 };
        self.rate *= (wanted / used.max(1.0)).clamp(0.5, most).powf(part);
    }

    /// Plenty was left all the time: nobody needs it.
    fn leap(&mut self, level: Level, rtt: f64) {
        let (above, size) = (level.above(self.lowest), level.room + level.headroom);
        if above > PLENTY && self.is_used() {
            // Something was missing and came back: windows that yield more.
            let used = size - self.lowest;
            let yields = self.highest >= 0.95 * size && used >= 0.08 * size + 2.0;
            let doubled = yields && used <= 0.25 * size && level.window.is_some();
            // The farther, the more is under way before that shows.
            self.rate *= if doubled { 2.0 } else { 1.0 + above * (0.5 / rtt.max(0.5)) };
        }
    }

    fn follow_level(&mut self, level: Level, now: f64, rtt: f64, refused: bool) {
        let Level { remaining, headroom, room, .. } = level;
        let apart = rtt + 1.0 / self.rate;
        // What goes round in the time until a change shows must not be more
        // than half of the room.
        self.gain = (0.5 * room / (4.0 * self.rate * apart)).clamp(0.5, 3.0);
        let seconds = (now - self.changed).clamp(0.0, 5.0);
        self.changed = self.changed.max(now);
        if refused || remaining < headroom {
            if now - self.cut >= apart {
                self.cut = now;
                self.rate *= if refused { REFUSED } else { TOO_DEEP };
            }
            return;
        }
        let follows =
            (self.gain * self.gain * self.rate / room).max(LEAST_FOLLOWING / (1.0 + 2.0 * rtt));
        let follows = (follows * seconds * level.above(remaining)).clamp(-0.7, 0.7).exp();
        if follows <= 1.0 || self.is_used() {
            self.rate *= follows;
        }
    }

    /// Whether the rate is made use of. One that isn't says nothing: it must
    /// not grow.
    fn is_used(&self) -> bool {
        self.used && self.rate < UNUSED * self.sending
    }

    /// Whether the rate alone says when the next request goes: each window
    /// fills the bucket, and `rtt` is so long that a level says nothing of the
    /// window that the next request will meet.
    pub(super) fn is_blind(&self, level: Level, rtt: f64) -> bool {
        self.fills && level.window.is_some_and(|window| rtt > 0.5 * window)
    }

    /// Seconds between two requests, with so much left.
    pub(super) fn gap(&self, level: Level) -> f64 {
        let rate = match self.fills {
            true => self.rate,
            false => self.rate * (1.0 + self.gain * level.above(level.remaining)).max(0.2),
        };
        (self.stride / rate).min(LONGEST_GAP)
    }

    /// How much longer a slow one waits for a window, so that it doesn't meet
    /// the same part of each.
    pub(super) fn astray(&self, level: Level) -> f64 {
        let slow = |window: &f64| level.slowest > 0.0 && self.rate * window < 2.0;
        level.window.filter(slow).map_or(0.0, |w| w * self.chance)
    }

    /// What has to be left, besides the next request.
    pub(super) fn kept(&self, wanted: f64) -> f64 {
        if self.fills { 0.0 } else { wanted }
    }

    pub(super) fn rate(&self) -> f64 {
        self.rate
    }
}

/// How full a bucket is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Level {
    pub(super) remaining: f64,
    pub(super) headroom: f64,
    /// What it holds above the headroom.
    pub(super) room: f64,
    /// How long a window is, unless the bucket is known to fill all the time.
    pub(super) window: Option<f64>,
    /// Whether each window was seen to fill it.
    pub(super) leaps: bool,
    /// The slowest rate that makes sense.
    pub(super) slowest: f64,
}

impl Level {
    fn part(&self, remaining: f64) -> f64 {
        (remaining - self.headroom) / self.room
    }

    /// How far it is above the aim, as a part of the room.
    fn above(&self, remaining: f64) -> f64 {
        (self.part(remaining) - AIM).clamp(-1.0, 1.0)
    }
}
