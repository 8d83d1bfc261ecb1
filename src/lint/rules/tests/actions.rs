//! The rules for Actions: what they find, and what they leave alone.

use crate::lint::testing::{action, codes_of, reported_of};
use crate::model::{Definition, DesiredSecret};

/// Checks all findings of some code.
fn check_code(trigger: &str, code: &str, expected: &[&str]) {
    let action = action(trigger, code);
    assert_eq!(codes_of(&action), expected, "{code}\n{}", reported_of(&action));
}

fn entry(trigger: &str) -> &'static str {
    crate::script::actions::entries(trigger)[0]
}

/// Checks all findings of the body of the trigger's function.
fn check(trigger: &str, body: &str, expected: &[&str]) {
    let name = entry(trigger);
    let code = format!("exports.{name} = async (event, api) => {{\n{body}\n}};\n");
    check_code(trigger, &code, expected);
}

#[test]
fn what_the_runtime_refuses_is_an_error() {
    let check = |code: &str, expected: &[&str]| check_code("post-login", code, expected);
    for loads in [
        "exports.onExecutePostLogin = async (event, api) => {};",
        "exports.onExecutePostLogin = async function (event, api) {};",
        "module.exports = { onExecutePostLogin: async (event) => {} };",
        "module.exports = { async onExecutePostLogin(event) {} };",
        "async function onExecutePostLogin() {}\nmodule.exports = { onExecutePostLogin };",
        "const run = async () => {};\nmodule.exports.onExecutePostLogin = run;",
        "exports = module.exports = { onExecutePostLogin: async () => {} };",
        "\"use strict\";\nexports.onExecutePostLogin = async () => {};",
        "Object.defineProperty(exports, '__esModule', { value: true });\nexports.onExecutePostLogin = void 0;\nexports.onExecutePostLogin = async () => {};",
        "exports.onExecutePostLogin = async () => {};\nexports.onContinuePostLogin = async () => {};",
        "const require = 1; class PreUserRegistrationError extends Error {}\nexports.onExecutePostLogin = async () => {};",
        "var console = 1;\nexports.onExecutePostLogin = async () => {};",
        "exports.onExecutePostLogin = (async () => {}).bind(null);",
        "exports[`onExecute${'PostLogin'}`] = async () => {};",
    ] {
        let action = action("post-login", loads);
        let is_error = |code: &&&str| code.starts_with("HS30") || code.starts_with("HS31");
        assert_eq!(
            codes_of(&action).iter().find(is_error),
            None,
            "{loads}\n{}",
            reported_of(&action)
        );
    }
    check("module.exports = async (event, api) => {};", &["HS311"]);
    check("module.exports = function (user, context, cb) { cb(); };", &["HS311"]);
    check("module.exports = 'text';", &["HS311"]);
    check("function run() {}\nmodule.exports = run;", &["HS311"]);
    check("", &["HS312"]);
    check("exports.onExecutePreUserRegistration = async () => {};", &["HS312"]);
    check("exports.default = async () => {};", &["HS312"]);
    check("exports = { onExecutePostLogin: async () => {} };", &["HS312"]);
    check("this.onExecutePostLogin = async () => {};", &["HS312"]);
    check("exports.onContinuePostLogin = async () => {};", &["HS312"]);
    check("exports.onExecutePostLogin = (event, api) => {};", &["HS313"]);
    check("exports.onExecutePostLogin = function () { return Promise.resolve(); };", &["HS313"]);
    check("exports.onExecutePostLogin = async function* () {};", &["HS313"]);
    check("exports.onExecutePostLogin = {};", &["HS313"]);
    check("const console = 1;\nexports.onExecutePostLogin = async () => {};", &["HS302"]);
    check("let module;\nexports.onExecutePostLogin = async () => {};", &["HS302"]);
    check("class exports {}", &["HS302"]);
    check("export const onExecutePostLogin = async () => {};", &["HS303"]);
    check("import axios from 'axios';\nexports.onExecutePostLogin = async () => {};", &["HS303"]);
    check("exports.onExecutePostLogin = async (event) => {", &["HS301"]);
    check("}); (function () {", &["HS301"]);
    check("throw new Error('x');\nexports.onExecutePostLogin = async () => {};", &["HS307"]);
    check("const a = await fetch('x');\nexports.onExecutePostLogin = async () => {};", &["HS308"]);
    check("exports.onExecutePostLogin = async () => { __dirname; };", &["HS415"]);
    check(
        "exports.onExecutePostLogin = async () => { callback(null, user); };",
        &["HS415", "HS415"],
    );
}

