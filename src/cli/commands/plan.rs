//! `hooksync plan`: reads, fetches, prints what would change.

use crate::cli::args::{PlanArgs, PlanFormat};
use crate::cli::planning::{self, Prepared};
use crate::cli::session::{Shared, runtime};
use crate::cli::{CliError, Context, Exit, definitions, files, settings, several};
use crate::report::{json, markdown, text};

/// Runs it.
///
/// # Errors
/// When no plan can be made.
pub(super) fn run(args: &PlanArgs, context: &Context<'_>) -> Result<Exit, CliError> {
    let (file, rules) = definitions::config(args.project.dir.as_deref(), context)?;
    let environment = context.environment;
    let allow_delete = args.scope.allow_delete;
    let all = settings::tenant(&args.project, &args.connection, allow_delete, environment, &file)?;
    runtime()?.block_on(async {
        let shared = Shared::new();
        let plans = planning::prepare(&all, &args.scope, &rules, &shared, context).await?;
        if let Some(path) = &args.out {
            files::write(path, &as_json(&plans))?;
        }
        context.output.data(&match args.format {
            PlanFormat::Text => as_text(&plans, context),
            PlanFormat::Json => as_json(&plans),
        })?;
        let changes = plans.iter().any(|prepared| !prepared.plan.is_clean());
        Ok(if changes && args.detailed_exitcode { Exit::Changes } else { Exit::Done })
    })
}

/// The plans for people, on stdout.
pub(super) fn as_text(plans: &[Prepared], context: &Context<'_>) -> String {
    let style = context.output.stdout_style();
    several::sections(plans.iter().map(|prepared| {
        let shown = text::plan(&prepared.plan, &style, prepared.estimate());
        (prepared.environment.as_deref(), shown)
    }))
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
