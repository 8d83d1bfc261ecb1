//! `rateLimit:`, and the forms of its values.
//!
//! Flags of the same meaning take the same forms: the command line reads its
//! texts here too. Each says what would have been right, as a sentence goes
//! on after "write" or "is". Must not know which of the two was read.

use std::time::Duration;

use super::{Entry, Fields, Node, Value, codes};

/// `rateLimit:`
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RateLimit {
    /// How much of the limit is left to the tenant's other clients.
    pub headroom: Option<Headroom>,
    /// The most requests a second.
    pub max_rps: Option<f64>,
    /// The most requests at a time.
    pub concurrency: Option<usize>,
    /// How long a run may take.
    pub timeout: Option<Duration>,
}

/// A part of the rate limit that is left to others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Headroom {
    /// So many requests.
    Requests(u32),
    /// So many hundredths of the limit, at most 100.
    Percent(f64),
}

/// Reads a number of requests, or a part such as `20%`.
///
/// # Errors
/// What would have been right.
pub fn headroom(text: &str) -> Result<Headroom, &'static str> {
    let text = text.trim();
    let read = match text.strip_suffix('%') {
        Some(percent) => {
            let percent = percent.trim_end().parse().ok();
            percent.filter(|percent| (0.0..=100.0).contains(percent)).map(Headroom::Percent)
        }
        None => text.parse().ok().map(Headroom::Requests),
    };
    read.ok_or("a number of requests, or a part of the limit such as `20%`")
}

/// Reads a number of requests a second.
///
/// # Errors
/// What would have been right.
pub fn max_rps(text: &str) -> Result<f64, &'static str> {
    let read = text.parse().ok().filter(|number: &f64| number.is_finite() && *number > 0.0);
    read.ok_or("a number above zero, such as 2 or 0.5")
}

/// Reads how many requests there may be at a time.
///
/// # Errors
/// What would have been right.
pub fn concurrency(text: &str) -> Result<usize, &'static str> {
    let read = text.parse().ok().filter(|&number| number > 0);
    read.ok_or("a number of requests, at least 1")
}

/// Reads a time such as `500ms`, `30s`, `10m` or `1m30s`.
///
/// # Errors
/// What would have been right.
pub fn duration(text: &str) -> Result<Duration, &'static str> {
    text.parse::<jiff::SignedDuration>()
        .ok()
        .and_then(|span| Duration::try_from(span).ok())
        .filter(|span| !span.is_zero())
        .ok_or("a time with its unit, such as 30s, 10m or 1h")
}

pub(super) fn read(fields: &mut Fields<'_>, node: &Node) -> RateLimit {
    const KNOWN: [&str; 4] = ["headroom", "maxRps", "concurrency", "timeout"];
    let mut limit = RateLimit::default();
    for (key, Entry { value, .. }) in fields.record(node, "`rateLimit`", &KNOWN).unwrap_or_default()
    {
        let written = match &value.value {
            Value::Number(text) | Value::Text(text) => text,
            other => {
                fields.wrong_kind(value, &format!("`{key}`"), "a number or a text", other);
                continue;
            }
        };
        let read = match key {
            "headroom" => headroom(written).map(|read| limit.headroom = Some(read)),
            "maxRps" => max_rps(written).map(|read| limit.max_rps = Some(read)),
            "concurrency" => concurrency(written).map(|read| limit.concurrency = Some(read)),
            _ => duration(written).map(|read| limit.timeout = Some(read)),
        };
        if let Err(right) = read {
            let message = format!("`{key}` is {right}");
            fields.error(codes::INVALID_SETTING, message, &value.span);
        }
    }
    limit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_a_unit() {
        let millis = |text: &str| duration(text).ok().map(|span| span.as_millis());
        assert_eq!(millis("500ms"), Some(500));
        assert_eq!(millis("30s"), Some(30_000));
        assert_eq!(millis("10m"), Some(600_000));
        assert_eq!(millis("1m30s"), Some(90_000));
        for wrong in ["", "30", "0s", "-5s", "soon", "99999999999999999999h"] {
            assert_eq!(millis(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_headroom_is_a_number_or_a_part() {
        assert_eq!(headroom("3"), Ok(Headroom::Requests(3)));
        assert_eq!(headroom("0"), Ok(Headroom::Requests(0)));
        assert_eq!(headroom("12.5%"), Ok(Headroom::Percent(12.5)));
        assert_eq!(headroom(" 100 % "), Ok(Headroom::Percent(100.0)));
        for wrong in ["", "%", "-1", "-5%", "120%", "1.5", "x", "NaN%"] {
            assert!(headroom(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn nothing_at_all_is_no_rate() {
        assert_eq!((max_rps("0.5"), concurrency("1")), (Ok(0.5), Ok(1)));
        for wrong in ["", "0", "-1", "NaN", "inf", "x"] {
            assert!(max_rps(wrong).is_err() && concurrency(wrong).is_err(), "{wrong}");
        }
        assert!(concurrency("1.5").is_err());
    }
}
