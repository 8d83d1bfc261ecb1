//! Reads a refusal: from status and body to what it means.
//!
//! Auth0 distinguishes missing scopes, switched-off features and wrong credentials
//! apart by words as much as by status, so words are read here and nowhere
//! else. Must not send anything.

use serde_json::Value;

use super::error::{ApiError, ApiErrorKind, Method};
use super::pipe::transport::HttpResponse;
use super::text::harmless;
use crate::model::SecretValue;

/// The path of the collection of hooks.
pub(super) const HOOKS: &str = "/api/v2/hooks";
/// The path above everything about Actions.
pub(super) const ACTIONS: &str = "/api/v2/actions";

/// The service's validators write each layer of a body before what is wrong in
/// it: the last one is the cause, and the one before says where.
fn cause_of(text: &str) -> String {
    let Some((before, cause)) = text.rsplit_once(" | caused by: ") else { return text.to_owned() };
    let layer = before.rsplit(" | caused by: ").next().unwrap_or_default();
    let place = layer.strip_prefix("invalid ").and_then(|layer| layer.split(':').next());
    match place {
        Some(place) => format!("{cause} (in {place})"),
        None => cause.to_owned(),
    }
}

/// What a body says, made harmless.
struct Said {
    /// Whether it was JSON at all.
    json: bool,
    code: Option<String>,
    message: String,
}

impl Said {
    fn read(response: &HttpResponse, secrets: &[SecretValue]) -> Self {
        let all = [secrets, &response.hidden].concat();
        let text = |value: Option<&Value>| match value {
            Some(Value::String(text)) => Some(harmless(&cause_of(text), &all)),
            _ => None,
        };
        match serde_json::from_slice::<Value>(&response.body) {
            Ok(Value::Object(fields)) => Self {
                json: true,
                code: text(fields.get("errorCode")),
                message: text(fields.get("message"))
                    .or_else(|| text(fields.get("error_description")))
                    .or_else(|| text(fields.get("error")))
                    .unwrap_or_default(),
            },
            Ok(_) => Self { json: true, code: None, message: String::new() },
            Err(_) => Self { json: false, code: None, message: excerpt(response, secrets) },
        }
    }

    fn mentions(&self, words: &[&str]) -> bool {
        let message = self.message.to_lowercase();
        words.iter().any(|word| message.contains(word))
    }
}

/// The beginning of a body that could not be read. Nothing of it is shown when
/// secrets were sent: it may quote them in a form nobody foresees.
pub(super) fn excerpt(response: &HttpResponse, secrets: &[SecretValue]) -> String {
    let start = &response.body[..response.body.len().min(4096)];
    if start.is_empty() || !secrets.is_empty() {
        return String::new();
    }
    harmless(&String::from_utf8_lossy(start), &response.hidden).chars().take(80).collect()
}

/// What a refusal of the Management API means.
pub(super) fn management(
    method: Method,
    path: &str,
    response: &HttpResponse,
    secrets: &[SecretValue],
) -> ApiError {
    let said = Said::read(response, secrets);
    let bare_path = path.split('?').next().unwrap_or_default();
    let of_actions = bare_path.starts_with(ACTIONS);
    let kind = match response.status {
        400 if of_actions && said.mentions(&["must be in the 'built' state"]) => {
            ApiErrorKind::NotBuilt
        }
        400 if of_actions && said.mentions(&["has not been deployed yet"]) => {
            ApiErrorKind::NotBindableYet
        }
        // One that says so is about an action; any other is about the path.
        404 if of_actions && said.json => ApiErrorKind::ActionMissing,
        409 if of_actions && said.mentions(&["bound to a trigger"]) => ApiErrorKind::StillBound,
        400 if said.mentions(&["bad http authentication header"]) => ApiErrorKind::OpaqueToken,
        400 | 403 | 405 if refuses_feature(&said) => ApiErrorKind::FeatureRefused,
        400 | 422 => ApiErrorKind::Invalid,
        401 => ApiErrorKind::Unauthorized,
        403 if lacks_scope(&said) => ApiErrorKind::MissingScope { scope: scopes_of(&said.message) },
        // a firewall before the tenant, say, which minds one script only
        403 | 404 if !said.json => not_the_api(response),
        403 => ApiErrorKind::Forbidden,
        404 if bare_path == HOOKS => ApiErrorKind::FeatureGone,
        404 => ApiErrorKind::HookMissing,
        410 | 501 => ApiErrorKind::FeatureGone,
        409 => ApiErrorKind::NameTaken,
        413 => ApiErrorKind::TooLarge,
        429 => ApiErrorKind::RateLimited { answers: 1 },
        408 | 500..=599 => ApiErrorKind::Server,
        300..=399 => ApiErrorKind::Protocol { problem: "a redirect".into() },
        _ => ApiErrorKind::Unexpected,
    };
    ApiError::new(kind)
        .at(method, path)
        .with_status(response.status)
        .with_message(said.code, said.message)
}

