//! `hooksync show PLAN`: a saved plan, without the tenant.
//!
//! Must not read the tenant, the definitions or credentials.

use serde_json::Value;

use crate::cli::args::{PlanFormat, ShowArgs};
use crate::cli::{CliError, Context, Exit, saved};
use crate::report::saved::Saved;
use crate::report::{PlanView, Style, github, html, json, markdown, text};

/// Runs it.
///
/// # Errors
/// When the file holds no plan.
pub(super) fn run(args: &ShowArgs, context: &Context<'_>) -> Result<Exit, CliError> {
    let read = saved::plans(&args.plan)?;
    let (plans, values): (Vec<Saved>, Vec<Value>) = read.into_iter().unzip();
    let shown = match args.format {
        PlanFormat::Text => as_text(&plans, &context.output.stdout_style()),
        PlanFormat::Json => json::again(&values),
        PlanFormat::Markdown => as_markdown(&plans),
        PlanFormat::Html => html::plan(&views(&plans), &[]),
        PlanFormat::Github => annotations(&plans),
    };
    context.output.data(&shown)?;
    let changes = plans.iter().any(|saved| !saved.view().plan.is_clean());
    Ok(if changes && args.detailed_exitcode { Exit::Changes } else { Exit::Done })
}

fn views(plans: &[Saved]) -> Vec<PlanView<'_>> {
    plans.iter().map(Saved::view).collect()
}

/// The plans for people.
pub(super) fn as_text(plans: &[Saved], style: &Style) -> String {
    text::plans(&views(plans).into_iter().map(Ok).collect::<Vec<_>>(), style)
}

/// The plans as one comment.
pub(super) fn as_markdown(plans: &[Saved]) -> String {
    let folder = plans.first().and_then(|saved| saved.view().directory).unwrap_or_default();
    markdown::plan(&views(plans), &[], folder)
}

/// The plans as annotations of a workflow.
pub(super) fn annotations(plans: &[Saved]) -> String {
    plans.iter().map(|saved| github::plan(saved.view().plan, &saved.repository())).collect()
}
