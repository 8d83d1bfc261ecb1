//! Reads hooks from a tenant.
//!
//! Main type: [`HooksPage`], and the methods of [`Reader`] for hooks. A read
//! that fails is an error, never "no hooks". Must not compare.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;

use super::wire;
use crate::api::client::Call;
use crate::api::error::{ApiError, ApiErrorKind, Method};
use crate::api::pipe::Class;
use crate::api::pipe::transport::HttpResponse;
use crate::api::reader::{MOST_PAGES, PER_PAGE, Reader, protocol, segment};
use crate::api::refusal::HOOKS;
use crate::model::{Dependencies, Id, Live, SecretKey};

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

impl Reader {
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

    pub(in crate::api) async fn page(
        &self,
        page: u32,
        class: Class,
    ) -> Result<HooksPage, ApiError> {
        let path = format!("{HOOKS}?page={page}&per_page={PER_PAGE}&include_totals=true");
        let call = Call::new(Method::Get, path, class);
        let response = self.client.call(&call).await?;
        let list =
            wire::list(&response.body).map_err(|problem| protocol(&call, &response, &problem))?;
        let count = list.hooks.len() as u64;
        let whole = count > 0 && list.hooks.iter().all(Live::has_content);
        self.client.lists_scripts.store(whole, Ordering::Relaxed);
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

    pub(in crate::api) async fn all(&self, class: Class) -> Result<Vec<Live>, ApiError> {
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

    pub(in crate::api) async fn one(&self, id: &Id, class: Class) -> Result<Live, ApiError> {
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

    pub(in crate::api) async fn names(
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

/// The path of a hook.
pub(in crate::api) fn hook_path(id: &Id) -> Result<String, ApiError> {
    Ok(format!("{HOOKS}/{}", segment("hook", id)?))
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
