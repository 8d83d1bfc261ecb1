//! In which order the writes of actions and bindings are safe.
//!
//! Hard rules: an action is created or patched, built, deployed, and then
//! bound; it is unbound before it is deleted. A rename needs no deploy, and
//! waits until its name is free; two that change places go through a third. Must not decide *what* is written.

use std::collections::BTreeMap;

use super::bindings::{Order, Target};
use super::diff;
use super::op::{ActionOp, Bind, BindEntry};
use crate::model::{
    ActionPatch, Definition, DesiredState, Kind, Live, LiveState, Name, NewAction, SentSecret,
};
use crate::plan::graph::{Graph, NoOrder};
use crate::plan::matching::{RENAME_SUFFIX, free_name};
use crate::plan::step::{Op, Ref, StepId};
use crate::plan::{Change, Field, SecretVerb, Value, Verb};

/// The writes of one action that bindings have to know.
#[derive(Debug, Default)]
struct Part {
    create: Option<StepId>,
    patch: Option<StepId>,
    /// After these the action is as it is to be, and deployed.
    done: Vec<StepId>,
    delete: Option<StepId>,
}

/// Adds the writes of all changes of actions, then those of the orders; gives
/// the latter by their change.
pub(in crate::plan) fn add(
    graph: &mut Graph,
    changes: &[Change],
    orders: &[Order],
    desired: &DesiredState,
    live: &LiveState,
) -> Result<BTreeMap<usize, StepId>, NoOrder> {
    let mut parts: BTreeMap<usize, Part> = BTreeMap::new();
    for (index, change) in changes.iter().enumerate() {
        if change.kind == Kind::Action {
            parts.insert(index, of_action(graph, index, change, desired, live)?);
        }
    }
    let mut binds = BTreeMap::new();
    for (index, change) in changes.iter().enumerate() {
        if change.kind != Kind::Bindings || change.blocked.is_some() {
            continue;
        }
        let order = orders.iter().find(|order| order.trigger == change.trigger);
        let order = order.ok_or_else(|| NoOrder::Unfit(change.name.clone()))?;
        binds.insert(index, bind(graph, index, order, changes, &parts)?);
    }
    // where something else must come first, that goes before
    free_names(graph, changes, &parts, live)?;
    Ok(binds)
}

/// A name is free before it is taken: were a run to end between two renames, two
/// actions of one name would be left, and a tenant may refuse the second. A ring
/// of renames is opened by a name that no action has.
fn free_names(
    graph: &mut Graph,
    changes: &[Change],
    parts: &BTreeMap<usize, Part>,
    live: &LiveState,
) -> Result<(), NoOrder> {
    let indices: Vec<usize> = parts.keys().copied().collect();
    for &index in &indices {
        let name = &changes[index].name;
        let renames = |at: usize| changes[at].field(Field::Name).and(parts[&at].patch);
        let bears = |at: &usize| {
            *at != index && changes[*at].live.as_ref().is_some_and(|live| live.name == *name)
        };
        let Some(taker) = renames(index).or(parts[&index].create) else { continue };
        let Some(holder) = indices.iter().copied().find(bears) else { continue };
        match renames(holder) {
            Some(frees) if graph.reaches(taker, frees) => {
                let change = &changes[holder];
                let id = change.id.clone().ok_or_else(|| NoOrder::Unfit(change.name.clone()))?;
                let is_taken = |name: &Name| live.of(Kind::Action).any(|it| it.name == *name);
                let name = free_name(&change.name, RENAME_SUFFIX, is_taken);
                let op = ActionOp::Patch {
                    action: Ref::Live(id),
                    patch: ActionPatch { name: Some(name), ..ActionPatch::default() },
                    definition: change.name.clone(),
                };
                let aside = graph.add(holder, Op::Action(op));
                graph.after(taker, aside);
                graph.after(frees, aside);
            }
            Some(frees) => graph.after(taker, frees),
            None => {
                let delete = parts[&holder].delete.filter(|_| changes[holder].verb == Verb::Delete);
                delete.iter().for_each(|&delete| graph.after_if_possible(taker, delete));
            }
        }
    }
    Ok(())
}

fn of_action(
    graph: &mut Graph,
    index: usize,
    change: &Change,
    desired: &DesiredState,
    live: &LiveState,
) -> Result<Part, NoOrder> {
    let unfit = || NoOrder::Unfit(change.name.clone());
    let definition = || {
        let own = desired.of(Kind::Action).find(|definition| definition.name == change.name);
        own.ok_or_else(unfit)
    };
    let mut part = Part::default();
    match (change.verb, &change.id) {
        (Verb::Create, None) | (Verb::Replace, Some(_)) => {
            let action = new_action(change, definition()?);
            let known = live.of(Kind::Action).map(|live| live.id.clone()).collect();
            let create = graph.add(index, Op::Action(ActionOp::Create { action, known }));
            part.create = Some(create);
            part.done.push(create);
            deploy(graph, index, change, Ref::MadeBy(create), &mut part);
        }
        (Verb::Update, Some(id)) => {
            let target = Ref::Live(id.clone());
            let patch = patch_of(change, definition()?);
            if !patch.is_empty() {
                let op = ActionOp::Patch {
                    action: target.clone(),
                    patch,
                    definition: change.name.clone(),
                };
                let step = graph.add(index, Op::Action(op));
                part.patch = Some(step);
                part.done.push(step);
            }
            deploy(graph, index, change, target, &mut part);
        }
        (Verb::Delete, Some(_)) => {}
        (Verb::Resend, _) | (Verb::Create, Some(_)) | (_, None) => return Err(unfit()),
    }
    if let (Verb::Delete | Verb::Replace, Some(id)) = (change.verb, &change.id) {
        let delete =
            graph.add(index, Op::Action(ActionOp::Delete { action: Ref::Live(id.clone()) }));
        part.done.iter().for_each(|&step| graph.after(delete, step));
        part.delete = Some(delete);
    }
    Ok(part)
}

