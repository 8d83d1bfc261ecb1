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
use crate::api::reader::protocol;
use crate::api::refusal::HOOKS;
use crate::api::writer::{ANSWERS, ROUNDS, Urgency, Writer, check_values, is_acknowledgement};
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
    /// may be there all the same.
    pub async fn create(&self, new: &NewHook, urgency: Urgency) -> Result<Created, ApiError> {
        self.prepare(urgency).await?;
        let body = wire::new_hook(new);
        let mut class = urgency.class();
        let mut ambiguous: Option<ApiError> = None;
        for round in 1..=ROUNDS {
            let mut call = Call::new(Method::Post, HOOKS.to_owned(), class).body(body.clone());
            call.fresh = ambiguous.is_some();
            let error = match self.send(&call).await {
                Ok(answer) => match wire::hook(&answer.body) {
                    Ok(hook) => return Ok(created(new, hook, false)),
                    // Made, but nothing is known of it.
                    Err(problem) => protocol(&call, &answer, &problem).maybe_done(true),
                },
                Err(error) => error,
            };
            let taken_by_us = ambiguous.is_some() && error.kind == ApiErrorKind::NameTaken;
            if !error.maybe_done && !taken_by_us {
                // Refused for certain; but an earlier attempt may still be there.
                return Err(error.maybe_done(ambiguous.is_some()));
            }
            class = urgency.following();
            match self.look_for(new, class, round).await {
                Ok(Some(hook)) => return Ok(created(new, hook, true)),
                Ok(None) if taken_by_us => return Err(error),
                Ok(None) => ambiguous = Some(error),
                Err(_) => return Err(error.maybe_done(true)),
            }
            self.client.pipe.run.count(|counts| counts.retried += 1);
        }
        Err(ambiguous.unwrap_or_else(|| ApiError::new(ApiErrorKind::Unexpected)))
    }

    /// Looks for a hook whose making was not answered, twice: the first
    /// attempt may still be on its way through the tenant.
    async fn look_for(
        &self,
        new: &NewHook,
        class: Class,
        round: u32,
    ) -> Result<Option<Live>, ApiError> {
        for extra in 0..2 {
            let wait = self.client.pipe.patience.pause(round + extra);
            self.client.pipe.run.sleep(wait, class, "an unanswered write to show").await?;
            let hooks = self.reader.all(class).await?;
            let found =
                hooks.into_iter().find(|hook| hook.name == new.name && hook.trigger == new.trigger);
            match found {
                Some(hook) if hook.has_content() => return Ok(Some(hook)),
                Some(hook) => return self.reader.one(&hook.id, class).await.map(Some),
                None => {}
            }
        }
        Ok(None)
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
        let mut round = 1;
        loop {
            let answer = self.send(&call).await.map_err(|error| {
                let maybe_done = error.maybe_done || round > 1;
                error.maybe_done(maybe_done)
            })?;
            match wire::hook(&answer.body) {
                Ok(hook) if hook.id == *id => return Ok(hook),
                _ => {}
            }
            // Accepted without saying what it is now: so it is read. If that
            // fails, the hook is changed all the same.
            let read = self.reader.one(id, urgency.following()).await;
            let hook = read.map_err(|error| error.maybe_done(true))?;
            let as_sent = compare::with_patch(patch, &hook).is_empty();
            if as_sent || is_acknowledgement(&answer.body) {
                return Ok(hook);
            }
            if round == ANSWERS {
                let problem = "it is no hook";
                return Err(protocol(&call, &answer, problem).maybe_done(true));
            }
            self.pause_before_repeating(round, &call).await?;
            round += 1;
        }
    }

    /// Deletes a hook.
    ///
    /// # Errors
    /// [`ApiErrorKind::HookMissing`] when it wasn't there to begin with; else
    /// when the tenant refuses or fails.
    pub async fn delete(&self, id: &Id, urgency: Urgency) -> Result<(), ApiError> {
        self.prepare(urgency).await?;
        let call = Call::new(Method::Delete, hook_path(id)?, urgency.class());
        let missing = match self.acknowledged(&call).await {
            Err(error) if error.kind == ApiErrorKind::HookMissing => error,
            other => return other,
        };
        // A proxy or a tenant in trouble can say so as well: it is looked.
        match self.reader.one(id, urgency.following()).await {
            // An earlier attempt came through.
            Err(error) if error.kind == ApiErrorKind::HookMissing => {
                if missing.maybe_done {
                    Ok(())
                } else {
                    Err(missing)
                }
            }
            Err(_) => Err(missing.with_kind(ApiErrorKind::Unexpected).maybe_done(true)),
            Ok(_) => Err(missing.with_kind(ApiErrorKind::Unexpected).maybe_done(false)),
        }
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
                Ok(()) => self.reader.names(id, class).await,
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
            let names = self.reader.names(id, class).await?;
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
