//! What only actions have: as a file defines it, as the tenant has it, and
//! the two shapes in which one is written.
//!
//! An action is two things at once: a draft that is edited and built, and the
//! deployed version that runs. Must not know how either was fetched.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Dependencies, Id, Name, Script, SecretKey, Trigger};

/// What only an action's definition has.
#[derive(Debug, Clone)]
pub struct ActionBody {
    /// The version of the trigger, such as `v3`.
    pub trigger_version: Option<String>,
    /// The runtime, such as `node22`.
    pub runtime: Option<String>,
    /// Whether the draft is to be deployed.
    pub deploy: bool,
    /// The modules it uses; `None` leaves them as they are.
    pub modules: Option<Vec<ModuleUse>>,
    /// From when on each secret's value is a new one. Only keys of the
    /// definition's `secrets` are in it.
    pub rotated_at: BTreeMap<SecretKey, Timestamp>,
}

impl Default for ActionBody {
    fn default() -> Self {
        Self {
            trigger_version: None,
            runtime: None,
            deploy: true,
            modules: None,
            rotated_at: BTreeMap::new(),
        }
    }
}

/// One version of a module that an action requires as `actions:<name>`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModuleUse {
    /// The module's name.
    pub name: String,
    /// The number of its version.
    pub version: u64,
}

/// When each secret was written last, by its name; `None` where the tenant
/// doesn't say. Values can't be read.
pub type SecretTimes = BTreeMap<SecretKey, Option<Timestamp>>;

/// What only a live action has: the rest of its draft, and what is deployed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LiveAction {
    /// The version of its trigger.
    pub trigger_version: Option<String>,
    /// The draft's runtime.
    pub runtime: Option<String>,
    /// The modules that the draft uses; an empty list means none.
    pub modules: Vec<LiveModule>,
    /// When each of the draft's secrets was written last.
    pub secrets: SecretTimes,
    /// How far the draft's build is.
    pub build: BuildStatus,
    /// The version that runs wherever the action is bound; `None` where it
    /// was never deployed.
    pub deployed: Option<DeployedVersion>,
    /// Whether the tenant says that draft and deployed version are alike;
    /// `None` where it doesn't say.
    pub all_changes_deployed: Option<bool>,
    /// When the draft was written last.
    pub updated_at: Option<Timestamp>,
    /// Whether it comes from the marketplace: such an action is never
    /// written, and its code can't be read.
    pub installed: bool,
}

impl LiveAction {
    /// Whether some version of it is deployed, as far as the tenant says so.
    #[must_use]
    pub fn is_deployed(&self) -> bool {
        self.deployed.is_some() || self.all_changes_deployed == Some(true)
    }
}

/// A version of a module as a live action uses it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LiveModule {
    /// What is shown and compared.
    pub uses: ModuleUse,
    /// The module's id, with which it is sent.
    pub module_id: Id,
    /// The id of its version.
    pub version_id: Id,
}

/// A version that was deployed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeployedVersion {
    /// Its id.
    pub id: Id,
    /// Its number; installed actions have none.
    pub number: Option<u64>,
    /// Whether it is in traffic already: a deploy takes a moment.
    pub deployed: bool,
    /// Its code.
    pub script: Option<Script>,
    /// Its packages.
    pub dependencies: Option<Dependencies>,
    /// Its runtime.
    pub runtime: Option<String>,
    /// The version of its trigger.
    pub trigger_version: Option<String>,
    /// The modules it uses.
    pub modules: Vec<LiveModule>,
    /// When each of its secrets had been written.
    pub secrets: SecretTimes,
}

/// How far the build of a draft is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BuildStatus {
    /// It waits for its turn.
    Pending,
    /// It is under way.
    Building,
    /// It failed once and is tried again.
    Retrying,
    /// It is packed, and not ready yet.
    Packaged,
    /// It can be deployed.
    Built,
    /// It can't be built. The tenant gives no reason for a draft.
    Failed,
    /// What the tenant says, where this program doesn't know the word; empty
    /// where it says nothing.
    Unknown(String),
}

impl Default for BuildStatus {
    fn default() -> Self {
        Self::Unknown(String::new())
    }
}

impl BuildStatus {
    /// The status of the tenant's word, in whatever case it comes.
    #[must_use]
    pub fn from_tenant(word: &str) -> Self {
        match word.to_ascii_lowercase().as_str() {
            "pending" => Self::Pending,
            "building" => Self::Building,
            "retrying" => Self::Retrying,
            "packaged" => Self::Packaged,
            "built" => Self::Built,
            "failed" => Self::Failed,
            other => Self::Unknown(other.to_owned()),
        }
    }

    /// The tenant's word for it; empty where it says nothing.
    #[must_use]
    pub fn word(&self) -> &str {
        match self {
            Self::Pending => "pending",
            Self::Building => "building",
            Self::Retrying => "retrying",
            Self::Packaged => "packaged",
            Self::Built => "built",
            Self::Failed => "failed",
            Self::Unknown(word) => word,
        }
    }
}

/// What a new action is created from, less its secrets' values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAction {
    /// Its name.
    pub name: Name,
    /// Its trigger.
    pub trigger: Trigger,
    /// The version of that.
    pub trigger_version: Option<String>,
    /// Its code.
    pub script: Script,
    /// Its runtime.
    pub runtime: Option<String>,
    /// Its packages; `None` leaves them to the service.
    pub dependencies: Option<Dependencies>,
    /// Its modules; `None` leaves them to the service.
    pub modules: Option<Vec<ModuleUse>>,
    /// The names of all its secrets.
    pub secrets: Vec<SecretKey>,
}

/// The fields of a draft that change; `None` is not sent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ActionPatch {
    /// The new name.
    pub name: Option<Name>,
    /// The new code.
    pub script: Option<Script>,
    /// The new runtime.
    pub runtime: Option<String>,
    /// The new packages, as a whole.
    pub dependencies: Option<Dependencies>,
    /// The new modules, as a whole.
    pub modules: Option<Vec<ModuleUse>>,
    /// The trigger with its new version.
    pub trigger: Option<(Trigger, String)>,
    /// All secrets that the action is to have, by name; the list is always
    /// sent whole.
    pub secrets: Option<Vec<SentSecret>>,
}

/// A secret as it is sent, less its value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SentSecret {
    /// Its name.
    pub key: SecretKey,
    /// Whether its value is sent. Without, the name alone is, which keeps the
    /// value that the tenant has.
    pub with_value: bool,
}

impl ActionPatch {
    /// Whether nothing would be sent.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
