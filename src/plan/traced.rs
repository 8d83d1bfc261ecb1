//! Which entry of the tenant's log is about which change: the last write of
//! what differs.
//!
//! Must not be more than a hint: another write may have come between.

use std::collections::BTreeMap;

use super::{Change, Plan, Verb};
use crate::model::{Kind, LogEntry};

/// What is known of who changed what differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Traces {
    /// The last write of each change that the log has, by its place in the plan.
    Found(BTreeMap<usize, LogEntry>),
    /// Why it can't be known.
    Unknown(String),
}

/// The last write of each change. `entries` are the newest first.
#[must_use]
pub fn traced(plan: &Plan, entries: &[LogEntry]) -> BTreeMap<usize, LogEntry> {
    let found = plan.changes.iter().enumerate().filter_map(|(at, change)| {
        let entry = entries.iter().find(|entry| is_about(entry, change))?;
        Some((at, entry.clone()))
    });
    found.collect()
}

/// Whether the log can have something about a change: what isn't on the tenant
/// has no id to look for.
#[must_use]
pub fn can_be_traced(change: &Change) -> bool {
    change.verb != Verb::Resend && (change.kind == Kind::Bindings || change.id.is_some())
}

fn is_about(entry: &LogEntry, change: &Change) -> bool {
    if !can_be_traced(change) {
        return false;
    }
    let path = entry.path.split('?').next().unwrap_or_default().trim_end_matches('/');
    let Some(path) = path.strip_prefix("/api/v2/") else { return false };
    let Some(own) = change.kind.path(change.id.as_ref(), &change.trigger) else { return false };
    path.strip_prefix(&own).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Id, Name, Trigger};

    #[test]
    fn an_entry_is_found_by_the_path_of_what_differs() {
        let check = |kind: Kind, path: &str, expected: bool| {
            let trigger = Trigger::from_tenant("post-login");
            let mut change = Change::new(Verb::Update, kind, Name::action("a"), trigger);
            change.id = Some(Id::new("42"));
            let at = "2026-11-27T10:00:00Z".parse().unwrap();
            let (method, path) = ("PATCH".to_owned(), path.to_owned());
            let entry = LogEntry { at, method, path, who: None };
            assert_eq!(is_about(&entry, &change), expected, "{entry:?}");
        };
        check(Kind::Action, "/api/v2/actions/actions/42", true);
        check(Kind::Action, "/api/v2/actions/actions/42/deploy", true);
        check(Kind::Action, "/api/v2/actions/actions/42?force=true", true);
        check(Kind::Action, "/api/v2/actions/actions/421", false);
        check(Kind::Action, "/api/v2/hooks/42", false);
        check(Kind::Hook, "/api/v2/hooks/42/secrets", true);
        check(Kind::Bindings, "/api/v2/actions/triggers/post-login/bindings", true);
        check(Kind::Bindings, "/api/v2/actions/triggers/pre-login/bindings", false);
        check(Kind::Action, "", false);
    }
}
