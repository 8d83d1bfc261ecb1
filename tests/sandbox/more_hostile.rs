//! More code that means harm: what runs inside the engine's own functions,
//! what runs while an outcome is written down, and floods.

use hooksync::sandbox::{Outcome, Program, Stop};

use super::{bounded, hook, run};

/// Runs it, and looks that it ends in time, in whatever way, and that the next
/// run is as if nothing had been.
fn ends(program: Program) -> Outcome {
    let shown = program.code().chars().take(160).collect::<String>();
    let outcome = bounded(&program);
    if let Some(stopped) = &outcome.stopped {
        assert!(stopped.detail.len() > 10, "{shown}: {stopped:?}");
    }
    let whole = serde_json::to_string(&outcome).unwrap();
    assert!(whole.len() < 3 << 20, "{} bytes: {shown}", whole.len());
    let next = run(hook("module.exports = (u, c, cb) => cb(null, { ok: 1 });"), 2_000);
    assert_eq!(next.answers.len(), 1, "{shown}: {next:?}");
    outcome
}

fn body(code: &str) -> Outcome {
    ends(hook(&around(code)))
}

fn around(code: &str) -> String {
    format!("module.exports = function (user, context, cb) {{\n{code}\n}};")
}

/// It was stopped, threw, or answered with an error: it did not get through.
fn fails(code: &str) {
    let outcome = body(code);
    let failed = outcome.stopped.is_some() || outcome.fault().is_some();
    let answered = format!("{:?}", outcome.answers).contains("Error(");
    assert!(failed || answered, "{code}: {outcome:?}");
}

#[test]
fn loops_in_functions_of_the_engine_end() {
    for code in [
        "for (;;) 'x'.padEnd(1 << 28);",
        "for (;;) Array(1e6).fill(0).sort(() => Math.random() - 0.5);",
        "Array(1e9).fill(0);",
        "Array(4294967295).includes(1);",
        "Array(4294967295).lastIndexOf(1);",
        "Array(4294967295).indexOf(1);",
        "Object.keys('x'.repeat(1e8)).length; for (;;);",
        "'a'.repeat(1e7).replaceAll('a', 'b'.repeat(1e4));",
        "for (;;) 'ab'.repeat(1e6).split('');",
        "for (;;) JSON.parse(JSON.stringify(Array(1e5).fill({ a: [1] })));",
        "for (;;) 'é'.repeat(1e6).normalize('NFD').normalize('NFC');",
        "BigInt('9'.repeat(5e6)).toString(); for (;;);",
        "/^(([a-z])+.)+[A-Z]([a-z])+$/.test('a'.repeat(60));",
        "/(.*)*\\\\d/.test('x'.repeat(1e5)); 'x'.repeat(1e5).match(/(x+x+)+y/);",
        "new Uint8Array(1e7).sort((a, b) => { for (;;); });",
        "for (;;) new Date(NaN).toString() + new Date(8.64e15).toISOString();",
        "[].concat(...Array(2e5).fill(Array(1e4).fill(1)));",
        "Math.max(...Array(1e7).fill(1)); for (;;);",
        "String.fromCharCode(...Array(1e7)); for (;;);",
        "const a = []; a.length = 4294967295; a.splice(0, 1);",
        "const a = []; a.length = 4294967295; a.unshift(1); a.reverse();",
    ] {
        fails(code);
    }
}

