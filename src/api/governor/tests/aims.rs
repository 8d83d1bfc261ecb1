//! How close runs come to what the limit allows, and how often they are refused.

use super::cell::*;

/// What is asked of a cell: the mean and the worst over the bound, and the
/// share of refusals.
#[derive(Debug, Clone, Copy)]
struct Aim(f64, f64, f64);

const ALONE: Aim = Aim(1.10, 1.15, 0.0);
const FEW: Aim = Aim(1.25, 1.35, 0.05);
const SMALL: Aim = Aim(1.6, 2.2, 0.12);
const EIGHT: Aim = Aim(1.6, 2.2, 0.20);
const RIVAL: Aim = Aim(1.25, 1.45, 0.03);

fn check(cells: impl IntoIterator<Item = (Cell, Aim)>, seeds: u64) {
    let missed: Vec<String> = cells
        .into_iter()
        .filter_map(|(cell, Aim(slower, slowest, refused))| {
            let sum = sum(cell, seeds);
            let met = sum.slower <= slower && sum.slowest <= slowest && sum.refused <= refused;
            (!met || sum.failed).then(|| format!("{}: {sum:.3?} of {cell:?}", cell.plan))
        })
        .collect();
    assert!(missed.is_empty(), "{} miss:\n{}", missed.len(), missed.join("\n"));
}

/// Auth0's buckets and others: nothing is fitted to the former.
fn steady() -> impl Iterator<Item = Plan> {
    [(7.0, 3.0), (10.0, 2.0), (10.0, 2.5), (30.0, 8.0), (37.0, 11.0), (50.0, 16.0), (20.0, 20.0)]
        .into_iter()
        .map(|(size, rate)| continuous(size, rate))
}

fn in_windows() -> impl Iterator<Item = Plan> {
    [(10.0, 2.0, 1.0), (10.0, 2.0, 5.0), (30.0, 8.0, 1.0), (30.0, 8.0, 3.75), (20.0, 20.0, 1.0)]
        .into_iter()
        .map(|(size, rate, window)| windows(size, rate, window))
}

#[test]
fn alone_at_the_limit_and_never_refused() {
    for latency in [0.01, 0.12] {
        let plans = steady().chain(in_windows());
        check(plans.map(|plan| (Cell { latency, ..alone(plan) }, ALONE)), 2);
    }
}

#[test]
fn alone_no_answer_is_left_below_the_headroom() {
    for plan in steady() {
        // Where answers overtake each other one can't be distinguished from another.
        let below = sum(Cell { spread: 0.1, ..alone(plan) }, 2).below;
        assert!(below <= 0.1, "{plan}: {below:.2}");
    }
}

#[test]
fn two_to_four_that_start_together() {
    for processes in [2, 4] {
        let aim = |plan: Plan| if plan.size < 30.0 { SMALL } else { FEW };
        check(steady().map(|plan| (together(plan, processes), aim(plan))), 3);
    }
    let short = steady().map(|plan| (Cell { requests: 10, ..together(plan, 4) }, SMALL));
    check(short.filter(|(cell, _)| cell.plan.size < 50.0), 3);
}

#[test]
fn four_that_start_and_end_at_different_times() {
    let cells =
        steady().map(|plan| (Cell { apart: 3.0, uneven: true, ..together(plan, 4) }, SMALL));
    check(cells, 3);
}

#[test]
fn eight_that_start_together() {
    check(steady().map(|plan| (together(plan, 8), EIGHT)), 3);
}

#[test]
fn beside_a_rival_that_knows_no_governor() {
    for rival in [0.3, 0.8] {
        check(steady().map(|plan| (beside(plan, rival, Manner::Even), RIVAL)), 2);
    }
    check(steady().map(|plan| (beside(plan, 0.3, Manner::Random), RIVAL)), 3);
    let large = steady().filter(|plan| plan.size >= 20.0);
    check(large.map(|plan| (beside(plan, 0.8, Manner::Random), RIVAL)), 3);
}

/// A plan, and an apply right after it: the bucket is as the plan left it.
#[test]
fn what_an_earlier_run_took_is_not_taken_for_company() {
    for plan in steady().filter(|plan| plan.size >= 10.0) {
        check([(Cell { start: 0.25, ..alone(plan) }, ALONE)], 2);
    }
}

#[test]
fn a_clock_that_is_wrong_changes_nothing() {
    for skew in [-300.0, 300.0] {
        check(steady().map(|plan| (Cell { skew, ..alone(plan) }, ALONE)), 1);
    }
}

#[test]
fn answers_may_overtake_each_other() {
    check(steady().map(|plan| (Cell { spread: 1.5, ..alone(plan) }, ALONE)), 2);
}

/// Auth0's error answers were seen without any of the headers.
#[test]
fn refusals_may_come_without_headers() {
    let cells = steady()
        .filter(|plan| plan.size >= 10.0)
        .map(|plan| (Cell { headers: Headers::OnlySuccess, ..together(plan, 4) }, SMALL));
    check(cells, 2);
}

#[test]
fn without_headers_a_limit_is_found_by_being_refused() {
    let aim = Aim(1.3, 1.4, 0.10);
    check(steady().map(|plan| (Cell { headers: Headers::Never, ..alone(plan) }, aim)), 1);
}

#[test]
fn a_limit_that_no_header_shows_is_found() {
    for plan in steady().filter(|plan| plan.rate >= 8.0) {
        let cell = Cell { hidden: 10.0, requests: 100, ..alone(plan) };
        let outcome = super::world::run(cell, super::RateSettings::default());
        // Ten at once and two a second after that.
        assert!(!outcome.failed && outcome.wall < 75.0, "{plan}: {:.1}", outcome.wall);
    }
}
