//! The requests of a plan and what each has to wait for, as data.
//!
//! A step is the smallest thing that is done or not done: one write. What the
//! writes of a kind are is in that kind's folder; everything else asks an
//! [`Op`] by its methods. Must not know how a step is carried out, or hold a
//! secret's value (only its name).

use std::collections::BTreeSet;

use super::actions::{ActionOp, Bind, BindEntry};
use super::hooks::HookOp;
use super::{Field, SecretVerb};
use crate::model::{Id, Kind, Live, Name, SecretKey, Trigger};

/// A step's place in [`super::Plan::steps`].
pub type StepId = usize;

/// What a step writes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ref {
    /// Something that is live already.
    Live(Id),
    /// What an earlier step creates.
    MadeBy(StepId),
}

/// One write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The change that it belongs to, by its place in the plan.
    pub change: usize,
    /// The name that its target has when it is the step's turn: resources
    /// that swap names have others in between.
    pub shown_as: Name,
    /// What is written.
    pub op: Op,
    /// Steps that must have succeeded before; all have smaller ids.
    pub after: Vec<StepId>,
    /// Switch-offs (and moves out of the way) that this step makes good: if it
    /// fails they are taken back, so that a trigger isn't left without its
    /// hook; and an interrupt doesn't come between them and this step.
    pub takes_over_from: Vec<StepId>,
    /// Of the first half of a cutover: the actions that have to be in traffic
    /// before it begins. Empty for any other step.
    pub awaits: Vec<Ref>,
}

/// The body of one write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Op {
    /// To a hook.
    Hook(HookOp),
    /// To an action.
    Action(ActionOp),
    /// To a trigger's bindings.
    Bind(Bind),
}

/// What a tenant or a token can refuse as such.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Write {
    /// Of what kind it is.
    pub kind: Kind,
    /// What is done.
    pub sort: WriteSort,
}

/// The sorts of writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WriteSort {
    /// Something is created.
    Create,
    /// Its content changes.
    Content,
    /// It is switched on or off, and nothing else.
    Switch,
    /// Its secrets change.
    Secrets,
    /// A draft is deployed.
    Deploy,
    /// It is deleted.
    Delete,
}

/// A part of a write, for whoever shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// It is created. Of a hook: whether it runs from then on.
    Create(Option<bool>),
    /// It gets another name.
    Rename(Name),
    /// A field is sent.
    Send(Field),
    /// It is switched on or off.
    Switch(bool),
    /// Secrets are added, sent again or removed.
    Secrets(SecretVerb, Vec<SecretKey>),
    /// The draft goes live.
    Deploy,
    /// The order of a trigger is written, this many entries long.
    Bind(usize),
    /// It is deleted.
    Delete,
}

impl Op {
    /// The write that switches a live hook on or off.
    #[must_use]
    pub fn switch(hook: Id, on: bool) -> Self {
        Self::Hook(HookOp::switch(hook, on))
    }

    /// The name, the trigger and the older ids that an action's creation is
    /// distinguished from others by: names of actions need not be unique.
    #[must_use]
    pub fn creates_among(&self) -> Option<(&Name, &Trigger, &BTreeSet<Id>)> {
        match self {
            Self::Action(ActionOp::Create { action, known }) => {
                Some((&action.name, &action.trigger, known))
            }
            Self::Hook(_) | Self::Action(_) | Self::Bind(_) => None,
        }
    }

    /// The kind of what is written to.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Hook(_) => Kind::Hook,
            Self::Action(_) => Kind::Action,
            Self::Bind(_) => Kind::Bindings,
        }
    }

    /// What is written to; `None` where it is created, and for a trigger.
    #[must_use]
    pub fn target(&self) -> Option<&Ref> {
        match self {
            Self::Hook(op) => op.target(),
            Self::Action(op) => op.target(),
            Self::Bind(_) => None,
        }
    }

    /// The entries of an order that is written; none for any other write.
    #[must_use]
    pub fn bound(&self) -> &[BindEntry] {
        match self {
            Self::Bind(op) => &op.entries,
            Self::Hook(_) | Self::Action(_) => &[],
        }
    }

    /// Everything that the write names, to be renumbered.
    pub fn refs_mut(&mut self) -> Vec<&mut Ref> {
        match self {
            Self::Hook(op) => op.target_mut().into_iter().collect(),
            Self::Action(op) => op.target_mut().into_iter().collect(),
            Self::Bind(op) => op.entries.iter_mut().map(|entry| &mut entry.action).collect(),
        }
    }

    /// As what a tenant can refuse it.
    #[must_use]
    pub fn write(&self) -> Write {
        let sort = match self {
            Self::Hook(op) => op.sort(),
            Self::Action(op) => op.sort(),
            Self::Bind(_) => WriteSort::Switch,
        };
        Write { kind: self.kind(), sort }
    }

    /// The scope that it needs, by the OpenAPI description of the Management
    /// API. (Auth0's prose pages name others for some writes of hooks; asking
    /// for all four hook scopes is always right.)
    #[must_use]
    pub fn scope(&self) -> &'static str {
        match self {
            Self::Hook(op) => op.scope(),
            Self::Action(op) => op.scope(),
            Self::Bind(_) => "update:actions",
        }
    }

    /// The write that puts `live` back as it was before this one. `only_off`:
    /// of this one, a switch-off alone came through. `None` where that can't
    /// be done.
    #[must_use]
    pub fn undo(&self, live: Option<&Live>, only_off: bool) -> Option<Self> {
        match self {
            Self::Hook(op) => op.undo(live?, only_off).map(Self::Hook),
            // what was written of an action is a draft, which isn't in traffic;
            // a version goes back by deploying an older one, for the user to ask
            Self::Action(_) => None,
            Self::Bind(bind) => Some(Self::Bind(bind.undo())),
        }
    }

    /// Whether it deletes its target.
    #[must_use]
    pub fn deletes(&self) -> bool {
        self.write().sort == WriteSort::Delete
    }

    /// Whether it switches its target on or off; `None` where it does neither.
    #[must_use]
    pub fn switches(&self) -> Option<bool> {
        match self {
            Self::Hook(op) => op.switches(),
            Self::Action(_) | Self::Bind(_) => None,
        }
    }

    /// Leaves the switch out, because another step sends it.
    pub(super) fn drop_switch(&mut self) {
        match self {
            Self::Hook(op) => op.drop_switch(),
            Self::Action(_) | Self::Bind(_) => {}
        }
    }

    /// The name that its target has from then on, where that changes.
    #[must_use]
    pub fn renames(&self) -> Option<&Name> {
        match self {
            Self::Hook(op) => op.renames(),
            Self::Action(op) => op.renames(),
            Self::Bind(_) => None,
        }
    }

    /// What it does, part by part.
    #[must_use]
    pub fn deeds(&self) -> Vec<Deed> {
        match self {
            Self::Hook(op) => op.deeds(),
            Self::Action(op) => op.deeds(),
            Self::Bind(op) => vec![Deed::Bind(op.entries.len())],
        }
    }

    /// The definition whose secrets are sent, and which of them.
    #[must_use]
    pub fn sends(&self) -> Option<(&Name, Vec<&SecretKey>)> {
        match self {
            Self::Hook(op) => op.sends(),
            Self::Action(op) => op.sends(),
            Self::Bind(_) => None,
        }
    }
    /// Whether the request says which secrets there are, also of those that stay.
    #[must_use]
    pub fn lists_secrets(&self) -> bool {
        matches!(self, Self::Action(op) if op.lists_secrets())
    }
}
