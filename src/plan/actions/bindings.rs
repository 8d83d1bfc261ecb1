//! The order of a trigger's actions, compared.
//!
//! Entries are resolved to actions once, here: an entry by name means the
//! action that the definitions give that name, else the live one. Must not
//! order any writes.

use std::collections::BTreeSet;

use super::diff::next_version;
use super::{bindable, limits};
use crate::model::near::nearest;
use crate::model::{
    BindingEntry, BindingsMode, BindingsOrder, BoundAction, DesiredState, Id, Kind, Live,
    LiveBinding, LiveBindings, LiveState, Name, Trigger,
};
use crate::plan::{Change, Field, FieldChange, Value, Verb};

/// The most actions that can be bound to a trigger (Auth0's documents).
const MAX_BOUND: usize = 20;

/// The list that a trigger is to have.
#[derive(Debug, Clone)]
pub(in crate::plan) struct Order {
    pub(in crate::plan) trigger: Trigger,
    pub(in crate::plan) entries: Vec<Entry>,
    /// What is bound now, by the names that the actions have now.
    pub(in crate::plan) before: Option<LiveBindings>,
}

impl Order {
    /// The names of the actions that are bound and were not before.
    pub(in crate::plan) fn newcomers(&self) -> Vec<Name> {
        self.new_entries().map(|entry| Name::action(&entry.name)).collect()
    }

    /// Their entries.
    pub(super) fn new_entries(&self) -> impl Iterator<Item = &Entry> {
        let before = || self.before.iter().flat_map(|before| &before.entries);
        let was_bound = move |entry: &&Entry| match &entry.action {
            Target::Live(id) => before().any(|old| old.action_id == *id),
            Target::Created(_) => false,
        };
        self.entries.iter().filter(move |entry| !was_bound(entry))
    }

    /// Whether the action of a change is in the list.
    fn binds(&self, change: &Change) -> bool {
        self.entries.iter().any(|entry| match &entry.action {
            Target::Live(id) => change.id.as_ref() == Some(id),
            Target::Created(name) => change.name == *name,
        })
    }
}

/// One entry of it.
#[derive(Debug, Clone)]
pub(in crate::plan) struct Entry {
    pub(in crate::plan) action: Target,
    name: String,
    pub(in crate::plan) display_name: Option<String>,
}

impl Entry {
    /// The name of its action.
    pub(super) fn name(&self) -> &str {
        &self.name
    }
}

/// The action that an entry means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::plan) enum Target {
    Live(Id),
    /// The one that the change of this name creates.
    Created(Name),
}

/// Adds the orders that differ, and what is known of actions once all changes
/// are.
pub(in crate::plan) fn complete(
    changes: &mut Vec<Change>,
    desired: &DesiredState,
    live: &LiveState,
) -> Vec<Order> {
    let mut orders = Vec::new();
    for (order, change) in compare(desired, live, changes) {
        orders.push(order);
        changes.push(change);
    }
    set_runs(changes, &orders, live);
    limits::mark(changes, live);
    orders
}

/// Whether each action runs once the plan is done: if it is bound then.
fn set_runs(changes: &mut [Change], orders: &[Order], live: &LiveState) {
    for change in changes.iter_mut().filter(|change| change.kind == Kind::Action) {
        let order = orders.iter().find(|order| order.trigger == change.trigger);
        let bound = match order {
            Some(order) => order.binds(change),
            None => live.bindings.iter().any(|bindings| {
                bindings.entries.iter().any(|entry| Some(&entry.action_id) == change.id.as_ref())
            }),
        };
        change.runs_after = Some(bound && change.verb != Verb::Delete);
        change.version = change.deploys().then(|| next_version(change)).flatten();
    }
}

/// The lists that differ from what is live, and the change of each.
fn compare(desired: &DesiredState, live: &LiveState, changes: &[Change]) -> Vec<(Order, Change)> {
    let gone = gone(changes);
    let bound = by_new_names(&live.bindings, changes);
    let mut found = Vec::new();
    for order in &desired.bindings {
        let compared = of_order(order, live, &bound, changes, &gone);
        found.extend(compared.map(|(order, change)| {
            let refused = || bindable::refusal(&order, changes, desired, live);
            let blocked = change.blocked.clone().or_else(refused);
            (order, Change { blocked, ..change })
        }));
    }
    // what is deleted is unbound first, also where no file defines the order
    for bindings in &bound {
        let defined = desired.bindings.iter().any(|order| order.trigger == bindings.trigger);
        if !defined && bindings.entries.iter().any(|entry| gone.contains(&entry.action_id)) {
            let entries = kept(&bindings.entries, &gone).collect();
            let order = Order {
                trigger: bindings.trigger.clone(),
                entries,
                before: live_order(live, &bindings.trigger),
            };
            let change = change_of(&order, &bindings.entries, None, &[]);
            found.push((order, change));
        }
    }
    found
}

