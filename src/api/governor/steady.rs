//! Even gaps that follow what gets through.
//!
//! Where answers overtake each other and a good part of the bucket is under way
//! at once, the bucket alone can't tell when there is room. There requests go a
//! bit faster than they got through lately while plenty is left, and slower
//! when it isn't. Must not know how the bucket fills.

/// The part of the room, in requests whose order can't be told, from which on
/// this is needed, and the least room that makes sense with it.
const UNTOLD: f64 = 0.3;
const LEAST_ROOM: f64 = 8.0;
/// The level to aim at, as a part of the room: of a bucket that fills all the
/// time, and of one that may not.
const AIM: f64 = 0.3;
const AIM_OF_WINDOWS: f64 = 0.6;
/// How late a request may be so that the next one makes up for it, in seconds.
const LATE: f64 = 0.01;

/// When requests were due: timers are late now and then, which must not add up.
#[derive(Debug)]
pub(super) struct Steady {
    last: f64,
    due: f64,
}

/// What the gaps follow.
#[derive(Debug, Clone, Copy)]
pub(super) struct Through {
    /// Requests a second that got through lately.
    pub(super) flow: f64,
    /// What is left above the headroom, and what there is room for.
    pub(super) left: f64,
    pub(super) room: f64,
    pub(super) smooth: bool,
    pub(super) rtt: f64,
    /// Within how many seconds the order of requests can't be told.
    pub(super) apart: f64,
}

impl Steady {
    pub(super) fn new() -> Self {
        Self { last: f64::NEG_INFINITY, due: 0.0 }
    }

    /// When the next request may go, if this is what says so.
    pub(super) fn slot(&self, through: Through) -> Option<f64> {
        let Through { flow, left, room, smooth, rtt, apart } = through;
        if flow * apart < UNTOLD * room || room < LEAST_ROOM || left <= 0.0 {
            return None;
        }
        let (part, aim) = (left / room, if smooth { AIM } else { AIM_OF_WINDOWS });
        // What goes round until a change shows is part of the room as well.
        let gain = (0.5 * room / (flow * rtt)).min(2.0);
        let more = if part > aim { 1.0 + gain * (part - aim) } else { part / aim };
        Some(self.last + 1.0 / (flow * more))
    }

    /// The next request is due at `slot`.
    pub(super) fn due(&mut self, slot: f64, now: f64) {
        self.due = slot.clamp(now - LATE, now);
    }

    pub(super) fn sent(&mut self, now: f64) {
        self.last = self.due.min(now);
    }
}
