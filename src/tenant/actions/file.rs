//! Actions, bindings and modules as a state file holds them: easy to write by
//! hand, complete when written by the tenant.
//!
//! Main types: [`FileAction`], [`FileBinding`], [`FileModule`]. What a file
//! leaves out is made up elsewhere ([`Given`](super::given::Given)). Must not
//! touch the disk.

use serde::{Deserialize, Serialize};

use super::moment::Stamp;
use super::state::{
    Action, Binding, Build, Content, Dependency, Module, ModuleContent, ModuleVersion, Secret,
    TriggerRef, UsedModule, Version,
};
use crate::tenant::json::{Json, Ordered};
use crate::tenant::state_file::write_secret;

/// An action. `trigger` and `deployed` are short for those who write by hand.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::tenant) struct FileAction {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<String>,
    pub(super) name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) created_at: Option<Stamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) updated_at: Option<Stamp>,
    #[serde(flatten)]
    pub(super) draft: FileContent,
    #[serde(default)]
    pub(super) build: Option<Build>,
    #[serde(default, skip_serializing)]
    pub(super) deployed: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) bindable: Option<Stamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) next_number: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) installed_integration_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) integration: Option<Json>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) versions: Vec<FileVersion>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct FileContent {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) trigger: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) supported_triggers: Vec<TriggerRef>,
    #[serde(default)]
    pub(super) code: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) runtime: Option<String>,
    #[serde(default)]
    pub(super) dependencies: FilePackages,
    #[serde(default)]
    pub(super) secrets: Vec<FileSecret>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) modules: Vec<UsedModule>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "dependencies are a list of {name, version} or a map of name to version"
)]
pub(super) enum FilePackages {
    List(Vec<Dependency>),
    Map(Ordered<String>),
}

impl Default for FilePackages {
    fn default() -> Self {
        Self::List(Vec::new())
    }
}

impl FilePackages {
    pub(super) fn list(self) -> Vec<Dependency> {
        match self {
            Self::List(list) => list,
            Self::Map(map) => map
                .iter()
                .map(|(name, version)| Dependency {
                    name: name.to_owned(),
                    version: version.clone(),
                    registry_url: None,
                })
                .collect(),
        }
    }
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged, expecting = "a secret is its name, or an object with name and value")]
pub(super) enum FileSecret {
    Name(String),
    Whole {
        name: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        value: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        updated_at: Option<Stamp>,
    },
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileVersion {
    pub(super) id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) number: Option<u64>,
    pub(super) created_at: Stamp,
    pub(super) updated_at: Stamp,
    pub(super) live_at: Stamp,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) at_once: bool,
    #[serde(flatten)]
    pub(super) content: FileContent,
}

/// A binding: an action's name, or all that is known of it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "a binding is an action's name, or an object with action or action_id"
)]
pub(in crate::tenant) enum FileBinding {
    Name(String),
    Whole(WholeBinding),
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::tenant) struct WholeBinding {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) action: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) action_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) display_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) created_at: Option<Stamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) updated_at: Option<Stamp>,
}

/// A module.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::tenant) struct FileModule {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<String>,
    pub(super) name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) created_at: Option<Stamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) updated_at: Option<Stamp>,
    #[serde(flatten)]
    pub(super) draft: FileModuleContent,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) versions: Vec<FileModuleVersion>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct FileModuleContent {
    #[serde(default)]
    pub(super) code: String,
    #[serde(default)]
    pub(super) dependencies: FilePackages,
    #[serde(default)]
    pub(super) secrets: Vec<FileSecret>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileModuleVersion {
    pub(super) id: String,
    pub(super) number: u64,
    pub(super) created_at: Stamp,
    #[serde(flatten)]
    pub(super) content: FileModuleContent,
}

impl FileContent {
    fn of(content: &Content) -> Self {
        let Content { code, dependencies, runtime, secrets, modules, triggers } = content.clone();
        Self {
            trigger: None,
            supported_triggers: triggers,
            code,
            runtime: Some(runtime),
            dependencies: FilePackages::List(dependencies),
            secrets: secrets.iter().map(FileSecret::of).collect(),
            modules,
        }
    }
}

impl FileSecret {
    fn of(secret: &Secret) -> Self {
        let Secret { name, value, updated } = secret;
        Self::Whole { name: name.clone(), value: write_secret(value), updated_at: Some(*updated) }
    }
}

impl FileAction {
    /// As a file holds it.
    pub(in crate::tenant) fn of(action: &Action) -> Self {
        let Action { id, name, created, updated, draft, build, versions, .. } = action;
        let Action { next_number, bindable, installed, .. } = action;
        let version = |version: &Version| {
            let Version { id, number, content, created, updated, live, at_once } = version;
            FileVersion {
                id: id.clone(),
                number: *number,
                created_at: *created,
                updated_at: *updated,
                live_at: *live,
                at_once: *at_once,
                content: FileContent::of(content),
            }
        };
        Self {
            id: Some(id.clone()),
            name: name.clone(),
            created_at: Some(*created),
            updated_at: Some(*updated),
            draft: FileContent::of(draft),
            build: Some(*build),
            deployed: false,
            bindable: *bindable,
            next_number: Some(*next_number),
            installed_integration_id: installed.as_ref().map(|installed| installed.id.clone()),
            integration: installed.as_ref().map(|installed| installed.integration.clone()),
            versions: versions.iter().map(version).collect(),
        }
    }
}

impl FileBinding {
    /// All bindings, by trigger.
    pub(in crate::tenant) fn all(bindings: &[Binding]) -> Ordered<Vec<Self>> {
        let mut all: Ordered<Vec<Self>> = Ordered::default();
        for Binding { id, trigger, action, created, updated, display_name } in bindings {
            let whole = Self::Whole(WholeBinding {
                id: Some(id.clone()),
                action: None,
                action_id: Some(action.clone()),
                display_name: display_name.clone(),
                created_at: Some(*created),
                updated_at: Some(*updated),
            });
            all.entry(trigger.clone()).or_default().push(whole);
        }
        all
    }
}

impl FileModule {
    /// As a file holds it.
    pub(in crate::tenant) fn of(module: &Module) -> Self {
        let Module { id, name, draft, created, updated, versions } = module;
        let content = |content: &ModuleContent| FileModuleContent {
            code: content.code.clone(),
            dependencies: FilePackages::List(content.dependencies.clone()),
            secrets: content.secrets.iter().map(FileSecret::of).collect(),
        };
        let version = |version: &ModuleVersion| FileModuleVersion {
            id: version.id.clone(),
            number: version.number,
            created_at: version.created,
            content: content(&version.content),
        };
        Self {
            id: Some(id.clone()),
            name: name.clone(),
            created_at: Some(*created),
            updated_at: Some(*updated),
            draft: content(draft),
            versions: versions.iter().map(version).collect(),
        }
    }
}
