//! How long requests take, by the first few answers.

use std::time::Duration;

use super::super::{Admission, Estimate};
use super::{BucketHeaders, Family, Governor, RateSettings, Signal};

/// A governor that made one request of such a tenant, and was answered with
/// `limit`, `remaining` and the seconds until `reset`; -1 for no headers.
fn after((limit, remaining, reset): (f64, f64, f64), settings: RateSettings) -> Governor {
    let mut governor = Governor::new(settings, 1);
    let Admission::Go(ticket) = governor.admit(Duration::ZERO, Family::Management) else {
        panic!("the first request goes at once");
    };
    let date = 1_700_000_000.0;
    let bucket = BucketHeaders { limit, remaining, reset: Some(date + reset) };
    let signal = Signal {
        throttled: remaining < 0.0,
        bucket: Some(bucket).filter(|bucket| bucket.limit > 0.0 && bucket.remaining >= 0.0),
        date: Some(date),
        retry_after: None,
    };
    governor.answered(ticket, Duration::from_millis(100), &signal);
    governor
}

#[test]
fn what_one_answer_tells() {
    let check = |seen, requests: usize, max_rps: Option<f64>, expected: &str| {
        let settings = RateSettings { max_rps, ..RateSettings::default() };
        let tenths = |time: Duration| format!("{:.1}", time.as_secs_f64());
        let told = match after(seen, settings).estimate(requests) {
            None => "unknown".to_owned(),
            Some(Estimate::AtMost(most)) => format!("at most {}", tenths(most)),
            Some(Estimate::About { from, to, at_most }) => {
                let most = at_most.map(|most| format!(", at most {}", tenths(most)));
                format!("{} to {}{}", tenths(from), tenths(to), most.unwrap_or_default())
            }
        };
        assert_eq!(told, expected, "{requests} after {seen:?}, {max_rps:?}");
    };
    let enterprise = (50.0, 49.0, 1.0);
    // It fits into the bucket, less the headroom.
    check(enterprise, 39, None, "0.3 to 0.3");
    check(enterprise, 200, None, "3.5 to 10.4, at most 197.1");
    // The user is slower than the tenant for sure, or only if it is fast.
    check(enterprise, 200, Some(0.5), "400.0 to 400.0");
    check(enterprise, 200, Some(40.0), "5.0 to 10.4, at most 197.1");
    check((10.0, 9.0, 1.0), 50, None, "17.5 to 21.8, at most 52.9");
    check((2.0, 1.0, 1.0), 50, None, "24.8 to 24.8, at most 60.2");
    // A size that nobody publishes.
    check((37.0, 36.0, 1.0), 200, None, "at most 209.3");
    check((37.0, 36.0, 1.0), 200, Some(0.5), "400.0 to 400.0");
    // Without headers as fast as it begins.
    check((0.0, 0.0, 0.0), 100, None, "18.3 to 18.3");
    assert_eq!(Governor::new(RateSettings::default(), 1).estimate(1), None);
}
