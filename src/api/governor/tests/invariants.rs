//! What holds whatever happened before.

use super::RateSettings;
use super::cell::*;
use super::world::run;

fn plans() -> Vec<Plan> {
    vec![continuous(10.0, 2.0), continuous(30.0, 8.0), continuous(20.0, 20.0)]
}

/// With work to do and a level above the headroom and one, as last seen, a
/// request is under way or goes within two tokens' time.
#[test]
fn nobody_idles_beside_a_level_above_the_headroom() {
    for plan in plans() {
        for processes in [1, 2, 4, 8] {
            for apart in [0.0, 3.0] {
                let cell = Cell { apart, uneven: true, ..together(plan, processes) };
                let idle = sum(cell, 3).idle;
                assert!(idle <= 2.0, "{plan}: {idle:.1} tokens' time in {cell:?}");
            }
        }
        for manner in [Manner::Random, Manner::Bursts(5), Manner::Greedy] {
            let idle = sum(beside(plan, 0.8, manner), 3).idle;
            assert!(idle <= 2.0, "{plan}: {idle:.1} tokens' time beside {manner:?}");
        }
    }
}

/// Whoever has learned that others take nearly everything is at full speed
/// again when they are gone: what is left of the run takes ten tokens' time
/// more than it would have.
#[test]
fn what_was_learned_beside_others_is_soon_unlearned() {
    for plan in plans() {
        let rival_until = 20.0;
        let cell = Cell { rival_until, ..beside(plan, 0.8, Manner::Even) };
        let usable = plan.size - headroom(plan);
        let requests = (usable + plan.rate * (0.2 * rival_until + 10.0)) as usize;
        for seed in 1..=3 {
            let wall = run(Cell { requests, seed, ..cell }, RateSettings::default()).wall;
            let longest = rival_until + 10.0 + 10.0 / plan.rate + 0.2;
            assert!(wall <= longest, "{plan}: {wall:.1} of {longest:.1} s");
        }
    }
}

/// However many share a bucket, all together are not much slower than one.
#[test]
fn one_more_never_makes_the_whole_much_slower() {
    for plan in plans() {
        for processes in 1..=8 {
            let slower = sum(together(plan, processes), 2).slower;
            assert!(slower <= 1.5, "{plan}: {slower:.2} of the bound for {processes}");
        }
    }
}

#[test]
fn the_order_and_the_seed_of_starts_do_not_matter() {
    for plan in plans() {
        for apart in [0.0, 0.02, 0.3, 3.0] {
            let sum = sum(Cell { apart, ..together(plan, 3) }, 4);
            assert!(sum.slowest <= 1.25 && !sum.failed, "{plan}: {sum:.3?} {apart} s apart");
        }
    }
}

/// Ten requests and a thousand are both runs. What fits into the bucket takes
/// a round trip or two more than it could, since others may have started, too.
#[test]
fn a_short_run_is_as_close_to_the_bound_as_a_long_one() {
    for plan in plans() {
        for requests in [5, 15, 40, 400] {
            let cell = Cell { requests, ..alone(plan) };
            let trip = cell.latency * (1.0 + cell.spread / 2.0);
            for seed in 1..=3 {
                let wall = run(Cell { seed, ..cell }, RateSettings::default()).wall;
                let longest = 1.05 * bound(&cell, requests) + 3.0 * trip + 1.0 / plan.rate;
                assert!(wall <= longest, "{plan}: {wall:.2} of {longest:.2} s for {requests}");
            }
        }
    }
}
