//! Runs in this process: what the engine and its host scripts do.

use serde_json::{Value, json};

use super::*;

fn hook(trigger: &str, script: &str) -> Outcome {
    run(&job(Program::Hook { trigger: trigger.into(), script: script.into() }, |_| {}))
}

fn action(trigger: &str, code: &str) -> Outcome {
    run(&job(Program::Action { trigger: trigger.into(), code: code.into(), handler: None }, |_| {}))
}

pub(super) fn job(program: Program, change: impl FnOnce(&mut World)) -> Job {
    let is_hook = matches!(program, Program::Hook { .. });
    let mut world = World {
        event: sample(is_hook, program.trigger()),
        now: 1_767_225_600_000,
        seed: 1,
        ..World::default()
    };
    world.secrets.insert("TOKEN".into(), "t0".into());
    change(&mut world);
    Job { program, world, limits: Limits::default(), coverage: false }
}

/// The result of a hook's script that hands one value to its callback.
pub(super) fn value(script: &str) -> Value {
    let script = format!("module.exports = function (user, context, cb) {{ {script} }};");
    let outcome = hook("post-user-registration", &script);
    match outcome.answers.as_slice() {
        [Answer::Ok(Some(value))] => value.clone(),
        _ => panic!("{script}\n{outcome:#?}"),
    }
}

pub(super) fn gives(expression: &str, expected: Value) {
    assert_eq!(
        value(&format!("cb(null, {{ v: {expression} }});")),
        json!({ "v": expected }),
        "{expression}"
    );
}

#[test]
fn the_first_answer_of_a_hook_is_its_result() {
    let outcome = hook(
        "credentials-exchange",
        "module.exports = (client, scope, audience, context, cb) => { cb(null, { scope, 'https://acme/x': client.name, s: context.webtask.secrets.TOKEN }); };",
    );
    let expected = json!({ "scope": ["read:accounts", "write:accounts"], "https://acme/x": "Acme Reports", "s": "t0" });
    assert_eq!(outcome.answers, [Answer::Ok(Some(expected))]);
    assert!(
        outcome.began && outcome.thrown.is_none() && outcome.uncaught.is_empty(),
        "{outcome:?}"
    );
}

#[test]
fn an_error_carries_its_class_and_place() {
    let outcome = hook(
        "pre-user-registration",
        "\nmodule.exports = function (user, context, cb) {\n  cb(new PreUserRegistrationError('no', 'Sorry'));\n};",
    );
    let [Answer::Error(data, Some(place))] = outcome.answers.as_slice() else {
        panic!("{outcome:?}")
    };
    assert_eq!(
        Value::Object(data.clone()),
        json!({ "message": "no", "name": "PreUserRegistrationError", "friendlyMessage": "Sorry" })
    );
    assert_eq!(place.line, 3);
}

#[test]
fn faults_are_told_where_they_left_the_code() {
    let outcome = hook(
        "pre-user-registration",
        "module.exports = function (user, context, cb) {\n  user.nothing.at.all;\n};",
    );
    let fault = outcome.thrown.unwrap();
    assert_eq!(
        (fault.name.as_str(), fault.message.as_str()),
        ("TypeError", "Cannot read properties of undefined (reading 'at')")
    );
    assert_eq!(fault.place.unwrap().line, 2);
    let outcome = hook(
        "pre-user-registration",
        "module.exports = async function (user, context, cb) {\n  await null;\n  throw new Error('late');\n};",
    );
    assert_eq!((outcome.uncaught.len(), outcome.uncaught[0].message.as_str()), (1, "late"));
    let outcome = hook(
        "pre-user-registration",
        "module.exports = function (user, context, cb) {\n setTimeout(() => { throw new RangeError('later'); }, 5);\n};",
    );
    assert_eq!((outcome.uncaught.len(), outcome.uncaught[0].name.as_str()), (1, "RangeError"));
}

#[test]
fn a_script_that_cannot_be_compiled_answers_so() {
    let check = |script: &str, line: Option<u32>| {
        let outcome = hook("pre-user-registration", script);
        let [Answer::Error(data, place)] = outcome.answers.as_slice() else {
            panic!("{script}: {outcome:?}")
        };
        assert_eq!(
            data["message"], "Unable to compile the extensibility code as javascript",
            "{script}"
        );
        assert_eq!(place.map(|place| place.line), line, "{script}");
        assert!(!outcome.began, "{script}");
    };
    check("function (user, context, cb) { cb(); }", Some(1));
    check("\n\nlet a = ;", Some(3));
    check("module.exports = function () {}; }); (function () {", Some(1));
    check("class PreUserRegistrationError extends Error {}", Some(2));
    check("module.exports = (u, c, cb) => cb();\nthrow new Error('at load');", Some(2));
    check("a\0b", Some(1));
}

