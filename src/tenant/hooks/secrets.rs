//! The endpoint `/hooks/{id}/secrets`.
//!
//! Functions of the state and a body to a response. Must not keep a value:
//! only its digest is stored, and reads show a marker.

use crate::tenant::json::{Json, Object, Ordered};
use crate::tenant::message::{Response, no_such_hook, refusal};
use crate::tenant::schema::{Shape, check, check_names, texts};
use crate::tenant::state::{MAX_SECRETS, State, digest_of};

/// What reads show in place of every value (recorded).
const MARKER: &str = "_VALUE_NOT_SHOWN_";

/// Secrets to add or change.
const SECRETS: Shape = Shape::Texts(1, MAX_SECRETS);

/// `GET`
pub(in crate::tenant) fn list(state: &State, id: &str) -> Response {
    match state.hook(id) {
        Some(hook) => {
            let shown: Ordered<&str> =
                hook.secrets.keys().map(|key| (key.to_owned(), MARKER)).collect();
            Response::json(200, &shown)
        }
        None => no_such_hook(),
    }
}

/// `POST`: adds; a name that is there refuses the whole request.
pub(in crate::tenant) fn add(
    state: &mut State,
    id: &str,
    body: &Json,
) -> Result<Response, Response> {
    let secrets = texts(check(body, &SECRETS)?);
    let hook = state.hook(id).ok_or_else(no_such_hook)?;
    if secrets.keys().any(|key| hook.secrets.contains_key(key)) {
        return Err(refusal(409, "Secret with the same name already exists.", None));
    }
    if hook.secrets.len() + secrets.len() > MAX_SECRETS {
        // The limit is documented, the words are assumed.
        let message = format!("You may create up to {MAX_SECRETS} secrets for any given Hook.");
        return Err(refusal(400, &message, None));
    }
    Ok(write(state, id, secrets))
}

/// `PATCH`: changes; a name that isn't there refuses the whole request.
pub(in crate::tenant) fn change(
    state: &mut State,
    id: &str,
    body: &Json,
) -> Result<Response, Response> {
    let secrets = texts(check(body, &SECRETS)?);
    let hook = state.hook(id).ok_or_else(no_such_hook)?;
    if !secrets.keys().all(|key| hook.secrets.contains_key(key)) {
        return Err(refusal(404, "Hook or secret not found.", None));
    }
    Ok(write(state, id, secrets))
}

/// Recorded: 201 and an empty object, for POST and for PATCH.
fn write(state: &mut State, id: &str, secrets: Ordered<String>) -> Response {
    let key_of_digests = state.key;
    if let Some(hook) = state.hook_mut(id) {
        for (key, value) in secrets {
            hook.secrets.insert(key, digest_of(&key_of_digests, &value));
        }
    }
    Response::json(201, &Object::default())
}

/// `DELETE` with a list of names. A name that isn't there is passed over
/// (assumed: the API's description has no 404 here).
pub(in crate::tenant) fn delete(
    state: &mut State,
    id: &str,
    body: &Json,
) -> Result<Response, Response> {
    let names = check_names(body)?;
    let hook = state.hook_mut(id).ok_or_else(no_such_hook)?;
    for name in &names {
        hook.secrets.shift_remove(name.as_str());
    }
    Ok(Response::empty(204))
}
