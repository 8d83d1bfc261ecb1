//! The requests of a plan and what each has to wait for, as data.
//!
//! A step is the smallest thing that is done or not done: one write. Must not
//! know how it is carried out, or hold a secret's value (only its name).

use crate::model::{HookPatch, Id, Name, NewHook, SecretKey};

/// A step's place in [`super::Plan::steps`].
pub type StepId = usize;

/// What a step belongs to, by place in the plan's lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Owner {
    /// `Plan::changes[i]`
    Change(usize),
    /// `Plan::secret_writes[i]`
    SecretWrite(usize),
}

/// The hook that a step writes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HookRef {
    /// One that is live already.
    Live(Id),
    /// The one that an earlier step makes.
    MadeBy(StepId),
}

/// One write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What it belongs to.
    pub owner: Owner,
    /// What is written.
    pub op: Op,
    /// Steps that must have succeeded before; all have smaller ids.
    pub after: Vec<StepId>,
    /// Switch-offs (and moves out of the way) that this step makes good: if it
    /// fails they are taken back, so that a trigger isn't left without its
    /// hook; and an interrupt doesn't come between them and this step.
    pub takes_over_from: Vec<StepId>,
}

/// The body of one write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Op {
    /// `POST /hooks`
    Create {
        /// What is sent. `enabled` is `true` only where nothing is missing
        /// once the hook is made.
        hook: NewHook,
    },
    /// `PATCH /hooks/{id}`
    Patch {
        /// Which hook.
        hook: HookRef,
        /// What changes.
        patch: HookPatch,
    },
    /// `DELETE /hooks/{id}`
    Delete {
        /// Which hook.
        hook: HookRef,
    },
    /// `POST /hooks/{id}/secrets`
    AddSecrets {
        /// Which hook.
        hook: HookRef,
        /// The definition that has the values.
        definition: Name,
        /// Which secrets.
        keys: Vec<SecretKey>,
    },
    /// `PATCH /hooks/{id}/secrets`
    UpdateSecrets {
        /// Which hook.
        hook: HookRef,
        /// The definition that has the values.
        definition: Name,
        /// Which secrets.
        keys: Vec<SecretKey>,
    },
    /// `DELETE /hooks/{id}/secrets`
    RemoveSecrets {
        /// Which hook.
        hook: HookRef,
        /// Which secrets.
        keys: Vec<SecretKey>,
    },
}
