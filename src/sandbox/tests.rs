//! Runs in this process: what the engine and its host scripts do.

use serde_json::{Value, json};

use super::*;

fn hook(trigger: &str, script: &str) -> Outcome {
    run(&job(Program::Hook { trigger: trigger.into(), script: script.into() }, |_| {}))
}

fn action(trigger: &str, code: &str) -> Outcome {
    run(&job(Program::Action { trigger: trigger.into(), code: code.into(), handler: None }, |_| {}))
}

fn job(program: Program, change: impl FnOnce(&mut World)) -> Job {
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
fn value(script: &str) -> Value {
    let script = format!("module.exports = function (user, context, cb) {{ {script} }};");
    let outcome = hook("post-user-registration", &script);
    match outcome.answers.as_slice() {
        [Answer::Ok(Some(value))] => value.clone(),
        _ => panic!("{script}\n{outcome:#?}"),
    }
}

fn gives(expression: &str, expected: Value) {
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
fn what_node_gives_is_there() {
    gives("Buffer.from('héllo').toString('base64')", json!("aMOpbGxv"));
    gives(
        "[Buffer.concat([Buffer.from('a'), Buffer.from('62', 'hex')]).toString(), Buffer.isBuffer(Buffer.alloc(1)), Buffer.from('abc').slice(1).toString()]",
        json!(["ab", true, "bc"]),
    );
    gives("Buffer.from([1, 2])", json!({ "type": "Buffer", "data": [1, 2] }));
    gives(
        "require('crypto').createHash('sha256').update('abc').digest('hex').slice(0, 8)",
        json!("ba7816bf"),
    );
    gives(
        "require('crypto').createHash('md5').update('ada@example.com').digest('hex')",
        json!("3e3417d7ef77d5932a6734b916515ed5"),
    );
    gives(
        "require('crypto').createHmac('sha256', 'k').update('abc').digest('base64')",
        json!("NC5RnOCtbAOja5jus/HRMNtIE7nfTRFg7aSI1xLceO4="),
    );
    gives("new URL('/a?b=c#d', 'https://x.example').href", json!("https://x.example/a?b=c#d"));
    gives(
        "(() => { const u = new URL('https://x.example/'); u.searchParams.set('q', \"a b!'\"); u.pathname = '/é'; return u.toString() + ' ' + u.search; })()",
        json!("https://x.example/%C3%A9?q=a+b%21%27 ?q=a+b%21%27"),
    );
    gives("require('querystring').stringify({ a: [1, 2], b: 'x y' })", json!("a=1&a=2&b=x%20y"));
    gives(
        "require('util').format('%s %d %j %o', 'a', 1, { b: 2 }, [3])",
        json!("a 1 {\"b\":2} [ 3 ]"),
    );
    gives("new TextDecoder().decode(new TextEncoder().encode('é'))", json!("é"));
    gives("structuredClone({ a: new Date(0) }).a.getTime()", json!(0));
    gives("require('node:path').join('/a', '../b')", json!("/b"));
    gives(
        "typeof globalThis.host + typeof global.process.env + (this === undefined)",
        json!("undefinedobjectfalse"),
    );
    gives(
        "atob(btoa('x')) + [typeof AbortController, typeof fetch, typeof structuredClone]",
        json!("xfunction,function,function"),
    );
    gives(
        "(() => { try { require('fs'); } catch (e) { return e.code; } })()",
        json!("ERR_SANDBOX"),
    );
    gives(
        "(() => { try { require('./x'); } catch (e) { return e.code; } })()",
        json!("MODULE_NOT_FOUND"),
    );
    gives("require('url').parse('https://a.example/b?c=d', true).query.c", json!("d"));
    assert_eq!(
        value(
            "const E = require('events'); const e = new E(); e.on('x', (v) => cb(null, { v })); e.emit('x', 3);"
        ),
        json!({ "v": 3 })
    );
    assert_eq!(
        value(
            "require('util').promisify((a, f) => setTimeout(() => f(null, a + 1), 1))(1).then((v) => cb(null, { v }));"
        ),
        json!({ "v": 2 })
    );
}

#[test]
fn every_http_client_meets_the_same_stubs() {
    let get = [
        "fetch('https://a.example/x').then((r) => r.json()).then((v) => cb(null, { v }), cb);",
        "require('axios').get('https://a.example/x').then((r) => cb(null, { v: r.data }), cb);",
        "require('axios@1.6.0')({ method: 'get', baseURL: 'https://a.example', url: '/x' }).then((r) => cb(null, { v: r.data }), cb);",
        "require('got')('https://a.example/x').json().then((v) => cb(null, { v }), cb);",
        "require('node-fetch')('https://a.example/x').then((r) => r.json()).then((v) => cb(null, { v }), cb);",
        "require('request')({ url: 'https://a.example/x', json: true }, (e, r, v) => cb(e, { v }));",
        "require('request-promise')({ uri: 'https://a.example/x', json: true }).then((v) => cb(null, { v }), cb);",
        "require('superagent').get('https://a.example/x').end((e, r) => cb(e, { v: r && r.body }));",
        "require('https').get('https://a.example/x', (r) => { let s = ''; r.on('data', (c) => { s += c; }); r.on('end', () => cb(null, { v: JSON.parse(s) })); }).on('error', cb);",
        "require('https').request({ hostname: 'a.example', path: '/x' }, (r) => { const b = []; r.on('data', (c) => b.push(c)).on('end', () => cb(null, { v: JSON.parse(Buffer.concat(b)) })); }).end();",
        "require('undici').request('https://a.example/x').then((r) => r.body.json()).then((v) => cb(null, { v }), cb);",
    ];
    let stub = |status: u16, body: ReplyKind| HttpStub {
        method: None,
        url: "https://a.example/*".into(),
        body: None,
        reply: HttpReply { status, headers: [].into(), body },
        times: None,
    };
    for body in get {
        let script = format!("module.exports = (user, context, cb) => {{ {body} }};");
        let program = Program::Hook { trigger: "post-user-registration".into(), script };
        let well = run(&job(program.clone(), |world| {
            world.http.push(stub(200, ReplyKind::Json(json!({ "n": 1 }))))
        }));
        assert_eq!(
            well.answers,
            [Answer::Ok(Some(json!({ "v": { "n": 1 } })))],
            "{body}\n{well:?}"
        );
        assert_eq!(well.requests[0].on, "GET https://a.example/x", "{body}");
        let failed = run(&job(program.clone(), |world| {
            world.http.push(stub(0, ReplyKind::Fail("ECONNREFUSED".into())))
        }));
        assert!(
            failed.answers.first().is_some_and(|answer| matches!(answer, Answer::Error(..)))
                || !failed.uncaught.is_empty(),
            "{body}\n{failed:?}"
        );
        let unmatched = run(&job(program, |_| {}));
        assert_eq!(unmatched.unmatched.len(), 1, "{body}\n{unmatched:?}");
    }
}

#[test]
fn bodies_are_read_as_what_they_are() {
    let post = [
        (
            "fetch('https://a.example/', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ a: 1 }) })",
            json!({ "a": 1 }),
        ),
        (
            "fetch('https://a.example/', { method: 'POST', body: new URLSearchParams({ a: 1 }) })",
            json!({ "a": "1" }),
        ),
        ("require('axios').post('https://a.example/', { a: 1 })", json!({ "a": 1 })),
        (
            "require('axios').post('https://a.example/', new URLSearchParams({ a: '1' }))",
            json!({ "a": "1" }),
        ),
        ("require('got').post('https://a.example/', { json: { a: 1 } })", json!({ "a": 1 })),
        (
            "require('request-promise').post('https://a.example/', { form: { a: 1 } })",
            json!({ "a": "1" }),
        ),
        ("require('superagent').post('https://a.example/').send({ a: 1 })", json!({ "a": 1 })),
        (
            "new Promise((ok) => { const r = require('https').request('https://a.example/', { method: 'POST' }, ok); r.write('pl'); r.end('ain'); })",
            json!("plain"),
        ),
    ];
    for (expression, expected) in post {
        let script = format!(
            "module.exports = (user, context, cb) => {{ {expression}.then(() => cb(), cb); }};"
        );
        let program = Program::Hook { trigger: "post-user-registration".into(), script };
        let outcome = run(&job(program, |world| {
            world.http.push(HttpStub {
                method: Some("POST".into()),
                url: "*".into(),
                body: None,
                reply: HttpReply {
                    status: 201,
                    headers: [].into(),
                    body: ReplyKind::Text(String::new()),
                },
                times: None,
            });
        }));
        assert_eq!(
            outcome.requests.first().map(|request| &request.body),
            Some(&expected),
            "{expression}\n{outcome:?}"
        );
        assert_eq!(outcome.answers, [Answer::Ok(Some(json!({})))], "{expression}\n{outcome:?}");
    }
}

#[test]
fn modules_that_are_not_there_are_recorded() {
    let script = "const twilio = require('twilio')('sid', 'token');
        module.exports = (recipient, text, context, cb) => {
          twilio.verify.services('s').verifications.create({ to: recipient, channel: 'sms' }).then((m) => cb(null, { id: m.sid }), cb);
        };";
    let program = Program::Hook { trigger: "send-phone-message".into(), script: script.into() };
    let outcome = run(&job(program.clone(), |_| {}));
    let leaves: Vec<_> = outcome
        .calls
        .iter()
        .filter(|call| !call.on_the_way)
        .map(|call| json!([call.call, call.args]))
        .collect();
    assert_eq!(
        leaves,
        [
            json!(["twilio().verify.services().verifications.create", [{ "to": "+15550100", "channel": "sms" }]])
        ]
    );
    assert_eq!(
        outcome.answers,
        [Answer::Ok(Some(
            json!({ "id": "<twilio().verify.services().verifications.create().sid>" })
        ))]
    );
    let answers = [(
        "().verify.services().verifications.create()".to_owned(),
        ModuleAnswer::Throws(json!({ "message": "Slow down", "status": 429 })),
    )]
    .into();
    let outcome = run(&job(program, |world| {
        world.modules.insert("twilio".into(), Module { answers });
    }));
    let [Answer::Error(data, _)] = outcome.answers.as_slice() else { panic!("{outcome:?}") };
    assert_eq!((&data["message"], &data["status"]), (&json!("Slow down"), &json!(429)));
    let script = "const { ManagementClient } = require('auth0@2.32.0');
        module.exports = (user, context, cb) => { new ManagementClient({ domain: 'd' }).getUser({ id: 1 }, (e, u) => cb(e, { u })); };";
    let answers =
        [("ManagementClient().getUser()".to_owned(), ModuleAnswer::Returns(json!({ "n": 1 })))]
            .into();
    let outcome = run(&job(
        Program::Hook { trigger: "post-user-registration".into(), script: script.into() },
        |world| {
            world.modules.insert("auth0".into(), Module { answers });
        },
    ));
    assert_eq!(outcome.answers, [Answer::Ok(Some(json!({ "u": { "n": 1 } })))]);
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
