//! The reading half of a session, and what all reads have in common.
//!
//! [`Reader`] is all that `plan` and `export` get: nothing in it can write.
//! What it reads of each kind is beside that kind. Must not know a kind.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::client::{Call, Client};
use super::error::{ApiError, ApiErrorKind, Method};
use super::governor::LimitSeen;
use super::pipe::Class;
use super::pipe::transport::HttpResponse;
use super::pipe::{Counts, Status};
use super::refusal;
use crate::model::{Id, Live};

/// How much of a list is asked for at once; the API gives no more.
pub const PER_PAGE: u32 = 100;
/// No tenant has more pages. A server that ignores `page` would otherwise be
/// read for ever.
pub(super) const MOST_PAGES: u32 = 200;

/// One page of a list.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// What is on it. Pages of a list that changes meanwhile may overlap.
    pub items: Vec<T>,
    /// Whether there is another page.
    pub more: bool,
    /// How many items there are in all, where the tenant says so.
    pub total: Option<u64>,
}

/// A page as it came.
#[derive(Debug)]
pub(super) struct List<T> {
    pub(super) items: Vec<T>,
    /// How many items come before, where it says so.
    pub(super) start: Option<u64>,
    pub(super) total: Option<u64>,
    /// How long its pages are, where it says so: not all keep to what is asked
    /// for.
    pub(super) per_page: Option<u64>,
}

impl<T> List<T> {
    /// The same page of something else.
    pub(super) fn map<U>(
        self,
        item: impl FnMut(T) -> Result<U, String>,
    ) -> Result<List<U>, String> {
        let Self { items, start, total, per_page } = self;
        let items = items.into_iter().map(item).collect::<Result<_, _>>()?;
        Ok(List { items, start, total, per_page })
    }
}

/// The reading half of a session. Clones share everything.
#[derive(Clone)]
pub struct Reader {
    pub(super) client: Arc<Client>,
    pub(super) class: Class,
}

impl Reader {
    pub(super) fn new(client: Arc<Client>) -> Self {
        Self { client, class: Class::Read }
    }

    /// The same, for requests of another class.
    pub(super) fn at(&self, class: Class) -> Self {
        Self { class, ..self.clone() }
    }

    /// Asks for `path`, and reads the answer.
    pub(super) async fn get<T>(
        &self,
        path: String,
        read: impl FnOnce(&[u8]) -> Result<T, String>,
    ) -> Result<T, ApiError> {
        let call = Call::new(Method::Get, path, self.class);
        let response = self.client.call(&call).await?;
        read(&response.body).map_err(|problem| protocol(&call, &response, &problem))
    }

    /// Asks for the page of this number.
    pub(super) async fn page<T>(
        &self,
        path: String,
        number: u32,
        read: impl FnOnce(&[u8]) -> Result<List<T>, String>,
    ) -> Result<Page<T>, ApiError> {
        self.get(path, |body| {
            let List { items, start, total, per_page } = read(body)?;
            let count = items.len() as u64;
            let per_page = per_page.unwrap_or(PER_PAGE.into()).clamp(1, PER_PAGE.into());
            let more = match total {
                _ if count == 0 => false,
                Some(total) => start.unwrap_or(u64::from(number) * per_page) + count < total,
                // Without totals a full page may have another after it, and one
                // that is overfull comes from a server that knows no pages.
                None => count == per_page,
            };
            match more && number + 1 >= MOST_PAGES {
                true => Err("its pages never end".to_owned()),
                false => Ok(Page { items, more, total }),
            }
        })
        .await
    }

    /// Everything that pages hold, each once. If that is less than they say it
    /// is, they are read once more: what comes and goes meanwhile shifts them.
    pub(super) async fn whole<F>(
        &self,
        what: &str,
        path: &str,
        page: impl Fn(u32) -> F,
    ) -> Result<Vec<Live>, ApiError>
    where
        F: Future<Output = Result<Page<Live>, ApiError>>,
    {
        let mut found = 0;
        for _ in 0..2 {
            let mut all: BTreeMap<Id, Live> = BTreeMap::new();
            let (mut number, mut expected) = (0, None);
            loop {
                let page = page(number).await?;
                let before = all.len();
                all.extend(page.items.into_iter().map(|item| (item.id.clone(), item)));
                // The last page may be past the end, and says no total then.
                expected = page.total.or(expected);
                // A page with nothing new is the same page again.
                if !page.more || all.len() == before {
                    break;
                }
                number += 1;
            }
            found = all.len();
            if expected.is_none_or(|total| found as u64 >= total) {
                return Ok(all.into_values().collect());
            }
        }
        let problem = format!("the list holds only {found} {what}, fewer than its own total");
        Err(ApiError::new(ApiErrorKind::Protocol { problem }).at(Method::Get, path))
    }

    /// What the access token allows; `None` where it doesn't say. Fetches a
    /// token if there is none yet.
    ///
    /// # Errors
    /// When no token is to be had.
    pub async fn scopes(&self) -> Result<Option<BTreeSet<String>>, ApiError> {
        Ok(self.client.access.token(&self.client.pipe, Class::Read).await?.scopes.clone())
    }

    /// How long the access token is still good; `None` where it doesn't say.
    /// Fetches a token if there is none yet.
    ///
    /// # Errors
    /// When no token is to be had.
    pub async fn token_expires_in(&self) -> Result<Option<Duration>, ApiError> {
        let token = self.client.access.token(&self.client.pipe, Class::Read).await?;
        Ok(token.expires.map(|end| end.saturating_duration_since(tokio::time::Instant::now())))
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
