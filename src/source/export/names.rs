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
    /// The same of whole names, less `.json`.
    whole: BTreeSet<String>,
}

impl Stems {
    /// Marks a file name as taken: no hook gets a file with its stem.
    pub(crate) fn take(&mut self, file_name: &str) {
        let stem = file_name.split('.').next().unwrap_or(file_name);
        self.taken.insert(same(stem));
        let whole = file_name.strip_suffix(".json").unwrap_or(file_name);
        self.whole.insert(same(whole));
    }

    /// A stem as the Deploy CLI makes one for an action: the name but for what
    /// no file system takes.
    pub(crate) fn give_whole(&mut self, name: &Name) -> String {
        free(whole(name.as_str()), &mut self.whole)
    }

    /// A stem for a hook.
    pub(crate) fn give(&mut self, name: &Name) -> String {
        free(stem(name), &mut self.taken)
    }
}

/// A stem that is not taken, with a number if need be.
fn free(base: String, taken: &mut BTreeSet<String>) -> String {
    let mut stem = base.clone();
    let mut number: u64 = 2;
    while !taken.insert(same(&stem)) {
        stem = format!("{base}-{number}");
        number += 1;
    }
    stem
}

/// What two stems share that some file system takes for one.
fn same(stem: &str) -> String {
    composed(&stem.to_lowercase())
}

/// What the Deploy CLI makes of a name (the package `sanitize-filename`).
fn whole(name: &str) -> String {
    let illegal = |c: char| {
        matches!(c, '/' | '?' | '<' | '>' | '\\' | ':' | '*' | '|' | '"')
            || matches!(c, '\0'..='\u{1f}' | '\u{80}'..='\u{9f}')
    };
    let mut out: String = name.chars().map(|c| if illegal(c) { '-' } else { c }).collect();
    let lower = out.to_lowercase();
    let first = lower.split('.').next().unwrap_or_default();
    let numbered = |word: &str| {
        let rest = first.strip_prefix(word).unwrap_or_default();
        rest.len() == 1 && rest.chars().all(|c| c.is_ascii_digit())
    };
    let reserved = matches!(first, "con" | "prn" | "aux" | "nul");
    if out.chars().all(|c| c == '.') || reserved || numbered("com") || numbered("lpt") {
        return "-".to_owned();
    }
    let kept = out.trim_end_matches(['.', ' ']).len();
    if kept < out.len() {
        out.truncate(kept);
        out.push('-');
    }
    // 255 bytes, less the ending
    out.truncate(out.floor_char_boundary(255 - ".json".len()));
    out
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
    let start = plain.get(..plain.floor_char_boundary(LONGEST)).unwrap_or_default();
    format!("{}-{}", start.trim_end_matches('-'), digest.get(..8).unwrap_or(&digest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_are_called_as_the_deploy_cli_calls_them() {
        // as version 8.44 wrote them
        for (name, stem) in [
            ("Add roles (v2)", "Add roles (v2)"),
            ("a/b\\c: d?*", "a-b-c- d--"),
            ("con", "-"),
            ("..", "-"),
            ("  lead and trail ", "  lead and trail-"),
            ("役割 を追加", "役割 を追加"),
            (".hidden", ".hidden"),
            ("1.10", "1.10"),
        ] {
            assert_eq!(Stems::default().give_whole(&Name::action(name)), stem);
        }
        let mut stems = Stems::default();
        stems.take("Add roles.json");
        assert_eq!(stems.give_whole(&Name::action("add roles")), "add roles-2");
    }

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
