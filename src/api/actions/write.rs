//! Writes actions and bindings to a tenant.
//!
//! Main type: [`CreatedAction`], and the methods of [`Writer`] for Actions.
//! Creating and deploying are POSTs that must not happen twice: whatever may
//! have been carried out is looked for first. Must not decide what is
//! written, or in which order.

use std::collections::BTreeSet;
use std::time::Duration;

use super::body::{self, Unmade, Values};
use super::read::{action_path, bindings_path};
use super::wire;
use super::{ActionVersion, BindingRef, PATH};
use crate::api::client::Call;
use crate::api::error::{ApiError, ApiErrorKind, Method};
use crate::api::reader::{protocol, segment};
use crate::api::text::harmless;
use crate::api::writer::{ANSWERS, Urgency, Writer, check_values, is_acknowledgement};
use crate::model::content::same_packages;
use crate::model::{
    ActionPatch, Id, Live, LiveBindings, LiveModule, NewAction, Script, SecretValue, Trigger,
};

/// How long to wait before an action that was refused as "not deployed yet"
/// is bound again. Some seconds in all: the service calls it eventual.
const BINDABLE_AFTER: [u64; 5] = [500, 1000, 2000, 3000, 4000];

/// How long to wait before an order that is not as it was sent is looked at
/// again.
const SEEN_AFTER: [u64; 3] = [500, 1000, 2000];

/// An action that was created.
#[derive(Debug, Clone)]
pub struct CreatedAction {
    /// As the tenant has it.
    pub action: Live,
    /// Whether the answer got lost and the action was found by looking.
    pub found: bool,
}

impl Writer {
    /// Creates an action; its draft is built after that. `known` are the ids
    /// of the actions that were there before, since names need not be unique:
    /// if an attempt may have been carried out, the tenant is looked through
    /// for an action that is not among them before there is another.
    ///
    /// # Errors
    /// When the tenant refuses or fails; `maybe_done` says whether the action
    /// may be there anyway.
    pub async fn create_action(
        &self,
        new: &NewAction,
        values: Values<'_>,
        modules: &[LiveModule],
        known: &BTreeSet<Id>,
        urgency: Urgency,
    ) -> Result<CreatedAction, ApiError> {
        self.prepare(urgency).await?;
        check_values(values)?;
        let body = body::new_action(new, values, modules).map_err(unmade)?;
        let mut call = Call::new(Method::Post, PATH.to_owned(), urgency.class()).body(body);
        call.secrets = secrets_of(values);
        let look = |class| async move {
            let reader = self.reader.at(class);
            let actions = reader.actions().await?;
            let ours = |action: &Live| {
                action.name == new.name
                    && action.trigger == new.trigger
                    && !known.contains(&action.id)
            };
            match actions.into_iter().find(ours) {
                Some(action) if !action.has_content() => reader.action(&action.id).await.map(Some),
                found => Ok(found),
            }
        };
        let made = self.post_once(call, urgency, wire::action, look).await?;
        Ok(CreatedAction { action: made.it, found: made.found })
    }

    /// Changes fields of an action's draft, and gives the action as the tenant
    /// has it then. The draft is built after that. Where the patch holds
    /// secrets, the list of them is sent whole: values for those that are
    /// written, names alone for those that are kept.
    ///
    /// # Errors
    /// When the tenant refuses or fails.
    pub async fn patch_action(
        &self,
        id: &Id,
        patch: &ActionPatch,
        values: Values<'_>,
        modules: &[LiveModule],
        urgency: Urgency,
    ) -> Result<Live, ApiError> {
        self.prepare(urgency).await?;
        check_values(values)?;
        let body = body::action_patch(patch, values, modules).map_err(unmade)?;
        let mut call = Call::new(Method::Patch, action_path(id)?, urgency.class()).body(body);
        call.secrets = secrets_of(values);
        let reader = self.reader.at(urgency.following());
        let is_whole = |action: &Live| {
            let says_secrets = patch.secrets.is_none() || action.secrets.is_some();
            action.id == *id && action.has_content() && says_secrets
        };
        let as_sent = |action: &Live| is_as_sent(patch, action);
        let read = |body: &[u8]| {
            wire::action(body).ok().filter(|action| is_whole(action) && as_sent(action))
        };
        self.settled(&call, read, || reader.action(id), as_sent, "it is not an action").await
    }

