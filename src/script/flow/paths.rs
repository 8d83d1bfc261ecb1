//! What the paths that reach one point of a function have done so far.

use oxc::span::Span;

use super::conditions::{Conditions, Facts};

/// A set of paths, in three groups by what they did with the callback; each
/// with what is known of the conditions on its way.
#[derive(Clone, Copy, Default)]
pub(super) struct Paths {
    /// Those that have not touched it.
    pub(super) untouched: Option<Facts>,
    /// Those that have called it, or made sure that it will be called.
    pub(super) called: Option<Called>,
    /// Those that have given it away.
    pub(super) handed: Option<Facts>,
    /// How often paths met of which one had touched it and another hadn't. From
    /// two on, the conditions may depend on each other.
    pub(super) meetings: u8,
    /// The branch by which the untouched paths came past the callback.
    pub(super) skipped: Option<Span>,
}

/// A call of the callback that some path has behind it.
#[derive(Clone, Copy)]
pub(super) struct Called {
    pub(super) at: Span,
    /// Whether a second call here would be certain to follow the first; false
    /// inside a branch that the first call's path may never take.
    pub(super) certain: bool,
    /// Whether it is still to come, from work that was started: a timer, a
    /// promise, a request.
    pub(super) later: bool,
    pub(super) facts: Facts,
}

impl Paths {
    /// One path that has done nothing.
    pub(super) fn start() -> Self {
        Self { untouched: Some(Facts::default()), ..Self::default() }
    }

    /// No path.
    pub(super) fn none() -> Self {
        Self::default()
    }

    /// Whether any path gets here.
    pub(super) fn reachable(self) -> bool {
        self.untouched.is_some() || self.touched()
    }

    /// Whether a path has touched the callback.
    pub(super) fn touched(self) -> bool {
        self.called.is_some() || self.handed.is_some()
    }

    /// Whether every path here has called it.
    pub(super) fn all_called(self) -> bool {
        self.called.is_some() && self.untouched.is_none() && self.handed.is_none()
    }

    /// The same paths inside a branch of which nothing is known.
    pub(super) fn in_branch(self) -> Self {
        let sure = self.all_called();
        let called = |called: Called| Called { certain: called.certain && sure, ..called };
        Self { called: self.called.map(called), ..self }
    }

    /// The paths of two branches, where they meet again. `before` is what they
    /// came from.
    pub(super) fn meet(self, other: Self, before: Self, conditions: &Conditions) -> Self {
        if !self.reachable() {
            return other.out_of_branch(before);
        }
        if !other.reachable() {
            return self.out_of_branch(before);
        }
        let all = |paths: Self| paths.touched() && paths.untouched.is_none();
        let nothing = |paths: Self| !paths.touched();
        let differ = (all(self) && nothing(other)) || (nothing(self) && all(other));
        let facts = |one: Option<Facts>, two: Option<Facts>| match (one, two) {
            (Some(one), Some(two)) => Some(conditions.common(one, two)),
            (one, two) => one.or(two),
        };
        let called = match (self.called, other.called) {
            (Some(one), Some(two)) => {
                Some(Called { facts: conditions.common(one.facts, two.facts), ..one })
            }
            (one, two) => one.or(two),
        };
        Self {
            untouched: facts(self.untouched, other.untouched),
            called,
            handed: facts(self.handed, other.handed),
            meetings: self.meetings.max(other.meetings).saturating_add(u8::from(differ)),
            skipped: self.skipped.or(other.skipped),
        }
        .out_of_branch(before)
    }

    /// The same paths, of which the untouched ones came through `branch`.
    pub(super) fn through(self, branch: Span) -> Self {
        if self.untouched.is_some() && !self.touched() {
            Self { skipped: Some(branch), ..self }
        } else {
            self
        }
    }

    /// A call made in a branch is certain again for what follows the branch.
    fn out_of_branch(self, before: Self) -> Self {
        let certain = before.called.is_none_or(|called| called.certain);
        Self { called: self.called.map(|called| Called { certain, ..called }), ..self }
    }
}
