//! What the first few answers tell of the rate.

use super::super::forecast::{Forecast, PUBLISHED, Rates, Time};
use super::{BucketHeaders, Signal};

/// A bucket, and when it is asked.
#[derive(Debug, Clone, Copy)]
struct World {
    size: f64,
    rate: f64,
    window: Option<f64>,
    /// Seconds there and back.
    latency: f64,
    /// By which part of a second its clock, and by how much its windows,
    /// are before ours.
    phase: f64,
    /// So many requests at once, so often, so many seconds apart.
    rounds: usize,
    at_once: usize,
    apart: f64,
}

const WORLD: World = World {
    size: 50.0,
    rate: 16.0,
    window: None,
    latency: 0.1,
    phase: 0.3,
    rounds: 1,
    at_once: 1,
    apart: 0.5,
};

fn seen(world: World) -> Forecast {
    let World { size, rate, window, latency, phase, rounds, at_once, apart } = world;
    let mut forecast = Forecast::new();
    let (mut level, mut filled) = (size, 0.0);
    for round in 0..rounds {
        let sent = round as f64 * apart;
        let taken = sent + latency / 2.0;
        let now = match window {
            Some(window) => ((taken + phase) / window).floor() * window - phase,
            None => taken,
        };
        level = (level + (now - filled).max(0.0) * rate).min(size);
        filled = now;
        (0..at_once).for_each(|n| forecast.sent(sent + n as f64 * 1e-4));
        for n in 0..at_once {
            let throttled = level < 1.0;
            level -= if throttled { 0.0 } else { 1.0 };
            let reset = match window {
                Some(window) => filled + window,
                None => taken + (size - level) / rate,
            };
            let clock = 1_700_000_000.0 + phase;
            let reset = Some((clock + reset).ceil());
            let bucket = Some(BucketHeaders { limit: size, remaining: level.floor(), reset });
            let date = Some((clock + taken).floor());
            let signal = Signal { throttled, bucket, date, retry_after: None };
            forecast.answered(sent + n as f64 * 1e-4, sent + latency, &signal);
        }
    }
    forecast
}

#[test]
fn a_published_rate_is_likely_until_an_answer_contradicts() {
    let check = |world: World, expected: &str| {
        let Rates { likely, least } = seen(world).rates(None, (0.8 * world.size).ceil());
        let likely = likely.map_or("?".to_owned(), |(a, b)| format!("{a:.2} to {b:.2}"));
        assert_eq!(format!("{likely}, least {:.2}", least.unwrap()), expected, "{world:?}");
    };
    check(WORLD, "16.00 to 50.00, least 0.91");
    check(World { size: 250.0, rate: 250.0, ..WORLD }, "200.00 to 250.00, least 0.91");
    check(World { size: 10.0, rate: 2.5, ..WORLD }, "2.00 to 2.50, least 0.91");
    check(World { size: 2.0, rate: 2.0, ..WORLD }, "2.00 to 2.00, least 0.91");
    // The more is missing, the less rounding matters; the longer it is
    // watched, the more is known of what came in.
    check(World { at_once: 40, ..WORLD }, "16.00 to 40.00, least 9.52");
    check(World { at_once: 14, rounds: 4, ..WORLD }, "16.00 to 16.00, least 8.61");
    // One a second, whatever is published for fifty.
    check(World { rate: 1.0, at_once: 10, ..WORLD }, "0.74 to 1.27, least 0.74");
    check(World { rate: 1.0, ..WORLD }, "?, least 0.48");
    // Ten at the top of a minute.
    let minute = World { size: 10.0, rate: 10.0 / 60.0, window: Some(60.0), ..WORLD };
    check(minute, "0.13 to 0.13, least 0.02");
    // A size of its own.
    let own = World { size: 37.0, rate: 11.0, ..WORLD };
    check(own, "?, least 0.91");
    check(World { at_once: 6, rounds: 4, ..own }, "?, least 5.77");
    check(World { at_once: 6, rounds: 12, ..own }, "8.39 to 13.86, least 8.39");
}

/// Whatever the phase of its seconds and windows, and however it is asked.
#[test]
fn no_bound_is_above_the_rate() {
    let own = [(2.0, 1.0), (5.0, 1.0), (7.0, 3.0), (37.0, 11.0), (20.0, 60.0)];
    let asked = [(1, 1, 1.0), (4, 1, 0.3), (3, 4, 0.9), (60, 1, 0.2), (12, 40, 0.7)];
    for (size, rate) in PUBLISHED.into_iter().chain(own) {
        for (rounds, at_once, apart) in asked {
            for number in 0..80 {
                let window = (number % 2 == 0).then_some(1.0);
                let latency = if number % 4 < 2 { 0.02 } else { 0.4 };
                let phase = f64::from(number) / 80.0;
                let world = World { size, rate, window, latency, phase, rounds, at_once, apart };
                let Rates { likely, least } = seen(world).rates(None, size);
                let yielded = if window.is_some() { rate.min(size) } else { rate };
                let least = least.unwrap();
                assert!(least <= yielded + 1e-9, "{least}: {world:?}");
                if let (Some((slow, fast)), true) = (likely, PUBLISHED.contains(&(size, rate))) {
                    let within = slow <= rate + 1e-9 && rate <= fast + 1e-9;
                    assert!(within, "{slow} to {fast}: {world:?}");
                }
            }
        }
    }
}

#[test]
fn a_bound_is_only_told_where_it_is_far() {
    let check = |likely: Option<(f64, f64)>, least: Option<f64>, expected: Option<Time>| {
        assert_eq!(Rates { likely, least }.time(180.0, 1.0 / 3.0), expected);
    };
    let about = |from, to, at_most| Some(Time::About { from, to, at_most });
    check(Some((18.0, 45.0)), Some(1.0), about(5.0, 11.0, Some(201.0)));
    check(Some((18.0, 45.0)), Some(16.0), about(5.0, 11.0, None));
    check(Some((180.0, 180.0)), Some(40.0), about(2.0, 2.0, None));
    check(Some((18.0, 45.0)), None, about(5.0, 11.0, None));
    check(None, Some(1.0), Some(Time::AtMost(201.0)));
    check(None, None, None);
    assert_eq!(Rates { likely: None, least: None }.time(0.0, 0.1), Some(Time::of(3.0 * 0.1)));
}
