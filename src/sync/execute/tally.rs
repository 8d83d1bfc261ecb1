//! From the states of steps to what became of each change.
//!
//! Must not look at the tenant or the plan's wishes: a change is applied when
//! every step of it is done, and not otherwise.

use super::{Run, State, Why};
use crate::api::{ApiError, ApiErrorKind};
use crate::model::Id;
use crate::plan::{
    ApplyReport, ChangeResult, FailedRequest, HookRef, Op, Outcome, Owner, Step, StepId,
};

pub(super) fn report(run: &Run<'_>) -> ApplyReport {
    let plan = run.plan;
    let changes = plan.changes.iter().enumerate().map(|(index, change)| {
        let owner = Owner::Change(index);
        let mut result = ChangeResult {
            verb: Some(change.verb),
            name: change.name.clone(),
            trigger: change.trigger.clone(),
            id: id_of(run, owner).or_else(|| change.id.clone()),
            ..outcome(run, owner)
        };
        if let (Some(why), Outcome::Applied) = (&change.withheld, result.outcome) {
            let done = parts_done(run, owner);
            result.outcome = if done.is_empty() { Outcome::NotAttempted } else { Outcome::Failed };
            result.done.extend(done);
            result.error = Some(without_request(why.clone()));
        }
        result
    });
    let writes = plan.secret_writes.iter().enumerate().map(|(index, write)| ChangeResult {
        verb: None,
        name: write.name.clone(),
        trigger: write.trigger.clone(),
        id: Some(write.id.clone()),
        ..outcome(run, Owner::SecretWrite(index))
    });
    ApplyReport {
        tenant: plan.tenant.clone(),
        fingerprint: plan.fingerprint.clone(),
        results: changes.chain(writes).collect(),
        notes: run.notes.clone(),
        interrupted: run.executor.stop.is_cancelled(),
        wrote: run.left_behind || run.states.iter().any(is_written),
        tenant_refuses: run.refused.values().any(|error| {
            // a bare 403 too: the token's scopes were checked before, and the
            // words in which read-only tenants refuse are nowhere recorded
            matches!(
                error.kind,
                ApiErrorKind::FeatureRefused | ApiErrorKind::FeatureGone | ApiErrorKind::Forbidden
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

/// The hook that a change made.
fn id_of(run: &Run<'_>, owner: Owner) -> Option<Id> {
    run.made
        .iter()
        .find(|(step, _)| run.plan.steps[**step].owner == owner)
        .map(|(_, id)| id.clone())
}

fn outcome(run: &Run<'_>, owner: Owner) -> ChangeResult {
    let steps: Vec<(StepId, &Step)> =
        run.plan.steps.iter().enumerate().filter(|(_, step)| step.owner == owner).collect();
    let all_done = steps.iter().all(|(id, _)| matches!(run.states[*id], State::Done));
    let none_tried = steps.iter().all(|(id, _)| matches!(run.states[*id], State::Skipped(_)));
    let outcome = if all_done {
        Outcome::Applied
    } else if none_tried {
        Outcome::NotAttempted
    } else {
        Outcome::Failed
    };
    let mut done = match outcome {
        Outcome::Failed => parts_done(run, owner),
        Outcome::Applied | Outcome::NotAttempted => Vec::new(),
    };
    done.extend(run.remarks.get(&owner).into_iter().flatten().cloned());
    // the name, trigger, verb and id are the caller's to fill in
    ChangeResult {
        verb: None,
        name: run.plan.owner_name(owner).clone(),
        trigger: crate::model::Trigger::Other(String::new()),
        id: None,
        outcome,
        error: if all_done { None } else { error(run, &steps) },
        done,
    }
}

/// What was carried out of a change, in words.
fn parts_done(run: &Run<'_>, owner: Owner) -> Vec<String> {
    let steps = run.plan.steps.iter().zip(&run.states).filter(|(step, _)| step.owner == owner);
    steps.filter_map(|(step, state)| in_words(state, step)).collect()
}

/// The first failure tells most; else the reason of the first step that
/// wasn't attempted.
fn error(run: &Run<'_>, steps: &[(StepId, &Step)]) -> Option<FailedRequest> {
    let states = || steps.iter().map(|(id, _)| &run.states[*id]);
    let failed = states().find_map(|state| match state {
        State::OnlySwitchedOff(error) => Some(failed_request(error)),
        State::Failed(failure) => Some(match &failure.error {
            Some(error) => failed_request(error),
            None => without_request(failure.wrong.clone()),
        }),
        _ => None,
    });
    let lost = || {
        states().find_map(|state| match state {
            State::TakenBack(step) => Some(without_request(format!(
                "put back as it was, because {} could not take over",
                owner_of(run, *step)
            ))),
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
    run.plan.owner_name(run.plan.steps[step].owner).as_str()
}

fn failed_request(error: &ApiError) -> FailedRequest {
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
    let words = match &step.op {
        Op::Create { hook } if hook.enabled == Some(true) => "made".to_owned(),
        Op::Create { .. } => "made, switched off".to_owned(),
        Op::Patch { hook, patch } => {
            let fields = [
                patch.name.as_ref().map(|_| "name"),
                patch.enabled.map(|_| "enabled"),
                patch.dependencies.as_ref().map(|_| "dependencies"),
                patch.script.as_ref().map(|_| "script"),
            ];
            let fields: Vec<&str> = fields.into_iter().flatten().collect();
            let which = if matches!(hook, HookRef::MadeBy(_)) { "new hook" } else { "hook" };
            format!("{which}: {} written", fields.join(", "))
        }
        Op::Delete { .. } => "deleted".to_owned(),
        Op::AddSecrets { keys, .. } => format!("secret {} added", keys.join(", ")),
        Op::UpdateSecrets { keys, .. } => format!("secret {} written", keys.join(", ")),
        Op::RemoveSecrets { keys, .. } => format!("secret {} removed", keys.join(", ")),
    };
    Some(format!("{words}{otherwise}"))
}
