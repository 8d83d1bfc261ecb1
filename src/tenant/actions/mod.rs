//! The Actions endpoints: routes, scopes, and what each answers.
//!
//! Main types: [`Route`], [`Behaviour`]. Must not know who asks, nor about
//! rate limits. Nothing is run here: code is any text.

mod behaviour;
mod bindings;
mod draft;
pub(in crate::tenant) mod file;
pub(in crate::tenant) mod given;
mod modules;
mod moment;
mod pages;
mod record;
mod shape;
mod shown;
mod state;
mod triggers;
mod versions;

pub use behaviour::{ActionNames, Behaviour, DeployStatus, Failing, Modules, NamedSecrets};
pub(super) use moment::Moment;
pub use moment::Stamp;
pub use state::{
    Action, Binding, Build, Content, Dependency, Installed, Module, ModuleContent, ModuleVersion,
    Secret, Status, TriggerRef, UsedModule, Version,
};

use super::body::read_body;
use super::json::Json;
use super::message::{Request, Response, refusal};
use super::query::parse_none;
use super::state::State;

/// A route of the Actions API, with the ids from its path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Route<'a> {
    List,
    Create,
    Get(&'a str),
    Update(&'a str),
    Delete(&'a str),
    Deploy(&'a str),
    Test(&'a str),
    Versions(&'a str),
    Version(&'a str, &'a str),
    Redeploy(&'a str, &'a str),
    Triggers,
    Bindings(&'a str),
    Bind(&'a str),
    Execution,
    Modules(modules::Route<'a>),
}

impl<'a> Route<'a> {
    /// The route of a request, if it is one of these.
    pub(super) fn of(request: &'a Request) -> Option<Self> {
        let rest = request.path.strip_prefix("/api/v2/actions/")?;
        let parts: Vec<&str> = rest.trim_end_matches('/').split('/').collect();
        Some(match (request.method.as_str(), parts.as_slice()) {
            (method, ["modules", rest @ ..]) => Self::Modules(modules::Route::of(method, rest)?),
            ("GET", ["actions"]) => Self::List,
            ("POST", ["actions"]) => Self::Create,
            ("GET", ["actions", id]) => Self::Get(id),
            ("PATCH", ["actions", id]) => Self::Update(id),
            ("DELETE", ["actions", id]) => Self::Delete(id),
            ("POST", ["actions", id, "deploy"]) => Self::Deploy(id),
            ("POST", ["actions", id, "test"]) => Self::Test(id),
            ("GET", ["actions", id, "versions"]) => Self::Versions(id),
            ("GET", ["actions", id, "versions", version]) => Self::Version(id, version),
            ("POST", ["actions", id, "versions", version, "deploy"]) => Self::Redeploy(id, version),
            ("GET", ["triggers"]) => Self::Triggers,
            ("GET", ["triggers", id, "bindings"]) => Self::Bindings(id),
            ("PATCH", ["triggers", id, "bindings"]) => Self::Bind(id),
            ("GET", ["executions", _]) => Self::Execution,
            _ => return None,
        })
    }

    /// Whether a POST to it changes what is there. A deploy creates.
    pub(super) fn posts_a_change(&self) -> bool {
        matches!(self, Self::Modules(modules::Route::Publish(_) | modules::Route::Rollback(_)))
    }
}

/// Answers a request that may be made.
pub(super) fn run(
    state: &mut State,
    route: &Route<'_>,
    request: &Request,
    behaviour: &Behaviour,
    mut moment: Moment,
) -> Result<Response, Response> {
    let (query, now) = (request.query.as_str(), moment.ms);
    let moment = &mut moment;
    let body = || read_body(request);
    let lists = matches!(route, Route::List | Route::Versions(_) | Route::Bindings(_));
    if !lists && !matches!(route, Route::Delete(_) | Route::Modules(_)) {
        parse_none(query)?;
    }
    match route {
        Route::List => record::list(state, query, now),
        Route::Create => record::create(state, &body()?, behaviour, moment),
        Route::Get(id) => record::get(state, id, now),
        Route::Update(id) => record::update(state, id, &body()?, behaviour, moment),
        Route::Delete(id) => record::delete(state, id, query),
        // Recorded with no body, `null` and an empty one.
        Route::Deploy(id) => versions::deploy(state, id, behaviour, moment),
        Route::Test(id) => record::test(state, id, &body()?),
        Route::Versions(id) => versions::list(state, id, query, now),
        Route::Version(id, version) => versions::get(state, (id, version), now),
        Route::Redeploy(id, version) => {
            versions::redeploy(state, (id, version), &body()?, behaviour, moment)
        }
        Route::Triggers => Ok(triggers::list(moment)),
        Route::Bindings(trigger) => bindings::list(state, trigger, query, now),
        Route::Bind(trigger) => bindings::replace(state, trigger, &body()?, moment),
        Route::Execution => Err(refusal(404, "That execution does not exist.", None)),
        Route::Modules(_) if behaviour.modules == Modules::Off => {
            let message = "This feature is not enabled for this tenant.";
            Err(refusal(403, message, Some("feature_not_enabled")))
        }
        Route::Modules(route) => modules::run(state, route, request, moment),
    }
}

/// What of a body of these endpoints the log shows: names, numbers and a
/// digest of code; of a secret its name and whether a value was sent.
pub(super) fn logged(key: &str, value: &Json, digest: impl Fn(&str) -> Json) -> Option<Json> {
    let all = || Some(value.clone());
    match (key, value) {
        ("code", Json::String(code)) => Some(digest(code)),
        (
            "name" | "runtime" | "deploy" | "update_draft" | "publish",
            Json::String(_) | Json::Bool(_),
        ) => all(),
        ("supported_triggers" | "dependencies" | "modules" | "bindings", Json::Array(_)) => all(),
        ("secrets", Json::Array(items)) => {
            let shown = draft::objects(value).map(|secret| {
                let name = draft::text(secret, "name").unwrap_or_default();
                let sent = if secret.contains_key("value") { " (with a value)" } else { "" };
                Json::String(format!("{name}{sent}"))
            });
            (!items.is_empty()).then(|| Json::Array(shown.collect())).or_else(all)
        }
        _ => None,
    }
}
