//! Secrets with the date on which their value was changed: those that are newer
//! than the tenant's are sent, those that lie ahead are pointed out.
//!
//! Must not decide which other secrets are sent.

use jiff::{SignedDuration, Timestamp};

use super::diff::body;
use crate::model::{
    Code, Definition, DesiredSecret, DesiredState, Diagnostic, Kind, Live, Severity,
};
use crate::plan::draft::Draft;
use crate::plan::{SecretChange, SecretVerb, UnresolvedSecret, codes};

/// How far a rotation may lie ahead: further is most likely a slip.
const AHEAD: SignedDuration = SignedDuration::from_hours(24);

/// What is to be said of rotations that lie ahead of `now`.
#[must_use]
pub fn findings(desired: &DesiredState, now: Timestamp) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for definition in desired.of(Kind::Action) {
        for (key, at) in body(definition).rotated_at {
            if at <= now {
                continue;
            }
            let is_far = at.duration_since(now) > AHEAD;
            let (severity, hint) = match is_far {
                true => (Severity::Error, "give the date on which the value was changed"),
                false => (Severity::Note, "it is sent by the first apply after that moment"),
            };
            let message = if is_far {
                format!("`rotatedAt` of the secret `{key}` is {at}, more than 24 h in the future")
            } else {
                format!("`rotatedAt` of the secret `{key}` is {at}, which is in the future")
            };
            let place = &definition.place;
            found.push(Diagnostic {
                code: Code(codes::ROTATED_LATER),
                severity,
                message,
                hint: Some(hint.to_owned()),
                file: Some(place.file.clone()),
                position: place.span.as_ref().map(|span| span.position),
                excerpt: None,
            });
        }
    }
    found
}

/// Adds the secrets whose value is newer than the tenant's. A plan on which
/// nothing is known of the time takes every date as past.
pub(in crate::plan) fn add(
    definition: &Definition,
    live: &Live,
    secrets: &mut Vec<SecretChange>,
    draft: &mut Draft<'_>,
) {
    let (body, Some(action)) = (body(definition), live.action()) else { return };
    for (key, rotated_at) in body.rotated_at {
        let sent = secrets.iter().any(|secret| secret.key == key);
        let Some(Some(written)) = action.secrets.get(&key).filter(|_| !sent) else { continue };
        if *written >= rotated_at || definition.secrets.is_none() {
            continue;
        }
        if draft.options.now.is_some_and(|now| rotated_at > now) {
            let message = format!(
                "secret {key} of {} is rotated at {rotated_at}, which is in the future; it is not sent yet",
                definition.name
            );
            draft.warn(codes::ROTATED_LATER, message, Some(&definition.place.file));
            continue;
        }
        let mut reference = None;
        match definition.secrets.as_ref().and_then(|all| all.get(&key)) {
            Some(DesiredSecret::Value(_)) => {}
            Some(DesiredSecret::Reference(found)) => reference = Some(found.clone()),
            Some(DesiredSecret::Unresolved { keywords }) => {
                draft.unresolved.push(UnresolvedSecret {
                    name: definition.name.clone(),
                    key: key.clone(),
                    keywords: keywords.clone(),
                    source: definition.place.file.clone(),
                });
            }
            _ => continue,
        }
        secrets.push(SecretChange { reference, ..SecretChange::new(key, SecretVerb::Write) });
    }
    secrets.sort();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ActionBody, Body, Name, Place, Script, ScriptSource, Trigger, Written};

    #[test]
    fn a_rotation_ahead_is_a_note_and_far_ahead_an_error() {
        let check = |at: &str, expected: Option<Severity>| {
            let rotated_at = [("KEY".to_owned(), at.parse().unwrap())].into();
            let definition = Definition {
                name: Name::action("a"),
                written_name: "a".into(),
                trigger: Trigger::from_tenant("post-login"),
                script: Script::new(""),
                script_source: ScriptSource::default(),
                dependencies: None,
                secrets: None,
                renamed_from: Vec::new(),
                place: Place::file("actions/a.yaml"),
                written: Written::default(),
                body: Body::Action(ActionBody { rotated_at, ..ActionBody::default() }),
            };
            let desired = DesiredState { definitions: vec![definition], ..DesiredState::default() };
            let found = findings(&desired, "2026-11-27T12:00:00Z".parse().unwrap());
            assert_eq!(found.first().map(|finding| finding.severity), expected, "{at}");
        };
        check("2026-11-27T00:00:00Z", None);
        check("2026-11-27T12:00:00Z", None);
        check("2026-11-28T00:00:00Z", Some(Severity::Note));
        check("2026-11-28T12:00:00Z", Some(Severity::Note));
        check("2026-11-28T12:00:01Z", Some(Severity::Error));
        check("2206-11-27T00:00:00Z", Some(Severity::Error));
    }
}
