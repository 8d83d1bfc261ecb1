//! `hooksync run`: one hook or action on one event.
//!
//! The values of secrets are masked in everything that is printed or written.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::test;
use crate::behaviour;
use crate::cli::args::{Engine, ProjectArgs, ResultFormat, RunArgs};
use crate::cli::error::Fault;
use crate::cli::starters::{named, write_schemas};
use crate::cli::{CliError, Context, Exit, definitions};
use crate::model::{Definition, Kind, Mask, Name};
use crate::plan::policy::kind_and_name;
use crate::report::behaviour::{masked, outcome_json, outcome_text};
use crate::report::json::pretty;
use crate::sandbox::{Job, Limits, Outcome, effect, find_node, node_limits, run_on_node};
use crate::source::schema;

/// Runs it.
///
/// # Errors
/// When there is no such definition, or it can't be run. What the code does is
/// no error.
pub(super) fn run(args: &RunArgs, context: &Context<'_>) -> Result<Exit, CliError> {
    let node = node(args, context)?;
    let project = ProjectArgs {
        dir: args.dir.clone(),
        env: args.env.iter().cloned().collect(),
        keyword: args.keyword.clone(),
        ..ProjectArgs::default()
    };
    let test::Project { definitions: all, found, dirs: _, keywords: _ } =
        test::load(&project, context)?;
    let definition = match find(&all, &args.name) {
        Ok(definition) => definition,
        Err(error) => {
            // it may be one of those that could not be read
            definitions::tell(&found, context);
            return Err(error);
        }
    };
    let program = behaviour::program(definition, None);
    let event = match &args.event {
        Some(path) => event(path)?,
        None => Value::Object(serde_json::Map::new()),
    };
    let mut world = behaviour::world(&program, &event);
    for key in &args.secret {
        let Some(value) = context.environment.get(key)? else {
            return Err(CliError::new(format!(
                "--secret {key}: the environment variable {key} is not set"
            ))
            .hint(format!("set it for this run, as in {key}=… hooksync run {}", args.name)));
        };
        world.secrets.insert(key.clone(), value.to_owned());
    }
    let limits = if node.is_some() { node_limits() } else { Limits::default() };
    let job = Job { program, world, limits, coverage: false };
    let mask = job.world.mask(|_| "***".to_owned());
    let outcome = match &node {
        None => test::pool(context)?.run(&job)?,
        Some(node) => on_node(node, &job, definition, &mask, context)?,
    };
    let effect = effect(&job.program, &job.world, &outcome);
    let whole = masked(&outcome_json(&outcome, &effect), &mask);
    context.output.data(&match args.format {
        ResultFormat::Text => {
            outcome_text(&definition.written_name, &whole, &context.output.stdout_style())
        }
        ResultFormat::Json => pretty(&whole),
    })?;
    if let Some(name) = &args.record {
        let event = masked(&event, &mask);
        let whole = without_secrets(job, &event, context)?;
        let file = record(definition, name, &event, &args.secret, &whole)?;
        context.say(&format!("{} (outcome added as a test case)", named("updated", &file)));
    }
    Ok(Exit::Done)
}

/// Node's own file, if the user asks for that engine.
fn node(args: &RunArgs, context: &Context<'_>) -> Result<Option<PathBuf>, CliError> {
    match args.engine {
        Engine::Embedded if args.allow_unsandboxed => {
            Err(CliError::usage("--allow-unsandboxed goes with --engine node; the sandbox is the default"))
        }
        Engine::Embedded => Ok(None),
        Engine::Node if args.record.is_some() => Err(CliError::usage(
            "--record records the outcome in the sandbox, where `hooksync test` runs the case; leave out --engine node",
        )),
        Engine::Node if context.environment.is_set("CI") && !args.allow_unsandboxed => Err(CliError::refused(
            "--engine node is not sandboxed: the code would have all permissions of this pipeline",
        )
        .hint("the default engine is sandboxed; --allow-unsandboxed allows it for code that you trust")),
        Engine::Node => find_node(&context.environment.search_path()).map(Some).ok_or_else(|| {
            CliError::new("--engine node: no `node` in the absolute folders of PATH")
                .hint("install Node.js, or leave out --engine node: the sandbox needs no other program")
        }),
    }
}

