//! The Hooks endpoints: routes, scopes, modes, and what each answers.
//!
//! Main type: [`Route`]. Must not know who asks, nor about rate limits.

pub(in crate::tenant) mod kebab;
pub(in crate::tenant) mod query;
pub(in crate::tenant) mod record;
pub(in crate::tenant) mod secrets;

use super::body::read_body;
use super::message::{
    Request, Response, hooks_disabled, hooks_not_allowed, host_of, no_such_route, refusal,
};
use super::options::{Behaviour, Mode, Refusal};
use super::query::parse_none;
use super::schema::{Faulty, Part};
use super::state::State;
use query::{ListQuery, parse_fields};
use record::Patch;

/// A route of the Hooks API, with the id from its path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Route<'a> {
    List,
    Create,
    Get(&'a str),
    Update(&'a str),
    Delete(&'a str),
    ListSecrets(&'a str),
    AddSecrets(&'a str),
    ChangeSecrets(&'a str),
    DeleteSecrets(&'a str),
}

impl<'a> Route<'a> {
    /// The route of a request, if it is one of these.
    pub(super) fn of(request: &'a Request) -> Option<Self> {
        let rest = request.path.strip_prefix("/api/v2/hooks")?;
        let parts: Vec<&str> = rest.trim_end_matches('/').split('/').collect();
        match (request.method.as_str(), parts.as_slice()) {
            ("GET", [""]) => Some(Self::List),
            ("POST", [""]) => Some(Self::Create),
            ("GET", ["", id]) => Some(Self::Get(id)),
            ("PATCH", ["", id]) => Some(Self::Update(id)),
            ("DELETE", ["", id]) => Some(Self::Delete(id)),
            ("GET", ["", id, "secrets"]) => Some(Self::ListSecrets(id)),
            ("POST", ["", id, "secrets"]) => Some(Self::AddSecrets(id)),
            ("PATCH", ["", id, "secrets"]) => Some(Self::ChangeSecrets(id)),
            ("DELETE", ["", id, "secrets"]) => Some(Self::DeleteSecrets(id)),
            _ => None,
        }
    }
}

/// Answers a request that may be made. `new_id` is for a hook to be created.
pub(super) fn run(
    state: &mut State,
    route: &Route<'_>,
    request: &Request,
    behaviour: Behaviour,
    new_id: impl FnOnce() -> String,
) -> Result<Response, Response> {
    let query = &request.query;
    match behaviour.mode {
        Mode::Legacy | Mode::ReadOnly => {}
        Mode::NotAllowed => return Err(refused(behaviour)),
        Mode::Removed => return Err(no_such_route()),
        Mode::Gone => return Err(refusal(410, "Gone", None)),
    }
    check_id(request.path.split('/').nth(4).unwrap_or_default())?;
    if !matches!(route, Route::List | Route::Get(_)) {
        parse_none(query)?;
    }
    let read_only = behaviour.mode == Mode::ReadOnly;
    let body = || read_body(request);
    Ok(match route {
        Route::List => {
            let list = ListQuery::parse(query)?;
            record::list(state, &list, query, host_of(request), behaviour.list)
        }
        Route::Get(id) => record::get(state, id, &parse_fields(query)?),
        Route::Create if read_only => refused(behaviour),
        Route::Create => record::create(state, &body()?, new_id(), behaviour)?,
        Route::Update(id) => {
            let body = body()?;
            if read_only && record::touches_more_than_enabled(&body) {
                return Err(refused(behaviour));
            }
            record::update(state, id, &Patch::parse(&body)?, behaviour)?
        }
        Route::Delete(id) => record::delete(state, id),
        Route::ListSecrets(id) => secrets::list(state, id),
        Route::AddSecrets(id) => secrets::add(state, id, &body()?)?,
        Route::ChangeSecrets(id) => secrets::change(state, id, &body()?)?,
        Route::DeleteSecrets(id) => secrets::delete(state, id, &body()?)?,
    })
}

fn refused(behaviour: Behaviour) -> Response {
    match behaviour.refusal {
        Refusal::HooksNotAllowed => hooks_not_allowed(),
        Refusal::Disabled => hooks_disabled(),
    }
}

/// The pattern that the API's description had for ids.
fn check_id(id: &str) -> Result<(), Response> {
    let mut faulty = Faulty::new(Part::Path);
    if !id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
        let complaint = format!("String does not match pattern ^[A-Za-z0-9-]*$: {id}");
        faulty.on("id", "ID of the hook.", &complaint);
    }
    faulty.into_result()
}
