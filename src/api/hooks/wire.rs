//! The shapes of the Management API's JSON, and the way from and to the model.
//!
//! Tolerant in reading (unknown fields, missing names, either form of a
//! list), exact in writing. Must not send anything, and must never turn an
//! absent field into an empty one.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::api::reader::List;
use crate::api::text::problem;
use crate::api::writer::body;
use crate::model::{
    Dependencies, HookPatch, Id, Live, LiveBody, Name, NewHook, Script, SecretKey, SecretValue,
    Trigger,
};

/// A hook as the tenant describes it.
#[derive(Debug, Deserialize)]
struct HookIn {
    id: String,
    name: Option<String>,
    #[serde(rename = "triggerId")]
    trigger_id: Option<String>,
    enabled: Option<Value>,
    #[serde(default, deserialize_with = "present_text")]
    script: Option<Option<String>>,
    #[serde(default, deserialize_with = "present")]
    dependencies: Option<Value>,
}

/// Keeps `null` apart from an absent field.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

fn present_text<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl HookIn {
    fn into_model(self) -> Result<Live, String> {
        let Self { id, name, trigger_id, enabled, script, dependencies } = self;
        if matches!(id.as_str(), "" | "." | "..") {
            return Err("a hook has an invalid id".into());
        }
        let enabled = match enabled {
            Some(Value::Bool(enabled)) => enabled,
            Some(Value::String(text)) => text == "true",
            None | Some(Value::Null) => false,
            Some(_) => return Err("`enabled` of a hook is not a boolean".into()),
        };
        Ok(Live {
            name: Name::of_live_hook(name.as_deref(), &id),
            id: Id::new(id),
            stored_name: name,
            trigger: Trigger::from_tenant(&trigger_id.unwrap_or_default()),
            runs: enabled,
            script: script.flatten().map(Script::new),
            dependencies: dependencies.map(dependencies_in).transpose()?,
            secrets: None,
            body: LiveBody::Hook,
        })
    }
}

fn dependencies_in(value: Value) -> Result<Dependencies, String> {
    match value {
        Value::Null => Ok(Dependencies::new()),
        Value::Object(packages) => Ok(packages
            .into_iter()
            .map(|(package, version)| match version {
                Value::String(version) => (package, version),
                other => (package, other.to_string()),
            })
            .collect()),
        _ => Err("`dependencies` of a hook is not an object".into()),
    }
}

/// A list of hooks, with or without totals.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum ListIn {
    Bare(Vec<HookIn>),
    Totals { hooks: Vec<HookIn>, start: Option<u64>, total: Option<u64> },
}

/// Reads one page of hooks.
pub(in crate::api) fn list(body: &[u8]) -> Result<List<Live>, String> {
    // Serde would try both forms and then say only that neither fits.
    let first = body.iter().find(|byte| !byte.is_ascii_whitespace());
    if !matches!(first, Some(b'[' | b'{')) {
        return Err("not a JSON list of hooks".into());
    }
    let list = serde_json::from_slice(body).map_err(|error| problem(body, &error))?;
    let (items, start, total) = match list {
        ListIn::Bare(hooks) => (hooks, None, None),
        ListIn::Totals { hooks, start, total } => (hooks, start, total),
    };
    List { items, start, total, per_page: None }.map(HookIn::into_model)
}

/// Reads one hook.
pub(in crate::api) fn hook(body: &[u8]) -> Result<Live, String> {
    let mut hook: HookIn = serde_json::from_slice(body).map_err(|error| problem(body, &error))?;
    // Asked for as a whole, a hook whose script is null has none. A list may
    // leave scripts out that way.
    if hook.script == Some(None) {
        hook.script = Some(Some(String::new()));
    }
    hook.into_model()
}

/// Reads the names of a hook's secrets. The values are markers and are
/// dropped unread.
pub(in crate::api) fn secret_names(body: &[u8]) -> Result<BTreeSet<SecretKey>, String> {
    let map: BTreeMap<String, serde::de::IgnoredAny> =
        serde_json::from_slice(body).map_err(|error| problem(body, &error))?;
    Ok(map.into_keys().collect())
}

