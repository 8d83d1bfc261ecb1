//! What a piece of text means, and the colour that goes with it.
//!
//! Renderers say [`Ink`]; only this module knows escape sequences. Must not
//! know widths or lines.

use anstyle::{AnsiColor, Effects};

/// What a piece of text is, so that colours are the same everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Ink {
    /// Text that is just read.
    #[default]
    Plain,
    /// What helps but can be passed over.
    Faint,
    /// What is looked for.
    Strong,
    /// Something new.
    Added,
    /// Something that changes.
    Changed,
    /// Something that goes.
    Removed,
    /// The very words that are new in a line.
    AddedWord,
    /// The very words that go from a line.
    RemovedWord,
    /// Something that can do harm or didn't work.
    Danger,
    /// Something to be looked at.
    Warning,
    /// A place or a code to follow.
    Place,
}

impl Ink {
    fn ansi(self) -> anstyle::Style {
        let color = |color: AnsiColor| anstyle::Style::new().fg_color(Some(color.into()));
        match self {
            Self::Plain => anstyle::Style::new(),
            Self::Faint => anstyle::Style::new().effects(Effects::DIMMED),
            Self::Strong => anstyle::Style::new().effects(Effects::BOLD),
            Self::Added => color(AnsiColor::Green),
            Self::Changed => color(AnsiColor::Yellow),
            Self::Removed => color(AnsiColor::Red),
            Self::AddedWord => color(AnsiColor::Green).effects(Effects::INVERT),
            Self::RemovedWord => color(AnsiColor::Red).effects(Effects::INVERT),
            Self::Danger => color(AnsiColor::Red).effects(Effects::BOLD),
            Self::Warning => color(AnsiColor::Yellow).effects(Effects::BOLD),
            Self::Place => color(AnsiColor::Cyan),
        }
    }

    /// The text in this ink, with escape sequences where colours are wanted.
    pub(crate) fn paint(self, text: &str, color: bool, out: &mut String) {
        if !color || self == Self::Plain || text.trim().is_empty() && !self.is_inverted() {
            out.push_str(text);
        } else {
            let ansi = self.ansi();
            out.push_str(&ansi.render().to_string());
            out.push_str(text);
            out.push_str(&ansi.render_reset().to_string());
        }
    }

    fn is_inverted(self) -> bool {
        matches!(self, Self::AddedWord | Self::RemovedWord)
    }
}

/// A piece of harmless text in one ink.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) ink: Ink,
    pub(crate) text: String,
}

/// A piece of text in one ink. The text must be harmless already.
pub(crate) fn span(ink: Ink, text: impl Into<String>) -> Span {
    Span { ink, text: text.into() }
}

/// A piece of text that is just read. The text must be harmless already.
pub(crate) fn plain(text: impl Into<String>) -> Span {
    span(Ink::Plain, text)
}
