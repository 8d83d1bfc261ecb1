//! Which stub answers a request, and what it answers.

use serde_json::{Map, Value, json};
use url::form_urlencoded;

use crate::sandbox::world::{HttpReply, HttpStub, ReplyKind, holds, url_matches};

/// A body as a test compares it: JSON if it is, the fields of a form, else text.
pub(super) fn content(headers: &Map<String, Value>, body: &str) -> Value {
    if body.is_empty() {
        return Value::Null;
    }
    let kind = headers.get("content-type").and_then(Value::as_str).unwrap_or_default();
    if kind.contains("x-www-form-urlencoded") {
        let fields = form_urlencoded::parse(body.as_bytes());
        return Value::Object(
            fields.map(|(k, v)| (k.into_owned(), Value::from(v.into_owned()))).collect(),
        );
    }
    match serde_json::from_str(body) {
        Ok(value @ (Value::Object(_) | Value::Array(_))) => value,
        Ok(value) if kind.contains("json") => value,
        _ => Value::from(body),
    }
}

/// The first stub that matches and isn't used up.
///
/// # Errors
/// With the one that came nearest, and why it didn't match.
pub(super) fn find<'s>(
    stubs: &'s [HttpStub],
    used: &mut [u32],
    method: &str,
    url: &str,
    body: &Value,
) -> Result<&'s HttpReply, Option<String>> {
    let mut nearest: Option<(u8, String)> = None;
    for (stub, used) in stubs.iter().zip(used) {
        let method_fits = stub.method.as_deref().is_none_or(|wanted| wanted == method);
        let url_fits = url_matches(&stub.url, url);
        let body_fits = stub.body.as_ref().is_none_or(|part| holds(body, part));
        let left = stub.times.is_none_or(|times| *used < times);
        let (near, why) = match (url_fits, method_fits, body_fits, left) {
            (true, true, true, true) => {
                *used += 1;
                return Ok(&stub.reply);
            }
            (true, true, true, false) => (4, "was used as often as its `times` allows"),
            (true, true, false, _) => (3, "the body differs"),
            (true, false, _, _) => (2, "the method differs"),
            (false, true, _, _) => (1, "the URL differs"),
            (false, false, _, _) => (0, "method and URL differ"),
        };
        if nearest.as_ref().is_none_or(|(best, _)| near > *best) {
            let method = stub.method.as_deref().unwrap_or("*");
            nearest = Some((near, format!("{method} {}: {why}", stub.url)));
        }
    }
    Err(nearest.map(|(_, why)| why))
}

/// The answer as the host script reads it.
pub(super) fn reply(reply: &HttpReply) -> String {
    let mut headers = Map::new();
    let text = match &reply.body {
        ReplyKind::Fail(code) => return json!({ "fail": code }).to_string(),
        ReplyKind::Json(value) => {
            headers.insert("content-type".into(), "application/json; charset=utf-8".into());
            value.to_string()
        }
        ReplyKind::Text(text) => text.clone(),
    };
    for (name, value) in &reply.headers {
        headers.insert(name.to_ascii_lowercase(), Value::from(value.as_str()));
    }
    json!({ "status": reply.status, "headers": headers, "text": text }).to_string()
}

/// What a request without a stub meets.
pub(super) fn no_stub(on: &str) -> String {
    let message = format!("no stub answers {on}; declare it under `http`");
    json!({ "fail": "ERR_NO_STUB", "message": message }).to_string()
}

/// What is said of the first of the answers that a service may give; the rest
/// are plain successes.
pub(super) const NOT_PLAIN: [&str; 5] =
    ["answers 401", "answers 500", "can't be reached", "answers []", "answers 429"];

/// One of the answers that a service may give, and how it is said if it is one
/// of `replies`: those take the place of some of the plain successes.
pub(super) fn by_chance(roll: u64, replies: &[Value]) -> (String, Option<String>) {
    let Some(given) = reply_by_chance(roll, replies) else { return (plain(roll), None) };
    let said = format!("answers {given}");
    let body = match given {
        Value::Object(fields) => {
            let mut whole = success();
            whole.extend(fields.clone());
            Value::Object(whole)
        }
        other => other.clone(),
    };
    let headers = [].into();
    (reply(&HttpReply { status: 200, headers, body: ReplyKind::Json(body) }), Some(said))
}

