//! `hooksync validate`: all checks that need no network.

use crate::cli::args::{ValidateArgs, ValidateFormat};
use crate::cli::{CliError, Context, Exit, definitions, settings};
use crate::model::{Diagnostic, Severity};
use crate::report::{json, text};

/// Runs it.
///
/// # Errors
/// When the settings are wrong, or stdout can't be written to.
pub(super) fn run(args: &ValidateArgs, context: &Context<'_>) -> Result<Exit, CliError> {
    let (file, rules) = definitions::config(args.project.dir.as_deref(), context)?;
    let all = settings::project(&args.project, context.environment, &file)?;
    let (mut found, mut count) = (Vec::new(), 0);
    for settings in &all {
        let checked = definitions::check(settings, &rules);
        count = count.max(checked.definitions);
        found.extend(checked.all());
    }
    // environments share their files, so most findings are the same
    found.sort();
    found.dedup();
    context.output.data(&match args.format {
        ValidateFormat::Text => text::validate(count, &found, &context.output.stdout_style()),
        ValidateFormat::Json => json::validate(count, &found),
    })?;
    let denied = |finding: &Diagnostic| {
        finding.is_error() || (args.deny_warnings && finding.severity == Severity::Warning)
    };
    Ok(if found.iter().any(denied) { Exit::Error } else { Exit::Done })
}
