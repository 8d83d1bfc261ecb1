//! The difference of the desired and the live state.
//!
//! One total function, used by `plan` and `apply` alike: there is no second
//! opinion on what would change. Must not refuse anything (`guard`) nor look
//! at options that `policy` has already applied to the desired state.

use std::collections::BTreeMap;

use super::draft::Draft;
use super::policy::{Options, reshape};
use super::{Plan, cutover, fingerprint, kinds, matching, order};
use crate::model::{Definition, DesiredState, Kind, Live, LiveState};

/// What has to happen on `tenant` for `live` to become as `desired`.
#[must_use]
pub fn plan(desired: &DesiredState, live: &LiveState, tenant: &str, options: &Options) -> Plan {
    let desired = reshape(desired, options);
    let mut draft = Draft::new(options);
    for kind in Kind::DEFINED {
        match live.ended.get(&kind) {
            Some(why) => draft.removed(kind, &desired, why),
            None if desired.in_play.has(kind) => compare_kind(kind, &desired, live, &mut draft),
            None => {}
        }
    }
    let orders = kinds::complete(&mut draft, &desired, live);
    draft.settle();
    let cutovers = cutover::find(&draft.changes, &orders);
    let steps = order::steps(&draft.changes, &orders, &cutovers, &desired, live);
    let (steps, unordered) = match steps {
        Ok(steps) => (steps, Vec::new()),
        Err(why) => (Vec::new(), vec![why.to_string()]),
    };
    let fingerprint = fingerprint::compute(tenant, options, &desired, &draft.changes);
    let Draft { options: _, changes, unchanged, unmanaged, warnings, unresolved } = draft;
    Plan {
        tenant: tenant.to_owned(),
        fingerprint,
        changes,
        unchanged: unchanged.into_iter().map(|(_, name)| name).collect(),
        unmanaged,
        warnings,
        unresolved,
        cutovers,
        ended: live.ended.keys().copied().collect(),
        steps,
        unordered,
        live_total: totals(live),
        deletes_allowed: options.allow_delete,
        token_lacks: Vec::new(),
    }
}

/// Pairs definitions of a kind with what is live of it, and notes what differs.
fn compare_kind(kind: Kind, desired: &DesiredState, live_state: &LiveState, draft: &mut Draft<'_>) {
    let definitions: Vec<&Definition> = desired.of(kind).collect();
    let resources: Vec<&Live> = live_state.of(kind).collect();
    let pairing = matching::pair(&definitions, &resources);
    for (definition, at) in definitions.iter().zip(&pairing.of_desired) {
        let all = |live| kinds::all_fields(definition, live, live_state);
        match at.map(|at| resources[at]) {
            None => draft.create(definition, all(None)),
            // what doesn't say its trigger can't be on another one
            Some(live) if live.trigger.as_str().is_empty() => {
                let before = draft.changes.len();
                kinds::update(definition, live, draft);
                draft.changes[before..].iter_mut().for_each(|change| {
                    change.blocked = Some(format!(
                        "the tenant does not say which trigger {} ({}) is made for. Open it in \
                         the Dashboard, and delete it there if it is broken",
                        live.name, live.id
                    ));
                });
            }
            Some(live) if live.trigger != definition.trigger => {
                draft.replace(definition, live, all(Some(live)));
            }
            Some(live) => kinds::update(definition, live, draft),
        }
    }
    for (at, live) in resources.iter().enumerate() {
        if !pairing.of_desired.contains(&Some(at)) && draft.options.selects(kind, &live.name) {
            draft.without_definition(live, pairing.doubles.contains(&at));
        }
    }
}

fn totals(live: &LiveState) -> BTreeMap<Kind, usize> {
    let mut totals = BTreeMap::new();
    for live in &live.resources {
        *totals.entry(live.kind()).or_default() += 1;
    }
    totals
}
