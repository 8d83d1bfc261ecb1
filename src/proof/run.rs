//! Runs both programs on the events, and collects what differs.
//!
//! Main function: [`compare`].

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::generate::{Case, Generator, Inputs};
use super::notice::{NOT_WAITED_FOR, Noticed, difference, noticed};
use super::secrets;
use super::tree::written;
use super::words;
use crate::sandbox::{Answer, Branch, Job, Limits, Outcome, Pool, PoolError, Program, World};

/// How many events of one kind of difference are looked at.
const EXAMPLES: usize = 8;

/// How many other answers of services are tried to find the plainest event.
const SEEDS: u64 = 15;

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
    /// The same of the new program's branches, where both are of one kind; of
    /// an Action that takes a hook's place they are not counted.
    pub new_branches_met: usize,
    /// How many the new program has.
    pub new_branches_total: usize,
    /// Those of the new program that were not met.
    pub new_unmet: Vec<Branch>,
    /// Events on which a text of the engine's goes out: what it says in Node, where
    /// it names parts of the code, is not known.
    pub engine_texts: usize,
    /// Calls of packages that the new program makes, such as `crm.send`, and of
    /// which it takes nothing: if they send something, it may end before that has left.
    pub dropped: BTreeSet<String>,
    /// Events on which a limit stopped one of them: what comes then is not known.
    pub stopped: usize,
    /// Whether it was ended before all events had been run.
    pub cut: bool,
}

impl Report {
    /// Whether nothing differs, every branch was met, and no limit ended a run.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.differences.is_empty() && self.branches_met == self.branches_total && self.stopped == 0
    }
}

/// One way in which two programs differ.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// What, such as `goes through, now denied (no plan)`.
    pub message: String,
    /// The same with the new side first, such as `now denied (no plan)`.
    pub summary: String,
    /// What is special about the event, such as `when user.user_metadata is absent`.
    pub when: String,
    /// The same as a reviewer would say it: ``for users without `user_metadata` ``.
    pub whom: String,
    /// The event of the old program that shows it.
    pub event: Value,
    /// How many of the events showed it.
    pub events: usize,
    /// The line of the old code from which the difference came, if one is known.
    pub line: Option<u32>,
    /// Whether it is that the new program ends without waiting for something.
    pub is_cut_off: bool,
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

/// What surrounds a run.
pub(super) fn world(secrets: BTreeMap<String, String>, event: Value, case: &Case) -> World {
    World { event, secrets, now: NOW, seed: case.seed, ..World::default() }
}

