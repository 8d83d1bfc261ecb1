//! The writes of an action, and of a trigger's bindings.
//!
//! Waiting for a build is no write: whoever deploys waits until the draft is
//! built, whoever binds until the version is in traffic. Must not know how
//! they are carried out.

use std::collections::BTreeSet;

use crate::model::{
    ActionPatch, Id, LiveBinding, LiveBindings, Name, NewAction, SecretKey, Trigger,
};
use crate::plan::{Deed, Field, Ref, SecretVerb, WriteSort};

/// One write of an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ActionOp {
    /// `POST /actions/actions`
    Create {
        /// What is sent; the secrets' values come from the definition of its
        /// name.
        action: NewAction,
        /// The ids of the actions that were there before. Names need not be
        /// unique, so one whose creation wasn't answered goes by its id.
        known: BTreeSet<Id>,
    },
    /// `PATCH /actions/actions/{id}`
    Patch {
        /// Which action.
        action: Ref,
        /// What changes.
        patch: ActionPatch,
        /// The definition that has the values of its secrets.
        definition: Name,
    },
    /// `POST /actions/actions/{id}/deploy`
    Deploy {
        /// Which action.
        action: Ref,
    },
    /// `DELETE /actions/actions/{id}`
    Delete {
        /// Which action.
        action: Ref,
    },
}

/// `PATCH /actions/triggers/{id}/bindings`: the whole list, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bind {
    /// The trigger.
    pub trigger: Trigger,
    /// The entries.
    pub entries: Vec<BindEntry>,
    /// What the list was made from; `None` where nothing was bound.
    pub before: Option<LiveBindings>,
}

/// One entry of a list that is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BindEntry {
    /// The action.
    pub action: Ref,
    /// The name that the Dashboard shows; `None` sends none.
    pub display_name: Option<String>,
}

impl Bind {
    /// The actions that were not bound before.
    pub(in crate::plan) fn newcomers(&self) -> Vec<Ref> {
        let before = || self.before.iter().flat_map(|before| &before.entries);
        let was_bound = |action: &Ref| match action {
            Ref::Live(id) => before().any(|entry| entry.action_id == *id),
            Ref::MadeBy(_) => false,
        };
        let actions = self.entries.iter().map(|entry| &entry.action);
        actions.filter(|action| !was_bound(action)).cloned().collect()
    }

    /// The write of the order as it was.
    pub(in crate::plan) fn undo(&self) -> Self {
        let entry = |entry: &LiveBinding| BindEntry {
            action: Ref::Live(entry.action_id.clone()),
            display_name: entry.display_name.clone(),
        };
        let before = self.before.iter().flat_map(|before| &before.entries);
        Self { trigger: self.trigger.clone(), entries: before.map(entry).collect(), before: None }
    }
}

impl ActionOp {
    pub(in crate::plan) fn target(&self) -> Option<&Ref> {
        match self {
            Self::Create { .. } => None,
            Self::Patch { action, .. } | Self::Deploy { action } | Self::Delete { action } => {
                Some(action)
            }
        }
    }

    pub(in crate::plan) fn target_mut(&mut self) -> Option<&mut Ref> {
        match self {
            Self::Create { .. } => None,
            Self::Patch { action, .. } | Self::Deploy { action } | Self::Delete { action } => {
                Some(action)
            }
        }
    }

    pub(in crate::plan) fn sort(&self) -> WriteSort {
        match self {
            Self::Create { .. } => WriteSort::Create,
            Self::Patch { .. } => WriteSort::Content,
            Self::Deploy { .. } => WriteSort::Deploy,
            Self::Delete { .. } => WriteSort::Delete,
        }
    }

    /// A deploy needs `create:actions`: it creates a version.
    pub(in crate::plan) fn scope(&self) -> &'static str {
        match self {
            Self::Create { .. } | Self::Deploy { .. } => "create:actions",
            Self::Patch { .. } => "update:actions",
            Self::Delete { .. } => "delete:actions",
        }
    }

    pub(in crate::plan) fn renames(&self) -> Option<&Name> {
        match self {
            Self::Patch { patch, .. } => patch.name.as_ref(),
            _ => None,
        }
    }

    pub(in crate::plan) fn deeds(&self) -> Vec<Deed> {
        match self {
            Self::Create { .. } => vec![Deed::Create(None)],
            Self::Patch { action: _, patch, definition: _ } => {
                let ActionPatch { name, script, runtime, dependencies, modules, trigger, secrets } =
                    patch;
                let sent = [
                    (script.is_some(), Field::Script),
                    (runtime.is_some(), Field::Runtime),
                    (dependencies.is_some(), Field::Dependencies),
                    (modules.is_some(), Field::Modules),
                    (trigger.is_some(), Field::TriggerVersion),
                ];
                let sent = sent.into_iter().filter(|(sent, _)| *sent);
                let secrets = secrets.as_ref().map(|secrets| {
                    let keys = secrets.iter().map(|secret| secret.key.clone());
                    Deed::Secrets(SecretVerb::Write, keys.collect())
                });
                let renamed = name.clone().map(Deed::Rename).into_iter();
                renamed.chain(sent.map(|(_, field)| Deed::Send(field))).chain(secrets).collect()
            }
            Self::Deploy { .. } => vec![Deed::Deploy],
            Self::Delete { .. } => vec![Deed::Delete],
        }
    }

    /// Whether a patch has the list of all secrets.
    pub(in crate::plan) fn lists_secrets(&self) -> bool {
        matches!(self, Self::Patch { patch, .. } if patch.secrets.is_some())
    }

    pub(in crate::plan) fn sends(&self) -> Option<(&Name, Vec<&SecretKey>)> {
        match self {
            Self::Create { action, known: _ } => {
                Some((&action.name, action.secrets.iter().collect()))
            }
            Self::Patch { patch, definition, .. } => {
                let with_value = patch.secrets.iter().flatten().filter(|secret| secret.with_value);
                Some((definition, with_value.map(|secret| &secret.key).collect()))
            }
            Self::Deploy { .. } | Self::Delete { .. } => None,
        }
    }
}
