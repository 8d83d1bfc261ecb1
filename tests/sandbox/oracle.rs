//! Holds the sandbox against what Auth0's published compiler of hooks
//! (npm `auth0-ext-compilers`), and its way to load Actions, do on Node.js.
//!
//! `tests/sandbox/oracle/run.sh` asks them again; without it, the recorded
//! answers in `tests/sandbox/oracle/answers.json` stand in.

use hooksync::sandbox::{Answer, Job, Limits, Outcome, Program, Settled, World, run};
use serde_json::{Value, json};

#[derive(serde::Deserialize)]
struct Case {
    kind: String,
    name: String,
    trigger: String,
    script: String,
    event: Value,
    answers: Vec<Value>,
    thrown: Option<String>,
    uncaught: Vec<String>,
    settled: Option<Value>,
    api: Vec<Value>,
}

/// Texts that an engine makes itself differ between engines.
const ENGINES_OWN: [&str; 11] = [
    "Cannot read properties",
    "Assignment to constant",
    "before initialization",
    "Unexpected",
    "Identifier",
    "statements require",
    "not a function",
    "JSON",
    "circular",
    "serialize",
    "BigInt",
];

fn outcome(case: &Case) -> Outcome {
    let (trigger, text) = (case.trigger.clone(), case.script.clone());
    let program = match case.kind.as_str() {
        "hook" => Program::Hook { trigger, script: text },
        _ => Program::Action { trigger, code: text, handler: None },
    };
    let secrets = [("TOKEN".to_owned(), "t0".to_owned())].into();
    let world = World {
        event: case.event.clone(),
        secrets,
        now: 1_767_225_600_000,
        seed: 1,
        ..World::default()
    };
    run(&Job { program, world, limits: Limits::default(), coverage: false })
}

fn ours(outcome: &Outcome) -> Value {
    let answers: Vec<Value> = outcome
        .answers
        .iter()
        .map(|answer| match answer {
            Answer::Ok(Some(data)) => json!({ "status": "success", "data": data }),
            Answer::Ok(None) => json!({ "status": "success" }),
            Answer::Error(data, _) => json!({ "status": "error", "data": data }),
        })
        .collect();
    let settled = outcome.settled.as_ref().map(|settled| match settled {
        Settled::Returned => json!("returned"),
        Settled::Threw(fault) => json!({ "threw": fault.message }),
    });
    let api: Vec<Value> = outcome
        .api
        .iter()
        .map(|call| [json!(call.method)].into_iter().chain(call.args.iter().cloned()).collect())
        .collect();
    json!({
        "answers": answers, "thrown": outcome.thrown.as_ref().map(|fault| fault.message.clone()),
        "uncaught": outcome.uncaught.iter().map(|fault| fault.message.clone()).collect::<Vec<_>>(), "settled": settled, "api": api,
    })
}

/// Whether both are the same but for an engine's own texts.
fn same(theirs: &Value, ours: &Value) -> bool {
    match (theirs, ours) {
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter().all(|(key, value)| b.get(key).is_some_and(|other| same(value, other)))
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (Value::String(a), Value::String(b)) => {
            a == b || ENGINES_OWN.iter().any(|part| a.contains(part))
        }
        _ => theirs == ours,
    }
}

#[test]
fn the_sandbox_does_what_auth0_s_code_does_on_node() {
    let recorded = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sandbox/oracle/answers.json");
    let file = std::env::var("HOOKSYNC_ORACLE_ANSWERS").unwrap_or_else(|_| recorded.into());
    let cases: Vec<Case> = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    assert!(cases.len() > 350, "only {} cases", cases.len());
    let mut wrong = String::new();
    for case in &cases {
        let theirs = json!({ "answers": case.answers, "thrown": case.thrown, "uncaught": case.uncaught, "settled": case.settled, "api": case.api });
        let ours = ours(&outcome(case));
        if !same(&theirs, &ours) {
            wrong.push_str(&format!(
                "\n{} {} ({})\n  script {}\n  theirs {theirs}\n  ours   {ours}\n",
                case.kind, case.name, case.trigger, case.script
            ));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:{wrong}", wrong.matches("  ours ").count());
}
