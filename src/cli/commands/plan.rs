//! How `plan` and `drift` show what was planned.
//!
//! Must not plan: [`crate::cli::planning`] does.

use std::path::Path;

use crate::cli::args::{PlanArgs, PlanFormat};
use crate::cli::planning::{Prepared, Purpose, Unplanned};
use crate::cli::settings::TenantSettings;
use crate::cli::{CliError, Context, Exit, again, files, repository};
use crate::report::markdown::DriftView;
use crate::report::{
    Again, NoPlan, PlanView, Repository, Style, github, html, json, markdown, text,
};

/// The file whose content GitHub shows with a job.
pub(super) const STEP_SUMMARY: &str = "GITHUB_STEP_SUMMARY";

/// What only makes sense for the files.
///
/// # Errors
/// When it was asked for beside the tenant.
pub(in crate::cli) fn demand(args: &PlanArgs, purpose: Purpose) -> Result<(), CliError> {
    match purpose {
        Purpose::Drift if args.behaviour => {
            Err(CliError::usage("--behaviour compares what a change does: it is for `plan`"))
        }
        _ => Ok(()),
    }
}

/// The plans of a run, to be shown.
pub(in crate::cli) struct Review<'a> {
    each: Vec<Result<Prepared, Unplanned>>,
    args: &'a PlanArgs,
    purpose: Purpose,
    repository: Repository,
    /// The folder of definitions, as the repository calls it.
    folder: String,
    /// The current folder, as the repository calls it.
    here: String,
    context: &'a Context<'a>,
}

impl<'a> Review<'a> {
    /// Takes the plans of some environments.
    ///
    /// # Errors
    /// When there is one environment and no plan of it: there is nothing to
    /// show beside the error.
    pub(in crate::cli) fn of(
        mut each: Vec<Result<Prepared, Unplanned>>,
        tenants: &[TenantSettings],
        args: &'a PlanArgs,
        purpose: Purpose,
        context: &'a Context<'a>,
    ) -> Result<Self, CliError> {
        if let [Err(_)] = each.as_slice()
            && let Some(Err(only)) = each.pop()
        {
            return Err(only.error);
        }
        let repository = repository::find(context.environment);
        let folder = tenants.first().map(|tenant| tenant.project.dir.value.display().to_string());
        let folder = repository.path(&folder.unwrap_or_default());
        let here = repository.path(".").trim_start_matches('.').to_owned();
        Ok(Self { each, args, purpose, repository, folder, here, context })
    }

    fn plans(&self) -> Vec<&Prepared> {
        self.each.iter().filter_map(|one| one.as_ref().ok()).collect()
    }

    fn failed(&self) -> Vec<&Unplanned> {
        self.each.iter().filter_map(|one| one.as_ref().err()).collect()
    }

