//! The plan and what it is made of.
//!
//! Everything a reviewer sees is here, and nothing that only a machine needs
//! ([`super::step`] has that). Must not hold a secret's value.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::cutover::Cutover;
use super::{Behaviour, Field, FieldChange, Fingerprint, Step, Value};
use crate::model::{Id, Kind, Live, Name, Position, Reference, SecretKey, Trigger};

/// What has to happen on one tenant for all to be as desired.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The tenant's domain. A plan is never carried out on another one.
    pub tenant: String,
    /// Stands for the desired definitions and the live content of all
    /// that the plan touches.
    pub fingerprint: Fingerprint,
    /// Ordered by kind, name and trigger; those that only send secrets again
    /// come last.
    pub changes: Vec<Change>,
    /// What is managed and as desired (where only secrets are sent again, too).
    /// Ordered by name.
    pub unchanged: Vec<Name>,
    /// What is live and no definition mentions. Ordered by name.
    pub unmanaged: Vec<Unmanaged>,
    /// What the reader has to know besides.
    pub warnings: Vec<Warning>,
    /// Secrets that would be sent but whose value isn't known here: `plan`
    /// says, `apply` refuses.
    pub unresolved: Vec<UnresolvedSecret>,
    /// What gives way to another kind at its trigger, each as one unit.
    pub cutovers: Vec<Cutover>,
    /// The kinds that the tenant has ended: their definitions are blocked, and
    /// the rest goes on.
    pub ended: BTreeSet<Kind>,
    /// The requests, in an order that is safe. Each names the change it
    /// belongs to.
    pub steps: Vec<Step>,
    /// Why there is no safe order of the writes; empty where there is one.
    pub unordered: Vec<String>,
    /// How many the tenant has of each kind, whatever the plan does with them.
    pub live_total: BTreeMap<Kind, usize>,
    /// Whether the user has allowed deletes.
    pub deletes_allowed: bool,
    /// The scopes that applying needs and that the token, which is only good
    /// for planning, lacks.
    pub token_lacks: Vec<String>,
}

/// What is done to something, or to a trigger's order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verb {
    /// It is made.
    Create,
    /// Some of its fields or secrets change; its id stays.
    Update,
    /// Its trigger changes, which the tenant can't do: a new one is made and
    /// the old one deleted. A delete to every safety rule.
    Replace,
    /// It is deleted.
    Delete,
    /// It is as desired, but for secrets that are sent again because values
    /// can't be compared. That is no change.
    Resend,
}

impl Verb {
    /// All that change something.
    pub const CHANGES: [Self; 4] = [Self::Create, Self::Update, Self::Replace, Self::Delete];

    /// The lower-case word used in JSON and in text.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Replace => "replace",
            Self::Delete => "delete",
            Self::Resend => "write_secrets",
        }
    }
}

/// What changes of one resource, or of one trigger's order.
#[derive(Debug, Clone)]
pub struct Change {
    /// What is done.
    pub verb: Verb,
    /// Of what kind it is.
    pub kind: Kind,
    /// The name once it is done (for a delete, its name until then).
    pub name: Name,
    /// The trigger once it is done.
    pub trigger: Trigger,
    /// The id of what is live; `None` for a create.
    pub id: Option<Id>,
    /// The definition's file; `None` where there is none.
    pub source: Option<String>,
    /// What is live before; `None` for a create.
    pub live: Option<Live>,
    /// The fields that change, in the order name, trigger, enabled,
    /// dependencies, script. For a create all that are sent; for a delete none.
    pub fields: Vec<FieldChange>,
    /// What happens to its secrets, ordered by key. For a replace and a
    /// delete, the keys that are lost with the old one are in
    /// [`Change::live`].
    pub secrets: Vec<SecretChange>,
    /// Whether it runs at its trigger once it is done, where its own fields
    /// don't say: of an action the bindings do.
    pub runs_after: Option<bool>,
    /// The number of the version that a deploy of an action makes, as far as
    /// it is known.
    pub version: Option<u64>,
    /// Why the tenant or the token will refuse it, where that is known.
    pub blocked: Option<String>,
    /// Why it will not be switched on although its definition says so:
    /// it would run without a secret that only the tenant could have had.
    pub withheld: Option<String>,
    /// What running the live and the new code on the same events showed,
    /// where that was asked for. Evidence, and no part of the fingerprint.
    pub behaviour: Option<Behaviour>,
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
    /// Where the value that is sent is kept, where the definition says so.
    pub reference: Option<Reference>,
}

impl SecretChange {
    /// A change whose value, if any, is in the definition.
    #[must_use]
    pub fn new(key: SecretKey, verb: SecretVerb) -> Self {
        Self { key, verb, reference: None }
    }
}

