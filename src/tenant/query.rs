//! Query strings: parameters that an endpoint knows, with the validator's
//! complaints about all others.
//!
//! Main type: [`Reader`]. Must not know endpoints, nor the state.

use super::json::Json;
use super::message::Response;
use super::schema::{Faulty, Part, unknown_keys, wrong_type};

/// A number of an endpoint that passes over what it doesn't know.
pub(super) fn number(query: &str, name: &str) -> Option<u64> {
    first(query, name)?.parse().ok()
}

/// What a parameter says; of several the first.
pub(super) fn first(query: &str, name: &str) -> Option<String> {
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// One page of a list, the first being page 0.
pub(super) fn page<T>(
    items: impl Iterator<Item = T>,
    number: u64,
    size: u64,
) -> impl Iterator<Item = T> {
    let to_usize = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    items.skip(to_usize(number.saturating_mul(size))).take(to_usize(size))
}

/// One parameter: its name, and the description that errors repeat.
pub(super) struct Parameter(pub &'static str, pub &'static str);

/// Parameters as they are read, with the complaints so far.
pub(super) struct Reader {
    pairs: Vec<(String, String)>,
    known: &'static [Parameter],
    faulty: Faulty,
}

impl Reader {
    /// Parameters that aren't known are a complaint.
    pub(super) fn new(query: &str, known: &'static [Parameter]) -> Self {
        let pairs: Vec<(String, String)> =
            url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let mut faulty = Faulty::new(Part::Query);
        let unknown: Vec<&str> = pairs
            .iter()
            .map(|(key, _)| key.as_str())
            .filter(|key| !known.iter().any(|Parameter(name, _)| name == key))
            .collect();
        if !unknown.is_empty() {
            faulty.root(&unknown_keys(&unknown));
        }
        Self { pairs, known, faulty }
    }

    /// A parameter as it was sent; of several the last.
    pub(super) fn value(&self, name: &str) -> Option<String> {
        self.pairs.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.clone())
    }

    /// A complaint about one parameter.
    pub(super) fn complain(&mut self, name: &str, complaint: &str) {
        let description = self
            .known
            .iter()
            .find(|Parameter(known, _)| *known == name)
            .map_or("", |Parameter(_, description)| description);
        self.faulty.on(name, description, complaint);
    }

    /// `true` or `false`.
    pub(super) fn boolean(&mut self, name: &str) -> Option<bool> {
        match self.value(name)?.as_str() {
            "true" => Some(true),
            "false" => Some(false),
            other => {
                self.complain(name, &wrong_type("boolean", &Json::String(other.to_owned())));
                None
            }
        }
    }

    /// A number from 0 to `maximum`.
    pub(super) fn integer(&mut self, name: &str, maximum: u64) -> Option<u64> {
        let text = self.value(name)?;
        let Ok(number) = text.parse::<i64>() else {
            self.complain(name, &wrong_type("integer", &Json::String(text)));
            return None;
        };
        match u64::try_from(number) {
            Err(_) => self.complain(name, &format!("Value {number} is less than minimum 0")),
            Ok(value) if value > maximum => {
                self.complain(name, &format!("Value {value} is greater than maximum {maximum}"))
            }
            Ok(value) => return Some(value),
        }
        None
    }

    /// The 400 answer, if there was any complaint.
    pub(super) fn finish(self) -> Result<(), Response> {
        self.faulty.into_result()
    }
}

/// Endpoints without parameters.
pub(super) fn parse_none(query: &str) -> Result<(), Response> {
    Reader::new(query, &[]).finish()
}
