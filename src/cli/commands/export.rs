//! `hooksync export`: from the tenant to disk.

use crate::cli::args::{self, ExportArgs};
use crate::cli::session::{Shared, runtime};
use crate::cli::{CliError, Context, Exit, definitions, settings, several};
use crate::model::{HookName, LiveHook};
use crate::plan::policy::NamePattern;
use crate::report::safe;
use crate::source::Layout;
use crate::source::export::{ExportOptions, ExportPlan, FileAction, export};
use crate::sync;

/// Runs it.
///
/// # Errors
/// When the tenant can't be read or a file can't be written.
pub(super) fn run(args: &ExportArgs, context: &Context<'_>) -> Result<Exit, CliError> {
    let (file, _) = definitions::config(&args.project, context)?;
    let environment = context.environment;
    let all = settings::tenant(&args.project, &args.connection, None, environment, &file)?;
    let [settings] = all.as_slice() else {
        return Err(CliError::usage("export writes one tenant to one folder")
            .hint("choose one environment with --env"));
    };
    let only = |name: &HookName| {
        args.only.is_empty() || args.only.iter().any(|pattern| pattern.matches(name))
    };
    let (live, tenant) = runtime()?.block_on(async {
        let shared = Shared::new();
        let read = async {
            let session = shared.connect(settings).await?;
            let live =
                sync::fetch_all(&session.reader, &|hook: &LiveHook| only(&hook.name)).await?;
            Ok((live, session.tenant))
        };
        shared.unless_interrupted(read).await
    })?;
    if let Some(unused) =
        unused(&args.only, |pattern| live.hooks.iter().any(|hook| pattern.matches(&hook.name)))
    {
        return Err(CliError::new(format!("--only {unused}: no live hook has such a name")));
    }
    let options = ExportOptions {
        keywords: settings.project.keywords.clone(),
        prune: args.prune,
        only: &only,
        layout: args.layout.map(|layout| match layout {
            args::Layout::Native => Layout::Native,
            args::Layout::DeployCli => Layout::DeployCli,
            args::Layout::DeployCliYaml => Layout::DeployCliYaml,
        }),
    };
    let dir = &settings.project.dir.value;
    let plan = export(dir, &live, &options).map_err(|found| {
        definitions::tell(&found, context);
        CliError::told(Exit::Error)
    })?;
    plan.write()?;
    definitions::tell(&plan.notes, context);
    let shown = shown(&plan, &tenant, context);
    context.output.data(&several::sections([(settings.project.environment.as_deref(), shown)]))?;
    Ok(Exit::Done)
}

fn unused(only: &[NamePattern], is_used: impl Fn(&NamePattern) -> bool) -> Option<String> {
    let unused: Vec<&str> =
        only.iter().filter(|pattern| !is_used(pattern)).map(NamePattern::as_str).collect();
    (!unused.is_empty()).then(|| unused.join(" "))
}

/// What was done, one line a hook that changed, and a summary.
fn shown(plan: &ExportPlan, tenant: &str, context: &Context<'_>) -> String {
    let unicode = context.output.stdout_style().unicode;
    let theirs = |text: &str| safe::inline(text, unicode);
    let mut lines = Vec::new();
    let mut counts = [0_usize; 3];
    for hook in &plan.hooks {
        let (at, sign) = match hook.action {
            FileAction::Created => (0, "+"),
            FileAction::Updated => (1, "~"),
            FileAction::Unchanged => (2, "="),
        };
        counts[at] += 1;
        if hook.action != FileAction::Unchanged {
            let files: Vec<String> = hook.written.iter().map(|file| theirs(file)).collect();
            lines.push(format!("{sign} {}  {}", theirs(hook.name.as_str()), files.join(", ")));
        }
    }
    let mut removed = 0;
    for orphan in &plan.orphans {
        let name = theirs(orphan.name.as_str());
        if orphan.removed.is_empty() {
            let source = theirs(&orphan.source);
            lines.push(format!("? {name}  {source} has no live hook; --prune removes it"));
        } else {
            removed += 1;
            let files: Vec<String> = orphan.removed.iter().map(|file| theirs(file)).collect();
            lines.push(format!("- {name}  {}", files.join(", ")));
        }
    }
    if !lines.is_empty() {
        lines.push(String::new());
    }
    let [created, updated, unchanged] = counts;
    lines.push(format!(
        "Exported {} of {}: {created} created, {updated} updated, {unchanged} unchanged, {removed} \
         removed.",
        if plan.hooks.len() == 1 {
            "1 hook".to_owned()
        } else {
            format!("{} hooks", plan.hooks.len())
        },
        theirs(tenant),
    ));
    lines.join("\n")
}
