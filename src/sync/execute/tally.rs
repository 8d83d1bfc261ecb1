//! From the states of steps to what became of each change.
//!
//! Must not look at the tenant or the plan's wishes: a change is applied when
//! every step of it is done, and not otherwise.

use super::{Run, State, Why};
use crate::api::{ApiError, ApiErrorKind};
use crate::model::Id;
use crate::plan::{
    ApplyReport, Change, ChangeResult, Deed, FailedRequest, Field, Outcome, Ref, SecretVerb, Step,
    StepId, meanwhile,
};

pub(super) fn report(run: &Run<'_>) -> ApplyReport {
    let plan = run.plan;
    let results = plan.changes.iter().enumerate().map(|(index, change)| {
        let mut result = outcome(run, index, change);
        if let (Some(why), Outcome::Applied) = (&change.withheld, result.outcome) {
            let done = parts_done(run, index);
            result.outcome = if done.is_empty() { Outcome::NotAttempted } else { Outcome::Failed };
            result.done.extend(done);
            result.error = Some(without_request(why.clone()));
        }
        result
    });
    ApplyReport {
        tenant: plan.tenant.clone(),
        fingerprint: plan.fingerprint.clone(),
        results: results.collect(),
        notes: {
            // as they came in is not the same in every run
            let mut notes = run.notes.clone();
            notes.sort();
            notes
        },
        interrupted: run.executor.stop.is_cancelled(),
        wrote: run.left_behind || run.states.iter().any(is_written),
        tenant_refuses: !plan.ended.is_empty()
            || run.refused.values().any(|error| {
                // a bare 403 too: the token's scopes were checked before, and the
                // words in which read-only tenants refuse are nowhere recorded
                matches!(
                    error.kind,
                    ApiErrorKind::FeatureRefused
                        | ApiErrorKind::FeatureGone
                        | ApiErrorKind::Forbidden
                )
            }),
    }
}

/// Whether a step is known to have changed the tenant.
fn is_written(state: &State) -> bool {
    match state {
        State::Done | State::OnlySwitchedOff(_) => true,
        State::Failed(failure) => failure.accepted,
        State::Waiting | State::Running | State::TakenBack(_) | State::Skipped(_) => false,
    }
}

/// What a change has created.
fn id_of(run: &Run<'_>, change: usize) -> Option<Id> {
    run.made
        .iter()
        .find(|(step, _)| run.plan.steps[**step].change == change)
        .map(|(_, id)| id.clone())
}

fn outcome(run: &Run<'_>, index: usize, change: &Change) -> ChangeResult {
    let steps: Vec<(StepId, &Step)> =
        run.plan.steps.iter().enumerate().filter(|(_, step)| step.change == index).collect();
    let all_done = steps.iter().all(|(id, _)| matches!(run.states[*id], State::Done));
    let none_tried = steps.iter().all(|(id, _)| matches!(run.states[*id], State::Skipped(_)));
    let (outcome, error) = if let (true, Some(why)) = (steps.is_empty(), &change.blocked) {
        (Outcome::NotAttempted, Some(without_request(why.clone())))
    } else if steps.is_empty() && change.withheld.is_none() {
        // nothing was done, so nothing can be applied
        let why = "internal error: no request belongs to this change".to_owned();
        (Outcome::NotAttempted, Some(without_request(why)))
    } else if all_done {
        (Outcome::Applied, None)
    } else if none_tried {
        (Outcome::NotAttempted, error(run, &steps))
    } else {
        (Outcome::Failed, error(run, &steps))
    };
    let mut done = match outcome {
        Outcome::Failed => parts_done(run, index),
        Outcome::Applied | Outcome::NotAttempted => Vec::new(),
    };
    done.extend(run.remarks.get(&index).into_iter().flatten().cloned());
    ChangeResult {
        verb: change.verb,
        kind: change.kind,
        name: change.name.clone(),
        trigger: change.trigger.clone(),
        id: id_of(run, index).or_else(|| change.id.clone()),
        outcome,
        error,
        done,
    }
}

/// What was carried out of a change, in words.
fn parts_done(run: &Run<'_>, change: usize) -> Vec<String> {
    let steps = run.plan.steps.iter().zip(&run.states).filter(|(step, _)| step.change == change);
    steps.filter_map(|(step, state)| in_words(state, step)).collect()
}

