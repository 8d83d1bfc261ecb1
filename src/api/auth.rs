//! Access tokens: where they come from, how long they last, what they allow.
//!
//! [`Access`] fetches a token when the first request needs one, through the
//! same middleware as every request, and renews it at most once when the
//! tenant refuses it. Must not show a credential.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::error::{ApiError, ApiErrorKind, Method};
use super::pipe::transport::HttpResponse;
use super::pipe::{Class, Pipe};
use super::writer::body;
use super::{Domain, refusal};
use crate::model::SecretValue;

mod assertion;

pub use assertion::{InvalidKey, SigningAlgorithm, SigningKey};

/// How much earlier than expected the tenant may take a token for expired.
const CLOCKS_DIFFER: Duration = Duration::from_secs(5);
/// Tokens that last less than this can't be worked with: asking for one after
/// the other would never end.
const SHORTEST_LIFE: Duration = Duration::from_secs(1);

const TOKEN_PATH: &str = "/oauth/token";

/// What a run proves with that it may use the Management API.
#[derive(Debug, Clone)]
pub enum Credentials {
    /// An access token that somebody else got.
    Token(SecretValue),
    /// A client's id and secret.
    ClientSecret {
        /// The client's id.
        client_id: String,
        /// The client's secret.
        client_secret: SecretValue,
    },
    /// A client's id and its private key.
    PrivateKey {
        /// The client's id.
        client_id: String,
        /// The key.
        key: Arc<SigningKey>,
    },
}

impl Credentials {
    /// The tenant that an access token says it was issued by.
    #[must_use]
    pub fn issuer(&self) -> Option<Domain> {
        let Self::Token(token) = self else { return None };
        Domain::parse(&Claims::read(token.expose())?.iss?).ok()
    }
}

/// An access token and what is known of it.
#[derive(Debug)]
pub(super) struct Token {
    pub(super) value: SecretValue,
    pub(super) scopes: Option<BTreeSet<String>>,
    pub(super) expires: Option<Instant>,
    /// How long it was good for when it was made.
    lifetime: Option<Duration>,
    pub(super) is_jwt: bool,
}

impl Token {
    /// Takes a token that may or may not be a JWT with readable claims, and
    /// what the token endpoint said of it.
    fn new(value: SecretValue, scope: Option<&str>, expires_in: Option<u64>) -> Self {
        let claims = Claims::read(value.expose());
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let left = expires_in
            .or_else(|| claims.as_ref()?.exp.map(|exp| (exp as u64).saturating_sub(now)))
            .map(Duration::from_secs);
        let lifetime = claims.as_ref().and_then(|claims| {
            Some(Duration::try_from_secs_f64(claims.exp? - claims.iat?).unwrap_or_default())
        });
        let scopes = scope.map(words).or_else(|| claims.as_ref()?.scopes());
        Self {
            is_jwt: claims.is_some(),
            value,
            scopes,
            // A lifetime that the clock can't hold is as good as none.
            expires: left.and_then(|left| Instant::now().checked_add(left)),
            lifetime: lifetime.or(left),
        }
    }
}

fn words(text: &str) -> BTreeSet<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// The claims of a token that are of use here. The signature isn't checked:
/// the tenant does that.
#[derive(Debug, Deserialize)]
struct Claims {
    iss: Option<String>,
    exp: Option<f64>,
    iat: Option<f64>,
    scope: Option<String>,
    permissions: Option<Vec<String>>,
}

impl Claims {
    fn read(token: &str) -> Option<Self> {
        let mut parts = token.split('.');
        let (_, payload, _, None) = (parts.next()?, parts.next()?, parts.next()?, parts.next())
        else {
            return None;
        };
        let payload = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
        serde_json::from_slice(&payload).ok()
    }

    /// The union of both claims: tenants with role-based access use the
    /// second.
    fn scopes(&self) -> Option<BTreeSet<String>> {
        let Self { scope, permissions, .. } = self;
        if scope.is_none() && permissions.is_none() {
            return None;
        }
        let mut scopes = scope.as_deref().map(words).unwrap_or_default();
        scopes.extend(permissions.iter().flatten().cloned());
        Some(scopes)
    }
}

