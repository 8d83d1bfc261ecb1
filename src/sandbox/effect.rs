//! What a user of the tenant would notice of a run, in words that are the
//! same for a hook and for the Action that takes its place.
//!
//! Pure. Migration and behaviour plans compare nothing else.

use serde::Serialize;
use serde_json::{Map, Value};

use super::outcome::{Answer, Outcome, Settled};
use super::world::{Program, World};
use crate::script::hooks::is_reserved_host;

/// How a run ended, for the user; in test files and output by these words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Ended {
    /// It went through.
    #[default]
    Ok,
    /// The code refused it by its own word.
    Denied,
    /// The code threw, rejected or never answered, on a trigger that blocks.
    Failed,
    /// The same, or an error for an answer, on a trigger that doesn't block.
    Error,
}

/// What a user would notice.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Effect {
    /// How it ended.
    pub outcome: Ended,
    /// Custom claims of the access token.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub claims: Map<String, Value>,
    /// What was changed; null removes.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub user_metadata: Map<String, Value>,
    /// What was changed; null removes.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub app_metadata: Map<String, Value>,
    /// The scopes, if they were changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<Value>,
    /// The OAuth error, or the code of a validation error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Why it was denied, for the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Why it was denied, for the user.
    #[serde(rename = "userMessage", skip_serializing_if = "Option::is_none")]
    pub user_message: Option<String>,
    /// The error's text where it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

impl Effect {
    pub(crate) fn new(outcome: Ended) -> Self {
        Self { outcome, ..Self::default() }
    }

    fn broken(trigger: &str, message: impl Into<String>) -> Self {
        let outcome = if blocks(trigger) { Ended::Failed } else { Ended::Error };
        Self { message: Some(message.into()), ..Self::new(outcome) }
    }

