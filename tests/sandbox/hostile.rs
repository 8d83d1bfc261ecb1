//! Code that means harm: each ends within its limit and a second, with the
//! parent whole and the next run as if nothing had been.

use hooksync::sandbox::{Answer, Outcome, Program, Stop};

use super::{LIMIT, bounded, hook, run};

/// Runs a hook's body, and looks that it ends in time and harms nothing.
fn body(code: &str) -> Outcome {
    whole(&format!("module.exports = function (user, context, cb) {{\n{code}\n}};"))
}

fn whole(script: &str) -> Outcome {
    let outcome = bounded(&hook(script));
    let next =
        run(hook("module.exports = (user, context, cb) => cb(null, { ok: typeof leak });"), 2_000);
    assert!(
        matches!(next.answers.as_slice(), [Answer::Ok(Some(value))] if value["ok"] == "undefined"),
        "{next:?}"
    );
    outcome
}

fn stops(by: Stop, code: &str) {
    let outcome = body(code);
    assert_eq!(outcome.stopped.as_ref().map(|stopped| stopped.by), Some(by), "{code}\n{outcome:?}");
}

#[test]
fn loops_are_stopped_and_cannot_be_caught() {
    for code in [
        "for (;;) {}",
        "for (;;) { try { for (;;) {} } catch (e) {} finally { for (;;) {} } }",
        "[3, 2, 1].sort(() => { for (;;) {} });",
        "new Proxy({}, { get() { for (;;) {} } }).x;",
        "'a'.repeat(30).match(/^(a+)+b$/); /(x+x+)+y/.test('x'.repeat(40));",
        "(function f() { setTimeout(f, 0); })(); for (let n = 0; n < 1e9; n++);",
        "cb({ get message() { for (;;) {} } });",
        "cb(null, { toJSON() { for (;;) {} } });",
        "JSON.parse('[1]', () => { for (;;) {} });",
        "async function f() { for (;;) await null; } f();",
        "function f() { process.nextTick(f); } f();",
        "function f() { Promise.resolve().then(f); } f();",
        "function* g() { for (;;) yield 1; } for (const x of g()) ;",
    ] {
        stops(Stop::Time, code);
    }
    // Which limit comes first depends on how fast the machine is.
    let code = "Array.from({ length: 1e9 }, () => 1);";
    assert!(body(code).stopped.is_some(), "{code}");
}

#[test]
fn loops_inside_the_engine_are_ended_from_outside() {
    for code in [
        "Array(1e9).join('x');",
        "Array(1e9).reverse();",
        "[1].concat(Array(1e9));",
        "let n = 3n; for (;;) n = n * n;",
        "'a'.repeat(5e6).indexOf('a'.repeat(2e6) + 'b');",
        "require('crypto').pbkdf2Sync('a', 'b', 4294967295, 64, 'sha512');",
    ] {
        let outcome = body(code);
        let stopped = outcome.stopped.is_some() || outcome.thrown.is_some();
        assert!(stopped, "{code}\n{outcome:?}");
    }
}

#[test]
fn timers_do_not_keep_a_run_alive() {
    stops(Stop::Time, "setInterval(() => {}, 10);");
    stops(Stop::Time, "setTimeout(() => cb(), 1e9);");
    let outcome = body("setInterval(() => {}, 10); cb();");
    assert_eq!((outcome.answers.len(), outcome.stopped), (1, None));
}

#[test]
fn memory_is_bounded() {
    for code in [
        "const a = []; for (;;) a.push(new Array(1e5).fill(1));",
        "new Uint8Array(1 << 30);",
        "'x'.repeat(1 << 29) + 'y'.repeat(1 << 29);",
        "let s = 'x'; for (;;) s += s;",
        "let o = {}; for (let i = 0; i < 1e7; i++) o = { o, i }; JSON.stringify(o);",
        "const m = new Map(); for (let i = 0; ; i++) m.set(i, 'v'.repeat(1000) + i);",
        "new RegExp('()'.repeat(1e6));",
        "2n ** (2n ** 40n);",
        "const b = []; for (;;) b.push(Buffer.alloc(1 << 20));",
        "(function f() { f(); })();",
        "class A { constructor() { new A(); } } new A();",
        "let p = {}; for (let i = 0; i < 1e6; i++) p = new Proxy(p, {}); p.x;",
        "for (;;) console.log('x'.repeat(1e6));",
    ] {
        let outcome = body(code);
        assert!(outcome.stopped.is_some() || outcome.thrown.is_some(), "{code}\n{outcome:?}");
    }
    let outcome = body("for (let i = 0; i < 1e6; i++) require('x').f('y'.repeat(1e5));");
    assert!(outcome.stopped.is_some(), "{outcome:?}");
    let outcome = body("cb(null, 'x'.repeat(4e6));");
    assert_eq!(outcome.stopped.map(|stopped| stopped.by), Some(Stop::Memory));
}

