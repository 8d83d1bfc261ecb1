//! The difference of the desired and the live state.
//!
//! One total function, used by `plan` and `apply` alike: there is no second
//! opinion on what would change. Must not refuse anything (`guard`) nor look
//! at options that `policy` has already applied to the desired state.

use std::collections::BTreeMap;

use super::draft::Draft;
use super::policy::{Options, reshape};
use super::{Plan, fingerprint, hooks, matching, order, takeover};
use crate::model::{Definition, DesiredState, Kind, Live, LiveState};

/// What has to happen on `tenant` for `live` to become as `desired`.
#[must_use]
pub fn plan(desired: &DesiredState, live: &LiveState, tenant: &str, options: &Options) -> Plan {
    let desired = reshape(desired, options);
    let mut draft = Draft::new(options);
    compare_kind(Kind::Hook, &desired, live, &mut draft);
    takeover::switch_off_others(&mut draft.changes, &mut draft.warnings, &desired, live);
    draft.settle();
    let (steps, unordered) = match order::steps(&draft.changes, live) {
        Ok(steps) => (steps, Vec::new()),
        Err(why) => (Vec::new(), vec![why.to_string()]),
    };
    let fingerprint = fingerprint::compute(tenant, options, &desired, &draft.changes);
    let Draft { options: _, changes, unchanged, unmanaged, warnings, unresolved } = draft;
    Plan {
        tenant: tenant.to_owned(),
        fingerprint,
        changes,
        unchanged,
        unmanaged,
        warnings,
        unresolved,
        steps,
        unordered,
        live_total: totals(live),
        deletes_allowed: options.allow_delete,
        token_lacks: Vec::new(),
    }
}

/// Pairs definitions of a kind with what is live of it, and notes what differs.
fn compare_kind(kind: Kind, desired: &DesiredState, live: &LiveState, draft: &mut Draft<'_>) {
    let definitions: Vec<&Definition> = desired.of(kind).collect();
    let resources: Vec<&Live> = live.of(kind).collect();
    let pairing = matching::pair(&definitions, &resources);
    for (definition, at) in definitions.iter().zip(&pairing.of_desired) {
        match at.map(|at| resources[at]) {
            None => draft.create(definition, hooks::all_fields(definition, None)),
            Some(live) if live.trigger == definition.trigger => {
                let fields = hooks::changed_fields(definition, live, draft.options.strict_newlines);
                draft.update(definition, live, fields);
            }
            Some(live) => {
                draft.replace(definition, live, hooks::all_fields(definition, Some(live)));
            }
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
