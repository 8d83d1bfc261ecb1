//! The two states that are compared: what the files say, and what is live.
//!
//! Must not compare them: that is `plan`'s.

use std::collections::BTreeMap;

use super::{BindingsOrder, Definition, Kind, Live, LiveBindings, TriggerVersion};

/// All definitions of a directory, after keyword replacement. Names are
/// unique within a kind, and at most one hook a trigger is to be enabled.
#[derive(Debug, Clone, Default)]
pub struct DesiredState {
    /// Ordered by kind, then name.
    pub definitions: Vec<Definition>,
    /// One for each trigger whose order a file defines, ordered by trigger.
    pub bindings: Vec<BindingsOrder>,
    /// Which kinds are compared at all.
    pub in_play: InPlay,
}

/// Which kinds a directory speaks of. A kind not in play is never read, and
/// nothing of it is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InPlay {
    /// Hooks.
    pub hooks: bool,
    /// Actions and their bindings.
    pub actions: bool,
}

impl Default for InPlay {
    fn default() -> Self {
        Self { hooks: true, actions: false }
    }
}

impl InPlay {
    /// Whether a kind is in play.
    #[must_use]
    pub fn has(self, kind: Kind) -> bool {
        match kind {
            Kind::Hook => self.hooks,
            Kind::Action | Kind::Bindings => self.actions,
        }
    }
}

impl DesiredState {
    /// The definitions of one kind, ordered by name.
    pub fn of(&self, kind: Kind) -> impl Iterator<Item = &Definition> {
        self.definitions.iter().filter(move |definition| definition.kind() == kind)
    }
}

/// The hooks and actions of a tenant, as far as they were fetched.
#[derive(Debug, Clone, Default)]
pub struct LiveState {
    /// Ordered by kind, name, then id: the API promises no order.
    pub resources: Vec<Live>,
    /// The bindings of the triggers that matter, ordered by trigger.
    pub bindings: Vec<LiveBindings>,
    /// The triggers that the tenant lists; empty where nothing needs them.
    pub triggers: Vec<TriggerVersion>,
    /// The kinds that can't be read any more because the tenant has ended them,
    /// each with what it says.
    pub ended: BTreeMap<Kind, String>,
}

impl LiveState {
    /// What is live of one kind, ordered by name.
    pub fn of(&self, kind: Kind) -> impl Iterator<Item = &Live> {
        self.resources.iter().filter(move |live| live.kind() == kind)
    }
}
