//! Reads actions, their versions, triggers and bindings from a tenant.
//!
//! Main type: [`ActionsPage`], and the methods of [`Reader`] for Actions. A
//! read that fails is an error, never "no actions". Must not compare.

use std::collections::BTreeMap;

use super::wire::{self, List};
use super::{ActionVersion, PATH};
use crate::api::client::Call;
use crate::api::error::{ApiError, ApiErrorKind, Method};
use crate::api::pipe::Class;
use crate::api::reader::{MOST_PAGES, PER_PAGE, Reader, encoded, protocol, segment};
use crate::api::refusal::ACTIONS;
use crate::model::{
    Dependencies, Id, Live, LiveBindings, LiveModule, ModuleUse, Trigger, TriggerVersion,
};

/// One page of actions.
#[derive(Debug, Clone)]
pub struct ActionsPage {
    /// Its actions. Pages of a list that changes meanwhile may overlap.
    pub actions: Vec<Live>,
    /// Whether there is another page.
    pub more: bool,
    /// How many actions there are, where the tenant says so.
    pub total: Option<u64>,
}

impl Reader {
    /// One page of the tenant's actions, installed ones among them; the first
    /// is page 0. Each has its code, its secrets' names and what is deployed.
    ///
    /// # Errors
    /// When the tenant refuses, fails, or answers something else than actions.
    pub async fn actions_page(&self, page: u32) -> Result<ActionsPage, ApiError> {
        self.page_of_actions(page, Class::Read).await
    }

    /// Every action of the tenant, each once.
    ///
    /// # Errors
    /// As [`Self::actions_page`], and when the pages hold fewer actions than
    /// the tenant says it has: the list is read once more before.
    pub async fn actions(&self) -> Result<Vec<Live>, ApiError> {
        self.all_actions(Class::Read).await
    }

    /// One action as a whole.
    ///
    /// # Errors
    /// [`ApiErrorKind::ActionMissing`] when it isn't there; else as
    /// [`Self::actions_page`].
    pub async fn action(&self, id: &Id) -> Result<Live, ApiError> {
        self.one_action(id, Class::Read).await
    }

    /// Every version of every trigger that the tenant lists.
    ///
    /// # Errors
    /// When the tenant refuses, fails, or answers something else.
    pub async fn triggers(&self) -> Result<Vec<TriggerVersion>, ApiError> {
        let call = Call::new(Method::Get, format!("{ACTIONS}/triggers"), Class::Read);
        let response = self.client.call(&call).await?;
        let mut triggers =
            wire::triggers(&response.body).map_err(|why| protocol(&call, &response, &why))?;
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
        self.bindings_of(trigger, Class::Read).await
    }

    /// The versions of an action, newest first.
    ///
    /// # Errors
    /// As [`Self::action`].
    pub async fn versions(&self, id: &Id) -> Result<Vec<ActionVersion>, ApiError> {
        self.versions_of(id, Class::Read).await
    }

