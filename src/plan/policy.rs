//! What the user wants looked at: reshapes the desired state *before* the
//! diff, so that the diff itself knows no exceptions.
//!
//! Must not look at what changed; refusing a plan is `guard`'s.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::kinds::{NO_SUCH_NAME, stored_name};
use crate::model::{Address, Definition, DesiredState, Kind, Live, LiveState, Name};

/// The choices that shape a plan.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// What is live of the first kind without a definition is deleted instead
    /// of left alone.
    pub allow_delete: bool,
    /// The only ones of them that may be deleted; `None` means any. A backup
    /// knows some of what a tenant has, not all.
    pub deletable: Option<BTreeSet<Address>>,
    /// Only those whose name matches one of these; empty means all.
    pub only: Vec<NamePattern>,
    /// The same for actions and bindings.
    pub allow_delete_actions: bool,
    /// Which secrets are sent; `None` means the kind's default.
    pub secrets: Option<SecretsMode>,
    /// The time, for secrets whose rotation lies ahead; `None` means that none
    /// does.
    pub now: Option<Timestamp>,
    /// CRLF against LF and a final newline count as a change of a script.
    pub strict_newlines: bool,
}

/// Which secrets are sent; their values can't be read back, so nothing can
/// tell whether they differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretsMode {
    /// Keys that both sides have are sent again.
    Always,
    /// Only keys that the tenant lacks are sent.
    Missing,
    /// Secrets are left alone, as if no definition named any.
    Never,
}

/// A name, or a shell pattern (`*`, `?`, `[…]`) over names, of one kind or of
/// every kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamePattern {
    written: String,
    kind: Option<Kind>,
    /// Over stored names; `None` where nothing that has one can be meant.
    stored: Option<glob::Pattern>,
    /// Over all other names, to the letter.
    exact: glob::Pattern,
}

/// `action:NAME` to its kind and the name; a name alone is of any kind.
#[must_use]
pub fn kind_and_name(written: &str) -> (Option<Kind>, &str) {
    let of = |kind: Kind| written.strip_prefix(kind.as_str())?.strip_prefix(':');
    Kind::ALL.into_iter().find_map(|kind| Some((Some(kind), of(kind)?))).unwrap_or((None, written))
}

/// A name pattern that can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{written}` is not a name or a pattern of names: {reason}")]
pub struct InvalidPattern {
    written: String,
    reason: &'static str,
}

impl NamePattern {
    /// Reads a name in any spelling (`My Name` is `my-name`, where a kind stores
    /// names so) or a pattern over stored names. A kind and `:` before it
    /// choose that kind.
    ///
    /// # Errors
    /// When it is a pattern that isn't well-formed, or nothing can have such a
    /// name.
    pub fn parse(written: &str) -> Result<Self, InvalidPattern> {
        let invalid = |reason| InvalidPattern { written: written.to_owned(), reason };
        let (kind, name) = kind_and_name(written);
        let glob = |text: &str| glob::Pattern::new(text).map_err(|error| invalid(error.msg));
        let literal = |text: &str| glob(&glob::Pattern::escape(text));
        let is_pattern = name.contains(['*', '?', '[']);
        let stored = if is_pattern {
            (!name.contains(['/', '\\', '.'])).then(|| glob(name)).transpose()?
        } else {
            stored_name(name).map(|name| literal(name.as_str())).transpose()?
        };
        let is_stored = kind.is_some_and(Kind::has_stored_names);
        if stored.is_none() && (is_stored || (kind.is_none() && is_path_like(name))) {
            return Err(invalid(NO_SUCH_NAME));
        }
        let exact = if is_pattern { glob(name)? } else { literal(name)? };
        Ok(Self { written: written.to_owned(), kind, stored, exact })
    }

    /// The pattern that means one name alone.
    #[must_use]
    pub fn exact(kind: Kind, name: &Name) -> Self {
        let pattern = glob::Pattern::escape(name.as_str());
        let pattern = glob::Pattern::new(&pattern).unwrap_or_default();
        let stored = Some(pattern.clone());
        Self { written: name.to_string(), kind: Some(kind), stored, exact: pattern }
    }

    /// Whether it means what is so named.
    #[must_use]
    pub fn matches(&self, kind: Kind, name: &Name) -> bool {
        let stored = kind.has_stored_names();
        let pattern = if stored { self.stored.as_ref() } else { Some(&self.exact) };
        self.kind.is_none_or(|only| only == kind)
            && pattern.is_some_and(|pattern| pattern.matches(name.as_str()))
    }

    /// As the user wrote it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.written
    }
}

