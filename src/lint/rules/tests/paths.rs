//! The rules about callbacks, path by path.

use crate::lint::testing::codes;

/// Checks which of HS401, HS402 and HS403 a function body gives rise to.
fn check(body: &str, expected: &[&str]) {
    let script = format!("module.exports = function (user, context, cb) {{\n{body}\n}};\n");
    check_script(&script, expected);
}

fn check_async(body: &str, expected: &[&str]) {
    let script = format!("module.exports = async (user, context, cb) => {{\n{body}\n}};\n");
    check_script(&script, expected);
}

fn check_script(script: &str, expected: &[&str]) {
    let found: Vec<_> = codes("post-user-registration", script)
        .into_iter()
        .filter(|code| matches!(*code, "HS401" | "HS402" | "HS403"))
        .collect();
    assert_eq!(found, expected, "{script}");
}

#[test]
fn a_callback_that_is_never_called() {
    check("console.log(user.email);", &["HS401"]);
    check("", &["HS401"]);
    check("// cb();", &["HS401"]);
    check("cb;", &[]);
    check("setTimeout(cb, 10);", &[]);
    check("done(); function done() { cb(); }", &[]);
    check_async("await save(user); return user;", &["HS401"]);
}

#[test]
fn a_path_without_a_call() {
    check("if (user.email) { cb(); }", &["HS402"]);
    check("if (user.email) { return cb(); }", &["HS402"]);
    check("if (user.email) { cb(); } else { console.log(user); }", &["HS402"]);
    check("if (!user.email) { return; } cb();", &["HS402"]);
    check("if (!user.email) { return console.log('no'); } cb();", &["HS402"]);
    check("if (user.a) { cb(); } else if (user.b) { cb(); }", &["HS402"]);
    check("switch (user.a) { case 1: cb(); break; case 2: break; default: cb(); }", &["HS402"]);
    check("user.email && cb();", &["HS402"]);
    check_async(
        "try { await save(user); cb(); } catch (error) { console.log(error); }",
        &["HS402"],
    );
    check("for (const a of user.list) { if (a) { cb(); return; } }", &["HS402"]);
    check("function later() { cb(); } if (user.a) { later(); }", &["HS402"]);
}

#[test]
fn every_path_calls() {
    check("if (user.email) { cb(); } else { cb(new Error('x')); }", &[]);
    check("if (!user.email) { return cb(new Error('x')); } cb();", &[]);
    check("if (!user.email) { throw new Error('x'); } cb();", &[]);
    check("user.email ? cb() : cb(new Error('x'));", &[]);
    check("return cb(user.email ? null : new Error('x'));", &[]);
    check("switch (user.a) { case 1: cb(); break; default: cb(new Error('x')); }", &[]);
    check("switch (user.a) { case 1: return cb(); case 2: case 3: return cb(); } cb();", &[]);
    check_async("try { await save(user); cb(); } catch (error) { cb(error); }", &[]);
    check_async("try { await save(user); } catch (error) { return cb(error); } cb();", &[]);
    check_async("try { await save(user); } catch (e) { log(e); } finally { cb(); }", &[]);
    check_async("try { if (!user.a) return; await save(user); } finally { cb(); }", &[]);
    check("for (const a of user.list) { if (a) { return cb(new Error('x')); } } cb();", &[]);
    check("while (true) { if (user.a) { return cb(); } }", &[]);
    check("for (let i = 0; i < n; i++) { if (i === n - 1) { cb(); } }", &[]);
}

#[test]
fn conditions_that_may_depend_on_each_other_are_left_alone() {
    check("if (user.a) { cb(); } if (!user.a) { cb(new Error('x')); }", &[]);
    check("let done; if (user.a) { cb(); done = true; } if (done) return; cb();", &[]);
    check("let error; if (!user.a) { error = 1; } if (error) { cb(error); } else { cb(); }", &[]);
    check("let called; if (user.a) { called = true; cb(); } if (!called) { cb(); }", &[]);
}

