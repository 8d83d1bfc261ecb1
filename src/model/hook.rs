//! The two shapes in which a hook is written to the tenant.
//!
//! Must not know how it was fetched.

use std::collections::BTreeMap;

use super::{Name, Script, Trigger};

/// npm packages and their versions, as `dependencies` names them.
pub type Dependencies = BTreeMap<String, String>;

/// What a new hook is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewHook {
    /// Its name, in the stored form.
    pub name: Name,
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
    pub name: Option<Name>,
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
        *self == Self::default()
    }
}
