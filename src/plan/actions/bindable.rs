//! Which entries of an order the tenant is going to refuse: an action that is
//! not deployed can't be bound.
//!
//! Known before the first write, so that no apply ends in the middle. What is
//! bound already is never looked at. Must not order any writes.

use super::bindings::{Order, Target};
use super::diff;
use crate::model::{DesiredState, Kind, LiveState};
use crate::plan::Change;

/// Why the order can't be written as it is, and what to do about it.
pub(super) fn refusal(
    order: &Order,
    changes: &[Change],
    desired: &DesiredState,
    live: &LiveState,
) -> Option<String> {
    order.new_entries().find_map(|entry| {
        let of_target = |change: &&Change| {
            change.kind == Kind::Action
                && match &entry.action {
                    Target::Live(id) => change.id.as_ref() == Some(id),
                    Target::Created(name) => change.name == *name && change.source.is_some(),
                }
        };
        let change = changes.iter().find(of_target);
        if change.is_some_and(Change::deploys) || is_deployed(&entry.action, live) {
            return None;
        }
        let name = entry.name();
        if let Some(why) = change.and_then(|change| change.withheld.as_ref()) {
            return Some(format!("only a deployed action can be bound: {why}"));
        }
        let defined = desired.of(Kind::Action).find(|it| it.name.as_str() == name);
        let next = match defined.is_some_and(|it| !diff::body(it).deploy) {
            true => "its definition says deploy: false. Deploy it",
            false => "it was never deployed. Deploy it in the Dashboard, define it here",
        };
        Some(format!(
            "only a deployed action can be bound, and {name} is not: {next}, or remove it from the bindings"
        ))
    })
}

/// Whether a live action is deployed, as far as that is known.
fn is_deployed(target: &Target, live: &LiveState) -> bool {
    let Target::Live(id) = target else { return false };
    let found = live.of(Kind::Action).find(|live| live.id == *id);
    found.and_then(|live| live.action()).is_none_or(|it| it.installed || it.is_deployed())
}
