//! Where kinds come in: every question that a plan asks of a kind, answered
//! here or in the kind's own folder.
//!
//! A new kind is a folder beside those of the others, an arm of [`Op`], and an
//! answer to each of these. Must not hold what is true of every kind.
//!
//! [`Op`]: super::Op

use super::actions::Order;
use super::draft::Draft;
use super::graph::{Graph, NoOrder};
use super::hooks::cutover::{self, Cutover};
use super::policy::SecretsMode;
use super::{Change, FieldChange, SecretChange, actions, hooks};
use crate::model::{Definition, DesiredState, Id, Kind, Live, LiveState, Name, SecretKey, Trigger};

/// Why a name means nothing of a kind whose names have a form.
pub(super) const NO_SUCH_NAME: &str = "no hook can have this name";

/// Every scope that a write can need.
pub(super) const WRITE_SCOPES: [&str; 6] = [
    "create:hooks",
    "update:hooks",
    "delete:hooks",
    "create:actions",
    "update:actions",
    "delete:actions",
];

impl Kind {
    /// Those that definitions are of. The order of a trigger is compared once
    /// all that it can name has been.
    pub(super) const DEFINED: [Self; 2] = [Self::Hook, Self::Action];

    /// The only one that the first fingerprints knew. Plans of it alone keep
    /// theirs.
    pub const FIRST: Self = Self::Hook;

    /// One of two values, of which users give one for hooks and one for
    /// actions and their bindings.
    pub(super) fn choose<T>(self, of_hooks: T, of_actions: T) -> T {
        match self {
            Self::Hook => of_hooks,
            Self::Action | Self::Bindings => of_actions,
        }
    }

    /// Which secrets are sent where the user doesn't say. Sending one of an
    /// action means a new version in traffic, so those are only sent when they
    /// are missing.
    pub(super) fn default_secrets(self) -> SecretsMode {
        self.choose(SecretsMode::Always, SecretsMode::Missing)
    }

    /// Whether names have a form in which they are stored, and compared.
    pub(super) fn has_stored_names(self) -> bool {
        self == Self::Hook
    }

    /// Whether a name alone says which is meant. Names of actions need not be
    /// unique: name and trigger do, and each is bound, built and versioned by
    /// itself.
    pub(super) fn is_known_by_name(self) -> bool {
        self != Self::Action
    }

    /// Whether it is switched on and off by a field of its own.
    pub(super) fn has_switch(self) -> bool {
        self == Self::Hook
    }

    /// Whether a secret that is sent again changes what runs.
    pub(super) fn runs_secrets(self) -> bool {
        self == Self::Action
    }

    /// Whether this version knows what runs at a trigger.
    pub(super) fn knows(self, trigger: &Trigger) -> bool {
        self != Self::Hook || !matches!(trigger, Trigger::Other(_))
    }

    /// Where requests about one are sent, below `/api/v2/`; `None` where its id
    /// isn't known.
    pub(super) fn path(self, id: Option<&Id>, trigger: &Trigger) -> Option<String> {
        match self {
            Self::Hook => Some(format!("hooks/{}", id?)),
            Self::Action => Some(format!("actions/actions/{}", id?)),
            Self::Bindings => Some(format!("actions/triggers/{trigger}/bindings")),
        }
    }
}

impl Change {
    /// Whether it changes what every log-in of users, or of machines (this
    /// program's own among them), goes through.
    #[must_use]
    pub fn can_lock_out(&self) -> bool {
        match self.kind {
            Kind::Hook => hooks::can_lock_out(self),
            Kind::Action | Kind::Bindings => actions::can_lock_out(self),
        }
    }

    /// What to say of so many that can lock out, after their names.
    #[must_use]
    pub fn lock_out(&self, names: usize) -> &'static str {
        match self.kind {
            Kind::Hook => hooks::LOCK_OUT,
            Kind::Action | Kind::Bindings => actions::lock_out(&self.trigger, names),
        }
    }
}

/// A name in the form in which it is stored, where a kind stores names so.
pub(super) fn stored_name(written: &str) -> Option<Name> {
    Name::hook(written).ok()
}

/// All fields that something new is sent with.
pub(super) fn all_fields(
    definition: &Definition,
    live: Option<&Live>,
    state: &LiveState,
) -> Vec<FieldChange> {
    match definition.kind() {
        Kind::Hook => hooks::all_fields(definition, live),
        Kind::Action | Kind::Bindings => actions::all_fields(definition, live, &state.triggers),
    }
}

/// Notes what differs between a definition and what is live of it.
pub(super) fn update(definition: &Definition, live: &Live, draft: &mut Draft<'_>) {
    match definition.kind() {
        Kind::Hook => hooks::update(definition, live, draft),
        Kind::Action | Kind::Bindings => actions::update(definition, live, draft),
    }
}

/// Adds the secrets that only a kind knows to be outdated.
pub(super) fn add_outdated(
    definition: &Definition,
    live: &Live,
    secrets: &mut Vec<SecretChange>,
    draft: &mut Draft<'_>,
) {
    if definition.kind() == Kind::Action {
        actions::rotation::add(definition, live, secrets, draft);
    }
}

/// Why a replacement would lose the only value of a secret, where it would.
pub(super) fn loses_secrets(change: &Change, missing: &[SecretKey]) -> Option<String> {
    (change.kind == Kind::Action).then(|| actions::loses_secrets(change, missing)).flatten()
}

/// Whether something live without a definition is what an interrupted run left.
pub(super) fn is_left_over(live: &Live) -> bool {
    live.kind() == Kind::Hook && hooks::is_left_over(live)
}

/// What the changes of all kinds make necessary of each other. Gives the
/// orders that are written.
pub(super) fn complete(
    draft: &mut Draft<'_>,
    desired: &DesiredState,
    live: &LiveState,
) -> Vec<Order> {
    hooks::takeover::switch_off_others(&mut draft.changes, &mut draft.warnings, desired, live);
    if desired.in_play.has(Kind::Bindings) {
        actions::complete(&mut draft.changes, desired, live)
    } else {
        Vec::new()
    }
}

/// Adds the writes of all changes, and what they wait for.
pub(super) fn add_steps(
    graph: &mut Graph,
    changes: &[Change],
    orders: &[Order],
    cutovers: &[Cutover],
    desired: &DesiredState,
    live: &LiveState,
) -> Result<(), NoOrder> {
    let gives = hooks::order::add(graph, changes, live)?;
    let binds = actions::order::add(graph, changes, orders, desired, live)?;
    cutover::order(graph, cutovers, &gives, &binds, changes);
    Ok(())
}
