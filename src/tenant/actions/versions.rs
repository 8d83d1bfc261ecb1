//! Deploying, and the versions that it makes.
//!
//! Must not know who asks, nor about rate limits.

use super::behaviour::{Behaviour, DeployStatus};
use super::moment::{Moment, Stamp};
use super::pages::Page;
use super::record::{build, next_version, no_such_action, refuse_installed};
use super::shape::{self, check};
use super::shown;
use super::state::{MAX_VERSIONS, Status};
use crate::tenant::json::Json;
use crate::tenant::message::{Response, refusal};
use crate::tenant::state::State;

/// Quoted in public. Assumed to be the answer for a failed build, too.
const NOT_BUILT: &str = "A draft must be in the 'built' state before it can be deployed.";

/// `POST /actions/actions/{id}/deploy`. Its body may be anything.
pub(super) fn deploy(
    state: &mut State,
    id: &str,
    behaviour: &Behaviour,
    moment: &mut Moment,
) -> Result<Response, Response> {
    let action = state.action_mut(id).ok_or_else(no_such_action)?;
    refuse_installed(action)?;
    if action.build.status(moment.ms) != Status::Built {
        return Err(refusal(400, NOT_BUILT, None));
    }
    let version = next_version(action, moment);
    add(state, id, version, behaviour, moment)
}

/// `POST /actions/actions/{id}/versions/{vid}/deploy`: a new version that is
/// equal to the old one.
pub(super) fn redeploy(
    state: &mut State,
    (id, version): (&str, &str),
    body: &Json,
    behaviour: &Behaviour,
    moment: &mut Moment,
) -> Result<Response, Response> {
    let update_draft = match body {
        Json::Null => false,
        body => {
            matches!(check(body, &shape::REDEPLOY)?.get("update_draft"), Some(Json::Bool(true)))
        }
    };
    let action = state.action_mut(id).ok_or_else(no_such_action)?;
    refuse_installed(action)?;
    let old = action.versions.iter().find(|known| known.id == version);
    let content = old.ok_or_else(no_such_version)?.content.clone();
    let mut version = next_version(action, moment);
    version.content = content.clone();
    if update_draft {
        action.draft = content;
        action.build = build(&action.name, &action.draft, behaviour, moment);
        action.updated = moment.stamp().max(Stamp(action.updated.0 + 1));
    }
    add(state, id, version, behaviour, moment)
}

/// Recorded: the answer says that it isn't deployed yet.
fn add(
    state: &mut State,
    id: &str,
    mut version: super::state::Version,
    behaviour: &Behaviour,
    moment: &mut Moment,
) -> Result<Response, Response> {
    let lag = moment.pick(behaviour.deploy_lag);
    version.live = moment.stamp_after(lag).max(version.created);
    let status = match behaviour.deploy_status {
        DeployStatus::Ok => 200,
        DeployStatus::Accepted => 202,
    };
    let before = state.action(id).ok_or_else(no_such_action)?.clone();
    let answer = shown::version(state, &before, &version, moment.ms, true);
    let response = Response::json(status, &shown::not_yet_deployed(answer));
    let action = state.action_mut(id).ok_or_else(no_such_action)?;
    let bind_lag = moment.pick(behaviour.bind_lag);
    // Reported: a new action can't be bound at once after its first deploy.
    action.bindable.get_or_insert(moment.stamp_after(bind_lag));
    action.versions.push(version);
    // Documented: the oldest that isn't in use goes.
    let spare = action.versions.len().saturating_sub(MAX_VERSIONS);
    action.versions.drain(..spare);
    Ok(response)
}

/// `GET /actions/actions/{id}/versions`, newest first (assumed).
pub(super) fn list(
    state: &State,
    id: &str,
    query: &str,
    now_ms: u64,
) -> Result<Response, Response> {
    let page = Page::parse(query)?;
    let action = state.action(id).ok_or_else(no_such_action)?;
    let shown = |version| shown::version(state, action, version, now_ms, true);
    Ok(page.answer("versions", action.versions.iter().rev(), shown))
}

/// `GET /actions/actions/{id}/versions/{vid}`
pub(super) fn get(
    state: &State,
    (id, version): (&str, &str),
    now_ms: u64,
) -> Result<Response, Response> {
    let action = state.action(id).ok_or_else(no_such_action)?;
    let found = action.versions.iter().find(|known| known.id == version);
    let found = found.ok_or_else(no_such_version)?;
    Ok(Response::json(200, &shown::version(state, action, found, now_ms, true)))
}

/// Assumed, after the recorded words for an action.
fn no_such_version() -> Response {
    refusal(404, "That version does not exist.", None)
}
