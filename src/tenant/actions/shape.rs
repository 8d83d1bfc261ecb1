//! The shapes of the Actions endpoints' bodies, and their check in the words
//! of the service's validator.
//!
//! Main type: [`Shape`]. The form of a path (`bindings[0]`) and the complaint
//! about `oneOf` are quoted in public; which complaint comes first is assumed.

use crate::tenant::json::{Json, Object};
use crate::tenant::message::Response;
use crate::tenant::schema::{Faulty, Part, unknown_keys, wrong_type};

/// What a value must be.
pub(super) enum Shape {
    /// A text of any length.
    Text,
    /// `true` or `false`.
    Boolean,
    /// A list of at least so many.
    List(&'static Shape, usize),
    /// An object with these fields and no others.
    Object(&'static [Field], &'static [&'static str]),
    /// The entry of a trigger's bindings.
    Binding,
    /// An object whose content is not looked at.
    AnyObject,
}

/// A field of an object.
pub(super) struct Field {
    /// Its key.
    pub name: &'static str,
    /// The API's description, which errors repeat.
    pub about: &'static str,
    /// What its value must be.
    pub shape: Shape,
}

const fn field(name: &'static str, about: &'static str, shape: Shape) -> Field {
    Field { name, about, shape }
}

const fn plain(name: &'static str) -> Field {
    field(name, "", Shape::Text)
}

const TRIGGER: Shape = Shape::Object(&[plain("id"), plain("version")], &["id"]);
const PACKAGE: Shape =
    Shape::Object(&[plain("name"), plain("version"), plain("registry_url")], &[]);
/// Recorded: `updated_at`, as a GET shows it, is accepted.
const SECRET: Shape = Shape::Object(&[plain("name"), plain("value"), plain("updated_at")], &[]);
const MODULE: Shape = Shape::Object(
    &[
        plain("module_id"),
        plain("module_version_id"),
        plain("module_name"),
        field("module_version_number", "", Shape::Text),
    ],
    &[],
);

const NAME: Field = field("name", "The name of an action.", Shape::Text);
const SUPPORTED_TRIGGERS: Field = field(
    "supported_triggers",
    "The list of triggers that this action supports. At this time, an action can only target a \
     single trigger at a time.",
    Shape::List(&TRIGGER, 1),
);
const CODE: Field = field("code", "The source code of the action.", Shape::Text);
const DEPENDENCIES: Field = field(
    "dependencies",
    "The list of third party npm modules, and their versions, that this action depends on.",
    Shape::List(&PACKAGE, 0),
);
const RUNTIME: Field =
    field("runtime", "The Node runtime. For example: `node22`, defaults to `node22`", Shape::Text);
const SECRETS: Field = field(
    "secrets",
    "The list of secrets that are included in an action or a version of an action.",
    Shape::List(&SECRET, 0),
);
const MODULES: Field = field(
    "modules",
    "The list of action modules and their versions used by this action.",
    Shape::List(&MODULE, 0),
);
const DEPLOY: Field =
    field("deploy", "True if the action should be deployed after creation.", Shape::Boolean);

/// `POST /actions/actions`
pub(super) const CREATE: Shape = Shape::Object(
    &[NAME, SUPPORTED_TRIGGERS, CODE, DEPENDENCIES, RUNTIME, SECRETS, MODULES, DEPLOY],
    &["name", "supported_triggers"],
);
/// `PATCH /actions/actions/{id}`: as POST, without `deploy`.
pub(super) const UPDATE: Shape =
    Shape::Object(&[NAME, SUPPORTED_TRIGGERS, CODE, DEPENDENCIES, RUNTIME, SECRETS, MODULES], &[]);
/// `POST …/versions/{id}/deploy`
pub(super) const REDEPLOY: Shape = Shape::Object(
    &[field(
        "update_draft",
        "True if the draft of the action should be updated with the reverted version.",
        Shape::Boolean,
    )],
    &[],
);
/// `POST …/test`
pub(super) const TEST: Shape =
    Shape::Object(&[field("payload", "", Shape::AnyObject)], &["payload"]);
/// `PATCH …/bindings`
pub(super) const BINDINGS: Shape = Shape::Object(
    &[field("bindings", "The actions that will be bound to this trigger.", BINDING_LIST)],
    &["bindings"],
);
const BINDING_LIST: Shape = Shape::List(&Shape::Binding, 0);
/// `POST /actions/modules`
pub(super) const CREATE_MODULE: Shape = Shape::Object(
    &[
        field("name", "The name of the action module.", Shape::Text),
        field("code", "The source code of the action module.", Shape::Text),
        field("secrets", "The secrets to associate with the action module.", MODULE_SECRETS),
        field("dependencies", "The npm dependencies of the action module.", MODULE_PACKAGES),
        plain("api_version"),
        field(
            "publish",
            "Whether to publish the module immediately after creation.",
            Shape::Boolean,
        ),
    ],
    &["name", "code"],
);
/// `PATCH /actions/modules/{id}`
pub(super) const UPDATE_MODULE: Shape = Shape::Object(
    &[
        field("code", "The source code of the action module.", Shape::Text),
        field("secrets", "The secrets to associate with the action module.", MODULE_SECRETS),
        field("dependencies", "The npm dependencies of the action module.", MODULE_PACKAGES),
    ],
    &[],
);
const MODULE_SECRETS: Shape = Shape::List(&SECRET, 0);
const MODULE_PACKAGES: Shape = Shape::List(&PACKAGE, 0);
/// `POST /actions/modules/{id}/rollback`
pub(super) const ROLLBACK: Shape = Shape::Object(
    &[field(
        "module_version_id",
        "The unique ID of the module version to roll back to.",
        Shape::Text,
    )],
    &["module_version_id"],
);

/// The body's fields, if it is of this shape.
pub(super) fn check<'a>(body: &'a Json, shape: &Shape) -> Result<&'a Object, Response> {
    static NOTHING: std::sync::LazyLock<Object> = std::sync::LazyLock::new(Object::new);
    let mut faulty = Faulty::new(Part::Payload);
    value(&mut faulty, "", "", shape, body);
    faulty.into_result()?;
    match body {
        Json::Object(fields) => Ok(fields),
        _ => Ok(&NOTHING),
    }
}

fn value(faulty: &mut Faulty, path: &str, about: &str, shape: &Shape, found: &Json) {
    let mut complain = |complaint: &str| match path {
        "" => faulty.root(complaint),
        path => faulty.on(path, about, complaint),
    };
    match (shape, found) {
        (Shape::Text, Json::String(_))
        | (Shape::Boolean, Json::Bool(_))
        | (Shape::AnyObject, Json::Object(_)) => {}
        (Shape::Text, Json::Number(_)) if path.ends_with("module_version_number") => {}
        (Shape::List(of, least), Json::Array(items)) => {
            if items.len() < *least {
                complain(&format!("Array is too short ({}), minimum {least}", items.len()));
            }
            for (at, item) in items.iter().enumerate() {
                value(faulty, &format!("{path}[{at}]"), "", of, item);
            }
        }
        (Shape::Object(fields, required), Json::Object(map)) => {
            object(faulty, path, about, fields, required, map);
        }
        (Shape::Binding, found) if is_binding(found) => {}
        (Shape::Binding, _) => complain("Data does not match any schemas from 'oneOf'"),
        (Shape::Text, _) => complain(&wrong_type("string", found)),
        (Shape::Boolean, _) => complain(&wrong_type("boolean", found)),
        (Shape::List(..), _) => complain(&wrong_type("array", found)),
        (Shape::Object(..) | Shape::AnyObject, _) => complain(&wrong_type("object", found)),
    }
}

fn object(
    faulty: &mut Faulty,
    path: &str,
    about: &str,
    fields: &[Field],
    required: &[&str],
    map: &Object,
) {
    let mut complain = |complaint: &str| match path {
        "" => faulty.root(complaint),
        path => faulty.on(path, about, complaint),
    };
    let known = |key: &str| fields.iter().find(|field| field.name == key);
    let unknown: Vec<&str> =
        map.keys().map(String::as_str).filter(|key| known(key).is_none()).collect();
    if !unknown.is_empty() {
        complain(&unknown_keys(&unknown));
    }
    for name in required.iter().rev().filter(|name| !map.contains_key(**name)) {
        complain(&format!("Missing required property: {name}"));
    }
    for (key, found) in map.iter().rev() {
        if let Some(Field { name, about, shape }) = known(key) {
            let path = if path.is_empty() { (*name).to_owned() } else { format!("{path}.{name}") };
            value(faulty, &path, about, shape, found);
        }
    }
}

/// `{"ref":{"type":…,"value":…},"display_name":…}`
fn is_binding(found: &Json) -> bool {
    let Json::Object(map) = found else { return false };
    let Some(Json::Object(reference)) = map.get("ref") else { return false };
    let kind = reference.get("type").and_then(Json::as_str);
    matches!(kind, Some("action_name" | "action_id" | "binding_id"))
        && reference.get("value").and_then(Json::as_str).is_some()
        && reference.keys().all(|key| matches!(key.as_str(), "type" | "value"))
        && map.keys().all(|key| matches!(key.as_str(), "ref" | "display_name"))
        && map.get("display_name").is_none_or(|name| name.as_str().is_some())
}
