//! The steps of `apply` that are its own: which plan was reviewed, whether this
//! one is approved, carrying it out, and the result.

use std::path::Path;
use std::time::Instant;

use serde_json::Value;

use super::plan;
use crate::cli::args::{ApplyArgs, ResultFormat};
use crate::cli::output::Verbosity;
use crate::cli::planning::Prepared;
use crate::cli::progress::Applying;
use crate::cli::session::Shared;
use crate::cli::{CliError, Context, Exit, consent, files, saved};
use crate::plan::guard::{self, Allowed};
use crate::plan::reviewed::{altered, moved};
use crate::plan::{
    ApplyReport, ApprovedPlan, Fingerprint, Outcome, Plan, Refusal, RequestCounts, Verb,
};
use crate::report::{ApplyView, PlanView, Spent, json, markdown, text};
use crate::sync::{Executor, execute};

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The plan that was reviewed, as far as the user said.
#[derive(Default)]
pub(in crate::cli) struct Reviewed {
    fingerprint: Option<Fingerprint>,
    tenant: Option<String>,
    /// All of `--plan FILE`, to tell what moved.
    plan: Option<Value>,
}

/// What `--plan` and `--expect` say was reviewed.
///
/// # Errors
/// When the file can't be read, or is of another version.
pub(in crate::cli) fn reviewed(args: &ApplyArgs) -> Result<Vec<Reviewed>, CliError> {
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
                let what =
                    format!("the plan was made by hooksync {made_by}, and this is {VERSION}");
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

/// Shows the plans before anything is asked.
///
/// # Errors
/// When stdout can't be written.
pub(in crate::cli) fn show(
    plans: &[Prepared],
    args: &ApplyArgs,
    context: &Context<'_>,
) -> Result<(), CliError> {
    consent::show(|style| plan::as_text(plans, style), args.format, args.yes, context)
}

/// Every plan has to be approved before the first write of any.
///
/// # Errors
/// When one is refused; why is printed.
pub(in crate::cli) fn approve(
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
                    ended |= matches!(refusal, Refusal::Ended(_));
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
    let error = CliError::new(refusal.to_string()).hint(refusal.hint());
    let mut error = error.at(prepared.environment.as_deref());
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
    CliError::new(format!("{file}: the changes don't match the fingerprint"))
        .hint("The file was altered after it was written: make a new plan and have it reviewed.")
}

/// Says whose access token is likely to end too early.
///
/// # Errors
/// When no token is to be had.
pub(in crate::cli) async fn warn_of_tokens(
    plans: &[Prepared],
    context: &Context<'_>,
) -> Result<(), CliError> {
    for prepared in plans {
        if let Some(reported) = prepared.token_ends_early().await? {
            context.say(&reported);
        }
    }
    Ok(())
}

/// The plan was agreed to on the command line, or a person can be asked.
///
/// # Errors
/// When neither is so.
pub(in crate::cli) fn demand_consent(
    args: &ApplyArgs,
    context: &Context<'_>,
) -> Result<(), CliError> {
    let given = args.yes || args.plan.is_some() || args.expect.is_some();
    let hint = "pass --plan FILE or --expect FINGERPRINT of the reviewed plan, or --yes to apply without review";
    consent::demand(given, hint, context)
}

/// Asks whether to go on. While a person reads, the tenant can move: what is
/// agreed to is what is applied, or nothing.
///
/// # Errors
/// When the answer is no, or a tenant has moved.
pub(in crate::cli) async fn agree(
    plans: &mut [Prepared],
    shared: &Shared,
    context: &Context<'_>,
) -> Result<(), CliError> {
    if !consent::ask(&question(plans), shared, context).await? {
        return Ok(());
    }
    for prepared in plans {
        if !shared.unless_interrupted(prepared.is_current()).await? {
            let tenant = &prepared.plan.tenant;
            return Err(CliError::refused(format!(
                "{tenant} was changed by another client since the plan was shown; nothing was written"
            ))
            .hint("run apply again and look at the new plan"));
        }
    }
    Ok(())
}

/// `create 5, change 1, delete 0 on TENANT`, where there is something to write.
fn counted(plan: &Plan) -> Option<String> {
    if plan.is_clean() {
        // the plan says that there are no changes
        let resends = !plan.steps.is_empty();
        return resends.then(|| format!("send the secrets to {} again", plan.tenant));
    }
    let count = |verb| plan.count(verb);
    let replace = match count(Verb::Replace) {
        0 => String::new(),
        number => format!("replace {number}, "),
    };
    Some(format!(
        "create {}, change {}, {replace}delete {} on {}",
        count(Verb::Create),
        count(Verb::Update),
        count(Verb::Delete),
        plan.tenant
    ))
}

fn question(plans: &[Prepared]) -> String {
    let each: Vec<String> = plans.iter().filter_map(|prepared| counted(&prepared.plan)).collect();
    let question = each.join("; ") + "?";
    let (first, rest) = question.split_at(1);
    first.to_uppercase() + rest
}

/// Carries out every plan, side by side.
pub(in crate::cli) async fn carry_out(
    plans: &[Prepared],
    approved: &[ApprovedPlan],
    args: &ApplyArgs,
    shared: &Shared,
) -> Vec<Carried> {
    let each = plans.iter().zip(approved);
    let each = each.map(|(prepared, approved)| carry_out_one(prepared, approved, args, shared));
    futures_util::future::join_all(each).await
}

async fn carry_out_one(
    prepared: &Prepared,
    approved: &ApprovedPlan,
    args: &ApplyArgs,
    shared: &Shared,
) -> Carried {
    let (before, began) = (prepared.session.counts(), Instant::now());
    let applying = Applying::begin(&prepared.plan, &shared.board, prepared.session.lane);
    let executor = Executor {
        writer: &prepared.session.writer,
        desired: &prepared.desired,
        stop: &shared.stop,
        recheck: (!args.no_recheck).then_some(prepared.read_at),
        fail_fast: args.fail_fast,
        on_event: &|event| applying.reported(event),
    };
    let report = execute(approved, &executor).await;
    let after = prepared.session.counts();
    let spent = Spent {
        time: began.elapsed(),
        requests: after.total.saturating_sub(before.total),
        writes: after.writes.saturating_sub(before.writes),
    };
    Carried { report, spent: Some(spent) }
}

/// What became of a plan, and what that took.
pub(in crate::cli) struct Carried {
    report: ApplyReport,
    spent: Option<Spent>,
}

/// The reports of plans with nothing to do.
pub(in crate::cli) fn nothing(plans: &[Prepared]) -> Vec<Carried> {
    let report = |prepared: &Prepared| ApplyReport {
        tenant: prepared.plan.tenant.clone(),
        fingerprint: prepared.plan.fingerprint.clone(),
        results: Vec::new(),
        notes: Vec::new(),
        interrupted: false,
        tenant_refuses: false,
        wrote: false,
    };
    plans.iter().map(|prepared| Carried { report: report(prepared), spent: None }).collect()
}

/// Prints the result, and gives the code to end with.
///
/// # Errors
/// When stdout can't be written; the result is on stderr then.
pub(in crate::cli) fn finish(
    plans: &[Prepared],
    carried: &[Carried],
    format: ResultFormat,
    context: &Context<'_>,
) -> Result<Exit, CliError> {
    let both = || plans.iter().zip(carried);
    let reports = || carried.iter().map(|carried| &carried.report);
    let worked = reports().any(|report| !report.results.is_empty());
    match format {
        ResultFormat::Text if !worked => {}
        ResultFormat::Text => {
            let style = context.output.stdout_style();
            let shown = text::applies(&views(plans, carried), &style);
            let quiet = context.output.verbosity == Verbosity::Quiet;
            let gap = if quiet { "" } else { "\n" };
            context.output.data_in_any_case(&format!("{gap}{shown}"))?;
        }
        ResultFormat::Json => {
            // the format has no place for them
            for note in reports().flat_map(|report| &report.notes) {
                context.output.say(&text::message(note, &context.output.stderr_style()));
            }
            let counted: Vec<(&ApplyReport, RequestCounts)> =
                both().map(|(prepared, one)| (&one.report, prepared.session.counts())).collect();
            let shown = match counted.as_slice() {
                [(report, counts)] => json::apply(report, counts),
                several => json::applies(several),
            };
            context.output.data_in_any_case(&shown)?;
        }
    }
    if worked && let Ok(Some(summary)) = context.environment.get(plan::STEP_SUMMARY) {
        let views: Vec<_> = views(plans, carried).into_iter().map(|(view, _)| view).collect();
        // what was applied is reported on stdout whether or not this can be written
        if let Err(error) = files::append(Path::new(summary), &markdown::apply(&views)) {
            context.tell(&error);
        }
    }
    Ok(exit_of(carried))
}

fn views<'a>(plans: &'a [Prepared], carried: &'a [Carried]) -> Vec<(ApplyView<'a>, &'a Plan)> {
    let both = plans.iter().zip(carried).map(|(prepared, Carried { report, spent })| {
        let environment = prepared.environment.as_deref();
        (ApplyView { environment, report, spent: *spent }, &prepared.plan)
    });
    both.collect()
}

fn exit_of(carried: &[Carried]) -> Exit {
    let reports = || carried.iter().map(|carried| &carried.report);
    let results = || reports().flat_map(|report| &report.results);
    let all = results().all(|result| result.outcome == Outcome::Applied);
    if all {
        Exit::Done
    } else if reports().any(|report| report.interrupted) {
        Exit::Interrupted
    } else if reports().any(|report| report.wrote) {
        Exit::Partial
    } else if reports().any(|report| report.tenant_refuses) {
        Exit::TenantRefuses
    } else {
        Exit::Error
    }
}
