//! A plan from the tenant's side: what is different there, and for each
//! difference the two ways out. The same for text and Markdown.
//!
//! Must not lay anything out.

use crate::model::LogEntry;
use crate::plan::change::SecretVerb;
use crate::plan::traced::{Traces, can_be_traced};
use crate::plan::{Change, Field, Plan, Verb};
use crate::report::words::{count, listed};

/// Shown where the log is silent: it keeps entries for days only.
const NOT_IN_LOG: &str = "not in the part of the tenant's log that was read";

/// One difference. The texts hold foreign names as they are.
pub(super) struct Difference<'a> {
    /// What is different.
    pub(super) change: &'a Change,
    /// `differs in script and 1 secret`.
    pub(super) what: String,
    /// When and by whom it was last written; none where that can't be known.
    pub(super) written: Option<String>,
    /// The command that takes it into the files.
    pub(super) take: String,
    /// The command that undoes it on the tenant.
    pub(super) undo: String,
}

/// What is different on the tenant, in the plan's order. Secrets that are sent
/// again are no difference.
pub(super) fn differences<'a>(plan: &'a Plan, traces: &Traces) -> Vec<Difference<'a>> {
    let changes = plan.changes.iter().enumerate().filter(|(_, one)| one.verb != Verb::Resend);
    let difference = |(at, change): (usize, &'a Change)| {
        let (what, take, undo) = ways(change, &quoted(change.name.as_str()));
        let written = match traces {
            Traces::Found(found) if can_be_traced(change) => {
                Some(found.get(&at).map_or_else(|| NOT_IN_LOG.to_owned(), by))
            }
            _ => None,
        };
        let (take, undo) = (format!("hooksync {take}"), format!("hooksync {undo}"));
        Difference { change, what, written, take, undo }
    };
    changes.map(difference).collect()
}

/// `2026-11-27 10:12:13 UTC by jane@acme.com`.
fn by(entry: &LogEntry) -> String {
    let LogEntry { at, method: _, path: _, who } = entry;
    let who = who.as_ref().map(|who| format!(" by {who}"));
    let time = at.strftime("%Y-%m-%d %H:%M:%S UTC");
    format!("{time}{}", who.unwrap_or_default())
}

/// What is different, and the commands that end it.
fn ways(change: &Change, name: &str) -> (String, String, String) {
    let take = format!("export --only {name}");
    let undo = format!("apply --only {name}");
    let undo_by_delete = format!("apply --allow-delete --only {name}");
    match change.verb {
        // what is gone can't be named to an export
        Verb::Create => ("is not on the tenant".to_owned(), "export --prune".to_owned(), undo),
        Verb::Delete => ("is in no definition".to_owned(), take, undo_by_delete),
        Verb::Replace => (parts(change), take, undo_by_delete),
        Verb::Update | Verb::Resend => (parts(change), take, undo),
    }
}

/// `differs in enabled, script and 1 secret`.
fn parts(change: &Change) -> String {
    // a deploy follows from what else differs, and alone it means a draft
    let fields = change.fields.iter().filter(|one| one.differs() && one.field != Field::Deploy);
    let mut parts: Vec<String> = fields.map(|field| field.field.as_str().to_owned()).collect();
    let secrets = change.secrets.iter().filter(|secret| secret.verb != SecretVerb::Write).count();
    if secrets > 0 {
        parts.push(count(secrets, "secret"));
    }
    if parts.is_empty() {
        return "has a draft that is not deployed".to_owned();
    }
    format!("differs in {}", listed(&parts))
}

/// A name as one word of a shell's line; kebab-case needs nothing.
fn quoted(name: &str) -> String {
    let is_plain = |found: char| found.is_ascii_alphanumeric() || "-_.".contains(found);
    if name.chars().all(is_plain) && !name.starts_with('-') {
        return name.to_owned();
    }
    format!("'{}'", name.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples::full_plan;

    #[test]
    fn the_last_write_is_named_where_the_log_has_it() {
        let entry = LogEntry {
            at: "2026-11-27T10:12:13.5Z".parse().unwrap(),
            method: "PATCH".to_owned(),
            path: String::new(),
            who: Some("jane@acme.com".to_owned()),
        };
        assert_eq!(by(&entry), "2026-11-27 10:12:13 UTC by jane@acme.com");
        let plan = full_plan();
        let traced = plan.changes.iter().position(|one| one.id.is_some()).unwrap();
        let written = |traces: &Traces| -> Vec<Option<String>> {
            differences(&plan, traces).into_iter().map(|one| one.written).collect()
        };
        let found = written(&Traces::Found([(traced, entry)].into()));
        assert!(found.contains(&Some("2026-11-27 10:12:13 UTC by jane@acme.com".to_owned())));
        assert!(found.contains(&Some(NOT_IN_LOG.to_owned())), "{found:?}");
        let unknown = written(&Traces::Unknown("x".to_owned()));
        assert!(unknown.iter().all(Option::is_none));
    }

    #[test]
    fn a_name_is_one_word_of_a_shell() {
        assert_eq!(quoted("add-roles"), "add-roles");
        assert_eq!(quoted("it's; rm"), "'it'\\''s; rm'");
        assert_eq!(quoted("-x"), "'-x'");
    }
}
