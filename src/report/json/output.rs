//! The shapes of the JSON output; [`super::convert`] fills them.
//!
//! The order of fields is the order in the output. Adding a field is a
//! compatible change; removing or renaming one needs another format version.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::steps::Step;

pub use super::behaviour::Behaviour;

/// The version of all shapes here.
pub(in crate::report) const FORMAT_VERSION: &str = "1";

/// `plan --format json`
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Plan {
    /// The version of this format.
    #[schemars(extend("const" = "1"))]
    pub format_version: String,
    /// The version of hooksync that wrote this.
    pub hooksync_version: String,
    /// The tenant's domain.
    pub tenant: String,
    /// The environment of hooksync.yaml; null where none was chosen.
    pub environment: Option<String>,
    /// The folder of definitions, as the repository calls it.
    pub directory: Option<String>,
    /// The folder that `source` is named from, as the repository calls it; null
    /// for its root.
    pub base: Option<String>,
    /// Stands for the definitions and the live hooks that this plan was made
    /// from; `apply --expect` takes it.
    #[schemars(regex(pattern = "^sha256:[0-9a-f]{64}$"))]
    pub fingerprint: String,
    /// How many hooks there are of each kind.
    pub summary: PlanSummary,
    /// What is done, ordered by name.
    pub changes: Vec<Change>,
    /// Hooks that give way to actions of their trigger: the changes of hook,
    /// actions and bindings are carried out as one, or undone together.
    pub cutovers: Vec<Cutover>,
    /// Hooks without a change whose secrets are sent again, for values can't
    /// be compared.
    pub secret_writes: Vec<SecretWrite>,
    /// Live hooks that no definition mentions; they are left alone.
    pub unmanaged: Vec<Unmanaged>,
    /// What the reader has to know besides.
    pub warnings: Vec<Warning>,
    /// What is as desired.
    pub unchanged: Vec<String>,
    /// How many the tenant has of each kind.
    pub live_total: BTreeMap<String, usize>,
    /// Secrets that would be sent but have no value here: apply refuses until
    /// they have one. Each is among the warnings, too.
    pub unresolved: Vec<Unresolved>,
    /// Whether deletes are allowed.
    pub deletes_allowed: bool,
    /// The writes that carry the plan out, in their order.
    pub steps: Vec<Step>,
    /// The scopes that applying needs and that the token of this plan lacks,
    /// which can only read. Nothing is `blocked` by it: another token applies.
    pub token_lacks: Vec<String>,
    /// The writes that applying the plan takes, at least. What apply reads again
    /// before them, and while it waits for a build, comes on top.
    pub apply_requests: usize,
    /// The requests that making the plan took.
    pub requests: Requests,
}

/// How many hooks there are of each kind.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct PlanSummary {
    /// Hooks to be created.
    pub create: usize,
    /// Hooks to be changed.
    pub update: usize,
    /// Hooks to be deleted and recreated, because their trigger changes.
    pub replace: usize,
    /// Hooks to be deleted.
    pub delete: usize,
    /// Hooks that are as desired.
    pub unchanged: usize,
    /// Live hooks that no definition mentions.
    pub unmanaged: usize,
}

/// One hook's change.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    /// What is done.
    #[schemars(extend("enum" = ["create", "update", "replace", "delete"]))]
    pub action: String,
    /// Of what kind it is.
    #[schemars(extend("enum" = ["hook", "action", "bindings"]))]
    pub kind: String,
    /// The hook's name, in kebab-case.
    pub name: String,
    /// The hook's trigger.
    pub trigger_id: String,
    /// The live hook's id; null for a create.
    pub id: Option<String>,
    /// The definition's file; null for hooks without one.
    pub source: Option<String>,
    /// The fields that change; for a create all that are sent, for a delete
    /// none.
    pub fields: Vec<Field>,
    /// What happens to the hook's secrets.
    pub secrets: Vec<Secret>,
    /// Why it will not, or not wholly, be done: what the tenant or the token
    /// will refuse, or why the hook stays switched off. Null where nothing is
    /// known.
    pub blocked: Option<String>,
    /// What running the live and the new code on the same events showed; null
    /// where `--behaviour` wasn't given, and for changes that touch no code.
    pub behaviour: Option<Behaviour>,
    /// Why the hook stays disabled although its definition says otherwise.
    pub withheld: Option<String>,
    /// Whether an action is bound to its trigger once this is done; null where
    /// the fields say it.
    pub runs_after: Option<bool>,
    /// The number of the version that a deploy of an action makes; null where
    /// none is made, or its number isn't known.
    pub version: Option<u64>,
    /// What users notice of a change of an action, in words; null for others.
    pub traffic: Option<String>,
    /// What is live before; null for a create.
    pub live: Option<LiveBefore>,
}