/// What is left out of a hook is not sent.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct HookOut<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    script: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trigger_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dependencies: Option<&'a Dependencies>,
}

/// The body that makes a hook.
pub(in crate::api) fn new_hook(hook: &NewHook) -> SecretValue {
    let NewHook { name, trigger, script, dependencies, enabled } = hook;
    body(&HookOut {
        name: Some(name.as_str()),
        script: Some(script.as_str()),
        trigger_id: Some(trigger.as_str()),
        enabled: *enabled,
        dependencies: dependencies.as_ref(),
    })
}

/// The body that changes a hook.
pub(in crate::api) fn hook_patch(patch: &HookPatch) -> SecretValue {
    let HookPatch { name, script, dependencies, enabled } = patch;
    body(&HookOut {
        name: name.as_ref().map(Name::as_str),
        script: script.as_ref().map(Script::as_str),
        trigger_id: None,
        enabled: *enabled,
        dependencies: dependencies.as_ref(),
    })
}

/// The body that adds or updates secrets.
pub(in crate::api) fn secrets(secrets: &[(SecretKey, SecretValue)]) -> SecretValue {
    let map: BTreeMap<&str, &str> =
        secrets.iter().map(|(key, value)| (key.as_str(), value.expose())).collect();
    body(&map)
}

/// The body that removes secrets.
pub(in crate::api) fn secret_keys(keys: &[SecretKey]) -> SecretValue {
    body(&keys)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_a_list_are_read() {
        let bare = list(br#"[{"id":"1","name":"A b","triggerId":"x","extra":1}]"#).unwrap();
        assert_eq!((bare.items.len(), bare.total), (1, None));
        let hook = &bare.items[0];
        assert_eq!((hook.name.as_str(), hook.stored_name.as_deref()), ("a-b", Some("A b")));
        assert_eq!(hook.trigger, Trigger::Other("x".into()));
        let totals = list(br#"{"total":7,"start":5,"limit":5,"hooks":[]}"#).unwrap();
        assert_eq!((totals.items.len(), totals.start, totals.total), (0, Some(5), Some(7)));
    }

    #[test]
    fn an_absent_field_is_never_read_as_empty() {
        let absent = hook(br#"{"id":"auth-0-x"}"#).unwrap();
        assert_eq!((&absent.script, &absent.dependencies), (&None, &None));
        assert_eq!(absent.name.as_str(), "auth-0-x");
        let given = hook(br#"{"id":"1","script":"","dependencies":null}"#).unwrap();
        assert_eq!(given.script, Some(Script::new("")));
        assert_eq!(given.dependencies, Some(Dependencies::new()));
        let null = r#"{"id":"1","script":null}"#;
        assert_eq!(hook(null.as_bytes()).unwrap().script, Some(Script::new("")));
        assert_eq!(list(format!("[{null}]").as_bytes()).unwrap().items[0].script, None);
    }

    #[test]
    fn what_is_no_answer_of_the_api_says_why() {
        let check = |body: &str, why: &str| assert_eq!(list(body.as_bytes()).unwrap_err(), why);
        check("", "not a JSON list of hooks");
        check("<html>", "not a JSON list of hooks");
        check("null", "not a JSON list of hooks");
        check(r#"[{"id":"1""#, "its JSON is cut off");
        check(r#"{"hooks":3}"#, "its JSON has an unexpected shape");
        check(r#"[{"id":".."}]"#, "a hook has an invalid id");
        assert_eq!(hook(b"").unwrap_err(), "it is empty");
    }

    #[test]
    fn only_what_changes_is_sent() {
        assert_eq!(hook_patch(&HookPatch::enabled(true)).expose(), r#"{"enabled":true}"#);
        let hook = NewHook {
            name: Name::hook("a").unwrap(),
            trigger: Trigger::SendPhoneMessage,
            script: Script::new("x\r\n"),
            dependencies: None,
            enabled: None,
        };
        assert_eq!(
            new_hook(&hook).expose(),
            r#"{"name":"a","script":"x\r\n","triggerId":"send-phone-message"}"#
        );
    }
}
