//! The steps of `export`: what is meant, what is live of it, and the files that
//! say so.

use std::collections::BTreeSet;
use std::path::Path;

use crate::cli::args::{self, ExportArgs};
use crate::cli::exporting::{self, Target};
use crate::cli::project::Project;
use crate::cli::session::{Shared, block_on};
use crate::cli::settings::TenantSettings;
use crate::cli::{CliError, Context, Exit, definitions};
use crate::model::{Kind, Live, LiveBindings, LiveState, Name};
use crate::plan::policy::NamePattern;
use crate::plan::twins;
use crate::report::text::{self, ExportLine, ExportSign, FileDiff};
use crate::source::export::{
    ExportOptions, ExportPlan, FileAction, FileChange, Git, LocalChange, Record, export,
    local_changes,
};
use crate::source::{self, Layout};

/// What an export is about.
pub(in crate::cli) struct Chosen<'a> {
    args: &'a ExportArgs,
    tenant: &'a TenantSettings,
    targets: Vec<Target>,
    layout: Option<Layout>,
    /// Names that several go by: a definition could mean either.
    twins: BTreeSet<(Kind, Name)>,
}

impl<'a> Chosen<'a> {
    /// The kinds and folders of a project, and what of them was typed.
    pub(in crate::cli) fn of(args: &'a ExportArgs, tenant: &'a TenantSettings) -> Self {
        let layout = args.layout.map(|layout| match layout {
            args::Layout::Native => Layout::Native,
            args::Layout::DeployCli => Layout::DeployCli,
            args::Layout::DeployCliYaml => Layout::DeployCliYaml,
        });
        let targets = exporting::targets(&tenant.project, layout);
        Self { args, tenant, targets, layout, twins: BTreeSet::new() }
    }

    fn has(&self, kind: Kind, name: &Name) -> bool {
        let only = &self.args.only;
        only.is_empty() || only.iter().any(|pattern| pattern.matches(kind, name))
    }

    /// Reads what is live of it. Kinds that were not asked for and can't be
    /// read are left out from here on.
    ///
    /// # Errors
    /// When the tenant can't be read, and when `--only` names nothing.
    pub(in crate::cli) fn fetch(&mut self, context: &Context<'_>) -> Result<Fetched, CliError> {
        let mut targets = std::mem::take(&mut self.targets);
        let (mut live, left_out, name) = block_on(async {
            let shared = Shared::new(context.output);
            let read = async {
                let session = shared.connect(self.tenant).await?;
                let chosen = |live: &Live| self.has(live.kind(), &live.name);
                let (live, left_out) =
                    exporting::fetch(&session.reader, &mut targets, &chosen).await?;
                Ok((live, left_out, session.tenant))
            };
            shared.unless_interrupted(read).await
        })?;
        self.targets = targets;
        left_out.iter().for_each(|line| context.say(line));
        self.demand_names(&live)?;
        let twins = twins::differing(&live, |own| {
            self.targets.iter().any(|target| target.kind == own.kind())
                && self.has(own.kind(), &own.name)
        });
        for twins in &twins {
            context.say(&format!(
                "warning: {twins}. None of them is exported, and a file of that name is left as \
                 it is: delete or rename the others on the tenant, and export again"
            ));
        }
        self.twins = twins.into_iter().map(|twins| (twins.kind, twins.name)).collect();
        live.bindings.retain(|own| self.has(Kind::Bindings, &trigger_name(own)));
        Ok(Fetched { live, tenant: name })
    }

    fn demand_names(&self, live: &LiveState) -> Result<(), CliError> {
        let is_used = |pattern: &&NamePattern| {
            live.resources.iter().any(|own| pattern.matches(own.kind(), &own.name))
                || live
                    .bindings
                    .iter()
                    .any(|own| pattern.matches(Kind::Bindings, &trigger_name(own)))
        };
        let unused = self.args.only.iter().filter(|pattern| !is_used(pattern));
        let unused: Vec<&str> = unused.map(NamePattern::as_str).collect();
        if unused.is_empty() {
            return Ok(());
        }
        let has_actions = self.targets.iter().any(|target| target.kind == Kind::Action);
        let what = if has_actions { "hook or action" } else { "hook" };
        let unused = unused.join(" ");
        Err(CliError::new(format!("--only {unused}: no live {what} matches")))
    }

