//! The requests of a plan and what each has to wait for, as data.
//!
//! A step is the smallest thing that is done or not done: one write. Must not
//! know how it is carried out, or hold a secret's value (only its name).

use crate::model::{Dependencies, HookId, HookName, Script, SecretKey, Trigger};

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
    Live(HookId),
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
    /// Steps that must have ended before, well or badly; all have smaller ids.
    pub after_any: Vec<StepId>,
    /// If this one fails, the switch-off done by that step is taken back, so
    /// that a trigger isn't left without its hook. An interrupt doesn't come
    /// between the two.
    pub takes_over_from: Option<StepId>,
}

/// The body of one write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Op {
    /// `POST /hooks`
    Create {
        /// The name sent: the stored form.
        name: HookName,
        /// The trigger.
        trigger: Trigger,
        /// The script.
        script: Script,
        /// Dependencies, where managed.
        dependencies: Option<Dependencies>,
        /// `true` only where nothing is missing once it is made.
        enabled: bool,
    },
    /// `PATCH /hooks/{id}`
    Patch {
        /// Which hook.
        hook: HookRef,
        /// What changes.
        patch: Patch,
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
        definition: HookName,
        /// Which secrets.
        keys: Vec<SecretKey>,
    },
    /// `PATCH /hooks/{id}/secrets`
    UpdateSecrets {
        /// Which hook.
        hook: HookRef,
        /// The definition that has the values.
        definition: HookName,
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

/// The fields of a hook that change; `None` is not sent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Patch {
    /// The new name, in the stored form.
    pub name: Option<HookName>,
    /// The new script.
    pub script: Option<Script>,
    /// The new dependencies, as a whole.
    pub dependencies: Option<Dependencies>,
    /// Whether it is to run.
    pub enabled: Option<bool>,
}

impl Patch {
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