#[test]
fn what_runs_while_an_outcome_is_written_down_ends() {
    for code in [
        "cb(Object.defineProperty(new Error('x'), 'message', { enumerable: true, get() { for (;;); } }));",
        "cb(Object.defineProperty(new Error('x'), 'stack', { get() { for (;;); } }));",
        "cb({ [Symbol.toPrimitive]() { for (;;); } });",
        "cb({ toString() { for (;;); } });",
        "cb(null, new Proxy({}, { ownKeys() { for (;;); } }));",
        "cb(null, new Proxy({}, { get() { for (;;); } }));",
        "cb(null, { get a() { return cb(null, { get a() { for (;;); } }); } });",
        "let o = {}; o.toJSON = () => ({ o, toJSON: o.toJSON }); cb(null, [o, { toJSON() { return this.toJSON(); } }]); for (;;);",
        "console.log({ get a() { for (;;); } }, new Proxy({}, { ownKeys() { for (;;); } })); for (;;);",
        "console.log({ toString() { for (;;); }, [Symbol.toPrimitive]() { for (;;); } } + '');",
        "require('x').f({ toJSON() { for (;;); } });",
        "require('axios').post('https://a.example', { toJSON() { for (;;); } }).then(cb);",
        "fetch('https://a.example', { method: 'POST', body: { toString() { for (;;); } } }).then(cb);",
        "Error.prepareStackTrace = () => { for (;;); }; cb(new Error('x')); for (;;);",
        "Object.defineProperty(Object.prototype, 'toJSON', { value() { for (;;); } }); cb(null, { a: 1 });",
        "Object.prototype.then = function () { for (;;); }; Promise.resolve({}).then(cb);",
        "Array.prototype.toJSON = function () { for (;;); }; cb(null, [1]);",
        "throw new Proxy({}, { get() { for (;;); } });",
        "throw { get message() { for (;;); } };",
        "Promise.reject({ get message() { for (;;); } });",
        "Promise.reject(new Proxy(function () {}, { get() { for (;;); } }));",
    ] {
        fails(code);
    }
    let action = |body: &str| Program::Action {
        trigger: "post-login".into(),
        code: format!("exports.onExecutePostLogin = async (event, api) => {{ {body} }};"),
        handler: None,
    };
    for code in [
        "api.access.deny({ toJSON() { for (;;); } });",
        "api.idToken.setCustomClaim(new Proxy({}, { get() { for (;;); } }), 1);",
        "for (;;) api.access.deny('x'.repeat(1e5));",
        "for (;;) api.cache.set('k', 'v');",
        "throw { get message() { for (;;); } };",
    ] {
        let outcome = ends(action(code));
        let returned = matches!(outcome.settled, Some(hooksync::sandbox::Settled::Returned));
        assert!(!returned, "{code}: {outcome:?}");
    }
}

#[test]
fn floods_end() {
    for code in [
        "for (;;) Promise.resolve().then(() => {});",
        "const f = () => { Promise.resolve().then(f); Promise.resolve().then(f); }; f();",
        "const f = () => { queueMicrotask(f); setTimeout(f, 0); setImmediate(f); process.nextTick(f); }; f();",
        "for (;;) setTimeout(() => {}, 1);",
        "async function* g() { for (;;) yield 1; } (async () => { for await (const x of g()); })();",
        "(async () => { for (;;) await new Promise((ok) => setTimeout(ok, 0)); })();",
        "(async () => { for (;;) await fetch('https://a.example').catch(() => {}); })();",
        "for (;;) require('https').get('https://a.example', () => {}).on('error', () => {});",
        "for (let i = 0; ; i++) require('m' + i);",
        "for (;;) import('fs').catch(() => {});",
        "for (;;) eval('1+1');",
        "for (;;) new Function('return 1')();",
        "const e = new (require('events'))(); e.on('a', () => e.emit('a')); e.emit('a');",
        "const r = new FinalizationRegistry(() => { for (;;); }); for (;;) r.register({}, 1);",
        "for (;;) cb(new Error('again'));",
        "class A extends Array { static get [Symbol.species]() { return A; } constructor(n) { super(n); for (;;); } } new A(1).map(() => 1);",
        "label: for (;;) { try { continue label; } finally { continue label; } }",
        "for (const key in new Proxy({}, { ownKeys: () => { for (;;); } }));",
        "with (new Proxy({}, { has: () => { for (;;); } })) { x; }",
        "structuredClone((function d(n) { return n ? { d: d(n - 1) } : {}; })(5000)); for (;;);",
    ] {
        fails(code);
    }
    let outcome = body("for (let i = 0; i < 2e3; i++) console.log('line', i); cb();");
    assert!(outcome.logs.len() <= 200 && outcome.stopped.is_none(), "{:?}", outcome.stopped);
    assert_eq!(outcome.logs_dropped, 2_000 - 200);
}

