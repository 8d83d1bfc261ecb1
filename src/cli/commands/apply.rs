//! `hooksync apply`: plans, shows it, asks, applies.

use std::path::Path;

use serde_json::Value;

use super::plan;
use crate::cli::args::{ApplyArgs, ResultFormat};
use crate::cli::output::Verbosity;
use crate::cli::planning::{self, Prepared};
use crate::cli::progress::Applying;
use crate::cli::question::confirm;
use crate::cli::session::{Shared, runtime};
use crate::cli::{CliError, Context, Exit, backup, definitions, files, saved, settings, tested};
use crate::plan::guard::{self, Allowed};
use crate::plan::reviewed::{altered, moved};
use crate::plan::{
    ApplyReport, ApprovedPlan, Fingerprint, Outcome, Plan, Refusal, RequestCounts, Verb,
};
use crate::report::{ApplyView, PlanView, json, markdown, text};
use crate::sync::{Executor, execute};

/// Runs it.
///
/// # Errors
/// When nothing could be applied; what was applied is in the result.
pub(super) fn run(args: &ApplyArgs, context: &Context<'_>) -> Result<Exit, CliError> {
    runtime()?.block_on(async {
        // first of all: an interrupt is to be heard from here on
        let shared = Shared::new(context.output);
        let reviewed = reviewed(args)?;
        let (file, rules) = definitions::config(&args.project, context)?;
        let (connection, environment) = (&args.connection, context.environment);
        let allow_delete = args.scope.allow_delete;
        let all = settings::tenant(&args.project, connection, allow_delete, environment, &file)?;
        let mut plans = planning::prepare(&all, &args.scope, &rules, &shared, context).await?;
        show(&plans, args, context)?;
        let approved = approve(&plans, &reviewed, args, context)?;
        if approved.iter().all(|plan| plan.plan().steps.is_empty() && plan.plan().is_clean()) {
            return finish(&plans, &nothing(&plans), args.format, context);
        }
        tested::demand(&plans, &args.project, (&file, &rules), &shared, context).await?;
        for prepared in &plans {
            if let Some(reported) = prepared.token_ends_early().await? {
                context.say(&reported);
            }
        }
        demand_consent(args, context)?;
        if !args.yes {
            agree(&mut plans, &shared, context).await?;
        }
        if !args.no_backup && !shared.stop.is_cancelled() {
            let keep = usize::try_from(args.keep_backups).unwrap_or(usize::MAX);
            let place = backup::Place { dir: args.backup_dir.as_deref(), keep };
            for prepared in &plans {
                backup::save(prepared, place, context)?;
            }
        }
        shared.notice_interrupts().await;
        if shared.stop.is_cancelled() {
            return Err(CliError::new("interrupted; nothing was written").exit(Exit::Interrupted));
        }
        let each = plans
            .iter()
            .zip(&approved)
            .map(|(prepared, approved)| carry_out(prepared, approved, args, &shared));
        let reports = futures_util::future::join_all(each).await;
        finish(&plans, &reports, args.format, context)
    })
}

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The plan that was reviewed, as far as the user said.
#[derive(Default)]
struct Reviewed {
    fingerprint: Option<Fingerprint>,
    tenant: Option<String>,
    /// All of `--plan FILE`, to tell what moved.
    plan: Option<Value>,
}

fn reviewed(args: &ApplyArgs) -> Result<Vec<Reviewed>, CliError> {
    let Some(path) = &args.plan else {
        return Ok(vec![Reviewed { fingerprint: args.expect.clone(), ..Reviewed::default() }]);
    };
    let wrong = |what: &str| saved::wrong(path, what);
    let plans = saved::values(path)?;
    plans
        .iter()
        .map(|plan| {
            let text = |value: &Value, key: &str| value[key].as_str().map(str::to_owned);
            if plan["format_version"] != "1" {
                return Err(wrong("not a plan of format_version 1"));
            }
            let made_by = plan["hooksync_version"].as_str().unwrap_or("another version");
            if made_by != VERSION {
                let what = format!("the plan was made by hooksync {made_by}, this is {VERSION}");
                return Err(wrong(&what)
                    .hint("make the plan again with this version and have it reviewed")
                    .exit(Exit::Refused));
            }
            let fingerprint = text(plan, "fingerprint").and_then(|print| print.parse().ok());
            Ok(Reviewed {
                fingerprint: Some(fingerprint.ok_or_else(|| wrong("no fingerprint in it"))?),
                tenant: Some(text(plan, "tenant").ok_or_else(|| wrong("no tenant in it"))?),
                plan: Some(plan.clone()),
            })
        })
        .collect()
}