    /// Decides which files say what is live.
    ///
    /// # Errors
    /// When a folder can't be understood; the findings are reported.
    pub(in crate::cli) fn files(
        &'a self,
        Fetched { live, tenant }: Fetched,
        project: &Project<'_>,
        context: &'a Context<'a>,
    ) -> Result<Files<'a>, CliError> {
        let mut plans: Vec<ExportPlan> = Vec::new();
        for &Target { kind, ref dir, both, offered } in &self.targets {
            // where there is nothing at all, hooks leave a trace of that
            let is_trace = kind == Kind::Hook && live.resources.is_empty();
            if offered && live.of(kind).next().is_none() && !is_trace {
                continue;
            }
            let is_clear = |name: &Name| !self.twins.contains(&(kind, name.clone()));
            let only = |name: &Name| self.has(kind, name) && is_clear(name);
            let options = ExportOptions {
                keywords: self.tenant.project.keywords.clone(),
                prune: self.args.prune,
                prune_scripts: self.args.prune
                    && self.args.only.is_empty()
                    && self.twins.is_empty(),
                only: &only,
                kind,
                both,
                under: plans.last(),
                layout: self.layout,
            };
            let plan = export(dir, &live, &options).map_err(|found| {
                definitions::tell(&found, context);
                CliError::reported(Exit::Error)
            })?;
            plans.iter_mut().for_each(|earlier| earlier.give_way_to(&plan));
            plans.push(plan);
        }
        let git = Git::new(context.environment.texts(), context.environment.search_path());
        let folder = project.file.path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let record = Record::read(folder.unwrap_or(Path::new(".")));
        let lost = local_changes(&plans, &git, &record);
        let environment = self.tenant.project.environment.as_deref();
        let is_partial = !self.twins.is_empty();
        Ok(Files { plans, git, record, lost, tenant, environment, is_partial, context })
    }
}

/// What is live.
pub(in crate::cli) struct Fetched {
    live: LiveState,
    /// How the tenant is called.
    tenant: String,
}

/// The files that an export writes.
pub(in crate::cli) struct Files<'a> {
    plans: Vec<ExportPlan>,
    git: Git,
    record: Record,
    /// What would be overwritten and is nowhere else.
    lost: Vec<LocalChange>,
    tenant: String,
    environment: Option<&'a str>,
    /// Something that was meant is left out.
    is_partial: bool,
    context: &'a Context<'a>,
}

impl Files<'_> {
    fn lines(&self) -> Vec<ExportLine> {
        self.plans.iter().flat_map(lines).collect()
    }

    fn show(&self, shown: String) -> Result<(), CliError> {
        let style = self.context.output.stdout_style();
        Ok(self.context.output.data(&text::sections(&[(self.environment, shown)], &style))?)
    }

    fn show_notes(&self) {
        let notes: Vec<_> = self.plans.iter().flat_map(|plan| plan.notes.clone()).collect();
        definitions::tell(&notes, self.context);
    }

    /// Shows what would be written (`--check`).
    ///
    /// # Errors
    /// When stdout can't be written.
    pub(in crate::cli) fn check(&self) -> Result<Exit, CliError> {
        self.show_notes();
        let changes = self.plans.iter().flat_map(ExportPlan::changes);
        let changes: Vec<_> = changes.map(file_diff).collect();
        let style = self.context.output.stdout_style();
        self.show(text::export_check(&self.tenant, &self.lines(), &changes, &style))?;
        if !self.lost.is_empty() {
            let listed = nowhere_else(&self.lost).replace('\n', "\n  ");
            self.context.say(&format!("Without --force `export` refuses: {listed}"));
        }
        Ok(if changes.is_empty() { self.exit() } else { Exit::Changes })
    }

    /// Refuses to overwrite what is nowhere else, unless that is asked for.
    ///
    /// # Errors
    /// When content would be lost.
    pub(in crate::cli) fn demand_nothing_lost(&self, force: bool) -> Result<(), CliError> {
        if force || self.lost.is_empty() {
            return Ok(());
        }
        Err(CliError::refused(nowhere_else(&self.lost))
            .hint(
                "nothing was written: commit them, or see `hooksync export --check`; --force overwrites them",
            ))
    }

    /// Writes them.
    ///
    /// # Errors
    /// When one can't be written.
    pub(in crate::cli) fn write(&mut self) -> Result<(), CliError> {
        for plan in &self.plans {
            plan.write()?;
        }
        if let Err(error) = self.record.keep(&self.plans, &self.git) {
            self.context.say(&format!(
                "warning: {error}; the next export will ask for --force where it would overwrite"
            ));
        }
        Ok(())
    }

    /// Prints what was written.
    ///
    /// # Errors
    /// When stdout can't be written.
    pub(in crate::cli) fn report(&self) -> Result<Exit, CliError> {
        self.show_notes();
        let style = self.context.output.stdout_style();
        self.show(text::export(&self.tenant, &self.lines(), &style))?;
        Ok(self.exit())
    }

    fn exit(&self) -> Exit {
        if self.is_partial { Exit::Partial } else { Exit::Done }
    }
}

/// The files whose content would be lost.
fn nowhere_else(local: &[LocalChange]) -> String {
    let what = match local.len() {
        1 => "1 file that would be overwritten has unsaved content".to_owned(),
        number => {
            format!("{number} files that would be overwritten have unsaved content")
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
