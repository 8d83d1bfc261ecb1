//! `POST /oauth/token`: the client credentials grant, with a secret or with a
//! signed assertion, as JSON or as a form.
//!
//! Main type: [`TokenEndpoint`]. Must not know hooks. Errors have OAuth's own
//! shape here, not the Management API's.

use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::assertion::Assertions;
use super::auth::Authority;
use super::json::{Json, Object, without_nulls};
use super::message::{Request, Response, oauth_error, too_large};
use super::options::Options;

/// Answers token requests.
pub(super) struct TokenEndpoint {
    client_secret: SecretString,
    assertions: Assertions,
}

impl TokenEndpoint {
    /// As chosen.
    pub(super) fn new(options: &Options) -> Self {
        Self {
            client_secret: options.client_secret.clone(),
            assertions: Assertions::new(
                options.client_id.clone(),
                options.client_public_key.clone(),
            ),
        }
    }

    /// Answers one request. `now` is in epoch seconds; `unique` goes into the
    /// token, so that no two are equal.
    pub(super) fn answer(
        &mut self,
        authority: &Authority,
        request: &Request,
        host: &str,
        now: u64,
        unique: &str,
    ) -> Result<Response, Response> {
        let (token, scope) = match self.check(authority, request, host, now)? {
            Some(audience) => {
                (authority.issue(host, &audience, now, unique), Some(&authority.scope))
            }
            // Without an audience the token is opaque and good for nothing
            // here (quoted by Auth0's support).
            None => (unique.to_owned(), None),
        };
        let granted = json!({
            "access_token": token,
            "scope": scope,
            "expires_in": authority.lifetime,
            "token_type": "Bearer",
        });
        let response = Response::json(200, &without_nulls(granted));
        Ok(response.with("cache-control", "no-store").with("pragma", "no-cache"))
    }

    fn check(
        &mut self,
        authority: &Authority,
        request: &Request,
        host: &str,
        now: u64,
    ) -> Result<Option<String>, Response> {
        let fields = read_fields(request)?;
        let text = |key: &str| fields.get(key).and_then(Json::as_str);
        match text("grant_type") {
            Some("client_credentials") => {}
            Some(other) => {
                let message = format!("Unsupported grant type: {other}");
                return Err(oauth_error(403, "unsupported_grant_type", &message));
            }
            None => {
                let message = "Missing required parameter: grant_type";
                return Err(oauth_error(400, "invalid_request", message));
            }
        }
        match text("client_assertion") {
            Some(assertion) => {
                let kind = text("client_assertion_type");
                let checked = self.assertions.check(kind, assertion, text("client_id"), host, now);
                checked.map_err(|problem| {
                    oauth_error(401, "invalid_client", &format!("Client assertion: {problem}"))
                })?;
            }
            None if text("client_id") == Some(authority.client_id.as_str())
                && text("client_secret") == Some(self.client_secret.expose_secret()) => {}
            // Quoted in several public repositories.
            None => return Err(oauth_error(401, "access_denied", "Unauthorized")),
        }
        let Some(audience) = text("audience").filter(|audience| !audience.is_empty()) else {
            return Ok(None);
        };
        if authority.is_own_audience(audience, host) {
            return Ok(Some(audience.to_owned()));
        }
        let message = format!("Service not enabled within domain: {audience}");
        Err(oauth_error(403, "access_denied", &message))
    }
}

/// The body's fields: JSON or a form.
fn read_fields(request: &Request) -> Result<Object, Response> {
    if request.oversized {
        return Err(too_large());
    }
    let kind = request.content_type.as_deref().unwrap_or_default();
    if kind.starts_with("application/x-www-form-urlencoded") {
        return Ok(url::form_urlencoded::parse(&request.body)
            .map(|(key, value)| (key.into_owned(), Json::String(value.into_owned())))
            .collect());
    }
    match serde_json::from_slice(&request.body) {
        Ok(Json::Object(fields)) => Ok(fields),
        _ => Err(oauth_error(400, "invalid_request", "The request's body could not be read.")),
    }
}