/// The first failure says most; else the reason of the first step that
/// wasn't attempted.
fn error(run: &Run<'_>, steps: &[(StepId, &Step)]) -> Option<FailedRequest> {
    let states = || steps.iter().map(|(id, _)| &run.states[*id]);
    let failed = states().find_map(|state| match state {
        State::OnlySwitchedOff(error) => Some(failed_request(error)),
        State::Failed(failure) => Some(match &failure.error {
            Some(error) if !failure.wrong.is_empty() => FailedRequest {
                message: failure.wrong.clone(),
                hint: None,
                ..failed_request(error)
            },
            Some(error) => failed_request(error),
            None if failure.meanwhile => FailedRequest {
                error_code: Some(meanwhile::CODE.to_owned()),
                hint: Some(meanwhile::HINT.to_owned()),
                ..without_request(failure.wrong.clone())
            },
            None => without_request(failure.wrong.clone()),
        }),
        _ => None,
    });
    let lost = || {
        states().find_map(|state| match state {
            State::TakenBack(step) => {
                let what = match run.plan.steps[*step].op.switches() {
                    Some(false) => "be switched off",
                    _ => "take over",
                };
                let owner = owner_of(run, *step);
                let why = format!("put back as it was, because {owner} could not {what}");
                Some(without_request(why))
            }
            State::Skipped(Why::After(step)) => {
                Some(without_request(format!("waits for {}, which failed", owner_of(run, *step))))
            }
            State::Skipped(Why::Refused(error)) => Some(FailedRequest {
                message: format!("the tenant refuses this kind of write: {error}"),
                ..failed_request(error)
            }),
            State::Skipped(Why::Unsent(error)) if !error.is_interrupt() => {
                Some(failed_request(error))
            }
            State::Skipped(Why::Stopped | Why::Unsent(_)) => {
                Some(without_request("the run was stopped before".to_owned()))
            }
            _ => None,
        })
    };
    failed.or_else(lost)
}

fn owner_of<'a>(run: &'a Run<'_>, step: StepId) -> &'a str {
    run.plan.changes[run.plan.steps[step].change].name.as_str()
}

/// A request that failed, as a report shows it.
#[must_use]
pub fn failed_request(error: &ApiError) -> FailedRequest {
    FailedRequest {
        method: error.method.map(|method| method.as_str().to_owned()),
        path: error.path.clone(),
        status: error.status,
        error_code: error.error_code.clone(),
        message: error.to_string(),
        hint: error.hint(),
    }
}

fn without_request(message: String) -> FailedRequest {
    FailedRequest { method: None, path: None, status: None, error_code: None, message, hint: None }
}

fn in_words(state: &State, step: &Step) -> Option<String> {
    let otherwise = match state {
        State::Done => "",
        State::Failed(failure) if failure.accepted => ", but not as it was sent",
        State::OnlySwitchedOff(_) => return Some("switched off".to_owned()),
        State::Waiting
        | State::Running
        | State::Failed(_)
        | State::TakenBack(_)
        | State::Skipped(_) => return None,
    };
    let words = done_in_words(step);
    Some(format!("{words}{otherwise}"))
}

fn done_in_words(step: &Step) -> String {
    let deeds = step.op.deeds();
    let mut sent: Vec<Field> = deeds.iter().filter_map(field_of).collect();
    sent.sort_unstable();
    let mut words: Vec<String> = Vec::new();
    if !sent.is_empty() {
        let new = if matches!(step.op.target(), Some(Ref::MadeBy(_))) { "new " } else { "" };
        let fields: Vec<&str> = sent.into_iter().map(Field::as_str).collect();
        words.push(format!("{new}{}: {} written", step.op.kind(), fields.join(", ")));
    }
    let others = deeds.iter().filter(|deed| field_of(deed).is_none());
    words.extend(others.map(|deed| match deed {
        Deed::Create(Some(false)) => "made, switched off".to_owned(),
        Deed::Create(_) => "made".to_owned(),
        Deed::Delete => "deleted".to_owned(),
        Deed::Deploy => "deployed".to_owned(),
        Deed::Bind(_) => "order written".to_owned(),
        Deed::Secrets(verb, keys) => {
            let verb = match verb {
                SecretVerb::Create => "added",
                SecretVerb::Write => "written",
                SecretVerb::Delete => "removed",
            };
            format!("secret {} {verb}", keys.join(", "))
        }
        Deed::Rename(_) | Deed::Send(_) | Deed::Switch(_) => String::new(),
    }));
    words.join(", ")
}

/// The field that a part of a write is about.
fn field_of(deed: &Deed) -> Option<Field> {
    match deed {
        Deed::Rename(_) => Some(Field::Name),
        Deed::Send(field) => Some(*field),
        Deed::Switch(_) => Some(Field::Enabled),
        Deed::Create(_) | Deed::Delete | Deed::Deploy | Deed::Bind(_) | Deed::Secrets(..) => None,
    }
}