#[test]
fn opposite_conditions_need_no_else() {
    for (one, other) in [
        ("ok", "!ok"),
        ("!ok", "ok"),
        ("user.email", "!user.email"),
        ("res.statusCode === 200", "res.statusCode !== 200"),
        ("200 === res.statusCode", "res.statusCode !== 200"),
        ("n > 3", "n <= 3"),
        ("n > 3", "3 >= n"),
        ("a && b", "!a || !b"),
        ("a && b", "!(b && a)"),
        ("a || b", "!a && !b"),
        ("user?.email", "!user.email"),
        ("isAllowed(user.email)", "!isAllowed(user.email)"),
        ("typeof user.a === 'string'", "typeof user.a !== 'string'"),
        ("Boolean(user.a)", "!user.a"),
        ("!!user.a", "!user.a"),
        ("list[0] == null", "list[0] != null"),
    ] {
        check(&format!("if ({one}) return cb(); if ({other}) cb(new Error('x'));"), &[]);
        check(&format!("if ({one}) {{ cb(); }} if ({other}) {{ cb(new Error('x')); }}"), &[]);
        check(&format!("if ({one}) {{ cb(); }} else if ({other}) {{ cb(new Error('x')); }}"), &[]);
        check(&format!("{one} ? cb() : log(); if ({other}) return cb(new Error('x'));"), &[]);
        // The same again is a second call, or none.
        check(&format!("if ({one}) {{ cb(); }} if ({one}) {{ cb(new Error('x')); }}"), &["HS403"]);
        check(&format!("if ({one}) return cb(); if ({one}) cb(new Error('x'));"), &["HS402"]);
    }
    check("let ok = f(); if (ok) return cb(); if (!ok) cb(new Error('x'));", &[]);
    check("if (a) return cb(); else if (b) return cb(); if (!a && !b) cb(1);", &[]);
    check("switch (user.a) { case 1: return cb(); } if (user.a !== 1) cb(1);", &[]);
    check("if (user.a === 1) return cb(); switch (user.a) { case 1: break; default: cb(1); }", &[]);
    check("ok && cb(); !ok && cb(new Error('x'));", &[]);
    check("ok || cb(new Error('x')); ok && cb();", &[]);
    check("if (a) { if (b) return cb(); if (!b) return cb(1); } else { cb(2); }", &[]);
    // What is written in between is another value.
    check("let ok = f(); if (ok) return cb(); ok = g(); if (!ok) cb(1);", &["HS402"]);
    check("if (user.a) return cb(); user.a = g(); if (!user.a) cb(1);", &["HS402"]);
    check("if (user.a) return cb(); if (!user.b) cb(1);", &["HS402"]);
}

#[test]
fn an_answer_that_comes_later_is_one_of_two() {
    let later = [
        "send().then(() => cb()).catch(cb);",
        "send().then(cb, cb);",
        "send().then(() => { log(); return cb(); }).catch((e) => cb(e));",
        "send().finally(() => cb());",
        "void send().then(() => cb()).catch(cb);",
        "setTimeout(cb);",
        "setTimeout(() => cb(), 100);",
        "setImmediate(cb);",
        "process.nextTick(() => cb());",
        "queueMicrotask(cb);",
        "request(user, (err, res) => cb(err, res));",
        "request(user, (err) => { if (err) return cb(err); cb(); });",
        "require('request')(user, cb);",
        "require('axios').post('x', user).then(() => { cb(); }).catch(cb);",
        "require('https').get('https://example.com', (res) => { res.on('end', () => cb()); });",
        "require('https').request(o, (res) => { res.on('end', () => cb()); }).on('error', cb).end();",
        "run(); async function run() { try { await send(); cb(); } catch (e) { cb(e); } }",
        "run(); async function run() { await send(); cb(); }",
        "const run = async () => { await send(); cb(); }; run();",
        "(async () => { await send(); cb(); })();",
        "run(); function run() { send().then(() => cb()).catch(cb); }",
        "send().then(() => send()).then(() => setTimeout(cb, 9)).catch(cb);",
    ];
    for one in later {
        check(one, &[]);
        check(&format!("{one} return;"), &[]);
        check(&format!("if (user.a) {{ {one} return; }} cb();"), &[]);
        check(&format!("{one} cb();"), &["HS403"]);
        check(&format!("{one} log(); return cb(null, user);"), &["HS403"]);
        check(&format!("if (user.a) {{ {one} }} cb();"), &["HS403"]);
        check(&format!("{one} if (user.a) {{ cb(); }}"), &["HS403"]);
        check(&format!("{one} send().then(() => cb()).catch(cb);"), &["HS403"]);
    }
    // A timer that can be stopped, and what may answer or not.
    check(
        "const t = setTimeout(() => cb(1), 9); send().then(() => { clearTimeout(t); cb(); }, cb);",
        &[],
    );
    check("send().catch(log); send().then((r) => { if (r) cb(); else log(); }); b(cb);", &[]);
    check("on('end', () => cb()); list.on('error', cb);", &[]);
}

#[test]
fn an_answer_for_every_round_is_one_too_many() {
    check("res.on('data', (d) => { cb(null, d); });", &["HS403"]);
    check("res.on('data', cb);", &["HS403"]);
    check("res.on('data', (d) => log(d)); res.on('end', () => cb());", &[]);
    check("user.list.forEach((one) => cb(null, one));", &["HS403"]);
    check("user.list.forEach((one) => { if (one.ok) cb(null, one); });", &[]);
    check("for (const one of user.list) { cb(null, one); }", &["HS403"]);
    check("for (let i = 0; i < 3; i++) { log(i); cb(); }", &["HS403"]);
    check("for (const one of user.list) { cb(null, one); break; }", &["HS402"]);
    check("for (const one of user.list) { return cb(null, one); } cb();", &[]);
    check("let more = true; while (more) { more = false; cb(); }", &[]);
}

