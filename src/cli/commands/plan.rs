//! `hooksync plan`: reads, fetches, prints what would change.

use std::path::Path;
use std::time::Duration;

use crate::cli::args::{PlanArgs, PlanFormat};
use crate::cli::planning::{self, Prepared, Purpose, Unplanned};
use crate::cli::session::{Shared, runtime};
use crate::cli::{CliError, Context, Exit, behaviour, definitions, files, repository, settings};
use crate::report::{NoPlan, PlanView, Style, github, html, json, markdown, text};

/// The file whose content GitHub shows with a job.
pub(super) const STEP_SUMMARY: &str = "GITHUB_STEP_SUMMARY";

/// Runs it.
///
/// # Errors
/// When no plan can be made.
pub(super) fn run(args: &PlanArgs, context: &Context<'_>) -> Result<Exit, CliError> {
    show(args, as_text_of, args.detailed_exitcode, context)
}

/// `hooksync drift`: the same plan from the tenant's side. Exit 2 when there is
/// a difference.
///
/// # Errors
/// When no plan can be made.
pub(super) fn drift(args: &PlanArgs, context: &Context<'_>) -> Result<Exit, CliError> {
    if args.behaviour {
        return Err(CliError::usage("--behaviour compares what a change does: it is for `plan`"));
    }
    show(args, drift_of, true, context)
}

/// How the plans of some environments are shown to people.
type AsText = fn(&[Result<Prepared, Unplanned>], &Style) -> String;

fn show(
    args: &PlanArgs,
    as_text: AsText,
    exit_tells: bool,
    context: &Context<'_>,
) -> Result<Exit, CliError> {
    runtime()?.block_on(async {
        // first of all: an interrupt is to be heard from here on
        let shared = Shared::new(context.output);
        let (file, rules) = definitions::config(&args.project, context)?;
        let (connection, environment) = (&args.connection, context.environment);
        let allow_delete = args.scope.allow_delete;
        let all = settings::tenant(&args.project, connection, allow_delete, environment, &file)?;
        let mut each =
            planning::prepare_each(&all, &args.scope, &rules, Purpose::Review, &shared, context)
                .await?;
        if args.behaviour {
            let limit = args.behaviour_limit.unwrap_or(behaviour::LIMIT);
            each = with_behaviour(each, limit, &shared, context).await?;
        }
        if let [Err(_)] = each.as_slice() {
            // with one environment there is nothing to show beside the error
            let error = each.into_iter().find_map(Result::err).map(|one| one.error);
            return Err(error.unwrap_or_else(|| CliError::reported(Exit::Error)));
        }
        let failed: Vec<&Unplanned> = each.iter().filter_map(|one| one.as_ref().err()).collect();
        let plans: Vec<&Prepared> = each.iter().filter_map(|one| one.as_ref().ok()).collect();
        let repository = repository::find(context.environment);
        let folder = all.first().map(|settings| settings.project.dir.value.display().to_string());
        let folder = repository.path(&folder.unwrap_or_default());
        let here = repository.path(".");
        let place = (folder.as_str(), here.trim_start_matches('.'));
        let markdown = || markdown::plan(&views(&plans), &missing(&failed), &folder);
        let to_stdout = args.out.as_deref() == Some(Path::new("-"));
        if let Some(path) = args.out.as_ref().filter(|_| failed.is_empty() && !to_stdout) {
            files::write(path, &as_json(&plans, place))?;
        }
        let style =
            if to_stdout { context.output.stderr_style() } else { context.output.stdout_style() };
        let shown = match args.format {
            PlanFormat::Text => as_text(&each, &style),
            PlanFormat::Json if failed.is_empty() => as_json(&plans, place),
            PlanFormat::Json => as_json_list(&plans, place),
            PlanFormat::Markdown => markdown(),
            PlanFormat::Html => {
                let views: Vec<_> = plans.iter().map(|one| placed(one, place)).collect();
                html::plan(&views, &missing(&failed))
            }
            PlanFormat::Github => {
                plans.iter().map(|prepared| github::plan(&prepared.plan, &repository)).collect()
            }
        };
        if to_stdout && failed.is_empty() {
            context.output.data(&as_json(&plans, place))?;
            if args.format != PlanFormat::Json {
                context.output.say(&shown);
            }
        } else {
            context.output.data(&shown)?;
        }
        if let Ok(Some(summary)) = context.environment.get(STEP_SUMMARY) {
            files::append(Path::new(summary), &markdown())?;
        }
        for Unplanned { environment, error } in &failed {
            context.tell(&error.clone().at(environment.as_deref()));
        }
        if let Some(Unplanned { error, .. }) = failed.first() {
            return Ok(error.exit);
        }
        if plans.iter().any(|prepared| prepared.plan.is_all_ended()) {
            return Ok(Exit::TenantRefuses);
        }
        let changes = plans.iter().any(|prepared| !prepared.plan.is_clean());
        Ok(if changes && exit_tells { Exit::Changes } else { Exit::Done })
    })
}

