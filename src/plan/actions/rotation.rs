//! Secrets whose rotation lies ahead: which are a note, which an error.
//!
//! Must not decide which secrets are sent.

use crate::plan::codes;
use jiff::{SignedDuration, Timestamp};

use super::diff::body;
use crate::model::{Code, DesiredState, Diagnostic, Kind, Severity};

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        ActionBody, Body, Definition, Name, Place, Script, ScriptSource, Trigger, Written,
    };

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