    /// The ids of the modules that are used, and of those versions of them.
    /// What the tenant doesn't have is left out.
    ///
    /// # Errors
    /// When the tenant refuses, fails, or answers something else.
    pub async fn modules(&self, used: &[ModuleUse]) -> Result<Vec<LiveModule>, ApiError> {
        let path = format!("{ACTIONS}/modules");
        let modules = self.pages(&path, Class::Read, |body| wire::named(body, "modules")).await?;
        let mut found = Vec::new();
        for module in modules {
            let Some(name) = module.name else { continue };
            if !used.iter().any(|used| used.name == name) {
                continue;
            }
            let id = Id::new(module.id);
            let path = format!("{path}/{}/versions", segment("module", &id)?);
            let versions =
                self.pages(&path, Class::Read, |body| wire::named(body, "versions")).await?;
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

    pub(super) async fn page_of_actions(
        &self,
        page: u32,
        class: Class,
    ) -> Result<ActionsPage, ApiError> {
        let (page, more) = self.page_at(PATH, page, class, &wire::actions).await?;
        let List { mut items, total, .. } = page;
        // one that comes with its code comes whole: what is left out is nothing
        for action in items.iter_mut().filter(|action| action.script.is_some()) {
            action.dependencies.get_or_insert_default();
            action.secrets.get_or_insert_default();
        }
        Ok(ActionsPage { actions: items, more, total })
    }

    pub(super) async fn all_actions(&self, class: Class) -> Result<Vec<Live>, ApiError> {
        for last in [false, true] {
            let (actions, total) = self.actions_once(class).await?;
            // Actions that come and go while the pages are read shift them.
            let complete = total.is_none_or(|total| actions.len() as u64 >= total);
            if complete || last {
                return match complete {
                    true => Ok(actions),
                    false => Err(incomplete(actions.len())),
                };
            }
        }
        Err(incomplete(0))
    }

    /// Every action, each once, and how many there should be.
    async fn actions_once(&self, class: Class) -> Result<(Vec<Live>, Option<u64>), ApiError> {
        let mut actions: BTreeMap<Id, Live> = BTreeMap::new();
        let (mut number, mut expected) = (0, None);
        loop {
            let page = self.page_of_actions(number, class).await?;
            let before = actions.len();
            actions.extend(page.actions.into_iter().map(|action| (action.id.clone(), action)));
            // The last page may be past the end, and says no total then.
            expected = page.total.or(expected);
            // A page with nothing new is the same page again.
            if !page.more || actions.len() == before {
                return Ok((actions.into_values().collect(), expected));
            }
            number += 1;
        }
    }

    pub(super) async fn one_action(&self, id: &Id, class: Class) -> Result<Live, ApiError> {
        let call = Call::new(Method::Get, action_path(id)?, class);
        let response = self.client.call(&call).await?;
        let mut action =
            wire::action(&response.body).map_err(|why| protocol(&call, &response, &why))?;
        if action.id != *id {
            return Err(protocol(&call, &response, "it is another action"));
        }
        if action.script.is_none() {
            return Err(protocol(&call, &response, "it holds no code"));
        }
        // Asked for as a whole, an action without packages or secrets has none.
        action.dependencies.get_or_insert_with(Dependencies::new);
        action.secrets.get_or_insert_default();
        Ok(action)
    }

    pub(super) async fn bindings_of(
        &self,
        trigger: &Trigger,
        class: Class,
    ) -> Result<LiveBindings, ApiError> {
        let path = bindings_path(trigger)?;
        let entries = self.pages(&path, class, wire::bindings).await;
        let entries = match entries {
            // Its answer for triggers that are bound to entities, in 2024.
            Err(error) if error.status == Some(400) && error.message.contains("entity-bound") => {
                Vec::new()
            }
            other => other?,
        };
        Ok(LiveBindings { trigger: trigger.clone(), entries })
    }

    pub(super) async fn versions_of(
        &self,
        id: &Id,
        class: Class,
    ) -> Result<Vec<ActionVersion>, ApiError> {
        let path = format!("{}/versions", action_path(id)?);
        let mut versions = self.pages(&path, class, wire::versions).await?;
        versions.sort_by_key(|found| std::cmp::Reverse(found.version.number));
        Ok(versions)
    }

    /// All items of a list, in its order.
    async fn pages<T>(
        &self,
        path: &str,
        class: Class,
        read: impl Fn(&[u8]) -> Result<List<T>, String>,
    ) -> Result<Vec<T>, ApiError> {
        let mut all = Vec::new();
        let mut number = 0;
        loop {
            let (page, more) = self.page_at(path, number, class, &read).await?;
            all.extend(page.items);
            if !more {
                return Ok(all);
            }
            number += 1;
        }
    }

    /// One page of a list, and whether there is another.
    async fn page_at<T>(
        &self,
        path: &str,
        number: u32,
        class: Class,
        read: &impl Fn(&[u8]) -> Result<List<T>, String>,
    ) -> Result<(List<T>, bool), ApiError> {
        let path = format!("{path}?page={number}&per_page={PER_PAGE}");
        let call = Call::new(Method::Get, path, class);
        let response = self.client.call(&call).await?;
        let list = read(&response.body).map_err(|why| protocol(&call, &response, &why))?;
        let count = list.items.len() as u64;
        let per_page = list.per_page.unwrap_or(PER_PAGE.into()).clamp(1, PER_PAGE.into());
        let more = match list.total {
            _ if count == 0 => false,
            Some(total) => u64::from(number) * per_page + count < total,
            // Without totals a full page may have another after it, and one
            // that is overfull comes from a server that knows no pages.
            None => count == per_page,
        };
        if more && number + 1 >= MOST_PAGES {
            return Err(protocol(&call, &response, "its pages never end"));
        }
        Ok((list, more))
    }
}

fn incomplete(found: usize) -> ApiError {
    let problem = format!("the list holds only {found} actions, fewer than its own total");
    ApiError::new(ApiErrorKind::Protocol { problem }).at(Method::Get, PATH)
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
