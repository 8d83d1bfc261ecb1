//! The JSON of Actions, and the way to the model.
//!
//! Tolerant in reading: unknown fields, statuses and triggers pass, and what
//! is left out (the service leaves zero values out) is never read as empty
//! where that would mean something. Must not send anything.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::api::reader::List;
use crate::api::text::problem;
use crate::model::{
    BuildStatus, Dependencies, DeployedVersion, Id, Live, LiveAction, LiveBinding, LiveBindings,
    LiveBody, LiveModule, ModuleUse, Name, Script, SecretKey, SecretTimes, Trigger, TriggerVersion,
};

#[derive(Debug, Deserialize)]
struct ActionIn {
    id: String,
    name: Option<String>,
    supported_triggers: Option<Vec<TriggerIn>>,
    #[serde(default, deserialize_with = "null_is_none_of_it")]
    code: Option<String>,
    #[serde(default, deserialize_with = "null_is_none_of_it")]
    dependencies: Option<Vec<PackageIn>>,
    runtime: Option<String>,
    status: Option<String>,
    #[serde(default, deserialize_with = "null_is_none_of_it")]
    secrets: Option<Vec<SecretIn>>,
    modules: Option<Vec<ModuleIn>>,
    deployed_version: Option<VersionIn>,
    all_changes_deployed: Option<bool>,
    updated_at: Option<String>,
    installed_integration_id: Option<Value>,
    integration: Option<Value>,
}

#[derive(Debug, Deserialize)]
struct TriggerIn {
    id: String,
    version: Option<String>,
    status: Option<String>,
    runtimes: Option<Vec<String>>,
    default_runtime: Option<String>,
    binding_policy: Option<String>,
}

#[derive(Debug, Deserialize)]
struct PackageIn {
    name: String,
    version: Option<Value>,
}

#[derive(Debug, Deserialize)]
struct SecretIn {
    name: String,
    updated_at: Option<String>,
}

#[derive(Debug, Deserialize)]
struct ModuleIn {
    module_id: Option<String>,
    module_name: Option<String>,
    module_version_id: Option<String>,
    #[serde(default, deserialize_with = "number")]
    module_version_number: Option<u64>,
}

#[derive(Debug, Deserialize)]
struct VersionIn {
    id: String,
    #[serde(default, deserialize_with = "number")]
    number: Option<u64>,
    deployed: Option<bool>,
    #[serde(default, deserialize_with = "null_is_none_of_it")]
    code: Option<String>,
    #[serde(default, deserialize_with = "null_is_none_of_it")]
    dependencies: Option<Vec<PackageIn>>,
    runtime: Option<String>,
    status: Option<String>,
    #[serde(default, deserialize_with = "null_is_none_of_it")]
    secrets: Option<Vec<SecretIn>>,
    modules: Option<Vec<ModuleIn>>,
    supported_triggers: Option<Vec<TriggerIn>>,
    created_at: Option<String>,
    built_at: Option<String>,
    errors: Option<Value>,
}

#[derive(Debug, Deserialize)]
struct BindingIn {
    action: Option<BoundIn>,
    display_name: Option<String>,
}

#[derive(Debug, Deserialize)]
struct BoundIn {
    id: String,
    name: Option<String>,
    installed_integration_id: Option<Value>,
    integration: Option<Value>,
}

/// One version of an action, live or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionVersion {
    /// What it holds, and whether it is the deployed one.
    pub version: DeployedVersion,
    /// How far its build is; versions are built when they are made.
    pub build: BuildStatus,
    /// When it was made.
    pub created_at: Option<Timestamp>,
    /// When it went live first.
    pub built_at: Option<Timestamp>,
    /// What the service says of a build that failed.
    pub errors: Vec<String>,
}

fn time(text: Option<&str>) -> Option<Timestamp> {
    text?.parse().ok()
}

fn given(value: Option<&Value>) -> bool {
    value.is_some_and(|value| !value.is_null())
}

/// Of a field that is `null` there is nothing. Only one that is left out is not
/// known.
fn null_is_none_of_it<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    value: D,
) -> Result<Option<T>, D::Error> {
    Ok(Some(Option::deserialize(value)?.unwrap_or_default()))
}

/// A number, which some write as text.
fn as_number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.trim().parse().ok())
}

fn number<'de, D: Deserializer<'de>>(value: D) -> Result<Option<u64>, D::Error> {
    Ok(Option::<Value>::deserialize(value)?.as_ref().and_then(as_number))
}

