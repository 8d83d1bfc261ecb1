//! The endpoint `/actions/triggers/{id}/bindings`.
//!
//! Must not know who asks, nor about rate limits.

use serde_json::json;

use super::draft::{objects, text};
use super::moment::Moment;
use super::pages::Page;
use super::record::no_such_action;
use super::shape::{self, check};
use super::shown;
use super::state::{Action, Binding, MAX_BINDINGS};
use super::triggers;
use crate::tenant::json::{Json, Object};
use crate::tenant::message::{Response, refusal};
use crate::tenant::state::State;

/// `GET`. Recorded: empty for triggers that are bound to entities.
pub(super) fn list(
    state: &State,
    trigger: &str,
    query: &str,
    now_ms: u64,
) -> Result<Response, Response> {
    let page = Page::parse(query)?;
    triggers::known(trigger).ok_or_else(no_such_trigger)?;
    let shown = |found| shown::binding(state, found, now_ms);
    Ok(page.answer("bindings", state.bindings_of(trigger), shown))
}

/// `PATCH`: the whole list is replaced, and every entry of it is new, also
/// those that were there (recorded).
pub(super) fn replace(
    state: &mut State,
    trigger: &str,
    body: &Json,
    moment: &mut Moment,
) -> Result<Response, Response> {
    let fields = check(body, &shape::BINDINGS)?;
    if triggers::known(trigger).ok_or_else(no_such_trigger)? {
        // The words are those of a refused list in 2024; of a refused write
        // nothing is recorded.
        let message = "cannot update action bindings for an entity-bound trigger";
        return Err(refusal(400, message, None));
    }
    let list = fields.get("bindings").unwrap_or(&Json::Null);
    let mut after = Vec::new();
    for (at, entry) in (0_u64..).zip(objects(list)) {
        let (action, kept) = referred(state, trigger, entry)?;
        bindable(state, action, trigger, moment.ms)?;
        // Recorded: each about two milliseconds after the one before.
        let created = moment.stamp_after(2 * at);
        after.push(Binding {
            id: kept.map_or_else(|| moment.uuid(), |binding| binding.id.clone()),
            trigger: trigger.to_owned(),
            action: action.id.clone(),
            created,
            updated: created,
            display_name: text(entry, "display_name"),
        });
    }
    if after.len() > MAX_BINDINGS {
        // The limit is documented, the refusal assumed.
        let message = format!("A trigger may have at most {MAX_BINDINGS} actions bound to it.");
        return Err(refusal(400, &message, None));
    }
    state.bindings.retain(|binding| binding.trigger != trigger);
    state.bindings.extend(after);
    let bindings = state.bindings_of(trigger).map(|bound| shown::binding(state, bound, moment.ms));
    Ok(Response::json(200, &json!({ "bindings": bindings.collect::<Json>() })))
}

/// The action that an entry names. A binding that is named by its own id keeps
/// that (assumed).
fn referred<'a>(
    state: &'a State,
    trigger: &str,
    entry: &Object,
) -> Result<(&'a Action, Option<&'a Binding>), Response> {
    let Some(Json::Object(reference)) = entry.get("ref") else { return Err(no_such_action()) };
    let value = text(reference, "value").unwrap_or_default();
    let kept = state.bindings_of(trigger).find(|binding| binding.id == value);
    let (action, kept) = match text(reference, "type").as_deref() {
        Some("action_id") => (state.action(&value), None),
        Some("binding_id") => (kept.and_then(|binding| state.action(&binding.action)), kept),
        _ => (state.action_named(&value), None),
    };
    // Assumed: nothing is recorded of an unknown action.
    Ok((action.ok_or_else(no_such_action)?, kept))
}

/// Both refusals are quoted in public. What is bound already stays bindable.
fn bindable(state: &State, action: &Action, trigger: &str, now_ms: u64) -> Result<(), Response> {
    let bound = state.bindings_of(trigger).any(|binding| binding.action == action.id);
    if bound {
        return Ok(());
    }
    if !action.draft.triggers.iter().any(|of| triggers::binds(of, trigger)) {
        let message = "Trying to create a binding between an incompatible action and trigger.";
        return Err(refusal(400, message, None));
    }
    // Reported: a new action can't be bound at once after its first deploy.
    let ready = action.bindable.is_some_and(|from| from.ms() <= now_ms);
    if !ready || action.deployed(now_ms).is_none() {
        let message = "Trying to create a binding for an action that has not been deployed yet.";
        return Err(refusal(400, message, None));
    }
    Ok(())
}

/// Assumed.
fn no_such_trigger() -> Response {
    refusal(404, "That trigger does not exist.", None)
}
