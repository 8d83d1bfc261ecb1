//! Expectations held against an outcome: exact, but for the matchers.

use serde_json::{Map, Value, json};

use super::differ::diff;
use super::{Case, Problem};
use crate::sandbox::{Answer, Effect, Outcome, Settled};

/// What a case may look at.
pub(super) const KEYS: [&str; 9] =
    ["effect", "error", "result", "api", "requests", "calls", "logs", "answers", "stopped"];

/// Matches a text with a regular expression of JavaScript.
pub(super) type Regex<'a> = &'a dyn Fn(&str, &str) -> bool;

/// Everything that is not as the case says.
pub(super) fn problems(
    case: &Case,
    outcome: &Outcome,
    effect: &Effect,
    regex: Regex<'_>,
) -> Vec<Problem> {
    let mut all = Vec::new();
    let expects =
        |key: &str| case.expect.iter().find(|(name, _)| name == key).map(|(_, value)| value);
    let names = |key: &str| expects(key).is_some();
    for unmatched in &outcome.unmatched {
        let nearest = unmatched.nearest.iter().map(|near| format!("  nearest: {near}"));
        let what = format!("no stub answers {}", unmatched.on);
        all.push(Problem { what, lines: nearest.collect() });
    }
    if let Some(stopped) = &outcome.stopped
        && !names("stopped")
    {
        let what = format!("stopped: {} ({})", stopped.by.as_str(), stopped.detail);
        all.push(Problem { what, lines: Vec::new() });
    }
    let fails = expects("effect")
        .and_then(|effect| effect.get("outcome"))
        .is_some_and(|word| word == "failed" || word == "error" || word.is_object());
    if let Some(fault) = outcome.fault()
        && !names("error")
        && !fails
        && outcome.stopped.is_none()
    {
        let name = if fault.name.is_empty() { String::new() } else { format!("{}: ", fault.name) };
        let what = format!("an error left the code: {name}{}", fault.message);
        all.push(Problem { what, lines: Vec::new() });
    }
    if outcome.answers.len() > 1 && !names("answers") {
        let what = format!("the callback was called {} times", outcome.answers.len());
        all.push(Problem { what, lines: Vec::new() });
    }
    for (key, expected) in &case.expect {
        let found = found(key, expected, outcome, effect);
        let (fits, shown) = match key.as_str() {
            "logs" => logs(expected, outcome, regex),
            "error" | "requests" | "calls" => given_fields(expected, &found, regex),
            _ => compare(expected, &found, regex),
        };
        if !fits {
            all.push(Problem { what: key.clone(), lines: diff(&shown, &found) });
        }
    }
    all
}

/// What the outcome has of one aspect.
fn found(key: &str, expected: &Value, outcome: &Outcome, effect: &Effect) -> Value {
    match key {
        "effect" => effect.to_json(),
        "error" => error(expected, outcome),
        "result" => match outcome.answers.first() {
            Some(Answer::Ok(data)) => data.clone().unwrap_or(Value::Null),
            Some(Answer::Error(data, _)) => json!({ "error": data.get("message") }),
            None => Value::from("no answer"),
        },
        "api" => {
            let wants_cache = expected.to_string().contains("cache.");
            let calls = outcome.api.iter().filter(|call| wants_cache || !call.method.starts_with("cache."));
            calls.map(|call| Value::Array([Value::from(call.method.as_str())].into_iter().chain(call.args.iter().cloned()).collect())).collect()
        }
        "requests" => outcome.requests.iter().map(|request| json!({ "on": request.on, "body": request.body, "headers": request.headers })).collect(),
        "calls" => outcome.calls.iter().filter(|call| !call.on_the_way).map(|call| json!({ "call": call.call, "args": call.args })).collect(),
        "logs" => outcome.logs.iter().map(|log| Value::from(log.text.as_str())).collect(),
        "answers" => Value::from(outcome.answers.len()),
        _ => outcome.stopped.as_ref().map_or(Value::Null, |stopped| Value::from(stopped.by.as_str())),
    }
}

/// The error that went out, or that left the code.
fn error(expected: &Value, outcome: &Outcome) -> Value {
    let settled = match &outcome.settled {
        Some(Settled::Threw(fault)) => Some(fault),
        _ => None,
    };
    let fields = match (outcome.answers.first(), settled.or(outcome.fault())) {
        (Some(Answer::Error(data, _)), _) => data.clone(),
        (_, Some(fault)) => {
            let mut data = fault.data.clone();
            data.insert("name".into(), fault.name.as_str().into());
            data.insert("message".into(), fault.message.as_str().into());
            data
        }
        _ => return Value::Null,
    };
    if expected.is_string() || is_matcher(expected) {
        return fields.get("message").cloned().unwrap_or(Value::Null);
    }
    Value::Object(fields)
}

fn is_matcher(value: &Value) -> bool {
    let is_one = |map: &Map<_, _>| map.len() == 1 && map.keys().all(|key| key.starts_with('$'));
    value.as_object().is_some_and(is_one)
}

/// Lists whose items are looked at only in the fields that are named.
fn given_fields(expected: &Value, found: &Value, regex: Regex<'_>) -> (bool, Value) {
    match (expected, found) {
        (Value::Array(expected), Value::Array(found)) => {
            items(expected, found, |item, found| has(item, found, regex, false))
        }
        (Value::Object(_), Value::Object(_)) if !is_matcher(expected) => {
            has(expected, found, regex, false)
        }
        _ => compare(expected, found, regex),
    }
}

