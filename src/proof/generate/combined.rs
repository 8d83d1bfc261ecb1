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
        let tied: Vec<_> = targets
            .iter()
            .filter(|(path, _)| self.is_tied(path) && self.is_read(path))
            .map(|(path, values)| (path, likely(values), self.is_guess(path)))
            .collect();
        let mut pairs = Vec::new();
        for (at, (first, values, guess)) in tied.iter().enumerate() {
            for (second, others, other_guess) in tied.iter().skip(at + 1) {
                let guesses = usize::from(*guess) + usize::from(*other_guess);
                for (i, value) in values.iter().enumerate() {
                    for (j, other) in others.iter().enumerate() {
                        pairs.push(((guesses, i + j), [(*first, value), (*second, other)]));
                    }
                }
            }
        }
        pairs.sort_by_key(|(rank, _)| *rank);
        let change = |(path, value): (&Path, &Option<Value>)| Change {
            path: path.clone(),
            value: value.clone(),
        };
        self.pairs = pairs.into_iter().take(PAIRS).map(|(_, pair)| pair.map(change)).collect();
    }

    /// How many of these changes are of keys that the code may read of
    /// something else: whose they are isn't known.
    pub(super) fn guesses(&self, changes: &[Change]) -> usize {
        changes.iter().filter(|change| self.is_guess(&change.path)).count()
    }

    fn is_guess(&self, path: &Path) -> bool {
        let mut names = path.iter().rev().cloned();
        let (last, owner) = (names.next(), names.next());
        let read = owner.zip(last).is_some_and(|it| self.dictionary.reads.contains(&it));
        is_free(path) && !read
    }
}
