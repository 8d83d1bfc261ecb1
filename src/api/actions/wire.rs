//! The JSON of Actions, and the way to the model.
//!
//! Tolerant in reading: unknown fields, statuses and triggers pass, and what
//! is left out (the service leaves zero values out) is never read as empty
//! where that would mean something. Must not send anything.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

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
    code: Option<String>,
    dependencies: Option<Vec<PackageIn>>,
    runtime: Option<String>,
    status: Option<String>,
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
    module_version_number: Option<u64>,
}

#[derive(Debug, Deserialize)]
struct VersionIn {
    id: String,
    number: Option<u64>,
    deployed: Option<bool>,
    code: Option<String>,
    dependencies: Option<Vec<PackageIn>>,
    runtime: Option<String>,
    status: Option<String>,
    secrets: Option<Vec<SecretIn>>,
    modules: Option<Vec<ModuleIn>>,
    supported_triggers: Option<Vec<TriggerIn>>,
    created_at: Option<String>,
    built_at: Option<String>,
    errors: Option<Vec<ErrorIn>>,
}

#[derive(Debug, Deserialize)]
struct ErrorIn {
    id: Option<String>,
    msg: Option<String>,
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
        let error = |ErrorIn { id, msg }| msg.or(id);
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
            errors: errors.into_iter().flatten().filter_map(error).collect(),
        }
    }
}

impl ActionIn {
    fn into_model(self) -> Result<Live, String> {
        let Self { id, name, supported_triggers, code, dependencies, runtime, status, .. } = self;
        let Self { secrets, modules: used, deployed_version, all_changes_deployed, .. } = self;
        let Self { updated_at, installed_integration_id, integration, .. } = self;
        if matches!(id.as_str(), "" | "." | "..") {
            return Err("an action has an id that cannot be one".into());
        }
        let trigger = supported_triggers.into_iter().flatten().next();
        let (trigger, trigger_version) = match trigger {
            Some(TriggerIn { id, version, .. }) => (Trigger::from_tenant(&id), version),
            None => (Trigger::Other(String::new()), None),
        };
        let names =
            |secrets: &SecretTimes| secrets.keys().cloned().collect::<BTreeSet<SecretKey>>();
        let secrets = secrets.map(times);
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
                deployed: deployed_version.map(|version| version.into_model().version),
                all_changes_deployed,
                updated_at: time(updated_at.as_deref()),
                installed: given(installed_integration_id.as_ref()) || given(integration.as_ref()),
            })),
        })
    }
}

/// A page of a list as it was read.
#[derive(Debug)]
pub(super) struct List<T> {
    pub(super) items: Vec<T>,
    pub(super) total: Option<u64>,
}

/// Reads a page. The list has to be there; the numbers beside it are left out
/// where they are zero.
fn list<T: serde::de::DeserializeOwned>(body: &[u8], key: &str) -> Result<List<T>, String> {
    let page: Value = serde_json::from_slice(body).map_err(|error| problem(body, &error))?;
    let (items, total) = match page {
        Value::Object(mut page) => (page.remove(key), page.get("total").and_then(Value::as_u64)),
        list @ Value::Array(_) => (Some(list), None),
        _ => (None, None),
    };
    let items = items.ok_or_else(|| format!("it holds no {key}"))?;
    let items = serde_json::from_value(items).map_err(|error| problem(body, &error))?;
    Ok(List { items, total })
}

/// Reads one page of actions.
pub(super) fn actions(body: &[u8]) -> Result<List<Live>, String> {
    let List { items, total } = list::<ActionIn>(body, "actions")?;
    let items = items.into_iter().map(ActionIn::into_model).collect::<Result<_, _>>()?;
    Ok(List { items, total })
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
    let List { items, total } = list::<VersionIn>(body, "versions")?;
    Ok(List { items: items.into_iter().map(VersionIn::into_model).collect(), total })
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
    let List { items, total } = list::<BindingIn>(body, "bindings")?;
    let items = items.into_iter().map(binding).collect::<Result<_, String>>()?;
    Ok(List { items, total })
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
    pub(super) version_number: Option<u64>,
}

