//! The governor in a simulated world: every kind of bucket that Auth0 is known
//! to use, near and far, alone and with others.

mod estimate;
mod forecast;
mod grid;
mod robust;
mod steps;
mod table;
mod world;

use super::{Admission, BucketHeaders, Family, Governor, Headroom, RateSettings, Signal};
use grid::{Verdict, bound, cell, grid, judge, plans};
use world::{Cell, Headers, Manner, run};

const LATENCIES: [f64; 3] = [0.02, 0.12, 0.8];

/// What is asked of a cell.
#[derive(Debug, Clone, Copy)]
struct Aim {
    slower: f64,
    refused: f64,
    below: f64,
}

/// Alone; with a rival; and with several of our own.
const ALONE: Aim = Aim { slower: 1.10, refused: 0.0, below: 0.0 };
const RIVAL: Aim = Aim { slower: 1.25, refused: 0.03, below: f64::INFINITY };
const FOUR: Aim = Aim { slower: f64::INFINITY, refused: 0.05, below: f64::INFINITY };

/// What misses its aim, in words.
fn missed(cell: &Cell, aim: Aim) -> Option<String> {
    let Verdict { slower, refused, below, failed } = judge(cell);
    let met = slower <= aim.slower && refused <= aim.refused && below <= aim.below && !failed;
    (!met).then(|| {
        let name = cell.plan.name;
        format!(
            "{name}: {slower:.3} of the bound, {refused:.3} refused, {below:.2} below: {cell:?}"
        )
    })
}

