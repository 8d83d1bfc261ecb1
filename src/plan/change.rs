//! The plan and what it is made of.
//!
//! Everything a reviewer sees is here, and nothing that only a machine needs
//! ([`super::step`] has that). Must not hold a secret's value.

use super::{Fingerprint, Owner, Step};
use crate::model::{Dependencies, Id, Live, Name, Position, Script, SecretKey, Trigger};

/// What has to happen on one tenant for its hooks to be as desired.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The tenant's domain. A plan is never carried out on another one.
    pub tenant: String,
    /// Stands for the desired definitions and the live content of every hook
    /// that the plan touches.
    pub fingerprint: Fingerprint,
    /// Ordered by name, then trigger.
    pub changes: Vec<Change>,
    /// Hooks with no change but secrets that are sent again, because values
    /// can't be compared. Ordered by name.
    pub secret_writes: Vec<SecretWrite>,
    /// Managed hooks that are as desired (those in
    /// [`Self::secret_writes`] included). Ordered by name.
    pub unchanged: Vec<Name>,
    /// Live hooks that no definition mentions. Ordered by name.
    pub unmanaged: Vec<Unmanaged>,
    /// What the reader has to know besides.
    pub warnings: Vec<Warning>,
    /// Secrets that would be sent but whose value isn't known here: `plan`
    /// tells, `apply` refuses.
    pub unresolved: Vec<UnresolvedSecret>,
    /// The requests, in an order that is safe. Each names the change it
    /// belongs to.
    pub steps: Vec<Step>,
    /// How many hooks the tenant has, whatever the plan does with them.
    pub live_total: usize,
    /// Whether the user has allowed deletes.
    pub deletes_allowed: bool,
    /// The scopes that applying needs and that the token, which is only good
    /// for planning, lacks.
    pub token_lacks: Vec<String>,
}

/// What is done to one hook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verb {
    /// It is made.
    Create,
    /// Some of its fields or secrets change; its id stays.
    Update,
    /// Its trigger changes, which the tenant can't do: a new hook is made and
    /// the old one deleted. A delete to every safety rule.
    Replace,
    /// It is deleted.
    Delete,
}

impl Verb {
    /// The lower-case word used in JSON and in text.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Replace => "replace",
            Self::Delete => "delete",
        }
    }
}

/// One hook's change.
#[derive(Debug, Clone)]
pub struct Change {
    /// What is done.
    pub verb: Verb,
    /// The hook's name once it is done (for a delete, its name until then).
    pub name: Name,
    /// The trigger once it is done.
    pub trigger: Trigger,
    /// The live hook's id; `None` for a create.
    pub id: Option<Id>,
    /// The definition's file; `None` for hooks without one.
    pub source: Option<String>,
    /// The live hook before; `None` for a create.
    pub live: Option<Live>,
    /// The fields that change, in the order name, trigger, enabled,
    /// dependencies, script. For a create all that are sent; for a delete none.
    pub fields: Vec<FieldChange>,
    /// What happens to its secrets, ordered by key. For a replace and a
    /// delete, the keys that are lost with the old hook are in
    /// [`Change::live`].
    pub secrets: Vec<SecretChange>,
    /// Why the tenant or the token will refuse it, where that is known.
    pub blocked: Option<String>,
    /// Why the hook will not be switched on although its definition says so:
    /// it would run without a secret that only the tenant could have had.
    pub withheld: Option<String>,
}

/// One field's old and new value. `old` is `None` where there is no live hook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldChange {
    /// The hook's name.
    Name {
        /// As the tenant has it.
        old: Option<String>,
        /// As it is to be (in kebab-case, the form the tenant stores).
        new: String,
    },
    /// The trigger; differs only in a replace.
    Trigger {
        /// As the tenant has it.
        old: Option<Trigger>,
        /// As it is to be.
        new: Trigger,
    },
    /// Whether it runs.
    Enabled {
        /// As the tenant has it.
        old: Option<bool>,
        /// As it is to be.
        new: bool,
    },
    /// The npm packages, as a whole.
    Dependencies {
        /// As the tenant has them.
        old: Option<Dependencies>,
        /// As they are to be.
        new: Dependencies,
    },
    /// The script.
    Script {
        /// As the tenant has it.
        old: Option<Script>,
        /// As it is to be, byte for byte.
        new: Script,
    },
}

