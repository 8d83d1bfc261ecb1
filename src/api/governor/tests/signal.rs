//! What headers say, and what they can't mean.

use super::Signal;

fn read(status: u16, headers: &[(&str, &'static str)]) -> Signal {
    Signal::read(status, |name| {
        headers.iter().find(|(key, _)| *key == name).map(|(_, value)| *value)
    })
}

#[test]
fn headers_are_read_as_auth0_writes_them() {
    let signal = read(
        200,
        &[
            ("x-ratelimit-limit", "50"),
            ("x-ratelimit-remaining", "49"),
            ("x-ratelimit-reset", "1508253300"),
            ("date", "Tue, 17 Oct 2017 15:14:55 GMT"),
        ],
    );
    let bucket = signal.bucket.unwrap();
    assert_eq!((bucket.limit, bucket.remaining), (50.0, 49.0));
    assert_eq!(bucket.reset.unwrap() - signal.date.unwrap(), 5.0);
    assert!(!signal.throttled);
}

#[test]
fn nonsense_is_read_as_nothing() {
    let check = |headers: &[(&str, &'static str)]| {
        assert_eq!(read(200, headers), Signal::default(), "{headers:?}");
    };
    check(&[("x-ratelimit-limit", "0"), ("x-ratelimit-remaining", "0")]);
    check(&[("x-ratelimit-limit", "-5"), ("x-ratelimit-remaining", "1")]);
    check(&[("x-ratelimit-limit", "99999999999"), ("x-ratelimit-remaining", "1")]);
    check(&[("x-ratelimit-remaining", "1")]);
    check(&[("retry-after", "NaN"), ("date", "yesterday")]);
    check(&[("retry-after", "-1")]);
}

/// Believed, it would be waited for until the run's time is over.
#[test]
fn a_reset_in_another_unit_is_none() {
    let date = ("date", "Tue, 17 Oct 2017 15:14:55 GMT");
    let reset = |reset: &'static str, more: &[(&str, &'static str)]| {
        let state = [
            ("x-ratelimit-limit", "50"),
            ("x-ratelimit-remaining", "49"),
            ("x-ratelimit-reset", reset),
        ];
        let bucket = read(200, &[&state, more].concat()).bucket.unwrap();
        assert_eq!((bucket.limit, bucket.remaining), (50.0, 49.0));
        bucket.reset
    };
    for wrong in ["1508253300000", "1508253300000000", "1e300", "inf", "NaN", "-1"] {
        assert_eq!((reset(wrong, &[]), reset(wrong, &[date])), (None, None), "{wrong}");
    }
    assert_eq!(reset("1508253300", &[]), Some(1_508_253_300.0));
    assert_eq!(reset("1508339695", &[date]), Some(1_508_339_695.0));
    assert_eq!(reset("1508339696", &[date]), None);
}

#[test]
fn retry_after_may_be_a_date() {
    let date = ("date", "Tue, 17 Oct 2017 15:14:55 GMT");
    let wait = read(429, &[("retry-after", "Tue, 17 Oct 2017 15:15:00 GMT"), date]).retry_after;
    assert_eq!(wait, Some(5.0));
    assert_eq!(read(429, &[("retry-after", "7")]).retry_after, Some(7.0));
    assert_eq!(read(429, &[("retry-after", "999999")]).retry_after, Some(3600.0));
}
