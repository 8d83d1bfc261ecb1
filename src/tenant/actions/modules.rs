//! The endpoints below `/actions/modules`: code that actions share.
//!
//! Main type: [`Route`]. Recorded where it says so, else documented. Must not
//! know who asks, nor about rate limits.

use serde_json::json;

use super::draft::{dependencies, objects, text};
use super::moment::{Moment, Stamp};
use super::pages::Page;
use super::shape::{self, check};
use super::shown;
use super::state::{Module, ModuleContent, ModuleVersion, Secret};
use crate::tenant::body::read_body;
use crate::tenant::json::{Json, Object, without_nulls};
use crate::tenant::message::{Request, Response, refusal};
use crate::tenant::state::{SecretKey, State, digest_of};

/// Documented.
const MAX_MODULES: usize = 100;
const MAX_VERSIONS: usize = 50;

/// A route, with the ids from its path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tenant) enum Route<'a> {
    List,
    Create,
    Get(&'a str),
    Update(&'a str),
    Delete(&'a str),
    Actions(&'a str),
    Rollback(&'a str),
    Versions(&'a str),
    Publish(&'a str),
    Version(&'a str, &'a str),
}

impl<'a> Route<'a> {
    /// The route of what comes after `/actions/modules/`.
    pub(super) fn of(method: &str, parts: &[&'a str]) -> Option<Self> {
        Some(match (method, parts) {
            ("GET", []) => Self::List,
            ("POST", []) => Self::Create,
            ("GET", [id]) => Self::Get(id),
            ("PATCH", [id]) => Self::Update(id),
            ("DELETE", [id]) => Self::Delete(id),
            ("GET", [id, "actions"]) => Self::Actions(id),
            ("POST", [id, "rollback"]) => Self::Rollback(id),
            ("GET", [id, "versions"]) => Self::Versions(id),
            ("POST", [id, "versions"]) => Self::Publish(id),
            ("GET", [id, "versions", version]) => Self::Version(id, version),
            _ => return None,
        })
    }
}

/// Answers a request.
pub(super) fn run(
    state: &mut State,
    route: &Route<'_>,
    request: &Request,
    moment: &mut Moment,
) -> Result<Response, Response> {
    let query = request.query.as_str();
    match route {
        Route::List => {
            let shown = |module| shown(state, module);
            Ok(Page::parse(query)?.answer_with_zeros("modules", state.modules.iter(), shown))
        }
        Route::Create => create(state, &read_body(request)?, moment),
        Route::Get(id) => Ok(Response::json(200, &shown(state, find(state, id)?))),
        Route::Update(id) => update(state, id, &read_body(request)?, moment),
        Route::Delete(id) => delete(state, id),
        Route::Actions(id) => users(state, id, query),
        Route::Rollback(id) => rollback(state, id, &read_body(request)?, moment),
        Route::Versions(id) => {
            let page = Page::parse(query)?;
            let module = find(state, id)?;
            let shown = |version| shown_version(id, version);
            Ok(page.answer_with_zeros("versions", module.versions.iter().rev(), shown))
        }
        Route::Publish(id) => publish(state, id, moment),
        Route::Version(id, version) => {
            let module = find(state, id)?;
            let found = module.versions.iter().find(|known| known.id == *version);
            let found = found.ok_or_else(no_such_version)?;
            Ok(Response::json(200, &shown_version(id, found)))
        }
    }
}

fn create(state: &mut State, body: &Json, moment: &mut Moment) -> Result<Response, Response> {
    let fields = check(body, &shape::CREATE_MODULE)?;
    let name = text(fields, "name").unwrap_or_default();
    if state.modules.iter().any(|module| module.name == name) {
        return Err(refusal(409, "A module with the same name already exists.", None));
    }
    if state.modules.len() >= MAX_MODULES {
        let message = format!("A tenant may have at most {MAX_MODULES} modules.");
        return Err(refusal(400, &message, None));
    }
    let created = moment.stamp();
    let mut draft = ModuleContent::default();
    merge(&mut draft, fields, &state.key, created);
    let id = moment.uuid();
    let mut module =
        Module { id: id.clone(), name, draft, created, updated: created, versions: Vec::new() };
    if matches!(fields.get("publish"), Some(Json::Bool(true))) {
        let version = next_version(&module, moment);
        module.versions.push(version);
    }
    state.modules.push(module);
    Ok(Response::json(201, &shown(state, find(state, &id)?)))
}

/// Recorded: the answer shows the old times, the next GET the new ones.
fn update(
    state: &mut State,
    id: &str,
    body: &Json,
    moment: &mut Moment,
) -> Result<Response, Response> {
    let fields = check(body, &shape::UPDATE_MODULE)?;
    let key = state.key;
    let mut module = find(state, id)?.clone();
    merge(&mut module.draft, fields, &key, moment.stamp());
    let mut answered = module.clone();
    answered.updated = module.created;
    for secret in &mut answered.draft.secrets {
        secret.updated = module.created;
    }
    let response = Response::json(200, &shown(state, &answered));
    module.updated = moment.stamp().max(Stamp(module.updated.0 + 1));
    replace(state, module);
    Ok(response)
}

fn delete(state: &mut State, id: &str) -> Result<Response, Response> {
    find(state, id)?;
    if state.actions.iter().any(|action| uses(&action.draft.modules, id)) {
        return Err(refusal(412, "The module is in use by an action.", None));
    }
    state.modules.retain(|module| module.id != id);
    Ok(Response::empty(204))
}

/// Recorded: here zeros are left out.
fn users(state: &State, id: &str, query: &str) -> Result<Response, Response> {
    let page = Page::parse(query)?;
    let module = find(state, id)?;
    let user = |action: &super::state::Action| {
        let used = action.draft.modules.iter().find(|used| used.module_id == id)?;
        let version = module.versions.iter().find(|known| known.id == used.module_version_id)?;
        Some(json!({
            "action_id": action.id,
            "action_name": action.name,
            "module_version_id": version.id,
            "module_version_number": version.number,
        }))
    };
    Ok(page.answer("actions", state.actions.iter().filter_map(user), |user| user))
}

fn rollback(
    state: &mut State,
    id: &str,
    body: &Json,
    moment: &mut Moment,
) -> Result<Response, Response> {
    let fields = check(body, &shape::ROLLBACK)?;
    let wanted = text(fields, "module_version_id").unwrap_or_default();
    let mut module = find(state, id)?.clone();
    let version = module.versions.iter().find(|version| version.id == wanted);
    let content = version.ok_or_else(no_such_version)?.content.clone();
    if content == module.draft {
        return Err(refusal(409, "The module is already at this version.", None));
    }
    (module.draft, module.updated) = (content, moment.stamp());
    replace(state, module);
    Ok(Response::json(200, &shown(state, find(state, id)?)))
}

fn publish(state: &mut State, id: &str, moment: &mut Moment) -> Result<Response, Response> {
    let mut module = find(state, id)?.clone();
    if module.versions.last().is_some_and(|version| version.content == module.draft) {
        return Err(refusal(409, "No draft version is available to publish", None));
    }
    if module.versions.len() >= MAX_VERSIONS {
        return Err(refusal(412, "Too many versions", None));
    }
    let version = next_version(&module, moment);
    let response = Response::json(200, &shown_version(id, &version));
    module.versions.push(version);
    replace(state, module);
    Ok(response)
}

fn next_version(module: &Module, moment: &mut Moment) -> ModuleVersion {
    ModuleVersion {
        id: moment.uuid(),
        number: module.versions.last().map_or(1, |version| version.number + 1),
        content: module.draft.clone(),
        created: moment.stamp(),
    }
}

/// Fields that are there replace what was.
fn merge(draft: &mut ModuleContent, fields: &Object, key: &SecretKey, now: Stamp) {
    if let Some(code) = text(fields, "code") {
        draft.code = code;
    }
    if let Some(packages) = fields.get("dependencies") {
        draft.dependencies = dependencies(packages);
    }
    if let Some(sent) = fields.get("secrets") {
        let secret = |fields: &Object| Secret {
            name: text(fields, "name").unwrap_or_default(),
            value: digest_of(key, &text(fields, "value").unwrap_or_default()),
            updated: now,
        };
        draft.secrets = objects(sent).map(secret).collect();
    }
}

fn find<'a>(state: &'a State, id: &str) -> Result<&'a Module, Response> {
    let found = state.modules.iter().find(|module| module.id == id);
    // Assumed, after the recorded words for an action.
    found.ok_or_else(|| refusal(404, "That module does not exist.", None))
}

fn no_such_version() -> Response {
    refusal(404, "That version does not exist.", None)
}

fn replace(state: &mut State, module: Module) {
    if let Some(place) = state.modules.iter_mut().find(|known| known.id == module.id) {
        *place = module;
    }
}

fn uses(used: &[super::state::UsedModule], id: &str) -> bool {
    used.iter().any(|used| used.module_id == id)
}

/// A module in the recorded order of keys.
fn shown(state: &State, module: &Module) -> Json {
    let Module { id, name, draft, created, updated, versions } = module;
    let latest = versions.last();
    let users = state.actions.iter().filter(|action| uses(&action.draft.modules, id));
    without_nulls(json!({
        "id": id,
        "name": name,
        "code": draft.code,
        "dependencies": draft.dependencies,
        "secrets": shown::secrets(&draft.secrets),
        "all_changes_published": latest.is_some_and(|latest| latest.content == *draft),
        "actions_using_module_total": users.count(),
        "created_at": created.coarse(),
        "updated_at": updated.coarse(),
        "latest_version": latest.map(|latest| json!({
            "id": latest.id,
            "version_number": latest.number,
            "code": latest.content.code,
            "dependencies": latest.content.dependencies,
            "secrets": shown::secrets(&latest.content.secrets),
        })),
    }))
}

fn shown_version(module_id: &str, version: &ModuleVersion) -> Json {
    let ModuleVersion { id, number, content, created } = version;
    json!({
        "id": id,
        "module_id": module_id,
        "version_number": number,
        "code": content.code,
        "secrets": shown::secrets(&content.secrets),
        "dependencies": content.dependencies,
        "created_at": created.coarse(),
    })
}
