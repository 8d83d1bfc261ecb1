//! Seeded faults over real sockets: a random tenant, random definitions, and
//! everything that can go wrong between the two.
//!
//! Each run applies while the tenant fails, then once more while it doesn't.
//! After the first, nothing may be there twice, nothing may be lost, nothing
//! may be reported that isn't so; after the second, the tenant is as the
//! definitions say and the next plan is empty. No secret may be in anything
//! that was written on the way.
//!
//! `HOOKSYNC_FAULT_RUNS` sets how many runs there are (default 240) and
//! `HOOKSYNC_FAULT_SEED` the first seed (default 1), so that one run can be
//! repeated: `HOOKSYNC_FAULT_RUNS=1 HOOKSYNC_FAULT_SEED=17 cargo test --test
//! faults campaign -- --nocapture`.

// Helpers outside of `#[test]` functions panic as the tests do.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod answers;
mod attempt;
mod chance;
mod check;
mod drive;
#[cfg(unix)]
mod interrupts;
#[cfg(unix)]
mod killed;
mod mixed;
mod mixed_chance;
mod plans;
mod process;
mod refusals;
mod restore;
mod reviewed;
mod secrets;
mod simulation;
mod story;

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

#[tokio::test(flavor = "multi_thread")]
async fn campaign() {
    attempt::campaign(("HOOKSYNC_FAULT_RUNS", 240), drive::run).await;
}