    /// As test files write it: what is empty is left out.
    #[must_use]
    pub fn to_json(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}

/// Whether the flow waits for the code's word.
fn blocks(trigger: &str) -> bool {
    !matches!(
        trigger,
        "post-user-registration"
            | "post-change-password"
            | "event-stream"
            | "custom-email-provider"
            | "custom-phone-provider"
    )
}

/// What a user would notice of an outcome.
#[must_use]
pub fn effect(program: &Program, world: &World, outcome: &Outcome) -> Effect {
    let trigger = program.trigger();
    match program {
        Program::Hook { .. } => of_hook(trigger, world, outcome),
        Program::Action { .. } => of_action(trigger, world, outcome),
    }
}

fn never(trigger: &str, outcome: &Outcome, word: &str) -> Effect {
    if let Some(stopped) = &outcome.stopped {
        return Effect::broken(trigger, format!("stopped: {}", stopped.by.as_str()));
    }
    match outcome.fault() {
        Some(fault) => Effect::broken(trigger, fault.message.clone()),
        None => Effect::broken(trigger, word),
    }
}

fn of_hook(trigger: &str, world: &World, outcome: &Outcome) -> Effect {
    match outcome.answers.first() {
        None => never(trigger, outcome, "never answered"),
        Some(Answer::Ok(data)) => {
            let none = Value::Null;
            succeeded(trigger, world, data.as_ref().unwrap_or(&none))
        }
        Some(Answer::Error(data, _)) => {
            let text = |key: &str| data.get(key).and_then(Value::as_str).map(str::to_owned);
            let message = text("message").unwrap_or_default();
            if !outcome.began || trigger == "send-phone-message" || !blocks(trigger) {
                return Effect::broken(trigger, message);
            }
            let mut effect = Effect::new(Ended::Denied);
            if trigger == "credentials-exchange" {
                let code = match text("name").as_deref() {
                    Some("InvalidScopeError") => "invalid_scope",
                    Some("InvalidRequestError") => "invalid_request",
                    _ => "server_error",
                };
                effect.code = Some(code.to_owned());
            } else {
                effect.user_message =
                    Some(text("friendlyMessage").unwrap_or_else(|| message.clone()));
            }
            effect.reason = Some(message);
            effect
        }
    }
}

fn succeeded(trigger: &str, world: &World, data: &Value) -> Effect {
    let mut effect = Effect::new(Ended::Ok);
    match trigger {
        "credentials-exchange" => {
            let before = world.event.get("scope").cloned().unwrap_or(Value::Null);
            let after = data.get("scope").cloned().unwrap_or(Value::Null);
            let is_none =
                |scope: &Value| scope.is_null() || scope.as_array().is_some_and(Vec::is_empty);
            if before != after && !(is_none(&before) && is_none(&after)) {
                effect.scope = Some(if after.is_null() { Value::Array(Vec::new()) } else { after });
            }
            let claims = data.as_object().into_iter().flatten();
            effect.claims = claims
                .filter(|(name, _)| is_claim(name))
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect();
        }
        "pre-user-registration" => {
            let change = |kind: &str| {
                let before = world.event.get("user").and_then(|user| user.get(kind));
                let after = data.get("user").and_then(|user| user.get(kind));
                changes(before, after)
            };
            effect.user_metadata = change("user_metadata");
            effect.app_metadata = change("app_metadata");
        }
        _ => {}
    }
    effect
}

/// Whether a hook's claim of this name is kept: a URL outside of Auth0's own
/// domains.
fn is_claim(name: &str) -> bool {
    let Ok(url) = url::Url::parse(name) else { return false };
    let host = url.host_str().unwrap_or_default();
    matches!(url.scheme(), "http" | "https") && !is_reserved_host(host)
}

/// What differs between two maps of metadata; what is gone is null, and a key
/// that is null is as good as gone: an Action has no other word for it. A map
/// that isn't there changes nothing.
fn changes(before: Option<&Value>, after: Option<&Value>) -> Map<String, Value> {
    let Some(Value::Object(after)) = after else { return Map::new() };
    let empty = Map::new();
    let before = before.and_then(Value::as_object).unwrap_or(&empty);
    let of = |map: &Map<String, Value>, key: &str| map.get(key).cloned().unwrap_or_default();
    let mut changes = Map::new();
    for key in after.keys().chain(before.keys()) {
        let value = of(after, key);
        if of(before, key) != value {
            changes.insert(key.clone(), value);
        }
    }
    changes
}

fn of_action(trigger: &str, world: &World, outcome: &Outcome) -> Effect {
    if outcome.settled != Some(Settled::Returned) || outcome.stopped.is_some() {
        return never(trigger, outcome, "never ended");
    }
    let mut effect = Effect::new(Ended::Ok);
    let mut scopes = Scopes::of(world);
    for call in &outcome.api {
        let arg = |at: usize| call.args.get(at);
        let text = |at: usize| arg(at).and_then(Value::as_str).map(str::to_owned);
        let first_deny = effect.outcome != Ended::Denied;
        match call.method.as_str() {
            "access.deny" if first_deny => {
                effect.outcome = Ended::Denied;
                match trigger {
                    "credentials-exchange" | "custom-token-exchange" => {
                        effect.code = text(0);
                        effect.reason = text(1);
                    }
                    "pre-user-registration" => {
                        effect.reason = text(0);
                        effect.user_message = text(1);
                    }
                    _ => effect.reason = text(0),
                }
            }
            "validation.error" if first_deny => {
                effect.outcome = Ended::Denied;
                effect.code = text(0);
                effect.user_message = text(1);
            }
            "session.revoke"
            | "refreshToken.revoke"
            | "access.rejectInvalidSubjectToken"
            | "notification.drop"
            | "notification.retry"
                if first_deny =>
            {
                effect.outcome = Ended::Denied;
                effect.reason = text(0);
            }
            "accessToken.setCustomClaim" => {
                if let (Some(name), Some(value)) = (text(0), arg(1)) {
                    effect.claims.insert(name, value.clone());
                }
            }
            "user.setUserMetadata" => {
                set(&mut effect.user_metadata, world, "user_metadata", text(0), arg(1))
            }
            "user.setAppMetadata" => {
                set(&mut effect.app_metadata, world, "app_metadata", text(0), arg(1))
            }
            method => scopes.apply(method, arg(0)),
        }
    }
    effect.scope = scopes.changed();
    if effect.outcome == Ended::Denied && trigger == "credentials-exchange" {
        // no token, so nothing else can be noticed
        effect.claims.clear();
        effect.scope = None;
    }
    if effect.outcome == Ended::Denied && trigger == "pre-user-registration" {
        effect.user_metadata.clear();
        effect.app_metadata.clear();
    }
    effect
}

fn set(
    target: &mut Map<String, Value>,
    world: &World,
    kind: &str,
    key: Option<String>,
    value: Option<&Value>,
) {
    let Some(key) = key else { return };
    let before =
        world.event.get("user").and_then(|user| user.get(kind)).and_then(|all| all.get(&key));
    let value = value.cloned().unwrap_or(Value::Null);
    if before.unwrap_or(&Value::Null) == &value {
        target.remove(&key);
    } else {
        target.insert(key, value);
    }
}

/// The scopes of the token, under the calls that change them.
struct Scopes {
    before: Vec<Value>,
    now: Vec<Value>,
}

impl Scopes {
    fn of(world: &World) -> Self {
        let token = world.event.get("accessToken").and_then(|token| token.get("scope"));
        let before = token.and_then(Value::as_array).cloned().unwrap_or_default();
        Self { now: before.clone(), before }
    }

    fn apply(&mut self, method: &str, arg: Option<&Value>) {
        let all = match arg {
            Some(Value::Array(all)) => all.clone(),
            Some(one) => vec![one.clone()],
            None => Vec::new(),
        };
        match method {
            "transaction.addTargetScope" | "accessToken.addScope" => {
                for scope in all {
                    if !self.now.contains(&scope) {
                        self.now.push(scope);
                    }
                }
            }
            "transaction.removeTargetScope"
            | "transaction.removeTargetScopes"
            | "accessToken.removeScope" => {
                self.now.retain(|scope| !all.contains(scope));
            }
            "transaction.setTargetScopes" => self.now = all,
            "transaction.clearTargetScopes" => self.now.clear(),
            _ => {}
        }
    }

    fn changed(self) -> Option<Value> {
        (self.before != self.now).then_some(Value::Array(self.now))
    }
}
