//! The governor in a simulated world: every kind of bucket that Auth0 is known
//! to use, near and far, alone and with others.

mod world;

use std::time::Duration;

use super::{Admission, Family, Governor, RateSettings, Signal};
use world::{Cell, Headers, Outcome, Plan, run};

const LATENCIES: [f64; 3] = [0.02, 0.12, 0.8];

fn plans() -> Vec<Plan> {
    let mut plans = Vec::new();
    for (name, size, rate, window) in [
        ("2@2/s", 2.0, 2.0, 1.0),
        ("10@150/min", 10.0, 2.5, 1.0),
        ("10@2/s", 10.0, 2.0, 1.0),
        ("50@16/s", 50.0, 16.0, 1.0),
        ("250@250/s", 250.0, 250.0, 1.0),
        ("5@1/10s", 5.0, 0.1, 10.0),
    ] {
        plans.push(Plan { name, size, rate, window: None });
        plans.push(Plan { name, size, rate, window: Some(window) });
    }
    plans
}

fn cell(plan: Plan, latency: f64) -> Cell {
    Cell {
        plan,
        latency,
        rival: 0.0,
        rival_random: false,
        headers: Headers::Always,
        skew: 0.0,
        retry_after: false,
        // A minute's worth beyond the burst, and not too few.
        requests: (plan.size + (plan.rate * 60.0).max(30.0)) as usize,
        processes: 1,
        seed: 1,
        hidden: 0.0,
    }
}

fn headroom(cell: &Cell) -> f64 {
    RateSettings::default().headroom.of(cell.plan.size)
}

/// How fast the cell can be done with at all.
fn bound(cell: &Cell) -> f64 {
    let rate = cell.plan.sustained(headroom(cell)) - cell.plan.rate * cell.rival;
    let burst = cell.plan.size - headroom(cell);
    #[expect(clippy::cast_precision_loss, reason = "thousands at most")]
    let total = (cell.requests * cell.processes) as f64;
    ((total - burst) / rate).max(2.0 * cell.latency)
}

/// What is asked of a cell.
#[derive(Clone, Copy)]
struct Aim {
    slower: f64,
    refused: f64,
    below_headroom: f64,
}

#[expect(clippy::cast_precision_loss, reason = "thousands at most")]
fn refused(outcome: &Outcome) -> f64 {
    outcome.throttled as f64 / outcome.sent.max(1) as f64
}

fn check(cell: Cell, aim: Aim) {
    let outcome = run(cell, RateSettings::default());
    let slower = outcome.wall / bound(&cell);
    let told = format!(
        "{}: {slower:.3} of the bound, {:.3} refused, lowest {:.2}: {cell:?}",
        cell.plan.name,
        refused(&outcome),
        outcome.lowest
    );
    assert!(!outcome.failed, "gave up: {told}");
    assert!(slower <= aim.slower, "too slow: {told}");
    assert!(refused(&outcome) <= aim.refused, "too greedy: {told}");
    assert!(outcome.lowest >= headroom(&cell) - aim.below_headroom, "too deep: {told}");
}

/// A window of its own size, far away: what isn't taken in one is lost, and an
/// answer is nearly as old as a window when it comes.
fn is_hardest(plan: &Plan, latency: f64) -> bool {
    plan.window.is_some() && plan.size >= 250.0 && latency > 0.5
}

#[test]
fn alone_it_runs_at_the_limits_own_speed_without_a_refusal() {
    for plan in plans() {
        for latency in LATENCIES {
            for seed in 1..=3 {
                let headers = if seed == 2 { Headers::OnlySuccess } else { Headers::Always };
                let skew = [-300.0, 0.0, 300.0][seed as usize - 1];
                let retry_after = seed == 1;
                let cell = Cell { seed, headers, skew, retry_after, ..cell(plan, latency) };
                let slower = if is_hardest(&plan, latency) { 1.15 } else { 1.10 };
                // Far away, the first refill is met before its rate is sure.
                let below_headroom = if latency > 0.5 { 0.03 * plan.size } else { 0.0 };
                check(cell, Aim { slower, refused: 0.0, below_headroom });
            }
        }
    }
}

