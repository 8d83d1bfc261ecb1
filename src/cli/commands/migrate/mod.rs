//! `hooksync migrate`: hooks to actions, with what shows that they do the same.
//!
//! Must not change a tenant (and reads one only where asked to), and must not overwrite what people wrote.

mod cases;
mod convert;
mod cutover;
mod files;
mod live;
#[cfg(test)]
mod tests;

use crate::cli::args::{MigrateArgs, MigrateFormat};
use crate::cli::project::Project;
use crate::cli::{CliError, Context, Exit, definitions};
use crate::migrate::outcome::{Migrated, Verdict};
use crate::model::{Definition, Diagnostic, Kind, LiveBindings};
use crate::report::migration;
use crate::source::{self, LoadOptions};

/// Runs it.
///
/// # Errors
/// When definitions can't be read, the sandbox can't be started, or a file
/// would be overwritten that people wrote.
pub(super) fn run(args: &MigrateArgs, context: &Context<'_>) -> Result<Exit, CliError> {
    let project = Project::open(&args.project, context)?;
    if args.from_tenant {
        let tenant = live::read(args, &project, context)?;
        let hooks: Vec<&Definition> = tenant.hooks.iter().collect();
        return migrate(&hooks, &tenant.bindings, args, context);
    }
    if args.connection.is_given() {
        return Err(CliError::usage("a connection is used only with --from-tenant")
            .hint("add --from-tenant, or remove the connection's options"));
    }
    let all = project.environments(context.environment)?;
    let file = &project.file;
    let Some(settings) = all.into_iter().next() else {
        return Err(CliError::new("there is no environment to take keywords from"));
    };
    // what only an environment says is better than a marker in code that runs
    let environments = file.config.environments.iter();
    let others = environments.flat_map(|it| file.config.keyword_layers(Some(&it.name))).collect();
    let keywords = settings.keywords.with_weaker(others);
    let options = LoadOptions { keywords, allow_unresolved: true };
    let loaded = source::load(&settings.dir.value, &options);
    let errors: Vec<Diagnostic> =
        loaded.diagnostics.iter().filter(|it| it.is_error()).cloned().collect();
    if !errors.is_empty() {
        definitions::tell(&errors, context);
        return Err(CliError::reported(Exit::Error));
    }
    let hooks: Vec<&Definition> = loaded.desired.of(Kind::Hook).collect();
    migrate(&hooks, &[], args, context)
}

/// Converts hooks, shows them beside their actions and writes these. `bound`
/// is what is live at triggers, where that is known.
fn migrate(
    definitions: &[&Definition],
    bound: &[LiveBindings],
    args: &MigrateArgs,
    context: &Context<'_>,
) -> Result<Exit, CliError> {
    let pool = super::test::pool(context)?;
    let mut hooks = Vec::new();
    for hook in definitions {
        context.detail(&format!("migrating {}", hook.name));
        hooks.push(convert::hook(hook, args, &pool)?);
    }
    files::write(&args.out, &mut hooks, args.from_tenant.then_some(bound), args.force)?;
    let hooks: Vec<Migrated> = hooks.into_iter().map(|it| it.migrated).collect();
    let on_disk = definitions.iter().copied().filter(|_| !args.from_tenant);
    let files = cutover::Files::find(on_disk, &hooks)?;
    if args.cutover {
        files.write(context)?;
    }
    let next = next_steps(args, &hooks, &files);
    context.output.data(&match args.format {
        MigrateFormat::Text => migration::text(&hooks, &next, &context.output.stdout_style()),
        MigrateFormat::Json => migration::json(&hooks),
        MigrateFormat::Markdown => migration::markdown(&hooks),
        MigrateFormat::Html => migration::html(&hooks),
    })?;
    let whole = hooks.iter().all(|hook| hook.verdict == Verdict::Proven);
    Ok(if whole { Exit::Done } else { Exit::Partial })
}

/// What to do with what was written.
fn next_steps(args: &MigrateArgs, hooks: &[Migrated], files: &cutover::Files) -> Vec<String> {
    if hooks.iter().all(|hook| hook.files.is_empty()) {
        return Vec::new();
    }
    let out = args.out.display();
    let tests = format!("hooksync test {out}: run the behaviour tests that were written with them");
    let plan = "hooksync plan: one plan that binds the actions and disables the hooks".to_owned();
    let edits = match (args.cutover, args.from_tenant) {
        (true, _) => Vec::new(),
        (false, false) => files.as_steps(),
        (false, true) => vec![
            "hooksync export hooks: the hooks as files, to set enabled: false in them".to_owned(),
        ],
    };
    std::iter::once(tests).chain(edits).chain([plan]).collect()
}
