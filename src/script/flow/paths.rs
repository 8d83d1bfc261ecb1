//! What the paths that reach one point of a function have done so far.

use oxc::span::Span;

/// A set of paths, by what they did with the callback.
#[derive(Clone, Copy, Default)]
pub(crate) struct Paths {
    /// Some path has not touched it.
    pub(crate) untouched: bool,
    /// Some path has called it: the call, and whether it was reached from the
    /// current point without a condition in between.
    pub(crate) called: Option<Called>,
    /// Some path has given it away.
    pub(crate) handed: bool,
    /// How often paths met of which one had touched it and another hadn't. From
    /// two on, the conditions may depend on each other.
    pub(crate) meetings: u8,
    /// The branch by which the untouched paths came past the callback.
    pub(crate) skipped: Option<Span>,
}

/// A call of the callback that some path has behind it.
#[derive(Clone, Copy)]
pub(crate) struct Called {
    pub(crate) at: Span,
    /// Whether a second call here would be certain to follow the first; false
    /// inside a branch that the first call's path may never take.
    pub(crate) certain: bool,
}

impl Paths {
    /// One path that has done nothing.
    pub(crate) fn start() -> Self {
        Self { untouched: true, ..Self::default() }
    }

    /// No path.
    pub(crate) fn none() -> Self {
        Self::default()
    }

    /// Whether any path gets here.
    pub(crate) fn reachable(self) -> bool {
        self.untouched || self.called.is_some() || self.handed
    }

    /// Whether a path has touched the callback.
    pub(crate) fn touched(self) -> bool {
        self.called.is_some() || self.handed
    }

    /// The same paths inside a branch.
    pub(crate) fn in_branch(self) -> Self {
        Self { called: self.called.map(|called| Called { certain: false, ..called }), ..self }
    }

    /// The paths of two branches, where they meet again. `before` is what they
    /// came from.
    pub(crate) fn meet(self, other: Self, before: Self) -> Self {
        if !self.reachable() {
            return other.out_of_branch(before);
        }
        if !other.reachable() {
            return self.out_of_branch(before);
        }
        let all = |paths: Self| paths.touched() && !paths.untouched;
        let nothing = |paths: Self| !paths.touched();
        let differ = (all(self) && nothing(other)) || (nothing(self) && all(other));
        Self {
            untouched: self.untouched || other.untouched,
            called: self.called.or(other.called),
            handed: self.handed || other.handed,
            meetings: self.meetings.max(other.meetings).saturating_add(u8::from(differ)),
            skipped: self.skipped.or(other.skipped),
        }
        .out_of_branch(before)
    }

    /// The same paths, of which the untouched ones came through `branch`.
    pub(crate) fn through(self, branch: Span) -> Self {
        if self.untouched && !self.touched() {
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
