//! What the user wants looked at: reshapes the desired state *before* the
//! diff, so that the diff itself knows no exceptions.
//!
//! Must not look at what changed; refusing a plan is `guard`'s.

use std::collections::BTreeSet;

use crate::model::{Definition, DesiredState, Name};

/// The choices that shape a plan.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Live hooks without a definition are deleted instead of left alone.
    pub allow_delete: bool,
    /// The only ones of them that may be deleted; `None` means any. A backup
    /// knows some of a tenant's hooks, not all.
    pub deletable: Option<BTreeSet<Name>>,
    /// Only hooks whose name matches one of these; empty means all.
    pub only: Vec<NamePattern>,
    /// Which secrets are sent.
    pub secrets: SecretsMode,
    /// CRLF against LF and a final newline count as a change of a script.
    pub strict_newlines: bool,
}

/// Which secrets are sent; their values can't be read back, so nothing can
/// tell whether they differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SecretsMode {
    /// Keys that both sides have are sent again.
    #[default]
    Always,
    /// Only keys that the tenant lacks are sent.
    Missing,
    /// Secrets are left alone, as if no definition named any.
    Never,
}

/// A hook's name, or a shell pattern (`*`, `?`, `[…]`) over names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamePattern {
    written: String,
    pattern: glob::Pattern,
}

/// A name pattern that can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{written}` is no name or pattern of names: {reason}")]
pub struct InvalidPattern {
    written: String,
    reason: &'static str,
}

impl NamePattern {
    /// Reads a name in any spelling (`My Hook` is `my-hook`) or a pattern over
    /// stored names.
    ///
    /// # Errors
    /// When it is a pattern that isn't well-formed.
    pub fn parse(written: &str) -> Result<Self, InvalidPattern> {
        let invalid = |reason| InvalidPattern { written: written.to_owned(), reason };
        let pattern = if written.contains(['*', '?', '[']) {
            if written.contains(['/', '\\', '.']) {
                return Err(invalid("no hook can be named so"));
            }
            glob::Pattern::new(written).map_err(|error| invalid(error.msg))?
        } else {
            let name = Name::hook(written).map_err(|_| invalid("no hook can be named so"))?;
            let name = name.as_str();
            glob::Pattern::new(&glob::Pattern::escape(name)).map_err(|error| invalid(error.msg))?
        };
        Ok(Self { written: written.to_owned(), pattern })
    }

    /// The pattern that means one name alone.
    #[must_use]
    pub fn exact(name: &Name) -> Self {
        let written = glob::Pattern::escape(name.as_str());
        let pattern = glob::Pattern::new(&written).unwrap_or_default();
        Self { written: name.to_string(), pattern }
    }

    /// Whether it means this hook.
    #[must_use]
    pub fn matches(&self, name: &Name) -> bool {
        self.pattern.matches(name.as_str())
    }

    /// As the user wrote it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.written
    }
}

impl Options {
    /// Whether a hook of this name is to be looked at.
    #[must_use]
    pub fn selects(&self, name: &Name) -> bool {
        self.only.is_empty() || self.only.iter().any(|pattern| pattern.matches(name))
    }

    /// Whether a live hook without a definition is deleted.
    #[must_use]
    pub fn deletes(&self, name: &Name) -> bool {
        self.allow_delete && self.deletable.as_ref().is_none_or(|names| names.contains(name))
    }

    /// Whether a definition is to be looked at, by its name or a former one.
    #[must_use]
    pub fn selects_definition(&self, hook: &Definition) -> bool {
        self.selects(&hook.name) || hook.renamed_from.iter().any(|name| self.selects(name))
    }
}

/// The part of the desired state that the options leave.
#[must_use]
pub fn reshape(desired: &DesiredState, options: &Options) -> DesiredState {
    let hooks = desired
        .definitions
        .iter()
        .filter(|hook| options.selects_definition(hook))
        .cloned()
        .map(|mut hook| {
            if options.secrets == SecretsMode::Never {
                hook.secrets = None;
            }
            hook
        })
        .collect();
    DesiredState { definitions: hooks, ..DesiredState::default() }
}

/// The patterns of `--only` that mean no definition and no live hook: most
/// likely slips of the pen.
#[must_use]
pub fn unused_patterns<'a>(
    options: &'a Options,
    desired: &DesiredState,
    live: &[Name],
) -> Vec<&'a NamePattern> {
    options
        .only
        .iter()
        .filter(|pattern| {
            let defined = desired.definitions.iter().any(|hook| {
                pattern.matches(&hook.name)
                    || hook.renamed_from.iter().any(|name| pattern.matches(name))
            });
            !defined && !live.iter().any(|name| pattern.matches(name))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_match_in_any_spelling_and_patterns_as_shells_do() {
        let check = |pattern: &str, name: &str| {
            NamePattern::parse(pattern).unwrap().matches(&Name::hook(name).unwrap())
        };
        assert!(check("My Hook", "my-hook"));
        assert!(check("my-*", "my-hook"));
        assert!(!check("my", "my-hook"));
        assert!(NamePattern::parse("[a").is_err());
        for wrong in ["--", "", "a/b", "hooks/*", "a.yaml"] {
            assert!(NamePattern::parse(wrong).is_err(), "{wrong}");
        }
    }
}
