//! Writes hooks to a tenant.
//!
//! [`Writer`] knows which writes may be repeated and which have to be looked
//! for first, so that no failure ever leaves two hooks for one definition.
//! Must not decide what is written, or in which order.

use super::compare::{self, Difference};
use super::read::hook_path;
use super::wire;
use crate::api::client::Call;
use crate::api::error::{ApiError, ApiErrorKind, Method};
use crate::api::pipe::Class;
use crate::api::refusal::HOOKS;
use crate::api::writer::{ROUNDS, Urgency, Writer, check_values};
use crate::model::{HookPatch, Id, Live, NewHook, SecretKey, SecretValue};

/// How many secrets the API takes in one request.
const SECRETS_A_CALL: usize = 20;
/// A hook that was made.
#[derive(Debug, Clone)]
pub struct Created {
    /// As the tenant has it.
    pub hook: Live,
    /// Where that differs from what was sent.
    pub differences: Vec<Difference>,
    /// Whether the answer got lost and the hook was found by looking.
    pub found: bool,
}

impl Writer {
    /// Makes a hook. If an attempt may have been carried out, the tenant's
    /// hooks are looked through before there is another.
    ///
    /// # Errors
    /// When the tenant refuses or fails; `maybe_done` says whether the hook
    /// may be there anyway.
    pub async fn create(&self, new: &NewHook, urgency: Urgency) -> Result<Created, ApiError> {
        self.prepare(urgency).await?;
        let call = Call::new(Method::Post, HOOKS.to_owned(), urgency.class());
        let look = |class| async move {
            let reader = self.reader.at(class);
            let hooks = reader.hooks().await?;
            let ours = |hook: &Live| hook.name == new.name && hook.trigger == new.trigger;
            match hooks.into_iter().find(ours) {
                Some(hook) if !hook.has_content() => reader.hook(&hook.id).await.map(Some),
                found => Ok(found),
            }
        };
        let made =
            self.post_once(call.body(wire::new_hook(new)), urgency, wire::hook, look).await?;
        Ok(created(new, made.it, made.found))
    }

    /// Changes fields of a hook, and gives the hook as the tenant has it then.
    ///
    /// # Errors
    /// When the tenant refuses or fails.
    pub async fn patch(
        &self,
        id: &Id,
        patch: &HookPatch,
        urgency: Urgency,
    ) -> Result<Live, ApiError> {
        self.prepare(urgency).await?;
        let call =
            Call::new(Method::Patch, hook_path(id)?, urgency.class()).body(wire::hook_patch(patch));
        let reader = self.reader.at(urgency.following());
        let read = |body: &[u8]| wire::hook(body).ok().filter(|hook| hook.id == *id);
        let as_sent = |hook: &Live| compare::with_patch(patch, hook).is_empty();
        self.settled(&call, read, || reader.hook(id), as_sent, "it is no hook").await
    }

    /// Deletes a hook.
    ///
    /// # Errors
    /// [`ApiErrorKind::HookMissing`] when it wasn't there to begin with; else
    /// when the tenant refuses or fails.
    pub async fn delete(&self, id: &Id, urgency: Urgency) -> Result<(), ApiError> {
        self.prepare(urgency).await?;
        let call = Call::new(Method::Delete, hook_path(id)?, urgency.class());
        let reader = self.reader.at(urgency.following());
        self.delete_once(&call, ApiErrorKind::HookMissing, reader.hook(id)).await
    }

    /// Adds secrets that the hook lacks.
    ///
    /// # Errors
    /// [`ApiErrorKind::NameTaken`] when it has one of them already; else when
    /// the tenant refuses or fails. Of more than 20, some may be written.
    pub async fn add_secrets(
        &self,
        id: &Id,
        secrets: &[(SecretKey, SecretValue)],
        urgency: Urgency,
    ) -> Result<(), ApiError> {
        self.prepare(urgency).await?;
        check_values(secrets)?;
        for part in secrets.chunks(SECRETS_A_CALL) {
            self.add_part(id, part, urgency).await?;
        }
        Ok(())
    }

