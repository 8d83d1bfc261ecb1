//! One write of an action or of a trigger's bindings.
//!
//! A deploy waits for its draft's build first, and looks for a version that an
//! earlier run deployed and that is not in traffic yet. What the tenant answers is
//! compared with what should be there; where a secret vanished the write has
//! failed, and nothing is deployed. Must not know of other steps.

use std::collections::BTreeSet;

use tokio::time::Instant;

use super::named;
use crate::api::actions::BindingRef;
use crate::api::{ApiError, ApiErrorKind, Built, FRESH, Look, Seen, Urgency, Writer};
use crate::model::{
    ActionPatch, BuildStatus, DeployedVersion, Id, Live, LiveAction, ModuleUse, SecretKey,
    SecretValue, Trigger, content,
};
use crate::plan::actions::ActionOp;
use crate::plan::meanwhile;
use crate::sync::execute::{Done, Failure, Job};

/// Makes the requests of a write.
pub(in crate::sync) async fn carry_out(
    job: &Job,
    op: &ActionOp,
    writer: &Writer,
) -> Result<Done, Failure> {
    let (values, urgency) = (&job.values, job.urgency);
    match (op, &job.id) {
        (ActionOp::Create { action, known }, _) => {
            let modules = modules(writer, action.modules.as_deref()).await?;
            let made = writer
                .create_action(action, values, &modules, known, urgency)
                .await
                .map_err(Failure::of)?;
            let secrets = action.secrets.iter().cloned().collect();
            let id = Some(made.action.id.clone());
            match wrong_secrets(&made.action, &secrets, values) {
                None => Ok(Done { id, live: Some(Box::new(made.action)), ..Done::default() }),
                Some(wrong) => {
                    Err(Failure { wrong, accepted: !made.found, id, ..Failure::default() })
                }
            }
        }
        (_, None) => Err(Failure::not_sent("the action was not created")),
        (ActionOp::Patch { patch, .. }, Some(id)) => {
            job.same_but_sent(patch_action(writer, id, patch, values, urgency).await?)
        }
        (ActionOp::Deploy { .. }, Some(id)) => {
            deploy(writer, id, &job.builds, urgency, job.before.as_ref(), job.untouched).await
        }
        (ActionOp::Delete { .. }, Some(id)) => match writer.delete_action(id, urgency).await {
            Err(error) if error.kind == ApiErrorKind::ActionMissing => {
                Ok(Done { notes: vec!["was gone already".into()], ..Done::default() })
            }
            other => other.map(|()| Done::default()).map_err(Failure::of),
        },
    }
}

/// `known` are all values that there are, also of secrets that are sent as names
/// alone: a tenant may not keep those.
async fn patch_action(
    writer: &Writer,
    id: &Id,
    patch: &ActionPatch,
    known: &[(SecretKey, SecretValue)],
    urgency: Urgency,
) -> Result<Done, Failure> {
    let modules = modules(writer, patch.modules.as_deref()).await?;
    let whole = named::with_values(patch, known);
    let values = named::sent(patch, known);
    let mut notes = Vec::new();
    let mut answer = match writer.patch_action(id, patch, &values, &modules, urgency).await {
        // it wants values: they are sent if there are any
        Err(error) if named::is_refused(patch, &error) => {
            let unknown = named::without_value(&whole);
            if !unknown.is_empty() {
                return Err(Failure {
                    wrong: named::refused(&unknown, &error),
                    ..Failure::of(error)
                });
            }
            notes.push(named::SENT_AGAIN.to_owned());
            let answer = writer.patch_action(id, &whole, known, &modules, urgency).await;
            answer.map_err(Failure::of)?
        }
        other => other.map_err(Failure::of)?,
    };
    let wanted = patch
        .secrets
        .as_ref()
        .map(|all| all.iter().map(|secret| secret.key.clone()).collect::<BTreeSet<_>>());
    let lost =
        |answer: &Live| wanted.as_ref().and_then(|wanted| wrong_secrets(answer, wanted, known));
    if lost(&answer).is_some()
        && let Some(again) = named::what_was_lost(patch, &answer, known)
    {
        notes.push(named::SENT_AGAIN.to_owned());
        let values = named::sent(&again, known);
        let sent = writer.patch_action(id, &again, &values, &[], urgency.begun()).await;
        answer = sent.map_err(Failure::of)?;
    }
    let script = patch.script.as_ref().zip(answer.script.as_ref());
    let wrong = lost(&answer).or_else(|| {
        let same = script.is_none_or(|(sent, got)| sent.same_but_newlines(got));
        (!same).then(|| "the tenant's response has a different script than was sent".to_owned())
    });
    match wrong {
        None => Ok(Done { live: Some(Box::new(answer)), notes, ..Done::default() }),
        Some(wrong) => Err(Failure { wrong, accepted: true, ..Failure::default() }),
    }
}

