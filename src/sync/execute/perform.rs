//! One step, as one request (two where a refused patch held a switch-off).
//!
//! Must not know of other steps.

use crate::api::compare::{self, Difference};
use crate::api::{ApiError, ApiErrorKind, Urgency, Writer};
use crate::model::name::kebab_case;
use crate::model::{
    DesiredSecret, DesiredState, HookPatch, Id, Live, NewHook, SecretKey, SecretValue,
};
use crate::plan::Op;

/// A step with all that its request needs.
pub(super) struct Job {
    pub(super) op: Op,
    /// The hook, unless it is made.
    pub(super) id: Option<Id>,
    pub(super) values: Vec<(SecretKey, SecretValue)>,
    pub(super) urgency: Urgency,
    /// The tenant refuses this kind of write; only a switch-off is left of it.
    pub(super) refused: Option<ApiError>,
}

/// A step that is done.
#[derive(Debug, Default)]
pub(super) struct Done {
    /// The hook that was made.
    pub(super) id: Option<Id>,
    pub(super) notes: Vec<String>,
}

/// A step that isn't.
#[derive(Debug, Clone, Default)]
pub(super) struct Failure {
    /// The request that failed; `None` where the answer was not as sent.
    pub(super) error: Option<ApiError>,
    /// What was wrong with the answer.
    pub(super) wrong: String,
    /// The tenant took the write, but not as it was sent.
    pub(super) accepted: bool,
    /// The hook that was made all the same.
    pub(super) id: Option<Id>,
    /// Of a refused patch, the switch-off came through alone.
    pub(super) switched_off: bool,
}

impl Failure {
    fn of(error: ApiError) -> Self {
        Self { error: Some(error), ..Self::default() }
    }

    /// The tenant's refusal of this kind of write, if it is one.
    pub(super) fn refusal(&self) -> Option<&ApiError> {
        self.error.as_ref().filter(|error| error.is_refusal())
    }

    /// Whether no request was made: the run was interrupted, or its time was
    /// over, while the request waited for its turn.
    pub(super) fn never_left(&self) -> bool {
        self.error.as_ref().is_some_and(|error| {
            let over =
                matches!(error.kind, ApiErrorKind::Interrupted | ApiErrorKind::OutOfTime { .. });
            over && !error.maybe_done
        })
    }

    /// Whether the tenant may have carried it out all the same.
    pub(super) fn maybe_done(&self) -> bool {
        self.error.as_ref().is_none_or(|error| error.maybe_done)
    }
}

impl Job {
    pub(super) async fn run(self, writer: &Writer) -> Result<Done, Failure> {
        let Self { op, id, values, urgency, refused } = self;
        let Some(id) = id else {
            return match op {
                Op::Create { hook } => create(writer, &hook, urgency).await,
                _ => Err(Failure { wrong: "the hook was not made".into(), ..Failure::default() }),
            };
        };
        match op {
            Op::Create { hook } => create(writer, &hook, urgency).await,
            Op::Patch { patch, .. } => match refused {
                Some(error) => Err(refused_patch(writer, &id, &patch, error).await),
                None => send_patch(writer, &id, &patch, urgency).await,
            },
            Op::Delete { .. } => match writer.delete(&id, urgency).await {
                Err(error) if error.kind == ApiErrorKind::HookMissing => {
                    Ok(Done { notes: vec!["was gone already".into()], ..Done::default() })
                }
                other => other.map(|()| Done::default()).map_err(Failure::of),
            },
            Op::AddSecrets { .. } => {
                let sent = writer.add_secrets(&id, &values, urgency).await;
                sent.map(|()| Done::default()).map_err(Failure::of)
            }
            Op::UpdateSecrets { .. } => {
                let sent = writer.update_secrets(&id, &values, urgency).await;
                sent.map(|()| Done::default()).map_err(Failure::of)
            }
            Op::RemoveSecrets { keys, .. } => {
                let sent = writer.remove_secrets(&id, &keys, urgency).await;
                sent.map(|()| Done::default()).map_err(Failure::of)
            }
        }
    }
}

async fn create(writer: &Writer, hook: &NewHook, urgency: Urgency) -> Result<Done, Failure> {
    let made = writer.create(hook, urgency).await.map_err(Failure::of)?;
    judged(made.differences, Some(made.hook.id)).map_err(|failure| Failure {
        // found where the answer was lost, it may be somebody else's
        accepted: failure.accepted && !made.found,
        ..failure
    })
}

async fn send_patch(
    writer: &Writer,
    id: &Id,
    patch: &HookPatch,
    urgency: Urgency,
) -> Result<Done, Failure> {
    match writer.patch(id, patch, urgency).await {
        Ok(answer) => judged(compare::with_patch(patch, &answer), None),
        Err(error) if error.is_refusal() => Err(refused_patch(writer, id, patch, error).await),
        Err(error) => Err(Failure::of(error)),
    }
}

/// A write is done only if the tenant says that it has what was sent.
fn judged(differences: Vec<Difference>, id: Option<Id>) -> Result<Done, Failure> {
    let (notes, wrong): (Vec<_>, Vec<_>) = differences.into_iter().partition(is_harmless);
    let words = |found: Vec<Difference>| found.iter().map(ToString::to_string).collect::<Vec<_>>();
    if wrong.is_empty() {
        Ok(Done { id, notes: words(notes) })
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
pub(super) async fn switch_off(writer: &Writer, id: &Id) -> Result<(), ApiError> {
    writer.patch(id, &HookPatch::enabled(false), Urgency::MustFinish).await.map(drop)
}

/// The patch that puts a hook back as it was. A name is only put back where
/// it was all that the patch changed: a successor may bear it already.
pub(super) fn inverse(patch: &HookPatch, live: &Live, only_off: bool) -> HookPatch {
    let HookPatch { name, script, dependencies, enabled } = patch;
    if only_off {
        return HookPatch::enabled(true);
    }
    let name_only = script.is_none() && dependencies.is_none() && enabled.is_none();
    HookPatch {
        name: name.as_ref().filter(|_| name_only).map(|_| live.name.clone()),
        script: script.as_ref().and_then(|_| live.script.clone()),
        dependencies: dependencies.as_ref().and_then(|_| live.dependencies.clone()),
        enabled: enabled.map(|_| live.runs),
    }
}

/// The values of the secrets that a step sends.
pub(super) fn values(op: &Op, desired: &DesiredState) -> Vec<(SecretKey, SecretValue)> {
    let (Op::AddSecrets { definition, keys, .. } | Op::UpdateSecrets { definition, keys, .. }) = op
    else {
        return Vec::new();
    };
    let hook = desired.definitions.iter().find(|hook| hook.name == *definition);
    let Some(secrets) = hook.and_then(|hook| hook.secrets.as_ref()) else { return Vec::new() };
    keys.iter()
        .filter_map(|key| match secrets.get(key)? {
            DesiredSecret::Value(value) => Some((key.clone(), value.clone())),
            DesiredSecret::Kept | DesiredSecret::Unresolved { .. } => None,
        })
        .collect()
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
