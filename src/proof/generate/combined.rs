//! Changes that go together: which two, and how likely a condition asks for
//! them.

use serde_json::Value;

use super::{Change, Generator, PAIRS, is_free};
use crate::proof::tree::Path;
use crate::proof::values::likely;

impl Generator<'_> {
    /// Two changes at once: many conditions are a pair, and chance rarely meets
    /// one. The likeliest values of each come first.
    pub(super) fn find_pairs(&mut self, targets: &[(Path, Vec<Option<Value>>)]) {
        let tied: Vec<(&Path, Vec<Option<Value>>)> = targets
            .iter()
            .filter(|(path, _)| self.is_tied(path) && self.is_read(path))
            .map(|(path, values)| (path, likely(values)))
            .collect();
        let mut pairs = Vec::new();
        for (at, (first, values)) in tied.iter().enumerate() {
            for (second, others) in tied.iter().skip(at + 1) {
                for (i, value) in values.iter().enumerate() {
                    for (j, other) in others.iter().enumerate() {
                        let change = |path: &Path, value: &Option<Value>| Change {
                            path: path.clone(),
                            value: value.clone(),
                        };
                        pairs.push((i + j, [change(first, value), change(second, other)]));
                    }
                }
            }
        }
        pairs.sort_by_key(|(rank, pair)| (self.guesses(pair), *rank));
        self.pairs = pairs.into_iter().map(|(_, pair)| pair).take(PAIRS).collect();
    }

    /// How many of these changes are of keys that the code may read of
    /// something else: whose they are isn't known.
    pub(super) fn guesses(&self, changes: &[Change]) -> usize {
        let is_guess = |change: &&Change| {
            let mut names = change.path.iter().rev().cloned();
            let (last, owner) = (names.next(), names.next());
            let read = owner.zip(last).is_some_and(|it| self.dictionary.reads.contains(&it));
            is_free(&change.path) && !read
        };
        changes.iter().filter(is_guess).count()
    }
}
