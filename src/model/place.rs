//! Where something is written, exactly.
//!
//! Must not read files: whoever reads one knows the places in it.

use super::{Excerpt, Position};

/// A place in a definition's file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Place {
    /// The file, relative to where the program was started, with `/` between
    /// folders.
    pub file: String,
    /// Which part of it; `None` for the file as a whole.
    pub span: Option<Span>,
}

impl Place {
    /// A file as a whole.
    #[must_use]
    pub fn file(file: impl Into<String>) -> Self {
        Self { file: file.into(), span: None }
    }

    /// File and line, as compilers write them.
    #[must_use]
    pub fn in_words(&self) -> String {
        match &self.span {
            Some(span) => format!("{}:{}", self.file, span.position.line),
            None => self.file.clone(),
        }
    }
}

/// A part of a file, in the form in which findings show it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Where it begins.
    pub position: Position,
    /// The line on which it begins, and how much of it is meant; `None` where
    /// the line is not to be shown, such as one that holds a secret.
    pub excerpt: Option<Excerpt>,
}
