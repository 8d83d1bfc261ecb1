//! The governor in a simulated world, over the whole grid.

mod world;

use super::RateSettings;
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

/// The lower bound of a cell, for one process.
fn bound(cell: &Cell) -> f64 {
    let headroom = RateSettings::default().headroom.of(cell.plan.size);
    let rate = cell.plan.sustained(headroom) - cell.plan.rate * cell.rival;
    let burst = cell.plan.size - headroom;
    let total = (cell.requests * cell.processes) as f64;
    ((total - burst) / rate).max(2.0 * cell.latency)
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

fn show(cell: &Cell, outcome: &Outcome) -> String {
    format!(
        "{:>10} {:6} {:4} rival {:3}{} {:?}: n {:5} wall {:8.2} / bound {:8.2} = {:.3}, 429 {:4} = {:.3}, lowest {:.2}{}",
        cell.plan.name,
        if cell.plan.window.is_some() { "window" } else { "smooth" },
        cell.latency,
        cell.rival,
        if cell.rival_random { "r" } else { " " },
        cell.headers,
        cell.requests,
        outcome.wall,
        bound(cell),
        outcome.wall / bound(cell),
        outcome.throttled,
        outcome.throttled as f64 / outcome.sent.max(1) as f64,
        outcome.lowest,
        if outcome.failed { " FAILED" } else { "" },
    )
}

#[test]
fn seeds() {
    for plan in plans() {
        for latency in LATENCIES {
            for rival in [0.0, 0.3, 0.8] {
                let mut worst = (0.0f64, 0.0f64, f64::INFINITY);
                for seed in 1..=8 {
                    let c = Cell { seed, rival, ..cell(plan, latency) };
                    let o = run(c, RateSettings::default());
                    worst = (
                        worst.0.max(o.wall / bound(&c)),
                        worst.1.max(o.throttled as f64 / o.sent as f64),
                        worst.2.min(o.lowest),
                    );
                }
                println!(
                    "SEEDS {:>10} {} {latency} rival {rival}: {:.3} {:.3} {:.2}",
                    plan.name,
                    plan.window.is_some(),
                    worst.0,
                    worst.1,
                    worst.2
                );
            }
        }
    }
}

#[test]
fn explore2() {
    for plan in plans() {
        for latency in LATENCIES {
            for headers in [Headers::OnlySuccess, Headers::Never] {
                let c = Cell { headers, skew: 300.0, ..cell(plan, latency) };
                println!("{}", show(&c, &run(c, RateSettings::default())));
            }
            let c = Cell {
                processes: 4,
                requests: cell(plan, latency).requests / 4,
                ..cell(plan, latency)
            };
            println!("4x {}", show(&c, &run(c, RateSettings::default())));
            let c = Cell { hidden: 10.0, requests: 100, ..cell(plan, latency) };
            println!("hidden {}", show(&c, &run(c, RateSettings::default())));
        }
    }
}

#[test]
fn explore() {
    for plan in plans() {
        for latency in LATENCIES {
            for (rival, random) in
                [(0.0, false), (0.3, false), (0.8, false), (0.3, true), (0.8, true)]
            {
                for seed in 1..=1 {
                    let cell = Cell { rival, rival_random: random, seed, ..cell(plan, latency) };
                    let outcome = run(cell, RateSettings::default());
                    println!("{}", show(&cell, &outcome));
                }
            }
        }
    }
}

#[test]
fn trace() {
    let plan = plans()
        .into_iter()
        .filter(|p| {
            p.name == std::env::var("PLAN").unwrap()
                && p.window.is_some() == std::env::var("WIN").is_ok()
        })
        .next()
        .unwrap();
    let lat: f64 = std::env::var("LAT").unwrap().parse().unwrap();
    let rival: f64 = std::env::var("RIVAL").map_or(0.0, |r| r.parse().unwrap());
    let c = Cell { rival, ..cell(plan, lat) };
    let outcome = run(c, RateSettings::default());
    println!("{}", show(&c, &outcome));
    for (at, who, level, ok) in
        outcome.log.iter().take(std::env::var("N").map_or(100, |n| n.parse().unwrap()))
    {
        println!(
            "{at:8.3} {} {level:.2} {ok}",
            if *who == usize::MAX { "rival".into() } else { who.to_string() }
        );
    }
}
