//! The middleware: every request of a run goes through [`Client::call`].
//!
//! It gets a token, waits for its turn, sends, and decides whether to send
//! again. Must not know hooks.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

use super::Domain;
use super::auth::{Access, Token};
use super::error::{ApiError, ApiErrorKind, Method, Unreachable};
use super::gate::{Class, Gate, Pass, Run};
use super::governor::{Family, Signal};
use super::patience::Patience;
use super::refusal;
use super::status::Exchange;
use super::transport::{HttpRequest, HttpResponse, Transport, TransportError};
use crate::model::SecretValue;

/// How often a request is sent that fails for the tenant's or the network's
/// sake (refusals for the rate limit have a bound of their own).
const ATTEMPTS: u32 = 5;
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

/// What is to be known of a request beside what is sent.
#[derive(Clone, Copy)]
struct Sent<'a> {
    path: &'a str,
    class: Class,
    /// Which attempt it is, the first being 1.
    attempt: u32,
}

/// A credential shorter than this is a word of its own, and messages are full
/// of words.
const SHORTEST_SECRET: usize = 6;

/// One run's way to one tenant.
pub(super) struct Client {
    pub(super) domain: Domain,
    pub(super) gate: Arc<Gate>,
    pub(super) run: Run,
    pub(super) access: Access,
    pub(super) patience: Patience,
    transport: Arc<dyn Transport>,
    /// Whether the tenant has ever answered: a connection that never was is
    /// not waited for.
    reached: AtomicBool,
    /// Whether the last list of hooks carried their scripts.
    pub(super) lists_scripts: AtomicBool,
}

impl Client {
    pub(super) fn new(
        domain: Domain,
        gate: Arc<Gate>,
        run: Run,
        access: Access,
        patience: Patience,
        transport: Arc<dyn Transport>,
    ) -> Self {
        let (reached, lists_scripts) = (AtomicBool::new(false), AtomicBool::new(false));
        Self { domain, gate, run, access, patience, transport, reached, lists_scripts }
    }

