//! Where a definition's file says what, for findings about what it declares.
//!
//! Must not be shown as a whole: a file can hold secrets.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// A definition's file as it is on disk, before keyword replacement, and the
/// bytes of it that say what.
#[derive(Clone, Default)]
pub struct Written {
    /// The file's text, shared by all definitions of it.
    pub text: Arc<str>,
    /// What of it is about this definition, with its comments.
    pub region: Range<usize>,
    /// The value of `name`; the beginning where there is none.
    pub name: Range<usize>,
    /// Its packages.
    pub dependencies: Section,
    /// Its secrets.
    pub secrets: Section,
    /// Every single value.
    pub values: Vec<Range<usize>>,
}

/// A map of a definition, such as its secrets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Section {
    /// Its key, where it has one.
    pub key: Option<Range<usize>>,
    /// The key and the value of each entry.
    pub entries: BTreeMap<String, (Range<usize>, Range<usize>)>,
}

impl Written {
    /// The place of a section's key; else that of the name.
    #[must_use]
    pub fn place_of(&self, section: &Section) -> Range<usize> {
        section.key.clone().unwrap_or_else(|| self.name.clone())
    }

    /// The place of the key of an entry; else that of its section.
    #[must_use]
    pub fn place_in(&self, section: &Section, key: &str) -> Range<usize> {
        let entry = section.entries.get(key).map(|(key, _)| key.clone());
        entry.unwrap_or_else(|| self.place_of(section))
    }

    /// Some bytes of the text.
    #[must_use]
    pub fn slice(&self, at: &Range<usize>) -> &str {
        self.text.get(at.clone()).unwrap_or_default()
    }
}

impl fmt::Debug for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Written").field("region", &self.region).finish_non_exhaustive()
    }
}