    /// Deploys an action's draft as it was read last: a new version of it,
    /// which is in traffic a moment later wherever the action is bound. If an
    /// attempt may have been carried out, the versions are looked through for
    /// one that is newer than `before`, the newest number known, and holds
    /// that draft's code, so that one change never makes two versions.
    ///
    /// # Errors
    /// [`ApiErrorKind::NotBuilt`] when the draft isn't built; else when the
    /// tenant refuses or fails.
    pub async fn deploy(
        &self,
        action: &Live,
        before: Option<u64>,
        urgency: Urgency,
    ) -> Result<ActionVersion, ApiError> {
        let path = format!("{}/deploy", action_path(&action.id)?);
        let wanted = Wanted { of: &action.id, before, script: action.script.as_ref() };
        self.make_live(path, None, wanted, urgency).await
    }

    /// Makes an old version of an action live again: a new version that is
    /// equal to it. The draft is kept unless `update_draft`.
    ///
    /// # Errors
    /// [`ApiErrorKind::ActionMissing`] when the action or the version isn't
    /// there; else when the tenant refuses or fails.
    pub async fn deploy_version(
        &self,
        action: &Id,
        version: &ActionVersion,
        before: Option<u64>,
        update_draft: bool,
        urgency: Urgency,
    ) -> Result<ActionVersion, ApiError> {
        let id = segment("version", &version.version.id)?;
        let path = format!("{}/versions/{id}/deploy", action_path(action)?);
        let body = Some(body::redeploy(update_draft));
        let wanted = Wanted { of: action, before, script: version.version.script.as_ref() };
        self.make_live(path, body, wanted, urgency).await
    }

    async fn make_live(
        &self,
        path: String,
        body: Option<SecretValue>,
        wanted: Wanted<'_>,
        urgency: Urgency,
    ) -> Result<ActionVersion, ApiError> {
        self.prepare(urgency).await?;
        let mut call = Call::new(Method::Post, path, urgency.class());
        call.body = body;
        let Wanted { of, before, script } = wanted;
        let look = |class| async move {
            let versions = self.reader.at(class).versions(of).await?;
            let ours = |found: &ActionVersion| {
                let version = &found.version;
                version.number > before && (script.is_none() || version.script.as_ref() == script)
            };
            Ok(versions.into_iter().find(ours))
        };
        Ok(self.post_once(call, urgency, wire::version, look).await?.it)
    }

    /// Replaces the ordered list of a trigger's bindings, and gives what the
    /// tenant has then. An action that was deployed a moment ago is refused
    /// for some time, which is waited out.
    ///
    /// # Errors
    /// [`ApiErrorKind::NotBindableYet`] when that takes too long; else when the
    /// tenant refuses or fails.
    pub async fn bind(
        &self,
        trigger: &Trigger,
        entries: &[BindingRef],
        urgency: Urgency,
    ) -> Result<LiveBindings, ApiError> {
        self.bind_within(&BINDABLE_AFTER, &SEEN_AFTER, trigger, entries, urgency).await
    }

    /// The same, where nothing is waited out: something is off meanwhile.
    ///
    /// # Errors
    /// As [`Self::bind`].
    pub async fn bind_at_once(
        &self,
        trigger: &Trigger,
        entries: &[BindingRef],
        urgency: Urgency,
    ) -> Result<LiveBindings, ApiError> {
        self.bind_within(&[], &[], trigger, entries, urgency).await
    }