#[test]
fn what_the_event_and_api_of_a_trigger_lack_is_told() {
    check("pre-user-registration", "log(event.user.user_id);\nfunction log() {}", &["HS461"]);
    check(
        "pre-user-registration",
        "const { user } = event; return user.email_verified;",
        &["HS461"],
    );
    check("pre-user-registration", "const { user_id } = event.user; return user_id;", &["HS461"]);
    check("post-change-password", "return event.user.app_metadata;", &["HS461"]);
    check("credentials-exchange", "return event.user;", &["HS461"]);
    check("post-login", "return event.user.emailVerified;", &["HS461"]);
    check("post-login", "return event.user.anything_else;", &[]);
    check("post-login", "event.user.emailVerified = 1; return event.user.emailVerified;", &[]);
    check(
        "post-login",
        "helper(event); function helper(e) { return e.client.clientID; }",
        &["HS461"],
    );
    check("post-user-registration", "api.user.setAppMetadata('a', 1);", &["HS460"]);
    check("post-login", "api.deny('x');", &["HS460"]);
    check("post-login", "api.accessToken.setClaim('https://a.example/x', 1);", &["HS460"]);
    check("post-login", "api.samlResponse.setAudience('x'); api.session.revoke();", &[]);
    check("post-login", "api.somethingNew.call(); api.cache.get('a');", &[]);
    check(
        "credentials-exchange",
        "api.idToken.setCustomClaim('https://a.example/x', 1);",
        &["HS460"],
    );
    check(
        "credentials-exchange",
        "api.access.deny('invalid_request', 'x').cache.set('a', 'b');",
        &[],
    );
}

#[test]
fn work_that_outlives_the_action_is_told() {
    let check = |body: &str, expected: &[&str]| check("post-login", body, expected);
    check("fetch('https://example.com/');", &["HS462"]);
    check("await fetch('https://example.com/');", &[]);
    check("const answer = fetch('https://example.com/'); await answer;", &[]);
    check("await Promise.all([fetch('https://example.com/')]);", &[]);
    check("return fetch('https://example.com/').then((it) => it.json());", &[]);
    check("void fetch('https://example.com/');", &[]);
    check("fetch('https://example.com/').then(console.log).catch(console.log);", &["HS462"]);
    check("async function send() {} send();", &["HS462"]);
    check("async function send() {} await send();", &[]);
    check("event.list.forEach(async (one) => { await one; });", &["HS462"]);
    check(
        "require('request').post('https://example.com/', (error, r) => { console.log(error, r); });",
        &["HS462"],
    );
    check(
        "await new Promise((resolve) => { require('request')('https://example.com/', (error, r) => resolve(error ?? r)); });",
        &[],
    );
    check(
        "const { ManagementClient } = require('auth0'); const m = new ManagementClient({}); m.users.update({}, {});",
        &["HS462"],
    );
    check(
        "const { ManagementClient } = require('auth0'); const m = new ManagementClient({}); await m.users.update({}, {});",
        &[],
    );
    check("fetch('https://example.com/').then(() => { api.access.deny('x'); });", &["HS463"]);
    check("setTimeout(() => api.access.deny('x'), 10);", &["HS463"]);
    check("await fetch('https://example.com/').then(() => { api.access.deny('x'); });", &[]);
    check("event.list.forEach(() => { api.access.deny('x'); });", &[]);
    check(
        "await new Promise((resolve) => setTimeout(() => { api.access.deny('x'); resolve(); }, 10));",
        &[],
    );
}