#[test]
fn a_path_with_two_calls() {
    check("if (!user.email) { cb(new Error('x')); } cb();", &["HS403"]);
    check("if (!user.email) cb(new Error('x')); return cb();", &["HS403"]);
    check("cb(); cb();", &["HS403"]);
    check_async("try { await save(user); } catch (error) { cb(error); } cb();", &["HS403"]);
    check(
        "if (!user.a) { cb(new Error('a')); } if (!user.b) { return cb(new Error('b')); } cb();",
        &["HS403"],
    );
    check(
        "if (!user.a) { cb(new Error('a')); } if (!user.b) { cb(new Error('b')); } else { cb(); }",
        &["HS403"],
    );
    check("for (const a of user.list) { if (a) { cb(a); break; } } cb();", &["HS403"]);
    check("request(user, (err, res) => { if (err) { cb(err); } cb(null, res); });", &["HS403"]);
    check("if (!user.a) { cb(new Error('a')); } request(user, (err) => cb(err));", &["HS403"]);
    check("save(user).then(() => { if (user.a) { cb(); } cb(); }).catch(cb);", &["HS403"]);
}

#[test]
fn a_function_that_always_calls_counts_as_a_call() {
    let save = "function save() { log(user); cb(); }";
    check(&format!("{save} if (user.a) {{ save(); }} save();"), &["HS403"]);
    check(&format!("{save} if (user.a) {{ return save(); }} save();"), &[]);
    check(
        &format!(
            "{save} a((err) => {{ if (err) {{ save(); }} if (user.b) {{ save(); }} else {{ cb(); }} }});"
        ),
        &["HS403"],
    );
    check("function maybe() { if (user.a) { cb(); } } maybe(); maybe();", &[]);
}

#[test]
fn a_chain_goes_on_after_a_call() {
    check(
        "a().then((x) => { if (!x) { cb(x); } return x; }).then(() => { cb(); }).catch(cb);",
        &["HS403"],
    );
    check(
        "a().then((x) => { if (!x) { return cb(x); } return x; }).then(() => cb()).catch(cb);",
        &["HS403"],
    );
    check("a().then((x) => { if (!x) { throw x; } return x; }).then(() => cb()).catch(cb);", &[]);
    check(
        "a().then((x) => { if (!x) { return cb(x); } return x; }).then((y) => { if (y) cb(); });",
        &[],
    );
}

#[test]
fn callbacks_of_asynchronous_calls_are_followed() {
    check(
        "request(user, (err, res) => { if (err) { console.log(err); return; } cb(); });",
        &["HS402"],
    );
    check("request(user, (err, res) => { if (err) return console.log(err); cb(); });", &["HS402"]);
    check("request(user, (err, res) => { if (err) throw err; cb(); });", &[]);
    check("request(user, (err, res) => { if (err) { return cb(err); } cb(); });", &[]);
    check("request(user, (err, res) => { if (res) { cb(); } });", &["HS402"]);
    check(
        "if (!user.a) { return cb(); } request(user, (err) => { if (!err) { cb(); } });",
        &["HS402"],
    );
    check(
        "if (user.a) { request(user, (err) => { if (!err) { cb(); } }); } else { cb(); }",
        &["HS402"],
    );
    check(
        "a(user, (err) => { if (err) return cb(err); b(user, (err) => { if (err) return; cb(); }); });",
        &["HS402"],
    );
    check("save(user).then((res) => { if (res.ok) { cb(); } }).catch(cb);", &["HS402"]);
    check_async("await save(user).then((res) => { if (res.ok) { cb(); } });", &["HS402"]);
}

#[test]
fn callbacks_that_are_not_alone_are_left_alone() {
    check("setTimeout(() => cb(), 9); request(user, (err) => { if (err) return; cb(); });", &[]);
    check(
        "save(user).then((res) => { if (res.ok) { cb(); } else { throw res; } }).catch(cb);",
        &[],
    );
    check(
        "save(user).then((res) => { if (res.ok) { return cb(); } return more(); }).then(() => {});",
        &[],
    );
    check("req.on('data', (e) => { if (e.last) cb(); });", &[]);
    check("list.forEach((e) => { if (e.bad) { log(e); } else { tell(cb); } });", &[]);
    check(
        "new Promise((ok, no) => { a(user, (err) => { if (err) return no(err); cb(); }); }).catch(cb);",
        &[],
    );
    check("a(user, (err) => { if (err) return log(err); cb(); }); b(cb);", &[]);
    check("async.parallel([(next) => { next(); }], cb);", &[]);
}

#[test]
fn what_gets_out_of_sight_is_left_alone() {
    check("cb = wrap(cb);", &[]);
    check("arguments[2]();", &[]);
    check("eval('cb()');", &[]);
    check("outer: for (const a of user.list) { for (;;) { if (a) { cb(); break outer; } } }", &[]);
    check_script("module.exports = function (user, context, { cb }) {};", &[]);
    check_script("module.exports = wrap((user, context, cb) => {});", &[]);
}