/// Runs two programs on the same events, as long as `goes_on` says so; what was
/// found until then is in the report.
///
/// # Errors
/// When the sandbox can't be started. What the code does is never an error.
pub fn compare(
    pool: &impl Runner,
    old: &Program,
    new: &Program,
    inputs: &Inputs,
    goes_on: &dyn Fn() -> bool,
) -> Result<Report, PoolError> {
    let mut generator = Generator::new(inputs, &[old.code(), new.code()]);
    let mut report = Report::default();
    let (mut branches, mut new_branches) = (Met::default(), Met::default());
    let mut found: Vec<Found> = Vec::new();
    let both = Both { pool, old, new, inputs, goes_on };
    while report.events < inputs.events {
        if !goes_on() {
            report.cut = true;
            break;
        }
        let left = inputs.events - report.events;
        let cases: Vec<Case> = (0..BATCH.min(left)).map(|_| generator.next()).collect();
        let runs = both.run(&generator, &cases)?;
        for (case, run) in cases.into_iter().zip(runs) {
            report.events += 1;
            // of both: a condition that only one of them has is worth an event
            if branches.take(&run.branches) | new_branches.take(&run.new_branches) {
                generator.keep(case.clone());
            }
            report.engine_texts += usize::from(run.old.engine_text);
            report.dropped.extend(run.new.dropped.iter().cloned());
            report.stopped += usize::from(run.old.stopped || run.new.stopped);
            report.hook_answers_again += usize::from(run.old.answers > 1);
            if is_better(inputs, &run) {
                report.hook_never_answers += 1;
            } else if let Some(differs) = difference(&run.old, &run.new) {
                let is_known = found.iter().any(|known| known.kind == differs.kind);
                if !is_known && found.len() < EXAMPLES {
                    let (kind, texts) = (differs.kind.clone(), BTreeSet::new());
                    found.push(Found { kind, case, events: 0, texts });
                }
                if let Some(known) = found.iter_mut().find(|known| known.kind == differs.kind) {
                    known.events += 1;
                    known.texts.insert(differs.message);
                }
            }
        }
    }
    (report.branches_met, report.branches_total, report.unmet) = branches.counted();
    (report.new_branches_met, report.new_branches_total, report.new_unmet) = new_branches.counted();
    for Found { kind, case, events, texts } in found {
        let case = both.shrink(&generator, case, &kind)?;
        let (case, run) = both.plainest(&generator, case, &kind)?;
        let Some(differs) = difference(&run.old, &run.new) else { continue };
        let others = match texts.len() {
            0 | 1 => String::new(),
            2 => "; one other text on other events".to_owned(),
            number => format!("; {} other texts on other events", number - 1),
        };
        report.differences.push(Difference {
            message: differs.message + &others,
            summary: differs.summary + &others,
            when: describe(&case),
            whom: words::whom(&case, &run.answers),
            event: generator.event(&case),
            events,
            line: run.line,
            is_cut_off: kind.starts_with(NOT_WAITED_FOR),
        });
    }
    Ok(report)
}

/// How often each branch was met.
#[derive(Default)]
struct Met(BTreeMap<(u32, u32, String), (Branch, u64)>);

impl Met {
    /// Whether one of these was never met before.
    fn take(&mut self, branches: &[(Branch, u64)]) -> bool {
        let mut is_new = false;
        for (branch, times) in branches {
            let key = (branch.line, branch.column, branch.kind.clone());
            let known = self.0.entry(key).or_insert((branch.clone(), 0));
            is_new |= known.1 == 0 && *times > 0;
            known.1 += times;
        }
        is_new
    }

    /// How many were met, how many there are, and those that were not.
    fn counted(self) -> (usize, usize, Vec<Branch>) {
        let total = self.0.len();
        let unmet: Vec<Branch> =
            self.0.into_values().filter(|(_, times)| *times == 0).map(|(it, _)| it).collect();
        (total - unmet.len(), total, unmet)
    }
}

/// A hook that never answers keeps everybody waiting; an Action that ends does not.
fn is_better(inputs: &Inputs, run: &Run) -> bool {
    inputs.sides == super::Sides::HookToAction
        && run.old.answers == 0
        && !run.old.stopped
        && run.old.effect.message.as_deref() == Some("never answered")
        && run.old.sent == run.new.sent
}

/// One way in which both differ, while events are run.
struct Found {
    kind: String,
    /// The first event that showed it.
    case: Case,
    events: usize,
    /// In what words.
    texts: BTreeSet<String>,
}

struct Run {
    old: Noticed,
    new: Noticed,
    branches: Vec<(Branch, u64)>,
    new_branches: Vec<(Branch, u64)>,
    /// What went wrong outside of the code, by chance.
    answers: Vec<String>,
    /// The line of the old code that an error came from.
    line: Option<u32>,
}

struct Both<'r, R> {
    pool: &'r R,
    old: &'r Program,
    new: &'r Program,
    inputs: &'r Inputs,
    goes_on: &'r dyn Fn() -> bool,
}

