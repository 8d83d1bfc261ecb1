//! `hooksync export`: from the tenant to disk.

use crate::cli::args::{self, ExportArgs};
use crate::cli::session::{Shared, runtime};
use crate::cli::{CliError, Context, Exit, definitions, settings};
use crate::model::{InPlay, Kind, Live, Name};
use crate::plan::policy::NamePattern;
use crate::report::text::{self, ExportLine, ExportSign};
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
    let only = |name: &Name| {
        args.only.is_empty() || args.only.iter().any(|pattern| pattern.matches(Kind::Hook, name))
    };
    let (live, tenant) = runtime()?.block_on(async {
        let shared = Shared::new(context.output);
        let read = async {
            let session = shared.connect(settings).await?;
            let live = sync::fetch_all(&session.reader, InPlay::default(), &|hook: &Live| {
                only(&hook.name)
            })
            .await?;
            Ok((live, session.tenant))
        };
        shared.unless_interrupted(read).await
    })?;
    if let Some(unused) = unused(&args.only, |pattern| {
        live.resources.iter().any(|hook| pattern.matches(Kind::Hook, &hook.name))
    }) {
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
    let style = context.output.stdout_style();
    let shown = text::export(&tenant, &lines(&plan), &style);
    let environment = settings.project.environment.as_deref();
    context.output.data(&text::sections(&[(environment, shown)], &style))?;
    Ok(Exit::Done)
}

fn unused(only: &[NamePattern], is_used: impl Fn(&NamePattern) -> bool) -> Option<String> {
    let unused: Vec<&str> =
        only.iter().filter(|pattern| !is_used(pattern)).map(NamePattern::as_str).collect();
    (!unused.is_empty()).then(|| unused.join(" "))
}

/// Every hook of an export as the report takes it.
fn lines(plan: &ExportPlan) -> Vec<ExportLine> {
    let hooks = plan.hooks.iter().map(|hook| ExportLine {
        name: hook.name.clone(),
        sign: match hook.action {
            FileAction::Created => ExportSign::Created,
            FileAction::Updated => ExportSign::Updated,
            FileAction::Unchanged => ExportSign::Unchanged,
        },
        files: hook.written.clone(),
    });
    let orphans = plan.orphans.iter().map(|orphan| ExportLine {
        name: orphan.name.clone(),
        sign: if orphan.removed.is_empty() { ExportSign::Orphan } else { ExportSign::Removed },
        files: match orphan.removed.as_slice() {
            [] => vec![orphan.source.clone()],
            removed => removed.to_vec(),
        },
    });
    hooks.chain(orphans).collect()
}
