//! What of Node a script finds, and stubs in the place of other services.

use serde_json::json;

use super::tests::{gives, job, value};
use super::*;

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
    for (text, digest) in [
        ("''", "d41d8cd98f00b204e9800998ecf8427e"),
        ("'abc'", "900150983cd24fb0d6963f7d28e17f72"),
        ("'1234567890'.repeat(8)", "57edf4a22be3c955ac49da2e2107b67a"),
        ("'x'.repeat(56)", "668a72d5ba17f08e62dabcafad6db14b"),
    ] {
        let script = format!("require('crypto').createHash('md5').update({text}).digest('hex')");
        gives(&script, json!(digest));
    }
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
fn what_node_has_is_played_by_name_and_the_rest_are_clients() {
    let modules = value("cb(null, { v: require('module').builtinModules });");
    let builtin =
        |name: &&str| modules["v"].as_array().is_some_and(|all| all.contains(&json!(name)));
    let clients: Vec<&str> = PLAYED.into_iter().filter(|name| !builtin(name)).collect();
    assert_eq!(modules["v"].as_array().map(Vec::len), Some(PLAYED.len() - clients.len()));
    for name in clients.into_iter().chain(["lodash"]) {
        let is_stub = format!("String(require('{name}')).startsWith('<')");
        gives(&is_stub, json!(name == "lodash"));
    }
}