#[derive(Deserialize)]
struct TokenIn {
    access_token: String,
    scope: Option<String>,
    expires_in: Option<u64>,
}

#[derive(serde::Serialize)]
struct SecretGrant<'a> {
    grant_type: &'static str,
    client_id: &'a str,
    client_secret: &'a str,
    audience: &'a str,
}

/// The token of a run.
#[derive(Debug)]
pub(super) struct Access {
    credentials: Credentials,
    audience: String,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    token: Option<Arc<Token>>,
    fetched_at: Option<Instant>,
    failed: Option<ApiError>,
    renewed_after_401: bool,
    checked_for_writes: bool,
}

impl Access {
    pub(super) fn new(credentials: Credentials, audience: String) -> Self {
        Self { credentials, audience, state: Mutex::default() }
    }

    /// The token, fetched if there is none yet.
    pub(super) async fn token(&self, pipe: &Pipe, class: Class) -> Result<Arc<Token>, ApiError> {
        let mut state = self.state.lock().await;
        match &state.token {
            Some(token) => Ok(Arc::clone(token)),
            None => self.fetch(&mut state, pipe, class).await,
        }
    }

    /// The token of this moment, which may be another than a request took before
    /// it waited for its turn. Never waits: whoever asks holds a turn that the
    /// renewal of the token may need.
    pub(super) fn latest(&self, taken: Arc<Token>) -> Arc<Token> {
        let state = self.state.try_lock().ok();
        state.and_then(|state| state.token.clone()).unwrap_or(taken)
    }

    /// Called when the tenant refused `refused`. Whether there is another
    /// token to try with: a token that should still be good is renewed once.
    pub(super) async fn renew_after_401(
        &self,
        pipe: &Pipe,
        refused: &Arc<Token>,
        class: Class,
    ) -> Result<bool, ApiError> {
        let mut state = self.state.lock().await;
        let is_current = state.token.as_ref().is_some_and(|token| Arc::ptr_eq(token, refused));
        if !is_current {
            // Another request has renewed it meanwhile.
            return Ok(true);
        }
        if matches!(self.credentials, Credentials::Token(_)) {
            return Ok(false);
        }
        // One that has just had its time is renewed however often it takes.
        let age = state.fetched_at.map(|at| at.elapsed()).unwrap_or_default();
        let ended = refused.expires.is_some_and(|end| end <= Instant::now() + CLOCKS_DIFFER);
        if !(ended && age >= SHORTEST_LIFE) {
            if state.renewed_after_401 {
                return Ok(false);
            }
            state.renewed_after_401 = true;
        }
        self.fetch(&mut state, pipe, class).await?;
        Ok(true)
    }

    /// Called before the first write: a token that would expire before the
    /// run's deadline is renewed now, because later it may be impossible (a
    /// broken `credentials-exchange` hook stops every grant).
    pub(super) async fn prepare_for_writes(
        &self,
        pipe: &Pipe,
        class: Class,
    ) -> Result<(), ApiError> {
        let mut state = self.state.lock().await;
        if state.checked_for_writes {
            return Ok(());
        }
        if let (Some(token), false) =
            (&state.token, matches!(self.credentials, Credentials::Token(_)))
        {
            let expires_early = token.expires.is_some_and(|end| end < pipe.run.deadline);
            let age = state.fetched_at.map(|at| at.elapsed()).unwrap_or_default();
            // A new one would live as long again; that has to be worth it.
            let gains = token.lifetime.is_none_or(|lifetime| age > lifetime / 10);
            if expires_early && gains {
                self.fetch(&mut state, pipe, class).await?;
            }
        }
        state.checked_for_writes = true;
        Ok(())
    }

