//! The product's executor, governor and way of asking, and the local tenant, in
//! one process: no socket, no file, and a clock that stands still while there is
//! something to do.
//!
//! One number chooses everything: what is on the tenant, what the definitions
//! say, how long each request is under way (and so who comes first), what goes
//! wrong, where the run is stopped or dropped in the middle. The same number
//! gives the same run to the byte, so that each fault it finds is a test.
//!
//! `HOOKSYNC_SIM_RUNS` sets how many runs there are (default 400; ten thousand
//! and more with `--profile simulation`, which optimises) and
//! `HOOKSYNC_SIM_SEED` the first seed (default 1); with one run its trace is
//! printed: `HOOKSYNC_SIM_RUNS=1 HOOKSYNC_SIM_SEED=17 cargo test --test faults
//! simulation -- --nocapture`.

mod chance;
mod run;
mod seeds;
mod world;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use crate::number;

/// Every so many runs one is run again: its trace has to be the same.
const REPLAYED: u64 = 16;
/// More failures than anybody reads.
const MOST: usize = 20;

#[test]
fn simulation() {
    let runs = number("HOOKSYNC_SIM_RUNS", 400);
    let first = number("HOOKSYNC_SIM_SEED", 1);
    let (begun, next) = (Instant::now(), AtomicU64::new(first));
    let endings: Mutex<BTreeMap<String, usize>> = Mutex::default();
    let failures: Mutex<Vec<String>> = Mutex::default();
    let work = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= first + runs || failures.lock().unwrap().len() >= MOST {
                return;
            }
            let ended = run::one(seed);
            if seed.is_multiple_of(REPLAYED) && run::one(seed).trace != ended.trace {
                failures.lock().unwrap().push(format!("seed {seed}: its replay differs"));
            }
            if runs == 1 {
                println!("{}", ended.trace);
            }
            match ended.outcome {
                Ok(ending) => *endings.lock().unwrap().entry(ending).or_default() += 1,
                Err(why) => {
                    let why = if runs == 1 { &why } else { why.lines().next().unwrap_or_default() };
                    failures.lock().unwrap().push(format!("seed {seed}: {why}"));
                }
            }
        }
    };
    std::thread::scope(|scope| {
        let threads = std::thread::available_parallelism().map_or(2, usize::from);
        (0..threads).for_each(|_| drop(scope.spawn(work)));
    });
    let (endings, failures) = (endings.into_inner().unwrap(), failures.into_inner().unwrap());
    println!("{runs} runs from seed {first} in {:.1?}: {endings:#?}", begun.elapsed());
    assert!(failures.is_empty(), "{} failed:\n{}", failures.len(), failures.join("\n"));
    let kinds = ["applied", "in part", "crashed", "refused", "unread"];
    let met = |kind: &str| endings.keys().any(|ending| ending.starts_with(kind));
    assert!(runs < 400 || first > 1 || kinds.iter().all(|kind| met(kind)), "{endings:#?}");
}
