//! The difference of the desired and the live state.
//!
//! One total function, used by `plan` and `apply` alike: there is no second
//! opinion on what would change. Must not refuse anything (`guard`) nor look
//! at options that `policy` has already applied to the desired state.

use std::collections::BTreeMap;

use super::codes;
use super::draft::Draft;
use super::policy::{Options, reshape};
use super::{Change, Plan, Verb, actions, cutover, fingerprint, hooks, matching, order, takeover};
use crate::model::{BuildStatus, Definition, DesiredState, Kind, Live, LiveState};

/// What has to happen on `tenant` for `live` to become as `desired`.
#[must_use]
pub fn plan(desired: &DesiredState, live: &LiveState, tenant: &str, options: &Options) -> Plan {
    let desired = reshape(desired, options);
    let mut draft = Draft::new(options);
    for kind in [Kind::Hook, Kind::Action] {
        let removed = kind == Kind::Hook && live.hooks_removed.is_some();
        if desired.in_play.has(kind) && !removed {
            compare_kind(kind, &desired, live, &mut draft);
        }
    }
    if let Some(why) = &live.hooks_removed {
        draft.removed(Kind::Hook, &desired, why);
    }
    takeover::switch_off_others(&mut draft.changes, &mut draft.warnings, &desired, live);
    let mut orders = Vec::new();
    if desired.in_play.has(Kind::Bindings) {
        for (order, change) in actions::compare_bindings(&desired, live, &draft.changes) {
            orders.push(order);
            draft.changes.push(change);
        }
        set_runs(&mut draft.changes, &orders, live);
    }
    if desired.in_play.actions {
        actions::mark_limits(&mut draft.changes, live);
    }
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
        hooks_ended: live.hooks_removed.is_some(),
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
        let all = |live| match kind {
            Kind::Hook => hooks::all_fields(definition, live),
            Kind::Action | Kind::Bindings => {
                actions::all_fields(definition, live, live_state.triggers.as_slice())
            }
        };
        match at.map(|at| resources[at]) {
            None => draft.create(definition, all(None)),
            // what doesn't say its trigger can't be on another one
            Some(live) if live.trigger.as_str().is_empty() => {
                let before = draft.changes.len();
                update(kind, definition, live, draft);
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
            Some(live) => update(kind, definition, live, draft),
        }
    }
    for (at, live) in resources.iter().enumerate() {
        if !pairing.of_desired.contains(&Some(at)) && draft.options.selects(kind, &live.name) {
            draft.without_definition(live, pairing.doubles.contains(&at));
        }
    }
}

fn update(kind: Kind, definition: &Definition, live: &Live, draft: &mut Draft<'_>) {
    let strict = draft.options.strict_newlines;
    if kind == Kind::Hook {
        return draft.update(definition, live, |_| hooks::changed_fields(definition, live, strict));
    }
    let mut overwrites = false;
    draft.update(definition, live, |secrets| {
        let compared = actions::changed_fields(definition, live, secrets, strict);
        overwrites = compared.overwrites_draft;
        compared.fields
    });
    if overwrites {
        let of = live.action().filter(|action| action.build == BuildStatus::Failed);
        let message = format!(
            "the draft of {} differs from what is deployed{} and from these files: an apply ended \
             before its deploy, or it was edited elsewhere. Apply overwrites it",
            definition.name,
            of.map_or("", |_| " (its build failed)")
        );
        draft.warn(codes::EDITED_DRAFT, message, Some(&definition.place.file));
    }
    let last = draft.changes.last().filter(|change| change.id.as_ref() == Some(&live.id));
    if last.is_some_and(actions::rebuilds) {
        let message = format!(
            "the build of the draft of {} failed: apply sends its code again, so that it is built again, and deploys it if the build succeeds",
            definition.name
        );
        draft.warn(codes::BUILD_FAILED, message, Some(&definition.place.file));
    }
}

/// Whether each action runs once the plan is done: if it is bound then.
fn set_runs(changes: &mut [Change], orders: &[actions::Order], live: &LiveState) {
    for change in changes.iter_mut().filter(|change| change.kind == Kind::Action) {
        let order = orders.iter().find(|order| order.trigger == change.trigger);
        let bound = match order {
            Some(order) => order.binds(change),
            None => live.bindings.iter().any(|bindings| {
                bindings.entries.iter().any(|entry| Some(&entry.action_id) == change.id.as_ref())
            }),
        };
        change.runs_after = Some(bound && change.verb != Verb::Delete);
        change.version = change.deploys().then(|| actions::next_version(change)).flatten();
    }
}

fn totals(live: &LiveState) -> BTreeMap<Kind, usize> {
    let mut totals = BTreeMap::new();
    for live in &live.resources {
        *totals.entry(live.kind()).or_default() += 1;
    }
    totals
}