/// Something live that no definition mentions. It is left alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmanaged {
    /// Of what kind it is.
    pub kind: Kind,
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
    pub code: Cow<'static, str>,
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
    /// Whose secret it is.
    pub name: Name,
    /// The secret's name.
    pub key: SecretKey,
    /// The keywords without a value.
    pub keywords: Vec<String>,
    /// The definition's file.
    pub source: String,
}

impl Change {
    /// A change of nothing yet.
    #[must_use]
    pub fn new(verb: Verb, kind: Kind, name: Name, trigger: Trigger) -> Self {
        Self {
            verb,
            kind,
            name,
            trigger,
            id: None,
            source: None,
            live: None,
            fields: Vec::new(),
            secrets: Vec::new(),
            runs_after: None,
            version: None,
            blocked: None,
            withheld: None,
            behaviour: None,
        }
    }

    /// The change of one field, if it is in the list.
    #[must_use]
    pub fn field(&self, field: Field) -> Option<&FieldChange> {
        self.fields.iter().find(|change| change.field == field)
    }

    /// The new value of `enabled`, where it changes.
    #[must_use]
    pub fn enabled(&self) -> Option<bool> {
        self.field(Field::Enabled)?.new.flag()
    }

    /// The secrets with which one thing happens.
    pub fn secrets_to(&self, verb: SecretVerb) -> impl Iterator<Item = &SecretKey> {
        self.secrets.iter().filter(move |secret| secret.verb == verb).map(|secret| &secret.key)
    }

    /// Whether what is live runs at its trigger.
    #[must_use]
    pub fn runs_before(&self) -> bool {
        self.live.as_ref().is_some_and(|live| live.runs)
    }

    /// Whether it is switched on and didn't run at its trigger.
    #[must_use]
    pub fn switches_on(&self) -> bool {
        self.enabled() == Some(true) && self.withheld.is_none()
    }

    /// Whether it runs at its trigger and will not do so any more.
    #[must_use]
    pub fn gives_way(&self) -> bool {
        match self.verb {
            Verb::Create | Verb::Resend => false,
            Verb::Update => self.enabled() == Some(false),
            Verb::Replace | Verb::Delete => true,
        }
    }

    /// Whether it runs at its trigger once the change is done.
    #[must_use]
    pub fn will_run(&self) -> bool {
        if let Some(runs) = self.runs_after {
            return runs;
        }
        match self.verb {
            Verb::Delete => false,
            Verb::Create | Verb::Replace => self.switches_on(),
            Verb::Update | Verb::Resend => {
                self.switches_on() || (self.runs_before() && self.enabled() != Some(false))
            }
        }
    }

    /// Whether a new version of an action is deployed.
    #[must_use]
    pub fn deploys(&self) -> bool {
        let deploy = self.field(Field::Deploy).and_then(|field| field.new.flag());
        deploy == Some(true) && self.withheld.is_none()
    }

    /// Of a trigger's bindings: the names that are bound and were not before.
    #[must_use]
    pub fn newly_bound(&self) -> Vec<&str> {
        match self.field(Field::Bindings).map(|field| (&field.old, &field.new)) {
            Some((Some(Value::Names(old)), Value::Names(new))) => {
                new.iter().filter(|name| !old.contains(name)).map(String::as_str).collect()
            }
            _ => Vec::new(),
        }
    }
}

impl Plan {
    /// What changes; secrets sent again are no change.
    pub fn changed(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| change.verb != Verb::Resend)
    }

    /// What is as desired but for secrets that are sent again.
    pub fn resent(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| change.verb == Verb::Resend)
    }

    /// Whether the tenant would be as desired without any change. Secrets
    /// sent again are no change.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.changed().next().is_none()
    }

    /// How many changes are of one sort. What gives way to another kind
    /// counts as updated, whatever becomes of it then.
    #[must_use]
    pub fn count(&self, verb: Verb) -> usize {
        let counts_as = |(at, change): (usize, &Change)| match self.cutover_of(at) {
            Some(_) => Verb::Update,
            None => change.verb,
        };
        self.changes.iter().enumerate().filter(|change| counts_as(*change) == verb).count()
    }

    /// Whether a change is of a kind that the tenant has ended.
    #[must_use]
    pub fn is_ended(&self, change: &Change) -> bool {
        self.ended.contains(&change.kind)
    }

    /// A kind that the tenant has ended, where for that reason nothing can be
    /// done.
    #[must_use]
    pub fn all_ended(&self) -> Option<Kind> {
        self.ended.first().copied().filter(|_| !self.changes.is_empty() && self.steps.is_empty())
    }

    /// The cutover in which what a change is about gives way.
    #[must_use]
    pub fn cutover_of(&self, change: usize) -> Option<&Cutover> {
        self.cutovers.iter().find(|cutover| cutover.leaving == change)
    }

    /// How many requests an apply will make at least: one a step.
    #[must_use]
    pub fn requests(&self) -> usize {
        self.steps.len()
    }
}
