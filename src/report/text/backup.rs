//! What one backup holds.
//!
//! Must not read it.

use super::theirs;
use crate::report::again;
use crate::report::ink::{Ink, Span, plain, span};
use crate::report::layout::{Page, padded, width};
use crate::report::{Again, Style};

/// A backup, for a reader who may want to go back to it.
#[derive(Debug, Clone, Default)]
pub struct BackupView {
    /// Its name.
    pub name: String,
    /// Its folder.
    pub folder: String,
    /// The tenant whose state it is.
    pub tenant: String,
    /// The environment of hooksync.yaml, if one was chosen.
    pub environment: Option<String>,
    /// When it was made, where its name says so.
    pub time: Option<String>,
    /// The command that was about to write; empty where it isn't known.
    pub command: String,
    /// What restoring puts back: the kind, the name, and what is known of it.
    pub holds: Vec<(String, String, String)>,
    /// Drafts beside what ran.
    pub drafts: Vec<(String, String, String)>,
    /// What can't be put back, and the file with its content.
    pub aside: Vec<String>,
    /// What the command was about to create: the kind and the name.
    pub made: Vec<(String, String)>,
}

/// It, with the commands that compare and restore it.
#[must_use]
pub fn backup(view: &BackupView, again: &Again, style: &Style) -> String {
    let mut page = Page::new(style);
    let name = theirs(&view.name, style);
    page.line(Ink::Strong, format!("Backup {name}"));
    page.gap();
    let hang = if style.columns() < 60 { 4 } else { 15 };
    let mut row = |label: &str, value: String| {
        page.wrap(2, hang, &[span(Ink::Faint, padded(label, 13)), plain(value)]);
    };
    row("tenant", theirs(&view.tenant, style));
    if let Some(environment) = &view.environment {
        row("environment", theirs(environment, style));
    }
    if let Some(time) = &view.time {
        row("saved", time.clone());
    }
    if !view.command.is_empty() {
        row("before", format!("hooksync {}", theirs(&view.command, style)));
    }
    row("folder", theirs(&view.folder, style));
    list(&mut page, "Restoring puts back", &view.holds);
    list(&mut page, "Drafts that were not deployed, in .drafts", &view.drafts);
    if !view.aside.is_empty() {
        page.title("Can't be put back; the content is in");
        for file in &view.aside {
            page.wrap(2, 4, &[plain(theirs(file, style))]);
        }
    }
    if !view.made.is_empty() {
        page.title("Created afterwards; restoring with --allow-delete deletes it");
        for (kind, name) in &view.made {
            page.wrap(2, 4, &entry(kind, name, 0, style));
        }
    }
    page.gap();
    page.line(Ink::Plain, SECRETS);
    page.gap();
    again::show(&mut page, 0, "Compare  ", &again.elsewhere(&["backups", "diff", &view.name], &[]));
    let restore = again.elsewhere(&["backups", "restore", &view.name], &[]);
    again::show(&mut page, 0, "Restore  ", &restore);
    page.finish()
}

/// The one thing that no backup holds.
const SECRETS: &str = "It holds no values of secrets: a tenant does not show them. What still \
                       exists keeps its own; what is created again needs them before it runs.";

fn list(page: &mut Page<'_>, title: &str, entries: &[(String, String, String)]) {
    if entries.is_empty() {
        return;
    }
    page.title(title);
    let style = page.style;
    let widest = entries.iter().map(|(_, name, _)| width(&theirs(name, style))).max();
    let names = if style.columns() < 60 { 0 } else { widest.unwrap_or(0).min(40) };
    for (kind, name, what) in entries {
        let mut spans = entry(kind, name, names, style);
        if !what.is_empty() {
            spans.push(plain(format!("  {}", theirs(what, style))));
        }
        page.wrap(2, 6, &spans);
    }
}

fn entry(kind: &str, name: &str, names: usize, style: &Style) -> Vec<Span> {
    vec![span(Ink::Faint, padded(kind, 10)), span(Ink::Strong, padded(&theirs(name, style), names))]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_it_holds_and_how_to_go_back() {
        let own = |parts: [&str; 3]| {
            let [kind, name, what] = parts.map(str::to_owned);
            (kind, name, what)
        };
        let view = BackupView {
            name: "2026-11-28T04-49-09Z-prod".to_owned(),
            folder: ".hooksync/backups/2026-11-28T04-49-09Z-prod".to_owned(),
            tenant: "acme.eu.auth0.com".to_owned(),
            environment: Some("prod".to_owned()),
            time: Some("2026-11-28 04:49:09 UTC".to_owned()),
            command: "apply".to_owned(),
            holds: vec![
                own(["hook", "add-plan-claim", "credentials-exchange, on, 22 lines"]),
                own(["action", "Step up\u{1b}[2J", "post-login, 9 lines, secrets API_KEY, URL"]),
                own(["bindings", "post-login", "Step up, Claims from metadata"]),
            ],
            drafts: vec![own(["action", "Step up", "post-login, 10 lines"])],
            aside: vec![".not-definitions/b-2.yaml".to_owned()],
            made: vec![("action".to_owned(), "Deny by domain".to_owned())],
        };
        let again =
            Again { after: vec!["--env".to_owned(), "prod".to_owned()], ..Again::default() };
        insta::assert_snapshot!("backup", backup(&view, &again, &Style::plain(100)));
        insta::assert_snapshot!("backup_40", backup(&view, &again, &Style::plain(40)));
        let old = BackupView { name: "before".to_owned(), ..BackupView::default() };
        let shown = backup(&old, &Again::default(), &Style::plain(80));
        assert!(shown.contains("hooksync backups restore before\n") && !shown.contains("saved"));
    }
}