/// The one of `replies` that stands in the place of a plain success, if any.
pub(super) fn reply_by_chance(roll: u64, replies: &[Value]) -> Option<&Value> {
    let turn = usize::try_from(roll / 8 % 1024).unwrap_or_default() % (replies.len() + 1);
    replies.get(turn).filter(|_| roll % 8 >= PLAIN_FROM)
}

/// Where the plain successes begin.
const PLAIN_FROM: u64 = 5;

fn success() -> Map<String, Value> {
    let plain = json!({ "id": "id-1", "access_token": "token-1", "ok": true, "status": "active", "email": "ada@example.com", "name": "Ada", "data": [] });
    plain.as_object().cloned().unwrap_or_default()
}

fn plain(roll: u64) -> String {
    let kind = match roll % 8 {
        0 => (401, json!({ "error": "unauthorized", "message": "Unauthorized" })),
        1 => (500, json!({ "error": "server_error", "message": "Internal Server Error" })),
        2 => return json!({ "fail": "ECONNREFUSED" }).to_string(),
        3 => (200, json!([])),
        4 => (429, json!({ "error": "too_many_requests", "message": "Too Many Requests" })),
        _ => (200, Value::Object(success())),
    };
    reply(&HttpReply { status: kind.0, headers: [].into(), body: ReplyKind::Json(kind.1) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stub(on: &str, body: Option<Value>, times: Option<u32>) -> HttpStub {
        let (method, url) = on.split_once(' ').unwrap();
        HttpStub {
            method: (method != "*").then(|| method.to_owned()),
            url: url.to_owned(),
            body,
            reply: HttpReply { status: 200, headers: [].into(), body: ReplyKind::Text(on.into()) },
            times,
        }
    }

    #[test]
    fn the_first_stub_that_fits_answers() {
        let stubs = [
            stub(
                "POST https://idp.example/*",
                Some(json!({ "grant_type": "client_credentials" })),
                None,
            ),
            stub("GET https://api.example/users/*/roles", None, Some(1)),
            stub("* https://any.example/", None, None),
        ];
        let mut used = vec![0; 3];
        let mut check = |on: &str, body: Value, expected: &str| {
            let (method, url) = on.split_once(' ').unwrap();
            let found = match find(&stubs, &mut used, method, url, &body) {
                Ok(HttpReply { body: ReplyKind::Text(text), .. }) => text.clone(),
                Ok(_) => String::new(),
                Err(nearest) => nearest.unwrap_or_default(),
            };
            assert_eq!(found, expected, "{on}");
        };
        let form = json!({ "grant_type": "client_credentials", "x": "1" });
        check("POST https://idp.example/oauth/token", form, "POST https://idp.example/*");
        check(
            "POST https://idp.example/oauth/token",
            json!({}),
            "POST https://idp.example/*: the body differs",
        );
        check(
            "GET https://api.example/users/7/roles",
            Value::Null,
            "GET https://api.example/users/*/roles",
        );
        check(
            "GET https://api.example/users/7/roles",
            Value::Null,
            "GET https://api.example/users/*/roles: was used as often as its `times` allows",
        );
        check("PUT https://any.example/", Value::Null, "* https://any.example/");
        check(
            "GET https://idp.example/oauth/token",
            Value::Null,
            "POST https://idp.example/*: the method differs",
        );
        check(
            "GET https://other.example/",
            Value::Null,
            "GET https://api.example/users/*/roles: the URL differs",
        );
    }

    #[test]
    fn urls_match_patterns() {
        let check = |pattern: &str, url: &str, fits: bool| {
            assert_eq!(url_matches(pattern, url), fits, "{pattern} {url}")
        };
        check("https://a.example", "https://a.example/", true);
        check("https://a.example/", "https://a.example/", true);
        check("https://a.example/x", "https://a.example/xy", false);
        check("https://*.example/x*", "https://a.example/xy?z=1", true);
        check("*", "https://a.example/", true);
        check("https://a.example/*/b/*", "https://a.example/1/b/2", true);
        check("https://a.example/*/b/*/c", "https://a.example/1/b/c", false);
        check("https://a.example/*b", "https://a.example/abab", true);
        check("https://a.example/a*a", "https://a.example/a", false);
    }
}