fn live_order(live: &LiveState, trigger: &Trigger) -> Option<LiveBindings> {
    live.bindings.iter().find(|bindings| bindings.trigger == *trigger).cloned()
}

/// What is bound, by the names that its actions have once they are renamed: an
/// entry under another name is neither bound nor unbound.
fn by_new_names(bound: &[LiveBindings], changes: &[Change]) -> Vec<LiveBindings> {
    let mut bound = bound.to_vec();
    let updates = changes.iter().filter(|change| change.kind == Kind::Action);
    let updates: Vec<_> = updates.filter(|change| change.verb == Verb::Update).collect();
    for entry in bound.iter_mut().flat_map(|bindings| &mut bindings.entries) {
        let change = updates.iter().find(|change| change.id.as_ref() == Some(&entry.action_id));
        if let Some(change) = change {
            entry.action_name.clone_from(&change.name);
        }
    }
    bound
}

/// The live actions that don't stay.
fn gone(changes: &[Change]) -> BTreeSet<&Id> {
    let of_actions = changes.iter().filter(|change| change.kind == Kind::Action);
    of_actions
        .filter(|change| matches!(change.verb, Verb::Delete | Verb::Replace))
        .filter_map(|change| change.id.as_ref())
        .collect()
}

fn kept<'a>(
    entries: &'a [LiveBinding],
    gone: &'a BTreeSet<&Id>,
) -> impl Iterator<Item = Entry> + 'a {
    entries.iter().filter(|entry| !gone.contains(&entry.action_id)).map(|entry| Entry {
        action: Target::Live(entry.action_id.clone()),
        name: entry.action_name.to_string(),
        display_name: entry.display_name.clone(),
    })
}

fn of_order(
    order: &BindingsOrder,
    live: &LiveState,
    bound: &[LiveBindings],
    changes: &[Change],
    gone: &BTreeSet<&Id>,
) -> Option<(Order, Change)> {
    let before = bound.iter().find(|bindings| bindings.trigger == order.trigger);
    let live_entries = before.map_or(&[][..], |bindings| &bindings.entries);
    let (mut own, mut unknown) = (Vec::new(), Vec::new());
    for entry in &order.entries {
        match resolve(entry, order, live, live_entries, changes, gone) {
            Some(entry) => own.push(entry),
            None => unknown.push(why_unknown(entry, order, live, changes)),
        }
    }
    let rest = |own: &[Entry]| -> Vec<Entry> {
        let named = |entry: &Entry| own.iter().any(|own| own.action == entry.action);
        kept(live_entries, gone).filter(|entry| !named(entry)).collect()
    };
    let entries = match order.mode {
        BindingsMode::Whole => own,
        BindingsMode::Append => [rest(&own), own].concat(),
        BindingsMode::Prepend => {
            let rest = rest(&own);
            [own, rest].concat()
        }
    };
    let same = entries.len() == live_entries.len()
        && entries.iter().zip(live_entries).all(|(new, old)| {
            new.action == Target::Live(old.action_id.clone())
                && new.display_name == old.display_name
        });
    if same && unknown.is_empty() {
        return None;
    }
    let before = live_order(live, &order.trigger);
    let resolved = Order { trigger: order.trigger.clone(), entries, before };
    let change = change_of(&resolved, live_entries, Some(order), &unknown);
    Some((resolved, change))
}

/// The action that an entry means: that of a definition, else a bound one, else
/// any live one of the trigger.
fn resolve(
    entry: &BindingEntry,
    order: &BindingsOrder,
    live: &LiveState,
    bound: &[LiveBinding],
    changes: &[Change],
    gone: &BTreeSet<&Id>,
) -> Option<Entry> {
    let live_of_name = |name: &Name| {
        let fits = |live: &&Live| {
            live.name == *name && live.trigger == order.trigger && !gone.contains(&live.id)
        };
        live.of(Kind::Action).find(fits).map(|live| live.id.clone())
    };
    let (action, name) = match &entry.action {
        BoundAction::Id(id) => {
            let bound = bound.iter().find(|entry| entry.action_id == *id);
            let own = changes.iter().find(|change| change.id.as_ref() == Some(id));
            let listed = || {
                let mut listed = live.of(Kind::Action);
                listed.find(|live| live.id == *id && live.trigger == order.trigger)
            };
            let name = bound.map(|entry| &entry.action_name);
            let name =
                name.or_else(|| listed().map(|live| own.map_or(&live.name, |own| &own.name)));
            let name = name.filter(|_| !gone.contains(id))?;
            (Target::Live(id.clone()), name.to_string())
        }
        BoundAction::Name(name) => {
            let own = changes.iter().find(|change| {
                change.kind == Kind::Action && change.name == *name && change.source.is_some()
            });
            let target = match own {
                Some(change) if matches!(change.verb, Verb::Create | Verb::Replace) => {
                    Target::Created(name.clone())
                }
                Some(change) => Target::Live(change.id.clone()?),
                None => {
                    let bound = bound.iter().find(|entry| {
                        entry.action_name == *name && !gone.contains(&entry.action_id)
                    });
                    let id = bound.map(|entry| entry.action_id.clone());
                    Target::Live(id.or_else(|| live_of_name(name))?)
                }
            };
            (target, name.to_string())
        }
    };
    let live_entry = bound.iter().find(|entry| Target::Live(entry.action_id.clone()) == action);
    let display_name = entry
        .display_name
        .clone()
        .or_else(|| live_entry.and_then(|entry| entry.display_name.clone()))
        .or_else(|| live_entry.is_none().then(|| name.clone()));
    Some(Entry { action, name, display_name })
}

