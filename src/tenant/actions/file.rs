//! Actions, bindings and modules as a state file holds them: easy to write by
//! hand, complete when written by the tenant.
//!
//! Main types: [`FileAction`], [`FileBinding`], [`FileModule`]. What a file
//! leaves out is made up elsewhere ([`Given`](super::given::Given)). Must not
//! touch the disk.

use serde::{Deserialize, Deserializer};
use serde_json::json;

use super::moment::Stamp;
use super::state::{
    Action, Binding, Build, Content, Dependency, Module, ModuleContent, ModuleVersion, Secret,
    TriggerRef, UsedModule, Version,
};
use crate::tenant::json::{Json, Object, Ordered, without_nulls};
use crate::tenant::state_file::write_secret;

/// An action. `trigger` and `deployed` are short for those who write by hand.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::tenant) struct FileAction {
    pub(super) id: Option<String>,
    pub(super) name: String,
    pub(super) created_at: Option<Stamp>,
    pub(super) updated_at: Option<Stamp>,
    #[serde(flatten)]
    pub(super) draft: FileContent,
    pub(super) build: Option<Build>,
    #[serde(default)]
    pub(super) deployed: bool,
    pub(super) bindable: Option<Stamp>,
    pub(super) next_number: Option<u64>,
    pub(super) installed_integration_id: Option<String>,
    pub(super) integration: Option<Json>,
    #[serde(default)]
    pub(super) versions: Vec<FileVersion>,
}

#[derive(Debug, Deserialize)]
pub(super) struct FileContent {
    pub(super) trigger: Option<String>,
    #[serde(default)]
    pub(super) supported_triggers: Vec<TriggerRef>,
    #[serde(default)]
    pub(super) code: String,
    pub(super) runtime: Option<String>,
    #[serde(default, deserialize_with = "packages")]
    pub(super) dependencies: Vec<Dependency>,
    #[serde(default)]
    pub(super) secrets: Vec<FileSecret>,
    #[serde(default)]
    pub(super) modules: Vec<UsedModule>,
}

/// A list, or a map of names to versions.
fn packages<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Dependency>, D::Error> {
    #[derive(Deserialize)]
    #[serde(
        untagged,
        expecting = "dependencies are a list of {name, version} or a map of name to version"
    )]
    enum Packages {
        List(Vec<Dependency>),
        Map(Ordered<String>),
    }
    let package = |(name, version)| Dependency { name, version, registry_url: None };
    Ok(match Packages::deserialize(from)? {
        Packages::List(list) => list,
        Packages::Map(map) => map.into_iter().map(package).collect(),
    })
}

#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "a secret is its name, or an object with name and value")]
pub(super) enum FileSecret {
    Name(String),
    Whole { name: String, value: Option<String>, updated_at: Option<Stamp> },
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileVersion {
    pub(super) id: String,
    pub(super) number: Option<u64>,
    pub(super) created_at: Stamp,
    pub(super) updated_at: Stamp,
    pub(super) live_at: Stamp,
    #[serde(default)]
    pub(super) at_once: bool,
    #[serde(flatten)]
    pub(super) content: FileContent,
}

/// A binding: an action's name, or all that is known of it.
#[derive(Debug, Deserialize)]
#[serde(
    untagged,
    expecting = "a binding is an action's name, or an object with action or action_id"
)]
pub(in crate::tenant) enum FileBinding {
    Name(String),
    Whole(WholeBinding),
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::tenant) struct WholeBinding {
    pub(super) id: Option<String>,
    pub(super) action: Option<String>,
    pub(super) action_id: Option<String>,
    pub(super) display_name: Option<String>,
    pub(super) created_at: Option<Stamp>,
    pub(super) updated_at: Option<Stamp>,
}

/// A module.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::tenant) struct FileModule {
    pub(super) id: Option<String>,
    pub(super) name: String,
    pub(super) created_at: Option<Stamp>,
    pub(super) updated_at: Option<Stamp>,
    #[serde(flatten)]
    pub(super) draft: FileModuleContent,
    #[serde(default)]
    pub(super) versions: Vec<FileModuleVersion>,
}