/// What is live before a change, beyond what its fields say.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct LiveBefore {
    /// Its trigger.
    pub trigger_id: String,
    /// Whether it runs there.
    pub runs: bool,
    /// The names of its secrets; null where they weren't read.
    pub secrets: Option<BTreeSet<String>>,
    /// The script's lines; null where it wasn't read.
    pub script_lines: Option<usize>,
    /// The script's bytes; null where it wasn't read.
    pub script_bytes: Option<usize>,
}

/// A secret without a value.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Unresolved {
    /// Whose secret it is.
    pub name: String,
    /// The secret's name.
    pub key: String,
    /// The keywords without a value.
    pub keywords: Vec<String>,
    /// The definition's file.
    pub source: String,
}

/// One field's change. `old` is null where there is nothing live.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Field {
    /// A text.
    Text {
        /// The field's name.
        #[schemars(extend("enum" = ["name", "triggerId", "triggerVersion", "runtime"]))]
        field: String,
        /// As the tenant has it.
        old: Option<String>,
        /// As it is to be.
        new: String,
    },
    /// Yes or no: whether a hook runs, whether an action's draft is deployed.
    Flag {
        /// The field's name.
        #[schemars(extend("enum" = ["enabled", "deploy"]))]
        field: String,
        /// As the tenant has it.
        old: Option<bool>,
        /// As it is to be.
        new: bool,
    },
    /// The npm packages and their versions, as a whole.
    Packages {
        /// The field's name.
        #[schemars(extend("const" = "dependencies"))]
        field: String,
        /// As the tenant has them.
        old: Option<BTreeMap<String, String>>,
        /// As they are to be.
        new: BTreeMap<String, String>,
    },
    /// Names, in an order that matters.
    Names {
        /// The field's name.
        #[schemars(extend("enum" = ["bindings", "displayNames", "modules"]))]
        field: String,
        /// As the tenant has them.
        old: Option<Vec<String>>,
        /// As they are to be.
        new: Vec<String>,
    },
    /// A script.
    Script {
        /// The field's name.
        #[schemars(extend("const" = "script"))]
        field: String,
        /// SHA-256 of the live script.
        old_sha256: Option<String>,
        /// SHA-256 of the script as it is to be.
        new_sha256: String,
        /// The whole difference as a unified diff, line ends kept.
        diff: String,
    },
}

/// What happens to one secret.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Secret {
    /// The secret's name.
    pub key: String,
    /// `create`: the tenant lacks it. `write`: it is sent again, for values
    /// can't be compared. `delete`: the definition lacks it.
    #[schemars(extend("enum" = ["create", "write", "delete"]))]
    pub action: String,
    /// Where the value is kept, such as `op://ci/auth0/key`; null where the
    /// definition has the value itself, and for a delete.
    #[serde(default)]
    pub reference: Option<String>,
}

/// A hook that gives way to actions of its trigger.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Cutover {
    /// The trigger.
    pub trigger_id: String,
    /// The hook's name.
    pub hook: String,
    /// The names of the actions that are bound and were not before.
    pub actions: Vec<String>,
    /// Which half comes first: `bind`, so that both may run for a moment, or
    /// `switch_off`, so that neither may.
    #[schemars(extend("enum" = ["bind", "switch_off"]))]
    pub first: String,
}

/// A hook whose only writes are secrets sent again.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct SecretWrite {
    /// Of what kind it is.
    #[schemars(extend("enum" = ["hook", "action"]))]
    pub kind: String,
    /// The hook's name.
    pub name: String,
    /// The hook's trigger.
    pub trigger_id: String,
    /// The secrets' names.
    pub keys: Vec<String>,
    /// Where the values are kept, by name, of those that are kept elsewhere.
    #[serde(default)]
    pub references: BTreeMap<String, String>,
    /// Why it will not be done, where that is known.
    pub blocked: Option<String>,
}

/// A live hook that no definition mentions.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Unmanaged {
    /// Of what kind it is.
    #[schemars(extend("enum" = ["hook", "action"]))]
    pub kind: String,
    /// Its name, in kebab-case.
    pub name: String,
    /// Its trigger.
    pub trigger_id: String,
    /// Its id.
    pub id: String,
}

/// Something the reader has to know.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Warning {
    /// A stable code such as `HS401`.
    pub code: String,
    /// One or two sentences.
    pub message: String,
    /// The file it is about.
    pub source: Option<String>,
    /// The line, from 1.
    pub line: Option<usize>,
    /// The column in characters, from 1.
    pub column: Option<usize>,
}

/// What the requests of a run amounted to. Differs from run to run.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Requests {
    /// Requests sent: reads, writes, repeated ones and those for a token.
    pub total: u64,
    /// Those of them that write to the tenant.
    #[serde(default)]
    pub writes: u64,
    /// Answers with status 429.
    pub throttled: u64,
    /// Requests sent again.
    pub retried: u64,
    /// Milliseconds of waiting for the rate limit.
    pub waited_ms: u64,
}
