//! Reads actions, their versions, triggers and bindings from a tenant.
//!
//! The methods of [`Reader`] for Actions. A read that fails is an error, never
//! "no actions". Must not compare.

use super::wire;
use super::{ActionVersion, PATH};
use crate::api::error::{ApiError, ApiErrorKind};
use crate::api::reader::{List, PER_PAGE, Page, Reader, encoded, segment};
use crate::api::refusal::ACTIONS;
use crate::model::{Id, Live, LiveBindings, LiveModule, ModuleUse, Trigger, TriggerVersion};

impl Reader {
    /// One page of the tenant's actions, installed ones among them; the first
    /// is page 0. Each has its code, its secrets' names and what is deployed.
    ///
    /// # Errors
    /// When the tenant refuses, fails, or answers something else than actions.
    pub async fn actions_page(&self, page: u32) -> Result<Page<Live>, ApiError> {
        let mut page = self.page_of(PATH, page, wire::actions).await?;
        // one that comes with its code comes whole: what is left out is nothing
        for action in page.items.iter_mut().filter(|action| action.script.is_some()) {
            action.dependencies.get_or_insert_default();
            action.secrets.get_or_insert_default();
        }
        Ok(page)
    }

    /// Every action of the tenant, each once.
    ///
    /// # Errors
    /// As [`Self::actions_page`], and when the pages hold fewer actions than
    /// the tenant says it has: the list is read once more before.
    pub async fn actions(&self) -> Result<Vec<Live>, ApiError> {
        self.whole("actions", PATH, |page| self.actions_page(page)).await
    }

    /// One action as a whole.
    ///
    /// # Errors
    /// [`ApiErrorKind::ActionMissing`] when it isn't there; else as
    /// [`Self::actions_page`].
    pub async fn action(&self, id: &Id) -> Result<Live, ApiError> {
        self.get(action_path(id)?, |body| {
            let mut action = wire::action(body)?;
            if action.id != *id {
                return Err("it is another action".to_owned());
            }
            if action.script.is_none() {
                return Err("it holds no code".to_owned());
            }
            // Asked for as a whole, an action without packages or secrets has none.
            action.dependencies.get_or_insert_default();
            action.secrets.get_or_insert_default();
            Ok(action)
        })
        .await
    }

    /// Every version of every trigger that the tenant lists.
    ///
    /// # Errors
    /// When the tenant refuses, fails, or answers something else.
    pub async fn triggers(&self) -> Result<Vec<TriggerVersion>, ApiError> {
        let mut triggers = self.get(format!("{ACTIONS}/triggers"), wire::triggers).await?;
        // The order of a trigger's versions changes from call to call.
        triggers.sort_by(|a, b| (&a.trigger, &a.version).cmp(&(&b.trigger, &b.version)));
        Ok(triggers)
    }

    /// The bindings of a trigger, in the order in which they run. Triggers
    /// that are bound to entities have none.
    ///
    /// # Errors
    /// When the tenant refuses, fails, or answers something else.
    pub async fn bindings(&self, trigger: &Trigger) -> Result<LiveBindings, ApiError> {
        let entries = match self.pages(&bindings_path(trigger)?, wire::bindings).await {
            // Its answer for triggers that are bound to entities, in 2024.
            Err(error) if error.status == Some(400) && error.message.contains("entity-bound") => {
                Vec::new()
            }
            other => other?,
        };
        Ok(LiveBindings { trigger: trigger.clone(), entries })
    }

    /// The versions of an action, newest first.
    ///
    /// # Errors
    /// As [`Self::action`].
    pub async fn versions(&self, id: &Id) -> Result<Vec<ActionVersion>, ApiError> {
        let path = format!("{}/versions", action_path(id)?);
        let mut versions = self.pages(&path, wire::versions).await?;
        versions.sort_by_key(|found| std::cmp::Reverse(found.version.number));
        Ok(versions)
    }

    /// The ids of the modules that are used, and of those versions of them.
    /// What the tenant doesn't have is left out.
    ///
    /// # Errors
    /// When the tenant refuses, fails, or answers something else.
    pub async fn modules(&self, used: &[ModuleUse]) -> Result<Vec<LiveModule>, ApiError> {
        let path = format!("{ACTIONS}/modules");
        let modules = self.pages(&path, |body| wire::named(body, "modules")).await?;
        let mut found = Vec::new();
        for module in modules {
            let Some(name) = module.name else { continue };
            if !used.iter().any(|used| used.name == name) {
                continue;
            }
            let id = Id::new(module.id);
            let path = format!("{path}/{}/versions", segment("module", &id)?);
            let versions = self.pages(&path, |body| wire::named(body, "versions")).await?;
            let wanted = used.iter().filter(|used| used.name == name);
            for uses in wanted {
                let version =
                    versions.iter().find(|known| known.version_number == Some(uses.version));
                found.extend(version.map(|version| LiveModule {
                    uses: uses.clone(),
                    module_id: id.clone(),
                    version_id: Id::new(version.id.clone()),
                }));
            }
        }
        Ok(found)
    }

    /// All items of a list, in its order.
    async fn pages<T>(
        &self,
        path: &str,
        read: impl Fn(&[u8]) -> Result<List<T>, String>,
    ) -> Result<Vec<T>, ApiError> {
        let (mut all, mut number) = (Vec::new(), 0);
        loop {
            let page = self.page_of(path, number, &read).await?;
            all.extend(page.items);
            if !page.more {
                return Ok(all);
            }
            number += 1;
        }
    }

    async fn page_of<T>(
        &self,
        path: &str,
        number: u32,
        read: impl FnOnce(&[u8]) -> Result<List<T>, String>,
    ) -> Result<Page<T>, ApiError> {
        self.page(format!("{path}?page={number}&per_page={PER_PAGE}"), number, read).await
    }
}

/// The path of an action.
pub(super) fn action_path(id: &Id) -> Result<String, ApiError> {
    Ok(format!("{PATH}/{}", segment("action", id)?))
}

/// The path of a trigger's bindings. Its id may come from a file.
pub(super) fn bindings_path(trigger: &Trigger) -> Result<String, ApiError> {
    let id = encoded(trigger.as_str()).ok_or_else(|| {
        ApiError::new(ApiErrorKind::Settings("a trigger without an id cannot be asked for".into()))
    })?;
    Ok(format!("{ACTIONS}/triggers/{id}/bindings"))
}
