//! How long a run puts up with a tenant or a network that fails.
//!
//! [`Patience`] is plain data. Must not know what a failure means; what the
//! rate limit asks for is the governor's.

use std::time::Duration;

/// The longest pause that a failing tenant may ask for.
const LONGEST_ASKED: Duration = Duration::from_secs(60);

/// How long one answer is waited for, and how long a run pauses after a
/// failure that may pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// How long one exchange may take.
    pub answer: Duration,
    /// The first pause after a failure; it doubles.
    pub first_pause: Duration,
    /// The longest pause after a failure.
    pub longest_pause: Duration,
    /// How much longer than its time limit a run may go on with what would
    /// leave the tenant worse than before if it were left undone.
    pub grace: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            answer: Duration::from_secs(30),
            first_pause: Duration::from_millis(400),
            longest_pause: Duration::from_secs(10),
            grace: Duration::from_secs(30),
        }
    }
}

impl Patience {
    /// The pause after so many failures, with jitter.
    pub(in crate::api) fn pause(&self, failures: u32) -> Duration {
        let doubled = self.first_pause * 2u32.pow(failures.saturating_sub(1).min(8));
        doubled.min(self.longest_pause).mul_f64(1.0 + 0.25 * fastrand::f64())
    }

    /// The same, but no shorter than the answer asked for, within reason.
    pub(in crate::api) fn pause_as_asked(
        &self,
        failures: u32,
        reported: Option<Duration>,
    ) -> Duration {
        let reported = reported.unwrap_or_default().min(LONGEST_ASKED);
        self.pause(failures).max(reported)
    }
}
