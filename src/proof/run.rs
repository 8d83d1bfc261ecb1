//! Runs both programs on the events, and collects what differs.
//!
//! Main function: [`compare`].

use std::collections::BTreeMap;

use serde_json::Value;

use super::generate::{Case, Generator, Inputs};
use super::notice::{Noticed, difference, noticed};
use super::tree::written;
use crate::sandbox::{Answer, Branch, Job, Limits, Outcome, Pool, PoolError, Program, World};

/// How many events of one kind of difference are looked at.
const EXAMPLES: usize = 8;

/// How many events are run at a time.
const BATCH: usize = 24;

/// The clock of all runs: 2026-01-01T00:00:00Z, in milliseconds.
const NOW: i64 = 1_767_225_600_000;

/// What comparing two programs brought to light.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// How many events both were run on.
    pub events: usize,
    /// How many branches of the old program were met.
    pub branches_met: usize,
    /// How many it has.
    pub branches_total: usize,
    /// Those that were not met.
    pub unmet: Vec<Branch>,
    /// What differs, each once, with the smallest event that shows it.
    pub differences: Vec<Difference>,
    /// Events on which a hook never answered while the Action ends.
    pub hook_never_answers: usize,
    /// Events on which a hook answered more than once.
    pub hook_answers_again: usize,
}

impl Report {
    /// Whether nothing differs and every branch was met.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.differences.is_empty() && self.branches_met == self.branches_total
    }
}

/// One way in which two programs differ.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// What, such as `goes through, now denied (no plan)`.
    pub message: String,
    /// What is special about the event, such as `user.user_metadata is absent`.
    pub when: String,
    /// The event of the old program that shows it.
    pub event: Value,
    /// How many of the events showed it.
    pub events: usize,
    /// The line of the old code from which the difference came, if one is known.
    pub line: Option<u32>,
}

/// What runs jobs: the pool of sandboxed processes, outside of tests.
pub trait Runner {
    /// The outcomes of jobs, in their order.
    ///
    /// # Errors
    /// When a job can't be run at all.
    fn run_all(&self, jobs: &[Job]) -> Result<Vec<Outcome>, PoolError>;
}

impl Runner for Pool {
    fn run_all(&self, jobs: &[Job]) -> Result<Vec<Outcome>, PoolError> {
        Pool::run_all(self, jobs)
    }
}

/// The value that a secret has in all runs: never a real one.
#[must_use]
pub fn secret(name: &str) -> String {
    let plain = name.to_lowercase().replace('_', "-");
    let holds = |words: &[&str]| words.iter().any(|word| plain.contains(word));
    if holds(&["url", "uri", "endpoint", "webhook"]) {
        return format!("https://{plain}.example");
    }
    if holds(&["domain", "host"]) {
        return format!("{plain}.example");
    }
    format!("value-of-{name}")
}

/// What surrounds a run.
pub(super) fn world(inputs: &Inputs, event: Value, seed: u64, chance: bool) -> World {
    World {
        event,
        secrets: inputs.secrets.iter().map(|name| (name.clone(), secret(name))).collect(),
        now: NOW,
        seed,
        chance,
        ..World::default()
    }
}

/// Runs two programs on the same events.
///
/// # Errors
/// When the sandbox can't be started. What the code does is never an error.
pub fn compare(
    pool: &impl Runner,
    old: &Program,
    new: &Program,
    inputs: &Inputs,
) -> Result<Report, PoolError> {
    let mut generator = Generator::new(inputs, &[old.code(), new.code()]);
    let mut report = Report::default();
    let mut branches: BTreeMap<(u32, u32, String), (Branch, u64)> = BTreeMap::new();
    let mut found: Vec<Found> = Vec::new();
    let both = Both { pool, old, new, inputs };
    while report.events < inputs.events {
        let left = inputs.events - report.events;
        let cases: Vec<Case> = (0..BATCH.min(left)).map(|_| generator.next()).collect();
        let runs = both.run(&generator, &cases)?;
        for (case, run) in cases.into_iter().zip(runs) {
            report.events += 1;
            let mut is_new = false;
            for (branch, times) in &run.branches {
                let key = (branch.line, branch.column, branch.kind.clone());
                let known = branches.entry(key).or_insert((branch.clone(), 0));
                is_new |= known.1 == 0 && *times > 0;
                known.1 += times;
            }
            if is_new {
                generator.keep(case.clone());
            }
            report.hook_answers_again += usize::from(run.old.answers > 1);
            if is_better(inputs, &run) {
                report.hook_never_answers += 1;
            } else if let Some(message) = difference(&run.old, &run.new) {
                let more = found.len() < EXAMPLES;
                match found.iter_mut().find(|known| known.message == message) {
                    Some(known) => known.events += 1,
                    None if more => {
                        found.push(Found { message, case, events: 1, line: run.line });
                    }
                    None => {}
                }
            }
        }
    }
    report.branches_total = branches.len();
    report.branches_met = branches.values().filter(|(_, times)| *times > 0).count();
    report.unmet =
        branches.into_values().filter(|(_, times)| *times == 0).map(|(branch, _)| branch).collect();
    for Found { message, case, events, line } in found {
        let case = both.shrink(&generator, case, &message)?;
        report.differences.push(Difference {
            message,
            when: describe(&case),
            event: generator.event(&case),
            events,
            line,
        });
    }
    Ok(report)
}

