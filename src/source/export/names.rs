//! File names for hooks: readable, safe on every system, and never taken.
//!
//! Must not look at the disk: what is taken is handed in.

use std::collections::BTreeSet;

use crate::model::{Name, Sha256};
use crate::source::spelling::composed;

/// Longer names are cut. Far below what file systems take.
const LONGEST: usize = 100;

/// Names that Windows reserves, whatever their ending, and those that loading
/// passes over.
const RESERVED: [&str; 6] = ["con", "prn", "aux", "nul", "hooksync", "bindings"];

/// Gives out file stems that nothing else has, on file systems that don't
/// tell upper from lower case too.
#[derive(Debug, Default)]
pub(crate) struct Stems {
    taken: BTreeSet<String>,
}

impl Stems {
    /// Marks a file name as taken: no hook gets a file with its stem.
    pub(crate) fn take(&mut self, file_name: &str) {
        let stem = file_name.split('.').next().unwrap_or(file_name);
        self.taken.insert(same(stem));
    }

    /// A stem for a hook.
    pub(crate) fn give(&mut self, name: &Name) -> String {
        let base = stem(name);
        let numbered = (2..).map(|number: u64| format!("{base}-{number}"));
        let free = std::iter::once(base.clone())
            .chain(numbered)
            .find(|stem| !self.taken.contains(&same(stem)));
        // The numbers don't end, so one is free.
        let stem = free.unwrap_or(base);
        self.taken.insert(same(&stem));
        stem
    }
}

/// What two stems share that some file system takes for one.
fn same(stem: &str) -> String {
    composed(&stem.to_lowercase())
}

/// A name as a file stem, if no other file has that. Letters and digits of any script stay; what a file
/// system or a shell takes for something else becomes a hyphen.
#[must_use]
pub fn stem(name: &Name) -> String {
    let name = name.as_str();
    let keeps = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '(' | ')' | '+');
    let plain: String = name.chars().map(|c| if keeps(c) { c } else { '-' }).collect();
    let plain = plain.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-");
    if plain.is_empty() || RESERVED.contains(&plain.to_lowercase().as_str()) {
        let ending = if plain == name && !plain.is_empty() { "hook" } else { "own" };
        return format!("{plain}-{ending}").trim_start_matches('-').to_owned();
    }
    if plain.len() <= LONGEST {
        return plain;
    }
    let digest = Sha256::of(name.as_bytes()).to_string();
    let end = (0..=LONGEST).rev().find(|&at| plain.is_char_boundary(at)).unwrap_or(0);
    format!("{}-{}", plain[..end].trim_end_matches('-'), &digest[..8])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stems_are_safe_and_never_given_twice() {
        let mut stems = Stems::default();
        stems.take("Taken.js");
        stems.take("two-2.YAML");
        let mut check = |name: &str, stem: &str| {
            assert_eq!(stems.give(&Name::of_live_hook(Some(name), "x")), stem, "{name}");
        };
        check("taken", "taken-2");
        check("two", "two");
        check("two", "two-3");
        check("Con", "con-hook");
        check("hooksync", "hooksync-hook");
        check("../../etc/passwd", "etc-passwd");
        check(&"a".repeat(300), &format!("{}-9835fa6b", "a".repeat(100)));
    }
}
