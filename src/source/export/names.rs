//! File names for hooks: readable, safe on every system, and never taken.
//!
//! Must not look at the disk: what is taken is handed in.

use std::collections::BTreeSet;

use crate::model::{Name, Sha256};

/// Longer names are cut. Far below what file systems take.
const LONGEST: usize = 100;

/// Names that Windows reserves, whatever their ending, and those that loading
/// passes over.
const RESERVED: [&str; 5] = ["con", "prn", "aux", "nul", "hooksync"];

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
        self.taken.insert(stem.to_lowercase());
    }

    /// A stem for a hook.
    pub(crate) fn give(&mut self, name: &Name) -> String {
        let base = stem(name);
        let numbered = (2..).map(|number: u64| format!("{base}-{number}"));
        let free = std::iter::once(base.clone()).chain(numbered).find(|s| !self.taken.contains(s));
        // The numbers don't end, so one is free.
        let stem = free.unwrap_or(base);
        self.taken.insert(stem.clone());
        stem
    }
}

/// A hook's name as a file stem. Identities are lower-case ASCII letters,
/// digits and hyphens, so little can go wrong with them.
fn stem(name: &Name) -> String {
    let name = name.as_str();
    if name.is_empty() || RESERVED.contains(&name) {
        return format!("{name}-hook").trim_start_matches('-').to_owned();
    }
    if name.len() <= LONGEST {
        return name.to_owned();
    }
    let digest = Sha256::of(name.as_bytes()).to_string();
    format!("{}-{}", name[..LONGEST].trim_end_matches('-'), &digest[..8])
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
