//! What a run in another process saw, put through the records of the sandbox,
//! so that both engines give outcomes of one form under the same limits.
//!
//! Must not trust what it reads beyond its form.

use std::rc::Rc;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::fault::{in_words_of_v8, place_in};
use super::guard::Guard;
use super::records::Records;
use crate::sandbox::compile::Columns;
use crate::sandbox::outcome::{Fault, Outcome, Settled, Stop};
use crate::sandbox::world::Job;

/// An error as the other process describes it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Thrown {
    name: String,
    message: String,
    stack: String,
    data: Map<String, Value>,
}

impl Thrown {
    fn fault(value: &Value, columns: &Columns) -> Fault {
        let Self { name, message, stack, mut data } = Self::deserialize(value).unwrap_or_default();
        for known in ["name", "message", "stack"] {
            data.remove(known);
        }
        let message = in_words_of_v8(&message);
        Fault { name, message, place: place_in(&stack, columns), data }
    }
}

/// The outcome of a run of which these things were seen, in order.
pub(in crate::sandbox) fn replay(job: &Job, seen: &[Vec<Value>], columns: &Columns) -> Outcome {
    let guard = Rc::new(Guard::new(&job.limits));
    let records = Records::new(job, guard.clone(), 0);
    let text = |value: Option<&Value>| {
        value.and_then(Value::as_str).map(str::to_owned).unwrap_or_default()
    };
    let list = |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
    for one in seen {
        let at = |place: usize| one.get(place);
        let fault = |place: usize| Thrown::fault(at(place).unwrap_or(&Value::Null), columns);
        match text(at(0)).as_str() {
            "began" => records.began(),
            "answer" => {
                let place = place_in(&text(at(3)), columns);
                records.answer(at(1) == Some(&Value::Bool(true)), &text(at(2)), place);
            }
            "settled" => records.settled(match at(1) {
                None | Some(Value::Null) => Settled::Returned,
                Some(_) => Settled::Threw(fault(1)),
            }),
            "thrown" => records.thrown(fault(1)),
            "uncaught" => records.uncaught(fault(1)),
            "api" => records.api(text(at(1)), list(at(2))),
            "call" => {
                records.call(text(at(1)), list(at(2)));
            }
            "passed" => {
                let call = at(1).and_then(Value::as_i64).and_then(|call| i32::try_from(call).ok());
                records.passed(call.unwrap_or(-1));
            }
            "http" => {
                records.http(&text(at(1)), &text(at(2)), &text(at(3)), &text(at(4)));
            }
            "log" => records.log(&text(at(1)), &text(at(2))),
            "full" => guard.stop(Stop::Memory, "it recorded more than the limit of a run"),
            // a hook that has answered may leave timers behind
            "late" if !records.has_answered() => {
                let seconds = job.limits.wall_ms as f64 / 1000.0;
                guard.stop(Stop::Time, format!("it ran longer than {seconds} s"));
            }
            _ => {}
        }
    }
    records.take(&[])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::sandbox::{Answer, Limits, Program, World};

    #[test]
    fn what_was_seen_becomes_an_outcome() {
        let program = Program::Hook { trigger: "pre-user-registration".into(), script: "".into() };
        let job =
            Job { program, world: World::default(), limits: Limits::default(), coverage: false };
        let seen = json!([
            ["began"],
            ["log", "log", "x".repeat(300)],
            ["call", "crm.send", [1]],
            ["http", "POST", "https://a.example/", "{\"content-type\":\"application/json\"}", "{\"a\":1}"],
            ["answer", true, "{\"stack\":\"s\",\"message\":\"no\"}", "Error: no\n    at script.js:3:9"],
            ["call", "crm.send", [2]],
            ["uncaught", { "name": "TypeError", "message": "x", "stack": "at script.js:1:30" }],
            ["never heard of"], [], [7, 7]
        ]);
        let seen: Vec<Vec<Value>> = serde_json::from_value(seen).unwrap();
        let outcome = replay(&job, &seen, &Columns::shifted(20));
        assert!(outcome.began);
        assert_eq!(outcome.logs[0].text.chars().count(), 257);
        assert_eq!(outcome.calls.iter().map(|call| call.after).collect::<Vec<_>>(), [false, true]);
        assert_eq!(outcome.requests[0].body, json!({ "a": 1 }));
        assert_eq!(outcome.unmatched.len(), 1);
        let Some(Answer::Error(data, Some(place))) = outcome.answers.first() else {
            panic!("{outcome:?}")
        };
        assert_eq!((data.len(), place.line, place.column), (1, 3, 9));
        assert_eq!(outcome.uncaught[0].place.map(|place| place.column), Some(10));
    }
}
