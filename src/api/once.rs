//! Writes that must not happen twice, and deletes of what may be gone.
//!
//! Whatever may have been carried out is looked for before it is sent again.
//! Must not know what is written: how an answer is read, and where the result
//! is looked for, comes from the kind.

use super::client::Call;
use super::error::{ApiError, ApiErrorKind};
use super::pipe::Class;
use super::reader::protocol;
use super::writer::{ROUNDS, Urgency, Writer};

/// What a POST made.
pub(super) struct Made<T> {
    pub(super) it: T,
    /// Whether the answer got lost and it was found by looking.
    pub(super) found: bool,
}

impl Writer {
    /// Sends a POST whose answer `read` reads. If an attempt may have been
    /// carried out, `look` looks for what it made before there is another.
    ///
    /// # Errors
    /// When the tenant refuses or fails; `maybe_done` says whether it may have
    /// been carried out anyway.
    pub(super) async fn post_once<T, F>(
        &self,
        mut call: Call,
        urgency: Urgency,
        read: impl Fn(&[u8]) -> Result<T, String>,
        look: impl Fn(Class) -> F,
    ) -> Result<Made<T>, ApiError>
    where
        F: Future<Output = Result<Option<T>, ApiError>>,
    {
        let mut ambiguous: Option<ApiError> = None;
        for round in 1..=ROUNDS {
            call.fresh = ambiguous.is_some();
            let error = match self.send(&call).await {
                Ok(answer) => match read(&answer.body) {
                    Ok(it) => return Ok(Made { it, found: false }),
                    // Made, but nothing is known of it.
                    Err(problem) => protocol(&call, &answer, &problem).maybe_done(true),
                },
                Err(error) => error,
            };
            let taken_by_us = ambiguous.is_some() && error.kind == ApiErrorKind::NameTaken;
            if !error.maybe_done && !taken_by_us {
                // Refused for certain; but an earlier attempt may still be there.
                return Err(error.maybe_done(ambiguous.is_some()));
            }
            call.class = urgency.following();
            match self.look_twice(call.class, round, &look).await {
                Ok(Some(it)) => return Ok(Made { it, found: true }),
                Ok(None) if taken_by_us => return Err(error),
                Ok(None) => ambiguous = Some(error),
                Err(_) => return Err(error.maybe_done(true)),
            }
            self.client.pipe.run.count(|counts| counts.retried += 1);
        }
        Err(ambiguous.unwrap_or_else(|| ApiError::new(ApiErrorKind::Unexpected)))
    }

    /// Looks twice: the first attempt may still be on its way through the
    /// tenant.
    async fn look_twice<T, F>(
        &self,
        class: Class,
        round: u32,
        look: &impl Fn(Class) -> F,
    ) -> Result<Option<T>, ApiError>
    where
        F: Future<Output = Result<Option<T>, ApiError>>,
    {
        for extra in 0..2 {
            let wait = self.client.pipe.patience.pause(round + extra);
            self.client.pipe.run.sleep(wait, class, "an unanswered write to take effect").await?;
            if let Some(it) = look(class).await? {
                return Ok(Some(it));
            }
        }
        Ok(None)
    }

    /// Sends a DELETE. A proxy or a tenant in trouble can say `missing` as well
    /// as one that has done it, so that `read` looks then.
    ///
    /// # Errors
    /// `missing` when it wasn't there to begin with; else when the tenant
    /// refuses or fails.
    pub(super) async fn delete_once<T>(
        &self,
        call: &Call,
        missing: ApiErrorKind,
        read: impl Future<Output = Result<T, ApiError>>,
    ) -> Result<(), ApiError> {
        let error = match self.acknowledged(call).await {
            Err(error) if error.kind == missing => error,
            other => return other,
        };
        match read.await {
            // An earlier attempt came through.
            Err(gone) if gone.kind == missing && error.maybe_done => Ok(()),
            Err(gone) if gone.kind == missing => Err(error),
            Err(_) => Err(error.with_kind(ApiErrorKind::Unexpected).maybe_done(true)),
            Ok(_) => Err(error.with_kind(ApiErrorKind::Unexpected).maybe_done(false)),
        }
    }
}