    /// Makes a request of the Management API, and makes it again where that
    /// is safe and makes sense. Anything but 2xx is an error.
    pub(super) async fn call(&self, call: &Call) -> Result<HttpResponse, ApiError> {
        let _wanted = self.run.wanted();
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
            if self.run.is_stopped(call.class) {
                return Err(ApiError::new(ApiErrorKind::Interrupted).at(call.method, &call.path));
            }
            let mut token = self.access.token(self, call.class).await?;
            let mut told = None;
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
                            self.run.count(|counts| counts.retried += 1);
                            continue;
                        }
                        401 if tokens < TOKENS
                            && self.access.renew_after_401(self, &token, call.class).await? =>
                        {
                            tokens += 1;
                            self.run.count(|counts| counts.retried += 1);
                            continue;
                        }
                        401 if !token.is_jwt() => error.with_kind(ApiErrorKind::OpaqueToken),
                        408 | 500 | 502..=599 => {
                            told = retry_after(&response);
                            error.maybe_done(call.method != Method::Get)
                        }
                        _ => return Err(error),
                    }
                }
                Err(error) => error,
            };
            failures += 1;
            if !self.worth_repeating(&error, call.method, failures) {
                return Err(error);
            }
            *repeated |= error.maybe_done;
            // Whatever ends the wait, the failure itself tells more.
            let wait = self.patience.pause_as_told(failures, told);
            if self.run.sleep(wait, call.class, "the tenant to recover").await.is_err() {
                return Err(error);
            }
            self.run.count(|counts| counts.retried += 1);
        }
    }

    /// Sends a token request once, waiting for its turn.
    pub(super) async fn token_request(
        &self,
        path: &str,
        body: SecretValue,
        form: bool,
        class: Class,
    ) -> Result<HttpResponse, ApiError> {
        let _wanted = self.run.wanted();
        let request = self.request(Method::Post, path, Some(body), None);
        let request = HttpRequest { form, ..request };
        let pass = self.turn(Method::Post, path, class, Family::Token, None).await?;
        self.send(pass, request, Sent { path, class, attempt: 1 }).await
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
        let pass = self.turn(call.method, &call.path, call.class, family, leave_by).await?;
        *token = self.access.latest(Arc::clone(token));
        let bearer = Some(token.value().clone());
        let request = self.request(call.method, &call.path, call.body.clone(), bearer);
        let request = HttpRequest { fresh: call.fresh, ..request };
        self.send(pass, request, Sent { path: &call.path, class: call.class, attempt }).await
    }

    fn request(
        &self,
        method: Method,
        path: &str,
        body: Option<SecretValue>,
        bearer: Option<SecretValue>,
    ) -> HttpRequest {
        HttpRequest {
            method,
            url: self.domain.url(path),
            bearer,
            body,
            form: false,
            fresh: false,
            timeout: self.patience.answer,
        }
    }

    /// Waits for a request's turn.
    async fn turn(
        &self,
        method: Method,
        path: &str,
        class: Class,
        family: Family,
        leave_by: Option<Instant>,
    ) -> Result<Pass, ApiError> {
        let pass = self.gate.pass(&self.run, class, family, leave_by).await;
        pass.map_err(|error| error.at(method, path))
    }

    /// One exchange: the request, the answer, the counting.
    async fn send(
        &self,
        pass: Pass,
        mut request: HttpRequest,
        Sent { path, class, attempt }: Sent<'_>,
    ) -> Result<HttpResponse, ApiError> {
        let method = request.method;
        // a gateway's error may quote the headers or the body of what it got
        let hidden = request.bearer.iter().cloned().chain(self.access.secrets());
        let hidden = hidden.filter(|it| it.expose().len() >= SHORTEST_SECRET).collect();
        let began = Instant::now();
        let tell = |outcome, signal: Option<&Signal>| {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "both are whole and at most a million"
            )]
            let left = signal
                .and_then(|signal| signal.bucket)
                .map(|bucket| (bucket.remaining as u64, bucket.limit as u64));
            let tenant = self.domain.as_str();
            let took = began.elapsed();
            self.gate.tell(&Exchange { tenant, method, path, attempt, outcome, took, left });
        };
        let left = self.run.ends(class).saturating_duration_since(Instant::now());
        let last = left < self.patience.answer;
        request.timeout = self.patience.answer.min(left);
        let timeout = request.timeout;
        self.run.count(|counts| counts.total += 1);
        let under_way = self.run.under_way();
        let outcome = tokio::select! {
            biased;
            () = self.run.abort.cancelled() => {
                tell(Err("given up"), None);
                let error = ApiError::new(ApiErrorKind::Interrupted).at(method, path);
                return Err(error.maybe_done(method != Method::Get));
            }
            outcome = tokio::time::timeout(timeout, self.transport.send(request)) => {
                outcome.unwrap_or(Err(TransportError::Timeout))
            }
        };
        drop(under_way);
        let answered = outcome.map(|response| HttpResponse { hidden, ..response });
        let response = answered.map_err(|error| {
            tell(Err(no_answer(&error)), None);
            let kind = match error {
                TransportError::Timeout if last => {
                    ApiErrorKind::OutOfTime { waiting_for: "the answer".into(), needed: None }
                }
                TransportError::Timeout => ApiErrorKind::Timeout { after: timeout },
                TransportError::Unreachable(why, _) => ApiErrorKind::Unreachable(why),
                TransportError::Lost(_) => ApiErrorKind::ConnectionLost,
                TransportError::BadBody(ref problem) => {
                    ApiErrorKind::Protocol { problem: problem.clone() }
                }
            };
            let sent = !matches!(error, TransportError::Unreachable(..));
            let told = match error {
                TransportError::Unreachable(_, told) | TransportError::Lost(told) => told,
                TransportError::Timeout | TransportError::BadBody(_) => String::new(),
            };
            ApiError::new(kind)
                .at(method, path)
                .with_message(None, told)
                .maybe_done(sent && method != Method::Get)
        })?;
        self.reached.store(true, Ordering::Relaxed);
        let signal = Signal::read(response.status, |name| response.header(name));
        pass.answered(&signal);
        tell(Ok(response.status), Some(&signal));
        self.run.status.send_modify(|status| {
            status.answered += 1;
            let here = SystemTime::now().duration_since(UNIX_EPOCH).ok();
            if let (Some(there), Some(here)) = (signal.date, here) {
                status.tenant_clock_ahead = Some(there - here.as_secs_f64().floor());
            }
            status.counts.throttled += u64::from(signal.throttled);
        });
        Ok(response)
    }

    /// Whether a failed request is sent again. What may have been done is only
    /// repeated where twice is as good as once.
    pub(super) fn worth_repeating(&self, error: &ApiError, method: Method, failures: u32) -> bool {
        let passing = match error.kind {
            ApiErrorKind::Unreachable(
                Unreachable::Dns | Unreachable::Connect | Unreachable::Proxy,
            ) => self.reached.load(Ordering::Relaxed),
            ApiErrorKind::Server | ApiErrorKind::Timeout { .. } | ApiErrorKind::ConnectionLost => {
                method != Method::Post || !error.maybe_done
            }
            _ => false,
        };
        passing && failures < ATTEMPTS
    }
}

/// How long a tenant that fails asks to be left alone.
fn retry_after(response: &HttpResponse) -> Option<Duration> {
    let told = Signal::read(response.status, |name| response.header(name)).retry_after?;
    Duration::try_from_secs_f64(told).ok()
}

/// Why there is no answer, in few words and none of anybody else's.
fn no_answer(error: &TransportError) -> &'static str {
    match error {
        TransportError::Unreachable(..) => "not reached",
        TransportError::Timeout => "no answer",
        TransportError::Lost(_) => "connection lost",
        TransportError::BadBody(_) => "unreadable answer",
    }
}