/// Text goes where the result goes; beside a JSON result it goes to stderr.
/// With `-q` only the result counts, but nobody is asked about a plan that
/// wasn't shown.
fn show(plans: &[Prepared], args: &ApplyArgs, context: &Context<'_>) -> Result<(), CliError> {
    let output = context.output;
    let asks = !args.yes && output.can_ask();
    if output.verbosity() == Verbosity::Quiet && !asks {
        return Ok(());
    }
    // whoever is asked has to see it first, and a pipe may take its time
    let beside = asks && !context.environment.streams.stdout_is_terminal;
    match args.format {
        ResultFormat::Text if beside => {
            output.error(&plan::as_text(plans, &output.stderr_style()));
        }
        ResultFormat::Text => output.data(&plan::as_text(plans, &output.stdout_style()))?,
        ResultFormat::Json if asks => output.error(&plan::as_text(plans, &output.stderr_style())),
        ResultFormat::Json => output.say(&plan::as_text(plans, &output.stderr_style())),
    }
    Ok(())
}

/// Every plan has to be approved before the first write of any.
fn approve(
    plans: &[Prepared],
    reviewed: &[Reviewed],
    args: &ApplyArgs,
    context: &Context<'_>,
) -> Result<Vec<ApprovedPlan>, CliError> {
    if reviewed.len() != plans.len() && (args.plan.is_some() || args.expect.is_some()) {
        return Err(CliError::usage(format!(
            "{} reviewed plans for {} environments",
            reviewed.len(),
            plans.len()
        )));
    }
    let none = Reviewed::default();
    let (mut approved, mut refused) = (Vec::new(), Vec::new());
    let mut ended = false;
    for (at, prepared) in plans.iter().enumerate() {
        let reviewed = reviewed.get(at).unwrap_or(&none);
        let allowed = Allowed {
            deletes: prepared.options.allow_delete,
            deletes_actions: prepared.options.allow_delete_actions,
            force: args.force,
            expected: reviewed.fingerprint.clone(),
            expected_tenant: reviewed.tenant.clone(),
        };
        match guard::approve(prepared.plan.clone(), &allowed) {
            Ok(_) if reviewed.plan.as_ref().is_some_and(|plan| altered(plan, &shown(prepared))) => {
                refused.push(true);
                context.tell(&altered_file(args));
            }
            Ok(plan) => approved.push(plan),
            Err(refusals) => {
                for refusal in refusals {
                    refused.push(refusal.is_safety());
                    ended |= refusal == Refusal::Ended;
                    tell_refusal(&refusal, prepared, reviewed, context);
                }
            }
        }
    }
    if refused.is_empty() {
        return Ok(approved);
    }
    context.output.error("Nothing was written.");
    let safety = refused.contains(&true);
    Err(CliError::reported(match (safety, ended) {
        (true, _) => Exit::Refused,
        (false, true) => Exit::TenantRefuses,
        (false, false) => Exit::Error,
    }))
}

fn tell_refusal(
    refusal: &Refusal,
    prepared: &Prepared,
    reviewed: &Reviewed,
    context: &Context<'_>,
) {
    let place = prepared.environment.as_ref().map(|name| format!("{name}: ")).unwrap_or_default();
    let mut error = CliError::new(format!("{place}{refusal}")).hint(refusal.hint());
    if let (Refusal::Stale { .. }, Some(reviewed)) = (refusal, &reviewed.plan) {
        for line in moved(reviewed, &shown(prepared)) {
            error.faults[0].message.push('\n');
            error.faults[0].message.push_str(&line);
        }
    }
    context.tell(&error);
}

/// Today's plan in the form in which plans are written to files.
fn shown(prepared: &Prepared) -> Value {
    let today = json::plan(&PlanView::of(&prepared.plan), &RequestCounts::default());
    serde_json::from_str(&today).unwrap_or_default()
}

fn altered_file(args: &ApplyArgs) -> CliError {
    let file = args.plan.as_deref().unwrap_or(Path::new("the plan")).display();
    CliError::new(format!("{file} shows other changes than those that its fingerprint stands for"))
        .hint("It was altered after it was made: make a new plan and have it reviewed.")
}

/// Nothing is written unasked: somebody has to be there to answer, or to have
/// said on the command line what is agreed to.
fn demand_consent(args: &ApplyArgs, context: &Context<'_>) -> Result<(), CliError> {
    if args.yes || args.plan.is_some() || args.expect.is_some() || context.output.can_ask() {
        return Ok(());
    }
    Err(CliError::new("there is no terminal to ask on; nothing was written")
        .hint(
            "pass --plan FILE or --expect FINGERPRINT of the plan that was reviewed, or --yes to \
             apply whatever the plan is",
        )
        .exit(Exit::Refused))
}

/// Asks whether to go on. While a person reads, the tenant can move: what is
/// agreed to is what is applied, or nothing.
async fn agree(
    plans: &mut [Prepared],
    shared: &Shared,
    context: &Context<'_>,
) -> Result<(), CliError> {
    let question = question(plans);
    let answer = tokio::select! {
        biased;
        () = shared.stop.cancelled() => return Ok(()),
        answer = confirm(context.output, &question) => answer?,
    };
    match answer {
        None => return Ok(()),
        Some(false) => {
            context.output.error("Cancelled. Nothing was written.");
            return Err(CliError::reported(Exit::Error));
        }
        Some(true) => {}
    }
    for prepared in plans {
        if !shared.unless_interrupted(prepared.is_current()).await? {
            let tenant = &prepared.plan.tenant;
            return Err(CliError::new(format!(
                "{tenant} was changed by somebody else since the plan was shown; nothing was written"
            ))
            .hint("run apply again and look at the new plan")
            .exit(Exit::Refused));
        }
    }
    Ok(())
}

