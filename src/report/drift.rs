//! A plan from the tenant's side: what is different there, and for each
//! difference the two ways out. The same for text and Markdown.
//!
//! Must not lay anything out.

use std::collections::{BTreeSet, HashMap};

use crate::model::{Kind, LogEntry, Name};
use crate::plan::change::SecretVerb;
use crate::plan::traced::{Traces, can_be_traced};
use crate::plan::{Change, Field, Plan, Verb};
use crate::report::Again;
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
pub(super) fn differences<'a>(
    plan: &'a Plan,
    traces: &Traces,
    again: &Again,
) -> Vec<Difference<'a>> {
    let changes = plan.changes.iter().enumerate().filter(|(_, one)| one.verb != Verb::Resend);
    let mut kinds_of: HashMap<&Name, BTreeSet<Kind>> = HashMap::new();
    for one in plan.changes.iter().filter(|one| one.kind != Kind::Bindings) {
        kinds_of.entry(&one.name).or_default().insert(one.kind);
    }
    let difference = |(at, change): (usize, &'a Change)| {
        let named = kinds_of.get(&change.name);
        let is_shared = named.is_some_and(|kinds| kinds.iter().any(|kind| *kind != change.kind));
        let (what, take, undo) = ways(change, is_shared, again);
        let written = match traces {
            Traces::Found(found) if can_be_traced(change) => {
                Some(found.get(&at).map_or_else(|| NOT_IN_LOG.to_owned(), by))
            }
            _ => None,
        };
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
fn ways(change: &Change, is_shared: bool, again: &Again) -> (String, String, String) {
    let only = pattern(change, is_shared);
    let take = again.command(&["export"], &["--only", &only]);
    let undo = again.command(&["apply"], &["--only", &only]);
    let undo_by_delete = || again.command(&["apply"], &["--allow-delete", "--only", &only]);
    match change.verb {
        // what is gone can't be named to an export
        Verb::Create => {
            let prune = again.command(&["export"], &["--prune"]);
            ("is not on the tenant".to_owned(), prune, undo)
        }
        Verb::Delete => ("is in no definition".to_owned(), take, undo_by_delete()),
        Verb::Replace => (parts(change), take, undo_by_delete()),
        Verb::Update | Verb::Resend => (parts(change), take, undo),
    }
}

/// What `--only` takes for this one and no other, of one kind or of both.
fn pattern(change: &Change, is_shared: bool) -> String {
    let name = change.name.as_str();
    // a comma separates names
    let name_alone = glob::Pattern::escape(name).replace(',', "?");
    let is_simple = |found: char| {
        found.is_alphanumeric() || found.is_whitespace() || "-_()[]*?,".contains(found)
    };
    let is_plain = name.chars().all(is_simple) && name.starts_with(char::is_alphanumeric);
    match change.kind {
        Kind::Bindings => format!("{}:{name_alone}", change.kind),
        _ if is_plain && !is_shared => name_alone,
        kind => format!("{kind}:{name_alone}"),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Name;
    use crate::plan::policy::NamePattern;
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
            differences(&plan, traces, &Again::default())
                .into_iter()
                .map(|one| one.written)
                .collect()
        };
        let found = written(&Traces::Found([(traced, entry)].into()));
        assert!(found.contains(&Some("2026-11-27 10:12:13 UTC by jane@acme.com".to_owned())));
        assert!(found.contains(&Some(NOT_IN_LOG.to_owned())), "{found:?}");
        let unknown = written(&Traces::Unknown("x".to_owned()));
        assert!(unknown.iter().all(Option::is_none));
    }

    #[test]
    fn what_only_is_given_means_that_one_alone() {
        let check = |kind: Kind, name: &str, expected: &str| {
            let mut change = full_plan().changes[0].clone();
            (change.kind, change.name) = (kind, Name::action(name));
            for (is_shared, expected) in [
                (false, expected.to_owned()),
                (true, {
                    let prefix = format!("{kind}:");
                    format!("{prefix}{}", expected.strip_prefix(&prefix).unwrap_or(expected))
                }),
            ] {
                let found = pattern(&change, is_shared);
                assert_eq!(found, expected);
                let read = NamePattern::parse(&found).unwrap();
                assert!(read.matches(kind, &change.name), "{found}");
            }
        };
        check(Kind::Hook, "add-roles", "add-roles");
        check(Kind::Action, "Add roles (v2)", "Add roles (v2)");
        check(Kind::Action, "A/B test", "action:A/B test");
        check(Kind::Action, "send.js", "action:send.js");
        check(Kind::Action, "-x", "action:-x");
        check(Kind::Action, "hook:a", "action:hook:a");
        check(Kind::Action, "all *", "all [*]");
        check(Kind::Action, "a, b", "a? b");
        check(Kind::Bindings, "post-login", "bindings:post-login");
    }

    #[test]
    fn the_ways_out_reach_the_project_and_the_tenant_that_were_looked_at() {
        let again = Again {
            before: vec!["-C".to_owned(), "my repo".to_owned()],
            dir: Some("auth".to_owned()),
            after: vec!["--env".to_owned(), "prod".to_owned()],
            ..Again::default()
        };
        let plan = full_plan();
        let traces = Traces::Unknown("x".to_owned());
        for one in differences(&plan, &traces, &again) {
            for command in [&one.take, &one.undo] {
                let is_whole = command.starts_with("hooksync -C 'my repo' ")
                    && command.ends_with(" --env prod");
                assert!(is_whole && command.contains(" auth --"), "{command}");
            }
        }
    }
}
