//! Cases to verdicts, on all cores.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::read::patch;
use super::{Case, Problem, TestFile, expect};
use crate::model::{Definition, Kind, Mask, Position};
use crate::sandbox::{
    Answer, Branch, Job, Limits, Outcome, Pool, PoolError, Program, World, effect, sample,
};

/// What became of one case.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// The test's file.
    pub file: String,
    /// The case's name.
    pub case: String,
    /// Where it is written.
    pub position: Option<Position>,
    /// What is not as expected; nothing if it passed.
    pub problems: Vec<Problem>,
    /// Where in which script the error arose that explains it.
    pub script: Option<(String, Position)>,
}

/// How often each branch of a script was met, over all its cases.
#[derive(Debug, Clone, PartialEq)]
pub struct Coverage {
    /// The script's file.
    pub script: String,
    /// Its branches.
    pub branches: Vec<(Branch, u64)>,
}

/// The program of a definition.
#[must_use]
pub fn program(definition: &Definition, handler: Option<String>) -> Program {
    let trigger = definition.trigger.as_str().to_owned();
    let text = definition.script.as_str().to_owned();
    match definition.kind() {
        Kind::Hook => Program::Hook { trigger, script: text },
        Kind::Action | Kind::Bindings => Program::Action { trigger, code: text, handler },
    }
}

/// The world of an event that is laid over the trigger's sample.
#[must_use]
pub fn world(program: &Program, event: &Value) -> World {
    let is_hook = matches!(program, Program::Hook { .. });
    let mut whole = sample(is_hook, program.trigger());
    patch(&mut whole, event);
    World { event: whole, now: super::read::NOW, seed: 1, ..World::default() }
}

fn job(case: &Case, definition: &Definition, coverage: bool) -> Job {
    let program = program(definition, case.handler.clone());
    let mut world = world(&program, &case.event);
    world.secrets = case.secrets.clone();
    world.http = case.http.clone();
    world.modules = case.modules.clone();
    world.now = case.now;
    world.seed = case.seed;
    Job { program, world, limits: Limits::default(), coverage }
}

/// Runs all cases. Files whose definition isn't among `definitions` were reported
/// of when they were read.
///
/// # Errors
/// When the sandbox can't be started.
pub fn run(
    files: &[TestFile],
    definitions: &[Definition],
    pool: &Pool,
    coverage: bool,
) -> Result<(Vec<Verdict>, Vec<Coverage>), PoolError> {
    let by_file: BTreeMap<&str, &Definition> =
        definitions.iter().map(|one| (one.place.file.as_str(), one)).collect();
    let mut all = Vec::new();
    for file in files {
        let Some(definition) = by_file.get(file.definition.as_str()) else { continue };
        all.extend(file.cases.iter().map(|case| (file, case, *definition)));
    }
    let jobs: Vec<Job> =
        all.iter().map(|(_, case, definition)| job(case, definition, coverage)).collect();
    let outcomes = pool.run_all(&jobs)?;
    let mut covered: BTreeMap<&str, Coverage> = BTreeMap::new();
    let mut verdicts = Vec::with_capacity(all.len());
    let regex = |pattern: &str, text: &str| matches(pool, pattern, text);
    for (((file, case, definition), job), outcome) in all.iter().zip(&jobs).zip(&outcomes) {
        let effect = effect(&job.program, &job.world, outcome);
        let problems = expect::problems(case, outcome, &effect, &regex);
        let problems = without_secrets(problems, &case.secrets);
        let script = (!problems.is_empty()).then(|| place(definition, outcome)).flatten();
        verdicts.push(Verdict {
            file: file.file.clone(),
            case: case.name.clone(),
            position: case.position,
            problems,
            script,
        });
        if coverage {
            add(covered.entry(definition.script_source.file.as_str()), definition, outcome);
        }
    }
    Ok((verdicts, covered.into_values().collect()))
}

fn add(
    entry: std::collections::btree_map::Entry<'_, &str, Coverage>,
    definition: &Definition,
    outcome: &Outcome,
) {
    let known = entry.or_insert_with(|| Coverage {
        script: definition.script_source.file.clone(),
        branches: outcome.branches.iter().map(|(branch, _)| (branch.clone(), 0)).collect(),
    });
    if known.branches.is_empty() {
        known.branches.clone_from(&outcome.branches);
        return;
    }
    for ((_, sum), (_, count)) in known.branches.iter_mut().zip(&outcome.branches) {
        *sum += count;
    }
}

/// A value of fewer characters is none that anybody has to hide, and hiding it
/// would hide what differs.
const SHORTEST_SECRET: usize = 3;

/// What calls the secrets of a case by their names: they may be real ones.
pub(super) fn mask(secrets: &BTreeMap<String, String>) -> Mask {
    let mut world = World { secrets: secrets.clone(), ..World::default() };
    world.secrets.retain(|_, value| value.chars().count() >= SHORTEST_SECRET);
    world.mask(|name| format!("[secret {name}]"))
}

fn without_secrets(problems: Vec<Problem>, secrets: &BTreeMap<String, String>) -> Vec<Problem> {
    if problems.is_empty() {
        return problems;
    }
    let mask = mask(secrets);
    let hidden = |Problem { what, lines }| Problem {
        what: mask.text(&what),
        lines: lines.iter().map(|line: &String| mask.text(line)).collect(),
    };
    problems.into_iter().map(hidden).collect()
}

/// Where the error arose that a failing case ended with.
fn place(definition: &Definition, outcome: &Outcome) -> Option<(String, Position)> {
    let answered = match outcome.answers.first() {
        Some(Answer::Error(_, place)) => *place,
        _ => None,
    };
    let place = outcome.fault().and_then(|fault| fault.place).or(answered)?;
    let number = |value: u32| usize::try_from(value).unwrap_or(usize::MAX);
    let position = Position { line: number(place.line), column: number(place.column) };
    Some((definition.script_source.file.clone(), position))
}

/// Whether a regular expression of JavaScript matches, asked of the sandbox:
/// tests may be a stranger's, and there it is bounded.
fn matches(pool: &Pool, pattern: &str, text: &str) -> bool {
    let script = "module.exports = (user, context, cb) => cb(null, { is: new RegExp(context.pattern).test(context.text) });";
    let program = Program::Hook { trigger: "post-user-registration".into(), script: script.into() };
    let event = json!({ "context": { "pattern": pattern, "text": text } });
    let world = world(&program, &event);
    let job = Job { program, world, limits: Limits::default(), coverage: false };
    pool.run(&job).is_ok_and(|outcome| {
        matches!(outcome.answers.first(), Some(Answer::Ok(Some(value))) if value["is"] == true)
    })
}
