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

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::stream::{StreamExt, iter};
use tokio::time::timeout;

/// Longer than any run may take by its own time limits.
const ENDLESS: Duration = Duration::from_secs(200);
/// How many runs are under way at once: most of them wait.
const AT_ONCE: usize = 64;

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

#[tokio::test(flavor = "multi_thread")]
async fn campaign() {
    let runs = number("HOOKSYNC_FAULT_RUNS", 240);
    let first = number("HOOKSYNC_FAULT_SEED", 1);
    let begun = std::time::Instant::now();
    let mut endings: BTreeMap<String, usize> = BTreeMap::new();
    let mut failures = Vec::new();
    let mut ended = iter(first..first + runs)
        .map(|seed| async move { (seed, tokio::spawn(timeout(ENDLESS, drive::run(seed))).await) })
        .buffer_unordered(AT_ONCE);
    while let Some((seed, outcome)) = ended.next().await {
        let outcome = outcome.map(|ended| ended.unwrap_or_else(|_| Err("it never ends".into())));
        match outcome.unwrap_or_else(|panic| Err(format!("panicked: {panic}"))) {
            Ok(ending) => *endings.entry(ending).or_default() += 1,
            Err(problem) => failures.push(format!("seed {seed}: {problem}")),
        }
    }
    println!("{runs} runs from seed {first} in {:.0?}: {endings:#?}", begun.elapsed());
    assert!(failures.is_empty(), "{} of {runs}:\n{}", failures.len(), failures.join("\n"));
}