    fn missing(&self) -> Vec<NoPlan<'_>> {
        self.failed().into_iter().map(no_plan).collect()
    }

    /// Whether `--out -` takes stdout for the plan as data.
    fn is_data_on_stdout(&self) -> bool {
        self.args.out.as_deref() == Some(Path::new("-"))
    }

    /// Writes `--out FILE`. A plan with an environment missing is not kept.
    ///
    /// # Errors
    /// When the file can't be written.
    pub(in crate::cli) fn save(&self) -> Result<(), CliError> {
        match &self.args.out {
            Some(path) if self.failed().is_empty() && !self.is_data_on_stdout() => {
                files::write(path, &self.as_json())
            }
            _ => Ok(()),
        }
    }

    /// Prints the plans, and why an environment has none.
    ///
    /// # Errors
    /// When stdout can't be written.
    pub(in crate::cli) fn print(&self) -> Result<(), CliError> {
        let output = self.context.output;
        let failed = self.failed();
        match self.is_data_on_stdout() {
            true if failed.is_empty() => {
                output.data(&self.as_json())?;
                if self.args.format != PlanFormat::Json {
                    output.say(&self.shown(&output.stderr_style()));
                }
            }
            true => output.data(&self.shown(&output.stderr_style()))?,
            false => output.data(&self.shown(&output.stdout_style()))?,
        }
        for Unplanned { environment, error } in failed {
            self.context.tell(&error.clone().at(environment.as_deref()));
        }
        Ok(())
    }

    /// Adds to the summary that GitHub shows with a job.
    ///
    /// # Errors
    /// When it can't be written.
    pub(in crate::cli) fn summarize(&self) -> Result<(), CliError> {
        match self.context.environment.get(STEP_SUMMARY) {
            Ok(Some(summary)) => files::append(Path::new(summary), &self.as_markdown()),
            _ => Ok(()),
        }
    }

    /// How the run ends.
    pub(in crate::cli) fn exit(&self) -> Exit {
        let plans = self.plans();
        let shows_changes = self.args.detailed_exitcode || self.purpose == Purpose::Drift;
        match self.failed().first() {
            Some(failed) => failed.error.exit,
            None if plans.iter().any(|one| one.plan.all_ended().is_some()) => Exit::TenantRefuses,
            None if shows_changes
                && plans.iter().any(|one| one.incomplete || !one.plan.is_clean()) =>
            {
                Exit::Changes
            }
            None => Exit::Done,
        }
    }

    fn shown(&self, style: &Style) -> String {
        match self.args.format {
            PlanFormat::Text if self.purpose == Purpose::Drift => self.drift(style),
            PlanFormat::Text => as_text_of(&self.each, style),
            PlanFormat::Json if self.failed().is_empty() => self.as_json(),
            PlanFormat::Json => self.as_json_list(),
            PlanFormat::Markdown => self.as_markdown(),
            PlanFormat::Html => {
                let views: Vec<_> = self.plans().into_iter().map(|one| self.placed(one)).collect();
                html::plan(&views, &self.missing())
            }
            PlanFormat::Github => {
                let plans = self.plans();
                plans.iter().map(|one| github::plan(&one.plan, &self.repository)).collect()
            }
        }
    }

    fn as_markdown(&self) -> String {
        let plans = self.plans();
        if self.purpose == Purpose::Drift {
            let several = self.each.len() > 1;
            let plans: Vec<_> = plans.into_iter().map(|one| (one, self.again(one))).collect();
            let views = plans.iter().map(|(one, again)| DriftView {
                environment: one.environment.as_deref().filter(|_| several),
                plan: &one.plan,
                traces: &one.traces,
                again,
            });
            return markdown::drift(&views.collect::<Vec<_>>(), &self.missing());
        }
        let views: Vec<_> = plans.into_iter().map(view).collect();
        markdown::plan(&views, &self.missing(), &self.folder)
    }

    /// What is different on each tenant, and in their places why it isn't known.
    fn drift(&self, style: &Style) -> String {
        let several = self.each.len() > 1;
        let parts = self.each.iter().map(|one| match one {
            Ok(prepared) => {
                let environment = prepared.environment.as_deref().filter(|_| several);
                let again = self.again(prepared);
                (environment, text::drift(&prepared.plan, &prepared.traces, &again, style))
            }
            Err(failed) => (failed.environment.as_deref(), format!("{}\n", failed.why())),
        });
        text::sections(&parts.collect::<Vec<_>>(), style)
    }

    fn again(&self, one: &Prepared) -> Again {
        let PlanArgs { project, scope, connection, .. } = self.args;
        let again = self.context.again_on(project, connection, one.environment.as_deref());
        Again { compared: again::compared(scope), ..again }
    }

    fn as_json(&self) -> String {
        match self.plans().as_slice() {
            [one] => json::plan(&self.placed(one), &one.session.counts()),
            _ => self.as_json_list(),
        }
    }

    fn as_json_list(&self) -> String {
        let plans = self.plans().into_iter().map(|one| (self.placed(one), one.session.counts()));
        json::plans(&plans.collect::<Vec<_>>())
    }

    fn placed<'p>(&'p self, prepared: &'p Prepared) -> PlanView<'p> {
        PlanView { directory: Some(&self.folder), base: Some(&self.here), ..view(prepared) }
    }
}

/// The plans for people.
pub(super) fn as_text(plans: &[Prepared], style: &Style) -> String {
    text::plans(&plans.iter().map(|one| Ok(view(one))).collect::<Vec<_>>(), style)
}

/// The plans for people, and in their places why there is none.
fn as_text_of(each: &[Result<Prepared, Unplanned>], style: &Style) -> String {
    let parts = each.iter().map(|one| one.as_ref().map(view).map_err(no_plan));
    text::plans(&parts.collect::<Vec<_>>(), style)
}

fn no_plan(failed: &Unplanned) -> NoPlan<'_> {
    NoPlan { environment: failed.environment.as_deref(), why: failed.why() }
}

fn view(prepared: &Prepared) -> PlanView<'_> {
    PlanView {
        environment: prepared.environment.as_deref(),
        estimate: prepared.estimate(),
        ..PlanView::of(&prepared.plan)
    }
}