/// Whether a text is more likely a file's path, or a slip, than a name.
fn is_path_like(text: &str) -> bool {
    text.contains(['/', '\\'])
        || [".yaml", ".yml", ".json", ".js"].iter().any(|end| text.ends_with(end))
        || !text.contains(char::is_alphanumeric)
}

impl Options {
    /// Which secrets of a kind are sent.
    #[must_use]
    pub fn secrets_of(&self, kind: Kind) -> SecretsMode {
        self.secrets.unwrap_or(kind.default_secrets())
    }

    /// Whether one of this name is to be looked at.
    #[must_use]
    pub fn selects(&self, kind: Kind, name: &Name) -> bool {
        self.only.is_empty() || self.only.iter().any(|pattern| pattern.matches(kind, name))
    }

    /// Whether what is live under a name without a definition is deleted.
    #[must_use]
    pub fn deletes(&self, kind: Kind, name: &Name) -> bool {
        let allowed = kind.choose(self.allow_delete, self.allow_delete_actions);
        let named = |all: &BTreeSet<Address>| {
            all.iter().any(|known| known.kind == kind && known.name == *name)
        };
        allowed && self.deletable.as_ref().is_none_or(named)
    }

    /// Whether a definition is to be looked at, by its name or a former one.
    #[must_use]
    pub fn selects_definition(&self, definition: &Definition) -> bool {
        let mut names = definition.renamed_from.iter().chain([&definition.name]);
        names.any(|name| self.selects(definition.kind(), name))
    }
}

/// The part of the desired state that the options leave.
#[must_use]
pub fn reshape(desired: &DesiredState, options: &Options) -> DesiredState {
    let definitions = desired
        .definitions
        .iter()
        .filter(|definition| options.selects_definition(definition))
        .cloned()
        .map(|mut definition| {
            if options.secrets == Some(SecretsMode::Never) {
                definition.secrets = None;
            }
            definition
        });
    let bindings = desired
        .bindings
        .iter()
        .filter(|order| options.selects(Kind::Bindings, &Name::action(order.trigger.as_str())));
    DesiredState {
        definitions: definitions.collect(),
        bindings: bindings.cloned().collect(),
        in_play: desired.in_play,
    }
}

/// The patterns of `--only` that mean no definition and nothing live: most
/// likely slips of the pen.
#[must_use]
pub fn unused_patterns<'a>(
    options: &'a Options,
    desired: &DesiredState,
    live: &LiveState,
) -> Vec<&'a NamePattern> {
    let is_used = |pattern: &NamePattern| {
        let defined = desired.definitions.iter().any(|definition| {
            let mut names = definition.renamed_from.iter().chain([&definition.name]);
            names.any(|name| pattern.matches(definition.kind(), name))
        });
        let is_live = |live: &Live| pattern.matches(live.kind(), &live.name);
        let triggers = desired
            .bindings
            .iter()
            .map(|order| &order.trigger)
            .chain(live.bindings.iter().map(|bindings| &bindings.trigger));
        let mut triggers = triggers.map(|trigger| Name::action(trigger.as_str()));
        defined
            || live.resources.iter().any(is_live)
            || triggers.any(|trigger| pattern.matches(Kind::Bindings, &trigger))
    };
    options.only.iter().filter(|pattern| !is_used(pattern)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_match_in_any_spelling_and_patterns_as_shells_do() {
        let check = |pattern: &str, name: &str| {
            NamePattern::parse(pattern).unwrap().matches(Kind::Hook, &Name::hook(name).unwrap())
        };
        assert!(check("My Hook", "my-hook"));
        assert!(check("my-*", "my-hook"));
        assert!(!check("my", "my-hook"));
        assert!(NamePattern::parse("[a").is_err());
        for wrong in ["--", "", "a/b", "hooks/*", "a.yaml"] {
            assert!(NamePattern::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_prefix_chooses_a_kind_and_actions_are_named_to_the_letter() {
        let check = |pattern: &str, kind, name: &str| {
            NamePattern::parse(pattern).unwrap().matches(kind, &Name::action(name))
        };
        assert!(check("Add Roles", Kind::Action, "Add Roles"));
        assert!(check("Add Roles", Kind::Hook, "add-roles"));
        assert!(!check("Add Roles", Kind::Action, "add-roles"));
        assert!(check("action:add-*", Kind::Action, "add-roles"));
        assert!(!check("action:add-*", Kind::Hook, "add-roles"));
        assert!(check("bindings:post-login", Kind::Bindings, "post-login"));
        assert!(check("名前 (v2.1)", Kind::Action, "名前 (v2.1)"));
        assert!(NamePattern::parse("hook:名前").is_err());
    }
}