/// Why an entry means no action.
fn why_unknown(
    entry: &BindingEntry,
    order: &BindingsOrder,
    live: &LiveState,
    changes: &[Change],
) -> String {
    let place = entry.place.in_words();
    let is_meant = |live: &&Live| match &entry.action {
        BoundAction::Name(name) => live.name == *name,
        BoundAction::Id(id) => live.id == *id,
    };
    let elsewhere = live.of(Kind::Action).find(is_meant);
    if let Some(elsewhere) = elsewhere.filter(|live| live.trigger != order.trigger) {
        return format!(
            "{place}: {} belongs to {} on the tenant, and can't run at {}",
            elsewhere.name, elsewhere.trigger, order.trigger
        );
    }
    let near = |wanted: &str, all: &[&str]| {
        nearest(wanted, all).map(|near| format!("; did you mean {near}?")).unwrap_or_default()
    };
    let there = live.of(Kind::Action).filter(|live| live.trigger == order.trigger);
    let name = match &entry.action {
        BoundAction::Name(name) => name,
        BoundAction::Id(id) => {
            let ids: Vec<&str> = there.map(|live| live.id.as_str()).collect();
            return match elsewhere {
                Some(gone) => format!(
                    "{place}: {}, which has the id {id}, is deleted in this plan; name the action \
                     instead of its id, or remove the entry",
                    gone.name
                ),
                None => {
                    let near = near(id.as_str(), &ids);
                    format!("{place}: no action on the tenant has the id {id}{near}")
                }
            };
        }
    };
    let own =
        changes.iter().filter(|change| change.kind == Kind::Action && change.source.is_some());
    let own = own.filter(|change| change.trigger == order.trigger).map(|change| &change.name);
    let names: Vec<&str> = own.chain(there.map(|live| &live.name)).map(Name::as_str).collect();
    let near = near(name.as_str(), &names);
    format!("{place}: no definition and no action on the tenant is called {name}{near}")
}

/// The change of an order; `old_entries` are what is bound, by new names.
fn change_of(
    order: &Order,
    old_entries: &[LiveBinding],
    source: Option<&BindingsOrder>,
    unknown: &[String],
) -> Change {
    let titled = |name: &str, title: &Option<String>| match title {
        Some(title) => format!("{name} ({title})"),
        None => name.to_owned(),
    };
    let name_of = |entry: &LiveBinding| entry.action_name.to_string();
    let old: Vec<String> = old_entries.iter().map(name_of).collect();
    let new: Vec<String> = order.entries.iter().map(|entry| entry.name.clone()).collect();
    // only what changes of what stays bound; nothing is bound or unbound by it
    let (old_titles, new_titles): (Vec<String>, Vec<String>) = order
        .entries
        .iter()
        .filter_map(|entry| {
            let was = old_entries
                .iter()
                .find(|old| entry.action == Target::Live(old.action_id.clone()))?;
            let changes = was.display_name != entry.display_name;
            changes.then(|| {
                (titled(&name_of(was), &was.display_name), titled(&entry.name, &entry.display_name))
            })
        })
        .unzip();
    let mut fields = Vec::new();
    if old != new || new_titles.is_empty() {
        fields.push(FieldChange::new(Field::Bindings, Some(Value::Names(old)), Value::Names(new)));
    }
    if !new_titles.is_empty() {
        let old = Some(Value::Names(old_titles));
        fields.push(FieldChange::new(Field::DisplayNames, old, Value::Names(new_titles)));
    }
    let name = Name::action(order.trigger.as_str());
    let blocked = if unknown.is_empty() {
        (order.entries.len() > MAX_BOUND).then(|| {
            format!("{} actions, and a trigger runs at most {MAX_BOUND}", order.entries.len())
        })
    } else {
        Some(unknown.join(". "))
    };
    Change {
        source: source.map(|order| order.place.file.clone()),
        fields,
        blocked,
        ..Change::new(Verb::Update, Kind::Bindings, name, order.trigger.clone())
    }
}