/// What a refusal of the token endpoint means. Its `error` is of little use:
/// `access_denied` stands for wrong credentials, missing grants, unknown
/// audiences and rate limits alike.
pub(super) fn token(
    path: &str,
    response: &HttpResponse,
    audience: &str,
    secrets: &[SecretValue],
) -> ApiError {
    let said = Said::read(response, secrets);
    let error = serde_json::from_slice::<Value>(&response.body)
        .ok()
        .and_then(|body| Some(body.get("error")?.as_str()?.to_owned()))
        .unwrap_or_default();
    let kind = match response.status {
        429 => ApiErrorKind::RateLimited { answers: 1 },
        500..=599 => ApiErrorKind::Server,
        404 if !said.json => not_the_api(response),
        _ if said.mentions(&["client-grant", "client grant", "is not authorized to access"]) => {
            ApiErrorKind::NoClientGrant
        }
        _ if said.mentions(&["service not enabled", "service not found"]) => {
            ApiErrorKind::UnknownAudience { audience: harmless(audience, &[]) }
        }
        401 => ApiErrorKind::WrongCredentials,
        _ if matches!(error.as_str(), "invalid_client" | "unauthorized_client") => {
            ApiErrorKind::WrongCredentials
        }
        403 => ApiErrorKind::Forbidden,
        400 => ApiErrorKind::Invalid,
        300..=399 => ApiErrorKind::Protocol { problem: "a redirect".into() },
        _ => ApiErrorKind::Unexpected,
    };
    let all = [secrets, &response.hidden].concat();
    let code = (!error.is_empty()).then(|| harmless(&error, &all));
    ApiError::new(kind)
        .at(Method::Post, path)
        .with_status(response.status)
        .with_message(code, said.message)
}

/// An answer that was to be JSON of a known shape and is not.
pub(super) fn protocol(
    method: Method,
    path: &str,
    response: &HttpResponse,
    problem: &str,
    secrets: &[SecretValue],
) -> ApiError {
    let kind = ApiErrorKind::Protocol {
        problem: format!("{problem}; content-type {}", content_type(response)),
    };
    ApiError::new(kind)
        .at(method, path)
        .with_status(response.status)
        .with_message(None, excerpt(response, secrets))
}

fn not_the_api(response: &HttpResponse) -> ApiErrorKind {
    ApiErrorKind::Protocol { problem: format!("content-type {}", content_type(response)) }
}

fn content_type(response: &HttpResponse) -> String {
    response
        .header("content-type")
        .map_or_else(|| "missing".into(), |value| harmless(value, &response.hidden))
}

fn refuses_feature(said: &Said) -> bool {
    said.code
        .as_deref()
        .is_some_and(|code| code.ends_with("_not_allowed") || code == "feature_not_enabled")
        || said.mentions(&[
            "deprecated",
            "disabled for your tenant",
            "read-only",
            "read only",
            "readonly",
            "no longer",
            "end of life",
        ])
}

fn lacks_scope(said: &Said) -> bool {
    said.code.as_deref() == Some("insufficient_scope") || said.mentions(&["insufficient scope"])
}

