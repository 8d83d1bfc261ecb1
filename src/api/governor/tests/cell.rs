//! What is simulated: a bucket, who takes from it, and how far away it is.

use std::fmt;

use super::world::{Outcome, run};
use super::{Headroom, RateSettings};

/// How a tenant limits requests.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Plan {
    pub(super) size: f64,
    /// Requests a second.
    pub(super) rate: f64,
    /// Seconds between two refills; `None` refills all the time.
    pub(super) window: Option<f64>,
    /// Whether `reset` is when the bucket will be full; the next refill if not.
    pub(super) full: bool,
}

/// Which answers carry the rate limit's headers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Headers {
    Always,
    OnlySuccess,
    Never,
}

/// In which manner another client sends its requests.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Manner {
    /// One after the other, evenly.
    Even,
    /// At random moments (Poisson).
    Random,
    /// So many at once.
    Bursts(usize),
    /// At random moments, and what is refused comes again until it is served.
    Greedy,
}

/// One cell of the grid.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cell {
    pub(super) plan: Plan,
    /// Seconds there and back.
    pub(super) latency: f64,
    /// How much of the rate another client wants, and in which manner.
    pub(super) rival: f64,
    pub(super) manner: Manner,
    /// When it begins.
    pub(super) rival_from: f64,
    /// When it ends.
    pub(super) rival_until: f64,
    pub(super) headers: Headers,
    pub(super) skew: f64,
    pub(super) retry_after: bool,
    pub(super) requests: usize,
    pub(super) processes: usize,
    /// Within how many seconds the processes start, at random.
    pub(super) apart: f64,
    /// Whether some have more to do than others.
    pub(super) uneven: bool,
    /// How much of the way there varies; with 1 or so, answers overtake.
    pub(super) spread: f64,
    pub(super) seed: u64,
    /// The size of a second bucket that no header shows; 0 for none.
    pub(super) hidden: f64,
    /// How much of the bucket is there when the first process begins.
    pub(super) start: f64,
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}/s", self.size, self.rate)?;
        match self.window {
            Some(window) if window * self.rate >= self.size => write!(f, ", full every {window} s"),
            Some(window) => write!(f, ", every {window} s"),
            None => Ok(()),
        }
    }
}

/// A bucket that refills all the time.
pub(super) fn continuous(size: f64, rate: f64) -> Plan {
    Plan { size, rate, ..Plan::default() }
}

/// A bucket that is topped up every so many seconds.
pub(super) fn windows(size: f64, rate: f64, window: f64) -> Plan {
    Plan { window: Some(window), ..continuous(size, rate) }
}

/// One process alone, 50 ms away, with the burst and half a minute to do.
pub(super) fn alone(plan: Plan) -> Cell {
    Cell {
        plan,
        latency: 0.05,
        rival: 0.0,
        manner: Manner::Even,
        rival_from: 0.0,
        rival_until: f64::INFINITY,
        headers: Headers::Always,
        skew: 0.0,
        retry_after: false,
        requests: (plan.size + 30.0 * plan.rate).max(10.0) as usize,
        processes: 1,
        apart: 0.0,
        uneven: false,
        spread: 0.6,
        seed: 1,
        hidden: 0.0,
        start: 1.0,
    }
}

/// So many at the same moment, with as much to do in all.
pub(super) fn together(plan: Plan, processes: usize) -> Cell {
    let one = alone(plan);
    Cell { processes, requests: one.requests.div_ceil(processes).max(10), ..one }
}

/// One beside another client that wants this part of the rate.
pub(super) fn beside(plan: Plan, rival: f64, manner: Manner) -> Cell {
    let requests = (plan.size + 60.0 * plan.rate * (1.0 - rival)).max(10.0) as usize;
    Cell { rival, manner, requests, ..alone(plan) }
}

pub(super) fn headroom(plan: Plan) -> f64 {
    Headroom::default().of(plan.size)
}

/// The least time in which so many requests can be done: what is above the
/// headroom at once, then what comes in and isn't the rival's, and two round
/// trips. Of a window that fills the bucket, the headroom is left each time.
pub(super) fn bound(cell: &Cell, requests: usize) -> f64 {
    let size = cell.plan.size;
    let usable = size - headroom(cell.plan);
    let left = left(cell).max(0.01 * cell.plan.rate);
    let burst = usable - (1.0 - cell.start) * size;
    let trip = cell.latency * (1.0 + cell.spread / 2.0);
    (requests as f64 - burst).max(0.0) / left + 2.0 * trip
}

/// What is left to us a second.
pub(super) fn left(cell: &Cell) -> f64 {
    let Plan { size, rate, window, .. } = cell.plan;
    let usable = size - headroom(cell.plan);
    let all = window.map_or(rate, |window| rate.min(usable / window));
    all - cell.rival * rate
}

/// The mean and the worst of some seeds of a cell.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sum {
    pub(super) slower: f64,
    pub(super) slowest: f64,
    pub(super) refused: f64,
    /// The longest idling beside a level above the headroom and one, in tokens.
    pub(super) idle: f64,
    /// How far below the headroom one of our requests left the bucket.
    pub(super) below: f64,
    pub(super) failed: bool,
}

pub(super) fn sum(cell: Cell, seeds: u64) -> Sum {
    let mut sum = Sum::default();
    for seed in 1..=seeds {
        let Outcome { wall, wanted, sent, throttled, lowest, idle, failed } =
            run(Cell { seed, ..cell }, RateSettings::default());
        let slower = wall / bound(&cell, wanted);
        sum.slower += slower / seeds as f64;
        sum.slowest = sum.slowest.max(slower);
        sum.refused += throttled as f64 / sent as f64 / seeds as f64;
        sum.idle = sum.idle.max(idle);
        sum.below = sum.below.max(headroom(cell.plan) - lowest);
        sum.failed |= failed;
    }
    sum
}