#[test]
fn a_full_heap_is_named_whoever_catches_its_error() {
    let fill = "const all = []; for (;;) all.push(new Array(10000).fill(0));";
    for code in [
        fill.to_owned(),
        format!("try {{ {fill} }} catch (e) {{ cb(e); }}"),
        format!("(async () => {{ {fill} }})();"),
        format!("(async () => {{ {fill} }})().catch(cb);"),
        format!("setTimeout(() => {{ {fill} }}, 10);"),
        "'a'.repeat(1e7).split('').reverse().join('').split('').join('-'); cb();".to_owned(),
        // swallowed by the code's own
        format!("try {{ {fill} }} catch (e) {{}} cb();"),
        format!("try {{ {fill} }} catch {{ cb(null, {{}}); }}"),
        format!("try {{ {fill} }} catch ({{ message }}) {{ cb(message); }}"),
        format!("(() => {{ try {{ {fill} }} finally {{ return; }} }})(); cb();"),
        format!("for (const x of [1]) {{ try {{ {fill} }} finally {{ break; }} }} cb();"),
        format!("try {{ try {{ {fill} }} finally {{ user.x = 1; }} }} catch (e) {{ cb(); }}"),
        format!("(async () => {{ {fill} }})().catch(() => cb());"),
        format!("new Promise(() => {{ {fill} }}).then(cb, () => cb());"),
        format!(
            "(async () => {{ try {{ await (async () => {{ {fill} }})(); }} catch {{ cb(); }} }})();"
        ),
        format!("Promise.allSettled([(async () => {{ {fill} }})()]).then(() => cb());"),
        "try { new Uint8Array(1 << 30); } catch { cb(); }".to_owned(),
        "try { 'x'.repeat(1 << 29).split(''); } catch (e) { cb(); }".to_owned(),
    ] {
        let outcome = run(hook(&around(&code)), 5_000);
        let by = outcome.stopped.as_ref().map(|stopped| stopped.by);
        assert_eq!(by, Some(Stop::Memory), "{code}: {outcome:?}");
        assert!(outcome.answers.is_empty(), "{code}: {outcome:?}");
    }
    let code = format!("exports.onExecutePostLogin = async () => {{ {fill} }};");
    let trigger = "post-login".to_owned();
    let outcome = run(Program::Action { trigger, code, handler: None }, 5_000);
    assert_eq!(outcome.stopped.map(|stopped| stopped.by), Some(Stop::Memory));
    // thrown by the code itself it is the code's
    for code in [
        "throw null;",
        "try { throw null; } catch { cb(); }",
        "try { null.x; } catch ({ message }) { cb(message); }",
        "try { throw new Error('out of memory'); } catch { cb(); }",
        "Promise.reject(new RangeError('x')).catch(() => cb());",
    ] {
        let outcome = body(code);
        assert_eq!(outcome.stopped, None, "{code}");
    }
    // the stack is not the heap: Node has an error for it that code may catch
    let outcome = body("function f() { return f() + 1; } f();");
    assert_eq!(outcome.stopped, None);
    assert!(outcome.fault().is_some_and(|fault| fault.message.contains("call stack")));
}

#[test]
fn what_a_script_replaces_forges_nothing() {
    for code in [
        "Array.prototype.push = null; Array.prototype[Symbol.iterator] = null; cb(null, { a: 1 });",
        "Promise.prototype.then = null; globalThis.Promise = null; cb(null, { a: 1 });",
        "JSON.stringify = () => '{}'; JSON.parse = () => ({}); cb(null, { a: 1 });",
        "globalThis.Date = Reflect.apply = Object.keys = null; console.log('x', [1]); cb(null, { a: 1 });",
        "Error.prepareStackTrace = () => { throw 1; }; globalThis.host = { answer() {} }; cb(null, { a: 1 });",
        "const all = cb.constructor.constructor('return this')(); all.answers = [2]; cb(null, { a: 1 });",
        "process.stdout.write('\\x10\\0\\0\\0{\"answers\":[]}'); cb(null, { a: 1 });",
    ] {
        let outcome = body(code);
        assert_eq!(outcome.answers.len(), 1, "{code}: {outcome:?}");
        let shown = format!("{:?}", outcome.answers);
        assert!(shown.contains("\"a\": Number(1)"), "{code}: {shown}");
    }
    let names = "Object.getOwnPropertyNames(cb.constructor.constructor('return this')())";
    let outcome =
        body(&format!("cb(null, {{ n: {names}.filter((n) => /host|record|sandbox/i.test(n)) }});"));
    assert!(format!("{:?}", outcome.answers).contains("Array []"), "{outcome:?}");
}
