//! How long requests take, by what answers have shown.

use std::time::Duration;

use super::{Admission, BucketHeaders, Family, Governor, RateSettings, Signal};

/// A governor whose bucket of thirty, two a second, was emptied to `left` at once.
fn after(left: u32, settings: RateSettings, shown: bool) -> Governor {
    let mut governor = Governor::new(settings, 1);
    let epoch = 1_700_000_000.0;
    let apart = settings.max_rps.map_or(0.0, |rps| 1.0 / rps);
    let mut now = 0.0;
    for remaining in (left..30).rev() {
        let Admission::Go(ticket) =
            governor.admit(Duration::from_secs_f64(now), Family::Management)
        else {
            break;
        };
        let missing = 30.0 - f64::from(remaining);
        let (date, reset) = (epoch + now.floor(), Some((epoch + now + missing / 2.0).ceil()));
        let bucket = BucketHeaders { limit: 30.0, remaining: f64::from(remaining), reset };
        let signal =
            Signal { bucket: shown.then_some(bucket), date: Some(date), ..Signal::default() };
        governor.answered(ticket, Duration::from_secs_f64(now + 0.02), &signal);
        now += apart + 0.001;
    }
    governor
}

#[test]
fn one_figure_where_the_rate_is_known_and_nothing_else() {
    let check = |left, requests: usize, max_rps: Option<f64>, expected: Option<f64>| {
        let settings = RateSettings { max_rps, ..RateSettings::default() };
        let got = after(left, settings, true).estimate(requests).map(|time| time.as_secs_f64());
        let near = match (got, expected) {
            (Some(got), Some(expected)) => (got - expected).abs() <= 0.35 * expected,
            (None, None) => true,
            _ => false,
        };
        assert!(near, "{requests} with {left} left: {got:?}, not {expected:?}");
    };
    // It fits into the bucket, less the headroom.
    check(29, 23, None, Some(0.02));
    // A single answer says next to nothing about the rate.
    check(29, 50, None, None);
    check(10, 54, None, Some(25.0));
    check(10, 50, Some(0.5), Some(100.0));
}

#[test]
fn without_headers_as_fast_as_it_begins() {
    let settings = RateSettings::default();
    let time = after(29, settings, false).estimate(100).unwrap().as_secs_f64();
    assert!((15.0..25.0).contains(&time), "{time}");
    assert_eq!(Governor::new(settings, 1).estimate(1), None);
}