impl FieldChange {
    /// The field's name in definitions and in JSON.
    #[must_use]
    pub fn field(&self) -> &'static str {
        match self {
            Self::Name { .. } => "name",
            Self::Trigger { .. } => "triggerId",
            Self::Enabled { .. } => "enabled",
            Self::Dependencies { .. } => "dependencies",
            Self::Script { .. } => "script",
        }
    }
}

/// What happens to one secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SecretVerb {
    /// The tenant lacks the key: it is added.
    Create,
    /// Both have the key: the value is sent again, for it can't be compared.
    Write,
    /// The definition lacks the key: it is removed.
    Delete,
}

impl SecretVerb {
    /// The lower-case word used in JSON and in text.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Write => "write",
            Self::Delete => "delete",
        }
    }
}

/// One secret's change: its name and what happens, never its value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SecretChange {
    /// The secret's name.
    pub key: SecretKey,
    /// What happens to it.
    pub verb: SecretVerb,
}

/// A hook whose only writes are secrets sent again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretWrite {
    /// The hook.
    pub name: Name,
    /// Its id.
    pub id: Id,
    /// Its trigger.
    pub trigger: Trigger,
    /// The definition's file.
    pub source: String,
    /// The secrets' names, ordered.
    pub keys: Vec<SecretKey>,
    /// Why the token will refuse it, where that is known.
    pub blocked: Option<String>,
}

/// A live hook that no definition mentions. It is left alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmanaged {
    /// Its identity.
    pub name: Name,
    /// Its trigger.
    pub trigger: Trigger,
    /// Its id.
    pub id: Id,
}

/// Something the reader of a plan has to know.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Warning {
    /// A stable code such as `HS301`.
    pub code: &'static str,
    /// One or two sentences.
    pub message: String,
    /// The file it is about.
    pub source: Option<String>,
    /// Where in the file.
    pub position: Option<Position>,
}

/// A secret that would be sent if its value were known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnresolvedSecret {
    /// The hook.
    pub hook: Name,
    /// The secret's name.
    pub key: SecretKey,
    /// The keywords without a value.
    pub keywords: Vec<String>,
    /// The definition's file.
    pub source: String,
}

impl Change {
    /// The new value of `enabled`, where it changes.
    #[must_use]
    pub fn enabled(&self) -> Option<bool> {
        self.fields.iter().find_map(|field| match field {
            FieldChange::Enabled { new, .. } => Some(*new),
            _ => None,
        })
    }

    /// Whether a hook that doesn't run at its trigger will do so.
    #[must_use]
    pub fn switches_on(&self) -> bool {
        self.enabled() == Some(true) && self.withheld.is_none()
    }

    /// Whether a hook that runs at its trigger will not do so any more.
    #[must_use]
    pub fn gives_way(&self) -> bool {
        match self.verb {
            Verb::Create => false,
            Verb::Update => self.enabled() == Some(false),
            Verb::Replace | Verb::Delete => true,
        }
    }

    /// Whether the hook runs once the change is done.
    #[must_use]
    pub fn will_run(&self) -> bool {
        match self.verb {
            Verb::Delete => false,
            Verb::Create | Verb::Replace => self.switches_on(),
            Verb::Update => {
                let before = self.live.as_ref().is_some_and(|live| live.runs);
                self.switches_on() || (before && self.enabled() != Some(false))
            }
        }
    }
}

impl Plan {
    /// Whether the tenant would be as desired without any change. Secrets
    /// sent again are no change.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.changes.is_empty()
    }

    /// How many changes are of one kind.
    #[must_use]
    pub fn count(&self, verb: Verb) -> usize {
        self.changes.iter().filter(|change| change.verb == verb).count()
    }

    /// The change or secret write that a step belongs to, as a hook's name.
    #[must_use]
    pub fn owner_name(&self, owner: Owner) -> &Name {
        match owner {
            Owner::Change(index) => &self.changes[index].name,
            Owner::SecretWrite(index) => &self.secret_writes[index].name,
        }
    }

    /// How many requests an apply will make at least: one a step.
    #[must_use]
    pub fn requests(&self) -> usize {
        self.steps.len()
    }
}