/// Each expected item held against the one at its place.
fn items(
    expected: &[Value],
    found: &[Value],
    compare: impl Fn(&Value, &Value) -> (bool, Value),
) -> (bool, Value) {
    let places = expected.iter().enumerate();
    let held = places.map(|(at, item)| match found.get(at) {
        Some(found) => compare(item, found),
        None => (false, item.clone()),
    });
    let (fits, shown): (Vec<bool>, Vec<Value>) = held.unzip();
    (expected.len() == found.len() && !fits.contains(&false), Value::Array(shown))
}

/// Whether a value is as expected, and the expectation with all that fits
/// replaced by what was found, so that a diff shows the rest alone.
fn compare(expected: &Value, found: &Value, regex: Regex<'_>) -> (bool, Value) {
    if let Some(map) = expected.as_object()
        && let Some((key, value)) = map.iter().next()
        && map.len() == 1
    {
        let matched = match (key.as_str(), value, found) {
            ("$any", Value::Bool(true), found) => Some(!found.is_null()),
            ("$regex", Value::String(pattern), Value::String(text)) => Some(regex(pattern, text)),
            ("$regex", ..) => Some(false),
            ("$has", part, found) => return has(part, found, regex, true),
            _ => None,
        };
        match matched {
            Some(true) => return (true, found.clone()),
            Some(false) => return (false, expected.clone()),
            None => {}
        }
    }
    match (expected, found) {
        (Value::Object(expected), Value::Object(found)) => {
            let mut fits = expected.keys().len() == found.keys().len();
            let mut shown = Map::new();
            // in the order of what was found, so that order is no difference
            let order = found.keys().chain(expected.keys().filter(|key| !found.contains_key(*key)));
            for key in order {
                match (expected.get(key), found.get(key)) {
                    (Some(expected), Some(found)) => {
                        let (ok, value) = compare(expected, found, regex);
                        fits &= ok;
                        shown.insert(key.clone(), value);
                    }
                    (Some(expected), None) => {
                        fits = false;
                        shown.insert(key.clone(), expected.clone());
                    }
                    (None, _) => fits = false,
                }
            }
            (fits, Value::Object(shown))
        }
        (Value::Array(expected), Value::Array(found)) => {
            items(expected, found, |item, found| compare(item, found, regex))
        }
        (Value::Number(a), Value::Number(b)) if a.as_f64() == b.as_f64() => (true, found.clone()),
        _ => (expected == found, expected.clone()),
    }
}

/// Whether a value has all that is expected of it. What isn't named is taken
/// over from what was found.
fn has(expected: &Value, found: &Value, regex: Regex<'_>, deep: bool) -> (bool, Value) {
    match (expected, found) {
        (Value::Object(part), Value::Object(whole)) if !is_matcher(expected) => {
            let mut fits = true;
            let mut shown = whole.clone();
            for (key, expected) in part {
                let (ok, value) = match whole.get(key) {
                    Some(found) if deep => has(expected, found, regex, true),
                    Some(found) => compare(expected, found, regex),
                    None => (false, expected.clone()),
                };
                fits &= ok;
                shown.insert(key.clone(), value);
            }
            (fits, Value::Object(shown))
        }
        // each item of the list is there, in order
        (Value::Array(part), Value::Array(whole)) if deep => {
            let mut rest = whole.iter();
            let fits =
                part.iter().all(|expected| rest.any(|found| has(expected, found, regex, true).0));
            (fits, if fits { found.clone() } else { expected.clone() })
        }
        _ => compare(expected, found, regex),
    }
}

/// Each expected text is a part of one line.
fn logs(expected: &Value, outcome: &Outcome, regex: Regex<'_>) -> (bool, Value) {
    let all = match expected {
        Value::Array(all) => all.clone(),
        one => vec![one.clone()],
    };
    let fits = all.iter().all(|one| {
        outcome.logs.iter().any(|log| match one {
            Value::String(part) => log.text.contains(part),
            matcher => compare(matcher, &Value::from(log.text.as_str()), regex).0,
        })
    });
    let none = all.is_empty() && !outcome.logs.is_empty();
    (fits && !none, expected.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(expected: Value, found: Value, fits: bool) {
        let regex = |pattern: &str, text: &str| text.contains(pattern);
        let (ok, shown) = compare(&expected, &found, &regex);
        assert_eq!(ok, fits, "{expected} {found}");
        // what fits leaves nothing for the diff to show, what doesn't does
        assert_eq!(shown == found, fits, "{shown} {found}");
    }

    #[test]
    fn values_match_exactly_but_for_matchers() {
        check(json!({ "a": 1 }), json!({ "a": 1 }), true);
        check(json!({ "a": 1 }), json!({ "a": 1, "b": 2 }), false);
        check(json!({ "a": 1, "b": 2 }), json!({ "a": 1 }), false);
        check(json!({ "b": 2, "a": 1 }), json!({ "a": 1, "b": 2 }), true);
        check(json!([1, 2]), json!([1, 2, 3]), false);
        check(json!({ "a": { "$any": true } }), json!({ "a": [1] }), true);
        check(json!({ "a": { "$any": true } }), json!({ "a": null }), false);
        check(
            json!({ "$has": { "a": 1, "c": { "d": 2 } } }),
            json!({ "a": 1, "b": 2, "c": { "d": 2, "e": 3 } }),
            true,
        );
        check(json!({ "$has": { "a": 2 } }), json!({ "a": 1, "b": 2 }), false);
        check(json!({ "$has": [{ "a": 1 }] }), json!([{ "b": 0 }, { "a": 1, "b": 2 }]), true);
        check(json!({ "$has": [3, 1] }), json!([1, 3]), false);
        check(json!({ "t": { "$regex": "ell" } }), json!({ "t": "hello" }), true);
        check(json!({ "t": { "$regex": "x" } }), json!({ "t": "hello" }), false);
        check(json!({ "t": { "$regex": "1" } }), json!({ "t": 1 }), false);
        check(json!(1), json!(1.0), true);
    }
}
