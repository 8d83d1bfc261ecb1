//! `tests: required`: what apply would change has to pass its behaviour tests.
//!
//! The tests are those of `hooksync test`, with the same keywords, so that both
//! find the same everywhere. Must not write anything.

use super::planning::Prepared;
use super::project::Project;
use super::session::Shared;
use super::{CliError, Context, Environment, definitions};
use crate::behaviour::{self, Tests, Verdict};
use crate::model::{Address, Definition, Diagnostic};
use crate::plan::{Change, Field, Verb};
use crate::report::behaviour::{TestRun, text};

/// Refuses while a behaviour test of what would change fails or can't be run,
/// where the project's settings ask for that.
///
/// # Errors
/// When one fails, when the sandbox can't be started, or the user interrupts.
pub(super) async fn demand(
    plans: &[Prepared],
    project: &Project<'_>,
    shared: &Shared,
    context: &Context<'_>,
) -> Result<(), CliError> {
    if !project.file.config.tests_required {
        return Ok(());
    }
    let (mut failed, mut broken) = (Vec::new(), Vec::new());
    for prepared in plans {
        let (tests, definitions) = tests_of(prepared, project)?;
        broken.extend(tests.found.iter().filter(|it| it.is_error()).cloned());
        let untested = definitions.iter().filter(|definition| {
            !tests.files.iter().any(|file| file.definition == definition.place.file)
        });
        let untested: Vec<&str> = untested.map(|it| it.written_name.as_str()).collect();
        if !untested.is_empty() {
            context.say(&format!("No behaviour test covers {}.", untested.join(", ")));
        }
        if tests.files.is_empty() {
            continue;
        }
        let pool = super::commands::pool(context)?;
        let run = tokio::task::spawn_blocking(move || {
            behaviour::run(&tests.files, &definitions, &pool, false)
        });
        let run = async { run.await.map_err(|error| CliError::new(error.to_string())) };
        let (verdicts, _) = shared.unless_interrupted(run).await??;
        failed.extend(verdicts.into_iter().filter(|verdict| !verdict.problems.is_empty()));
    }
    refuse(&failed, &broken, context)
}

/// The tests of what changes, and its definitions as tests see them.
fn tests_of(
    prepared: &Prepared,
    project: &Project<'_>,
) -> Result<(Tests, Vec<Definition>), CliError> {
    let changed: Vec<Address> =
        prepared.plan.changed().filter(|change| touches_code(change)).map(address).collect();
    let all = project.environments(&Environment::default())?;
    let settings = all.into_iter().find(|it| it.environment == prepared.environment);
    let Some(settings) = settings.filter(|_| !changed.is_empty()) else {
        return Ok((Tests::default(), Vec::new()));
    };
    let checked = definitions::check(&settings, &project.rules);
    let mut definitions = checked.desired.definitions;
    definitions.retain(|it| changed.contains(&it.address()));
    let mut own: Vec<String> = definitions.iter().map(|it| it.place.file.clone()).collect();
    own.extend(definitions.iter().map(|it| it.script_source.file.clone()));
    let files: Vec<&str> = definitions.iter().map(|it| it.place.file.as_str()).collect();
    let mut tests = behaviour::read(&settings.dirs(), &files, &settings.keywords);
    // what is said of other tests is `test`'s to say
    tests.found.retain(|it| tests.files.iter().any(|file| it.file.as_deref() == Some(&file.file)));
    // a definition that tests can't read can't be tested
    let unread = checked.found.into_iter().filter(Diagnostic::is_error);
    tests.found.extend(unread.filter(|it| it.file.as_ref().is_some_and(|file| own.contains(file))));
    Ok((tests, definitions))
}

fn address(change: &Change) -> Address {
    Address { kind: change.kind, name: change.name.clone() }
}

/// Whether other code runs once the change is done. Switching off is always
/// possible.
fn touches_code(change: &Change) -> bool {
    let fields = [
        Field::Script,
        Field::Dependencies,
        Field::Runtime,
        Field::Modules,
        Field::TriggerVersion,
        Field::Deploy,
    ];
    match change.verb {
        Verb::Create | Verb::Replace => true,
        Verb::Update => {
            change.switches_on() || fields.iter().any(|field| change.field(*field).is_some())
        }
        Verb::Delete | Verb::Resend => false,
    }
}

fn refuse(
    failed: &[Verdict],
    broken: &[Diagnostic],
    context: &Context<'_>,
) -> Result<(), CliError> {
    if failed.is_empty() && broken.is_empty() {
        return Ok(());
    }
    definitions::tell(broken, context);
    if !failed.is_empty() {
        let run = TestRun { verdicts: failed, found: &[], untested: 0, coverage: &[] };
        context.output.error(&text(&run, &context.output.stderr_style()));
    }
    let what = match (failed.len(), broken.len()) {
        (0, _) => "behaviour tests of what would change can't be run".to_owned(),
        (1, _) => "a behaviour test of what would change fails".to_owned(),
        (number, _) => format!("{number} behaviour tests of what would change fail"),
    };
    Err(CliError::refused(format!("{what}; nothing was written"))
        .hint("`hooksync test` runs them; `tests: required` in hooksync.yaml asks for them"))
}
