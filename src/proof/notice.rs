//! What of a run is compared: the effect, and what left the code.
//!
//! Must not compare texts that differ because of where the code stands.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::sandbox::{Effect, Ended, Outcome, Program, World, effect};

/// What would be noticed of a run.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Noticed {
    pub(super) effect: Effect,
    /// Requests and calls, in order.
    pub(super) sent: Vec<Value>,
    /// Actions: the calls of `api`, in order.
    pub(super) api: Option<Vec<Value>>,
    /// Whether the code went on after its answer: what it did then.
    pub(super) after: Vec<Value>,
    /// Actions: what was sent or called while nothing waited for the answer.
    pub(super) open: Vec<Value>,
    /// Actions: calls of packages of which nothing took what they gave. Whether
    /// they send something is not known.
    pub(super) dropped: Vec<String>,
    /// Whether a text goes out that the engine made and that Node has other
    /// words for, with names of the code in them.
    pub(super) engine_text: bool,
    /// How many answers a hook gave.
    pub(super) answers: usize,
    /// Whether a limit stopped it.
    pub(super) stopped: bool,
}

pub(super) fn noticed(program: &Program, world: &World, outcome: &Outcome) -> Noticed {
    let mut sent = Vec::new();
    let mut after = Vec::new();
    let mut open = Vec::new();
    let mut dropped = Vec::new();
    let has_ended = matches!(program, Program::Action { .. }) && outcome.settled.is_some();
    let is_cut = |is_open: bool| has_ended && is_open;
    for request in &outcome.requests {
        let value =
            json!({ "request": request.on, "headers": request.headers, "body": request.body });
        if is_cut(request.open) {
            open.push(value.clone());
        }
        if request.after { after.push(value) } else { sent.push(value) }
    }
    for call in outcome.calls.iter().filter(|call| !call.on_the_way) {
        let value = json!({ "call": call.call, "args": call.args });
        if is_cut(call.open) {
            open.push(value.clone());
        }
        if has_ended && !call.taken {
            dropped.push(call.call.clone());
        }
        if call.after { after.push(value) } else { sent.push(value) }
    }
    let called = |call: &&crate::sandbox::ApiCall| !call.method.starts_with("cache.");
    let api = matches!(program, Program::Action { .. }).then(|| {
        let calls = outcome.api.iter().filter(called);
        calls
            .map(|call| json!({ "call": format!("api.{}", call.method), "args": call.args }))
            .collect()
    });
    let effect = effect(program, world, outcome);
    let mut shown = effect.to_json();
    if let Some(fields) = shown.as_object_mut() {
        // of an error that left the code, the text is in the log alone
        fields.shift_remove("message");
    }
    let engine_text = std::iter::once(&shown).chain(&sent).chain(&after).any(has_engine_text);
    Noticed {
        effect,
        engine_text,
        api,
        sent,
        after,
        open,
        dropped,
        answers: outcome.answers.len(),
        stopped: outcome.stopped.is_some(),
    }
}

/// What the engine says where Node names what the code says.
const ENGINE_TEXTS: [&str; 9] = [
    "not a function",
    "property is not a function",
    "value is not iterable",
    "cannot convert to object",
    "not an object",
    "not a constructor",
    "expected string",
    "value has no property",
    "invalid 'in' operand",
];

fn has_engine_text(value: &Value) -> bool {
    let is_alone = |front: &str| front.is_empty() || front.trim_end().ends_with([':', '(', '"']);
    match value {
        Value::String(text) => {
            ENGINE_TEXTS.iter().any(|own| text.strip_suffix(own).is_some_and(is_alone))
        }
        Value::Array(items) => items.iter().any(has_engine_text),
        Value::Object(fields) => fields.iter().any(|(_, item)| has_engine_text(item)),
        _ => false,
    }
}

/// One way in which two runs differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Differs {
    /// What is the same for all runs that differ in this way. Texts that the
    /// code made are no part of it: those of one effect are one difference.
    pub(super) kind: String,
    /// Both sides, such as `goes through, now denied (no plan)`.
    pub(super) message: String,
    /// The new side first, as a reviewer would say it: `now denied (no plan)`.
    pub(super) summary: String,
}

