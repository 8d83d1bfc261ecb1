//! The grid: every bucket, refill, distance, company, kind of headers and
//! clock, each with each.

use super::world::{Cell, Headers, Manner, Outcome, Plan, run};
use super::{Headroom, RateSettings};

const LATENCIES: [f64; 3] = [0.02, 0.12, 0.8];
const RIVALS: [f64; 3] = [0.0, 0.3, 0.8];
const HEADERS: [Headers; 3] = [Headers::Always, Headers::OnlySuccess, Headers::Never];
const SKEWS: [f64; 3] = [-300.0, 0.0, 300.0];

/// Every bucket that Auth0 is known to use, as it may fill.
pub(super) fn plans() -> Vec<Plan> {
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

/// One process, alone, that has plenty to do: what comes before the first
/// answer and after the last is a small part of it.
pub(super) fn cell(plan: Plan, latency: f64) -> Cell {
    let seconds = match plan.rate {
        rate if rate < 1.0 => 300.0,
        rate if rate < 100.0 => 60.0,
        _ => 10.0 + 25.0 * latency,
    };
    Cell {
        plan,
        latency,
        rival: 0.0,
        manner: Manner::Even,
        rival_from: 0.0,
        headers: Headers::Always,
        skew: 0.0,
        retry_after: false,
        requests: (plan.size + plan.rate * seconds) as usize,
        processes: 1,
        apart: 0.0,
        spread: 0.04,
        seed: 1,
        hidden: 0.0,
        start: 1.0,
    }
}

/// The whole product.
pub(super) fn grid() -> Vec<Cell> {
    let mut cells = Vec::new();
    for plan in plans() {
        for latency in LATENCIES {
            for rival in RIVALS {
                for headers in HEADERS {
                    for skew in SKEWS {
                        for retry_after in [false, true] {
                            let seed = 1 + cells.len() as u64;
                            let alone = cell(plan, latency);
                            let beyond = alone.requests as f64 - plan.size;
                            let requests =
                                (plan.size + beyond * (1.0 - rival)).max(plan.size + 20.0);
                            cells.push(Cell {
                                rival,
                                headers,
                                skew,
                                retry_after,
                                seed,
                                requests: requests as usize,
                                ..alone
                            });
                        }
                    }
                }
            }
        }
    }
    cells
}

pub(super) fn headroom(cell: &Cell) -> f64 {
    Headroom::default().of(cell.plan.size)
}

/// The least time in which the cell can be done: the burst down to the
/// headroom, and then what comes in and is not the rival's. Of a window that
/// fills the bucket, the headroom is left each time.
pub(super) fn bound(cell: &Cell) -> f64 {
    let Plan { size, rate, window, .. } = cell.plan;
    let left = rate * (1.0 - cell.rival);
    let left = window.map_or(left, |window| left.min((size - headroom(cell)) / window));
    let total = (cell.requests * cell.processes) as f64;
    let trips = 2.0 * cell.latency;
    ((total - (cell.start * size - headroom(cell))) / left).max(trips)
}

/// What came of a cell, as it is judged.
#[derive(Debug, Clone, Copy)]
pub(super) struct Verdict {
    pub(super) slower: f64,
    pub(super) refused: f64,
    /// How far below the headroom one of our requests left the bucket.
    pub(super) below: f64,
    pub(super) failed: bool,
}

pub(super) fn judge(cell: &Cell) -> Verdict {
    let Outcome { wall, sent, throttled, lowest, failed, .. } = run(*cell, RateSettings::default());
    Verdict {
        slower: wall / bound(cell),
        refused: throttled as f64 / sent.max(1) as f64,
        below: (headroom(cell) - lowest).max(0.0),
        failed,
    }
}
