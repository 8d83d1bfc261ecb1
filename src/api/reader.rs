//! The reading half of a session, and what all reads have in common.
//!
//! [`Reader`] is all that `plan` and `export` get: nothing in it can write.
//! What it reads of each kind is beside that kind. Must not know a kind.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::client::{Call, Client};
use super::error::{ApiError, ApiErrorKind};
use super::governor::LimitSeen;
use super::pipe::Class;
use super::pipe::transport::HttpResponse;
use super::pipe::{Counts, Status};
use super::refusal;
use crate::model::Id;

/// How much of a list is asked for at once; the API gives no more.
pub const PER_PAGE: u32 = 100;
/// No tenant has more pages. A server that ignores `page` would otherwise be
/// read for ever.
pub(super) const MOST_PAGES: u32 = 200;

/// The reading half of a session. Clones share everything.
#[derive(Clone)]
pub struct Reader {
    pub(super) client: Arc<Client>,
}

impl Reader {
    pub(super) fn new(client: Arc<Client>) -> Self {
        Self { client }
    }

    /// What the access token allows; `None` where it doesn't say. Fetches a
    /// token if there is none yet.
    ///
    /// # Errors
    /// When no token is to be had.
    pub async fn scopes(&self) -> Result<Option<BTreeSet<String>>, ApiError> {
        Ok(self.client.access.token(&self.client.pipe, Class::Read).await?.scopes().cloned())
    }

    /// How long the access token is still good; `None` where it doesn't say.
    /// Fetches a token if there is none yet.
    ///
    /// # Errors
    /// When no token is to be had.
    pub async fn token_expires_in(&self) -> Result<Option<Duration>, ApiError> {
        let token = self.client.access.token(&self.client.pipe, Class::Read).await?;
        Ok(token.expires().map(|end| end.saturating_duration_since(tokio::time::Instant::now())))
    }

    /// What was counted so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.client.pipe.run.status.borrow().counts
    }

    /// What happens just now, for a live line.
    #[must_use]
    pub fn status(&self) -> watch::Receiver<Status> {
        self.client.pipe.run.status.subscribe()
    }

    /// What is known of the tenant's rate limit.
    #[must_use]
    pub fn limit_seen(&self) -> Option<LimitSeen> {
        self.client.pipe.gate.limit_seen()
    }

    /// How long so many more requests would take at this tenant's rate, as far
    /// as that is known.
    #[must_use]
    pub fn estimate(&self, requests: usize) -> Option<Duration> {
        self.client.pipe.gate.estimate(requests)
    }

    /// Waits, within the run's time and until its interrupt.
    ///
    /// # Errors
    /// When the run's time or the user's interrupt ends it.
    pub async fn wait(&self, time: Duration, waiting_for: &'static str) -> Result<(), ApiError> {
        self.client.pipe.run.sleep(time, Class::Finish, waiting_for).await
    }
}

/// An answer that could not be read.
pub(super) fn protocol(call: &Call, response: &HttpResponse, problem: &str) -> ApiError {
    refusal::protocol(call.method, &call.path, response, problem, &call.secrets)
}

/// An id as one segment of a path. Ids come from the tenant: everything but
/// letters, digits and a few harmless characters is encoded, and what would
/// name another path is refused.
pub(super) fn segment(of: &str, id: &Id) -> Result<String, ApiError> {
    encoded(id.as_str()).ok_or_else(|| {
        let problem = format!("the id of the {of} is invalid");
        ApiError::new(ApiErrorKind::Protocol { problem })
    })
}

/// A text as one segment of a path, if it can be one.
pub(super) fn encoded(text: &str) -> Option<String> {
    if matches!(text, "" | "." | "..") {
        return None;
    }
    let mut segment = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            segment.push(char::from(byte));
        } else {
            segment.push_str(&format!("%{byte:02X}"));
        }
    }
    Some(segment)
}
