//! When the windows begin in which a bucket is topped up.
//!
//! Must not know how much comes in on the whole.

/// What a later rise leaves of the largest one.
const FADING: f64 = 0.8;

/// The beginnings that were seen.
#[derive(Debug, Default)]
pub(super) struct Tops {
    /// Between which moments one was.
    between: Option<(f64, f64)>,
    /// The largest rise lately.
    leap: f64,
}

impl Tops {
    /// A window began after `low` and not after `high`, and brought `rise`.
    /// That narrows down when all of them begin.
    pub(super) fn learn(&mut self, low: f64, high: f64, rise: f64, window: f64) {
        self.leap = rise.max(FADING * self.leap);
        self.between = Some(match self.between {
            Some((known_low, known_high)) => {
                let shift = ((low - known_low) / window).round() * window;
                let (both_low, both_high) =
                    (low.max(known_low + shift), high.min(known_high + shift));
                if both_low < both_high { (both_low, both_high) } else { (low, high) }
            }
            None => (low, high),
        });
    }

    /// Something was not as it should have been: they may begin at any time.
    pub(super) fn forget(&mut self) {
        self.between = None;
    }

    pub(super) fn are_known(&self) -> bool {
        self.between.is_some()
    }

    /// The largest rise that came at once, lately.
    pub(super) fn leap(&self) -> f64 {
        self.leap
    }

    /// Which part of a window is still to come at `at`.
    pub(super) fn rest(&self, at: f64, window: f64) -> Option<f64> {
        let (_, high) = self.between?;
        Some(1.0 - ((at - high) / window).rem_euclid(1.0))
    }

    /// When so many windows have begun for sure after `since`.
    pub(super) fn after(&self, since: f64, windows: f64, window: f64) -> Option<f64> {
        let (low, high) = self.between?;
        let begun = ((since - low) / window).ceil().max(1.0);
        Some(high + (begun + windows - 1.0) * window)
    }
}

/// What a window brings, as a whole number, which it is more often than not.
pub(super) fn snapped(step: f64) -> f64 {
    if (step - step.round()).abs() <= 0.06 * step { step.round() } else { step }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_beginning_narrows_down_all_of_them() {
        let mut tops = Tops::default();
        assert_eq!(tops.after(0.0, 1.0, 1.0), None);
        tops.learn(0.2, 0.6, 5.0, 1.0);
        assert_eq!(tops.after(0.6, 1.0, 1.0), Some(1.6));
        tops.learn(3.1, 3.4, 3.0, 1.0);
        assert_eq!(tops.after(3.4, 1.0, 1.0), Some(4.4));
        assert_eq!(tops.after(3.4, 2.0, 1.0), Some(5.4));
        assert_eq!(tops.leap(), 4.0);
        // They contradict each other: the newest counts.
        tops.learn(5.7, 5.8, 3.0, 1.0);
        assert_eq!(tops.after(5.8, 1.0, 1.0), Some(6.8));
        tops.forget();
        assert!(!tops.are_known());
    }
}
