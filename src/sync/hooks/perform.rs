//! One write of a hook, as one request (two where a refused patch held a
//! switch-off).
//!
//! Must not know of other steps.

use crate::api::compare::{self, Difference};
use crate::api::{ApiError, ApiErrorKind, Urgency, Writer};
use crate::model::name::kebab_case;
use crate::model::{HookPatch, Id, NewHook};
use crate::plan::SecretVerb;
use crate::plan::hooks::HookOp;
use crate::sync::execute::{Done, Failure, Job};

/// Makes the requests of a write.
pub(in crate::sync) async fn carry_out(
    job: &Job,
    op: &HookOp,
    writer: &Writer,
) -> Result<Done, Failure> {
    let (values, urgency) = (&job.values, job.urgency);
    let sent = match (op, &job.id) {
        (HookOp::Create { hook }, _) => return create(writer, hook, urgency).await,
        (_, None) => return Err(Failure::not_sent("the hook was not created")),
        (HookOp::Patch { patch, .. }, Some(id)) => {
            // The tenant refuses this sort of write.
            if let Some(error) = &job.refused {
                return Err(refused_patch(writer, id, patch, error.clone()).await);
            }
            return job.same_but_sent(send_patch(writer, id, patch, urgency).await?);
        }
        (HookOp::Delete { .. }, Some(id)) => match writer.delete(id, urgency).await {
            Err(error) if error.kind == ApiErrorKind::HookMissing => {
                return Ok(Done { notes: vec!["was gone already".into()], ..Done::default() });
            }
            other => other,
        },
        (HookOp::Secrets { verb, keys, .. }, Some(id)) => match verb {
            SecretVerb::Create => writer.add_secrets(id, values, urgency).await,
            SecretVerb::Write => writer.update_secrets(id, values, urgency).await,
            SecretVerb::Delete => writer.remove_secrets(id, keys, urgency).await,
        },
    };
    sent.map(|()| Done::default()).map_err(Failure::of)
}

async fn create(writer: &Writer, hook: &NewHook, urgency: Urgency) -> Result<Done, Failure> {
    let made = writer.create(hook, urgency).await.map_err(Failure::of)?;
    let id = made.hook.id.clone();
    let done = judged(made.differences, Some(id)).map_err(|failure| Failure {
        // found where the answer was lost, it may be somebody else's
        accepted: failure.accepted && !made.found,
        ..failure
    })?;
    Ok(Done { live: Some(Box::new(made.hook)), ..done })
}

async fn send_patch(
    writer: &Writer,
    id: &Id,
    patch: &HookPatch,
    urgency: Urgency,
) -> Result<Done, Failure> {
    match writer.patch(id, patch, urgency).await {
        Ok(answer) => {
            let done = judged(compare::with_patch(patch, &answer), None)?;
            Ok(Done { live: Some(Box::new(answer)), ..done })
        }
        Err(error) if error.is_refusal() => Err(refused_patch(writer, id, patch, error).await),
        Err(error) => Err(Failure::of(error)),
    }
}

/// A write is done only if the tenant says that it has what was sent.
fn judged(differences: Vec<Difference>, id: Option<Id>) -> Result<Done, Failure> {
    let (notes, wrong): (Vec<_>, Vec<_>) = differences.into_iter().partition(is_harmless);
    let words = |found: Vec<Difference>| found.iter().map(ToString::to_string).collect::<Vec<_>>();
    if wrong.is_empty() {
        Ok(Done { id, notes: words(notes), ..Done::default() })
    } else {
        Err(Failure { wrong: words(wrong).join("; "), accepted: true, id, ..Failure::default() })
    }
}

/// Whether the next plan would not call it a change.
fn is_harmless(difference: &Difference) -> bool {
    match difference {
        Difference::Name { sent, got } => {
            got.as_deref().is_none_or(|got| kebab_case(got) == kebab_case(sent))
        }
        Difference::Script { newlines_only } => *newlines_only,
        Difference::Trigger { .. } | Difference::Enabled { .. } | Difference::Dependencies => false,
    }
}

/// What is left of a patch that the tenant refuses: its switch-off. A
/// switch-on is not carried out, for the old script would go live in the new
/// one's place.
async fn refused_patch(writer: &Writer, id: &Id, patch: &HookPatch, error: ApiError) -> Failure {
    let more = *patch != HookPatch::enabled(false);
    let switched_off = patch.enabled == Some(false) && more && switch_off(writer, id).await.is_ok();
    Failure { switched_off, ..Failure::of(error) }
}

/// Switches a hook off, also in a run that is being stopped.
async fn switch_off(writer: &Writer, id: &Id) -> Result<(), ApiError> {
    writer.patch(id, &HookPatch::enabled(false), Urgency::MustFinish).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_tenant_took_otherwise_is_written_all_the_same() {
        let check = |difference, expected: Option<bool>| {
            let failure = judged(vec![difference], None).err();
            assert_eq!(failure.map(|failure| failure.accepted), expected);
        };
        check(Difference::Enabled { sent: true }, Some(true));
        check(Difference::Script { newlines_only: false }, Some(true));
        check(Difference::Script { newlines_only: true }, None);
        check(Difference::Name { sent: "a b".into(), got: Some("a-b".into()) }, None);
    }
}
