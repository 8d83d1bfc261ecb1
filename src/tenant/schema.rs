//! Checks of request bodies and queries, with the words of the validator that
//! Auth0's recorded errors come from (z-schema): its templates, its order,
//! several errors joined by ` (also) `.
//!
//! Main type: [`Faulty`], the collected complaints. Must not know which
//! endpoint is asked, nor change anything.

use super::json::{Json, Object, type_name};
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

/// What one property must be.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    /// A hook's name, by the documented pattern.
    Name,
    /// A text of at least one character.
    Text,
    /// `true` or `false`.
    Boolean,
    /// An object whose values are texts.
    TextMap,
    /// One of these texts.
    OneOf(&'static [&'static str]),
}

/// One property of a body.
#[derive(Debug, Clone, Copy)]
pub(super) struct Property {
    /// Its key.
    pub name: &'static str,
    /// Its description in the API's schema, which errors repeat.
    pub description: &'static str,
    /// What it must be.
    pub kind: Kind,
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

/// An object with these properties and no others.
pub(super) fn check_object<'a>(
    body: &'a Json,
    properties: &[Property],
    required: &[&str],
    minimum: usize,
) -> Result<&'a Object, Response> {
    let mut faulty = Faulty::new(Part::Payload);
    let Json::Object(fields) = body else {
        faulty.root(&wrong_type("object", body));
        return Err(faulty.into_response());
    };
    let known = |key: &str| properties.iter().find(|property| property.name == key);
    let unknown: Vec<&str> =
        fields.keys().map(String::as_str).filter(|key| known(key).is_none()).collect();
    if !unknown.is_empty() {
        faulty.root(&unknown_keys(&unknown));
    }
    for name in required.iter().rev().filter(|name| !fields.contains_key(**name)) {
        faulty.root(&format!("Missing required property: {name}"));
    }
    if fields.len() < minimum {
        faulty.root(&too_few(fields.len(), minimum));
    }
    for (key, value) in fields.iter().rev() {
        if let Some(property) = known(key) {
            check_value(&mut faulty, property, value);
        }
    }
    faulty.into_result().map(|()| fields)
}

fn check_value(faulty: &mut Faulty, property: &Property, value: &Json) {
    let Property { name, description, kind } = *property;
    let complaint = match (kind, value) {
        (Kind::Name, Json::String(text)) if !is_name(text) => {
            format!("String does not match pattern {NAME_PATTERN}: {text}")
        }
        (Kind::Text, Json::String(text)) if text.is_empty() => {
            "String is too short (0 chars), minimum 1".to_owned()
        }
        (Kind::OneOf(values), Json::String(text)) if !values.contains(&text.as_str()) => {
            format!("No enum match for: {text}")
        }
        (Kind::Name | Kind::Text | Kind::OneOf(_), Json::String(_))
        | (Kind::Boolean, Json::Bool(_)) => return,
        (Kind::TextMap, Json::Object(map)) => return check_texts(faulty, name, map),
        (Kind::Name | Kind::Text | Kind::OneOf(_), other) => wrong_type("string", other),
        (Kind::Boolean, other) => wrong_type("boolean", other),
        (Kind::TextMap, other) => wrong_type("object", other),
    };
    faulty.on(name, description, &complaint);
}

fn check_texts(faulty: &mut Faulty, above: &str, map: &Object) {
    for (key, value) in map.iter().rev() {
        if value.as_str().is_none() {
            let path = if above.is_empty() { key.to_owned() } else { format!("{above}.{key}") };
            faulty.on(&path, "", &wrong_type("string", value));
        }
    }
}

/// Secrets to add or change: 1 to `maximum` names with texts.
pub(super) fn check_secrets(
    body: &Json,
    maximum: usize,
) -> Result<Vec<(String, String)>, Response> {
    let mut faulty = Faulty::new(Part::Payload);
    let mut secrets = Vec::new();
    match body {
        Json::Object(map) => {
            if map.len() > maximum {
                let count = map.len();
                faulty.root(&format!("Too many properties defined ({count}), maximum {maximum}"));
            }
            if map.is_empty() {
                faulty.root(&too_few(0, 1));
            }
            check_texts(&mut faulty, "", map);
            let texts = map.iter().filter_map(|(key, value)| Some((key, value.as_str()?)));
            secrets.extend(texts.map(|(key, value)| (key.to_owned(), value.to_owned())));
        }
        other => faulty.root(&wrong_type("object", other)),
    }
    faulty.into_result().map(|()| secrets)
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
