//! The endpoints `/hooks` and `/hooks/{id}`.
//!
//! Functions of the state and a checked request to a response. Must not know
//! who asks, nor about rate limits. Keys come in the recorded order, which
//! differs between a write's answer and a read's.

use serde_json::json;

use super::kebab::kebab_case;
use super::query::{FieldChoice, ListQuery, links};
use crate::tenant::json::{Json, Object, Ordered, without_nulls};
use crate::tenant::message::{Response, no_such_hook, refusal};
use crate::tenant::options::{Behaviour, ListDetail, SecondEnabled, UniqueNames};
use crate::tenant::query::page;
use crate::tenant::schema::{Field, Shape, check, field, nothing_given, texts};
use crate::tenant::state::{Hook, State, TRIGGERS};

const NAME: Field = field("name", "Name of this hook.", Shape::Name);
const SCRIPT: Field = field("script", "Code to be executed when this hook runs.", Shape::SomeText);
const ENABLED: Field = field(
    "enabled",
    "Whether this hook will be executed (true) or ignored (false).",
    Shape::Boolean,
);
const DEPENDENCIES: Field = field(
    "dependencies",
    "Dependencies of this hook used by webtask server.",
    Shape::Texts(0, usize::MAX),
);
const TRIGGER_ID: Field = field(
    "triggerId",
    "Execution stage of this rule. Can be `credentials-exchange`, `pre-user-registration`, \
     `post-user-registration`, `post-change-password`, or `send-phone-message`.",
    Shape::OneOf(&TRIGGERS),
);
const NEW: Shape = Shape::Object(
    &[NAME, SCRIPT, ENABLED, DEPENDENCIES, TRIGGER_ID],
    &["name", "script", "triggerId"],
);
const PATCH: Shape = Shape::Object(&[NAME, SCRIPT, ENABLED, DEPENDENCIES], &[]);

/// Recorded of GET.
const READ_ORDER: [&str; 6] = ["id", "name", "script", "dependencies", "enabled", "triggerId"];
/// Recorded of POST and PATCH.
const WRITE_ORDER: [&str; 6] = ["id", "name", "script", "dependencies", "triggerId", "enabled"];

/// A hook as a response shows it.
fn shown(hook: &Hook, order: [&str; 6], fields: &FieldChoice) -> Json {
    let Hook { id, name, script, dependencies, enabled, trigger_id, secrets: _ } = hook;
    let value = |field: &str| match field {
        "id" => json!(id),
        "name" => json!(name),
        "script" => json!(script),
        "dependencies" => json!(dependencies),
        "enabled" => json!(enabled),
        _ => json!(trigger_id),
    };
    let fields = order.into_iter().filter(|field| fields.shows(field));
    // Hooks from before names come without the key.
    without_nulls(fields.map(|field| (field, value(field))).collect())
}

fn written(status: u16, hook: &Hook) -> Response {
    Response::json(status, &shown(hook, WRITE_ORDER, &FieldChoice::All))
}

/// `GET /hooks`
pub(in crate::tenant) fn list(
    state: &State,
    query: &ListQuery,
    raw_query: &str,
    host: &str,
    detail: ListDetail,
) -> Response {
    let matching: Vec<&Hook> = state
        .hooks
        .iter()
        .filter(|hook| query.enabled.is_none_or(|enabled| hook.enabled == enabled))
        .filter(|hook| query.trigger.as_ref().is_none_or(|id| hook.trigger_id == *id))
        .collect();
    let start = query.page.saturating_mul(query.per_page);
    let fields = match detail {
        ListDetail::Full => query.fields.clone(),
        ListDetail::Summary => summary(&query.fields),
    };
    let page = page(matching.iter(), query.page, query.per_page);
    let mut body: Json = page.map(|hook| shown(hook, READ_ORDER, &fields)).collect();
    let total = matching.len() as u64;
    if query.totals {
        body = json!({ "total": total, "start": start, "limit": query.per_page, "hooks": body });
    }
    let response = Response::json(200, &body);
    if query.paged { response.with("link", links(host, raw_query, query, total)) } else { response }
}

/// What a list shows that carries neither scripts nor dependencies.
fn summary(asked: &FieldChoice) -> FieldChoice {
    let shown = READ_ORDER
        .into_iter()
        .filter(|field| !matches!(*field, "script" | "dependencies") && asked.shows(field));
    FieldChoice::Only(shown.map(str::to_owned).collect())
}

/// `GET /hooks/{id}`
pub(in crate::tenant) fn get(state: &State, id: &str, fields: &FieldChoice) -> Response {
    match state.hook(id) {
        Some(hook) => Response::json(200, &shown(hook, READ_ORDER, fields)),
        None => no_such_hook(),
    }
}

/// `DELETE /hooks/{id}`
pub(in crate::tenant) fn delete(state: &mut State, id: &str) -> Response {
    if state.hook(id).is_none() {
        return no_such_hook();
    }
    state.hooks.retain(|hook| hook.id != id);
    Response::empty(204)
}

