//! The body of a write, as the value that it holds.
//!
//! Main function: [`read_body`]. The words of its refusals are those of the
//! server framework that the recorded errors come from (assumed). Must not
//! know what a body means.

use super::json::Json;
use super::message::{MAX_BODY, Request, Response, refusal, too_large};

/// The body's value; `null` if there is none.
pub(super) fn read_body(request: &Request) -> Result<Json, Response> {
    if request.oversized || request.body.len() > MAX_BODY {
        return Err(too_large());
    }
    let kind = request.content_type.as_deref().unwrap_or("application/json");
    match kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
        "" | "application/json" if request.body.is_empty() => Ok(Json::Null),
        "" | "application/json" => serde_json::from_slice(&request.body)
            .map_err(|_| refusal(400, "Invalid request payload JSON format", None)),
        "application/x-www-form-urlencoded" => Ok(read_form(&request.body)),
        _ => Err(refusal(415, "Unsupported Media Type", None)),
    }
}

/// A form has only texts; the one boolean of the API is read as one.
fn read_form(body: &[u8]) -> Json {
    let typed = |key: &str, value: String| match (key, value.as_str()) {
        ("enabled", "true") => Json::Bool(true),
        ("enabled", "false") => Json::Bool(false),
        _ => Json::String(value),
    };
    let pairs = url::form_urlencoded::parse(body);
    Json::Object(
        pairs.map(|(key, value)| (key.to_string(), typed(&key, value.into_owned()))).collect(),
    )
}