/// How the kind of a difference begins that an Action doesn't wait for something.
pub(super) const NOT_WAITED_FOR: &str = "not waited for";

/// How two runs differ for a user; `None` if they don't.
pub(super) fn difference(old: &Noticed, new: &Noticed) -> Option<Differs> {
    if old.effect != new.effect {
        return Some(of_effects(&old.effect, &new.effect));
    }
    if let (Some(before), Some(after)) = (&old.api, &new.api)
        && before != after
        // what a denied login was given besides, nobody notices
        && old.effect.outcome != Ended::Denied
    {
        return Some(of_sent(before, after));
    }
    // What a hook sent behind its answer, an Action that does it sends before its end.
    let rest = new.sent.strip_prefix(old.sent.as_slice());
    let is_all = |rest: &[Value]| rest.iter().all(|it| old.after.contains(it));
    if !rest.is_some_and(is_all) {
        return Some(of_sent(&old.sent, &new.sent));
    }
    // What a hook that fell had sent, it may have lost, too.
    let went_on = old.api.is_some() || old.answers > 0;
    let is_new = |it: &&Value| went_on && !old.open.contains(it);
    if let Some(first) = new.open.iter().find(is_new) {
        let name = sent_name(Some(first));
        let message = format!("the Action ends before {name} is answered, so it may never be sent");
        let summary = format!("no longer waits for {name}, which may be cut off");
        // where a request goes may follow from the event: one way to end early is one difference
        let what = name_of(first).split(' ').next().unwrap_or_default();
        let kind = format!("{NOT_WAITED_FOR} {what}");
        return Some(Differs { kind, message, summary });
    }
    let is_gone = |it: &&Value| !new.sent.contains(it) && !new.after.contains(it);
    let first = Some(old.after.iter().find(is_gone)?);
    let message = format!("work after the answer is cut off: {}", short(first));
    let summary = format!("no longer does what came after its answer ({})", sent_name(first));
    Some(Differs { kind: "after the answer".to_owned(), message, summary })
}

/// Fields of an effect that are one value.
const SINGLE: [(&str, &str); 5] = [
    ("scope", "the scope"),
    ("code", "the error code"),
    ("reason", "the reason"),
    ("userMessage", "what the user reads"),
    ("message", "the error"),
];

fn of_effects(old: &Effect, new: &Effect) -> Differs {
    if old.outcome != new.outcome {
        let message = format!("{}, now {}", ended(old), ended(new));
        let before = if old.outcome == Ended::Ok {
            String::new()
        } else {
            format!("; until now it {}", ended(old).replacen("denied", "was denied", 1))
        };
        let summary = format!("now {}{before}", ended(new));
        let kind = format!("{}, now {}", word(old), word(new));
        return Differs { kind, message, summary };
    }
    let (old, new) = (old.to_json(), new.to_json());
    for (key, word) in [
        ("claims", "claim "),
        ("user_metadata", "user_metadata."),
        ("app_metadata", "app_metadata."),
    ] {
        if old.get(key) != new.get(key) {
            return of_maps(key, word, old.get(key), new.get(key));
        }
    }
    for (key, word) in SINGLE {
        let (before, after) = (old.get(key), new.get(key));
        if before != after {
            let message = format!("{key} {}, now {}", short(before), short(after));
            let summary = changed(word, before, after);
            return Differs { kind: key.to_owned(), message, summary };
        }
    }
    let message = "the outcome differs".to_owned();
    Differs { kind: message.clone(), summary: message.clone(), message }
}

/// What became of one value.
fn changed(word: &str, before: Option<&Value>, after: Option<&Value>) -> String {
    match (before, after) {
        (None, _) => format!("now sets {word} to {}", short(after)),
        (_, None) => format!("no longer sets {word} (was {})", short(before)),
        _ => format!("{word} is now {}, was {}", short(after), short(before)),
    }
}

