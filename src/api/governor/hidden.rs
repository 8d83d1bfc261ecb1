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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_proves_it_and_silence_takes_three() {
        let check = |refusals: &[(Option<f64>, f64)], found: bool| {
            let mut hidden = Hidden::default();
            for (told, expected) in refusals {
                hidden.learn(true, *told, *expected);
            }
            assert_eq!(hidden.is_found(), found, "{refusals:?}");
        };
        check(&[(Some(7.0), 0.0)], true);
        // Next to nothing was left: no wonder.
        check(&[(Some(1.0), 9.0), (None, 1.0), (None, 1.0), (None, 1.0)], false);
        check(&[(None, 9.0), (None, 9.0)], false);
        check(&[(None, 9.0), (None, 9.0), (None, 9.0)], true);
    }

    #[test]
    fn a_refusal_now_and_then_is_forgotten() {
        let mut hidden = Hidden::default();
        for _ in 0..50 {
            hidden.learn(true, None, 9.0);
            (0..20).for_each(|_| hidden.learn(false, None, 9.0));
        }
        assert!(!hidden.is_found());
    }
}
