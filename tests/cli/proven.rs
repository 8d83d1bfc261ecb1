//! What `migrate` calls proven, and what it says where it does not.

use serde_json::Value;

use crate::support::Project;

const PRE: &str = "pre-user-registration";
const POST: &str = "post-user-registration";

/// The report about one hook.
fn migrated(trigger: &str, script: &str, more: &[&str]) -> Value {
    let definition = format!("name: it\ntriggerId: {trigger}\n");
    let project = Project::with(&[("hooks/it.yaml", &definition), ("hooks/it.js", script)]);
    let args = [&["migrate", "hooks", "--events", "24", "-o", "json"], more].concat();
    project.run(&args).json()["hooks"][0].clone()
}

/// The verdict, and the code and line of each finding.
#[track_caller]
fn check(trigger: &str, body: &str, more: &[&str], expected: &str) {
    let script = format!("module.exports = function (user, context, cb) {{\n{body}\n}};\n");
    let report = migrated(trigger, &script, more);
    let mut said = report["verdict"].as_str().unwrap_or_default().to_owned();
    for finding in report["findings"].as_array().into_iter().flatten() {
        said += &format!(" {}:{}", finding["code"].as_str().unwrap_or("?"), finding["line"]);
    }
    assert_eq!(said, expected, "{body}: {report:#}");
}

const WRAP: &[&str] = &["--style", "wrap"];

#[test]
fn what_has_no_equivalent_is_never_proven() {
    check(PRE, "cb(null, { user });", &[], "proven");
    let body = "cb(null, { user: { user_metadata: { ...user.user_metadata, a: 1 } } });";
    check(PRE, body, &[], "differs HM208:2");
    check(PRE, body, WRAP, "differs HM208:2");
}

#[test]
fn a_text_of_the_engine_that_goes_out_is_not_proven_where_it_names_other_code() {
    let body = "try { user.nothing(); } catch (e) {\nreturn cb(e); }\ncb(null, { user });";
    check(PRE, body, &[], "differs HM303:3");
    check(PRE, body, WRAP, "proven");
    let body =
        "try { user.nothing(); } catch (e) {\nreturn cb(new Error('no')); }\ncb(null, { user });";
    check(PRE, body, &[], "proven");
}

#[test]
fn what_may_be_cut_off_is_not_proven() {
    // whether a package sends something, no run can show
    for style in [&[], WRAP] {
        check(
            POST,
            "const crm = require('crm');\ncrm.send(user.id);\ncb();",
            style,
            "differs HM304:3",
        );
        check(
            POST,
            "const crm = require('crm');\nuser.x = crm.isKnown(user.id) === 1;\ncb();",
            style,
            "proven",
        );
        check(POST, "const crm = require('crm');\ncrm.send(user.id, cb);", style, "proven");
    }
    // a request that is left alone is waited for, and in a wrapper it can't be
    for call in ["require('request').post('https://a.example');", "fetch('https://a.example');"] {
        check(POST, &format!("{call}\ncb();"), &[], "proven HM209:2");
        check(POST, &format!("{call}\ncb(new Error('no'));"), &[], "proven HM209:2");
        check(POST, &format!("{call}\ncb();"), WRAP, "differs HS405:2");
        check(POST, &format!("{call}\ncb(new Error('no'));"), WRAP, "differs HS405:2");
    }
    let sent = "const req = require('https').request('https://a.example');\nreq.end();\ncb();";
    check(POST, sent, &[], "proven HM209:3");
    check(POST, sent, WRAP, "differs HS405:2");
    let in_a_loop = "[1, 2].forEach((it) => {\nfetch('https://a.example/' + it); });\ncb();";
    check(POST, in_a_loop, &[], "differs HS462:4");
}

#[test]
fn what_is_cut_off_has_the_line_where_it_begins_and_what_to_do() {
    let script =
        "module.exports = (user, context, cb) => {\n  cb();\n  fetch('https://a.example');\n};\n";
    let report = migrated(POST, script, &[]);
    let message = report["differences"][0]["message"].as_str().unwrap_or_default();
    assert!(message.ends_with("; send it before the answer, and wait for it"), "{report:#}");
    let script =
        "module.exports = (user, context, cb) => {\n  fetch('https://a.example');\n  cb();\n};\n";
    let report = migrated(POST, script, WRAP);
    assert_eq!(report["differences"][0]["line"], 2, "{report:#}");
    let hint = report["findings"][0]["hint"].as_str().unwrap_or_default();
    assert!(hint.contains("call `cb` where its result arrives"), "{report:#}");
}

#[test]
fn another_seed_tries_other_events() {
    let body = "if (user.email) return cb(null, { user });\ncb('no');";
    check(PRE, body, &["--seed", "7"], "proven");
    let project = Project::new();
    project.run(&["migrate", "--seed", "x"]).expect(64);
}

#[test]
fn what_a_limit_stopped_is_not_proven() {
    let fill = "try { const a = []; for (;;) a.push(new Array(1e6).fill(0)); } catch {}";
    let body = format!("if (!user.email) {{ {fill} }}\ncb(null, {{ user }});");
    check(PRE, &body, &[], "differs HM305:null");
}

#[test]
fn modules_of_node_are_there_and_no_stand_ins() {
    let body = "const bus = new (require('events'))();\nbus.on('end', () => cb());\nsetImmediate(() => bus.emit('end'));";
    check(POST, body, &[], "proven");
    let body = "const { promisify } = require('util');\npromisify((it, done) => done(null, it))(1).then((it) => {\nif (it === 1) return cb();\ncb(new Error('x')); });";
    check(POST, body, &[], "differs HM301:4");
}