    async fn fetch(
        &self,
        state: &mut State,
        pipe: &Pipe,
        class: Class,
    ) -> Result<Arc<Token>, ApiError> {
        // What was refused once is refused again: every other request that
        // waits for this token gets the same answer without asking.
        if let Some(error) = &state.failed {
            return Err(error.clone());
        }
        let class = if class == Class::MustFinish { class } else { Class::Token };
        let token = match &self.credentials {
            Credentials::Token(value) => Token::new(value.clone(), None, None),
            _ => match self.request(pipe, class).await {
                Ok(token) => token,
                Err(error) => {
                    if !error.is_interrupt() {
                        state.failed = Some(error.clone());
                    }
                    return Err(error);
                }
            },
        };
        let token = Arc::new(token);
        state.token = Some(Arc::clone(&token));
        state.fetched_at = Some(Instant::now());
        Ok(token)
    }

    /// Asks the token endpoint. A grant asked for twice does no harm, but an
    /// assertion can be used only once: each attempt has its own.
    async fn request(&self, pipe: &Pipe, class: Class) -> Result<Token, ApiError> {
        let mut failures = 0;
        loop {
            let (body, form) = self.grant(&pipe.domain)?;
            let error =
                match pipe.token_request(TOKEN_PATH, body, form, class, &self.secrets()).await {
                    Ok(response) if (200..300).contains(&response.status) => {
                        return self.read(&response);
                    }
                    Ok(response) if response.status == 429 => {
                        pipe.run.count(|counts| counts.retried += 1);
                        continue;
                    }
                    Ok(response) => {
                        refusal::token(TOKEN_PATH, &response, &self.audience, &self.secrets())
                    }
                    Err(error) => error.maybe_done(false),
                };
            failures += 1;
            // Said to be a read, for it may be repeated like one.
            if !pipe.worth_repeating(&error, Method::Get, failures) {
                return Err(error);
            }
            let wait = pipe.patience.pause(failures);
            pipe.run.sleep(wait, class, "the tenant to recover").await.map_err(|_| error)?;
            pipe.run.count(|counts| counts.retried += 1);
        }
    }

    fn read(&self, response: &HttpResponse) -> Result<Token, ApiError> {
        let token: TokenIn = serde_json::from_slice(&response.body).map_err(|_| {
            // Half a token may be in it: nothing of the body is shown.
            let hidden = HttpResponse { body: Vec::new(), ..response.clone() };
            let problem = "it holds no access token";
            refusal::protocol(Method::Post, TOKEN_PATH, &hidden, problem, &[])
        })?;
        let TokenIn { access_token, scope, expires_in } = token;
        Ok(Token::new(SecretValue::new(access_token), scope.as_deref(), expires_in))
    }

    /// The body of a token request, and whether it is a form.
    fn grant(&self, domain: &Domain) -> Result<(SecretValue, bool), ApiError> {
        match &self.credentials {
            Credentials::ClientSecret { client_id, client_secret } => Ok((
                body(&SecretGrant {
                    grant_type: "client_credentials",
                    client_id,
                    client_secret: client_secret.expose(),
                    audience: &self.audience,
                }),
                false,
            )),
            Credentials::PrivateKey { client_id, key } => {
                let assertion = key
                    .assertion(client_id, &domain.issuer(), SystemTime::now())
                    .map_err(|error| ApiError::new(ApiErrorKind::Settings(error.to_string())))?;
                let form = url::form_urlencoded::Serializer::new(String::new())
                    .append_pair("grant_type", "client_credentials")
                    .append_pair("client_id", client_id)
                    .append_pair("client_assertion_type", assertion::TYPE)
                    .append_pair("client_assertion", assertion.expose())
                    .append_pair("audience", &self.audience)
                    .finish();
                Ok((SecretValue::new(form), true))
            }
            Credentials::Token(_) => Err(ApiError::new(ApiErrorKind::Unauthorized)),
        }
    }

    /// What an answer might quote and no message may.
    pub(super) fn secrets(&self) -> Vec<SecretValue> {
        match &self.credentials {
            Credentials::Token(secret)
            | Credentials::ClientSecret { client_secret: secret, .. } => vec![secret.clone()],
            Credentials::PrivateKey { .. } => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests;
