//! What an export wrote, for people.
//!
//! Must not know how definitions are written.

use super::plan::names_width;
use super::{sign, theirs};
use crate::model::Name;
use crate::plan::Verb;
use crate::report::Style;
use crate::report::ink::{Ink, plain, span};
use crate::report::layout::{Page, padded};
use crate::report::words::{count, grouped};

/// What became of one hook's files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportSign {
    /// They are new.
    Created,
    /// They were changed.
    Updated,
    /// They said already what is live.
    Unchanged,
    /// They had no live hook and are gone.
    Removed,
    /// They have no live hook, and are still there.
    Orphan,
}

/// One hook of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportLine {
    /// The hook's name.
    pub name: Name,
    /// What became of its files.
    pub sign: ExportSign,
    /// The files that this is about.
    pub files: Vec<String>,
}

/// What was done: a line for each hook whose files changed, and a summary.
#[must_use]
pub fn export(tenant: &str, lines: &[ExportLine], style: &Style) -> String {
    let mut page = Page::new(style);
    let told = || lines.iter().filter(|line| line.sign != ExportSign::Unchanged);
    let names = names_width(&page, told().map(|line| &line.name));
    for ExportLine { name, sign: what, files } in told() {
        let (ink, sign) = match what {
            ExportSign::Created => sign(Verb::Create),
            ExportSign::Updated => sign(Verb::Update),
            ExportSign::Removed => sign(Verb::Delete),
            ExportSign::Unchanged | ExportSign::Orphan => (Ink::Warning, "?"),
        };
        let files: Vec<String> = files.iter().map(|file| theirs(file, style)).collect();
        let mut spans = vec![
            span(ink, sign),
            plain(" "),
            span(Ink::Strong, padded(name.as_str(), names)),
            plain(format!("  {}", files.join(", "))),
        ];
        if *what == ExportSign::Orphan {
            spans.push(plain(" has no live hook; --prune removes it"));
        }
        page.wrap(0, 4, &spans);
    }
    page.gap();
    page.wrap(0, 2, &[plain(summary(tenant, lines, style))]);
    page.finish()
}

fn summary(tenant: &str, lines: &[ExportLine], style: &Style) -> String {
    let number = |sign| lines.iter().filter(|line| line.sign == sign).count();
    let [created, updated, unchanged, removed] =
        [ExportSign::Created, ExportSign::Updated, ExportSign::Unchanged, ExportSign::Removed]
            .map(number);
    format!(
        "Exported {} of {}: {} created, {} updated, {} unchanged, {} removed.",
        count(created + updated + unchanged, "hook"),
        theirs(tenant, style),
        grouped(created),
        grouped(updated),
        grouped(unchanged),
        grouped(removed),
    )
}
