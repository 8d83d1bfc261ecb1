//! How far the tenant's clock is from ours.
//!
//! `Date` is in whole seconds; each answer narrows the difference down. Must
//! not know what the time is needed for.

/// The difference between the tenant's clock and ours, as an interval.
#[derive(Debug, Default)]
pub(super) struct Clock {
    ahead: Option<(f64, f64)>,
}

impl Clock {
    /// A request sent at `sent` was answered at `now`, and dated `date`.
    pub(super) fn learn(&mut self, sent: f64, now: f64, date: f64) {
        let (least, most) = (date - now, date + 1.0 - sent);
        self.ahead = Some(match self.ahead {
            Some((low, high)) if low.max(least) <= high.min(most) => {
                (low.max(least), high.min(most))
            }
            // The first answer; or a clock was set.
            _ => (least, most),
        });
    }

    /// The tenant's time at ours, at least and at most.
    pub(super) fn theirs(&self, ours: f64) -> Option<(f64, f64)> {
        self.ahead.map(|(low, high)| (ours + low, ours + high))
    }

    /// Our time when the tenant's clock surely shows `theirs`.
    pub(super) fn ours(&self, theirs: f64) -> Option<f64> {
        self.ahead.map(|(low, _)| theirs - low)
    }
}
