//! The first burst, in parts.
//!
//! Four of us may begin at the same moment and see the same bucket. So of what
//! is left only a part is taken at once, and the next one when all of that was
//! answered and nobody else showed. Must not know how the bucket fills.

/// The first part, after a single request, and the second. Then all the rest.
const FIRST_SHARE: f64 = 0.25;
const SECOND_SHARE: f64 = 0.5;
/// Seconds within which the requests of a part are sent.
const TOGETHER: f64 = 0.003;

/// How far the first burst is.
#[derive(Debug)]
pub(super) struct Burst {
    /// The part of what is left that is taken at once, and since when.
    share: f64,
    since: f64,
}

impl Burst {
    pub(super) fn new() -> Self {
        Self { share: FIRST_SHARE / 2.0, since: 0.0 }
    }

    /// Others take, too: it begins again.
    pub(super) fn restart(&mut self, now: f64) {
        (self.share, self.since) = (FIRST_SHARE, now);
    }

    /// A request that was sent at `sent` was answered, and `all` of them were.
    pub(super) fn answered(&mut self, sent: f64, now: f64, all: bool) {
        if all && sent >= self.since {
            // What others have begun with shows no sooner than in the next round.
            self.share = match self.share {
                share if share < FIRST_SHARE => FIRST_SHARE,
                share if share < SECOND_SHARE => SECOND_SHARE,
                _ => 2.0,
            };
            self.since = now;
        }
    }

    /// Whether nothing has to be taken in parts any more.
    pub(super) fn is_over(&self) -> bool {
        self.share >= 1.0
    }

    /// Whether the part that was begun is complete: some of it is under way,
    /// and the last of it went a while ago.
    pub(super) fn is_part_sent(&self, now: f64, last_sent: f64) -> bool {
        !self.is_over() && now - last_sent > TOGETHER
    }

    /// How many may be under way at once with so much left; `gained` comes in
    /// meanwhile in any case.
    pub(super) fn most(&self, left: f64, gained: f64) -> f64 {
        (self.share * left).max(gained).max(if self.is_over() { 2.0 } else { 1.0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_waits_for_the_answers_to_the_one_before() {
        let mut burst = Burst::new();
        assert_eq!(burst.most(40.0, 0.0), 5.0);
        burst.answered(0.0, 0.1, true);
        assert_eq!(burst.most(40.0, 0.0), 10.0);
        // Not all were answered, or one of the part before was.
        burst.answered(0.1, 0.2, false);
        burst.answered(0.0, 0.2, true);
        assert_eq!(burst.most(40.0, 0.0), 10.0);
        burst.answered(0.1, 0.2, true);
        assert_eq!(burst.most(40.0, 0.0), 20.0);
        burst.answered(0.2, 0.3, true);
        assert!(burst.is_over() && burst.most(40.0, 0.0) >= 40.0);
        burst.restart(0.4);
        assert!(!burst.is_over());
    }
}
