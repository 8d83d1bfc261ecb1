//! Why small buckets are paced evenly: what even steps meet with, at any rate.
//!
//! No governor here: a client that knows what is left to it, and takes that
//! part of it evenly. It shows what can be had, and what can't.

use super::world::{Bucket, Plan};

/// How often somebody is refused who takes `part` of what a rival leaves, in
/// even steps, for a thousand of the rival's requests.
fn refused(plan: Plan, rival: f64, random: bool, part: f64) -> f64 {
    let (mut refused, mut sent) = (0, 0);
    for seed in 0..8 {
        let mut rng = fastrand::Rng::with_seed(seed);
        let mut bucket = Bucket::full(plan, rng.f64());
        let theirs = 1.0 / (plan.rate * rival);
        let ours = 1.0 / (plan.rate * (1.0 - rival) * part);
        let (mut their_next, mut our_next) = (theirs * rng.f64(), ours * rng.f64());
        while their_next < 1000.0 * theirs {
            if their_next < our_next {
                bucket.take(their_next);
                their_next += if random { -theirs * (1.0 - rng.f64()).ln() } else { theirs };
            } else {
                sent += 1;
                refused += usize::from(!bucket.take(our_next));
                our_next += ours;
            }
        }
    }
    refused as f64 / f64::from(sent)
}

fn plan(size: f64, rate: f64, window: Option<f64>) -> Plan {
    Plan { name: "", size, rate, window }
}

#[test]
fn even_steps_beside_an_even_rival_are_never_refused() {
    for (size, rate) in [(2.0, 2.0), (2.0, 1.0), (3.0, 1.0), (5.0, 0.1)] {
        for rival in [0.3, 0.8] {
            for part in [0.5, 0.7, 0.9] {
                let refused = refused(plan(size, rate, None), rival, false, part);
                assert_eq!(refused, 0.0, "{size} at {rate}, rival {rival}, part {part}");
            }
        }
    }
}

#[test]
fn a_window_that_fills_a_bucket_of_two_refuses_even_steps() {
    let window = plan(2.0, 2.0, Some(1.0));
    assert!(refused(window, 0.3, false, 0.9) > 0.08);
    assert!(refused(window, 0.8, false, 0.9) > 0.08);
    // One request in each window is safe from one of somebody else's.
    assert_eq!(refused(window, 0.3, false, 0.71), 0.0);
}

#[test]
fn a_random_rival_refuses_slow_steps_as_often_as_fast_ones() {
    for (size, rate, least) in [(2.0, 2.0, 0.15), (3.0, 1.0, 0.05), (5.0, 0.1, 0.03)] {
        let at = |part| refused(plan(size, rate, None), 0.8, true, part);
        let (slow, fast) = (at(0.5), at(0.97));
        assert!(slow > least && fast < 1.8 * slow, "{size} at {rate}: {slow:.3} {fast:.3}");
    }
}