impl<R: Runner> Both<'_, R> {
    fn run(&self, generator: &Generator<'_>, cases: &[Case]) -> Result<Vec<Run>, PoolError> {
        let mut jobs = Vec::with_capacity(cases.len() * 2);
        let covers_new = self.inputs.sides != super::Sides::HookToAction;
        for case in cases {
            let event = generator.event(case);
            let other = self.inputs.sides.other(&self.inputs.trigger, &event);
            let modules = generator.modules(case);
            let replies = generator.replies(case);
            let job = |program: &Program, event, names: &[String], coverage| Job {
                program: program.clone(),
                world: World {
                    modules: modules.clone(),
                    replies: replies.clone(),
                    chance: true,
                    ..world(secrets::of(names, case), event, case)
                },
                limits: Limits::default(),
                coverage,
            };
            let names = &self.inputs.secrets;
            jobs.push(job(self.old, event, names, true));
            let names_after = self.inputs.secrets_after.as_ref().unwrap_or(names);
            jobs.push(job(self.new, other, names_after, covers_new));
        }
        let outcomes = self.pool.run_all(&jobs)?;
        let mut runs = Vec::with_capacity(cases.len());
        for (jobs, outcomes) in jobs.chunks_exact(2).zip(outcomes.chunks_exact(2)) {
            if let ([old_job, new_job], [old, new]) = (jobs, outcomes) {
                runs.push(Run {
                    old: noticed(&old_job.program, &old_job.world, old),
                    new: noticed(&new_job.program, &new_job.world, new),
                    branches: old.branches.clone(),
                    new_branches: new.branches.clone(),
                    answers: answers(old, new),
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
        kind: &str,
    ) -> Result<Case, PoolError> {
        let mut at = 0;
        while at < case.changes.len() && (self.goes_on)() {
            let mut less = case.clone();
            less.changes.remove(at);
            let runs = self.run(generator, std::slice::from_ref(&less))?;
            if runs.first().is_some_and(|run| shows(run, kind)) {
                case = less;
            } else {
                at += 1;
            }
        }
        Ok(case)
    }

    /// The case with the answers of services that are as good as possible: what
    /// is left of failures is needed for the difference.
    fn plainest(
        &self,
        generator: &Generator<'_>,
        case: Case,
        kind: &str,
    ) -> Result<(Case, Run), PoolError> {
        let first = self.run(generator, std::slice::from_ref(&case))?.pop();
        if let Some(run) = first.filter(|run| run.answers.is_empty()) {
            return Ok((case, run));
        }
        let seeds = if (self.goes_on)() { 0..SEEDS } else { 0..0 };
        let with = |seed| Case { seed, ..case.clone() };
        let cases: Vec<Case> = [case.seed].into_iter().chain(seeds).map(with).collect();
        let mut runs: Vec<(Case, Run)> =
            cases.iter().cloned().zip(self.run(generator, &cases)?).collect();
        let best = runs
            .iter()
            .enumerate()
            .filter(|(at, (_, run))| *at == 0 || shows(run, kind))
            .min_by_key(|(_, (_, run))| run.answers.len())
            .map_or(0, |(at, _)| at);
        Ok(runs.swap_remove(best))
    }
}

/// What went wrong outside of either program by chance.
fn answers(old: &Outcome, new: &Outcome) -> Vec<String> {
    let mut all = Vec::new();
    for answer in old.by_chance.iter().chain(&new.by_chance) {
        if !all.contains(answer) {
            all.push(answer.clone());
        }
    }
    all
}

fn shows(run: &Run, kind: &str) -> bool {
    difference(&run.old, &run.new).is_some_and(|it| it.kind == kind)
}

fn line(outcome: &Outcome) -> Option<u32> {
    let answered = match outcome.answers.first() {
        Some(Answer::Error(_, place)) => *place,
        Some(Answer::Ok(_)) | None => None,
    };
    answered.or(outcome.fault()?.place).map(|place| place.line)
}

/// What is special about a case: `when user.email is absent`, `on the sample event`.
pub(super) fn describe(case: &Case) -> String {
    if case.changes.is_empty() {
        return "on the sample event".to_owned();
    }
    let one = |change: &super::generate::Change| match &change.value {
        None => format!("{} is absent", written(&change.path)),
        Some(value) => format!("{} is {value}", written(&change.path)),
    };
    format!("when {}", case.changes.iter().map(one).collect::<Vec<_>>().join(", "))
}
