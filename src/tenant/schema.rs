//! Checks of request bodies and queries, with the words of the validator that
//! Auth0's recorded errors come from (z-schema): its templates, its order,
//! several errors joined by ` (also) `.
//!
//! Main types: [`Shape`], what a body must be, and [`Faulty`], the collected
//! complaints. The form of a path (`bindings[0]`) and the complaint about
//! `oneOf` are quoted in public; which complaint comes first is assumed of
//! Actions. Must not know which endpoint is asked, nor change anything.

use super::json::{Json, Object, Ordered, type_name};
use super::message::{Response, refusal};

/// Which part of a request is being checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// The body.
    Payload,
    /// The query string.
    Query,
    /// A parameter in the path.
    Path,
}

/// What a value must be.
pub(super) enum Shape {
    /// A text of any length.
    Text,
    /// A text of at least one character.
    SomeText,
    /// A hook's name, by the documented pattern.
    Name,
    /// One of these texts.
    OneOf(&'static [&'static str]),
    /// `true` or `false`.
    Boolean,
    /// A list of at least so many.
    List(&'static Shape, usize),
    /// An object of at least and at most so many texts.
    Texts(usize, usize),
    /// An object with these fields and no others; the second list's have to be
    /// there.
    Object(&'static [Field], &'static [&'static str]),
    /// The entry of a trigger's bindings.
    Binding,
    /// An object whose content is not looked at.
    AnyObject,
}

/// A field of an object.
pub(super) struct Field {
    /// Its key.
    name: &'static str,
    /// The API's description, which errors repeat.
    about: &'static str,
    /// What its value must be.
    shape: Shape,
}

/// A field with the API's description, which errors repeat.
pub(super) const fn field(name: &'static str, about: &'static str, shape: Shape) -> Field {
    Field { name, about, shape }
}

/// The pattern of a hook's name in the API's schema.
const NAME_PATTERN: &str = "^[a-zA-Z0-9]([ \\-a-zA-Z0-9]*[a-zA-Z0-9])?$";

/// The complaints about one part of a request.
#[derive(Debug)]
pub(super) struct Faulty {
    part: Part,
    messages: Vec<String>,
}

impl Faulty {
    /// No complaints yet.
    pub(super) fn new(part: Part) -> Self {
        Self { part, messages: Vec::new() }
    }

    /// A complaint about the whole part.
    pub(super) fn root(&mut self, complaint: &str) {
        self.messages.push(format!("{} validation error: '{complaint}'.", self.word()));
    }

    /// A complaint about one property.
    pub(super) fn on(&mut self, path: &str, description: &str, complaint: &str) {
        let about =
            if description.is_empty() { String::new() } else { format!(" ({description})") };
        let word = self.word();
        self.messages
            .push(format!("{word} validation error: '{complaint}' on property {path}{about}."));
    }

    fn word(&self) -> &'static str {
        match self.part {
            Part::Payload => "Payload",
            Part::Query => "Query",
            Part::Path => "Path",
        }
    }

    /// The 400 answer, if there was any complaint.
    pub(super) fn into_result(self) -> Result<(), Response> {
        if self.messages.is_empty() { Ok(()) } else { Err(self.into_response()) }
    }

    fn into_response(self) -> Response {
        let code = match self.part {
            Part::Payload => "invalid_body",
            Part::Query => "invalid_query_string",
            Part::Path => "invalid_uri",
        };
        refusal(400, &self.messages.join(" (also) "), Some(code))
    }
}

/// The complaint about a value of a wrong type.
pub(super) fn wrong_type(expected: &str, found: &Json) -> String {
    format!("Expected type {expected} but found type {}", type_name(found))
}

/// The complaint about keys that the schema doesn't have: in reverse order of
/// sending, as recorded.
pub(super) fn unknown_keys(unknown: &[&str]) -> String {
    let reversed: Vec<&str> = unknown.iter().rev().copied().collect();
    format!("Additional properties not allowed: {}", reversed.join(","))
}

/// The body's fields, if it is of this shape, which has to be an object's.
pub(super) fn check<'a>(body: &'a Json, shape: &Shape) -> Result<&'a Object, Response> {
    let mut faulty = Faulty::new(Part::Payload);
    value(&mut faulty, "", "", shape, body);
    match body {
        Json::Object(fields) => faulty.into_result().map(|()| fields),
        _ => Err(faulty.into_response()),
    }
}

