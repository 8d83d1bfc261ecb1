//! A request and a response as plain data, and the bodies of refusals.
//!
//! Main types: [`Request`], [`Response`]. Must not know sockets, nor what a
//! hook is. Each refusal says whether its words are recorded or assumed.

use serde::Serialize;
use serde_json::json;

use super::json::without_nulls;

/// The Management API's documented limit of a payload.
pub const MAX_BODY: usize = 1024 * 1024;

/// What a client sent.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// In capitals.
    pub method: String,
    /// Without the query.
    pub path: String,
    /// Without its question mark; empty if there is none.
    pub query: String,
    /// The `Host` header.
    pub host: Option<String>,
    /// The `Authorization` header.
    pub authorization: Option<String>,
    /// The `Content-Type` header.
    pub content_type: Option<String>,
    /// The body; empty if there is none.
    pub body: Vec<u8>,
    /// Whether the body was longer than [`MAX_BODY`], so that it wasn't read.
    pub oversized: bool,
}

/// What the tenant answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// Names in lower case, as the service writes them.
    pub headers: Vec<(&'static str, String)>,
    /// The body; empty if there is none.
    pub body: Vec<u8>,
}

impl Response {
    /// A JSON body.
    pub fn json(status: u16, body: &impl Serialize) -> Self {
        // Plain structs, texts and ordered maps always serialise.
        let body = serde_json::to_vec(body).unwrap_or_default();
        Self { status, headers: vec![content_type()], body }
    }

    /// No body. The recordings have a content type here too.
    pub fn empty(status: u16) -> Self {
        Self { status, headers: vec![content_type()], body: Vec::new() }
    }

    /// This response with one header more.
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// A header's value.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_str())
    }
}

fn content_type() -> (&'static str, String) {
    ("content-type", "application/json; charset=utf-8".to_owned())
}

/// A refusal of the Management API, its keys in their recorded order.
pub(super) fn refusal(status: u16, message: &str, error_code: Option<&str>) -> Response {
    let body = json!({
        "statusCode": status,
        "error": reason(status),
        "message": message,
        "errorCode": error_code,
    });
    Response::json(status, &without_nulls(body))
}

/// 401 for a token that isn't good: the message is repeated in `attributes`,
/// as recorded.
pub(super) fn bad_token(message: &str) -> Response {
    let body = json!({
        "statusCode": 401,
        "error": reason(401),
        "message": message,
        "attributes": { "error": message },
    });
    Response::json(401, &body)
}

/// The error body of `/oauth/token`.
pub(super) fn oauth_error(status: u16, error: &str, description: &str) -> Response {
    Response::json(status, &json!({ "error": error, "error_description": description }))
}

/// Unknown routes, in the words of the server framework that the recorded
/// errors come from (assumed).
pub(super) fn no_such_route() -> Response {
    refusal(404, "Not Found", None)
}

/// Recorded for GET and DELETE; assumed for PATCH and secrets.
pub(super) fn no_such_hook() -> Response {
    refusal(404, "Error: Hook does not exist", Some("HookDoesNotExist"))
}

/// Recorded (on every method of a tenant whose hooks were off).
pub(super) fn hooks_not_allowed() -> Response {
    let message = "Insufficient privileges to use this deprecated feature.";
    refusal(403, message, Some("hooks_not_allowed"))
}

/// Documented.
pub(super) fn hooks_disabled() -> Response {
    refusal(403, "This endpoint is disabled for your tenant.", None)
}

/// A name that leads here but isn't this machine's: a page in a browser could
/// reach the tenant by a name of its own. Own words; there is no such service.
pub(super) fn misdirected(host: &str) -> Response {
    let message = format!("The local tenant answers to loopback names only, not to {host}.");
    refusal(421, &message, None)
}

/// Recorded, for other scopes.
pub(super) fn insufficient_scope(scope: &str) -> Response {
    let message = format!("Insufficient scope, expected any of: {scope}");
    refusal(403, &message, Some("insufficient_scope"))
}

/// Recorded.
pub(super) fn too_many_requests() -> Response {
    refusal(429, "Global limit has been reached", Some("too_many_requests"))
}

/// The limit is documented, the words are those of the server framework that
/// the recorded errors come from (assumed).
pub(super) fn too_large() -> Response {
    let message = format!("Payload content length greater than maximum allowed: {MAX_BODY}");
    refusal(413, &message, None)
}

fn reason(status: u16) -> &'static str {
    match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        409 => "Conflict",
        410 => "Gone",
        412 => "Precondition Failed",
        413 => "Request Entity Too Large",
        415 => "Unsupported Media Type",
        421 => "Misdirected Request",
        429 => "Too Many Requests",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Internal Server Error",
    }
}

/// The host that the client called.
pub(super) fn host_of(request: &Request) -> &str {
    request.host.as_deref().unwrap_or("localhost")
}
