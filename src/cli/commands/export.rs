//! `hooksync export`: from the tenant to disk.

use std::path::Path;

use crate::cli::args::{self, ExportArgs};
use crate::cli::exporting::{self, Target};
use crate::cli::planning::demand_one_of_each;
use crate::cli::session::{Shared, runtime};
use crate::cli::{CliError, Context, Exit, definitions, settings};
use crate::model::{Kind, Live, LiveBindings, Name};
use crate::plan::policy::NamePattern;
use crate::plan::twins;
use crate::report::text::{self, ExportLine, ExportSign, FileDiff};
use crate::source::export::{
    ExportOptions, ExportPlan, FileAction, FileChange, Git, LocalChange, Record, export,
    local_changes,
};
use crate::source::{self, Layout};

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
    let only = |kind: Kind, name: &Name| {
        args.only.is_empty() || args.only.iter().any(|pattern| pattern.matches(kind, name))
    };
    let layout = args.layout.map(|layout| match layout {
        args::Layout::Native => Layout::Native,
        args::Layout::DeployCli => Layout::DeployCli,
        args::Layout::DeployCliYaml => Layout::DeployCliYaml,
    });
    let mut targets = exporting::targets(&settings.project, layout);
    let (mut live, left_out, tenant) = runtime()?.block_on(async {
        let shared = Shared::new(context.output);
        let read = async {
            let session = shared.connect(settings).await?;
            let chosen = |live: &Live| only(live.kind(), &live.name);
            let (live, left_out) = exporting::fetch(&session.reader, &mut targets, &chosen).await?;
            Ok((live, left_out, session.tenant))
        };
        shared.unless_interrupted(read).await
    })?;
    for line in left_out {
        context.say(&line);
    }
    if let Some(unused) = unused(&args.only, |pattern| {
        live.resources.iter().any(|own| pattern.matches(own.kind(), &own.name))
            || live.bindings.iter().any(|own| pattern.matches(Kind::Bindings, &trigger_name(own)))
    }) {
        let has_actions = targets.iter().any(|target| target.kind == Kind::Action);
        let what = if has_actions { "hook or action" } else { "hook" };
        return Err(CliError::new(format!("--only {unused}: no live {what} has such a name")));
    }
    demand_one_of_each(twins::differing(&live, |own| {
        targets.iter().any(|target| target.kind == own.kind()) && only(own.kind(), &own.name)
    }))?;
    live.bindings.retain(|own| only(Kind::Bindings, &trigger_name(own)));
    let mut plans: Vec<ExportPlan> = Vec::new();
    for Target { kind, dir, both, offered } in targets {
        // where there is nothing at all, hooks leave a trace of that
        let is_trace = kind == Kind::Hook && live.resources.is_empty();
        if offered && live.of(kind).next().is_none() && !is_trace {
            continue;
        }
        let only = |name: &Name| only(kind, name);
        let options = ExportOptions {
            keywords: settings.project.keywords.clone(),
            prune: args.prune,
            prune_scripts: args.prune && args.only.is_empty(),
            only: &only,
            kind,
            both,
            under: plans.last(),
            layout,
        };
        let plan = export(&dir, &live, &options).map_err(|found| {
            definitions::tell(&found, context);
            CliError::reported(Exit::Error)
        })?;
        plans.iter_mut().for_each(|earlier| earlier.give_way_to(&plan));
        plans.push(plan);
    }
    let git = Git::new(environment.texts(), environment.search_path());
    let project = file.path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let record = Record::read(project.unwrap_or(Path::new(".")));
    let local = local_changes(&plans, &git, &record);
    let notes: Vec<_> = plans.iter().flat_map(|plan| plan.notes.clone()).collect();
    let style = context.output.stdout_style();
    let environment = settings.project.environment.as_deref();
    let all: Vec<ExportLine> = plans.iter().flat_map(lines).collect();
    if args.check {
        definitions::tell(&notes, context);
        let changes: Vec<_> = plans.iter().flat_map(ExportPlan::changes).map(file_diff).collect();
        let shown = text::export_check(&tenant, &all, &changes, &style);
        context.output.data(&text::sections(&[(environment, shown)], &style))?;
        if !local.is_empty() {
            let listed = nowhere_else(&local).replace('\n', "\n  ");
            context.say(&format!("Without --force `export` refuses: {listed}"));
        }
        return Ok(if changes.is_empty() { Exit::Done } else { Exit::Changes });
    }
    if !args.force && !local.is_empty() {
        return Err(CliError::new(nowhere_else(&local))
            .hint(
                "commit them, or look at `hooksync export --check`; --force overwrites them \
                 (nothing was written)",
            )
            .exit(Exit::Refused));
    }
    for plan in &plans {
        plan.write()?;
    }
    if let Err(error) = record.keep(&plans, &git) {
        context.say(&format!(
            "warning: {error}; the next export will ask for --force where it would overwrite"
        ));
    }
    definitions::tell(&notes, context);
    let shown = text::export(&tenant, &all, &style);
    context.output.data(&text::sections(&[(environment, shown)], &style))?;
    Ok(Exit::Done)
}

/// The files whose content would be lost.
fn nowhere_else(local: &[LocalChange]) -> String {
    let what = match local.len() {
        1 => "1 file that would be overwritten has content that is nowhere else".to_owned(),
        number => {
            format!("{number} files that would be overwritten have content that is nowhere else")
        }
    };
    let files = local.iter().map(|LocalChange { file, why }| format!("\n{file} {why}"));
    std::iter::once(what).chain(files).collect()
}

fn file_diff(change: FileChange) -> FileDiff {
    let FileChange { file, before, after } = change;
    // nobody reads a schema, and its comments say where it comes from
    let short = file.contains(&format!("{}/", source::schema::FOLDER));
    FileDiff { file, before, after, short }
}

/// The bindings of a trigger go by its id.
fn trigger_name(order: &LiveBindings) -> Name {
    Name::action(order.trigger.as_str())
}

fn unused(only: &[NamePattern], is_used: impl Fn(&NamePattern) -> bool) -> Option<String> {
    let unused: Vec<&str> =
        only.iter().filter(|pattern| !is_used(pattern)).map(NamePattern::as_str).collect();
    (!unused.is_empty()).then(|| unused.join(" "))
}

/// Every hook of an export as the report takes it.
fn lines(plan: &ExportPlan) -> Vec<ExportLine> {
    let hooks = plan.hooks.iter().map(|hook| ExportLine {
        kind: hook.kind,
        name: hook.name.clone(),
        sign: match hook.action {
            FileAction::Created => ExportSign::Created,
            FileAction::Updated => ExportSign::Updated,
            FileAction::Unchanged => ExportSign::Unchanged,
        },
        files: hook.written.clone(),
    });
    let orphans = plan.orphans.iter().map(|orphan| ExportLine {
        kind: orphan.kind,
        name: orphan.name.clone(),
        sign: if orphan.removed.is_empty() { ExportSign::Orphan } else { ExportSign::Removed },
        files: match orphan.removed.as_slice() {
            [] => vec![orphan.source.clone()],
            removed => removed.to_vec(),
        },
    });
    hooks.chain(orphans).collect()
}