/// Reads one page of modules, or of a module's versions.
pub(super) fn named(body: &[u8], key: &str) -> Result<List<ModuleNamed>, String> {
    list(body, key)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACTION: &str = r#"{"id":"D1AD-UPPER","name":"Add roles (日本)","supported_triggers":[{"id":"post-login","version":"v3","more":1}],
        "code":"x","dependencies":[{"name":"lodash","version":"4.17.21"},{"name":"own"}],"runtime":"node22","status":"BUILDING",
        "secrets":[{"name":"K","updated_at":"2026-05-29T10:45:58.888947671Z"},{"name":"L","updated_at":"soon"}],
        "deployed_version":{"id":"v","deployed":true,"number":3,"code":"y","dependencies":[],"secrets":[],"status":"built",
          "runtime":"node18-actions","supported_triggers":[{"id":"post-login","version":"v2"}]},
        "all_changes_deployed":false,"unknown":{"a":[1]}}"#;

    #[test]
    fn draft_and_deployed_version_are_read() {
        let live = action(ACTION.as_bytes()).unwrap();
        assert_eq!((live.id.as_str(), live.name.as_str()), ("D1AD-UPPER", "Add roles (日本)"));
        assert_eq!(live.trigger.as_str(), "post-login");
        let packages = live.dependencies.clone().unwrap();
        assert_eq!(packages["own"], "latest");
        let found = live.action().unwrap();
        assert_eq!((found.build.clone(), found.installed), (BuildStatus::Building, false));
        assert!(found.secrets["K"].is_some() && found.secrets["L"].is_none());
        let deployed = found.deployed.as_ref().unwrap();
        assert_eq!((deployed.number, deployed.deployed), (Some(3), true));
        assert_eq!(deployed.script.as_ref().map(Script::as_str), Some("y"));
        assert_eq!(deployed.trigger_version.as_deref(), Some("v2"));
    }

    #[test]
    fn an_absent_field_is_never_read_as_empty() {
        let live = action(br#"{"id":"1"}"#).unwrap();
        assert_eq!((&live.script, &live.dependencies, &live.secrets), (&None, &None, &None));
        assert_eq!((live.name.as_str(), live.stored_name), ("1", None));
        let live = action(br#"{"id":"1","code":"","dependencies":[],"secrets":[]}"#).unwrap();
        assert!(live.has_content() && live.secrets.is_some());
    }

    #[test]
    fn pages_leave_zeros_out() {
        let check = |body: &str, count: usize, total: Option<u64>| {
            let page = actions(body.as_bytes()).unwrap();
            assert_eq!((page.items.len(), page.total), (count, total), "{body}");
        };
        check(r#"{"actions":[],"per_page":100}"#, 0, None);
        check(r#"{"actions":[{"id":"1"}],"total":1,"per_page":100}"#, 1, Some(1));
        check(r#"{"actions":[{"id":"1"}],"total":2,"page":1,"per_page":1}"#, 1, Some(2));
        check(r#"[{"id":"1"}]"#, 1, None);
    }

    #[test]
    fn what_is_not_an_answer_of_the_api_says_why() {
        let check = |body: &str, why: &str| {
            assert_eq!(actions(body.as_bytes()).unwrap_err(), why, "{body}");
        };
        check("", "it is empty");
        check("<html>", "it is no JSON");
        check("{}", "it holds no actions");
        check("3", "it holds no actions");
        check(r#"{"actions":{}}"#, "its JSON has another form than expected");
        check(r#"{"actions":[{"id":".."}]}"#, "an action has an id that cannot be one");
        let nameless = bindings(br#"{"bindings":[{"id":"b"}]}"#).unwrap_err();
        assert_eq!(nameless, "a binding names no action");
    }

    #[test]
    fn installed_actions_and_unknown_triggers_survive() {
        let body = br#"{"bindings":[{"id":"b","action":{"id":"D1AD","name":"Bought","installed_integration_id":"i"},"display_name":"B"},
            {"id":"c","action":{"id":"e"}}],"per_page":20}"#;
        let entries = bindings(body).unwrap().items;
        assert!(entries[0].installed && !entries[1].installed);
        assert_eq!((entries[0].action_id.as_str(), entries[1].action_name.as_str()), ("D1AD", "e"));
        let found = triggers(
            br#"{"triggers":[{"id":"mcp-tool","version":"v1","status":"CURRENT","binding_policy":"entity-bound"},{"id":"new"}]}"#,
        )
        .unwrap();
        assert_eq!(found[0].trigger.as_str(), "mcp-tool");
        assert!(found[0].current && !found[0].bindable && found[1].bindable);
    }
}