    async fn bind_within(
        &self,
        waits: &[u64],
        looks: &[u64],
        trigger: &Trigger,
        entries: &[BindingRef],
        urgency: Urgency,
    ) -> Result<LiveBindings, ApiError> {
        self.prepare(urgency).await?;
        let body = body::bindings_out(entries);
        let call = Call::new(Method::Patch, bindings_path(trigger)?, urgency.class()).body(body);
        let mut waits = waits.iter().copied();
        let mut round = 1;
        loop {
            let answer = match self.send(&call).await {
                Ok(answer) => answer,
                Err(error) if error.kind == ApiErrorKind::NotBindableYet => {
                    let Some(wait) = waits.next().map(Duration::from_millis) else {
                        return Err(error);
                    };
                    let slept = self.client.pipe.run.sleep(
                        wait,
                        call.class,
                        "a deployed action to be bindable",
                    );
                    slept.await.map_err(|_| error)?;
                    self.client.pipe.run.count(|counts| counts.retried += 1);
                    continue;
                }
                Err(error) => {
                    let maybe_done = error.maybe_done || round > 1;
                    return Err(error.maybe_done(maybe_done));
                }
            };
            match wire::bound(trigger, &answer.body) {
                Ok(bound) if is_bound_as(&bound, entries) => return Ok(bound),
                _ => {}
            }
            let mut looks = looks.iter().copied();
            let bound = loop {
                let read = self.reader.at(urgency.following()).bindings(trigger).await;
                let bound = read.map_err(|error| error.maybe_done(true))?;
                // a write need not be seen at once
                let Some(pause) = looks.next().filter(|_| !is_bound_as(&bound, entries)) else {
                    break bound;
                };
                let pause = Duration::from_millis(pause);
                let slept = self.client.pipe.run.sleep(pause, call.class, "an order to be seen");
                if slept.await.is_err() {
                    break bound;
                }
            };
            if is_bound_as(&bound, entries) || is_acknowledgement(&answer.body) {
                return Ok(bound);
            }
            if round == ANSWERS {
                return Err(protocol(&call, &answer, "it holds no bindings").maybe_done(true));
            }
            self.pause_before_repeating(round, &call).await?;
            round += 1;
        }
    }

    /// Deletes an action that isn't bound.
    ///
    /// # Errors
    /// [`ApiErrorKind::ActionMissing`] when it wasn't there to begin with,
    /// [`ApiErrorKind::StillBound`] when a trigger runs it; else when the
    /// tenant refuses or fails.
    pub async fn delete_action(&self, id: &Id, urgency: Urgency) -> Result<(), ApiError> {
        self.prepare(urgency).await?;
        let call = Call::new(Method::Delete, action_path(id)?, urgency.class());
        let reader = self.reader.at(urgency.following());
        self.delete_once(&call, ApiErrorKind::ActionMissing, reader.action(id)).await
    }
}

/// A version that is looked for.
struct Wanted<'a> {
    of: &'a Id,
    before: Option<u64>,
    script: Option<&'a Script>,
}

fn secrets_of(values: Values<'_>) -> Vec<SecretValue> {
    values.iter().map(|(_, value)| value.clone()).collect()
}

fn unmade(why: Unmade) -> ApiError {
    ApiError::new(ApiErrorKind::Settings(match why {
        Unmade::Module => "a module, or that version of it, is not on the tenant".to_owned(),
        Unmade::Value(key) => {
            format!("the secret `{}` has no value to be sent", harmless(&key, &[]))
        }
    }))
}

/// Whether an action that was read has what a patch sent, as far as that can
/// be read.
fn is_as_sent(patch: &ActionPatch, action: &Live) -> bool {
    let ActionPatch { name, script, runtime, dependencies, modules: _, trigger: _, secrets } =
        patch;
    let live = action.action();
    let names =
        |sent: &Vec<crate::model::SentSecret>| sent.iter().map(|sent| sent.key.clone()).collect();
    name.as_ref().is_none_or(|name| *name == action.name)
        && script.as_ref().is_none_or(|sent| {
            action.script.as_ref().is_some_and(|script| script.same_but_newlines(sent))
        })
        && runtime
            .as_ref()
            .is_none_or(|sent| live.and_then(|live| live.runtime.as_ref()) == Some(sent))
        && dependencies.as_ref().is_none_or(|sent| {
            action.dependencies.as_ref().is_some_and(|live| same_packages(sent, live))
        })
        && secrets.as_ref().is_none_or(|sent| action.secrets == Some(names(sent)))
}

/// Whether a trigger runs these actions in this order.
fn is_bound_as(bound: &LiveBindings, entries: &[BindingRef]) -> bool {
    let ids = bound.entries.iter().map(|entry| &entry.action_id);
    ids.eq(entries.iter().map(|entry| &entry.action))
}