/// `create 5, change 1, delete 0 on TENANT`.
fn counted(plan: &Plan) -> String {
    if plan.is_clean() {
        // the plan says that there are no changes
        return format!("send the secrets to {} again", plan.tenant);
    }
    let count = |verb| plan.count(verb);
    let replace = match count(Verb::Replace) {
        0 => String::new(),
        number => format!("replace {number}, "),
    };
    format!(
        "create {}, change {}, {replace}delete {} on {}",
        count(Verb::Create),
        count(Verb::Update),
        count(Verb::Delete),
        plan.tenant
    )
}

fn question(plans: &[Prepared]) -> String {
    let each: Vec<String> = plans.iter().map(|prepared| counted(&prepared.plan)).collect();
    let question = each.join("; ") + "?";
    let (first, rest) = question.split_at(1);
    first.to_uppercase() + rest
}

async fn carry_out(
    prepared: &Prepared,
    approved: &ApprovedPlan,
    args: &ApplyArgs,
    shared: &Shared,
) -> ApplyReport {
    let applying = Applying::begin(&prepared.plan, &shared.board, prepared.session.lane);
    let executor = Executor {
        writer: &prepared.session.writer,
        desired: &prepared.desired,
        stop: &shared.stop,
        recheck: (!args.no_recheck).then_some(prepared.read_at),
        fail_fast: args.fail_fast,
        on_event: &|event| applying.reported(event),
    };
    execute(approved, &executor).await
}

/// The reports of plans with nothing to do.
fn nothing(plans: &[Prepared]) -> Vec<ApplyReport> {
    let report = |prepared: &Prepared| ApplyReport {
        tenant: prepared.plan.tenant.clone(),
        fingerprint: prepared.plan.fingerprint.clone(),
        results: Vec::new(),
        notes: Vec::new(),
        interrupted: false,
        tenant_refuses: false,
        wrote: false,
    };
    plans.iter().map(report).collect()
}

fn finish(
    plans: &[Prepared],
    reports: &[ApplyReport],
    format: ResultFormat,
    context: &Context<'_>,
) -> Result<Exit, CliError> {
    let both = || plans.iter().zip(reports);
    let worked = reports.iter().any(|report| !report.results.is_empty());
    match format {
        ResultFormat::Text if !worked => {}
        ResultFormat::Text => {
            let style = context.output.stdout_style();
            let shown = match (plans, reports) {
                ([one], [report]) if one.environment.is_none() => {
                    text::apply(report, &one.plan, &style)
                }
                _ => text::applies(&views(plans, reports), &style),
            };
            let quiet = context.output.verbosity() == Verbosity::Quiet;
            let gap = if quiet { "" } else { "\n" };
            deliver(&format!("{gap}{shown}"), context)?;
        }
        ResultFormat::Json => {
            // the format has no place for them
            for note in reports.iter().flat_map(|report| &report.notes) {
                context.output.say(&text::message(note, &context.output.stderr_style()));
            }
            let counted: Vec<(&ApplyReport, RequestCounts)> =
                both().map(|(prepared, report)| (report, prepared.counts())).collect();
            let shown = match counted.as_slice() {
                [(report, counts)] => json::apply(report, counts),
                several => json::applies(several),
            };
            deliver(&shown, context)?;
        }
    }
    if worked && let Ok(Some(summary)) = context.environment.get(plan::STEP_SUMMARY) {
        let views: Vec<_> = views(plans, reports).into_iter().map(|(view, _)| view).collect();
        // what was applied is reported on stdout whether or not this can be written
        if let Err(error) = files::append(Path::new(summary), &markdown::apply(&views)) {
            context.tell(&error);
        }
    }
    Ok(exit_of(reports))
}

/// What was written is reported in any case: on stderr where stdout can't take it.
fn deliver(result: &str, context: &Context<'_>) -> Result<(), CliError> {
    let delivered = context.output.data(result);
    if delivered.is_err() {
        context.output.error(result);
    }
    Ok(delivered?)
}

fn views<'a>(plans: &'a [Prepared], reports: &'a [ApplyReport]) -> Vec<(ApplyView<'a>, &'a Plan)> {
    let both = plans.iter().zip(reports);
    both.map(|(prepared, report)| {
        let environment = prepared.environment.as_deref();
        (ApplyView { environment, report }, &prepared.plan)
    })
    .collect()
}

fn exit_of(reports: &[ApplyReport]) -> Exit {
    let results = || reports.iter().flat_map(|report| &report.results);
    let all = results().all(|result| result.outcome == Outcome::Applied);
    if all {
        Exit::Done
    } else if reports.iter().any(|report| report.interrupted) {
        Exit::Interrupted
    } else if reports.iter().any(|report| report.wrote) {
        Exit::Partial
    } else if reports.iter().any(|report| report.tenant_refuses) {
        Exit::TenantRefuses
    } else {
        Exit::Error
    }
}
