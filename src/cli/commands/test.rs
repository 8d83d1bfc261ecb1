//! `hooksync test`: the behaviour tests beside the definitions.
//!
//! Must not look at the environment's variables: what a test finds is the same
//! everywhere.

use std::path::PathBuf;

use crate::behaviour::{self, Coverage, TestFile, Verdict};
use crate::cli::args::{ProjectArgs, TestArgs, TestFormat};
use crate::cli::{CliError, Context, Environment, Exit, definitions, project, repository, watch};
use crate::model::{Definition, Diagnostic};
use crate::plan::policy::kind_and_name;
use crate::report::behaviour::{TestRun, annotations, json, junit, lcov, text};
use crate::sandbox::{Pool, PoolError};
use crate::source::Keywords;

/// Runs it.
///
/// # Errors
/// When the settings are wrong, the sandbox can't be started, or an output
/// can't be written to.
pub(super) fn run(args: &TestArgs, context: &Context<'_>) -> Result<Exit, CliError> {
    let pool = pool(context)?;
    watch::run(args.watch, &args.project, context, || once(args, &pool, context))
}

/// The sandbox of this program.
pub(in crate::cli) fn pool(context: &Context<'_>) -> Result<Pool, CliError> {
    let unknown = "the sandbox can't be started: this program's own file is not known";
    context.environment.program.as_deref().map(Pool::new).ok_or_else(|| CliError::new(unknown))
}

/// A project as tests see it.
pub(super) struct Project {
    /// Its folders.
    pub(super) dirs: Vec<PathBuf>,
    /// What could be read.
    pub(super) definitions: Vec<Definition>,
    /// What is wrong with its files.
    pub(super) found: Vec<Diagnostic>,
    /// What markers in tests stand for.
    pub(super) keywords: Keywords,
}

/// The definitions of a project with the keywords that tests may use.
pub(super) fn load(project: &ProjectArgs, context: &Context<'_>) -> Result<Project, CliError> {
    let opened = project::Project::open(project, context)?;
    let all = opened.environments(&Environment::default())?;
    let Some(settings) = all.into_iter().next() else {
        return Err(CliError::new("there is no environment to test"));
    };
    let checked = definitions::check(&settings, &opened.rules);
    Ok(Project {
        dirs: settings.dirs(),
        definitions: checked.desired.definitions,
        found: checked.found,
        keywords: settings.keywords,
    })
}

fn once(
    args: &TestArgs,
    pool: &Pool,
    context: &Context<'_>,
) -> Result<(Exit, Vec<PathBuf>), CliError> {
    let Project { dirs, definitions, mut found, keywords } = load(&args.project, context)?;
    found.retain(Diagnostic::is_error);
    let files: Vec<&str> = definitions.iter().map(|one| one.place.file.as_str()).collect();
    let mut tests = behaviour::read(&dirs, &files, &keywords);
    let tested =
        |one: &&Definition| tests.files.iter().any(|file| file.definition == one.place.file);
    let untested = definitions.len() - definitions.iter().filter(tested).count();
    if let Some(filter) = &args.filter {
        keep(&mut tests.files, &definitions, filter);
    }
    found.append(&mut tests.found);
    let covered = args.coverage || args.lcov.is_some();
    let (verdicts, coverage) = behaviour::run(&tests.files, &definitions, pool, covered)?;
    if let Some(path) = &args.lcov {
        fs_err::write(path, lcov(&coverage))?;
    }
    show(args, context, &verdicts, &found, untested, &coverage)?;
    let failed = verdicts.iter().any(|verdict| !verdict.problems.is_empty());
    let broken = found.iter().any(Diagnostic::is_error);
    Ok((if failed || broken { Exit::Error } else { Exit::Done }, dirs))
}

fn keep(files: &mut Vec<TestFile>, definitions: &[Definition], filter: &str) {
    let meant = match kind_and_name(filter) {
        (Some(kind), name) => definitions.iter().find(|one| {
            one.kind() == kind && (one.written_name == name || one.name.as_str() == name)
        }),
        (None, _) => None,
    };
    if let Some(definition) = meant {
        files.retain(|file| file.definition == definition.place.file);
        return;
    }
    let filter = filter.to_lowercase();
    for file in files.iter_mut() {
        let whole = file.file.to_lowercase().contains(&filter);
        file.cases.retain(|case| whole || case.name.to_lowercase().contains(&filter));
    }
    files.retain(|file| !file.cases.is_empty());
}

fn show(
    args: &TestArgs,
    context: &Context<'_>,
    verdicts: &[Verdict],
    found: &[Diagnostic],
    untested: usize,
    coverage: &[Coverage],
) -> Result<(), CliError> {
    let coverage = if args.coverage { coverage } else { &[] };
    let run = TestRun { verdicts, found, untested, coverage };
    if matches!(args.format, TestFormat::Text | TestFormat::Junit) {
        definitions::tell(found, context);
    }
    context.output.data(&match args.format {
        TestFormat::Text => text(&run, &context.output.stdout_style()),
        TestFormat::Json => json(&run),
        TestFormat::Junit => junit(&run),
        TestFormat::Github => annotations(&run, &repository::find(context.environment)),
    })?;
    Ok(())
}

impl From<PoolError> for CliError {
    fn from(error: PoolError) -> Self {
        Self::new(error.to_string())
    }
}
