//! Reads live actions, and the triggers and bindings that matter.
//!
//! The list carries code, secrets' names and the deployed version, so nothing
//! is read of a single action. Bindings of triggers that are known from the
//! start are asked for beside the list. Must not compare.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::{try_join, try_join_all};

use crate::api::{ApiError, Reader};
use crate::model::{
    Body, Definition, DesiredState, Kind, Live, LiveAction, LiveBindings, LiveState, Name, Trigger,
    TriggerVersion,
};
use crate::plan::Options;

/// The live actions, and what a plan for `desired`, which went through
/// [`crate::plan::policy::reshape`], needs beside them.
pub(in crate::sync) async fn fetch(
    reader: &Reader,
    desired: &DesiredState,
    options: &Options,
) -> Result<LiveState, ApiError> {
    let mentioned = mentioned(desired);
    let (actions, bindings) = try_join(reader.actions(), bindings_of(reader, &mentioned)).await?;
    let more = others(desired, options, &actions, &mentioned);
    let triggers = async {
        match needs_triggers(desired, &actions) {
            true => reader.triggers().await,
            false => Ok(Vec::new()),
        }
    };
    let (triggers, rest) = try_join(triggers, bindings_of(reader, &more)).await?;
    Ok(state(actions, bindings.into_iter().chain(rest).collect(), triggers))
}

/// The live actions that are chosen, with the bindings of all triggers that
/// actions are made for.
pub(in crate::sync) async fn fetch_all(
    reader: &Reader,
    chosen: &(dyn Fn(&Live) -> bool + Sync),
) -> Result<LiveState, ApiError> {
    let (actions, triggers) = try_join(reader.actions(), reader.triggers()).await?;
    let bindable = |trigger: &Trigger| {
        let mut known = triggers.iter().filter(|known| known.trigger == *trigger);
        known.all(|version| version.bindable)
    };
    let used: BTreeSet<Trigger> = actions
        .iter()
        .map(|action| action.trigger.clone())
        .filter(|trigger| !trigger.as_str().is_empty() && bindable(trigger))
        .collect();
    let bindings = bindings_of(reader, &used).await?;
    let actions = actions.into_iter().filter(|action| chosen(action)).collect();
    Ok(state(actions, bindings, triggers))
}

/// The triggers that a definition or a list of bindings names.
fn mentioned(desired: &DesiredState) -> BTreeSet<Trigger> {
    let actions = desired.of(Kind::Action).map(|action| action.trigger.clone());
    let orders = desired.bindings.iter().map(|order| order.trigger.clone());
    actions.chain(orders).collect()
}

/// The triggers of actions that go: deleted ones, and those whose definition
/// names another trigger.
fn others(
    desired: &DesiredState,
    options: &Options,
    actions: &[Live],
    read: &BTreeSet<Trigger>,
) -> BTreeSet<Trigger> {
    let defined: BTreeSet<&Name> = desired
        .of(Kind::Action)
        .flat_map(|action| std::iter::once(&action.name).chain(&action.renamed_from))
        .collect();
    let goes = |action: &&Live| {
        defined.contains(&action.name)
            || (options.deletes(Kind::Action, &action.name)
                && options.selects(Kind::Action, &action.name))
    };
    let installed = |action: &Live| action.action().is_some_and(|action| action.installed);
    actions
        .iter()
        .filter(|action| !installed(action))
        .filter(goes)
        .map(|action| action.trigger.clone())
        .filter(|trigger| !trigger.as_str().is_empty() && !read.contains(trigger))
        .collect()
}

/// Whether something has to be known of triggers: their current version and
/// default runtime for an action that is created or moved, or what a version
/// or runtime that changes is held against.
fn needs_triggers(desired: &DesiredState, actions: &[Live]) -> bool {
    let mut live: BTreeMap<&Name, Vec<&Live>> = BTreeMap::new();
    for action in actions {
        live.entry(&action.name).or_default().push(action);
    }
    let as_it_is = |definition: &Definition| {
        let names = std::iter::once(&definition.name).chain(&definition.renamed_from);
        names.filter_map(|name| live.get(name)).flatten().any(|found| {
            let Some(body) = found.action() else { return false };
            let Body::Action(wanted) = &definition.body else { return true };
            let version = wanted.trigger_version.as_ref();
            let runtime = wanted.runtime.as_ref();
            found.trigger == definition.trigger
                && version.is_none_or(|version| body.trigger_version.as_ref() == Some(version))
                && runtime.is_none_or(|runtime| body.runtime.as_ref() == Some(runtime))
        })
    };
    !desired.of(Kind::Action).all(as_it_is)
}

async fn bindings_of(
    reader: &Reader,
    triggers: &BTreeSet<Trigger>,
) -> Result<Vec<LiveBindings>, ApiError> {
    try_join_all(triggers.iter().map(|trigger| reader.bindings(trigger))).await
}

fn state(
    mut actions: Vec<Live>,
    mut bindings: Vec<LiveBindings>,
    triggers: Vec<TriggerVersion>,
) -> LiveState {
    bindings.sort_by(|a, b| a.trigger.cmp(&b.trigger));
    let bound: BTreeSet<_> =
        bindings.iter().flat_map(|list| &list.entries).map(|entry| &entry.action_id).collect();
    for action in &mut actions {
        let deployed = action.action().is_some_and(LiveAction::is_deployed);
        action.runs = deployed && bound.contains(&action.id);
    }
    LiveState { resources: actions, bindings, triggers, ended: BTreeMap::new() }
}
