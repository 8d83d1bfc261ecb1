//! Reads hooks from a tenant.
//!
//! [`Reader`] is all that `plan` and `export` get: nothing in it can write.
//! A read that fails is an error, never "no hooks". Must not compare.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::client::{Call, Client};
use super::error::{ApiError, ApiErrorKind, Method};
use super::gate::Class;
use super::governor::LimitSeen;
use super::refusal::{self, HOOKS};
use super::status::{Counts, Status};
use super::transport::HttpResponse;
use super::wire;
use crate::model::{Dependencies, Id, Live, SecretKey};

/// How many hooks are asked for at once; the API gives no more.
pub const PER_PAGE: u32 = 100;
/// No tenant has more pages. A server that ignores `page` would otherwise be
/// read for ever.
const MOST_PAGES: u32 = 200;

/// One page of hooks.
#[derive(Debug, Clone)]
pub struct HooksPage {
    /// Its hooks. Pages of a list that changes meanwhile may overlap.
    pub hooks: Vec<Live>,
    /// Whether there is another page.
    pub more: bool,
    /// How many hooks there are, where the tenant says so.
    pub total: Option<u64>,
}

/// The reading half of a session. Clones share everything.
#[derive(Clone)]
pub struct Reader {
    client: Arc<Client>,
}

impl Reader {
    pub(super) fn new(client: Arc<Client>) -> Self {
        Self { client }
    }

    /// One page of the tenant's hooks, the first being page 0.
    ///
    /// # Errors
    /// When the tenant refuses, fails, or answers something else than hooks.
    pub async fn hooks_page(&self, page: u32) -> Result<HooksPage, ApiError> {
        self.page(page, Class::Read).await
    }

    /// Every hook of the tenant, each once.
    ///
    /// # Errors
    /// As [`Self::hooks_page`], and when the pages hold fewer hooks than the
    /// tenant says it has: the list is read once more before.
    pub async fn hooks(&self) -> Result<Vec<Live>, ApiError> {
        self.all(Class::Read).await
    }

    /// One hook as a whole, without its secrets' names.
    ///
    /// # Errors
    /// [`ApiErrorKind::HookMissing`] when it isn't there; else as
    /// [`Self::hooks_page`].
    pub async fn hook(&self, id: &Id) -> Result<Live, ApiError> {
        self.one(id, Class::Read).await
    }

    /// The names of a hook's secrets.
    ///
    /// # Errors
    /// As [`Self::hook`].
    pub async fn secret_names(&self, id: &Id) -> Result<BTreeSet<SecretKey>, ApiError> {
        self.names(id, Class::Read).await
    }

    /// Makes sure that hooks that were answered 404 aren't listed either.
    ///
    /// # Errors
    /// When one of them is, and as [`Self::hooks`].
    pub async fn demand_unlisted(&self, gone: &[(&Id, &ApiError)]) -> Result<(), ApiError> {
        let listed = self.hooks().await?;
        let there = gone.iter().find(|(id, _)| listed.iter().any(|hook| hook.id == **id));
        match there {
            Some((_, error)) => Err((*error).clone().with_kind(ApiErrorKind::Unexpected)),
            None => Ok(()),
        }
    }

    /// What the access token allows; `None` where it doesn't say. Fetches a
    /// token if there is none yet.
    ///
    /// # Errors
    /// When no token is to be had.
    pub async fn scopes(&self) -> Result<Option<BTreeSet<String>>, ApiError> {
        Ok(self.client.access.token(&self.client, Class::Read).await?.scopes().cloned())
    }

    /// How long the access token is still good; `None` where it doesn't say.
    /// Fetches a token if there is none yet.
    ///
    /// # Errors
    /// When no token is to be had.
    pub async fn token_expires_in(&self) -> Result<Option<Duration>, ApiError> {
        let token = self.client.access.token(&self.client, Class::Read).await?;
        Ok(token.expires().map(|end| end.saturating_duration_since(tokio::time::Instant::now())))
    }

