//! What of a run is compared: the effect, and what left the code.
//!
//! Must not compare texts that differ because of where the code stands.

use serde_json::{Value, json};

use crate::sandbox::{Effect, Ended, Outcome, Program, World, effect};

/// What would be noticed of a run.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Noticed {
    pub(super) effect: Effect,
    /// Requests and calls, in order.
    pub(super) sent: Vec<Value>,
    /// Whether the code went on after its answer: what it did then.
    pub(super) after: Vec<Value>,
    /// How many answers a hook gave.
    pub(super) answers: usize,
    /// Whether a limit stopped it.
    pub(super) stopped: bool,
}

pub(super) fn noticed(program: &Program, world: &World, outcome: &Outcome) -> Noticed {
    let mut sent = Vec::new();
    let mut after = Vec::new();
    for request in &outcome.requests {
        let value =
            json!({ "request": request.on, "headers": request.headers, "body": request.body });
        if request.after { after.push(value) } else { sent.push(value) }
    }
    for call in outcome.calls.iter().filter(|call| !call.on_the_way) {
        let value = json!({ "call": call.call, "args": call.args });
        if call.after { after.push(value) } else { sent.push(value) }
    }
    Noticed {
        effect: effect(program, world, outcome),
        sent,
        after,
        answers: outcome.answers.len(),
        stopped: outcome.stopped.is_some(),
    }
}

/// How two runs differ for a user; `None` if they don't.
pub(super) fn difference(old: &Noticed, new: &Noticed) -> Option<String> {
    if old.effect != new.effect {
        return Some(of_effects(&old.effect, &new.effect));
    }
    if old.sent != new.sent {
        return Some(of_sent(&old.sent, &new.sent));
    }
    let gone: Vec<_> =
        old.after.iter().filter(|it| !new.sent.contains(it) && !new.after.contains(it)).collect();
    if !gone.is_empty() {
        return Some(format!("work after the answer is cut off: {}", short(gone.first().copied())));
    }
    None
}

fn of_effects(old: &Effect, new: &Effect) -> String {
    if old.outcome != new.outcome {
        return format!("{}, now {}", ended(old), ended(new));
    }
    let (old, new) = (old.to_json(), new.to_json());
    let keys = [
        "claims",
        "scope",
        "code",
        "reason",
        "userMessage",
        "user_metadata",
        "app_metadata",
        "message",
    ];
    for key in keys {
        if old.get(key) != new.get(key) {
            return format!("{key} {}, now {}", short(old.get(key)), short(new.get(key)));
        }
    }
    "the outcome differs".to_owned()
}

fn ended(effect: &Effect) -> String {
    let why = effect.reason.as_deref().or(effect.message.as_deref()).unwrap_or_default();
    let word = match effect.outcome {
        Ended::Ok => "goes through",
        Ended::Denied => "denied",
        Ended::Failed => "fails",
        Ended::Error => "ends with an error",
    };
    if why.is_empty() { word.to_owned() } else { format!("{word} ({})", cut(why)) }
}

fn of_sent(old: &[Value], new: &[Value]) -> String {
    let at =
        old.iter().zip(new).position(|(old, new)| old != new).unwrap_or(old.len().min(new.len()));
    match (old.get(at), new.get(at)) {
        (Some(old), None) => format!("no longer sent: {}", short(Some(old))),
        (None, Some(new)) => format!("sent in addition: {}", short(Some(new))),
        (old, new) => format!("sent {}, now {}", short(old), short(new)),
    }
}

fn short(value: Option<&Value>) -> String {
    match value {
        Some(value) => cut(&value.to_string()),
        None => "none".to_owned(),
    }
}

fn cut(text: &str) -> String {
    const MOST: usize = 160;
    if text.chars().count() <= MOST {
        return text.to_owned();
    }
    text.chars().take(MOST).chain(['…']).collect()
}
