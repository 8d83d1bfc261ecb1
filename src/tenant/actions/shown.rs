//! Actions, versions and bindings as answers show them, their keys in the
//! recorded order, and what is left out left out.
//!
//! Must not change anything.

use serde_json::json;

use super::state::{Action, Binding, Content, Dependency, Secret, Status, UsedModule, Version};
use crate::tenant::json::{Json, without_nulls};
use crate::tenant::state::State;

/// Names and times; never a value.
pub(super) fn secrets(secrets: &[Secret]) -> Json {
    let shown = |secret: &Secret| {
        let Secret { name, updated, value: _ } = secret;
        json!({ "name": name, "updated_at": updated })
    };
    secrets.iter().map(shown).collect()
}

/// Nothing where none is used.
fn modules(state: &State, used: &[UsedModule]) -> Option<Json> {
    let shown = |used: &UsedModule| {
        let module = state.modules.iter().find(|module| module.id == used.module_id);
        let version = module.and_then(|module| {
            module.versions.iter().find(|version| version.id == used.module_version_id)
        });
        without_nulls(json!({
            "module_id": used.module_id,
            "module_name": module.map(|module| &module.name),
            "module_version_id": used.module_version_id,
            "module_version_number": version.map(|version| version.number),
        }))
    };
    (!used.is_empty()).then(|| used.iter().map(shown).collect())
}

/// Recorded: `registry_url` is shown until the build is done.
fn dependencies(content: &Content, status: Status) -> Vec<Dependency> {
    let shown = |package: &Dependency| match status {
        Status::Built => Dependency { registry_url: None, ..package.clone() },
        _ => package.clone(),
    };
    content.dependencies.iter().map(shown).collect()
}

fn current_version(version: &Version, now_ms: u64) -> Json {
    let Version { id, number, content, created, updated, live, at_once: _ } = version;
    let is_built = version_status(version, now_ms) == Status::Built;
    without_nulls(json!({
        "id": id,
        "code": content.code,
        "runtime": content.runtime,
        "status": if is_built { "BUILT" } else { "PENDING" },
        "number": number,
        "build_time": live,
        "created_at": created,
        "updated_at": updated,
    }))
}

/// A version is born built; one that came with its action is built with it.
fn version_status(version: &Version, now_ms: u64) -> Status {
    match version.at_once && version.live.ms() > now_ms {
        true => Status::Pending,
        false => Status::Built,
    }
}

/// A version of an action: in the answer of a deploy, in a list, and in an
/// action. `of` is shown with it where it stands alone.
pub(super) fn version(
    state: &State,
    of: &Action,
    version: &Version,
    now_ms: u64,
    alone: bool,
) -> Json {
    let Version { id, number, content, created, updated, live, at_once: _ } = version;
    let deployed = of.deployed(now_ms).is_some_and(|deployed| deployed.id == *id);
    without_nulls(json!({
        "code": content.code,
        "dependencies": dependencies(content, Status::Built),
        "id": id,
        "deployed": deployed,
        "number": number,
        "built_at": (live.ms() <= now_ms).then_some(live),
        "secrets": secrets(&content.secrets),
        "modules": modules(state, &content.modules),
        "status": version_status(version, now_ms),
        "created_at": created,
        "updated_at": updated,
        "runtime": content.runtime,
        "supported_triggers": content.triggers,
        "action": alone.then(|| partial(state, of, now_ms, false)),
    }))
}

/// A version in the answer of its deploy: recorded, whatever comes at once
/// after it.
pub(super) fn not_yet_deployed(mut version: Json) -> Json {
    (version["deployed"], version["built_at"]) = (Json::Bool(false), Json::Null);
    without_nulls(version)
}

/// An action inside of something else: without code, secrets and status, and
/// `all_changes_deployed` is false whatever is true (recorded).
fn partial(state: &State, action: &Action, now_ms: u64, versions: bool) -> Json {
    let deployed = action.deployed(now_ms).filter(|_| versions);
    let installed = action.installed.as_ref();
    without_nulls(json!({
        "id": action.id,
        "name": action.name,
        "supported_triggers": action.draft.triggers,
        "created_at": action.created,
        "updated_at": action.updated,
        "installed_integration_id": installed.map(|installed| &installed.id),
        "integration": installed.map(|installed| &installed.integration),
        "current_version": deployed.map(|found| current_version(found, now_ms)),
        "deployed_version": deployed.map(|found| version(state, action, found, now_ms, false)),
        "all_changes_deployed": false,
    }))
}

/// An action as GET, POST and PATCH answer it.
pub(super) fn action(state: &State, action: &Action, now_ms: u64) -> Json {
    let Action { id, name, created, updated, draft, build, installed, .. } = action;
    let status = build.status(now_ms);
    let deployed = action.deployed(now_ms);
    let installed = installed.as_ref();
    without_nulls(json!({
        "id": id,
        "name": name,
        "supported_triggers": draft.triggers,
        "created_at": created,
        "updated_at": updated,
        "code": draft.code,
        "dependencies": dependencies(draft, status),
        "runtime": draft.runtime,
        "status": status,
        "secrets": secrets(&draft.secrets),
        "modules": modules(state, &draft.modules),
        "current_version": deployed.map(|found| current_version(found, now_ms)),
        "deployed_version": deployed.map(|found| version(state, action, found, now_ms, false)),
        "installed_integration_id": installed.map(|installed| &installed.id),
        "integration": installed.map(|installed| &installed.integration),
        "all_changes_deployed": action.all_deployed(now_ms),
    }))
}

/// An entry of a trigger's bindings, with the code that it runs.
pub(super) fn binding(state: &State, of: &Binding, now_ms: u64) -> Json {
    let Binding { id, trigger, action, created, updated, display_name } = of;
    without_nulls(json!({
        "id": id,
        "trigger_id": trigger,
        "action": state.action(action).map(|found| partial(state, found, now_ms, true)),
        "created_at": created,
        "updated_at": updated,
        "display_name": display_name,
    }))
}