/// The first entry that differs of two maps, and how many more do.
fn of_maps(key: &str, word: &str, old: Option<&Value>, new: Option<&Value>) -> Differs {
    let message = format!("{key} {}, now {}", short(old), short(new));
    let maps = [old, new].map(|map| map.and_then(Value::as_object));
    let [before, after] = maps.map(|map| move |name: &str| map.and_then(|map| map.get(name)));
    let names = maps.into_iter().flatten().flat_map(|map| map.keys());
    let all: BTreeSet<&str> =
        names.map(String::as_str).filter(|name| before(name) != after(name)).collect();
    let Some(first) = all.first() else {
        return Differs { kind: key.to_owned(), summary: message.clone(), message };
    };
    let what = match (before(first), after(first)) {
        (None, _) => "set",
        (_, None) => "gone",
        _ => "other",
    };
    let mut summary = changed(&format!("{word}{first}"), before(first), after(first));
    if all.len() > 1 {
        summary.push_str(&format!(", and {} more", all.len() - 1));
    }
    let all: Vec<&str> = all.into_iter().collect();
    Differs { kind: format!("{key} {what} {}", all.join(" ")), message, summary }
}

fn word(effect: &Effect) -> &'static str {
    match effect.outcome {
        Ended::Ok => "goes through",
        Ended::Denied => "denied",
        Ended::Failed => "fails",
        Ended::Error => "ends with an error",
    }
}

fn ended(effect: &Effect) -> String {
    let why = effect.reason.as_deref().or(effect.message.as_deref()).unwrap_or_default();
    let word = word(effect);
    if why.is_empty() { word.to_owned() } else { format!("{word} ({})", cut(why)) }
}

fn of_sent(old: &[Value], new: &[Value]) -> Differs {
    let at =
        old.iter().zip(new).position(|(old, new)| old != new).unwrap_or(old.len().min(new.len()));
    let (before, after) = (old.get(at), new.get(at));
    let (was, is) = (sent_name(before), sent_name(after));
    let verb = |sent: Option<&Value>| match sent.is_some_and(|sent| sent.get("call").is_some()) {
        true => "calls",
        false => "sends",
    };
    let (message, summary) = match (before, after) {
        (Some(_), None) => (
            format!("no longer sent: {}", short(before)),
            format!("no longer {} {was}", verb(before)),
        ),
        (None, Some(_)) => (
            format!("sent in addition: {}", short(after)),
            format!("now also {} {is}", verb(after)),
        ),
        _ => {
            let message = format!("sent {}, now {}", short(before), short(after));
            if was == is {
                let part = before.zip(after).map_or_else(String::new, |(a, b)| part(a, b));
                (message, format!("{} {is} with {part}", verb(after)))
            } else {
                let past = if verb(before) == "calls" { "called" } else { "sent" };
                (message, format!("now {} {is} where it {past} {was}", verb(after)))
            }
        }
    };
    let kind = format!("{} {}", place_of(before), place_of(after));
    Differs { kind, message, summary }
}

/// What differs in one request or call.
fn part(old: &Value, new: &Value) -> String {
    let differs = |key: &str| old.get(key) != new.get(key);
    let words =
        [("headers", "other headers"), ("body", "another body"), ("args", "other arguments")];
    let all: Vec<&str> =
        words.into_iter().filter(|(key, _)| differs(key)).map(|(_, word)| word).collect();
    all.join(" and ")
}

/// What was sent or called; of a call of `api` with its arguments.
fn sent_name(sent: Option<&Value>) -> String {
    let Some(sent) = sent else { return "nothing".to_owned() };
    let name = name_of(sent);
    match sent.get("args").and_then(Value::as_array) {
        Some(args) if name.starts_with("api.") => {
            let args: Vec<String> = args.iter().map(Value::to_string).collect();
            cut(&format!("{name}({})", args.join(", ")))
        }
        _ => cut(name),
    }
}

fn name_of(sent: &Value) -> &str {
    let name = sent.get("request").or_else(|| sent.get("call"));
    name.and_then(Value::as_str).unwrap_or("nothing")
}

/// What was sent or called, without what is in a query.
fn place_of(sent: Option<&Value>) -> String {
    let name = sent.map(name_of).unwrap_or("nothing");
    name.split('?').next().unwrap_or(name).to_owned()
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

#[cfg(test)]
mod tests;
