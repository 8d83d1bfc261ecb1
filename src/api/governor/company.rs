//! How fast to go where others take from the same bucket, too.
//!
//! Several clients that each take whatever they see would take it all at the
//! same moment. So each keeps a rate of its own that follows the bucket's
//! level: above the aim it grows, below it shrinks. All see the same level;
//! and since every one changes in proportion to what it has, it does not
//! matter how many they are. Must not know how the bucket fills.

/// The level to aim at, as a part of what is above the headroom.
const AIM: f64 = 0.25;
/// The part of a window that fills the bucket that is left beside the headroom.
const RESERVE: f64 = 0.1;
/// The least part of such a window that is taken, so that a run ends where
/// others leave no more than the headroom.
const LEAST_SHARE: f64 = 0.08;
/// What a refusal makes of the rate.
const REFUSED: f64 = 0.6;
/// What a level below the headroom makes of it.
const TOO_DEEP: f64 = 0.85;
/// So far above the aim, as a part of the room, it grows in leaps.
const PLENTY: f64 = 0.25;
/// It doesn't grow beyond so many times what goes in fact.
const UNUSED: f64 = 2.0;
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
    sending: f64,
    /// The lowest level of this window, and when the last one was reckoned.
    lowest: f64,
    reckoned: f64,
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
            sending: rate.max(1e-3),
            lowest: f64::INFINITY,
            reckoned: now,
        }
    }

    /// A request goes.
    pub(super) fn sent(&mut self, now: f64) {
        let gap = (now - self.sent_at).max(1e-4);
        let gaps = 1.0 / self.sending;
        self.sending = 1.0 / (gaps + (gap - gaps) / (2.0 * self.rate).clamp(1.0, 8.0));
        self.sent_at = now;
    }

    /// An answer says how much is left.
    pub(super) fn learn(&mut self, level: Level, now: f64, rtt: f64, refused: bool) {
        let Level { remaining, headroom, room, leaps, slowest } = level;
        if let Some(window) = leaps {
            self.learn_window(level, window, now, rtt, refused);
            return;
        }
        self.lowest = self.lowest.min(if refused { 0.0 } else { remaining });
        if now - self.reckoned >= 1.0 + rtt {
            let above = level.above(self.lowest);
            if above > PLENTY && self.rate < UNUSED * self.sending {
                // The farther, the more is under way before that shows.
                self.rate *= 1.0 + above * (0.5 / rtt.max(0.5));
            }
            (self.lowest, self.reckoned) = (f64::INFINITY, now);
        }
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
        } else {
            let follows =
                (self.gain * self.gain * self.rate / room).max(LEAST_FOLLOWING / (1.0 + 2.0 * rtt));
            let follows = (follows * seconds * level.above(remaining)).clamp(-0.7, 0.7).exp();
            // A rate that isn't made use of says nothing.
            if follows <= 1.0 || self.rate < UNUSED * self.sending {
                self.rate *= follows;
            }
        }
        // the bounds cross in a very large bucket
        self.rate = self.rate.min(MOST_RATE).max(slowest.max(2e-3 * room));
    }

    /// Where each window fills the bucket, only what is left at its end counts:
    /// what all together took of it says by how much all of them have to change.
    fn learn_window(&mut self, level: Level, window: f64, now: f64, rtt: f64, refused: bool) {
        let Level { remaining, headroom, room, .. } = level;
        let size = room + headroom;
        self.lowest = self.lowest.min(if refused { -size / 4.0 } else { remaining });
        let seconds = now - self.reckoned;
        if seconds < window.max(1.5 / self.rate) {
            return;
        }
        let used = (size - self.lowest).max(1.0);
        // A change shows when an answer to what was sent after it is back.
        let part = 1.0 / (1.0 + rtt / window);
        self.rate *= ((1.0 - RESERVE) * room / used).clamp(0.5, 2.0).powf(part);
        self.rate = self.rate.clamp(LEAST_SHARE * room / window, MOST_RATE);
        (self.lowest, self.reckoned, self.changed) = (f64::INFINITY, now, now);
    }

    /// Seconds between two requests, with so much left.
    pub(super) fn gap(&self, level: Level) -> f64 {
        if level.leaps.is_some() {
            return 1.0 / self.rate;
        }
        let Level { remaining, .. } = level;
        1.0 / (self.rate * (1.0 + self.gain * level.above(remaining)).max(0.2))
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
    /// How long a window is, if each fills it.
    pub(super) leaps: Option<f64>,
    /// The slowest rate that makes sense.
    pub(super) slowest: f64,
}

impl Level {
    /// How far it is above the aim, as a part of the room.
    fn above(&self, remaining: f64) -> f64 {
        ((remaining - self.headroom) / self.room - AIM).clamp(-1.0, 1.0)
    }
}
