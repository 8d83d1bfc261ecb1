//! The writes of a hook.
//!
//! Must not know how they are carried out.

use crate::model::{HookPatch, Id, Live, Name, NewHook, SecretKey};
use crate::plan::{Deed, Field, Ref, SecretVerb, WriteSort};

/// One write of a hook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HookOp {
    /// `POST /hooks`
    Create {
        /// What is sent. `enabled` is `true` only where nothing is missing
        /// once the hook is created.
        hook: NewHook,
    },
    /// `PATCH /hooks/{id}`
    Patch {
        /// Which hook.
        hook: Ref,
        /// What changes.
        patch: HookPatch,
    },
    /// `DELETE /hooks/{id}`
    Delete {
        /// Which hook.
        hook: Ref,
    },
    /// A write below `/hooks/{id}/secrets`.
    Secrets {
        /// Which hook.
        hook: Ref,
        /// `POST`, `PATCH` or `DELETE`.
        verb: SecretVerb,
        /// The definition that has the values.
        definition: Name,
        /// Which secrets.
        keys: Vec<SecretKey>,
    },
}

impl HookOp {
    pub(in crate::plan) fn target(&self) -> Option<&Ref> {
        match self {
            Self::Create { .. } => None,
            Self::Patch { hook, .. } | Self::Delete { hook } | Self::Secrets { hook, .. } => {
                Some(hook)
            }
        }
    }

    pub(in crate::plan) fn target_mut(&mut self) -> Option<&mut Ref> {
        match self {
            Self::Create { .. } => None,
            Self::Patch { hook, .. } | Self::Delete { hook } | Self::Secrets { hook, .. } => {
                Some(hook)
            }
        }
    }

    pub(in crate::plan) fn sort(&self) -> WriteSort {
        match self {
            Self::Create { .. } => WriteSort::Create,
            Self::Patch { patch, .. } => {
                let switch_only = HookPatch { enabled: patch.enabled, ..HookPatch::default() };
                if *patch == switch_only { WriteSort::Switch } else { WriteSort::Content }
            }
            Self::Delete { .. } => WriteSort::Delete,
            Self::Secrets { .. } => WriteSort::Secrets,
        }
    }

    pub(in crate::plan) fn scope(&self) -> &'static str {
        match self {
            Self::Create { .. } => "create:hooks",
            Self::Delete { .. } | Self::Secrets { verb: SecretVerb::Delete, .. } => "delete:hooks",
            Self::Patch { .. } | Self::Secrets { .. } => "update:hooks",
        }
    }

    /// A name is only put back where it was all that the patch changed: a
    /// successor may have it already.
    pub(in crate::plan) fn undo(&self, live: &Live, only_off: bool) -> Option<Self> {
        let Self::Patch { hook, patch } = self else { return None };
        let HookPatch { name, script, dependencies, enabled } = patch;
        let name_only = script.is_none() && dependencies.is_none() && enabled.is_none();
        let patch = if only_off {
            HookPatch::enabled(true)
        } else {
            HookPatch {
                name: name.as_ref().filter(|_| name_only).map(|_| live.name.clone()),
                script: script.as_ref().and_then(|_| live.script.clone()),
                dependencies: dependencies.as_ref().and_then(|_| live.dependencies.clone()),
                enabled: enabled.map(|_| live.runs),
            }
        };
        Some(Self::Patch { hook: hook.clone(), patch })
    }

    pub(in crate::plan) fn switches(&self) -> Option<bool> {
        match self {
            Self::Patch { patch, .. } => patch.enabled,
            _ => None,
        }
    }

    pub(in crate::plan) fn drop_switch(&mut self) {
        if let Self::Patch { patch, .. } = self {
            patch.enabled = None;
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
            Self::Create { hook } => vec![Deed::Create(Some(hook.enabled == Some(true)))],
            Self::Patch { hook: _, patch } => {
                let HookPatch { name, script, dependencies, enabled } = patch;
                let parts = [
                    name.clone().map(Deed::Rename),
                    script.as_ref().map(|_| Deed::Send(Field::Script)),
                    dependencies.as_ref().map(|_| Deed::Send(Field::Dependencies)),
                    enabled.map(Deed::Switch),
                ];
                parts.into_iter().flatten().collect()
            }
            Self::Delete { .. } => vec![Deed::Delete],
            Self::Secrets { verb, keys, .. } => vec![Deed::Secrets(*verb, keys.clone())],
        }
    }

    pub(in crate::plan) fn sends(&self) -> Option<(&Name, Vec<&SecretKey>)> {
        match self {
            Self::Secrets {
                verb: SecretVerb::Create | SecretVerb::Write,
                definition,
                keys,
                ..
            } => Some((definition, keys.iter().collect())),
            _ => None,
        }
    }

    /// The write that switches a live hook on or off.
    #[must_use]
    pub fn switch(id: Id, on: bool) -> Self {
        Self::Patch { hook: Ref::Live(id), patch: HookPatch::enabled(on) }
    }
}
