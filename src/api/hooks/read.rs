//! Reads hooks from a tenant.
//!
//! The methods of [`Reader`] for hooks. A read that fails is an error, never
//! "no hooks". Must not compare.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use super::wire;
use crate::api::client::Call;
use crate::api::error::{ApiError, ApiErrorKind, Method};
use crate::api::pipe::transport::HttpResponse;
use crate::api::reader::{PER_PAGE, Page, Reader, protocol, segment};
use crate::api::refusal::HOOKS;
use crate::model::{Id, Live, SecretKey};

impl Reader {
    /// One page of the tenant's hooks, the first being page 0.
    ///
    /// # Errors
    /// When the tenant refuses, fails, or answers something else than hooks.
    pub async fn hooks_page(&self, page: u32) -> Result<Page<Live>, ApiError> {
        let path = format!("{HOOKS}?page={page}&per_page={PER_PAGE}&include_totals=true");
        let page = self.page(path, page, wire::list).await?;
        let whole = !page.items.is_empty() && page.items.iter().all(Live::has_content);
        self.client.lists_scripts.store(whole, Ordering::Relaxed);
        Ok(page)
    }

    /// Every hook of the tenant, each once.
    ///
    /// # Errors
    /// As [`Self::hooks_page`], and when the pages hold fewer hooks than the
    /// tenant says it has: the list is read once more before.
    pub async fn hooks(&self) -> Result<Vec<Live>, ApiError> {
        self.whole("hooks", HOOKS, |page| self.hooks_page(page)).await
    }

    /// One hook as a whole, without its secrets' names.
    ///
    /// # Errors
    /// [`ApiErrorKind::HookMissing`] when it isn't there; else as
    /// [`Self::hooks_page`].
    pub async fn hook(&self, id: &Id) -> Result<Live, ApiError> {
        self.get(hook_path(id)?, |body| {
            let mut hook = wire::hook(body)?;
            if hook.script.is_none() {
                return Err("it holds no script".to_owned());
            }
            // Asked for as a whole, a hook without dependencies has none.
            hook.dependencies.get_or_insert_default();
            Ok(hook)
        })
        .await
    }

    /// The names of a hook's secrets.
    ///
    /// # Errors
    /// As [`Self::hook`].
    pub async fn secret_names(&self, id: &Id) -> Result<BTreeSet<SecretKey>, ApiError> {
        let call = Call::new(Method::Get, format!("{}/secrets", hook_path(id)?), self.class);
        let response = self.client.call(&call).await?;
        wire::secret_names(&response.body).map_err(|problem| {
            // Whatever stands there instead of names may be values.
            let hidden = HttpResponse { body: Vec::new(), ..response.clone() };
            protocol(&call, &hidden, &problem)
        })
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
