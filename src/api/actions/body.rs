//! The bodies of writes of Actions.
//!
//! Main type: [`BindingRef`]. Only what changes is in a body, secrets'
//! values come beside the rest, and nothing is made up for what is missing.
//! Must not send anything.

use serde::Serialize;
use serde_json::json;

use crate::api::writer::body;
use crate::model::{
    ActionPatch, Dependencies, Id, LiveModule, ModuleUse, Name, NewAction, Script, SecretKey,
    SecretValue,
};

/// What a bindings list names an action by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BindingRef {
    /// The action's id, to the letter.
    pub action: Id,
    /// What the Dashboard shows; `None` sends none.
    pub display_name: Option<String>,
}

#[derive(Serialize)]
struct ActionOut<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    supported_triggers: Option<[TriggerOut<'a>; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dependencies: Option<Vec<PackageOut<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    runtime: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    secrets: Option<Vec<SecretOut<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    modules: Option<Vec<ModuleOut<'a>>>,
}

#[derive(Serialize)]
struct TriggerOut<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'a str>,
}

#[derive(Serialize)]
struct PackageOut<'a> {
    name: &'a str,
    version: &'a str,
}

#[derive(Serialize)]
struct SecretOut<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'a str>,
}

#[derive(Serialize)]
struct ModuleOut<'a> {
    module_id: &'a str,
    module_version_id: &'a str,
}

fn packages_out(packages: &Dependencies) -> Vec<PackageOut<'_>> {
    packages.iter().map(|(name, version)| PackageOut { name, version }).collect()
}

/// The ids of what is used.
fn modules_out<'a>(
    used: Option<&[ModuleUse]>,
    known: &'a [LiveModule],
) -> Result<Option<Vec<ModuleOut<'a>>>, Unmade> {
    let ids = |used: &ModuleUse| {
        let found = known.iter().find(|known| known.uses == *used).ok_or(Unmade::Module)?;
        let LiveModule { uses: _, module_id, version_id } = found;
        Ok(ModuleOut { module_id: module_id.as_str(), module_version_id: version_id.as_str() })
    };
    used.map(|used| used.iter().map(ids).collect()).transpose()
}

/// Values of secrets, by name.
pub(super) type Values<'a> = &'a [(SecretKey, SecretValue)];

/// A secret with its value, or the name alone.
fn secret_out<'a>(
    name: &'a SecretKey,
    with_value: bool,
    values: Values<'a>,
) -> Result<SecretOut<'a>, Unmade> {
    let known = values.iter().find(|(known, _)| known == name).map(|(_, value)| value.expose());
    match (with_value, known) {
        (false, _) => Ok(SecretOut { name, value: None }),
        (true, None) => Err(Unmade::Value(name.clone())),
        (true, value) => Ok(SecretOut { name, value }),
    }
}

/// Why a body can't be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unmade {
    /// A module, or that version of it, isn't known.
    Module,
    /// A secret whose value is to be sent has none.
    Value(SecretKey),
}

/// The body that creates an action.
pub(super) fn new_action(
    new: &NewAction,
    values: Values<'_>,
    known: &[LiveModule],
) -> Result<SecretValue, Unmade> {
    let NewAction { name, trigger, trigger_version, script, runtime, dependencies, .. } = new;
    let NewAction { modules, secrets, .. } = new;
    let secrets = secrets.iter().map(|key| secret_out(key, true, values));
    let secrets = secrets.collect::<Result<Vec<_>, _>>()?;
    Ok(body(&ActionOut {
        name: Some(name.as_str()),
        supported_triggers: Some([TriggerOut {
            id: trigger.as_str(),
            version: trigger_version.as_deref(),
        }]),
        code: Some(script.as_str()),
        dependencies: dependencies.as_ref().map(packages_out),
        runtime: runtime.as_deref(),
        secrets: (!secrets.is_empty()).then_some(secrets),
        modules: modules_out(modules.as_deref(), known)?,
    }))
}

/// The body that changes an action.
pub(super) fn action_patch(
    patch: &ActionPatch,
    values: Values<'_>,
    known: &[LiveModule],
) -> Result<SecretValue, Unmade> {
    let ActionPatch { name, script, runtime, dependencies, modules, trigger, secrets } = patch;
    let secrets = secrets.as_ref().map(|list| {
        list.iter().map(|sent| secret_out(&sent.key, sent.with_value, values)).collect()
    });
    let secrets = secrets.transpose()?;
    Ok(body(&ActionOut {
        name: name.as_ref().map(Name::as_str),
        supported_triggers: trigger
            .as_ref()
            .map(|(id, version)| [TriggerOut { id: id.as_str(), version: Some(version) }]),
        code: script.as_ref().map(Script::as_str),
        dependencies: dependencies.as_ref().map(packages_out),
        runtime: runtime.as_deref(),
        secrets,
        modules: modules_out(modules.as_deref(), known)?,
    }))
}

/// The body that replaces a trigger's bindings. By id: two actions may have
/// one name, and an installed one can't be named otherwise.
pub(super) fn bindings_out(entries: &[BindingRef]) -> SecretValue {
    let entry = |BindingRef { action, display_name }: &BindingRef| {
        let mut entry = json!({ "ref": { "type": "action_id", "value": action.as_str() } });
        if let Some(name) = display_name {
            entry["display_name"] = name.as_str().into();
        }
        entry
    };
    body(&json!({ "bindings": entries.iter().map(entry).collect::<Vec<_>>() }))
}

/// The body that makes an old version live again.
pub(super) fn redeploy(update_draft: bool) -> SecretValue {
    body(&json!({ "update_draft": update_draft }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::SentSecret;

    #[test]
    fn only_what_changes_is_sent_and_kept_secrets_by_their_name() {
        let patch = ActionPatch {
            secrets: Some(vec![
                SentSecret { key: "A".into(), with_value: true },
                SentSecret { key: "B".into(), with_value: false },
            ]),
            ..ActionPatch::default()
        };
        let values = [("A".to_owned(), SecretValue::new("v".into()))];
        assert_eq!(
            action_patch(&patch, &values, &[]).unwrap().expose(),
            r#"{"secrets":[{"name":"A","value":"v"},{"name":"B"}]}"#
        );
        // Nothing is made up for a value that is missing.
        assert_eq!(action_patch(&patch, &[], &[]).unwrap_err(), Unmade::Value("A".into()));
        let renamed = ActionPatch { name: Some(Name::action("b c")), ..ActionPatch::default() };
        assert_eq!(action_patch(&renamed, &[], &[]).unwrap().expose(), r#"{"name":"b c"}"#);
        let entry = BindingRef { action: Id::new("D1AD"), display_name: None };
        assert_eq!(
            bindings_out(&[entry]).expose(),
            r#"{"bindings":[{"ref":{"type":"action_id","value":"D1AD"}}]}"#
        );
    }

    #[test]
    fn modules_are_sent_by_id_or_not_at_all() {
        let uses = ModuleUse { name: "helper".into(), version: 2 };
        let known =
            [LiveModule { uses: uses.clone(), module_id: Id::new("m"), version_id: Id::new("v") }];
        let patch = ActionPatch { modules: Some(vec![uses]), ..ActionPatch::default() };
        assert_eq!(
            action_patch(&patch, &[], &known).unwrap().expose(),
            r#"{"modules":[{"module_id":"m","module_version_id":"v"}]}"#
        );
        assert_eq!(action_patch(&patch, &[], &[]).unwrap_err(), Unmade::Module);
    }
}