/// The refusal of an object without any field.
pub(super) fn nothing_given() -> Response {
    let mut faulty = Faulty::new(Part::Payload);
    faulty.root(&too_few(0, 1));
    faulty.into_response()
}

fn value(faulty: &mut Faulty, path: &str, about: &str, shape: &Shape, found: &Json) {
    let mut complain = |complaint: &str| match path {
        "" => faulty.root(complaint),
        path => faulty.on(path, about, complaint),
    };
    let expected = match (shape, found) {
        (Shape::Text, Json::String(_))
        | (Shape::Boolean, Json::Bool(_))
        | (Shape::AnyObject, Json::Object(_)) => return,
        (Shape::Text, Json::Number(_)) if path.ends_with("module_version_number") => return,
        (Shape::SomeText, Json::String(text)) => {
            if text.is_empty() {
                complain("String is too short (0 chars), minimum 1");
            }
            return;
        }
        (Shape::Name, Json::String(text)) => {
            if !is_name(text) {
                complain(&format!("String does not match pattern {NAME_PATTERN}: {text}"));
            }
            return;
        }
        (Shape::OneOf(values), Json::String(text)) => {
            if !values.contains(&text.as_str()) {
                complain(&format!("No enum match for: {text}"));
            }
            return;
        }
        (Shape::List(of, least), Json::Array(items)) => {
            if items.len() < *least {
                complain(&format!("Array is too short ({}), minimum {least}", items.len()));
            }
            for (at, item) in items.iter().enumerate() {
                value(faulty, &format!("{path}[{at}]"), "", of, item);
            }
            return;
        }
        (Shape::Texts(least, most), Json::Object(map)) => {
            let count = map.len();
            if count > *most {
                complain(&format!("Too many properties defined ({count}), maximum {most}"));
            }
            if count < *least {
                complain(&too_few(count, *least));
            }
            for (key, text) in map.iter().rev().filter(|(_, text)| !text.is_string()) {
                faulty.on(&below(path, key), "", &wrong_type("string", text));
            }
            return;
        }
        (Shape::Object(fields, required), Json::Object(map)) => {
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
                    value(faulty, &below(path, name), about, shape, found);
                }
            }
            return;
        }
        (Shape::Binding, found) if is_binding(found) => return,
        (Shape::Binding, _) => return complain("Data does not match any schemas from 'oneOf'"),
        (Shape::Text | Shape::SomeText | Shape::Name | Shape::OneOf(_), _) => "string",
        (Shape::Boolean, _) => "boolean",
        (Shape::List(..), _) => "array",
        (Shape::Texts(..) | Shape::Object(..) | Shape::AnyObject, _) => "object",
    };
    complain(&wrong_type(expected, found));
}

fn below(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
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

/// The texts of an object.
pub(super) fn texts(map: &Object) -> Ordered<String> {
    map.iter()
        .filter_map(|(key, value)| Some((key.to_owned(), value.as_str()?.to_owned())))
        .collect()
}

/// Names of secrets to delete: a list of at least one text.
pub(super) fn check_names(body: &Json) -> Result<Vec<String>, Response> {
    let mut faulty = Faulty::new(Part::Payload);
    let mut names = Vec::new();
    match body {
        Json::Array(items) => {
            if items.is_empty() {
                faulty.root("Array is too short (0), minimum 1");
            }
            for (at, item) in items.iter().enumerate().rev() {
                match item.as_str() {
                    Some(name) => names.push(name.to_owned()),
                    None => faulty.on(&at.to_string(), "", &wrong_type("string", item)),
                }
            }
        }
        other => faulty.root(&wrong_type("array", other)),
    }
    faulty.into_result().map(|()| names)
}

fn too_few(count: usize, minimum: usize) -> String {
    format!("Too few properties defined ({count}), minimum {minimum}")
}

fn is_name(text: &str) -> bool {
    let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    edge(text.chars().next())
        && edge(text.chars().next_back())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == ' ' || c == '-')
}
