//! `hooksync migrate`: hooks to actions, with what shows that they do the same.
//!
//! Must not change a tenant (and reads one only where asked to), and must not overwrite what people wrote.

mod cases;
mod convert;
mod cutover;
mod files;
mod found;
mod live;
#[cfg(test)]
mod tests;

use std::path::Path;

use clap::ValueEnum;

use crate::cli::args::{MigrateArgs, MigrateFormat, MigrateStyle};
use crate::cli::project::Project;
use crate::cli::{CliError, Context, Exit, definitions};
use crate::migrate::outcome::{Migrated, Verdict};
use crate::model::{Definition, Diagnostic, Kind, LiveBindings};
use crate::report::{Again, migration};
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
    let next = next_steps(args, &hooks, &files, context);
    context.output.data(&match args.format {
        MigrateFormat::Text => migration::text(&hooks, &next, &context.output.stdout_style()),
        MigrateFormat::Json => migration::json(&hooks),
        MigrateFormat::Markdown => migration::markdown(&hooks),
        MigrateFormat::Html => migration::html(&hooks),
    })?;
    let whole = hooks.iter().all(|hook| hook.verdict == Verdict::Proven);
    Ok(if whole { Exit::Done } else { Exit::Partial })
}

/// The folder of a plan of hooks and actions: none to be typed, where none was;
/// `None` where no folder holds both.
fn folder_of_both(args: &MigrateArgs) -> Option<Option<String>> {
    let Some(dir) = &args.project.dir else {
        return (args.out == Path::new("actions")).then_some(None);
    };
    let both = args.out.parent().filter(|_| args.out.ends_with("actions"))?;
    // in a Deploy CLI tree actions of our own layout are no definitions
    let is_beside = dir.parent() == Some(both) && dir.ends_with("hooks");
    is_beside.then(|| (both != Path::new("")).then(|| both.display().to_string()))
}

/// The same migration: with another style it would write other scripts.
fn again_with(args: &MigrateArgs, again: &Again) -> String {
    let out = args.out.display().to_string();
    let mut given = vec!["--cutover"];
    if out != "actions" {
        given.extend(["--out", &out]);
    }
    let style = args.style.to_possible_value();
    if let Some(style) = style.as_ref().filter(|_| args.style != MigrateStyle::Auto) {
        given.extend(["--style", style.get_name()]);
    }
    again.command(&["migrate"], &given)
}

/// What to do with what was written.
fn next_steps(
    args: &MigrateArgs,
    hooks: &[Migrated],
    files: &cutover::Files,
    context: &Context<'_>,
) -> Vec<String> {
    if hooks.iter().all(|hook| hook.files.is_empty()) {
        return Vec::new();
    }
    let environment = args.project.env.first().map(String::as_str);
    let again = context.again_on(&args.project, &args.connection, environment);
    let out = args.out.display().to_string();
    let test = context.again().command(&["test", &out], &[]);
    let tests = format!("{test}: run the behaviour tests that were written with them");
    let plan = match folder_of_both(args) {
        Some(dir) => Again { dir, ..again.clone() }.command(&["plan"], &[]),
        None => {
            let plan = again.elsewhere(&["plan"], &[]);
            format!("{plan}, once hooksync.yaml names both folders")
        }
    };
    let plan = format!("{plan}: one plan that binds the actions and disables the hooks");
    let edits = match (args.cutover, args.from_tenant) {
        (true, _) => Vec::new(),
        (false, false) => files.as_steps(&again_with(args, &again)),
        (false, true) => {
            let export = again.elsewhere(&["export", "hooks"], &[]);
            vec![format!("{export}: the hooks as files, to set enabled: false in them")]
        }
    };
    std::iter::once(tests).chain(edits).chain([plan]).collect()
}
