//! What a user says about the rate limit.

use std::str::FromStr;

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

/// A text that is no headroom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a headroom is a number of requests, or a part of the limit such as `20%`")]
pub struct InvalidHeadroom;

impl FromStr for Headroom {
    type Err = InvalidHeadroom;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.trim().strip_suffix('%') {
            Some(percent) => {
                let percent: f64 = percent.trim_end().parse().map_err(|_| InvalidHeadroom)?;
                if (0.0..=100.0).contains(&percent) {
                    Ok(Self::Percent(percent))
                } else {
                    Err(InvalidHeadroom)
                }
            }
            None => text.trim().parse().map(Self::Count).map_err(|_| InvalidHeadroom),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_headroom_never_takes_the_whole_bucket() {
        let check = |text: &str, limit: f64, kept: f64| {
            assert_eq!(text.parse::<Headroom>().unwrap().of(limit), kept, "{text} of {limit}");
        };
        check("20%", 50.0, 10.0);
        check("20%", 2.0, 0.0);
        check("100%", 10.0, 9.0);
        check("0", 10.0, 0.0);
        check("30", 10.0, 9.0);
        check("1", 1.0, 0.0);
        for text in ["", "%", "-1", "120%", "x", "NaN%"] {
            assert_eq!(text.parse::<Headroom>(), Err(InvalidHeadroom), "{text}");
        }
    }
}