#[test]
fn what_may_be_missing_is_told_unless_the_code_asks() {
    let check = |body: &str, expected: &[&str]| check("post-login", body, expected);
    check("return event.organization.id;", &["HS464"]);
    check("return event.organization?.id;", &[]);
    check("if (event.organization) return event.organization.id;", &[]);
    check("if (!event.organization) return; return event.organization.id;", &[]);
    check("const org = event.organization; return org && org.id;", &[]);
    check("try { return event.organization.id; } catch { return; }", &[]);
    check("const { organization } = event; return organization.id;", &["HS464"]);
    check("return event.user.app_metadata.roles;", &[]);
    check("return event.user.app_metadata.roles.includes('admin');", &["HS464"]);
    check("return (event.user.app_metadata.roles || []).includes('admin');", &[]);
    check(
        "return Array.isArray(event.user.app_metadata.roles) && event.user.app_metadata.roles.length;",
        &[],
    );
    check("return JSON.parse(event.user.app_metadata.roles);", &["HS465"]);
    let asked = |of: &str| format!("const {{ user }} = event; if ({of}) return JSON.parse({of});");
    check(&asked("user.app_metadata.roles"), &[]);
    check(&asked("user.user_metadata.roles"), &["HS465"]);
    check("try { return JSON.parse(event.user.app_metadata.roles); } catch { return; }", &[]);
    check("return JSON.parse(event.secrets.CONFIG);", &[]);
}

#[test]
fn secrets_packages_and_limits_are_those_of_actions() {
    check("post-login", "console.log(event);", &["HS436"]);
    check("post-login", "console.log(JSON.stringify(event.secrets));", &["HS436"]);
    check("post-login", "console.log(event.user.email, event.secrets.HOST);", &[]);
    let with = |body: &str, keys: &[&str], packages: usize| -> Definition {
        let code = format!("exports.onExecutePostLogin = async (event, api) => {{ {body} }};");
        let mut definition = action("post-login", &code);
        let kept = keys.iter().map(|key| ((*key).to_owned(), DesiredSecret::Kept));
        definition.secrets = Some(kept.collect());
        definition.dependencies =
            Some((0..packages).map(|at| (format!("p{at}"), "1.0.0".to_owned())).collect());
        definition
    };
    assert_eq!(codes_of(&with("return event.secrets.A;", &["A"], 0)), [""; 0]);
    assert_eq!(codes_of(&with("return event.secrets.B;", &["A"], 0)), ["HS430", "HS431"]);
    assert_eq!(codes_of(&with("const { A } = event.secrets; return A;", &["A"], 0)), [""; 0]);
    assert_eq!(codes_of(&with("require('axios'); require('actions:helper');", &[], 0)), ["HS420"]);
    assert!(codes_of(&with("", &[], 11)).contains(&"HS427"));
    let many: Vec<String> = (0..31).map(|at| format!("K{at}")).collect();
    let keys: Vec<&str> = many.iter().map(String::as_str).collect();
    let read = "Object.keys(event.secrets);";
    assert_eq!(codes_of(&with(read, &keys, 0)), ["HS433"]);
    assert_eq!(codes_of(&with(read, &keys[1..], 0)), [""; 0]);
    let long = format!("/* {} */", "x".repeat(100_000));
    assert_eq!(codes_of(&with(&long, &[], 0)), ["HS441"]);
}

#[test]
fn requests_that_ignore_what_goes_wrong_are_told() {
    let hook = |body: &str| {
        let script = format!(
            "const request = require('request');\nmodule.exports = function (user, context, cb) {{\n{body}\n}};"
        );
        crate::lint::testing::codes("post-user-registration", &script)
    };
    assert_eq!(hook("request('https://example.com/', (err, res) => cb(null, res));"), ["HS452"]);
    assert_eq!(hook("request('https://example.com/', (err, res) => cb(err, res));"), [""; 0]);
    assert_eq!(hook("request('https://example.com/', (_err, res) => cb(null, res));"), [""; 0]);
    assert_eq!(hook("request('https://example.com/', (err) => cb());"), [""; 0]);
    assert_eq!(hook("request({ url: 'https://example.com/', strictSSL: false }, cb);"), ["HS453"]);
    assert_eq!(hook("process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'; cb();"), ["HS453"]);
    assert_eq!(hook("cb(null, { rejectUnauthorized: true });"), [""; 0]);
}