#[derive(Debug, Deserialize)]
pub(super) struct FileModuleContent {
    #[serde(default)]
    pub(super) code: String,
    #[serde(default, deserialize_with = "packages")]
    pub(super) dependencies: Vec<Dependency>,
    #[serde(default)]
    pub(super) secrets: Vec<FileSecret>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileModuleVersion {
    pub(super) id: String,
    pub(super) number: u64,
    pub(super) created_at: Stamp,
    #[serde(flatten)]
    pub(super) content: FileModuleContent,
}

/// The fields of all of these, save those that are `null`.
fn joined<const N: usize>(parts: [Json; N]) -> Json {
    let fields = |part| match part {
        Json::Object(fields) => fields,
        _ => Object::new(),
    };
    without_nulls(parts.into_iter().flat_map(fields).collect())
}

/// Nothing for an empty list.
pub(in crate::tenant) fn unless_empty(list: Vec<Json>) -> Option<Json> {
    (!list.is_empty()).then_some(Json::Array(list))
}

fn secrets(secrets: &[Secret]) -> Json {
    let secret = |Secret { name, value, updated }: &Secret| {
        let value = write_secret(value);
        without_nulls(json!({ "name": name, "value": value, "updated_at": updated }))
    };
    secrets.iter().map(secret).collect()
}

fn content(content: &Content) -> Json {
    let Content { code, dependencies, runtime, secrets: held, modules, triggers } = content;
    json!({
        "supported_triggers": (!triggers.is_empty()).then_some(triggers),
        "code": code,
        "runtime": runtime,
        "dependencies": dependencies,
        "secrets": secrets(held),
        "modules": (!modules.is_empty()).then_some(modules),
    })
}

/// An action as a file holds it.
pub(in crate::tenant) fn action(action: &Action) -> Json {
    let Action { id, name, created, updated, draft, build, versions, .. } = action;
    let Action { next_number, bindable, installed, .. } = action;
    let installed = installed.as_ref();
    let version = |version: &Version| {
        let Version { id, number, content: held, created, updated, live, at_once } = version;
        let known = json!({
            "id": id,
            "number": number,
            "created_at": created,
            "updated_at": updated,
            "live_at": live,
            "at_once": at_once.then_some(true),
        });
        joined([known, content(held)])
    };
    joined([
        json!({ "id": id, "name": name, "created_at": created, "updated_at": updated }),
        content(draft),
        json!({
            "build": build,
            "bindable": bindable,
            "next_number": next_number,
            "installed_integration_id": installed.map(|installed| &installed.id),
            "integration": installed.map(|installed| &installed.integration),
            "versions": unless_empty(versions.iter().map(version).collect()),
        }),
    ])
}

/// All bindings, by trigger.
pub(in crate::tenant) fn bindings(bindings: &[Binding]) -> Ordered<Vec<Json>> {
    let mut all: Ordered<Vec<Json>> = Ordered::default();
    for Binding { id, trigger, action, created, updated, display_name } in bindings {
        all.entry(trigger.clone()).or_default().push(without_nulls(json!({
            "id": id,
            "action_id": action,
            "display_name": display_name,
            "created_at": created,
            "updated_at": updated,
        })));
    }
    all
}

/// A module as a file holds it.
pub(in crate::tenant) fn module(module: &Module) -> Json {
    let Module { id, name, draft, created, updated, versions } = module;
    let content = |content: &ModuleContent| {
        let ModuleContent { code, dependencies, secrets: held } = content;
        json!({ "code": code, "dependencies": dependencies, "secrets": secrets(held) })
    };
    let version = |version: &ModuleVersion| {
        let ModuleVersion { id, number, content: held, created } = version;
        joined([json!({ "id": id, "number": number, "created_at": created }), content(held)])
    };
    joined([
        json!({ "id": id, "name": name, "created_at": created, "updated_at": updated }),
        content(draft),
        json!({ "versions": unless_empty(versions.iter().map(version).collect()) }),
    ])
}
