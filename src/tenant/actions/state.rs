//! What the tenant holds of Actions: actions with their drafts and versions,
//! modules, and the bindings of each trigger.
//!
//! Main types: [`Action`], [`Version`], [`Binding`]. A draft's status is not
//! kept but follows from when its build began and how long it takes. Must not
//! know HTTP.

use super::moment::Stamp;
use crate::tenant::json::Json;
use crate::tenant::state::{SecretDigest, State};

/// Documented limits.
pub(super) const MAX_ACTIONS: usize = 100;
pub(super) const MAX_BINDINGS: usize = 20;
pub(super) const MAX_VERSIONS: usize = 50;
pub(super) const MAX_SECRETS: usize = 30;
pub(super) const MAX_DEPENDENCIES: usize = 10;
pub(super) const MAX_MODULES: usize = 3;
pub(super) const MAX_CODE: usize = 100 * 1024;

/// One action.
#[derive(Debug, Clone, PartialEq)]
pub struct Action {
    /// A UUID; in upper case for installed ones.
    pub id: String,
    /// Any text; need not be unique.
    pub name: String,
    /// When it was created.
    pub created: Stamp,
    /// When it was last written.
    pub updated: Stamp,
    /// What is being edited.
    pub draft: Content,
    /// The build of the draft.
    pub build: Build,
    /// Oldest first. Each came from a deploy, so the newest that is live is
    /// the deployed one.
    pub versions: Vec<Version>,
    /// The number of the next version.
    pub next_number: u64,
    /// From when on it can be bound; none before its first deploy.
    pub bindable: Option<Stamp>,
    /// Of an installed (marketplace) action: its integration.
    pub installed: Option<Installed>,
}

/// Where an installed action comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Installed {
    /// The id of the installation.
    pub id: String,
    /// The integration, as the service shows it.
    pub integration: Json,
}

/// What runs: of the draft, or of a version.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Content {
    /// Any text: the service doesn't parse it.
    pub code: String,
    /// npm packages.
    pub dependencies: Vec<Dependency>,
    /// Such as `node22`.
    pub runtime: String,
    /// In the order in which they were first sent.
    pub secrets: Vec<Secret>,
    /// Modules that the code uses.
    pub modules: Vec<UsedModule>,
    /// One, in practice.
    pub triggers: Vec<TriggerRef>,
}

/// A trigger and its version.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TriggerRef {
    /// Such as `post-login`.
    pub id: String,
    /// Such as `v3`.
    pub version: String,
}

/// An npm package.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dependency {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Where it is fetched from; shown until the build is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registry_url: Option<String>,
}

/// A secret: its name, when it was last written, and a digest of its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret {
    /// Its name.
    pub name: String,
    /// What is known of its value.
    pub value: SecretDigest,
    /// When it was last written.
    pub updated: Stamp,
}

/// A module that an action uses.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UsedModule {
    /// Which one.
    pub module_id: String,
    /// In which version.
    pub module_version_id: String,
}

/// The build of a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Build {
    /// When it began, in epoch milliseconds.
    pub started_ms: u64,
    /// How long it takes.
    pub takes_ms: u64,
    /// Whether it fails in the end.
    #[serde(default)]
    pub fails: bool,
}

/// One version: what was deployed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// A UUID.
    pub id: String,
    /// Counted from 1; installed actions have none.
    pub number: Option<u64>,
    /// What it runs.
    pub content: Content,
    /// When it was made.
    pub created: Stamp,
    /// When it was last changed.
    pub updated: Stamp,
    /// When it went live, or will.
    pub live: Stamp,
    /// Created with `deploy: true`, so that it counts as deployed before it
    /// is built.
    pub at_once: bool,
}

/// An action bound to a trigger. Those of one trigger run in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// A UUID, new with every PATCH.
    pub id: String,
    /// The trigger.
    pub trigger: String,
    /// The action.
    pub action: String,
    /// When it was made.
    pub created: Stamp,
    /// When it was last changed.
    pub updated: Stamp,
    /// What the Dashboard shows.
    pub display_name: Option<String>,
}

/// A module: code that actions share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Module {
    /// A UUID.
    pub id: String,
    /// Fixed.
    pub name: String,
    /// What is being edited.
    pub draft: ModuleContent,
    /// When it was created.
    pub created: Stamp,
    /// When it was last written.
    pub updated: Stamp,
    /// Oldest first.
    pub versions: Vec<ModuleVersion>,
}

/// The content of a module.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ModuleContent {
    /// Its code.
    pub code: String,
    /// npm packages.
    pub dependencies: Vec<Dependency>,
    /// Its secrets.
    pub secrets: Vec<Secret>,
}

