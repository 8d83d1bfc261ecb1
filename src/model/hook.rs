//! A hook as the tenant has it, and the two shapes in which one is written to it.
//!
//! Must not know how it was fetched.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::{HookName, Script, SecretKey, Trigger};

/// npm packages and their versions, as the hook's `dependencies`.
pub type Dependencies = BTreeMap<String, String>;

/// The tenant's identifier of a hook. Opaque: new ones are ULIDs, old ones
/// were kebab-cased names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HookId(String);

impl HookId {
    /// Takes the id as the tenant gave it.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The id's text. May hold anything that a tenant can answer.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for HookId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One live hook, as far as it was fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveHook {
    /// Its id.
    pub id: HookId,
    /// Its identity.
    pub name: HookName,
    /// Its name to the letter; `None` for an old hook without one.
    pub stored_name: Option<String>,
    /// Its trigger.
    pub trigger: Trigger,
    /// Whether it runs.
    pub enabled: bool,
    /// Its script; `None` when it wasn't asked for and the list didn't carry it.
    pub script: Option<Script>,
    /// Its dependencies; `None` when they weren't asked for and the list
    /// didn't carry them.
    pub dependencies: Option<Dependencies>,
    /// The names of its secrets; `None` when they weren't asked for.
    pub secrets: Option<BTreeSet<SecretKey>>,
}

impl LiveHook {
    /// Whether everything but the secrets' names is known.
    #[must_use]
    pub fn has_content(&self) -> bool {
        self.script.is_some() && self.dependencies.is_some()
    }
}

/// What a new hook is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewHook {
    /// Its name, in the stored form.
    pub name: HookName,
    /// Its trigger.
    pub trigger: Trigger,
    /// Its script.
    pub script: Script,
    /// Its dependencies; `None` leaves them to the service.
    pub dependencies: Option<Dependencies>,
    /// Whether it runs; `None` leaves it to the service.
    pub enabled: Option<bool>,
}

/// The fields of a hook that change; `None` is not sent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HookPatch {
    /// The new name, in the stored form.
    pub name: Option<HookName>,
    /// The new script.
    pub script: Option<Script>,
    /// The new dependencies, as a whole.
    pub dependencies: Option<Dependencies>,
    /// Whether it is to run.
    pub enabled: Option<bool>,
}

impl HookPatch {
    /// A patch of `enabled` alone.
    #[must_use]
    pub fn enabled(enabled: bool) -> Self {
        Self { enabled: Some(enabled), ..Self::default() }
    }

    /// Whether nothing would be sent.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let Self { name, script, dependencies, enabled } = self;
        name.is_none() && script.is_none() && dependencies.is_none() && enabled.is_none()
    }
}