/// What is wrong with the secrets that the tenant has now, in words. `known` are
/// those that there is a value for.
fn wrong_secrets(
    answer: &Live,
    wanted: &BTreeSet<SecretKey>,
    known: &[(SecretKey, SecretValue)],
) -> Option<String> {
    let got = answer.secrets.as_ref()?;
    let lost: Vec<&str> = wanted.difference(got).map(String::as_str).collect();
    let unknown: Vec<&str> = lost
        .iter()
        .copied()
        .filter(|lost| !known.iter().any(|(key, _)| key.as_str() == *lost))
        .collect();
    let next = match unknown.is_empty() {
        true => String::new(),
        false => format!(
            ". There is no value to send again for {}: give one in the definition, and apply again",
            unknown.join(", ")
        ),
    };
    (!lost.is_empty()).then(|| {
        format!(
            "the tenant does not have the secret {}, which it should have; nothing was \
             deployed{next}",
            lost.join(", ")
        )
    })
}

/// Deploys a draft once it is built, if it is the one that is meant: else what
/// somebody else wrote would be in traffic. `untouched`: this run has not
/// written the draft, so that an earlier one may have deployed it already.
async fn deploy(
    writer: &Writer,
    id: &Id,
    builds: &Seen,
    urgency: Urgency,
    before: Option<&Live>,
    untouched: bool,
) -> Result<Done, Failure> {
    let (built, mut at) = writer.wait_for_build(id, builds, urgency).await.map_err(Failure::of)?;
    let mut draft = match built {
        Built::Ready(draft) => draft,
        Built::Failed(draft) => return Err(failed_build(writer, &draft, urgency).await),
        Built::Strange(draft) => return Err(strange_build(&draft)),
    };
    let mut asked = false;
    let mut look_for_another = untouched;
    let version = loop {
        let changed =
            before.map(|before| meanwhile::changed(before, &draft, None)).unwrap_or_default();
        if before.is_some_and(|before| meanwhile::deployed_already(before, &draft)) {
            let version = draft.action().and_then(|action| action.deployed.as_ref());
            return Ok(found_deployed(version, at));
        }
        if !changed.is_empty() {
            return Err(Failure::changed_meanwhile(&changed, false));
        }
        if std::mem::take(&mut look_for_another)
            && let Some(version) = on_its_way(writer, &draft, urgency).await?
        {
            let in_traffic = match version.deployed {
                true => Some(Instant::now()),
                false => writer.wait_for_traffic(id, &version.id, builds, urgency).await,
            };
            return match in_traffic {
                Some(at) => Ok(found_deployed(Some(&version), at)),
                None => Err(never_in_traffic(&version)),
            };
        }
        let number = draft.action().and_then(|action| action.deployed.as_ref()?.number);
        let late = before.is_none() || asked;
        let writer = if late { writer.clone() } else { writer.leaving_by(at + FRESH) };
        match writer.deploy(&draft, number, urgency).await {
            Err(error) if error.kind == ApiErrorKind::Overdue => {}
            other => break other.map_err(Failure::of)?,
        }
        let find = |all: &[Live]| all.iter().find(|live| live.id == *id).cloned();
        let look = writer.look_at_actions(builds, urgency, find).await.map_err(Failure::of)?;
        let Look { found, at: seen, own } = look;
        let Some(found) = found else {
            return Err(Failure::changed_meanwhile(&["its id"], false));
        };
        (draft, at, asked) = (found, seen, own);
    };
    let in_traffic = match version.version.deployed {
        true => Ok(Some(Instant::now())),
        false => traffic(writer, id, &version.version.id, builds, urgency).await,
    };
    let number = numbered(version.version.number);
    let doubt = match &in_traffic {
        Ok(Some(_)) => "",
        Ok(None) => ", and was not in traffic when looked at",
        Err(_) => ", but whether it is in traffic could not be read",
    };
    let notes = vec![format!("version{number} is deployed{doubt}")];
    Ok(Done { notes, in_traffic: in_traffic.ok().flatten(), ..Done::default() })
}

/// What follows the word `version`.
fn numbered(number: Option<u64>) -> String {
    number.map(|number| format!(" {number}")).unwrap_or_default()
}

/// Since when a version is in traffic: as the action shows it, else as the list of
/// versions does.
async fn traffic(
    writer: &Writer,
    id: &Id,
    version: &Id,
    builds: &Seen,
    urgency: Urgency,
) -> Result<Option<Instant>, ApiError> {
    match writer.wait_for_traffic(id, version, builds, urgency).await {
        Some(at) => Ok(Some(at)),
        None => {
            let at = Instant::now();
            let listed = writer.is_listed_as_deployed(id, version, urgency).await?;
            Ok(listed.then_some(at))
        }
    }
}

