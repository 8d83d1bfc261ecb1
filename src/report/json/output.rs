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
    /// The environment in hooksync.yaml; null if none was chosen.
    pub environment: Option<String>,
    /// The folder of definitions, relative to the repository's root.
    pub directory: Option<String>,
    /// The folder that `source` is relative to, relative to the repository's root; null for
    /// the root.
    pub base: Option<String>,
    /// Identifies the definitions and the live state that this plan was made from. Pass it
    /// to `apply --expect`.
    #[schemars(regex(pattern = "^sha256:[0-9a-f]{64}$"))]
    pub fingerprint: String,
    /// The number of hooks and actions, by what happens to them.
    pub summary: PlanSummary,
    /// The changes, ordered by name.
    pub changes: Vec<Change>,
    /// Hooks that are replaced by actions of their trigger. The changes of the hook, the
    /// actions and the bindings are carried out together, or undone together.
    pub cutovers: Vec<Cutover>,
    /// Hooks without a change whose secrets are sent again, because values can't be
    /// compared.
    pub secret_writes: Vec<SecretWrite>,
    /// Live hooks and actions without a definition. They are left alone.
    pub unmanaged: Vec<Unmanaged>,
    /// Warnings about the plan.
    pub warnings: Vec<Warning>,
    /// Names of what is already as defined.
    pub unchanged: Vec<String>,
    /// The number of live resources, by kind.
    pub live_total: BTreeMap<String, usize>,
    /// Secrets that have to be sent but have no value here. Apply refuses until they have
    /// one. Each is also listed in `warnings`.
    pub unresolved: Vec<Unresolved>,
    /// Whether deletes are allowed.
    pub deletes_allowed: bool,
    /// The writes of the plan, in order.
    pub steps: Vec<Step>,
    /// Scopes that applying needs and that this plan's read-only token lacks. They don't
    /// count as `blocked`, because another token can apply the plan.
    pub token_lacks: Vec<String>,
    /// The number of writes that applying the plan takes, at least. Requests that read,
    /// before a write or during a build, are not counted.
    pub apply_requests: usize,
    /// The requests that were sent to make the plan.
    pub requests: Requests,
}

/// The number of hooks and actions, by what happens to them.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct PlanSummary {
    /// To be created.
    pub create: usize,
    /// To be changed.
    pub update: usize,
    /// To be deleted and recreated, because the trigger changes.
    pub replace: usize,
    /// To be deleted.
    pub delete: usize,
    /// Already as defined.
    pub unchanged: usize,
    /// Live, without a definition.
    pub unmanaged: usize,
}

/// The change of one hook, action or order.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    /// What happens.
    #[schemars(extend("enum" = ["create", "update", "replace", "delete"]))]
    pub action: String,
    /// The kind.
    #[schemars(extend("enum" = ["hook", "action", "bindings"]))]
    pub kind: String,
    /// The name. A hook's is in kebab-case.
    pub name: String,
    /// The trigger.
    pub trigger_id: String,
    /// The live id; null for a create.
    pub id: Option<String>,
    /// The definition's file; null if there is none.
    pub source: Option<String>,
    /// The fields that change. For a create, all fields that are sent; for a delete, none.
    pub fields: Vec<Field>,
    /// What happens to the secrets.
    pub secrets: Vec<Secret>,
    /// Why the change can't be applied completely: what the tenant or the token will
    /// refuse, or why the hook stays disabled. Null if no reason is known.
    pub blocked: Option<String>,
    /// The result of running the live and the new code on the same events. Null without
    /// `--behaviour`, and for changes without code.
    pub behaviour: Option<Behaviour>,
    /// Why the hook stays disabled although its definition enables it.
    pub withheld: Option<String>,
    /// Whether an action is bound to its trigger after the change; null if the fields say
    /// so.
    pub runs_after: Option<bool>,
    /// The number of the version that deploying the action creates; null if none is created
    /// or the number isn't known.
    pub version: Option<u64>,
    /// What users notice of an action's change, as text; null for other kinds.
    pub traffic: Option<String>,
    /// The state before the change; null for a create.
    pub live: Option<LiveBefore>,
}

/// The state before a change, beyond its fields.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct LiveBefore {
    /// Its trigger.
    pub trigger_id: String,
    /// Whether it runs.
    pub runs: bool,
    /// The names of its secrets; null if they weren't read.
    pub secrets: Option<BTreeSet<String>>,
    /// The number of lines of the script; null if it wasn't read.
    pub script_lines: Option<usize>,
    /// The number of bytes of the script; null if it wasn't read.
    pub script_bytes: Option<usize>,
}

/// A secret without a value.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Unresolved {
    /// The hook or action that has the secret.
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
    /// `create`: the tenant doesn't have it. `write`: it is sent again, because values
    /// can't be compared. `delete`: the definition doesn't have it.
    #[schemars(extend("enum" = ["create", "write", "delete"]))]
    pub action: String,
    /// The reference to the value, such as `op://ci/auth0/key`; null if the definition has
    /// the value itself, and for a delete.
    #[serde(default)]
    pub reference: Option<String>,
}

/// A hook that is replaced by actions of its trigger.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Cutover {
    /// The trigger.
    pub trigger_id: String,
    /// The name.
    #[serde(rename = "hook")]
    pub leaving: String,
    /// The names of the newly bound actions.
    pub actions: Vec<String>,
    /// Which step comes first: `bind` (for a moment, both may run) or `switch_off` (for a
    /// moment, neither may run).
    #[schemars(extend("enum" = ["bind", "switch_off"]))]
    pub first: String,
}

/// A hook or action of which only secrets are sent again.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct SecretWrite {
    /// The kind.
    #[schemars(extend("enum" = ["hook", "action"]))]
    pub kind: String,
    /// The name.
    pub name: String,
    /// The trigger.
    pub trigger_id: String,
    /// The secrets' names.
    pub keys: Vec<String>,
    /// References to values that are kept elsewhere, by the secret's name.
    #[serde(default)]
    pub references: BTreeMap<String, String>,
    /// Why it can't be applied, if known.
    pub blocked: Option<String>,
}

/// A live hook or action without a definition.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Unmanaged {
    /// The kind.
    #[schemars(extend("enum" = ["hook", "action"]))]
    pub kind: String,
    /// Its name. A hook's is in kebab-case.
    pub name: String,
    /// Its trigger.
    pub trigger_id: String,
    /// Its id.
    pub id: String,
}

/// A warning.
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

/// The requests of a run. They differ from run to run.
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