/// A hook that never answers keeps everybody waiting; an Action that ends does not.
fn is_better(inputs: &Inputs, run: &Run) -> bool {
    inputs.sides == super::Sides::HookToAction
        && run.old.answers == 0
        && !run.old.stopped
        && run.old.effect.message.as_deref() == Some("never answered")
        && run.old.sent == run.new.sent
}

struct Found {
    message: String,
    case: Case,
    events: usize,
    line: Option<u32>,
}

struct Run {
    old: Noticed,
    new: Noticed,
    branches: Vec<(Branch, u64)>,
    /// The line of the old code that an error came from.
    line: Option<u32>,
}

struct Both<'r, R> {
    pool: &'r R,
    old: &'r Program,
    new: &'r Program,
    inputs: &'r Inputs,
}

impl<R: Runner> Both<'_, R> {
    fn run(&self, generator: &Generator<'_>, cases: &[Case]) -> Result<Vec<Run>, PoolError> {
        let mut jobs = Vec::with_capacity(cases.len() * 2);
        for case in cases {
            let event = generator.event(case);
            let other = self.inputs.sides.other(&self.inputs.trigger, &event);
            let modules = generator.modules(case);
            let job = |program: &Program, event, coverage| Job {
                program: program.clone(),
                world: World {
                    modules: modules.clone(),
                    ..world(self.inputs, event, case.seed, true)
                },
                limits: Limits::default(),
                coverage,
            };
            jobs.push(job(self.old, event, true));
            jobs.push(job(self.new, other, false));
        }
        let outcomes = self.pool.run_all(&jobs)?;
        let mut runs = Vec::with_capacity(cases.len());
        for (jobs, outcomes) in jobs.chunks_exact(2).zip(outcomes.chunks_exact(2)) {
            if let ([old_job, new_job], [old, new]) = (jobs, outcomes) {
                runs.push(Run {
                    old: noticed(&old_job.program, &old_job.world, old),
                    new: noticed(&new_job.program, &new_job.world, new),
                    branches: old.branches.clone(),
                    line: line(old),
                });
            }
        }
        Ok(runs)
    }

    /// The case with as few changes as show the same difference.
    fn shrink(
        &self,
        generator: &Generator<'_>,
        mut case: Case,
        message: &str,
    ) -> Result<Case, PoolError> {
        let mut at = 0;
        while at < case.changes.len() {
            let mut less = case.clone();
            less.changes.remove(at);
            let runs = self.run(generator, std::slice::from_ref(&less))?;
            let same = runs
                .first()
                .and_then(|run| difference(&run.old, &run.new))
                .is_some_and(|it| it == message);
            if same {
                case = less;
            } else {
                at += 1;
            }
        }
        Ok(case)
    }
}

fn line(outcome: &Outcome) -> Option<u32> {
    let answered = match outcome.answers.first() {
        Some(Answer::Error(_, place)) => *place,
        Some(Answer::Ok(_)) | None => None,
    };
    answered.or(outcome.fault()?.place).map(|place| place.line)
}

/// What is special about a case, in words.
pub(super) fn describe(case: &Case) -> String {
    if case.changes.is_empty() {
        return "the sample event".to_owned();
    }
    let one = |change: &super::generate::Change| match &change.value {
        None => format!("{} is absent", written(&change.path)),
        Some(value) => format!("{} is {value}", written(&change.path)),
    };
    case.changes.iter().map(one).collect::<Vec<_>>().join(", ")
}