/// A second version of one draft would be no more in traffic than the first.
fn never_in_traffic(version: &DeployedVersion) -> Failure {
    let number = numbered(version.number);
    let next = match version.number {
        Some(number) => format!("`hooksync rollback NAME --to {number}`"),
        None => "a deploy in the Dashboard".to_owned(),
    };
    Failure::not_sent(&format!(
        "version{number} holds this draft already, but the tenant does not show that it is in \
         traffic; no second version was made. Apply again in some minutes; if it stays so, {next} \
         puts it there"
    ))
}

/// The newest version, if it is the draft and newer than what is in traffic.
/// A run that was killed right after a deploy leaves one: it takes a moment
/// until an action shows it.
async fn on_its_way(
    writer: &Writer,
    draft: &Live,
    urgency: Urgency,
) -> Result<Option<DeployedVersion>, Failure> {
    let newest = writer.newest_version(&draft.id, urgency).await.map_err(Failure::of)?;
    let deployed = draft.action().and_then(|action| action.deployed.as_ref());
    Ok(newest
        .filter(|found| found.build != BuildStatus::Failed && found.errors.is_empty())
        .map(|found| found.version)
        .filter(|found| found.number > deployed.and_then(|deployed| deployed.number))
        .filter(|found| content::draft_is(draft, found, true)))
}

/// A second version of the same draft would change nothing but its number.
fn found_deployed(version: Option<&DeployedVersion>, at: Instant) -> Done {
    let number = numbered(version.and_then(|version| version.number));
    let notes = vec![format!("version{number} was deployed meanwhile, and is this draft")];
    Done { notes, in_traffic: Some(at), ..Done::default() }
}

/// The tenant says neither that a draft is built nor that it can't be.
fn strange_build(draft: &Live) -> Failure {
    let status = draft.action().map(|action| action.build.word()).unwrap_or_default();
    Failure::not_sent(&format!(
        "the build of its draft stays at the status `{status}`, which this version does not know; nothing was deployed. Look at it in the Dashboard; the next apply \
         deploys it once it is `built`"
    ))
}

/// Why a draft could not be built, as far as that can be found out. A draft
/// carries no reason, so the action's versions are asked once; packages are
/// the usual one.
async fn failed_build(writer: &Writer, draft: &Live, urgency: Urgency) -> Failure {
    let reasons = writer.build_errors(&draft.id, urgency).await;
    let packages: Vec<String> = draft
        .dependencies
        .iter()
        .flatten()
        .map(|(name, version)| format!("{name} {version}"))
        .collect();
    let named = draft
        .dependencies
        .iter()
        .flatten()
        .find(|(name, _)| reasons.iter().any(|reason| reason.contains(name.as_str())));
    let (cause, next) = match (reasons.as_slice(), named, packages.as_slice()) {
        ([], _, []) => (String::new(), "Look at it in the Dashboard".to_owned()),
        ([], _, packages) => (
            format!(
                "; most likely one of its packages is not on npm, or npm could not be reached: {}",
                packages.join(", ")
            ),
            "Look each of them up, with its version, on npmjs.com".to_owned(),
        ),
        (reasons, Some((name, version)), _) => (
            format!("; package {name} {version}: {}", reasons.join("; ")),
            format!("Give a version of {name} that is on npmjs.com"),
        ),
        (reasons, None, _) => (format!(": {}", reasons.join("; ")), "Correct that".to_owned()),
    };
    let traffic = match draft.action().is_some_and(LiveAction::is_deployed) {
        true => "What was deployed before stays in traffic",
        false => "It was never deployed, so nothing of it runs",
    };
    Failure::not_sent(&format!(
        "the build of its draft failed{cause}. {traffic}. {next}; the next apply builds it again"
    ))
}

async fn modules(
    writer: &Writer,
    used: Option<&[ModuleUse]>,
) -> Result<Vec<crate::model::LiveModule>, Failure> {
    match used {
        None | Some([]) => Ok(Vec::new()),
        Some(used) => writer.modules(used).await.map_err(Failure::of),
    }
}

/// Writes the order of a trigger. `patient`: an action that can't be bound yet
/// is waited for.
pub(in crate::sync) async fn bind(
    writer: &Writer,
    trigger: &Trigger,
    entries: &[BindingRef],
    urgency: Urgency,
    patient: bool,
) -> Result<Done, Failure> {
    let bound = match patient {
        true => writer.bind(trigger, entries, urgency).await,
        false => writer.bind_at_once(trigger, entries, urgency).await,
    };
    let bound = bound.map_err(Failure::of)?;
    let got = bound.entries.iter().map(|entry| &entry.action_id);
    if got.eq(entries.iter().map(|entry| &entry.action)) {
        return Ok(Done::default());
    }
    let wrong = format!("the tenant's response has a different order of {trigger} than was sent");
    Err(Failure { wrong, accepted: true, ..Failure::default() })
}
