//! How fast to go where others take from the same bucket, too.
//!
//! Several clients that each take whatever they see would take it all at the
//! same moment. So each keeps a rate of its own that follows the bucket's
//! level: above the aim it grows, below it shrinks. All see the same level;
//! and since every one changes in proportion to what it has, it does not
//! matter how many they are. Must not know how the bucket fills.

/// The level to aim at, as a part of what is above the headroom.
const AIM: f64 = 0.25;
/// The same where each window fills the bucket, so that it lasts for all of
/// the window.
const AIM_OF_WINDOWS: f64 = 0.35;
/// What a refusal makes of the rate.
const REFUSED: f64 = 0.6;
/// What a level below the headroom makes of it.
const TOO_DEEP: f64 = 0.85;
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
}

impl Company {
    /// Begins with `rate`.
    pub(super) fn new(rate: f64, now: f64) -> Self {
        Self { rate: rate.max(1e-3), changed: now, cut: now, gain: 1.0 }
    }

    /// An answer says how much is left.
    pub(super) fn learn(&mut self, level: Level, now: f64, rtt: f64, refused: bool) {
        let Level { remaining, headroom, room, leaps: _ } = level;
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
            self.rate *= (follows * seconds * level.above(remaining)).clamp(-0.7, 0.7).exp();
        }
        // the bounds cross in a very large bucket
        self.rate = self.rate.min(MOST_RATE).max(2e-3 * room);
    }

    /// Seconds between two requests, with so much left.
    pub(super) fn gap(&self, level: Level) -> f64 {
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
    /// Whether each window fills it.
    pub(super) leaps: bool,
}

impl Level {
    /// How far it is above the aim, as a part of the room.
    fn above(&self, remaining: f64) -> f64 {
        let aim = if self.leaps { AIM_OF_WINDOWS } else { AIM };
        ((remaining - self.headroom) / self.room - aim).clamp(-1.0, 1.0)
    }
}
