//! Of what kind something is, and what it is called.
//!
//! Must not know what a kind holds: its body does.

use std::fmt;

use super::Name;

/// A kind of resource. Ordered as plans show them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A hook, the kind that Auth0 ended on 2026-11-18.
    Hook,
    /// An action.
    Action,
    /// The ordered list of actions bound to one trigger.
    Bindings,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Hook, Self::Action, Self::Bindings];

    /// The word used in definitions, in `--only` and in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hook => "hook",
            Self::Action => "action",
            Self::Bindings => "bindings",
        }
    }

    /// The word for several.
    #[must_use]
    pub fn plural(self) -> &'static str {
        match self {
            Self::Hook => "hooks",
            Self::Action => "actions",
            Self::Bindings => "bindings",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a definition and a live resource have in common when they mean the
/// same thing. The bindings of a trigger go by the trigger's id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    /// Its kind.
    pub kind: Kind,
    /// Its identity within the kind.
    pub name: Name,
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.name)
    }
}
