//! Tenants that say odd things, or nothing but no.

use std::time::Duration;

use proptest::prelude::*;

use super::{Admission, BucketHeaders, Family, Governor, RateSettings, Signal};

/// Drives a governor by itself: `answer` says what the tenant answers to the
/// nth request. Gives how many requests were sent and when it was over.
fn drive(wanted: usize, answer: impl Fn(usize, f64) -> Signal) -> (usize, Duration, Option<u32>) {
    let mut governor = Governor::new(RateSettings::default(), 1);
    let (mut now, mut sent, mut done) = (Duration::ZERO, 0, 0);
    while done < wanted && sent < 100_000 {
        match governor.admit(now, Family::Management) {
            Admission::Go(ticket) => {
                now += Duration::from_millis(20);
                let signal = answer(sent, now.as_secs_f64());
                governor.answered(ticket, now, &signal);
                sent += 1;
                done += usize::from(!signal.throttled);
            }
            Admission::At(when, _) => now = now.max(when),
            Admission::Never { answers } => return (sent, now, Some(answers)),
            Admission::AfterAnswer(why) => panic!("waits for {why:?} with nothing under way"),
        }
    }
    (sent, now, None)
}

fn refusal() -> Signal {
    Signal { throttled: true, ..Signal::default() }
}

#[test]
fn nothing_but_refusals_ends() {
    let (sent, now, answers) = drive(1, |_, _| refusal());
    assert!(answers.is_some() && sent < 30 && now < Duration::from_secs(900), "{sent} {now:?}");
    let bucket = Some(BucketHeaders { limit: 10.0, remaining: 7.0, reset: Some(1.0) });
    let (sent, now, answers) = drive(1, |_, _| Signal { bucket, date: Some(0.0), ..refusal() });
    assert!(answers.is_some() && sent < 30 && now < Duration::from_secs(900), "{sent} {now:?}");
}

#[test]
fn a_refusal_now_and_then_is_no_end() {
    let (_, now, answers) = drive(200, |n, _| match n % 10 {
        9 => Signal { retry_after: Some(0.0), ..refusal() },
        _ => Signal::default(),
    });
    assert!(answers.is_none() && now < Duration::from_secs(600), "{now:?}");
}

#[test]
fn a_limit_may_change_meanwhile() {
    let (_, now, answers) = drive(100, |n, now| {
        let limit = if n < 50 { 50.0 } else { 10.0 };
        let bucket = BucketHeaders { limit, remaining: limit / 2.0, reset: Some(now.ceil() + 1.0) };
        Signal { bucket: Some(bucket), date: Some(now.floor()), ..Signal::default() }
    });
    assert!(answers.is_none() && now < Duration::from_secs(200), "{now:?}");
}

#[test]
fn memory_stays_flat() {
    let mut governor = Governor::new(RateSettings::default(), 1);
    let mut now = 0.0;
    for number in 0..10_000 {
        now += 0.01;
        let moment = Duration::from_secs_f64(now);
        if let Admission::Go(ticket) = governor.admit(moment, Family::Management) {
            let remaining = f64::from(20 + number % 7);
            let bucket = BucketHeaders { limit: 50.0, remaining, reset: Some(1000.0 + now.ceil()) };
            let date = Some(1000.0 + now.floor());
            let signal = Signal { bucket: Some(bucket), date, ..Signal::default() };
            governor.answered(ticket, Duration::from_secs_f64(now + 0.005), &signal);
        }
        assert!(governor.in_flight() <= 200);
    }
}

fn anything() -> impl Strategy<Value = Signal> {
    let odd = || {
        prop_oneof![
            Just(0.0),
            Just(1e9),
            Just(1_700_000_000.0),
            Just(1_700_000_000_000.0),
            -10.0..100.0,
            1_699_999_000.0..1_700_001_000.0,
        ]
    };
    let bucket =
        (1.0..1e6f64, 0.0..1.0f64, proptest::option::of(odd())).prop_map(|(limit, part, reset)| {
            BucketHeaders { limit: limit.floor(), remaining: (limit * part).floor(), reset }
        });
    let retry_after = proptest::option::of(0.0..3600.0f64);
    (
        proptest::bool::weighted(0.2),
        proptest::option::of(bucket),
        proptest::option::of(odd()),
        retry_after,
    )
        .prop_map(|(throttled, bucket, date, retry_after)| Signal {
            throttled,
            bucket,
            date,
            retry_after,
        })
}

proptest! {
    /// Whatever a tenant says, the run goes on or ends, and no single wait is
    /// absurd.
    #[test]
    fn nothing_that_a_tenant_says_stops_the_run(signals in proptest::collection::vec(anything(), 1..40)) {
        let mut governor = Governor::new(RateSettings::default(), 1);
        let mut now = Duration::ZERO;
        for signal in signals {
            for asked in 0.. {
                prop_assert!(asked < 1000, "asks again and again");
                match governor.admit(now, Family::Management) {
                    Admission::Go(ticket) => {
                        now += Duration::from_millis(20);
                        governor.answered(ticket, now, &signal);
                        break;
                    }
                    Admission::At(when, _) => {
                        prop_assert!(when < now + Duration::from_secs(4400), "waits {:?}", when - now);
                        now = now.max(when);
                    }
                    Admission::Never { .. } => return Ok(()),
                    Admission::AfterAnswer(_) => panic!("nothing is under way"),
                }
            }
            let _ = governor.estimate(1000);
            let _ = governor.limit_seen();
        }
    }
}
