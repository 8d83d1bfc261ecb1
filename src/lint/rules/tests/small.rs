//! Rules that look at one expression or one name.

use crate::lint::testing::{codes, codes_of, hook, reported_of, written};
use crate::model::{Definition, DesiredSecret};

/// Checks all findings of a function body.
fn check(body: &str, expected: &[&str]) {
    let script = format!("module.exports = function (user, context, cb) {{\n{body}\n}};\n");
    let found = declared(codes("post-user-registration", &script));
    assert_eq!(found, expected, "{script}");
}

/// The bodies here are short, and use names that stand for anything.
fn declared(mut codes: Vec<&'static str>) -> Vec<&'static str> {
    codes.retain(|code| *code != "HS415");
    codes
}

/// A hook with these secrets and a body that reads some.
fn with_secrets(keys: &[&str], body: &str) -> Definition {
    let script = format!("module.exports = function (user, context, cb) {{\n{body}\n}};\n");
    let mut hook = hook("post-user-registration", &script);
    let kept = keys.iter().map(|key| ((*key).to_owned(), DesiredSecret::Kept));
    hook.secrets = Some(kept.collect());
    hook
}

fn check_secrets(keys: &[&str], body: &str, expected: &[&str]) {
    let hook = with_secrets(keys, body);
    assert_eq!(declared(codes_of(&hook)), expected, "{}", reported_of(&hook));
}

#[test]
fn secrets_are_followed_through_names() {
    check_secrets(&["A"], "cb(context.webtask.secrets.A);", &[]);
    check_secrets(&["A"], "cb(context.webtask.secrets['A']);", &[]);
    check_secrets(&["A"], "const s = context.webtask.secrets; cb(s.A);", &[]);
    check_secrets(&["A"], "const { secrets } = context.webtask; cb(secrets.A);", &[]);
    check_secrets(&["A"], "const { webtask: { secrets: { A } } } = context; cb(A);", &[]);
    check_secrets(&["A"], "const { A: own = 1 } = context.webtask.secrets; cb(own);", &[]);
    check_secrets(&["A"], "cb(context?.webtask?.secrets?.A);", &[]);
    check_secrets(&["A"], "const s = context.webtask.secrets || {}; cb(s.A);", &[]);
    check_secrets(&["A"], "cb(context.webtask.data.A);", &[]);
    check_secrets(&["A"], "cb(context.webtask.secrets.B);", &["HS430", "HS431"]);
    check_secrets(
        &["A"],
        "read(context); cb(); function read(ctx) { return ctx.webtask.secrets.B; }",
        &["HS430"],
    );
}

#[test]
fn secrets_that_may_be_read_elsewhere_are_not_unused() {
    check_secrets(&["A"], "cb(null, read(context));", &[]);
    check_secrets(&["A"], "cb(null, context.webtask.secrets[user.id]);", &[]);
    check_secrets(&["A"], "const { ...all } = context.webtask.secrets; cb(null, all.A);", &[]);
    check_secrets(&["A"], "cb(null, Object.keys(context.webtask.secrets));", &[]);
    check_secrets(&["A"], "cb();", &["HS431"]);
    check_secrets(&["a-b"], "cb(context.webtask.secrets['a-b']);", &[]);
}

#[test]
fn what_shows_secrets_in_the_log_is_told() {
    check("console.log(context); cb();", &["HS436"]);
    check("console.error('failed', { context }); cb();", &["HS436"]);
    check("console.log(`all: ${JSON.stringify(context.webtask)}`); cb();", &["HS436"]);
    check("console.log('key ' + context.webtask.secrets.API_KEY); cb();", &["HS436"]);
    check("console.log(context.connection, context.webtask.secrets.HOST); cb();", &[]);
    check("console.log(`all: ${context}`); cb();", &[]);
    check("console.log(JSON.stringify(user)); cb();", &[]);
}

#[test]
fn work_that_nobody_waits_for_is_told() {
    check("fetch('https://example.com'); cb();", &["HS405"]);
    check("send().then(log).catch(log); return cb();", &["HS405"]);
    check("async function send() {} send(); cb();", &["HS405"]);
    check("db.query('select', (err, rows) => { log(err, rows); }); cb();", &["HS405"]);
    check("user.list.forEach(async (one) => { await save(one); }); cb();", &["HS405"]);
    check("fetch('https://example.com').then(() => cb()).catch(cb);", &[]);
    // What answers twice is reported once, as that.
    check("fetch('https://example.com').then(() => cb()).catch(cb); cb();", &["HS403"]);
    check("db.query('select', (err, rows) => { cb(err, rows); }); cb();", &["HS403"]);
    check("db.query('select', (err, rows) => { if (err) cb(err); }); cb();", &["HS405"]);
    check("fetch('https://example.com').catch(cb); cb();", &["HS405"]);
    check("user.list.forEach((one) => log(one)); cb();", &[]);
    check("emitter.on('error', (err, more) => log(err)); cb();", &[]);
    check("if (user.a) { fetch('https://example.com').then(() => cb(), cb); return; } cb();", &[]);
}

#[test]
fn errors_that_nobody_catches_are_told() {
    check("request(user, (err, res) => { if (err) throw err; cb(); });", &["HS406"]);
    check(
        "request(user, (err, res) => { try { if (err) throw err; } catch (e) { return cb(e); } cb(); });",
        &[],
    );
    check("send().then((err) => { throw err; }).catch(cb);", &[]);
    check("send().then(() => cb());", &["HS408"]);
    check("send().then(() => cb(), cb);", &[]);
    check("send().catch(log).then(() => cb());", &[]);
}

#[test]
fn addresses_of_auth0_are_told_from_others() {
    let get = |address: &str| format!("axios.get({address}).then(() => cb(), cb);");
    check(&get("'https://a.auth0.com/api/v2/users'"), &["HS450"]);
    check(&get("`https://${domain}/api/v2/users/${user.id}`"), &["HS450"]);
    check(&get("'https://api.example.com/api/v2/people'"), &[]);
    check(&get("'https://http-intake.example.com/api/v2/logs'"), &[]);
    check("if (user.a === 'https://a.auth0.com/api/v2/') { return cb(); } cb();", &[]);
    check("const token = { audience: 'https://a.auth0.com/api/v2/' }; cb(null, token);", &[]);
    let fetch = |then: &str| {
        format!("fetch('https://a.auth0.com/api/v2/users').then((res) => {{ {then} }}).catch(cb);")
    };
    check(&fetch("cb(null, res);"), &["HS450"]);
    check(&fetch("cb(null, res.status);"), &["HS450"]);
    check(&fetch("if (!res.ok) return cb(new Error('refused')); cb();"), &[]);
    check(&fetch("if (res.status >= 400) return cb(new Error('refused')); cb();"), &[]);
}

#[test]
fn comments_allow_findings() {
    check("console.log(context); // hooksync-allow HS436 no secrets here\ncb();", &[]);
    check("// hooksync-allow context-logged no secrets here\nconsole.log(context);\ncb();", &[]);
    check("/* hooksync-allow HS436 no secrets */ console.log(context);\ncb();", &[]);
    check(
        "// hooksync-allow HS436 no secrets here\n\nconsole.log(context);\ncb();",
        &["HS492", "HS436"],
    );
    check("console.log(context); // hooksync-allow HS436\ncb();", &["HS490"]);
    check("cb(); // hooksync-allow HS301 no", &["HS491"]);
    let mut hook = with_secrets(&["OLD"], "cb();");
    hook.written = written(
        "name: test-hook\nsecrets:\n  OLD: x # hooksync-allow HS431 read by a script to come\n",
    );
    assert_eq!(codes_of(&hook), [""; 0], "{}", reported_of(&hook));
}