fn on_node(
    node: &Path,
    job: &Job,
    definition: &Definition,
    mask: &Mask,
    context: &Context<'_>,
) -> Result<Outcome, CliError> {
    context.say(&format!(
        "Not sandboxed: {} runs this code with your rights, files and network included.",
        node.display()
    ));
    let file = fs_err::canonicalize(&definition.script_source.file)?;
    run_on_node(node, job, &file).map_err(|error| {
        CliError::new(mask.text(&error.to_string()))
            .hint("check that it is Node.js 18 or later; the default engine needs no other program")
    })
}

/// What the same run shows with made-up secrets, those of the case that it
/// becomes: whatever the code makes of a value, nothing of it is in there.
fn without_secrets(mut job: Job, event: &Value, context: &Context<'_>) -> Result<Value, CliError> {
    job.world.event = behaviour::world(&job.program, event).event;
    for value in job.world.secrets.values_mut() {
        behaviour::MADE_UP.clone_into(value);
    }
    let outcome = test::pool(context)?.run(&job)?;
    Ok(outcome_json(&outcome, &effect(&job.program, &job.world, &outcome)))
}

fn find<'d>(all: &'d [Definition], written: &str) -> Result<&'d Definition, CliError> {
    let (kind, name) = kind_and_name(written);
    // any spelling of a hook's name, as `--only` takes it; a name may hold a colon
    let stored = Name::hook(name).ok();
    let named = |one: &&Definition| {
        let is_it = one.written_name == name
            || one.name.as_str() == name
            || (one.kind() == Kind::Hook && stored.as_ref() == Some(&one.name));
        one.written_name == written || (kind.is_none_or(|kind| kind == one.kind()) && is_it)
    };
    let mut found = all.iter().filter(named);
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        (Some(_), Some(_)) => {
            Err(CliError::new(format!("there is a hook and an action called {name}"))
                .hint(format!("write hook:{name} or action:{name}")))
        }
        (None, _) => {
            let known: Vec<&str> = all.iter().map(|one| one.written_name.as_str()).collect();
            let near = known.iter().min_by_key(|known| strsim::damerau_levenshtein(known, name));
            let error = CliError::new(format!("no definition is called {written}"));
            Err(match (near, all.iter().find(|one| one.written_name == name)) {
                (_, Some(other)) => error.hint(format!("did you mean {}:{name}?", other.kind())),
                (Some(near), None) => error.hint(format!("did you mean {near}?")),
                (None, None) => error.hint("`hooksync new` makes one; --dir names their folder"),
            })
        }
    }
}

/// An event out of a file.
fn event(path: &Path) -> Result<Value, CliError> {
    behaviour::event_file(path).map_err(|found| {
        let place = found.position.map(|place| format!(":{}:{}", place.line, place.column));
        let message = format!("{}{}: {}", path.display(), place.unwrap_or_default(), found.message);
        CliError { exit: Exit::Error, faults: vec![Fault { message, hint: found.hint }] }
    })
}

/// Adds the outcome as a case to the definition's test file.
fn record(
    definition: &Definition,
    name: &str,
    event: &Value,
    secrets: &[String],
    whole: &Value,
) -> Result<PathBuf, CliError> {
    let path = PathBuf::from(&definition.place.file).with_extension("test.yaml");
    let before = match fs_err::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
            write_schemas(folder.unwrap_or(Path::new(".")), definition.kind())?;
            format!("{}cases:\n", schema::TEST_HEADER)
        }
        Err(error) => return Err(error.into()),
    };
    let case = behaviour::case_text(name, event, secrets, whole);
    fs_err::write(&path, behaviour::with_case(&before, &case))?;
    Ok(path)
}
