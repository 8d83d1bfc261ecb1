//! The writing half of a session, and what all writes have in common.
//!
//! [`Writer`] knows which writes may be repeated and which have to be looked
//! for first, so that no failure ever leaves two resources for one
//! definition. What it writes of each kind is beside that kind. Must not
//! decide what is written, or in which order.

use std::future::ready;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::client::{Call, Client};
use super::error::{ApiError, ApiErrorKind, Method};
use super::pipe::Class;
use super::pipe::transport::HttpResponse;
use super::reader::{Reader, protocol};
use crate::model::secret::NOT_SHOWN;
use crate::model::{SecretKey, SecretValue};

/// How often a write that may have been done is looked for and made again.
pub(super) const ROUNDS: u32 = 4;
/// How often a write is sent that is answered 2xx by something that isn't the
/// Management API, such as the login page of a network.
pub(super) const ANSWERS: u32 = 3;
/// Requests that take no longer need no room to be made for them.
const AT_ONCE: Duration = Duration::from_millis(500);
/// The longest wait for that.
const LONGEST_ROOM: Duration = Duration::from_secs(60);

/// How much a write matters just now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Urgency {
    /// It begins a change.
    #[default]
    Begin,
    /// It goes on with a change that has begun: it comes before others.
    Finish,
    /// It has to be made even after the user's first interrupt, because the
    /// tenant would be left worse than before.
    MustFinish,
}

impl Urgency {
    /// That of a write for whose sake a request was made already.
    #[must_use]
    pub fn begun(self) -> Self {
        if self == Self::Begin { Self::Finish } else { self }
    }

    pub(super) fn class(self) -> Class {
        match self {
            Self::Begin => Class::Write,
            Self::Finish => Class::Finish,
            Self::MustFinish => Class::MustFinish,
        }
    }

    /// The class of what follows from a request that has been made already.
    pub(super) fn following(self) -> Class {
        self.class().min(Class::Finish)
    }
}

/// The writing half of a session. Clones share everything.
#[derive(Clone)]
pub struct Writer {
    pub(super) client: Arc<Client>,
    pub(super) reader: Reader,
    /// Until when the next write may be sent.
    leave_by: Arc<Mutex<Option<Instant>>>,
}

impl Writer {
    pub(super) fn new(client: Arc<Client>) -> Self {
        Self { reader: Reader::new(Arc::clone(&client)), client, leave_by: Arc::default() }
    }

    /// A writer whose first request has to leave by a moment; when its turn
    /// comes later, it is not sent and fails as [`ApiErrorKind::Overdue`].
    #[must_use]
    pub fn leaving_by(&self, by: Instant) -> Self {
        Self { leave_by: Arc::new(Mutex::new(Some(by))), ..self.clone() }
    }

    /// Makes the request of a write.
    pub(super) async fn send(&self, call: &Call) -> Result<HttpResponse, ApiError> {
        let leave_by = self.leave_by.lock().unwrap_or_else(PoisonError::into_inner).take();
        match leave_by {
            None => self.client.call(call).await,
            leave_by => self.client.call(&Call { leave_by, ..call.clone() }).await,
        }
    }

    /// Makes a write whose answer holds nothing of interest, but has to be one
    /// of the Management API: what may not have reached the tenant is sent
    /// again, save for a POST.
    pub(super) async fn acknowledged(&self, call: &Call) -> Result<(), ApiError> {
        let read = |body: &[u8]| is_acknowledgement(body).then_some(());
        self.settled(call, read, || ready(Ok(())), |()| false, "it is no JSON").await
    }

    /// Makes a write, and gives what there is then, where `read` finds that in
    /// the answer. Accepted without saying what it is now, it is looked at: if
    /// that fails, it is written anyway. If it isn't `as_sent`, and the answer
    /// none of the Management API, the write is made again.
    pub(super) async fn settled<T, F>(
        &self,
        call: &Call,
        read: impl Fn(&[u8]) -> Option<T>,
        look: impl Fn() -> F,
        as_sent: impl Fn(&T) -> bool,
        problem: &str,
    ) -> Result<T, ApiError>
    where
        F: Future<Output = Result<T, ApiError>>,
    {
        let mut round = 1;
        loop {
            let answer = self.send(call).await.map_err(|error| {
                let maybe_done = error.maybe_done || round > 1;
                error.maybe_done(maybe_done)
            })?;
            if let Some(it) = read(&answer.body) {
                return Ok(it);
            }
            let it = look().await.map_err(|error| error.maybe_done(true))?;
            if as_sent(&it) || is_acknowledgement(&answer.body) {
                return Ok(it);
            }
            if call.method == Method::Post || round == ANSWERS {
                return Err(protocol(call, &answer, problem).maybe_done(true));
            }
            self.pause_before_repeating(round, call).await?;
            round += 1;
        }
    }

    pub(super) async fn pause_before_repeating(
        &self,
        round: u32,
        call: &Call,
    ) -> Result<(), ApiError> {
        let wait = self.client.pipe.patience.pause(round);
        let slept = self.client.pipe.run.sleep(wait, call.class, "an answer of the tenant").await;
        self.client.pipe.run.count(|counts| counts.retried += 1);
        slept.map_err(|error| error.at(call.method, &call.path).maybe_done(true))
    }

    /// Waits, within the run's time and until its interrupt.
    ///
    /// # Errors
    /// When the run's time or the user's interrupt ends it.
    pub async fn wait(
        &self,
        time: Duration,
        urgency: Urgency,
        waiting_for: &'static str,
    ) -> Result<(), ApiError> {
        self.client.pipe.run.sleep(time, urgency.class(), waiting_for).await
    }

    /// Waits until the tenant's rate limit is likely to leave room for so many
    /// requests in a row.
    ///
    /// # Errors
    /// As [`Self::wait`].
    pub async fn make_room(&self, requests: usize, urgency: Urgency) -> Result<(), ApiError> {
        let needed = self.client.pipe.gate.estimate(requests).unwrap_or_default();
        if needed < AT_ONCE {
            return Ok(());
        }
        self.wait(needed.min(LONGEST_ROOM), urgency, "room for a switch").await
    }

    pub(super) async fn prepare(&self, urgency: Urgency) -> Result<(), ApiError> {
        self.client.access.prepare_for_writes(&self.client.pipe, urgency.class()).await
    }
}

/// Whether this can be the answer to a write of which nothing else is known:
/// nothing at all, or JSON.
pub(super) fn is_acknowledgement(body: &[u8]) -> bool {
    body.trim_ascii().is_empty() || serde_json::from_slice::<serde::de::IgnoredAny>(body).is_ok()
}

/// JSON of a value that can always be written: structs of texts and booleans,
/// and maps with text keys.
pub(super) fn body<T: serde::Serialize>(value: &T) -> SecretValue {
    SecretValue::new(serde_json::to_string(value).unwrap_or_default())
}

/// The tenant would store these as they are, over the value that counts.
pub(super) fn check_values(secrets: &[(SecretKey, SecretValue)]) -> Result<(), ApiError> {
    let unfit = secrets.iter().find(|(_, value)| {
        let value = value.expose();
        value.is_empty() || value == NOT_SHOWN || value == NOT_SHOWN.trim_end_matches('_')
    });
    match unfit {
        None => Ok(()),
        Some((key, _)) => Err(ApiError::new(ApiErrorKind::Settings(format!(
            "the value of the secret `{}` is empty or a placeholder, and is not sent",
            super::text::harmless(key, &[])
        )))),
    }
}