    async fn add_part(
        &self,
        id: &Id,
        secrets: &[(SecretKey, SecretValue)],
        urgency: Urgency,
    ) -> Result<(), ApiError> {
        let mut missing = secrets.to_vec();
        let mut class = urgency.class();
        let mut ambiguous = false;
        for round in 1..=ROUNDS {
            let mut call = secrets_call(Method::Post, id, &missing, class)?;
            call.fresh = ambiguous;
            let error = match self.acknowledged(&call).await {
                Ok(()) => return Ok(()),
                Err(error) => error,
            };
            let taken_by_us = ambiguous && error.kind == ApiErrorKind::NameTaken;
            if (!error.maybe_done && !taken_by_us) || round == ROUNDS {
                return Err(error.maybe_done(ambiguous));
            }
            ambiguous = true;
            class = urgency.following();
            let wait = self.client.pipe.patience.pause(round);
            let looked = match self.client.pipe.run.sleep(wait, class, "an unanswered write").await
            {
                Ok(()) => self.reader.at(class).secret_names(id).await,
                Err(stopped) => Err(stopped),
            };
            let Ok(names) = looked else { return Err(error) };
            let (there, rest): (Vec<_>, Vec<_>) =
                missing.into_iter().partition(|(key, _)| names.contains(key));
            // Those are ours, most likely; written again they are for certain.
            if !there.is_empty() {
                let call = secrets_call(Method::Patch, id, &there, class)?;
                self.acknowledged(&call).await.map_err(|error| error.maybe_done(true))?;
            }
            if rest.is_empty() {
                return Ok(());
            }
            missing = rest;
            self.client.pipe.run.count(|counts| counts.retried += 1);
        }
        Ok(())
    }

    /// Writes secrets that the hook has already.
    ///
    /// # Errors
    /// [`ApiErrorKind::HookMissing`] when it lacks one of them, or isn't there;
    /// else when the tenant refuses or fails. Of more than 20, some may be
    /// written.
    pub async fn update_secrets(
        &self,
        id: &Id,
        secrets: &[(SecretKey, SecretValue)],
        urgency: Urgency,
    ) -> Result<(), ApiError> {
        self.prepare(urgency).await?;
        check_values(secrets)?;
        for part in secrets.chunks(SECRETS_A_CALL) {
            self.acknowledged(&secrets_call(Method::Patch, id, part, urgency.class())?).await?;
        }
        Ok(())
    }

    /// Removes secrets. Those that are gone already are no error.
    ///
    /// # Errors
    /// When the hook isn't there, or the tenant refuses or fails.
    pub async fn remove_secrets(
        &self,
        id: &Id,
        keys: &[SecretKey],
        urgency: Urgency,
    ) -> Result<(), ApiError> {
        self.prepare(urgency).await?;
        for part in keys.chunks(SECRETS_A_CALL) {
            let missing = match self.remove_part(id, part, urgency.class()).await {
                Err(error) if error.kind == ApiErrorKind::HookMissing => error,
                other => {
                    other?;
                    continue;
                }
            };
            // The hook is gone, or one of the keys is: documents don't say
            // which of the two a 404 means.
            let class = urgency.following();
            let names = self.reader.at(class).secret_names(id).await?;
            let left: Vec<SecretKey> =
                part.iter().filter(|key| names.contains(*key)).cloned().collect();
            if left.len() == part.len() {
                return Err(missing);
            }
            if !left.is_empty() {
                self.remove_part(id, &left, class).await?;
            }
        }
        Ok(())
    }

    async fn remove_part(&self, id: &Id, keys: &[SecretKey], class: Class) -> Result<(), ApiError> {
        let path = format!("{}/secrets", hook_path(id)?);
        let call = Call::new(Method::Delete, path, class).body(wire::secret_keys(keys));
        self.acknowledged(&call).await
    }
}

fn created(new: &NewHook, hook: Live, found: bool) -> Created {
    Created { differences: compare::with_new(new, &hook), hook, found }
}

fn secrets_call(
    method: Method,
    id: &Id,
    secrets: &[(SecretKey, SecretValue)],
    class: Class,
) -> Result<Call, ApiError> {
    let mut call = Call::new(method, format!("{}/secrets", hook_path(id)?), class)
        .body(wire::secrets(secrets));
    call.secrets = secrets.iter().map(|(_, value)| value.clone()).collect();
    Ok(call)
}
