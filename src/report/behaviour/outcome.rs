//! One run: how it ended, its calls, requests and lines.

use serde_json::{Value, json};

use crate::behaviour::diff;
use crate::model::Mask;
use crate::report::ink::{Ink, plain, span};
use crate::report::layout::Page;
use crate::report::{Style, safe};
use crate::sandbox::{Answer, Effect, Fault, Outcome, Settled};

/// For programs.
#[must_use]
pub fn outcome_json(outcome: &Outcome, effect: &Effect) -> Value {
    let fault = |fault: &Fault| json!({ "name": fault.name, "message": fault.message, "line": fault.place.map(|p| p.line), "column": fault.place.map(|p| p.column) });
    let answers: Vec<Value> = outcome
        .answers
        .iter()
        .map(|answer| match answer {
            Answer::Ok(data) => json!({ "result": data }),
            Answer::Error(data, place) => json!({ "error": data, "line": place.map(|p| p.line) }),
        })
        .collect();
    let ended = match &outcome.settled {
        None => Value::Null,
        Some(Settled::Returned) => Value::from("returned"),
        Some(Settled::Threw(one)) => json!({ "threw": fault(one) }),
    };
    json!({
        "format_version": "1",
        "effect": effect.to_json(),
        "answers": answers,
        "ended": ended,
        "thrown": outcome.thrown.as_ref().map(fault),
        "uncaught": outcome.uncaught.iter().map(fault).collect::<Vec<_>>(),
        "api": outcome.api.iter().map(|call| Value::Array([Value::from(call.method.as_str())].into_iter().chain(call.args.iter().cloned()).collect())).collect::<Vec<_>>(),
        "requests": outcome.requests.iter().map(|one| json!({ "on": one.on, "headers": one.headers, "body": one.body })).collect::<Vec<_>>(),
        "unmatched": outcome.unmatched.iter().map(|one| one.on.clone()).collect::<Vec<_>>(),
        "calls": outcome.calls.iter().filter(|call| !call.on_the_way).map(|call| json!({ "call": call.call, "args": call.args })).collect::<Vec<_>>(),
        "logs": outcome.logs.iter().map(|log| json!({ "level": log.level, "text": log.text })).collect::<Vec<_>>(),
        "stopped": outcome.stopped.as_ref().map(|stopped| json!({ "by": stopped.by.as_str(), "detail": stopped.detail })),
    })
}

/// A value without the secrets, wherever they are in it.
#[must_use]
pub fn masked(value: &Value, mask: &Mask) -> Value {
    let hidden = |text: &str| {
        let shown = mask.text(text);
        (shown != text).then(|| Value::from(shown))
    };
    match value {
        Value::String(text) => hidden(text).unwrap_or_else(|| value.clone()),
        // a secret may be a list of its bytes
        Value::Array(items) if items.iter().all(Value::is_number) => {
            let whole = hidden(&value.to_string()).map(|_| Value::from("***"));
            whole.unwrap_or_else(|| items.iter().map(|item| masked(item, mask)).collect())
        }
        Value::Array(items) => items.iter().map(|item| masked(item, mask)).collect(),
        Value::Object(fields) => Value::Object(
            fields.iter().map(|(key, item)| (mask.text(key), masked(item, mask))).collect(),
        ),
        // a secret may be a number's digits
        Value::Number(number) => {
            let text = number.to_string();
            let shown = mask.text(&text);
            let is_whole = !shown.is_empty() && !shown.chars().any(|c| c.is_ascii_digit());
            if shown != text && is_whole { Value::from(shown) } else { value.clone() }
        }
        other => other.clone(),
    }
}

/// For people: what is empty is left out.
#[must_use]
pub fn outcome_text(name: &str, whole: &Value, style: &Style) -> String {
    let mut page = Page::new(style);
    let word = whole["effect"]["outcome"].as_str().unwrap_or_default();
    let ink = if word == "ok" { Ink::Added } else { Ink::Danger };
    page.wrap(0, 2, &[plain(format!("{}: ", safe::inline(name, true))), span(ink, word)]);
    let titles = [
        ("effect", "Effect"),
        ("answers", "Answers"),
        ("ended", "Ended"),
        ("thrown", "Thrown"),
        ("uncaught", "Uncaught errors"),
        ("api", "Calls of api"),
        ("requests", "Requests"),
        ("unmatched", "Requests without a stub"),
        ("calls", "Calls of modules"),
        ("stopped", "Stopped"),
    ];
    for (key, title) in titles {
        let value = &whole[key];
        let is_empty =
            value.is_null() || value.as_array().is_some_and(Vec::is_empty) || value == "returned";
        if is_empty {
            continue;
        }
        page.gap();
        page.line(Ink::Place, title);
        for line in diff(value, value) {
            page.verbatim(2, vec![plain(safe::inline(line.get(2..).unwrap_or_default(), true))]);
        }
    }
    let logs = whole["logs"].as_array().map(Vec::as_slice).unwrap_or_default();
    if !logs.is_empty() {
        page.gap();
        page.line(Ink::Place, "Console");
        for log in logs {
            for line in log["text"].as_str().unwrap_or_default().split('\n') {
                page.wrap(2, 6, &[plain(safe::inline(line, true))]);
            }
        }
    }
    page.finish()
}
