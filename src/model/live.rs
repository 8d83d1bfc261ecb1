//! One hook or action as the tenant has it, as far as it was fetched.
//!
//! Must not know how it was fetched.

use std::collections::BTreeSet;

use super::{Address, Dependencies, Id, Kind, LiveAction, Name, Script, SecretKey, Trigger};

/// A live hook or action. Of an action, script, dependencies and secrets are
/// those of its draft; [`LiveAction::deployed`] has those that run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Live {
    /// Its id.
    pub id: Id,
    /// Its identity within its kind.
    pub name: Name,
    /// Its name to the letter; `None` for an old hook without one.
    pub stored_name: Option<String>,
    /// Its trigger.
    pub trigger: Trigger,
    /// Whether it runs at its trigger: a hook that is enabled, an action that
    /// is deployed and bound.
    pub runs: bool,
    /// Its script; `None` when it wasn't asked for and the list didn't carry it.
    pub script: Option<Script>,
    /// Its dependencies; `None` when they weren't asked for and the list
    /// didn't carry them.
    pub dependencies: Option<Dependencies>,
    /// The names of its secrets; `None` when they weren't asked for.
    pub secrets: Option<BTreeSet<SecretKey>>,
    /// What only its kind has.
    pub body: LiveBody,
}

/// What only one kind of live resource has.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum LiveBody {
    /// A hook has nothing beside the rest.
    #[default]
    Hook,
    /// An action's.
    Action(Box<LiveAction>),
}

impl Live {
    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self.body {
            LiveBody::Hook => Kind::Hook,
            LiveBody::Action(_) => Kind::Action,
        }
    }

    /// What it is known by.
    #[must_use]
    pub fn address(&self) -> Address {
        Address { kind: self.kind(), name: self.name.clone() }
    }

    /// The order among those of one name: the one that is called so comes before
    /// those that only go by it.
    #[must_use]
    pub fn precedence(&self) -> (bool, bool, &Id) {
        let is_called_so = self.stored_name.as_deref() == Some(self.name.as_str());
        (!is_called_so, self.stored_name.is_none(), &self.id)
    }

    /// Whether everything but the secrets' names is known.
    #[must_use]
    pub fn has_content(&self) -> bool {
        self.script.is_some() && self.dependencies.is_some()
    }

    /// What only an action has; `None` for a hook.
    #[must_use]
    pub fn action(&self) -> Option<&LiveAction> {
        match &self.body {
            LiveBody::Hook => None,
            LiveBody::Action(action) => Some(action),
        }
    }
}
