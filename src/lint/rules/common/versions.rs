//! The versions in `dependencies`, as npm reads them.
//!
//! The crate `node-semver` passes over words that it can't read, where npm
//! refuses the whole (`1.2.3 foo`), and comes with five more crates.

use crate::lint::finding::Findings;
use crate::lint::rule::{INVALID_DEPENDENCY_VERSION, UNPINNED_DEPENDENCY};

/// What npm makes of a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// One version.
    Exact,
    /// Any of several.
    Range,
    /// A name, such as `latest`.
    Tag,
    /// Nothing.
    Invalid,
}

pub(crate) fn check(findings: &mut Findings<'_>) {
    let hook = findings.hook;
    for (name, version) in hook.dependencies.iter().flatten() {
        let place = hook.written.place_in(&hook.written.dependencies, name);
        match kind(version) {
            Kind::Exact => {}
            Kind::Invalid => findings.definition(
                INVALID_DEPENDENCY_VERSION,
                place,
                format!("`{version}` is no version of an npm package, so `{name}` can't be installed."),
                "write a version such as `1.2.3`",
            ),
            Kind::Range | Kind::Tag => findings.definition(
                UNPINNED_DEPENDENCY,
                place,
                format!("`{name}` is taken in whatever version `{version}` means on the day the {} is built: what runs may change without a change here.", findings.noun()),
                "write an exact version, such as `1.2.3`",
            ),
        }
    }
}

fn kind(version: &str) -> Kind {
    let version = version.trim();
    if version.is_empty() {
        return Kind::Range;
    }
    let mut kinds = version.split("||").map(|part| kind_of_range(part.trim()));
    match (kinds.next(), kinds.next()) {
        (Some(only), None) => only,
        _ if version.split("||").all(|part| kind_of_range(part.trim()) != Kind::Invalid) => {
            Kind::Range
        }
        _ => Kind::Invalid,
    }
}

fn kind_of_range(range: &str) -> Kind {
    let is_tag = range.starts_with(|c: char| c.is_ascii_lowercase())
        && !range.starts_with('v')
        && range.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_' || b == b'.');
    if is_tag && range != "x" {
        return Kind::Tag;
    }
    let parts: Vec<_> = range.split_whitespace().filter(|part| *part != "-").collect();
    let kinds: Vec<_> = parts.iter().map(|part| kind_of_comparator(part)).collect();
    match kinds.as_slice() {
        [] => Kind::Range,
        [only] => *only,
        several if several.contains(&Kind::Invalid) => Kind::Invalid,
        _ => Kind::Range,
    }
}

fn kind_of_comparator(comparator: &str) -> Kind {
    let bare = comparator.trim_start_matches(['^', '~', '>', '<', '=', 'v']);
    let (operator, _) = comparator.split_at(comparator.len() - bare.len());
    if !["", "^", "~", "~>", ">", "<", ">=", "<=", "=", "v", "=v", "^v", "~v"].contains(&operator) {
        return Kind::Invalid;
    }
    if bare.is_empty() {
        // `>= 1.2.3` with a blank in between.
        return if operator.is_empty() { Kind::Invalid } else { Kind::Range };
    }
    let (core, suffix) = bare.split_at(bare.find(['-', '+']).unwrap_or(bare.len()));
    let numbers: Vec<_> = core.split('.').collect();
    let is_wild = |part: &&str| matches!(*part, "x" | "X" | "*");
    let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let suffix_fits =
        suffix.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'+' | b'.'));
    if numbers.len() > 3
        || !suffix_fits
        || !numbers.iter().all(|part| is_wild(part) || is_number(part))
    {
        return Kind::Invalid;
    }
    let exact = matches!(operator, "" | "=" | "v" | "=v")
        && numbers.len() == 3
        && numbers.iter().all(is_number);
    if exact { Kind::Exact } else { Kind::Range }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_npm_reads_them() {
        for version in ["1.2.3", "v1.2.3", "=1.2.3", "1.2.3-beta.1", "1.2.3+5", "0.0.0-rc.1+x"] {
            assert_eq!(kind(version), Kind::Exact, "{version}");
        }
        for version in [
            "",
            "*",
            "x",
            "1",
            "1.2",
            "1.x",
            "1.2.*",
            "^1.2.3",
            "~1.2.3",
            ">=1.2.3",
            ">=1 <2",
            "1 - 2",
            "1.2.3 || 2.0.0",
            "^1.2.3-beta.0",
            ">= 1.2.3",
            "~>1.2",
        ] {
            assert_eq!(kind(version), Kind::Range, "{version}");
        }
        for version in ["latest", "next", "beta-1"] {
            assert_eq!(kind(version), Kind::Tag, "{version}");
        }
        for version in [
            "1.2.3.4",
            "git+https://github.com/a/b",
            "file:../a",
            "1,2,3",
            "1.2.3 foo bar",
            "!1",
            "1..2",
            "one two",
            "^^1.2.3",
            "1.2.3 || nope!",
        ] {
            assert_eq!(kind(version), Kind::Invalid, "{version}");
        }
    }
}