/// Checks cells on all processors, and tells all that miss.
fn check(cells: &[(Cell, Aim)]) {
    let threads = std::thread::available_parallelism().map_or(2, usize::from).max(2);
    let missing: Vec<String> = std::thread::scope(|scope| {
        let part = |number: usize| {
            cells.iter().skip(number).step_by(threads).filter_map(|(cell, aim)| missed(cell, *aim))
        };
        let workers: Vec<_> = (0..threads)
            .map(|number| scope.spawn(move || part(number).collect::<Vec<_>>()))
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    assert!(missing.is_empty(), "{} miss:\n{}", missing.len(), missing.join("\n"));
}

/// The aim of a cell of the grid. What differs from the aims that hold for all
/// is argued in `docs/governor.md` ("What can't be had").
fn aim(cell: &Cell) -> Aim {
    let Cell { plan, latency, rival, headers, .. } = *cell;
    let windows = plan.window.is_some();
    let fills = windows && plan.size <= plan.rate;
    let (far, much) = (latency > 0.5, rival > 0.5);
    match (plan.size as u32, headers, rival > 0.0) {
        // Without headers a limit is found by being refused.
        (5, Headers::Never, false) => Aim { slower: 1.5, refused: 0.32, below: f64::INFINITY },
        (_, Headers::Never, false) => Aim { slower: 1.9, refused: 0.10, below: f64::INFINITY },
        (2, Headers::Never, true) if fills => Aim { slower: 9.0, refused: 0.37, ..RIVAL },
        (_, Headers::Never, true) => Aim { slower: 2.6, refused: 0.43, ..RIVAL },
        // Of two tokens, each request sees only one.
        (2, _, true) if fills && much => Aim { slower: 2.1, refused: 0.17, ..RIVAL },
        (2, _, true) if fills => Aim { slower: 2.4, refused: 0.035, ..RIVAL },
        (2, _, true) if much => Aim { slower: 2.1, refused: 0.11, ..RIVAL },
        (2, _, true) => Aim { slower: 1.75, ..RIVAL },
        // One refusal is more than 3 % of so few.
        (5, _, true) => Aim { refused: 0.04, ..RIVAL },
        // A window that fills the bucket: what is kept for others is most of
        // what they leave, and finding that out takes a while.
        (250, _, true) if fills && much => Aim { slower: 4.2, refused: 0.06, ..RIVAL },
        (250, _, true) if fills && far => Aim { slower: 1.8, ..RIVAL },
        // All of the bucket comes in during one answer.
        (250, _, false) if fills && far => Aim { slower: 1.14, below: 5.0, ..ALONE },
        (250, _, false) if far => Aim { slower: 1.12, ..ALONE },
        (_, _, true) => RIVAL,
        (_, _, false) => ALONE,
    }
}

/// Buckets that nobody is known to have: nothing may be fitted to Auth0's.
#[test]
fn buckets_of_any_size_meet_the_same_aims() {
    let mut cells = Vec::new();
    for (size, rate) in [(6.0, 1.5), (7.0, 3.0), (12.0, 5.0), (37.0, 11.0), (100.0, 4.0)] {
        for window in [None, Some(1.0)] {
            for latency in [0.03, 0.15, 0.6] {
                for seed in 1..=3 {
                    let plan = world::Plan { name: "other", size, rate, window };
                    let alone = Cell { seed, ..cell(plan, latency) };
                    cells.push((alone, ALONE));
                    for rival in [0.25, 0.7] {
                        let requests = (alone.requests as f64 * (1.0 - rival)) as usize;
                        cells.push((Cell { rival, requests, ..alone }, RIVAL));
                    }
                    let requests = alone.requests / 4;
                    cells.push((Cell { processes: 4, requests, ..alone }, FOUR));
                }
            }
        }
    }
    check(&cells);
}

#[test]
fn every_cell_of_the_grid() {
    let cells: Vec<(Cell, Aim)> = grid().into_iter().map(|cell| (cell, aim(&cell))).collect();
    assert_eq!(cells.len(), 1944);
    check(&cells);
}

/// What is left at the beginning of a window isn't all ours: others take from it
/// until the next one.
#[test]
fn nobody_is_starved_in_the_course_of_a_window() {
    for (size, rate) in [(12.0, 5.0), (30.0, 10.0), (50.0, 16.0)] {
        for seed in 1..=60 {
            let plan = world::Plan { name: "other", size, rate, window: Some(1.0) };
            let base = cell(plan, 0.045);
            let requests = (size + rate * 0.2 * 60.0) as usize;
            let cell = Cell { rival: 0.8, rival_from: -2.0, requests, seed, ..base };
            let outcome = run(cell, RateSettings::default());
            let theirs = outcome.rival_got as f64 / outcome.rival_wanted as f64;
            assert!(theirs > 0.9, "{theirs:.3} of what others wanted: {cell:?}");
        }
    }
}

/// A plan and an apply right after it: the first one has left little.
#[test]
fn what_an_earlier_run_took_is_no_company() {
    let mut cells = Vec::new();
    for plan in plans().into_iter().filter(|plan| (10.0..200.0).contains(&plan.size)) {
        for latency in [0.02, 0.12] {
            for left in [0.0, 1.2, 3.0] {
                for seed in 1..=3 {
                    let start = left / plan.size;
                    let cell = Cell { start, seed, ..cell(plan, latency) };
                    let refused = if left < 1.0 { 0.01 } else { 0.0 };
                    cells.push((cell, Aim { slower: 1.15, refused, below: f64::INFINITY }));
                }
            }
        }
    }
    check(&cells);
}

#[test]
fn others_may_come_at_random_and_late() {
    let mut cells = Vec::new();
    for plan in plans().into_iter().filter(|plan| (10.0..200.0).contains(&plan.size)) {
        for latency in LATENCIES {
            let alone = cell(plan, latency);
            let some = Cell { rival: 0.3, requests: alone.requests * 7 / 10, ..alone };
            for seed in 1..=3 {
                cells.push((Cell { manner: Manner::Random, seed, ..some }, RIVAL));
                cells.push((Cell { manner: Manner::Greedy, seed, ..some }, RIVAL));
                cells.push((Cell { manner: Manner::Bursts(2), seed, ..some }, RIVAL));
                cells.push((Cell { rival_from: 15.0, seed, ..some }, RIVAL));
            }
        }
    }
    check(&cells);
}

#[test]
fn four_processes_share_a_tenant() {
    let mut cells = Vec::new();
    for plan in plans() {
        for latency in LATENCIES {
            for apart in [0.0, 0.1, 0.3] {
                for seed in 1..=3 {
                    let cell = cell(plan, latency);
                    let requests = (cell.requests / 4).max(15);
                    let cell = Cell { processes: 4, requests, apart, seed, ..cell };
                    // Four first requests find two tokens, or five.
                    let refused = match plan.size as u32 {
                        2 => 0.22,
                        5 => 0.20,
                        _ => FOUR.refused,
                    };
                    cells.push((cell, Aim { refused, ..FOUR }));
                }
            }
        }
    }
    check(&cells);
}

#[test]
fn answers_may_overtake_each_other() {
    let mut cells = Vec::new();
    for plan in plans() {
        for latency in [0.02, 0.12] {
            for seed in 1..=3 {
                // What was overtaken can't be told from what came in before.
                let below = (0.02 * plan.size).max(1.0);
                let slower = match plan.size as u32 {
                    2 if plan.window.is_some() => 1.25,
                    250 => 1.20,
                    _ => 1.10,
                };
                let cell = Cell { spread: 1.0, seed, ..cell(plan, latency) };
                let refused = if plan.size < 3.0 { 0.02 } else { 0.0 };
                let below = if plan.size > 200.0 && plan.window.is_some() { 50.0 } else { below };
                cells.push((cell, Aim { slower, below, refused }));
            }
        }
    }
    check(&cells);
}

#[test]
fn a_limit_that_no_header_tells_of_is_found() {
    for plan in plans().into_iter().filter(|plan| plan.rate >= 2.0) {
        for latency in LATENCIES {
            let cell = Cell { hidden: 10.0, requests: 100, ..cell(plan, latency) };
            let outcome = run(cell, RateSettings::default());
            // Ten at once and two a second after that.
            assert!(!outcome.failed && outcome.wall < 70.0, "{:.1} {cell:?}", outcome.wall);
        }
    }
}

#[test]
fn the_bound_is_what_the_limit_allows() {
    let check = |size, rate, window, rival, requests, seconds: f64| {
        let plan = world::Plan { name: "", size, rate, window };
        let cell = Cell { rival, requests, ..cell(plan, 0.02) };
        assert!((bound(&cell) - seconds).abs() < 1e-9, "{} {cell:?}", bound(&cell));
    };
    check(10.0, 2.0, None, 0.0, 28, 10.0);
    check(10.0, 2.0, Some(1.0), 0.0, 28, 10.0);
    check(10.0, 2.0, None, 0.8, 12, 10.0);
    // What is kept of a window that fills the bucket is lost.
    check(250.0, 250.0, Some(1.0), 0.0, 2200, 10.0);
    check(10.0, 2.0, None, 0.0, 3, 0.04);
}