#[test]
fn an_action_runs_as_auth0_loads_it() {
    let outcome = action(
        "pre-user-registration",
        "exports.onExecutePreUserRegistration = async (event, api) => {\n  api.user.setAppMetadata('a', { b: [1] }).access.deny('x', event.secrets.TOKEN);\n  setTimeout(() => api.access.deny('late', 'late'), 5);\n};",
    );
    assert_eq!(outcome.settled, Some(Settled::Returned));
    let calls: Vec<_> = outcome.api.iter().map(|call| json!([call.method, call.args])).collect();
    assert_eq!(
        calls,
        [json!(["user.setAppMetadata", ["a", { "b": [1] }]]), json!(["access.deny", ["x", "t0"]])]
    );

    let refused = |code: &str, message: &str| {
        let outcome = action("post-login", code);
        assert_eq!(
            outcome.thrown.map(|fault| fault.message).unwrap_or_default(),
            message,
            "{code}"
        );
    };
    let signature = "Invalid function signature for the \"onExecutePostLogin\" handler. Use \"exports.onExecutePostLogin = async function(event, api) { }\" as the signature.";
    refused("module.exports = async () => {}", "The Action must export an object.");
    refused("exports.onExecutePostLogin = () => Promise.resolve()", signature);
    refused("exports = { onExecutePostLogin: async () => {} }", signature);
    refused("exports.onExecutePostLogin = async () => {}; __dirname", "__dirname is not defined");
    refused("exports.onExecutePostLogin = async () => {}; return", "");
    refused("'use strict'; undeclared = 1", "undeclared is not defined");
    let threw = action(
        "post-login",
        "exports.onExecutePostLogin = async (event, api) => {\n  api.nothing.deny();\n};",
    );
    let Some(Settled::Threw(fault)) = threw.settled else { panic!() };
    assert_eq!(
        (fault.message.as_str(), fault.place.unwrap().line),
        ("Cannot read properties of undefined (reading 'deny')", 2)
    );
}

#[test]
fn time_and_chance_are_the_same_in_every_run() {
    gives("new Date().toISOString()", json!("2026-01-01T00:00:00.000Z"));
    gives(
        "[Date.now(), new Date(0).getTime(), Date.UTC(2020, 0), new Date(2020, 0, 1).toISOString(), new Date('2020-01-02').constructor === Date, new Date() instanceof Date]",
        json!([
            1_767_225_600_000_i64,
            0,
            1_577_836_800_000_i64,
            "2020-01-01T00:00:00.000Z",
            true,
            true
        ]),
    );
    let chance = "require('crypto').randomUUID() + Math.random()";
    assert_eq!(
        value(&format!("cb(null, {{ v: {chance} }})")),
        value(&format!("cb(null, {{ v: {chance} }})"))
    );
    assert_eq!(
        value("const s = Date.now(); setTimeout(() => cb(null, { v: Date.now() - s }), 5000);"),
        json!({ "v": 5000 })
    );
    let order = "const o = []; setTimeout(() => o.push('t2'), 2); setTimeout(() => o.push('t1'), 1); setImmediate(() => o.push('i')); Promise.resolve().then(() => o.push('p')); process.nextTick(() => o.push('n')); o.push('s'); setTimeout(() => cb(null, { o }), 10);";
    assert_eq!(value(order), json!({ "o": ["s", "n", "p", "i", "t1", "t2"] }));
}

#[test]
fn the_console_is_kept_in_lines() {
    let outcome = hook(
        "post-user-registration",
        "module.exports = (user, context, cb) => { console.log('a %s', 'b', { c: [1, null], d: 'x' }); console.error(new Map([[1, 'y']])); cb(); };",
    );
    let lines: Vec<_> =
        outcome.logs.iter().map(|log| format!("{} {}", log.level, log.text)).collect();
    assert_eq!(lines, ["log a b { c: [ 1, null ], d: 'x' }", "error Map(1) { 1 => 'y' }"]);
}

#[test]
fn branches_are_counted() {
    let program = Program::Hook { trigger: "post-user-registration".into(), script: "module.exports = (user, context, cb) => {\n  if (user.email) cb(); else cb(new Error('x'));\n};".into() };
    let outcome = run(&Job { coverage: true, ..job(program, |_| {}) });
    let found: Vec<_> = outcome
        .branches
        .iter()
        .map(|(branch, count)| format!("{}:{} {count}", branch.line, branch.kind))
        .collect();
    assert_eq!(found, ["1:function 1", "2:if 1", "2:else 0"]);
}

#[test]
fn every_trigger_has_the_cache_and_its_own() {
    use crate::script::actions::methods;
    for trigger in triggers() {
        assert!(methods(trigger).contains(&"cache.set"), "{trigger}");
    }
    assert!(methods("post-login").contains(&"samlResponse.setIssuer"));
    assert!(!methods("post-user-registration").contains(&"access.deny"));
}
