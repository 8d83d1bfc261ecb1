//! The endpoints `/actions/actions` and `/actions/actions/{id}`.
//!
//! Functions of the state and a request to a response. Must not know who
//! asks, nor about rate limits.

use serde_json::json;

use super::behaviour::{ActionNames, Behaviour};
use super::draft::{self, text};
use super::moment::{Moment, Stamp};
use super::pages::{PAGE, PER_PAGE, Page};
use super::shape::{self, check};
use super::shown;
use super::state::{Action, Build, Content, MAX_ACTIONS, Version};
use super::triggers;
use crate::tenant::json::Json;
use crate::tenant::message::{Response, refusal};
use crate::tenant::query::{Parameter, Reader};
use crate::tenant::state::State;

/// Recorded (GET and DELETE): no error code.
pub(super) fn no_such_action() -> Response {
    refusal(404, "That action does not exist.", None)
}

const LIST: [Parameter; 6] = [
    Parameter("triggerId", "An actions extensibility point."),
    Parameter("actionName", "The name of the action to retrieve."),
    Parameter("deployed", "Optional filter to only retrieve actions that are deployed."),
    Parameter(
        "installed",
        "Optional. When true, return only installed actions. When false, return only custom actions. Returns all actions by default.",
    ),
    PAGE,
    PER_PAGE,
];

/// `GET /actions/actions`
pub(super) fn list(state: &State, query: &str, now_ms: u64) -> Result<Response, Response> {
    let mut reader = Reader::new(query, &LIST);
    let page = Page::read(&mut reader);
    let (trigger, name) = (reader.value("triggerId"), reader.value("actionName"));
    // Reported: a client that sent it empty got nothing.
    let nothing = reader.value("deployed").is_some_and(|text| text.is_empty());
    let deployed = if nothing { None } else { reader.boolean("deployed") };
    let installed = reader.boolean("installed");
    reader.finish()?;
    let fits = |action: &&Action| {
        let triggers = &action.draft.triggers;
        !nothing
            && trigger.as_ref().is_none_or(|id| triggers.iter().any(|trigger| trigger.id == *id))
            && name.as_ref().is_none_or(|name| action.name == *name)
            && deployed.is_none_or(|wanted| action.deployed(now_ms).is_some() == wanted)
            && installed.is_none_or(|wanted| action.installed.is_some() == wanted)
    };
    let shown = |action| shown::action(state, action, now_ms);
    Ok(page.answer("actions", state.actions.iter().filter(fits), shown))
}

/// `GET /actions/actions/{id}`
pub(super) fn get(state: &State, id: &str, now_ms: u64) -> Result<Response, Response> {
    let action = state.action(id).ok_or_else(no_such_action)?;
    Ok(Response::json(200, &shown::action(state, action, now_ms)))
}

/// `POST /actions/actions`
pub(super) fn create(
    state: &mut State,
    body: &Json,
    behaviour: &Behaviour,
    moment: &mut Moment,
) -> Result<Response, Response> {
    let fields = check(body, &shape::CREATE)?;
    let name = text(fields, "name").unwrap_or_default();
    check_name(state, &name, None, behaviour)?;
    if state.actions.len() >= MAX_ACTIONS {
        // The limit is documented, the refusal assumed.
        let message = format!("A tenant may have at most {MAX_ACTIONS} actions.");
        return Err(refusal(400, &message, None));
    }
    let empty = Content::default();
    let draft = draft::merge(&empty, fields, "CreateActionRequest", &state.key, behaviour, moment)?;
    check_modules(state, &draft)?;
    let build = build(&name, &draft, behaviour, moment);
    let id = moment.uuid();
    // Recorded: the second a few milliseconds after the first.
    let (created, updated) = (moment.stamp(), moment.stamp_after(10));
    let mut action = Action {
        id: id.clone(),
        name,
        created,
        updated,
        draft,
        build,
        versions: Vec::new(),
        next_number: 1,
        bindable: None,
        installed: None,
    };
    if matches!(fields.get("deploy"), Some(Json::Bool(true))) {
        let mut version = next_version(&mut action, moment);
        version.live = moment.stamp_after(build.takes_ms);
        version.at_once = true;
        action.bindable = Some(version.live);
        action.versions.push(version);
    }
    state.actions.push(action);
    let action = state.action(&id).ok_or_else(no_such_action)?;
    Ok(Response::json(201, &shown::action(state, action, moment.ms)))
}