/// What a version says of its build: objects with `msg`, or plain texts.
fn errors_of(errors: Option<Value>) -> Vec<String> {
    let Some(Value::Array(errors)) = errors else { return Vec::new() };
    let text = |error: &Value| {
        let said = ["msg", "message", "id"].iter().find_map(|key| error.get(key)?.as_str());
        error.as_str().or(said).map(str::to_owned)
    };
    errors.iter().filter_map(text).collect()
}

fn packages(list: Vec<PackageIn>) -> Dependencies {
    let package = |PackageIn { name, version }: PackageIn| match version {
        Some(Value::String(version)) => (name, version),
        Some(Value::Null) | None => (name, "latest".to_owned()),
        Some(other) => (name, other.to_string()),
    };
    list.into_iter().map(package).collect()
}

fn times(list: Vec<SecretIn>) -> SecretTimes {
    let secret = |SecretIn { name, updated_at }: SecretIn| (name, time(updated_at.as_deref()));
    list.into_iter().map(secret).collect()
}

fn modules(list: Option<Vec<ModuleIn>>) -> Vec<LiveModule> {
    let module = |found: ModuleIn| {
        let ModuleIn { module_id, module_name, module_version_id, module_version_number } = found;
        let module_id = module_id?;
        Some(LiveModule {
            uses: ModuleUse {
                name: module_name.unwrap_or_else(|| module_id.clone()),
                version: module_version_number.unwrap_or_default(),
            },
            module_id: Id::new(module_id),
            version_id: Id::new(module_version_id?),
        })
    };
    list.into_iter().flatten().filter_map(module).collect()
}

impl VersionIn {
    fn into_model(self) -> ActionVersion {
        let Self { id, number, deployed, code, dependencies, runtime, status, secrets, .. } = self;
        let Self { modules: used, supported_triggers, created_at, built_at, errors, .. } = self;
        let trigger = supported_triggers.into_iter().flatten().next();
        ActionVersion {
            version: DeployedVersion {
                id: Id::new(id),
                number,
                deployed: deployed.unwrap_or_default(),
                script: code.map(Script::new),
                dependencies: dependencies.map(packages),
                runtime,
                trigger_version: trigger.and_then(|trigger| trigger.version),
                modules: modules(used),
                secrets: times(secrets.unwrap_or_default()),
            },
            build: BuildStatus::from_tenant(&status.unwrap_or_default()),
            created_at: time(created_at.as_deref()),
            built_at: time(built_at.as_deref()),
            errors: errors_of(errors),
        }
    }
}

impl ActionIn {
    fn into_model(self) -> Result<Live, String> {
        let Self { id, name, supported_triggers, code, dependencies, runtime, status, .. } = self;
        let Self { secrets, modules: used, deployed_version, all_changes_deployed, .. } = self;
        let Self { updated_at, installed_integration_id, integration, .. } = self;
        if matches!(id.as_str(), "" | "." | "..") {
            return Err("an action has an invalid id".into());
        }
        let of_version = deployed_version.as_ref().and_then(|version| {
            let TriggerIn { id, version, .. } = version.supported_triggers.as_ref()?.first()?;
            Some((Trigger::from_tenant(id), version.clone()))
        });
        let trigger = supported_triggers.into_iter().flatten().next();
        let (trigger, trigger_version) = match trigger {
            Some(TriggerIn { id, version, .. }) => (Trigger::from_tenant(&id), version),
            None => of_version.unwrap_or((Trigger::Other(String::new()), None)),
        };
        let names =
            |secrets: &SecretTimes| secrets.keys().cloned().collect::<BTreeSet<SecretKey>>();
        let secrets = secrets.map(times);
        let deployed = deployed_version.map(|version| {
            let without_secrets = version.secrets.is_none();
            let mut version = version.into_model().version;
            let alike = all_changes_deployed == Some(true);
            if !alike && version.script.is_some() {
                // a version that comes with its code comes with its packages
                version.dependencies.get_or_insert_default();
            }
            if alike && without_secrets {
                version.secrets = secrets.clone().unwrap_or_default();
            }
            version
        });
        Ok(Live {
            name: Name::action(name.clone().unwrap_or_else(|| id.clone())),
            id: Id::new(id),
            stored_name: name,
            trigger,
            // Known once the bindings are.
            runs: false,
            script: code.map(Script::new),
            dependencies: dependencies.map(packages),
            secrets: secrets.as_ref().map(names),
            body: LiveBody::Action(Box::new(LiveAction {
                trigger_version,
                runtime,
                modules: modules(used),
                secrets: secrets.unwrap_or_default(),
                build: BuildStatus::from_tenant(&status.unwrap_or_default()),
                deployed,
                all_changes_deployed,
                updated_at: time(updated_at.as_deref()),
                installed: given(installed_integration_id.as_ref()) || given(integration.as_ref()),
            })),
        })
    }
}

