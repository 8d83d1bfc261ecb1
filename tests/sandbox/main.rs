//! Runs in processes of their own: that hostile code ends in time, takes
//! nothing with it and forges nothing.

// Helpers outside of `#[test]` functions panic as the tests do.
#![allow(clippy::unwrap_used)]

mod hostile;
mod more_hostile;
mod oracle;
mod triggers;

use std::path::Path;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use hooksync::sandbox::{Job, Limits, Outcome, Pool, Program, World, sample};

static POOL: LazyLock<Pool> =
    LazyLock::new(|| Pool::new(Path::new(env!("CARGO_BIN_EXE_hooksync"))));

fn job(program: Program, wall_ms: u64) -> Job {
    let is_hook = matches!(program, Program::Hook { .. });
    let event = sample(is_hook, program.trigger());
    let world = World { event, now: 1_767_225_600_000, seed: 1, ..World::default() };
    Job { program, world, limits: Limits { wall_ms, ..Limits::default() }, coverage: false }
}

fn hook(script: &str) -> Program {
    Program::Hook { trigger: "pre-user-registration".into(), script: script.into() }
}

/// The limit of code that means harm.
const LIMIT: u64 = 500;

/// Runs it, and looks that it ends within its limit and a second. Where the
/// machine had something else to do, it is measured again.
fn bounded(program: &Program) -> Outcome {
    let mut took = Duration::ZERO;
    for _ in 0..3 {
        let begin = Instant::now();
        let outcome = run(program.clone(), LIMIT);
        took = begin.elapsed();
        if took < Duration::from_millis(LIMIT + 1_000) {
            return outcome;
        }
    }
    panic!("{took:?}: {:.200}", program.code());
}

fn run(program: Program, wall_ms: u64) -> Outcome {
    POOL.run(&job(program, wall_ms)).unwrap()
}

#[test]
fn a_worker_answers_many_runs() {
    for n in 0..20 {
        let script = format!("module.exports = (user, context, cb) => cb(null, {{ n: {n} }});");
        let outcome = run(hook(&script), 2_000);
        let json = serde_json::to_value(&outcome).unwrap();
        assert_eq!(json["answers"][0]["ok"]["n"], n);
    }
}

#[test]
fn jobs_run_on_all_cores_and_keep_their_order() {
    let jobs: Vec<_> = (0..40)
        .map(|n| {
            job(hook(&format!("module.exports = (u, c, cb) => cb(null, {{ n: {n} }});")), 2_000)
        })
        .collect();
    let outcomes = POOL.run_all(&jobs).unwrap();
    for (n, outcome) in outcomes.iter().enumerate() {
        let json = serde_json::to_value(outcome).unwrap();
        assert_eq!(json["answers"][0]["ok"]["n"], n);
    }
}
