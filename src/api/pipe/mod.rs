//! The pipe: what a request goes through between a decision and the socket.
//!
//! A [`Pipe`] waits for a request's turn, sends it once, counts it and reads
//! what its answer says of the rate limit. Must not know tokens (they are
//! fetched through it), nor decide what an answer means.

mod gate;
mod patience;
mod run;
mod status;
pub mod transport;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

use super::Domain;
use super::error::{ApiError, ApiErrorKind, Method, Unreachable};
use super::governor::{Family, Signal};
use crate::model::SecretValue;

pub use gate::Gates;
pub(super) use gate::{Gate, Pass};
pub use patience::Patience;
pub(super) use run::{Class, Run};
use status::Exchange;
pub use status::{Counts, Status, Waiting};
use transport::{HttpRequest, HttpResponse, Transport, TransportError};

/// How often a request is sent that fails for the tenant's or the network's
/// sake (refusals for the rate limit have a bound of their own).
const ATTEMPTS: u32 = 5;
/// What is to be known of a request beside what is sent.
#[derive(Clone, Copy)]
pub(super) struct Sent<'a> {
    pub(super) path: &'a str,
    pub(super) class: Class,
    /// Which attempt it is, the first being 1.
    pub(super) attempt: u32,
    /// What no message may quote, should the answer do so.
    pub(super) secrets: &'a [SecretValue],
}

/// A credential shorter than this is a word of its own, and messages are full
/// of words.
const SHORTEST_SECRET: usize = 6;

/// One run's way to one tenant.
pub(super) struct Pipe {
    pub(super) domain: Domain,
    pub(super) gate: Arc<Gate>,
    pub(super) run: Run,
    pub(super) patience: Patience,
    transport: Arc<dyn Transport>,
    /// Whether the tenant has ever answered: a connection that never was is
    /// not waited for.
    reached: AtomicBool,
}

impl Pipe {
    pub(super) fn new(
        domain: Domain,
        gate: Arc<Gate>,
        run: Run,
        patience: Patience,
        transport: Arc<dyn Transport>,
    ) -> Self {
        Self { domain, gate, run, patience, transport, reached: AtomicBool::new(false) }
    }

    /// Sends a token request once, waiting for its turn.
    pub(super) async fn token_request(
        &self,
        path: &str,
        body: SecretValue,
        form: bool,
        class: Class,
        secrets: &[SecretValue],
    ) -> Result<HttpResponse, ApiError> {
        let _wanted = self.run.wanted();
        let request = self.request(Method::Post, path, Some(body), None);
        let request = HttpRequest { form, ..request };
        let pass = self.turn(Method::Post, path, class, Family::Token, None).await?;
        self.send(pass, request, Sent { path, class, attempt: 1, secrets }).await
    }

    pub(super) fn request(
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
    pub(super) async fn turn(
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
    pub(super) async fn send(
        &self,
        pass: Pass,
        mut request: HttpRequest,
        Sent { path, class, attempt, secrets }: Sent<'_>,
    ) -> Result<HttpResponse, ApiError> {
        let method = request.method;
        // a gateway's error may quote the headers or the body of what it got
        let hidden = request.bearer.iter().chain(secrets).cloned();
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
        // a request for a token has none itself
        let is_write = method != Method::Get && request.bearer.is_some();
        self.run.count(|counts| {
            counts.total += 1;
            counts.writes += u64::from(is_write);
        });
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
            let reported = match error {
                TransportError::Unreachable(_, reported) | TransportError::Lost(reported) => {
                    reported
                }
                TransportError::Timeout | TransportError::BadBody(_) => String::new(),
            };
            ApiError::new(kind)
                .at(method, path)
                .with_message(None, reported)
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

/// Why there is no answer, in few words and none of anybody else's.
fn no_answer(error: &TransportError) -> &'static str {
    match error {
        TransportError::Unreachable(..) => "not reached",
        TransportError::Timeout => "no answer",
        TransportError::Lost(_) => "connection lost",
        TransportError::BadBody(_) => "unreadable answer",
    }
}