/// The scopes named after `expected any of:`, with blanks between.
fn scopes_of(message: &str) -> Option<String> {
    let (_, list) = message.split_once("any of:")?;
    let scopes: Vec<&str> = list
        .split([',', ';', ' '])
        .map(|scope| scope.trim_matches(['.', '"', '\'']))
        .filter(|scope| scope.contains(':'))
        .collect();
    (!scopes.is_empty()).then(|| scopes.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ApiErrorKind as Kind;

    fn answer(status: u16, body: &str) -> HttpResponse {
        let headers = vec![("content-type".to_owned(), "text/html".to_owned())];
        HttpResponse { status, headers, body: body.as_bytes().to_vec(), hidden: Vec::new() }
    }

    #[test]
    fn refusals_of_the_management_api_are_told_apart() {
        let check = |path: &str, status: u16, body: &str, kind: Kind| {
            let error = management(Method::Get, path, &answer(status, body), &[]);
            assert_eq!(error.kind, kind, "{body}");
        };
        let hook = "/api/v2/hooks/1";
        check(
            HOOKS,
            403,
            r#"{"message":"Insufficient privileges to use this deprecated feature.","errorCode":"hooks_not_allowed"}"#,
            Kind::FeatureRefused,
        );
        check(
            hook,
            403,
            r#"{"message":"This endpoint is disabled for your tenant."}"#,
            Kind::FeatureRefused,
        );
        check(
            hook,
            403,
            r#"{"message":"Insufficient scope, expected any of: read:hooks","errorCode":"insufficient_scope"}"#,
            Kind::MissingScope { scope: Some("read:hooks".into()) },
        );
        check(
            hook,
            403,
            r#"{"message":"Insufficient scope; expected any of: a:b,c:d."}"#,
            Kind::MissingScope { scope: Some("a:b c:d".into()) },
        );
        check(hook, 403, r#"{"message":"no"}"#, Kind::Forbidden);
        check(hook, 403, "<html>", Kind::Protocol { problem: "content-type text/html".into() });
        check(HOOKS, 404, r#"{"message":"Not Found"}"#, Kind::FeatureGone);
        check("/api/v2/hooks?page=0", 501, "{}", Kind::FeatureGone);
        check(HOOKS, 404, "<html>", Kind::Protocol { problem: "content-type text/html".into() });
        check(hook, 404, r#"{"errorCode":"HookDoesNotExist"}"#, Kind::HookMissing);
        check(hook, 401, "", Kind::Unauthorized);
        check(hook, 409, "[]", Kind::NameTaken);
        let action = "/api/v2/actions/actions/1";
        let says = |message: &str| format!(r#"{{"message":"{message}"}}"#);
        check(action, 404, &says("That action does not exist."), Kind::ActionMissing);
        check(action, 404, "<html>", Kind::Protocol { problem: "content-type text/html".into() });
        check(
            "/api/v2/actions/actions/1/deploy",
            400,
            &says("A draft must be in the 'built' state before it can be deployed."),
            Kind::NotBuilt,
        );
        check(
            "/api/v2/actions/triggers/post-login/bindings",
            400,
            &says("Trying to create a binding for an action that has not been deployed yet."),
            Kind::NotBindableYet,
        );
        check(
            action,
            409,
            &says("Unable to delete an action bound to a trigger."),
            Kind::StillBound,
        );
        check(action, 409, &says("An action with the same name already exists."), Kind::NameTaken);
        check(
            "/api/v2/actions/modules",
            403,
            r#"{"message":"This feature is not enabled for this tenant.","errorCode":"feature_not_enabled"}"#,
            Kind::FeatureRefused,
        );
        check(
            action,
            403,
            r#"{"message":"Insufficient scope, expected any of: read:actions","errorCode":"insufficient_scope"}"#,
            Kind::MissingScope { scope: Some("read:actions".into()) },
        );
        check(hook, 413, "", Kind::TooLarge);
        check(hook, 503, "<html>", Kind::Server);
        check(hook, 302, "", Kind::Protocol { problem: "a redirect".into() });
        check(
            hook,
            400,
            r#"{"message":"Bad HTTP authentication header format","errorCode":"Bearer"}"#,
            Kind::OpaqueToken,
        );
        check(hook, 400, r#"{"message":"Payload validation error"}"#, Kind::Invalid);
    }

    #[test]
    fn refusals_of_the_token_endpoint_are_told_apart() {
        let check = |status: u16, body: &str, kind: Kind| {
            let error = token("/oauth/token", &answer(status, body), "aud", &[]);
            assert_eq!(error.kind, kind, "{body}");
        };
        check(
            401,
            r#"{"error":"access_denied","error_description":"Unauthorized"}"#,
            Kind::WrongCredentials,
        );
        check(400, r#"{"error":"invalid_client"}"#, Kind::WrongCredentials);
        check(
            403,
            r#"{"error":"access_denied","error_description":"Service not enabled within domain: https://x"}"#,
            Kind::UnknownAudience { audience: "aud".into() },
        );
        check(
            403,
            r#"{"error":"access_denied","error_description":"Client is not authorized to access \"x\". You need to create a \"client-grant\""}"#,
            Kind::NoClientGrant,
        );
        check(429, r#"{"error":"access_denied"}"#, Kind::RateLimited { answers: 1 });
    }

    #[test]
    fn an_error_is_one_clear_sentence() {
        let body = r#"{"message":"Insufficient scope, expected any of: read:hooks","errorCode":"insufficient_scope"}"#;
        let error = management(Method::Get, "/api/v2/hooks?page=0", &answer(403, body), &[]);
        assert_eq!(
            error.to_string(),
            "the access token lacks the scope `read:hooks`: GET /api/v2/hooks was answered 403 (insufficient_scope), \"Insufficient scope, expected any of: read:hooks\""
        );
        assert!(error.hint().unwrap().contains("`read:hooks`"));
    }
}
