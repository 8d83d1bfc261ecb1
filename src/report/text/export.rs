//! What an export wrote, for people.
//!
//! Must not know how definitions are written.

use super::{sign, theirs};
use crate::model::{Kind, Name};
use crate::plan::Verb;
use crate::report::Style;
use crate::report::diff;
use crate::report::ink::{Ink, plain, span};
use crate::report::kinds;
use crate::report::layout::Page;
use crate::report::safe;
use crate::report::words::{count, grouped};

/// What became of the files of one resource or order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportSign {
    /// They are new.
    Created,
    /// They were changed.
    Updated,
    /// They said already what is live.
    Unchanged,
    /// What they defined is not live, and they are gone.
    Removed,
    /// What they define is not live, and they are still there.
    Orphan,
}

/// One resource of an export, or a file of bindings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportLine {
    /// What it is.
    pub kind: Kind,
    /// Its name.
    pub name: Name,
    /// What became of its files.
    pub sign: ExportSign,
    /// The files that this is about.
    pub files: Vec<String>,
}

/// What an export would do to one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileDiff {
    /// The file.
    pub file: String,
    /// What it holds; `None` if it isn't there.
    pub before: Option<String>,
    /// What it would hold; `None` if it would be removed.
    pub after: Option<String>,
    /// Whether its name is enough.
    pub short: bool,
}

/// What an export would change on disk: each file as a unified diff, and a
/// summary.
#[must_use]
pub fn export_check(
    tenant: &str,
    lines: &[ExportLine],
    files: &[FileDiff],
    style: &Style,
) -> String {
    let mut page = Page::new(style);
    for FileDiff { file, before, after, short } in files {
        page.gap();
        let shown = theirs(file, style);
        let (ink, sign, what) = match (before, after) {
            (None, _) => (Ink::Added, "+", "new"),
            (_, None) => (Ink::Removed, "-", "removed"),
            _ => (Ink::Strong, "~", "changed"),
        };
        page.wrap(0, 4, &[span(ink, sign), plain(format!(" {shown}  {what}"))]);
        let Some(after) = after.as_ref().filter(|_| !short) else { continue };
        let diff = diff::unified(before.as_deref(), after, file);
        // the head names the file again
        let rows: Vec<&str> = diff::lines(&diff).into_iter().skip(2).collect();
        if rows.is_empty() && !after.is_empty() {
            page.wrap(4, 4, &[span(Ink::Faint, "what differs is hidden: it may be secret")]);
        }
        for row in rows {
            let ink = match row.chars().next() {
                Some('+') => Ink::Added,
                Some('-') => Ink::Removed,
                Some(' ') => Ink::Plain,
                _ => Ink::Faint,
            };
            page.verbatim(4, vec![span(ink, safe::inline(row, style.unicode))]);
        }
    }
    page.gap();
    let summary = match files.len() {
        0 => format!("No changes: the files match {}.", theirs(tenant, style)),
        number => {
            let [created, updated, _, removed] = numbers(lines);
            format!(
                "Export would write or remove {} for {}: {} created, {} updated, {} removed.",
                count(number, "file"),
                theirs(tenant, style),
                grouped(created),
                grouped(updated),
                grouped(removed),
            )
        }
    };
    page.line(Ink::Plain, summary);
    page.finish()
}

/// What was done: a line for each one whose files changed, and a summary.
#[must_use]
pub fn export(tenant: &str, lines: &[ExportLine], style: &Style) -> String {
    let mut page = Page::new(style);
    for ExportLine { kind, name, sign: what, files } in lines {
        let (ink, word) = match what {
            ExportSign::Unchanged => continue,
            ExportSign::Created => (sign(Verb::Create).0, "created"),
            ExportSign::Updated => (sign(Verb::Update).0, "updated"),
            ExportSign::Removed => (sign(Verb::Delete).0, "removed"),
            ExportSign::Orphan => (Ink::Warning, "kept"),
        };
        let named = files.iter().any(|file| names(file, name.as_str()));
        let files: Vec<String> = files.iter().map(|file| theirs(file, style)).collect();
        let mut spans =
            vec![span(ink, format!("{word:<7}")), plain(format!("  {}", files.join(", ")))];
        if !named {
            spans.push(plain(format!(" ({})", theirs(name.as_str(), style))));
        }
        if *what == ExportSign::Orphan {
            spans.push(plain(format!(" (no live {kind}; --prune removes it)")));
        }
        page.wrap(0, 9, &spans);
    }
    page.gap();
    page.line(Ink::Plain, summary(tenant, lines, style));
    page.finish()
}

/// Whether a file's name says what it is of: `enrich-token.yaml` of `Enrich
/// Token`.
fn names(file: &str, name: &str) -> bool {
    let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let stem = file.rsplit(['/', '\\']).next().unwrap_or(file).split('.').next().unwrap_or(file);
    letters(stem).eq_ignore_ascii_case(&letters(name)) && !stem.is_empty()
}

fn summary(tenant: &str, lines: &[ExportLine], style: &Style) -> String {
    let [created, updated, unchanged, removed] = numbers(lines);
    format!(
        "Exported {} of {}: {} created, {} updated, {} unchanged, {} removed.",
        kinds(lines),
        theirs(tenant, style),
        grouped(created),
        grouped(updated),
        grouped(unchanged),
        grouped(removed),
    )
}

/// How many were created, updated, unchanged and removed.
fn numbers(lines: &[ExportLine]) -> [usize; 4] {
    let number = |sign| lines.iter().filter(|line| line.sign == sign).count();
    [ExportSign::Created, ExportSign::Updated, ExportSign::Unchanged, ExportSign::Removed]
        .map(number)
}

/// How many of each kind are live.
fn kinds(lines: &[ExportLine]) -> String {
    let parts = kinds::counted(lines);
    match parts.as_slice() {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        parts => parts.concat(),
    }
}
