//! What a body makes of a draft: each field kept, replaced or merged.
//!
//! Main function: [`merge`]. Must not know whether an action is created or
//! changed, beyond the name of the message in a refusal.

use super::behaviour::{Behaviour, NamedSecrets};
use super::moment::{Moment, Stamp};
use super::state::{
    Content, Dependency, MAX_CODE, MAX_DEPENDENCIES, MAX_MODULES, MAX_SECRETS, Secret, TriggerRef,
    UsedModule,
};
use super::triggers;
use crate::tenant::json::{Json, Object};
use crate::tenant::message::{Response, refusal};
use crate::tenant::state::{SecretKey, digest_of};

/// The draft that a checked body makes of the one before. `message` is the
/// service's name of the request.
pub(super) fn merge(
    before: &Content,
    fields: &Object,
    message: &str,
    key: &SecretKey,
    behaviour: &Behaviour,
    moment: &mut Moment,
) -> Result<Content, Response> {
    let mut draft = before.clone();
    if let Some(triggers) = fields.get("supported_triggers") {
        draft.triggers = objects(triggers).map(trigger).collect();
    }
    let refuse = |complaint: &str| refusal(400, complaint, None);
    let first = draft.triggers.first();
    let Some(trigger) = first.and_then(triggers::find) else {
        // Assumed: no such refusal is recorded.
        let id = first.map_or("", |trigger| trigger.id.as_str());
        return Err(refuse(&format!("{id} is not a trigger, or not in this version.")));
    };
    match text(fields, "runtime") {
        Some(runtime) => draft.runtime = runtime,
        None if draft.runtime.is_empty() => draft.runtime = trigger.default_runtime().to_owned(),
        None => {}
    }
    if fields.contains_key("runtime") || fields.contains_key("supported_triggers") {
        trigger.check_runtime(&draft.runtime).map_err(|complaint| refuse(&complaint))?;
    }
    if let Some(code) = text(fields, "code") {
        draft.code = code;
    }
    if let Some(packages) = fields.get("dependencies") {
        draft.dependencies = dependencies(packages);
    }
    if let Some(sent) = fields.get("secrets") {
        let named = behaviour.named_secrets;
        draft.secrets = secrets(&before.secrets, sent, message, key, named, moment.stamp())?;
    }
    if let Some(modules) = fields.get("modules") {
        draft.modules = objects(modules).map(module).collect();
    }
    check_limits(&draft)?;
    Ok(draft)
}

/// The objects of a list.
pub(super) fn objects(list: &Json) -> impl Iterator<Item = &Object> {
    let items = match list {
        Json::Array(items) => items.as_slice(),
        _ => &[],
    };
    items.iter().filter_map(|item| match item {
        Json::Object(fields) => Some(fields),
        _ => None,
    })
}

/// The text of a field.
pub(super) fn text(fields: &Object, key: &str) -> Option<String> {
    fields.get(key).and_then(Json::as_str).map(str::to_owned)
}

/// Without a version it is the first one (so that such an action can't be
/// bound where that is no longer current, which was reported).
fn trigger(fields: &Object) -> TriggerRef {
    TriggerRef {
        id: text(fields, "id").unwrap_or_default(),
        version: text(fields, "version").unwrap_or_else(|| "v1".to_owned()),
    }
}

fn module(fields: &Object) -> UsedModule {
    UsedModule {
        module_id: text(fields, "module_id").unwrap_or_default(),
        module_version_id: text(fields, "module_version_id").unwrap_or_default(),
    }
}

/// Packages; documented: `latest`, or no version, becomes a number on save.
pub(super) fn dependencies(list: &Json) -> Vec<Dependency> {
    let package = |fields: &Object| {
        let name = text(fields, "name").unwrap_or_default();
        let version = text(fields, "version").filter(|version| !version.is_empty());
        let version = match version {
            Some(version) if version != "latest" => version,
            _ => latest(&name).to_owned(),
        };
        Dependency { name, version, registry_url: text(fields, "registry_url") }
    };
    objects(list).map(package).collect()
}

/// What `latest` comes to: made up for all but a few.
fn latest(package: &str) -> &'static str {
    match package {
        "auth0" => "5.2.0",
        "axios" => "1.13.2",
        "lodash" => "4.17.21",
        "moment" => "2.30.1",
        "node-fetch" => "2.7.0",
        "uuid" => "13.0.0",
        _ => "1.0.0",
    }
}

/// The secrets after a write. Recorded: the list replaces the one before, a
/// name without a value keeps it and its time, known names keep their place
/// and new ones go last.
fn secrets(
    before: &[Secret],
    sent: &Json,
    message: &str,
    key: &SecretKey,
    named: NamedSecrets,
    now: Stamp,
) -> Result<Vec<Secret>, Response> {
    let mut after: Vec<Secret> = Vec::new();
    for (at, fields) in objects(sent).enumerate() {
        let invalid = |rule: &str| Err(refusal(400, &protobuf(message, at, rule), None));
        let name = text(fields, "name").unwrap_or_default();
        if !(1..=128).contains(&name.chars().count()) {
            return invalid("Name: value length must be between 1 and 128 runes, inclusive");
        }
        let known = before.iter().find(|secret| secret.name == name);
        let secret = match (text(fields, "value"), known) {
            (Some(value), _) if value.chars().count() > 4096 => {
                return invalid("Value: value length must be at most 4096 runes");
            }
            (Some(value), _) => Secret { name, value: digest_of(key, &value), updated: now },
            (None, Some(_)) if named == NamedSecrets::Drop => continue,
            (None, Some(known)) if named == NamedSecrets::Keep => known.clone(),
            // Assumed: nothing is recorded of a new name without a value.
            (None, _) => return invalid("Value: value is required"),
        };
        after.retain(|other| other.name != secret.name);
        after.push(secret);
    }
    let place = |secret: &Secret| before.iter().position(|known| known.name == secret.name);
    after.sort_by_key(|secret| place(secret).unwrap_or(before.len()));
    Ok(after)
}

/// The words of the second validator, behind the one that knows the schema
/// (quoted in public of an update).
fn protobuf(message: &str, at: usize, rule: &str) -> String {
    format!(
        "invalid {message}.Draft: embedded message failed validation | caused by: invalid \
         DraftInformation.Secrets[{at}]: embedded message failed validation | caused by: invalid \
         NameValueOptional.{rule}"
    )
}

/// The limits are documented, the refusals assumed.
fn check_limits(draft: &Content) -> Result<(), Response> {
    let Content { code, dependencies, secrets, modules, runtime: _, triggers } = draft;
    let limits = [
        ("bytes of code", code.len(), MAX_CODE),
        ("dependencies", dependencies.len(), MAX_DEPENDENCIES),
        ("secrets", secrets.len(), MAX_SECRETS),
        ("modules", modules.len(), MAX_MODULES),
        ("supported triggers", triggers.len(), 1),
    ];
    match limits.iter().find(|(_, count, most)| count > most) {
        Some((what, count, most)) => {
            let message =
                format!("An action may have at most {most} {what}; this one has {count}.");
            Err(refusal(400, &message, None))
        }
        None => Ok(()),
    }
}
