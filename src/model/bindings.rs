//! In which order actions run at a trigger: as a file defines it, as the
//! tenant has it, and what is known of the trigger itself.
//!
//! Must not compare them: that is `plan`'s.

use super::{Id, Name, Place, Trigger};

/// What a file says of one trigger's bindings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BindingsOrder {
    /// The trigger.
    pub trigger: Trigger,
    /// What becomes of live entries that are not in the list.
    pub mode: BindingsMode,
    /// The entries, in the order in which they are to run.
    pub entries: Vec<BindingEntry>,
    /// Where it is defined.
    pub place: Place,
}

/// What becomes of live entries that a list doesn't mention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum BindingsMode {
    /// They are unbound: the list is the whole order.
    #[default]
    Whole,
    /// They stay, before the list's entries.
    Append,
    /// They stay, after the list's entries.
    Prepend,
}

/// One entry of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BindingEntry {
    /// Which action runs.
    pub action: BoundAction,
    /// The name that the Dashboard shows in the flow; `None` leaves it as it
    /// is.
    pub display_name: Option<String>,
    /// Where the entry is written.
    pub place: Place,
}

/// The action that an entry names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BoundAction {
    /// By its name.
    Name(Name),
    /// By its id, to the letter: installed actions, which no file defines.
    Id(Id),
}

/// The live bindings of one trigger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveBindings {
    /// The trigger.
    pub trigger: Trigger,
    /// The entries in the order in which they run.
    pub entries: Vec<LiveBinding>,
}

/// One live entry. Its own id is not kept: every write gives all entries new
/// ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveBinding {
    /// The action's id, to the letter: those of installed actions are in
    /// upper case.
    pub action_id: Id,
    /// The action's name.
    pub action_name: Name,
    /// The name that the Dashboard shows; `None` where the entry has none.
    pub display_name: Option<String>,
    /// Whether the action comes from the marketplace.
    pub installed: bool,
}

/// One version of a trigger as the tenant lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TriggerVersion {
    /// The trigger.
    pub trigger: Trigger,
    /// The version, such as `v3`.
    pub version: String,
    /// Whether it is the one that new actions are to use.
    pub current: bool,
    /// The runtimes that it takes.
    pub runtimes: Vec<String>,
    /// The one that is used where none is given.
    pub default_runtime: Option<String>,
    /// Whether actions are bound to the trigger as a list. Others are bound
    /// to an entity, such as an event stream.
    pub bindable: bool,
}
