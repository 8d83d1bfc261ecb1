//! Actions, versions and bindings as answers show them, their keys in the
//! recorded order, and what is left out left out.
//!
//! Must not change anything.

use serde::Serialize;

use super::moment::Stamp;
use super::state::{
    Action, Binding, Content, Dependency, Secret, Status, TriggerRef, UsedModule, Version,
};
use crate::tenant::json::Json;
use crate::tenant::state::State;

#[derive(Serialize)]
pub(super) struct ShownSecret<'a> {
    name: &'a str,
    updated_at: Stamp,
}

impl<'a> From<&'a Secret> for ShownSecret<'a> {
    fn from(secret: &'a Secret) -> Self {
        let Secret { name, updated, value: _ } = secret;
        Self { name, updated_at: *updated }
    }
}

/// Names and times; never a value.
pub(super) fn secrets(secrets: &[Secret]) -> Vec<ShownSecret<'_>> {
    secrets.iter().map(ShownSecret::from).collect()
}

#[derive(Serialize)]
struct ShownModule<'a> {
    module_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    module_name: Option<&'a str>,
    module_version_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    module_version_number: Option<u64>,
}

fn modules<'a>(state: &'a State, used: &'a [UsedModule]) -> Vec<ShownModule<'a>> {
    let shown = |used: &'a UsedModule| {
        let module = state.modules.iter().find(|module| module.id == used.module_id);
        let version = module.and_then(|module| {
            module.versions.iter().find(|version| version.id == used.module_version_id)
        });
        ShownModule {
            module_id: &used.module_id,
            module_name: module.map(|module| module.name.as_str()),
            module_version_id: &used.module_version_id,
            module_version_number: version.map(|version| version.number),
        }
    };
    used.iter().map(shown).collect()
}

/// Recorded: `registry_url` is shown until the build is done.
fn dependencies(content: &Content, status: Status) -> Vec<Dependency> {
    let shown = |package: &Dependency| match status {
        Status::Built => Dependency { registry_url: None, ..package.clone() },
        _ => package.clone(),
    };
    content.dependencies.iter().map(shown).collect()
}

#[derive(Serialize)]
struct CurrentVersion<'a> {
    id: &'a str,
    code: &'a str,
    runtime: &'a str,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<u64>,
    build_time: Stamp,
    created_at: Stamp,
    updated_at: Stamp,
}

fn current_version(version: &Version, now_ms: u64) -> CurrentVersion<'_> {
    let Version { id, number, content, created, updated, live, at_once: _ } = version;
    CurrentVersion {
        id,
        code: &content.code,
        runtime: &content.runtime,
        status: if version_status(version, now_ms) == Status::Built { "BUILT" } else { "PENDING" },
        number: *number,
        build_time: *live,
        created_at: *created,
        updated_at: *updated,
    }
}

/// A version is born built; one that came with its action is built with it.
fn version_status(version: &Version, now_ms: u64) -> Status {
    match version.at_once && version.live.ms() > now_ms {
        true => Status::Pending,
        false => Status::Built,
    }
}

/// A version: in the answer of a deploy, in a list, and in an action.
#[derive(Serialize)]
pub(super) struct ShownVersion<'a> {
    code: &'a str,
    dependencies: Vec<Dependency>,
    id: &'a str,
    deployed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    built_at: Option<Stamp>,
    secrets: Vec<ShownSecret<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    modules: Vec<ShownModule<'a>>,
    status: Status,
    created_at: Stamp,
    updated_at: Stamp,
    runtime: &'a str,
    supported_triggers: &'a [TriggerRef],
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<Partial<'a>>,
}

impl ShownVersion<'_> {
    /// As the answer of a deploy: recorded, whatever comes at once after it.
    pub(super) fn not_yet_deployed(&mut self) {
        (self.deployed, self.built_at) = (false, None);
    }
}

