//! One run: how long it may take, how it is stopped, and what is counted of it.
//!
//! Must not know the rate limit: the gate does.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::status::{Counts, Status, Waiting};
use crate::api::error::{ApiError, ApiErrorKind};

/// Who goes first. Within a class, whoever came first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::api) enum Class {
    /// Nothing can go without a token.
    Token,
    /// Has to go even after an interrupt.
    MustFinish,
    /// Part of a change that has begun.
    Finish,
    /// A write that begins a change.
    Write,
    /// A read.
    Read,
}

impl Class {
    /// Whether it goes on after the first interrupt.
    fn survives_stop(self) -> bool {
        self == Self::MustFinish
    }
}

/// What one run brings along: how long it may take and how it is stopped.
#[derive(Debug)]
pub(in crate::api) struct Run {
    pub(in crate::api) deadline: Instant,
    /// How much longer may go on what must not be left undone.
    pub(in crate::api) grace: Duration,
    pub(in crate::api) stop: CancellationToken,
    pub(in crate::api) abort: CancellationToken,
    pub(in crate::api) status: watch::Sender<Status>,
}

impl Run {
    /// When the time of requests of this class is over. A switch from one
    /// hook to another that has begun is still finished.
    pub(in crate::api) fn ends(&self, class: Class) -> Instant {
        let grace = if class == Class::MustFinish { self.grace } else { Duration::ZERO };
        self.deadline.checked_add(grace).unwrap_or(self.deadline)
    }

    /// Ends when a request of this class may not go (on) any more.
    pub(super) async fn stopped(&self, class: Class) {
        if class.survives_stop() {
            self.abort.cancelled().await;
        } else {
            tokio::select! {
                () = self.stop.cancelled() => {}
                () = self.abort.cancelled() => {}
            }
        }
    }

    pub(in crate::api) fn is_stopped(&self, class: Class) -> bool {
        self.abort.is_cancelled() || (self.stop.is_cancelled() && !class.survives_stop())
    }

    /// Sleeps, unless the run ends before.
    pub(in crate::api) async fn sleep(
        &self,
        duration: Duration,
        class: Class,
        waiting_for: &'static str,
    ) -> Result<(), ApiError> {
        if self.is_stopped(class) {
            return Err(ApiError::new(ApiErrorKind::Interrupted));
        }
        if Instant::now() + duration > self.ends(class) {
            return Err(out_of_time(waiting_for, Some(duration)));
        }
        let _pause = self.pausing(waiting_for, Instant::now() + duration);
        tokio::select! {
            biased;
            () = self.stopped(class) => Err(ApiError::new(ApiErrorKind::Interrupted)),
            () = tokio::time::sleep(duration) => Ok(()),
        }
    }

    /// Counts what is asked for, until the guard is dropped.
    pub(in crate::api) fn wanted(&self) -> Counted<'_> {
        self.status.send_modify(|status| status.wanted += 1);
        Counted(&self.status, |status| status.settled += 1)
    }

    /// Counts a request as sent, until the guard is dropped.
    pub(in crate::api) fn under_way(&self) -> Counted<'_> {
        self.status.send_modify(|status| status.under_way += 1);
        Counted(&self.status, |status| status.under_way -= 1)
    }

    /// Counts a failed request's wait, until the guard is dropped. Several can
    /// wait side by side: the one that began last is reported.
    fn pausing(&self, why: &'static str, until: Instant) -> Counted<'_> {
        self.status.send_modify(|status| {
            status.pauses += 1;
            status.recovering = Some(Waiting { why, until: Some(until) });
        });
        Counted(&self.status, |status| {
            status.pauses -= 1;
            if status.pauses == 0 {
                status.recovering = None;
            }
        })
    }

    pub(in crate::api) fn count(&self, add: impl FnOnce(&mut Counts)) {
        self.status.send_modify(|status| add(&mut status.counts));
    }
}

/// Something that is counted until it is over.
pub(in crate::api) struct Counted<'a>(&'a watch::Sender<Status>, fn(&mut Status));

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.send_modify(self.1);
    }
}

pub(super) fn out_of_time(waiting_for: &str, needed: Option<Duration>) -> ApiError {
    ApiError::new(ApiErrorKind::OutOfTime { waiting_for: waiting_for.to_owned(), needed })
}