/// `PATCH /actions/actions/{id}`. Recorded: each begins a build, also one
/// that changes nothing.
pub(super) fn update(
    state: &mut State,
    id: &str,
    body: &Json,
    behaviour: &Behaviour,
    moment: &mut Moment,
) -> Result<Response, Response> {
    let fields = check(body, &shape::UPDATE)?;
    let action = state.action(id).ok_or_else(no_such_action)?;
    refuse_installed(action)?;
    let name = text(fields, "name").unwrap_or_else(|| action.name.clone());
    check_name(state, &name, Some(id), behaviour)?;
    let before = &action.draft;
    let draft = draft::merge(before, fields, "UpdateActionRequest", &state.key, behaviour, moment)?;
    let moved = before.triggers.iter().zip(&draft.triggers);
    if moved.into_iter().any(|(from, to)| !triggers::upgrades(from, to)) {
        return Err(refusal(400, "can't upgrade to this trigger.", None));
    }
    check_modules(state, &draft)?;
    let build = build(&name, &draft, behaviour, moment);
    let updated = moment.stamp();
    if let Some(action) = state.action_mut(id) {
        let updated = updated.max(Stamp(action.updated.0 + 1));
        (action.name, action.draft, action.build, action.updated) = (name, draft, build, updated);
    }
    get(state, id, moment.ms)
}

/// `DELETE /actions/actions/{id}[?force=true]`
pub(super) fn delete(state: &mut State, id: &str, query: &str) -> Result<Response, Response> {
    const DELETE: [Parameter; 1] = [Parameter("force", "Force action deletion detaching bindings")];
    let mut reader = Reader::new(query, &DELETE);
    let force = reader.boolean("force") == Some(true);
    reader.finish()?;
    refuse_installed(state.action(id).ok_or_else(no_such_action)?)?;
    if state.is_bound(id) && !force {
        // Quoted in public; whether there is an error code is unknown.
        return Err(refusal(409, "Unable to delete an action bound to a trigger.", None));
    }
    state.bindings.retain(|binding| binding.action != id);
    state.actions.retain(|action| action.id != id);
    Ok(Response::empty(204))
}

/// `POST /actions/actions/{id}/test`. Nothing is run here: the answer has the
/// recorded numbers and no result.
pub(super) fn test(state: &State, id: &str, body: &Json) -> Result<Response, Response> {
    check(body, &shape::TEST)?;
    state.action(id).ok_or_else(no_such_action)?;
    let stats = json!({
        "total_request_duration_ms": 103,
        "total_runtime_execution_duration_ms": 101,
        "runtime_processing_duration_ms": 7,
        "action_duration_ms": 50,
        "runtime_external_call_duration_ms": 44,
        "boot_duration_ms": 51,
        "network_duration_ms": 2,
    });
    Ok(Response::json(200, &json!({ "payload": { "stats": stats } })))
}

/// The next version of an action, made of its draft.
pub(super) fn next_version(action: &mut Action, moment: &mut Moment) -> Version {
    let number = action.next_number;
    action.next_number += 1;
    let created = moment.stamp();
    Version {
        id: moment.uuid(),
        number: Some(number),
        content: action.draft.clone(),
        created,
        updated: moment.stamp_after(1).max(created),
        live: created,
        at_once: false,
    }
}

/// The build of a draft that begins now.
pub(super) fn build(
    name: &str,
    draft: &Content,
    behaviour: &Behaviour,
    moment: &mut Moment,
) -> Build {
    let fails = behaviour.fails(name, draft);
    let takes_ms = moment.pick(behaviour.build_time(draft, fails));
    Build { started_ms: moment.ms, takes_ms, fails }
}

/// Assumed: nothing is recorded of writes to installed actions.
pub(super) fn refuse_installed(action: &Action) -> Result<(), Response> {
    match action.installed {
        Some(_) => Err(refusal(400, "An installed action can't be changed.", None)),
        None => Ok(()),
    }
}

fn check_name(
    state: &State,
    name: &str,
    own: Option<&str>,
    behaviour: &Behaviour,
) -> Result<(), Response> {
    if name.is_empty() {
        // Assumed, in the words of the second validator.
        let message = "invalid Action.Name: value length must be at least 1 runes";
        return Err(refusal(400, message, None));
    }
    let taken = |action: &Action| action.name == name && own != Some(action.id.as_str());
    if behaviour.names == ActionNames::Unique && state.actions.iter().any(taken) {
        return Err(refusal(409, "An action with the same name already exists.", None));
    }
    Ok(())
}

/// Assumed: an action can't use a module that isn't there.
fn check_modules(state: &State, draft: &Content) -> Result<(), Response> {
    let there = |used: &super::state::UsedModule| {
        let module = state.modules.iter().find(|module| module.id == used.module_id);
        module.is_some_and(|module| {
            module.versions.iter().any(|version| version.id == used.module_version_id)
        })
    };
    match draft.modules.iter().all(there) {
        true => Ok(()),
        false => Err(refusal(404, "That module does not exist.", None)),
    }
}
