//! Runs that found a fault, by what it was. Each is replayed to the byte.

use super::run::one;

#[track_caller]
fn check(seed: u64) {
    let (first, again) = (one(seed), one(seed));
    assert!(!first.trace.is_empty());
    assert_eq!(first.trace, again.trace, "seed {seed} is not replayed to the byte");
    assert_eq!(first.outcome.err(), None, "seed {seed}");
}

#[test]
fn the_same_seed_is_the_same_run_to_the_byte() {
    (1..=50).for_each(check);
}