#[test]
fn with_others_it_takes_what_they_leave() {
    for plan in plans() {
        for latency in LATENCIES {
            for rival in [0.3, 0.8] {
                let cell = Cell { rival, ..cell(plan, latency) };
                // A bucket of two says next to nothing of others before it is
                // empty, and where others take most of what one window holds,
                // the part that is kept for them is all there is.
                let aim = match plan.size as u32 {
                    2 => Aim { slower: 1.9, refused: 0.2, below_headroom: 9.0 },
                    250 if is_hardest(&plan, latency) => continue,
                    250 if plan.window.is_some() && rival > 0.5 => continue,
                    _ => Aim { slower: 1.25, refused: 0.03, below_headroom: f64::INFINITY },
                };
                check(cell, aim);
            }
        }
    }
}

#[test]
fn four_processes_share_a_tenant() {
    for plan in plans() {
        for latency in LATENCIES {
            let cell = cell(plan, latency);
            let cell = Cell { processes: 4, requests: cell.requests / 4, ..cell };
            let outcome = run(cell, RateSettings::default());
            assert!(!outcome.failed, "gave up: {cell:?}");
            // Far away, each has begun before it can know of the others.
            let most = match () {
                () if plan.size < 10.0 => 0.3,
                () if latency > 0.5 => 0.2,
                () => 0.05,
            };
            assert!(refused(&outcome) <= most, "{:.3}: {cell:?}", refused(&outcome));
        }
    }
}

#[test]
fn without_headers_it_finds_the_rate_by_trying() {
    for plan in plans() {
        for latency in LATENCIES {
            let cell = Cell { headers: Headers::Never, ..cell(plan, latency) };
            check(cell, Aim { slower: 2.7, refused: 0.45, below_headroom: f64::INFINITY });
        }
    }
}

#[test]
fn a_limit_that_no_header_tells_of_is_found() {
    for plan in plans().into_iter().filter(|plan| plan.rate >= 2.0) {
        for latency in LATENCIES {
            let cell = Cell { hidden: 10.0, requests: 100, ..cell(plan, latency) };
            let outcome = run(cell, RateSettings::default());
            // Ten at once and two a second after that.
            assert!(!outcome.failed && outcome.wall < 60.0, "{:.1} {cell:?}", outcome.wall);
        }
    }
}

#[test]
fn memory_stays_flat() {
    let mut governor = Governor::new(RateSettings::default(), 1);
    let mut now = 0.0;
    for number in 0..10_000 {
        now += 0.01;
        if let Admission::Go(ticket) =
            governor.admit(Duration::from_secs_f64(now), Family::Management)
        {
            let signal = Signal {
                bucket: Some(super::BucketHeaders {
                    limit: 50.0,
                    remaining: f64::from(20 + number % 7),
                    reset: Some(1000.0 + now.ceil()),
                }),
                date: Some(1000.0 + now.floor()),
                ..Signal::default()
            };
            governor.answered(ticket, Duration::from_secs_f64(now + 0.005), &signal);
        }
        assert!(governor.management.remembered() <= 200);
    }
}

#[test]
fn nothing_but_refusals_ends() {
    let mut governor = Governor::new(RateSettings::default(), 1);
    let mut now = Duration::ZERO;
    for _ in 0..1000 {
        match governor.admit(now, Family::Management) {
            Admission::Go(ticket) => {
                let signal = Signal { throttled: true, ..Signal::default() };
                now += Duration::from_millis(20);
                governor.answered(ticket, now, &signal);
            }
            Admission::At(when, _) => now = now.max(when),
            Admission::Never { answers } => {
                assert!(answers >= 10 && now < Duration::from_secs(900), "{answers} {now:?}");
                return;
            }
            Admission::AfterAnswer(why) => panic!("waits for {why:?} with nothing under way"),
        }
    }
    panic!("never gave up");
}
