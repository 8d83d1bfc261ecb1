//! `hooksync plan`: reads, fetches, prints what would change.

use std::path::Path;

use crate::cli::args::{PlanArgs, PlanFormat};
use crate::cli::planning::{self, Prepared};
use crate::cli::session::{Shared, runtime};
use crate::cli::{CliError, Context, Exit, definitions, files, settings};
use crate::report::{PlanView, Style, github, json, markdown, text};

/// The file whose content GitHub shows with a job.
pub(super) const STEP_SUMMARY: &str = "GITHUB_STEP_SUMMARY";

/// Runs it.
///
/// # Errors
/// When no plan can be made.
pub(super) fn run(args: &PlanArgs, context: &Context<'_>) -> Result<Exit, CliError> {
    runtime()?.block_on(async {
        // first of all: an interrupt is to be heard from here on
        let shared = Shared::new();
        let (file, rules) = definitions::config(&args.project, context)?;
        let (connection, environment) = (&args.connection, context.environment);
        let allow_delete = args.scope.allow_delete;
        let all = settings::tenant(&args.project, connection, allow_delete, environment, &file)?;
        let plans = planning::prepare(&all, &args.scope, &rules, &shared, context).await?;
        if let Some(path) = &args.out {
            files::write(path, &as_json(&plans))?;
        }
        context.output.data(&match args.format {
            PlanFormat::Text => as_text(&plans, &context.output.stdout_style()),
            PlanFormat::Json => as_json(&plans),
            PlanFormat::Markdown => markdown::plan(&views(&plans)),
            PlanFormat::Github => {
                plans.iter().map(|prepared| github::plan(&prepared.plan)).collect()
            }
        })?;
        if let Ok(Some(summary)) = context.environment.get(STEP_SUMMARY) {
            files::append(Path::new(summary), &markdown::plan(&views(&plans)))?;
        }
        let changes = plans.iter().any(|prepared| !prepared.plan.is_clean());
        Ok(if changes && args.detailed_exitcode { Exit::Changes } else { Exit::Done })
    })
}

/// The plans for people.
pub(super) fn as_text(plans: &[Prepared], style: &Style) -> String {
    match views(plans).as_slice() {
        [PlanView { environment: None, plan, estimate }] => text::plan(plan, style, *estimate),
        views => text::plans(views, style),
    }
}

fn views(plans: &[Prepared]) -> Vec<PlanView<'_>> {
    plans
        .iter()
        .map(|prepared| PlanView {
            environment: prepared.environment.as_deref(),
            plan: &prepared.plan,
            estimate: prepared.estimate(),
        })
        .collect()
}

fn as_json(plans: &[Prepared]) -> String {
    match plans {
        [one] => json::plan(&one.plan, &one.counts()),
        several => {
            let all: Vec<_> =
                several.iter().map(|prepared| (&prepared.plan, prepared.counts())).collect();
            json::plans(&all)
        }
    }
}
