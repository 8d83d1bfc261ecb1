//! Whether something refuses requests that no header tells of.
//!
//! A second bucket, for instance. Must not know how the first one fills.

/// So many more than chance explains, lately, are proof.
const PROOF: f64 = 2.0;
/// What a success leaves of them.
const FADING: f64 = 0.9;
/// A refusal is explained if so many were left, or fewer.
const LEFT: f64 = 2.0;

/// The memory of refusals that the headers don't explain.
#[derive(Debug, Default)]
pub(super) struct Hidden {
    found: bool,
    doubts: f64,
}

impl Hidden {
    /// A request was answered. `told` is what a header of this answer says to
    /// be left; `expected` is what must have been left by those before.
    pub(super) fn learn(&mut self, refused: bool, told: Option<f64>, expected: f64) {
        if !refused {
            self.doubts *= FADING;
        } else if told.unwrap_or(expected) >= LEFT {
            // Without a word others may have taken it, but not often.
            self.doubts += 1.0;
            self.found |= told.is_some() || self.doubts > PROOF;
        }
    }

    pub(super) fn is_found(&self) -> bool {
        self.found
    }
}
