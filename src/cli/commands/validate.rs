//! `hooksync validate`: all checks that need no network.

use std::path::PathBuf;

use crate::cli::args::{ValidateArgs, ValidateFormat};
use crate::cli::project::Project;
use crate::cli::{CliError, Context, Exit, definitions, repository, watch};
use crate::lint::RULES;
use crate::model::{Diagnostic, Severity};
use crate::report::{github, json, sarif, text};
use crate::source::{codes, config};

/// Runs it.
///
/// # Errors
/// When the settings are wrong, or stdout can't be written to.
pub(super) fn run(args: &ValidateArgs, context: &Context<'_>) -> Result<Exit, CliError> {
    watch::run(args.watch, &args.project, context, || once(args, context))
}

/// The exit code, and what it depends on.
fn once(args: &ValidateArgs, context: &Context<'_>) -> Result<(Exit, Vec<PathBuf>), CliError> {
    let project = Project::open(&args.project, context)?;
    let all = project.environments(context.environment)?;
    let (mut found, mut count) = (Vec::new(), 0);
    let mut places = vec![project.file.beside(config::FILE)];
    for settings in &all {
        places.push(settings.dir.value.clone());
        let checked = definitions::check(settings, &project.rules);
        count = count.max(checked.definitions);
        found.extend(checked.all());
    }
    // environments share their files, so most findings are the same
    found.sort();
    found.dedup();
    let repository = repository::find(context.environment);
    context.output.data(&match args.format {
        ValidateFormat::Text => text::validate(count, &found, &context.output.stdout_style()),
        ValidateFormat::Json => json::validate(count, &found),
        ValidateFormat::Github => github::diagnostics(&found, &repository),
        ValidateFormat::Sarif => sarif::diagnostics(&found, &rules_for_sarif(), &repository),
    })?;
    let denied = |finding: &Diagnostic| {
        finding.is_error() || (args.deny_warnings && finding.severity == Severity::Warning)
    };
    let exit = if found.iter().any(denied) { Exit::Error } else { Exit::Done };
    Ok((exit, places))
}

/// Everything that can be found, for tools that show rules beside findings.
fn rules_for_sarif() -> Vec<sarif::Rule<'static>> {
    let files = codes::ALL.iter().map(|(code, meaning)| sarif::Rule {
        code: code.0,
        name: code.0,
        summary: meaning.trim(),
        help_uri: None,
    });
    let scripts = RULES.iter().map(|rule| sarif::Rule {
        code: rule.code.0,
        name: rule.name,
        summary: rule.summary,
        help_uri: None,
    });
    files.chain(scripts).collect()
}