/// Reads a page. The list has to be there; the numbers beside it are left out
/// where they are zero.
fn list<T: serde::de::DeserializeOwned>(body: &[u8], key: &str) -> Result<List<T>, String> {
    let page: Value = serde_json::from_slice(body).map_err(|error| problem(body, &error))?;
    let (items, total, per_page) = match page {
        Value::Object(mut page) => {
            let number = |key: &str| page.get(key).and_then(as_number);
            let (total, per_page) = (number("total"), number("per_page"));
            (page.remove(key), total, per_page)
        }
        list @ Value::Array(_) => (Some(list), None, None),
        _ => (None, None, None),
    };
    let items = match items {
        // how some write a list without entries
        Some(Value::Null) if total.unwrap_or_default() == 0 => Vec::new(),
        Some(items) => serde_json::from_value(items).map_err(|error| problem(body, &error))?,
        None => return Err(format!("it holds no {key}")),
    };
    Ok(List { items, start: None, total, per_page })
}

/// Reads one page of actions.
pub(super) fn actions(body: &[u8]) -> Result<List<Live>, String> {
    list::<ActionIn>(body, "actions")?.map(ActionIn::into_model)
}

/// Reads one action.
pub(super) fn action(body: &[u8]) -> Result<Live, String> {
    serde_json::from_slice::<ActionIn>(body).map_err(|error| problem(body, &error))?.into_model()
}

/// Reads one version, or the answer of a deploy.
pub(super) fn version(body: &[u8]) -> Result<ActionVersion, String> {
    let version: VersionIn = serde_json::from_slice(body).map_err(|error| problem(body, &error))?;
    Ok(version.into_model())
}

/// Reads one page of versions.
pub(super) fn versions(body: &[u8]) -> Result<List<ActionVersion>, String> {
    list::<VersionIn>(body, "versions")?.map(|version| Ok(version.into_model()))
}

/// Reads the triggers. What is not known of one is passed on.
pub(super) fn triggers(body: &[u8]) -> Result<Vec<TriggerVersion>, String> {
    let version = |found: TriggerIn| {
        let TriggerIn { id, version, status, runtimes, default_runtime, binding_policy } = found;
        TriggerVersion {
            trigger: Trigger::from_tenant(&id),
            version: version.unwrap_or_default(),
            current: status.is_some_and(|status| status.eq_ignore_ascii_case("current")),
            runtimes: runtimes.unwrap_or_default(),
            default_runtime,
            bindable: binding_policy.is_none_or(|policy| policy != "entity-bound"),
        }
    };
    Ok(list::<TriggerIn>(body, "triggers")?.items.into_iter().map(version).collect())
}

/// Reads one page of a trigger's bindings, in their order.
pub(super) fn bindings(body: &[u8]) -> Result<List<LiveBinding>, String> {
    let binding = |BindingIn { action, display_name }: BindingIn| {
        // Without its action an entry could not be kept when the list is
        // written again.
        let action = action.ok_or("a binding names no action")?;
        let BoundIn { id, name, installed_integration_id, integration } = action;
        Ok(LiveBinding {
            action_name: Name::action(name.unwrap_or_else(|| id.clone())),
            action_id: Id::new(id),
            display_name,
            installed: given(installed_integration_id.as_ref()) || given(integration.as_ref()),
        })
    };
    list::<BindingIn>(body, "bindings")?.map(binding)
}

/// The bindings of a trigger, as the answer to their PATCH has them.
pub(super) fn bound(trigger: &Trigger, body: &[u8]) -> Result<LiveBindings, String> {
    Ok(LiveBindings { trigger: trigger.clone(), entries: bindings(body)?.items })
}

/// A module, or a version of one, as far as it is needed to name it.
#[derive(Debug, Deserialize)]
pub(super) struct ModuleNamed {
    pub(super) id: String,
    pub(super) name: Option<String>,
    #[serde(default, deserialize_with = "number")]
    pub(super) version_number: Option<u64>,
}

/// Reads one page of modules, or of a module's versions.
pub(super) fn named(body: &[u8], key: &str) -> Result<List<ModuleNamed>, String> {
    list(body, key)
}

#[cfg(test)]
mod tests;
