//! What one answer says about the rate limit.
//!
//! Must not remember anything.

use std::time::{Duration, UNIX_EPOCH};

/// No bucket is larger than this; larger numbers are no limits.
const LARGEST_LIMIT: u64 = 1_000_000;
/// The longest that a `Retry-After` is believed.
const LONGEST_RETRY_AFTER: f64 = 3600.0;
/// No bucket takes longer to fill. A `reset` that is further away isn't in
/// seconds, or isn't a time at all.
const LONGEST_RESET: f64 = 86_400.0;
/// The same where no `Date` came along: seconds since 1970 come so far in the
/// year 5138, milliseconds did in 1973.
const LARGEST_RESET: f64 = 1e11;

/// What one answer says about the rate limit. Every part may be missing:
/// Auth0's error answers have been seen without any.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Signal {
    /// Whether it was refused for the rate limit (429).
    pub throttled: bool,
    /// The bucket's state.
    pub bucket: Option<BucketHeaders>,
    /// The server's clock, in seconds since 1970, rounded down.
    pub date: Option<f64>,
    /// How many seconds to wait, where the server says so.
    pub retry_after: Option<f64>,
}

/// `x-ratelimit-*`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BucketHeaders {
    /// How many requests the bucket holds when full.
    pub limit: f64,
    /// How many are left, rounded down.
    pub remaining: f64,
    /// When the bucket is full again (not: when the next request may go), in
    /// seconds since 1970 by the server's clock, rounded up.
    pub reset: Option<f64>,
}

impl Signal {
    /// Reads an answer's status and headers; `header` gives a header's value
    /// by its lower-case name.
    pub fn read<'a>(status: u16, header: impl Fn(&str) -> Option<&'a str>) -> Self {
        let date = header("date").and_then(seconds);
        let latest_reset = date.map_or(LARGEST_RESET, |date| date + LONGEST_RESET);
        let number = |name: &str| header(name).and_then(|value| value.trim().parse::<u64>().ok());
        let bucket = match (number("x-ratelimit-limit"), number("x-ratelimit-remaining")) {
            (Some(limit), Some(remaining)) if (1..=LARGEST_LIMIT).contains(&limit) => {
                #[expect(clippy::cast_precision_loss, reason = "both are at most a million")]
                let (limit, remaining) = (limit as f64, remaining.min(limit) as f64);
                let reset = header("x-ratelimit-reset")
                    .and_then(|value| value.trim().parse::<f64>().ok())
                    .filter(|reset| *reset > 0.0 && *reset <= latest_reset);
                Some(BucketHeaders { limit, remaining, reset })
            }
            _ => None,
        };
        let retry_after = header("retry-after")
            .and_then(|value| match value.trim().parse::<f64>() {
                Ok(wait) => Some(wait),
                Err(_) => Some(seconds(value)? - date?),
            })
            .filter(|wait| wait.is_finite() && *wait >= 0.0)
            .map(|wait| wait.min(LONGEST_RETRY_AFTER));
        Self { throttled: status == 429, bucket, date, retry_after }
    }
}

fn seconds(http_date: &str) -> Option<f64> {
    let date = httpdate::parse_http_date(http_date).ok()?;
    date.duration_since(UNIX_EPOCH).as_ref().map(Duration::as_secs_f64).ok()
}