/// A version of an action. `of` is shown with it where it stands alone.
pub(super) fn version<'a>(
    state: &'a State,
    of: &'a Action,
    version: &'a Version,
    now_ms: u64,
    alone: bool,
) -> ShownVersion<'a> {
    let Version { id, number, content, created, updated, live, at_once: _ } = version;
    let deployed = of.deployed(now_ms).is_some_and(|deployed| deployed.id == *id);
    ShownVersion {
        code: &content.code,
        dependencies: dependencies(content, Status::Built),
        id,
        deployed,
        number: *number,
        built_at: (live.ms() <= now_ms).then_some(*live),
        secrets: secrets(&content.secrets),
        modules: modules(state, &content.modules),
        status: version_status(version, now_ms),
        created_at: *created,
        updated_at: *updated,
        runtime: &content.runtime,
        supported_triggers: &content.triggers,
        action: alone.then(|| partial(state, of, now_ms, false)),
    }
}

/// An action inside of something else: without code, secrets and status, and
/// `all_changes_deployed` is false whatever is true (recorded).
#[derive(Serialize)]
pub(super) struct Partial<'a> {
    id: &'a str,
    name: &'a str,
    supported_triggers: &'a [TriggerRef],
    created_at: Stamp,
    updated_at: Stamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    installed_integration_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    integration: Option<&'a Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    current_version: Option<CurrentVersion<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deployed_version: Option<Box<ShownVersion<'a>>>,
    all_changes_deployed: bool,
}

fn partial<'a>(state: &'a State, action: &'a Action, now_ms: u64, versions: bool) -> Partial<'a> {
    let deployed = action.deployed(now_ms).filter(|_| versions);
    let installed = action.installed.as_ref();
    Partial {
        id: &action.id,
        name: &action.name,
        supported_triggers: &action.draft.triggers,
        created_at: action.created,
        updated_at: action.updated,
        installed_integration_id: installed.map(|installed| installed.id.as_str()),
        integration: installed.map(|installed| &installed.integration),
        current_version: deployed.map(|found| current_version(found, now_ms)),
        deployed_version: deployed
            .map(|found| Box::new(version(state, action, found, now_ms, false))),
        all_changes_deployed: false,
    }
}

/// An action as a whole.
#[derive(Serialize)]
pub(super) struct ShownAction<'a> {
    id: &'a str,
    name: &'a str,
    supported_triggers: &'a [TriggerRef],
    created_at: Stamp,
    updated_at: Stamp,
    code: &'a str,
    dependencies: Vec<Dependency>,
    runtime: &'a str,
    status: Status,
    secrets: Vec<ShownSecret<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    modules: Vec<ShownModule<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    current_version: Option<CurrentVersion<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deployed_version: Option<ShownVersion<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    installed_integration_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    integration: Option<&'a Json>,
    all_changes_deployed: bool,
}

/// An action as GET, POST and PATCH answer it.
pub(super) fn action<'a>(state: &'a State, action: &'a Action, now_ms: u64) -> ShownAction<'a> {
    let Action { id, name, created, updated, draft, build, installed, .. } = action;
    let status = build.status(now_ms);
    let deployed = action.deployed(now_ms);
    let installed = installed.as_ref();
    ShownAction {
        id,
        name,
        supported_triggers: &draft.triggers,
        created_at: *created,
        updated_at: *updated,
        code: &draft.code,
        dependencies: dependencies(draft, status),
        runtime: &draft.runtime,
        status,
        secrets: secrets(&draft.secrets),
        modules: modules(state, &draft.modules),
        current_version: deployed.map(|found| current_version(found, now_ms)),
        deployed_version: deployed.map(|found| version(state, action, found, now_ms, false)),
        installed_integration_id: installed.map(|installed| installed.id.as_str()),
        integration: installed.map(|installed| &installed.integration),
        all_changes_deployed: action.all_deployed(now_ms),
    }
}

/// An entry of a trigger's bindings.
#[derive(Serialize)]
pub(super) struct ShownBinding<'a> {
    id: &'a str,
    trigger_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<Partial<'a>>,
    created_at: Stamp,
    updated_at: Stamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<&'a str>,
}

/// A binding, with the code that it runs.
pub(super) fn binding<'a>(state: &'a State, of: &'a Binding, now_ms: u64) -> ShownBinding<'a> {
    let Binding { id, trigger, action, created, updated, display_name } = of;
    ShownBinding {
        id,
        trigger_id: trigger,
        action: state.action(action).map(|found| partial(state, found, now_ms, true)),
        created_at: *created,
        updated_at: *updated,
        display_name: display_name.as_deref(),
    }
}
