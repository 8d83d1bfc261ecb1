//! The middleware: every request of a run goes through [`Client::call`].
//!
//! It gets a token, waits for its turn, sends, and decides whether to send
//! again. Must not know hooks.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use tokio::time::Instant;

use super::auth::{Access, Token};
use super::error::{ApiError, ApiErrorKind, Method};
use super::governor::{Family, Signal};
use super::pipe::transport::{HttpRequest, HttpResponse};
use super::pipe::{Class, Pipe, Sent};
use super::refusal;
use crate::model::SecretValue;

/// How many tokens a request is tried with.
const TOKENS: u32 = 4;

/// A request to the Management API.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub(super) method: Method,
    /// Path and query.
    pub(super) path: String,
    pub(super) body: Option<SecretValue>,
    pub(super) class: Class,
    /// Whether it needs a connection of its own.
    pub(super) fresh: bool,
    /// Until when it may be sent first: what it writes was looked at before.
    pub(super) leave_by: Option<Instant>,
    /// What must not show up in a message, should the answer quote it.
    pub(super) secrets: Vec<SecretValue>,
}

impl Call {
    pub(super) fn new(method: Method, path: String, class: Class) -> Self {
        Self { method, path, body: None, class, fresh: false, leave_by: None, secrets: Vec::new() }
    }

    pub(super) fn body(mut self, body: SecretValue) -> Self {
        self.body = Some(body);
        self
    }
}

/// A pipe, and the right to use what is at its end.
pub(super) struct Client {
    pub(super) pipe: Pipe,
    pub(super) access: Access,
    /// Whether the last list of hooks carried their scripts.
    pub(super) lists_scripts: AtomicBool,
}

impl Client {
    /// Makes a request of the Management API, and makes it again where that
    /// is safe and makes sense. Anything but 2xx is an error.
    pub(super) async fn call(&self, call: &Call) -> Result<HttpResponse, ApiError> {
        let _wanted = self.pipe.run.wanted();
        let mut repeated = false;
        // However it ends: once an attempt may have been carried out, that
        // stays so, also if the run is over while the next one waits.
        self.call_again(call, &mut repeated).await.map_err(|error| {
            let maybe_done = error.maybe_done || repeated;
            error.maybe_done(maybe_done)
        })
    }

    async fn call_again(&self, call: &Call, repeated: &mut bool) -> Result<HttpResponse, ApiError> {
        let (mut failures, mut tokens, mut attempt) = (0, 1, 0);
        loop {
            if self.pipe.run.is_stopped(call.class) {
                return Err(ApiError::new(ApiErrorKind::Interrupted).at(call.method, &call.path));
            }
            let mut token = self.access.token(&self.pipe, call.class).await?;
            let mut reported = None;
            attempt += 1;
            // what may have been carried out is seen through
            let leave_by = call.leave_by.filter(|_| !*repeated);
            let error = match self.attempt(call, &mut token, attempt, leave_by).await {
                Ok(response) if (200..300).contains(&response.status) => {
                    return Ok(response);
                }
                Ok(response) => {
                    let error =
                        refusal::management(call.method, &call.path, &response, &call.secrets);
                    match response.status {
                        429 => {
                            self.pipe.run.count(|counts| counts.retried += 1);
                            continue;
                        }
                        401 if tokens < TOKENS
                            && self
                                .access
                                .renew_after_401(&self.pipe, &token, call.class)
                                .await? =>
                        {
                            tokens += 1;
                            self.pipe.run.count(|counts| counts.retried += 1);
                            continue;
                        }
                        401 if !token.is_jwt => error.with_kind(ApiErrorKind::OpaqueToken),
                        408 | 500 | 502..=599 => {
                            reported = retry_after(&response);
                            error.maybe_done(call.method != Method::Get)
                        }
                        _ => return Err(error),
                    }
                }
                Err(error) => error,
            };
            failures += 1;
            if !self.pipe.worth_repeating(&error, call.method, failures) {
                return Err(error);
            }
            *repeated |= error.maybe_done;
            // Whatever ends the wait, the failure itself says more.
            let wait = self.pipe.patience.pause_as_asked(failures, reported);
            if self.pipe.run.sleep(wait, call.class, "the tenant to recover").await.is_err() {
                return Err(error);
            }
            self.pipe.run.count(|counts| counts.retried += 1);
        }
    }

    /// Sends a call once, with the token of the moment when its turn comes:
    /// the one that was taken before may have ended meanwhile.
    async fn attempt(
        &self,
        call: &Call,
        token: &mut Arc<Token>,
        attempt: u32,
        leave_by: Option<Instant>,
    ) -> Result<HttpResponse, ApiError> {
        let family = Family::Management;
        let pass = self.pipe.turn(call.method, &call.path, call.class, family, leave_by).await?;
        *token = self.access.latest(Arc::clone(token));
        let bearer = Some(token.value.clone());
        let request = self.pipe.request(call.method, &call.path, call.body.clone(), bearer);
        let request = HttpRequest { fresh: call.fresh, ..request };
        let secrets = &self.access.secrets();
        let sent = Sent { path: &call.path, class: call.class, attempt, secrets };
        self.pipe.send(pass, request, sent).await
    }
}

/// How long a tenant that fails asks to be left alone.
fn retry_after(response: &HttpResponse) -> Option<Duration> {
    let reported = Signal::read(response.status, |name| response.header(name)).retry_after?;
    Duration::try_from_secs_f64(reported).ok()
}