fn deploy(graph: &mut Graph, index: usize, change: &Change, action: Ref, part: &mut Part) {
    let wanted = change.field(Field::Deploy).and_then(|field| field.new.flag()) == Some(true);
    if wanted && change.withheld.is_none() {
        let step = graph.add(index, Op::Action(ActionOp::Deploy { action }));
        part.done.iter().for_each(|&before| graph.after(step, before));
        part.done.push(step);
    }
}

fn bind(
    graph: &mut Graph,
    index: usize,
    order: &Order,
    changes: &[Change],
    parts: &BTreeMap<usize, Part>,
) -> Result<StepId, NoOrder> {
    let mut entries = Vec::new();
    let mut before = Vec::new();
    for entry in &order.entries {
        let of_target = parts.iter().find(|(at, part)| match &entry.action {
            Target::Live(id) => changes[**at].id.as_ref() == Some(id) && part.create.is_none(),
            Target::Created(name) => changes[**at].name == *name && part.create.is_some(),
        });
        let action = match (&entry.action, of_target) {
            (Target::Live(id), _) => Ref::Live(id.clone()),
            (Target::Created(_), Some((_, Part { create: Some(create), .. }))) => {
                Ref::MadeBy(*create)
            }
            (Target::Created(name), _) => return Err(NoOrder::Unfit(name.clone())),
        };
        // what is bound already runs on while its next version is built
        let is_new = order.before.as_ref().is_none_or(|live| {
            !live.entries.iter().any(|old| Target::Live(old.action_id.clone()) == entry.action)
        });
        if let Some((_, part)) = of_target.filter(|_| is_new) {
            before.extend(&part.done);
        }
        entries.push(BindEntry { action, display_name: entry.display_name.clone() });
    }
    let bind = Bind { trigger: order.trigger.clone(), entries, before: order.before.clone() };
    let step = graph.add(index, Op::Bind(bind));
    before.iter().for_each(|&before| graph.after(step, before));
    for (at, part) in parts {
        let was_bound = order
            .before
            .iter()
            .flat_map(|live| &live.entries)
            .any(|entry| changes[*at].id.as_ref() == Some(&entry.action_id));
        if let Some(delete) = part.delete.filter(|_| was_bound) {
            graph.after(delete, step);
        }
    }
    // the old one of a replaced action goes last
    let replaced = parts.iter().filter(|(at, part)| {
        part.create.is_some_and(|create| before.contains(&create))
            && changes[**at].verb == Verb::Replace
    });
    replaced.filter_map(|(_, part)| part.delete).for_each(|delete| graph.after(delete, step));
    Ok(step)
}

fn patch_of(change: &Change, definition: &Definition) -> ActionPatch {
    let mut patch = ActionPatch::default();
    for field in &change.fields {
        match (field.field, &field.new) {
            (Field::Name, _) => patch.name = Some(change.name.clone()),
            (Field::TriggerVersion, Value::Text(version)) => {
                patch.trigger = Some((change.trigger.clone(), version.clone()));
            }
            (Field::Runtime, Value::Text(runtime)) => patch.runtime = Some(runtime.clone()),
            (Field::Modules, _) => patch.modules = diff::body(definition).modules,
            (_, Value::Packages(new)) => patch.dependencies = Some(new.clone()),
            (_, Value::Script(new)) => patch.script = Some(new.clone()),
            _ => {}
        }
    }
    if diff::rebuilds(change) {
        patch.script = Some(definition.script.clone());
    }
    if !change.secrets.is_empty() {
        patch.secrets = Some(all_secrets(change, change.live.as_ref()));
    }
    patch
}

/// The whole list: names alone for what is kept, for a name left out is
/// deleted.
fn all_secrets(change: &Change, live: Option<&Live>) -> Vec<SentSecret> {
    let verb_of = |key: &String| {
        change.secrets.iter().find(|secret| secret.key == *key).map(|secret| secret.verb)
    };
    let live = live.into_iter().flat_map(|live| live.secrets.iter().flatten());
    let kept = live.filter(|key| verb_of(key).is_none()).cloned();
    let sent = change.secrets.iter().filter(|secret| secret.verb != SecretVerb::Delete);
    let mut all: Vec<SentSecret> = kept
        .map(|key| SentSecret { key, with_value: false })
        .chain(sent.map(|secret| SentSecret { key: secret.key.clone(), with_value: true }))
        .collect();
    all.sort();
    all
}

fn new_action(change: &Change, definition: &Definition) -> NewAction {
    let text = |field| match change.field(field).map(|change| &change.new) {
        Some(Value::Text(text)) => Some(text.clone()),
        _ => None,
    };
    NewAction {
        name: change.name.clone(),
        trigger: change.trigger.clone(),
        trigger_version: text(Field::TriggerVersion),
        script: definition.script.clone(),
        runtime: text(Field::Runtime),
        dependencies: definition.dependencies.clone(),
        modules: diff::body(definition).modules,
        secrets: change.secrets_to(SecretVerb::Create).cloned().collect(),
    }
}