/// A published version of a module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleVersion {
    /// A UUID.
    pub id: String,
    /// Counted from 1.
    pub number: u64,
    /// What it holds.
    pub content: ModuleContent,
    /// When it was published.
    pub created: Stamp,
}

/// What a draft's build has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Not begun.
    Pending,
    /// Going on.
    Building,
    /// Failed once, and tried again.
    Retrying,
    /// May be deployed.
    Built,
    /// Never will be.
    Failed,
}

impl Build {
    /// What it has come to at this time. Recorded: pending, building, built;
    /// or building and retrying in turns, then failed.
    #[must_use]
    pub fn status(self, now_ms: u64) -> Status {
        let Self { started_ms, takes_ms, fails } = self;
        let passed = now_ms.saturating_sub(started_ms);
        if passed >= takes_ms {
            return if fails { Status::Failed } else { Status::Built };
        }
        match passed.saturating_mul(10) / takes_ms.max(1) {
            0 => Status::Pending,
            3 | 4 | 7 | 8 if fails => Status::Retrying,
            _ => Status::Building,
        }
    }
}

impl Version {
    /// Whether it counts as deployed at this time.
    #[must_use]
    pub fn is_live(&self, now_ms: u64) -> bool {
        self.at_once || self.live.ms() <= now_ms
    }
}

impl Action {
    /// The version that runs at this time.
    #[must_use]
    pub fn deployed(&self, now_ms: u64) -> Option<&Version> {
        self.versions.iter().rev().find(|version| version.is_live(now_ms))
    }

    /// Whether the draft is what runs.
    #[must_use]
    pub fn all_deployed(&self, now_ms: u64) -> bool {
        self.deployed(now_ms).is_some_and(|version| version.content.says_as(&self.draft))
    }

    /// Whether the draft's secret was last written with exactly this value;
    /// `None` if there is none or its value isn't known.
    #[must_use]
    pub fn secret(&self, name: &str) -> Option<&Secret> {
        self.draft.secrets.iter().find(|secret| secret.name == name)
    }
}

impl Content {
    /// Whether both come to the same, packages' registries left aside.
    fn says_as(&self, other: &Self) -> bool {
        let Self { code, dependencies, runtime, secrets, modules, triggers } = self;
        let packages = |of: &[Dependency]| -> Vec<(String, String)> {
            of.iter().map(|package| (package.name.clone(), package.version.clone())).collect()
        };
        *code == other.code
            && packages(dependencies) == packages(&other.dependencies)
            && *runtime == other.runtime
            && *secrets == other.secrets
            && *modules == other.modules
            && *triggers == other.triggers
    }
}

impl State {
    /// The action with this id, compared exactly.
    #[must_use]
    pub fn action(&self, id: &str) -> Option<&Action> {
        self.actions.iter().find(|action| action.id == id)
    }

    /// The action with this id, to be changed.
    pub fn action_mut(&mut self, id: &str) -> Option<&mut Action> {
        self.actions.iter_mut().find(|action| action.id == id)
    }

    /// The first action of this name.
    #[must_use]
    pub fn action_named(&self, name: &str) -> Option<&Action> {
        self.actions.iter().find(|action| action.name == name)
    }

    /// The bindings of a trigger, in their order.
    pub fn bindings_of(&self, trigger: &str) -> impl Iterator<Item = &Binding> {
        self.bindings.iter().filter(move |binding| binding.trigger == trigger)
    }

    /// Whether the action is bound anywhere.
    #[must_use]
    pub fn is_bound(&self, action: &str) -> bool {
        self.bindings.iter().any(|binding| binding.action == action)
    }

    /// Whether the draft's secret was last written with exactly this value.
    /// `None` if there is no such secret or its value isn't known.
    #[must_use]
    pub fn action_secret_is(&self, action: &str, name: &str, value: &str) -> Option<bool> {
        let secret = self.action(action)?.secret(name)?;
        secret.value.is(&self.key, value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_goes_through_its_states() {
        let check = |takes_ms, fails, expected: &[(u64, Status)]| {
            let build = Build { started_ms: 1000, takes_ms, fails };
            for (passed, status) in expected {
                assert_eq!(build.status(1000 + passed), *status, "{passed} of {takes_ms}");
            }
        };
        use Status::{Building, Built, Failed, Pending, Retrying};
        check(0, false, &[(0, Built)]);
        check(
            300,
            false,
            &[(0, Pending), (29, Pending), (30, Building), (299, Building), (300, Built)],
        );
        check(
            1000,
            true,
            &[
                (0, Pending),
                (100, Building),
                (300, Retrying),
                (500, Building),
                (700, Retrying),
                (900, Building),
                (999, Building),
                (1000, Failed),
            ],
        );
        // A clock that was set back.
        let build = Build { started_ms: 1000, takes_ms: 10, fails: false };
        assert_eq!(build.status(0), Pending);
    }
}
