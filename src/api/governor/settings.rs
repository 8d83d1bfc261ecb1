//! What a user says about the rate limit.

/// How fast requests may go, beside what the tenant allows.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct RateSettings {
    /// What is left in the tenant's bucket for its other clients.
    pub headroom: Headroom,
    /// A ceiling in requests a second.
    pub max_rps: Option<f64>,
    /// How many requests may be under way at once.
    pub concurrency: Option<usize>,
}

/// A part of the tenant's bucket that is never used.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Headroom {
    /// So many percent of the bucket's size, rounded down to whole requests.
    Percent(f64),
    /// So many requests.
    Count(u32),
}

impl Default for Headroom {
    fn default() -> Self {
        Self::Percent(20.0)
    }
}

impl Headroom {
    /// The headroom of a bucket of this size, in whole requests. At least one
    /// request is always ours: nothing would ever be done otherwise.
    #[must_use]
    pub fn of(self, limit: f64) -> f64 {
        let wanted = match self {
            Self::Percent(percent) => (limit * percent / 100.0).floor(),
            Self::Count(count) => f64::from(count),
        };
        wanted.clamp(0.0, (limit - 1.0).max(0.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_headroom_never_takes_the_whole_bucket() {
        let percent = Headroom::Percent;
        let check = |headroom: Headroom, limit: f64, kept: f64| {
            assert_eq!(headroom.of(limit), kept, "{headroom:?} of {limit}");
        };
        check(Headroom::default(), 50.0, 10.0);
        check(percent(20.0), 2.0, 0.0);
        check(percent(12.5), 10.0, 1.0);
        check(percent(100.0), 10.0, 9.0);
        check(Headroom::Count(0), 10.0, 0.0);
        check(Headroom::Count(30), 10.0, 9.0);
        check(Headroom::Count(1), 1.0, 0.0);
    }
}