    /// What was counted so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.client.run.status.borrow().counts
    }

    /// What happens just now, for a live line.
    #[must_use]
    pub fn status(&self) -> watch::Receiver<Status> {
        self.client.run.status.subscribe()
    }

    /// What is known of the tenant's rate limit.
    #[must_use]
    pub fn limit_seen(&self) -> Option<LimitSeen> {
        self.client.gate.limit_seen()
    }

    /// How long so many more requests would take at this tenant's rate, as far
    /// as that is known.
    #[must_use]
    pub fn estimate(&self, requests: usize) -> Option<Duration> {
        self.client.gate.estimate(requests)
    }

    pub(super) async fn page(&self, page: u32, class: Class) -> Result<HooksPage, ApiError> {
        let path = format!("{HOOKS}?page={page}&per_page={PER_PAGE}&include_totals=true");
        let call = Call::new(Method::Get, path, class);
        let response = self.client.call(&call).await?;
        let list =
            wire::list(&response.body).map_err(|problem| protocol(&call, &response, &problem))?;
        let count = list.hooks.len() as u64;
        let per_page = u64::from(PER_PAGE);
        let more = match (list.start, list.total) {
            _ if count == 0 => false,
            (start, Some(total)) => start.unwrap_or(u64::from(page) * per_page) + count < total,
            // Without totals a full page may have another after it, and one
            // that is overfull comes from a server that knows no pages.
            (_, None) => count == per_page,
        };
        if more && page + 1 >= MOST_PAGES {
            return Err(protocol(&call, &response, "its pages never end"));
        }
        Ok(HooksPage { hooks: list.hooks, more, total: list.total })
    }

    pub(super) async fn all(&self, class: Class) -> Result<Vec<Live>, ApiError> {
        let first = self.all_once(class).await?;
        if !first.1 {
            return Ok(first.0);
        }
        // Hooks that come and go while the pages are read shift the pages.
        match self.all_once(class).await? {
            (hooks, false) => Ok(hooks),
            (hooks, true) => Err(incomplete(hooks.len())),
        }
    }

    /// Every hook, each once, and whether some are missing.
    async fn all_once(&self, class: Class) -> Result<(Vec<Live>, bool), ApiError> {
        let mut hooks = BTreeMap::new();
        let mut number = 0;
        loop {
            let page = self.page(number, class).await?;
            let before = hooks.len();
            hooks.extend(page.hooks.into_iter().map(|hook| (hook.id.clone(), hook)));
            // A page with nothing new is the same page again.
            if !page.more || hooks.len() == before {
                let missing = page.total.is_some_and(|total| (hooks.len() as u64) < total);
                return Ok((hooks.into_values().collect(), missing));
            }
            number += 1;
        }
    }

    pub(super) async fn one(&self, id: &Id, class: Class) -> Result<Live, ApiError> {
        let call = Call::new(Method::Get, hook_path(id)?, class);
        let response = self.client.call(&call).await?;
        let mut hook =
            wire::hook(&response.body).map_err(|problem| protocol(&call, &response, &problem))?;
        if hook.script.is_none() {
            return Err(protocol(&call, &response, "it holds no script"));
        }
        // Asked for as a whole, a hook without dependencies has none.
        hook.dependencies.get_or_insert_with(Dependencies::new);
        Ok(hook)
    }

    pub(super) async fn names(
        &self,
        id: &Id,
        class: Class,
    ) -> Result<BTreeSet<SecretKey>, ApiError> {
        let call = Call::new(Method::Get, format!("{}/secrets", hook_path(id)?), class);
        let response = self.client.call(&call).await?;
        wire::secret_names(&response.body).map_err(|problem| {
            // Whatever stands there instead of names may be values.
            let hidden = HttpResponse { body: Vec::new(), ..response.clone() };
            protocol(&call, &hidden, &problem)
        })
    }
}

fn incomplete(found: usize) -> ApiError {
    let problem = format!("the list holds only {found} hooks, fewer than its own total");
    ApiError::new(ApiErrorKind::Protocol { problem }).at(Method::Get, HOOKS)
}

/// An answer that could not be read.
pub(super) fn protocol(call: &Call, response: &HttpResponse, problem: &str) -> ApiError {
    refusal::protocol(call.method, &call.path, response, problem, &call.secrets)
}

/// The path of a hook. Ids come from the tenant: everything but letters,
/// digits, `-` and `_` is encoded, and what would name another path is
/// refused.
pub(super) fn hook_path(id: &Id) -> Result<String, ApiError> {
    let id = id.as_str();
    if matches!(id, "" | "." | "..") {
        let problem = "a hook has an id that can't be one".into();
        return Err(ApiError::new(ApiErrorKind::Protocol { problem }));
    }
    let mut path = format!("{HOOKS}/");
    for byte in id.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            path.push(char::from(byte));
        } else {
            path.push_str(&format!("%{byte:02X}"));
        }
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_never_leads_to_another_path() {
        let check = |id: &str, path: &str| {
            assert_eq!(hook_path(&Id::new(id)).unwrap(), format!("{HOOKS}/{path}"));
        };
        check("01GQN0P01XY4VE0PCK7H20QZ4M", "01GQN0P01XY4VE0PCK7H20QZ4M");
        check("a/../b?c#d", "a%2F..%2Fb%3Fc%23d");
        check("é%2e", "%C3%A9%252e");
        for id in ["", ".", ".."] {
            assert!(hook_path(&Id::new(id)).is_err(), "{id}");
        }
    }
}