/// The same plans with what their changes do.
async fn with_behaviour(
    each: Vec<Result<Prepared, Unplanned>>,
    limit: Duration,
    shared: &Shared,
    context: &Context<'_>,
) -> Result<Vec<Result<Prepared, Unplanned>>, CliError> {
    let is_plan: Vec<bool> = each.iter().map(Result::is_ok).collect();
    let (mut plans, mut failed) = (Vec::new(), Vec::new());
    for one in each {
        match one {
            Ok(prepared) => plans.push(prepared),
            Err(unplanned) => failed.push(unplanned),
        }
    }
    let plans = behaviour::compared(plans, limit, shared, context).await?;
    let (mut plans, mut failed) = (plans.into_iter(), failed.into_iter());
    let each = is_plan.into_iter().filter_map(|is_plan| match is_plan {
        true => plans.next().map(Ok),
        false => failed.next().map(Err),
    });
    Ok(each.collect())
}

/// The plans for people.
pub(super) fn as_text(plans: &[Prepared], style: &Style) -> String {
    let all: Vec<&Prepared> = plans.iter().collect();
    match views(&all).as_slice() {
        [only @ PlanView { environment: None, .. }] => text::plan(only, style),
        views => text::plans(&views.iter().copied().map(Ok).collect::<Vec<_>>(), style),
    }
}

/// The plans for people, and in their places why there is none.
fn as_text_of(each: &[Result<Prepared, Unplanned>], style: &Style) -> String {
    if let [Ok(only)] = each {
        return as_text(std::slice::from_ref(only), style);
    }
    let parts = each.iter().map(|one| match one {
        Ok(prepared) => Ok(view(prepared)),
        Err(failed) => {
            Err(NoPlan { environment: failed.environment.as_deref(), why: failed.why() })
        }
    });
    text::plans(&parts.collect::<Vec<_>>(), style)
}

/// What is different on each tenant, and in their places why it isn't known.
fn drift_of(each: &[Result<Prepared, Unplanned>], style: &Style) -> String {
    let several = each.len() > 1;
    let parts = each.iter().map(|one| match one {
        Ok(prepared) => {
            let environment = prepared.environment.as_deref().filter(|_| several);
            (environment, text::drift(&prepared.plan, style))
        }
        Err(failed) => (failed.environment.as_deref(), format!("{}\n", failed.why())),
    });
    text::sections(&parts.collect::<Vec<_>>(), style)
}

fn missing<'a>(failed: &[&'a Unplanned]) -> Vec<NoPlan<'a>> {
    let missing =
        failed.iter().map(|one| NoPlan { environment: one.environment.as_deref(), why: one.why() });
    missing.collect()
}

fn view(prepared: &Prepared) -> PlanView<'_> {
    PlanView {
        environment: prepared.environment.as_deref(),
        estimate: prepared.estimate(),
        ..PlanView::of(&prepared.plan)
    }
}

fn views<'a>(plans: &[&'a Prepared]) -> Vec<PlanView<'a>> {
    plans.iter().map(|prepared| view(prepared)).collect()
}

/// The folder of definitions and the current one, as the repository calls
/// them.
type Folders<'a> = (&'a str, &'a str);

fn as_json(plans: &[&Prepared], folders: Folders<'_>) -> String {
    match plans {
        [one] => json::plan(&placed(one, folders), &one.counts()),
        several => as_json_list(several, folders),
    }
}

fn as_json_list(plans: &[&Prepared], folders: Folders<'_>) -> String {
    let all: Vec<_> =
        plans.iter().map(|prepared| (placed(prepared, folders), prepared.counts())).collect();
    json::plans(&all)
}

fn placed<'a>(prepared: &'a Prepared, (folder, here): Folders<'a>) -> PlanView<'a> {
    PlanView { directory: Some(folder), base: Some(here), ..view(prepared) }
}
