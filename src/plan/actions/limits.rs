//! The tenant's limits for actions, checked before the first write.
//!
//! From Auth0's documents ("Entity limit policy", "Actions limitations"). What
//! lives is never blocked for what it is already. Must not order anything.

use std::collections::BTreeSet;

use crate::model::{Kind, LiveState, SecretKey};
use crate::plan::{Change, Field, SecretVerb, Value, Verb};

/// The most actions that a tenant can have.
const MAX_ACTIONS: usize = 100;
/// The most secrets that an action can have.
const MAX_SECRETS: usize = 30;
/// The most packages that an action can have.
const MAX_PACKAGES: usize = 10;

/// Blocks what would go beyond a limit, with the count.
pub(super) fn mark(changes: &mut [Change], live: &LiveState) {
    let of_actions = |change: &&Change| change.kind == Kind::Action;
    let count = |verbs: &[Verb]| {
        changes.iter().filter(of_actions).filter(|change| verbs.contains(&change.verb)).count()
    };
    let installed = |live: &crate::model::Live| live.action().is_some_and(|it| it.installed);
    let there = live.of(Kind::Action).filter(|live| !installed(live)).count();
    // what is replaced goes after its successor has come
    let most = there + count(&[Verb::Create, Verb::Replace]);
    for change in changes.iter_mut().filter(|change| change.kind == Kind::Action) {
        let makes = matches!(change.verb, Verb::Create | Verb::Replace);
        let reason = (makes && most > MAX_ACTIONS)
            .then(|| format!("{most} actions, and a tenant has at most {MAX_ACTIONS}"))
            .or_else(|| too_many(secrets_of(change), "secrets", MAX_SECRETS))
            .or_else(|| too_many(packages_of(change), "packages", MAX_PACKAGES));
        if change.blocked.is_none() {
            change.blocked = reason;
        }
    }
}

fn too_many(count: Option<usize>, what: &str, most: usize) -> Option<String> {
    let count = count.filter(|count| *count > most)?;
    Some(format!("{count} {what}, and an action has at most {most}"))
}

/// How many secrets the action has then, where that changes.
fn secrets_of(change: &Change) -> Option<usize> {
    let live = change.live.iter().flat_map(|live| live.secrets.iter().flatten());
    let mut keys: BTreeSet<&SecretKey> =
        if change.verb == Verb::Update { live.collect() } else { BTreeSet::new() };
    keys.extend(change.secrets_to(SecretVerb::Create));
    change.secrets_to(SecretVerb::Delete).for_each(|key| {
        keys.remove(key);
    });
    (!change.secrets.is_empty()).then_some(keys.len())
}

fn packages_of(change: &Change) -> Option<usize> {
    match &change.field(Field::Dependencies)?.new {
        Value::Packages(packages) => Some(packages.len()),
        _ => None,
    }
}
