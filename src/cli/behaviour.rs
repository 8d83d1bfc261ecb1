//! `plan --behaviour`: runs the live and the new code of each change on the
//! same events, in the sandbox, within a limit of time for all of them.
//!
//! Must not decide what is compared: `plan::behaviour` does. No value of a
//! secret gets here: secrets have made-up values in every run.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use super::planning::{Prepared, Unplanned};
use super::session::Shared;
use super::{CliError, Context};
use crate::model::Kind;
use crate::plan::behaviour::{Asked, Pair, Unmet, asked, noted};
use crate::plan::{Behaviour, Compared, Differs};
use crate::proof::{Inputs, Report, Sides, compare, stubbed};
use crate::sandbox::{Branch, Pool, PoolError, Program, triggers};

/// How many events both codes of a change run on.
const EVENTS: usize = 200;

/// How long all comparisons of a run may take.
const LIMIT: Duration = Duration::from_secs(60);

/// Notes in the plans of environments that have one what running their code showed.
///
/// # Errors
/// When the sandbox can't be started, or the user interrupts.
pub(super) async fn compare_each(
    each: &mut [Result<Prepared, Unplanned>],
    limit: Option<Duration>,
    shared: &Shared,
    context: &Context<'_>,
) -> Result<(), CliError> {
    let limit = limit.unwrap_or(LIMIT);
    let asked = each.iter().flatten().map(|one| asked(&one.plan, &one.desired));
    let asked: Vec<Vec<(usize, Asked)>> = asked.collect();
    let pairs = asked.iter().flatten().filter_map(|(_, asked)| match asked {
        Asked::Pair(pair) => Some(pair.as_ref().clone()),
        Asked::Nothing(_) => None,
    });
    // the same change of several environments is looked at once
    let mut pairs: Vec<Pair> = pairs.collect();
    let mut seen = BTreeSet::new();
    pairs.retain(|pair| seen.insert(key(pair)));
    let mut found = BTreeMap::new();
    if !pairs.is_empty() {
        let pool = super::commands::pool(context)?;
        context.detail(&format!("comparing the behaviour of {} changes", pairs.len()));
        let stop = shared.stop.clone();
        let all = tokio::task::spawn_blocking(move || run_all(&pool, pairs, limit, &stop));
        let all = async { all.await.map_err(|error| CliError::new(error.to_string())) };
        found = shared.unless_interrupted(all).await??;
    }
    for (prepared, asked) in each.iter_mut().flatten().zip(asked) {
        let of = |asked: Asked| match asked {
            Asked::Nothing(why) => Behaviour::NotCompared { why },
            Asked::Pair(pair) => found
                .get(&key(&pair))
                .cloned()
                .unwrap_or_else(|| Behaviour::NotCompared { why: "it was not run".to_owned() }),
        };
        let found = asked.into_iter().map(|(at, asked)| (at, of(asked))).collect();
        prepared.plan = noted(prepared.plan.clone(), found);
    }
    Ok(())
}

/// What makes two comparisons the same.
fn key(pair: &Pair) -> String {
    format!("{pair:?}")
}

fn run_all(
    pool: &Pool,
    pairs: Vec<Pair>,
    limit: Duration,
    stop: &CancellationToken,
) -> Result<BTreeMap<String, Behaviour>, PoolError> {
    let end = Instant::now() + limit;
    let mut found = BTreeMap::new();
    let total = pairs.len();
    for (at, pair) in pairs.into_iter().enumerate() {
        // what one doesn't use the others may
        let left = u32::try_from(total - at).unwrap_or(u32::MAX);
        let share = end.saturating_duration_since(Instant::now()) / left;
        let until = Instant::now() + share;
        let goes_on = || !stop.is_cancelled() && Instant::now() < until;
        found.insert(key(&pair), of_pair(pool, &pair, limit, &goes_on)?);
    }
    Ok(found)
}

fn of_pair(
    pool: &Pool,
    pair: &Pair,
    limit: Duration,
    goes_on: &dyn Fn() -> bool,
) -> Result<Behaviour, PoolError> {
    let trigger = pair.trigger.as_str();
    let has_sample = trigger == "signup-post-identifier" || triggers().any(|it| it == trigger);
    if pair.new_kind == Kind::Action && !has_sample {
        let why = format!("hooksync has no sample event for the trigger {trigger}");
        return Ok(Behaviour::NotCompared { why });
    }
    let sides = match (pair.live_kind, pair.new_kind) {
        (Kind::Hook, Kind::Action) => Sides::HookToAction,
        (Kind::Hook, _) => Sides::Hooks,
        _ => Sides::Actions,
    };
    let inputs = Inputs {
        trigger: trigger.to_owned(),
        sides,
        secrets: pair.secrets_before.iter().map(ToString::to_string).collect(),
        secrets_after: Some(pair.secrets_after.iter().map(ToString::to_string).collect()),
        seed: 1,
        events: EVENTS,
    };
    let live = program(pair.live_kind, trigger, &pair.live);
    let new = program(pair.new_kind, trigger, &pair.new);
    let report = compare(pool, &live, &new, &inputs, goes_on)?;
    Ok(Behaviour::Compared(of_report(report, pair, limit)))
}

fn program(kind: Kind, trigger: &str, code: &str) -> Program {
    let (trigger, code) = (trigger.to_owned(), code.to_owned());
    match kind {
        Kind::Hook => Program::Hook { trigger, script: code },
        Kind::Action | Kind::Bindings => Program::Action { trigger, code, handler: None },
    }
}

fn of_report(report: Report, pair: &Pair, limit: Duration) -> Compared {
    let packages = stubbed(&[&pair.live, &pair.new]);
    let cut = || {
        format!(
            "It ended early, at the limit of {} s for all comparisons; --behaviour-limit changes it.",
            limit.as_secs_f64()
        )
    };
    let stopped = || {
        format!("On {} events the code was stopped at its time or memory limit.", report.stopped)
    };
    let engine_texts = || {
        format!(
            "On {} events, the code returns the text of an error that the JavaScript engine creates. Its wording in Node.js is not compared.",
            report.engine_texts
        )
    };
    let calls = || format!("Calls of {} are recorded, not run.", packages.join(", "));
    let others = || "Packages, modules or the runtime change, too; these are not run.".to_owned();
    let notes = [
        report.cut.then(cut),
        (report.stopped > 0).then(stopped),
        (report.engine_texts > 0).then(engine_texts),
        (!packages.is_empty()).then(calls),
        pair.others_change.then(others),
    ];
    let notes = notes.into_iter().flatten().collect();
    let unmet = |branches: Vec<Branch>, is_new: bool| {
        branches.into_iter().map(move |it| Unmet { is_new, line: it.line, branch: it.kind })
    };
    let mut differences: Vec<Differs> = report
        .differences
        .into_iter()
        .map(|it| Differs {
            whom: it.whom,
            summary: it.summary,
            message: it.message,
            event: it.event,
            events: it.events,
        })
        .collect();
    differences.sort_by_key(|it| std::cmp::Reverse(it.events));
    Compared {
        replaces: pair.replaces.clone(),
        events: report.events,
        wanted: EVENTS,
        branches_met: report.branches_met + report.new_branches_met,
        branches_total: report.branches_total + report.new_branches_total,
        unmet: unmet(report.new_unmet, true).chain(unmet(report.unmet, false)).collect(),
        differences,
        notes,
    }
}