/// `POST /hooks`
pub(in crate::tenant) fn create(
    state: &mut State,
    body: &Json,
    id: String,
    behaviour: Behaviour,
) -> Result<Response, Response> {
    let fields = check(body, &NEW)?;
    let text = |key| fields.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
    let name = kebab_case(&text("name"));
    let trigger_id = text("triggerId");
    if name_is_taken(state, &name, &trigger_id, None, behaviour.unique_names) {
        return Err(refusal(409, "Hook with the same name already exists.", None));
    }
    let asked = matches!(fields.get("enabled"), Some(Json::Bool(true)));
    let dependencies = fields.get("dependencies").and_then(Json::as_object);
    let mut hook = Hook {
        id,
        name: Some(name),
        script: text("script"),
        dependencies: dependencies.map(texts).unwrap_or_default(),
        enabled: asked,
        trigger_id,
        secrets: Ordered::default(),
    };
    if asked && another_is_enabled(state, &hook.trigger_id, &hook.id) {
        match behaviour.second_enabled {
            // Documented: further hooks of a trigger are created switched off.
            SecondEnabled::SwitchOffOther => hook.enabled = false,
            SecondEnabled::AllowBoth => {}
            SecondEnabled::Refuse => return Err(second_refused(409, &hook.trigger_id)),
            SecondEnabled::RefuseBadRequest => return Err(second_refused(400, &hook.trigger_id)),
        }
    }
    let response = written(201, &hook);
    state.hooks.push(hook);
    Ok(response)
}

/// The checked body of a PATCH.
pub(in crate::tenant) struct Patch<'a>(&'a Object);

impl<'a> Patch<'a> {
    /// Checks the body.
    pub(in crate::tenant) fn parse(body: &'a Json) -> Result<Self, Response> {
        let fields = check(body, &PATCH)?;
        if fields.is_empty() { Err(nothing_given()) } else { Ok(Self(fields)) }
    }
}

/// Whether a body has a key other than `enabled`: what read-only tenants
/// refuse, whatever else is wrong with it.
pub(in crate::tenant) fn touches_more_than_enabled(body: &Json) -> bool {
    match body {
        Json::Object(fields) => fields.keys().any(|key| key != "enabled"),
        _ => false,
    }
}

/// `PATCH /hooks/{id}`
pub(in crate::tenant) fn update(
    state: &mut State,
    id: &str,
    Patch(fields): &Patch<'_>,
    behaviour: Behaviour,
) -> Result<Response, Response> {
    let mut hook = state.hook(id).cloned().ok_or_else(no_such_hook)?;
    if let Some(name) = fields.get("name").and_then(Json::as_str).map(kebab_case) {
        if name_is_taken(state, &name, &hook.trigger_id, Some(id), behaviour.unique_names) {
            return Err(refusal(409, "A hook with the same name already exists.", None));
        }
        hook.name = Some(name);
    }
    if let Some(script) = fields.get("script").and_then(Json::as_str) {
        hook.script = script.to_owned();
    }
    if let Some(Json::Object(dependencies)) = fields.get("dependencies") {
        hook.dependencies = texts(dependencies);
    }
    if let Some(Json::Bool(enabled)) = fields.get("enabled") {
        hook.enabled = *enabled;
        if *enabled && another_is_enabled(state, &hook.trigger_id, id) {
            make_room(state, &hook, behaviour.second_enabled)?;
        }
    }
    let response = written(200, &hook);
    if let Some(place) = state.hook_mut(id) {
        *place = hook;
    }
    Ok(response)
}

/// What becomes of the other enabled hooks of a trigger when `hook` is
/// switched on.
fn make_room(state: &mut State, hook: &Hook, choice: SecondEnabled) -> Result<(), Response> {
    match choice {
        SecondEnabled::SwitchOffOther => {
            let others = state.hooks.iter_mut().filter(|other| other.id != hook.id);
            for other in others.filter(|other| other.trigger_id == hook.trigger_id) {
                other.enabled = false;
            }
            Ok(())
        }
        SecondEnabled::AllowBoth => Ok(()),
        SecondEnabled::Refuse => Err(second_refused(409, &hook.trigger_id)),
        SecondEnabled::RefuseBadRequest => Err(second_refused(400, &hook.trigger_id)),
    }
}

/// Assumed: no such refusal is recorded.
fn second_refused(status: u16, trigger_id: &str) -> Response {
    let message = format!("Only one hook can be enabled for {trigger_id}.");
    refusal(status, &message, None)
}

fn another_is_enabled(state: &State, trigger_id: &str, id: &str) -> bool {
    state.hooks.iter().any(|hook| hook.enabled && hook.trigger_id == trigger_id && hook.id != id)
}

fn name_is_taken(
    state: &State,
    name: &str,
    trigger_id: &str,
    own_id: Option<&str>,
    scope: UniqueNames,
) -> bool {
    state.hooks.iter().any(|hook| {
        let rival = match scope {
            UniqueNames::Tenant => true,
            UniqueNames::Trigger => hook.trigger_id == trigger_id,
            UniqueNames::Nowhere => false,
        };
        rival && own_id != Some(hook.id.as_str()) && hook.name.as_deref() == Some(name)
    })
}