#[test]
fn code_that_nests_too_deep_ends() {
    for (open, close) in [
        ("[", "]"),
        ("(", ")"),
        ("{", "}"),
        ("a=>(", ")"),
        ("!", "a"),
        ("f(", ")"),
        ("`${", "}`"),
        ("if(1)", ";"),
    ] {
        for depth in [5_000, 1_000_000] {
            let outcome = whole(&format!("x = {}1{};", open.repeat(depth), close.repeat(depth)));
            assert!(!outcome.began, "{open}{depth}");
        }
    }
    let outcome = body("JSON.parse('['.repeat(1e6));");
    assert!(outcome.thrown.is_some() || outcome.stopped.is_some(), "{outcome:?}");
    let outcome = body("eval('['.repeat(1e6));");
    assert!(outcome.thrown.is_some() || outcome.stopped.is_some(), "{outcome:?}");
}

#[test]
fn nothing_climbs_out_of_the_wrapper() {
    for script in [
        "}); globalThis.leak = 1; (function () {",
        "} }); leak = 1; (function () { return function () {",
        "module.exports = (u, c, cb) => cb(); }); (function () {",
        "*/ }); /*",
        "`}); leak = 1; (function () {`; }); (function () {",
        "// \u{2028}}); leak = 1; (function () {",
        "<!-- \n}); leak = 1; (function () {",
    ] {
        let outcome = whole(script);
        assert!(!outcome.began, "{script}: {outcome:?}");
    }
    let action = Program::Action {
        trigger: "post-login".into(),
        code: "}; }); leak = 1; (function () { return function () {".into(),
        handler: None,
    };
    assert_eq!(run(action, LIMIT).thrown.unwrap().name, "SyntaxError");
}

#[test]
fn outcomes_cannot_be_forged() {
    let forge = "
        const names = Object.getOwnPropertyNames(globalThis).filter((n) => /host|record|core|hooksync|^__/i.test(n));
        Object.prototype.toJSON = undefined;
        JSON.stringify = () => '{\"data\":{\"forged\":true}}';
        JSON.parse = () => ({ user: {}, context: { connection: {} } });
        Promise.prototype.then = function () { return this; };
        Array.prototype[Symbol.iterator] = function* () { yield 'forged'; };
        Array.prototype.push = () => 0; Array.prototype.map = () => ['forged'];
        Reflect.apply = () => 'forged'; Function.prototype.call = () => 'forged'; Function.prototype.apply = () => 'forged';
        Object.keys = () => ['forged']; Object.getOwnPropertyNames = () => ['forged']; Object.defineProperty = () => ({});
        globalThis.Error = class { static [Symbol.hasInstance]() { return true; } };
        Object.defineProperty(Object.prototype, 'data', { get: () => 'forged', set() {}, configurable: true });";
    let outcome = body(&format!("{forge}\ncb(null, {{ names }});"));
    let [Answer::Ok(Some(value))] = outcome.answers.as_slice() else { panic!("{outcome:?}") };
    assert_eq!(value["names"], serde_json::json!([]), "{outcome:?}");
    assert!(!format!("{outcome:?}").contains("forged"), "{outcome:?}");
    let outcome =
        body(&format!("{forge}\nrequire('crm').send({{ real: 1 }}); cb(null, {{ real: 2 }});"));
    assert_eq!((outcome.calls.len(), outcome.answers.len()), (1, 1), "{outcome:?}");
    assert!(!format!("{outcome:?}").contains("forged"), "{outcome:?}");

    let code = format!(
        "exports.onExecutePostLogin = async (event, api) => {{ {forge}\napi.access.deny('real'); }};"
    );
    let action = Program::Action { trigger: "post-login".into(), code, handler: None };
    let outcome = run(action, LIMIT);
    assert_eq!(
        outcome.api.iter().map(|call| call.args.clone()).collect::<Vec<_>>(),
        [vec![serde_json::json!("real")]],
        "{outcome:?}"
    );
    assert!(outcome.settled.is_some(), "{outcome:?}");
}

#[test]
fn nothing_of_the_host_is_reachable() {
    let outcome = body("
        const seen = [];
        try { throw new Error('x'); } catch (e) { seen.push(e.stack); }
        const f = (function () { return arguments.callee.caller; });
        let caller; try { caller = String(f()); } catch (e) { caller = e.name; }
        cb(null, {
          caller,
          modules: ['fs', 'net', 'child_process', 'vm', 'worker_threads', 'os'].map((m) => { try { return typeof require(m).readFileSync + typeof require(m).exec; } catch (e) { return e.code; } }),
          env: Object.keys(process.env), cwd: process.cwd(),
          std: [typeof std, typeof os, typeof scriptArgs, typeof print, typeof Deno, typeof WebAssembly],
          constructed: (() => { try { return typeof Function('return this')().host; } catch (e) { return e.name; } })(),
        });");
    let [Answer::Ok(Some(value))] = outcome.answers.as_slice() else { panic!("{outcome:?}") };
    assert!(!value["caller"].as_str().unwrap().contains("host"), "{value}");
    assert_eq!(
        value["modules"],
        serde_json::json!([
            "ERR_SANDBOX",
            "ERR_SANDBOX",
            "ERR_SANDBOX",
            "ERR_SANDBOX",
            "ERR_SANDBOX",
            "undefinedundefined"
        ])
    );
    assert_eq!(value["env"], serde_json::json!([]));
    assert_eq!(value["constructed"], "undefined");
    let imported =
        body("import('fs').then((m) => cb(null, { m: 'there' }), (e) => cb(null, { m: 'none' }));");
    assert!(
        matches!(imported.answers.as_slice(), [Answer::Ok(Some(value))] if value["m"] == "none"),
        "{imported:?}"
    );
}
