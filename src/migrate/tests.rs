//! What becomes of hooks.

mod awaited;
mod promised;

use super::*;
use Trigger::{
    CredentialsExchange as Token, PostChangePassword as Password, PostUserRegistration as Post,
    PreUserRegistration as Pre, SendPhoneMessage as Phone,
};

fn converted(trigger: &Trigger, script: &str) -> Converted {
    convert(script, trigger, &Dependencies::new()).expect("the script loads")
}

/// The rewritten code, or what could not be followed and why.
fn rewritten(trigger: &Trigger, script: &str) -> String {
    match converted(trigger, script).rewrite {
        Ok(it) => it.code,
        Err(not) => {
            format!("not rewritten at `{}`: {}", script.get(not.at).unwrap_or("?"), not.because)
        }
    }
}

#[track_caller]
fn check(trigger: Trigger, script: &str, expected: &str) {
    assert_eq!(rewritten(&trigger, script), expected, "\n{}", rewritten(&trigger, script));
}

/// The codes of what was found, each with the text that it is about.
#[track_caller]
fn check_findings(trigger: Trigger, script: &str, expected: &[&str]) {
    let found: Vec<_> = converted(&trigger, script)
        .findings
        .iter()
        .map(|it| format!("{} {}", it.code, script.get(it.at.clone()).unwrap_or("?")))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn the_hooks_of_the_demo_are_rewritten() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/demo/hooks/");
    let mut all = String::new();
    for (name, trigger) in [
        ("add-plan-claim", Token),
        ("deny-disposable-mail", Pre),
        ("end-other-sessions", Password),
        ("send-sms-with-twilio", Phone),
        ("tell-crm-of-new-user", Post),
    ] {
        let script = std::fs::read_to_string(format!("{folder}{name}.js")).expect("a demo script");
        all.push_str(&format!("// {name}\n{}\n", rewritten(&trigger, &script)));
    }
    insta::assert_snapshot!(all);
}

#[test]
fn a_result_that_is_collected_becomes_calls_where_it_is_set() {
    check(
        Token,
        "module.exports = function(client, scope, audience, context, cb) {
  var access_token = {};
  access_token.scope = scope; // do not remove this line
  access_token['https://acme.example/plan'] = client.metadata.plan;
  if (context.body.tier) access_token['https://acme.example/tier'] = context.body.tier;
  cb(null, access_token);
};
",
        "exports.onExecuteCredentialsExchange = async (event, api) => {
  api.accessToken.setCustomClaim('https://acme.example/plan', event.client.metadata.plan);
  if (event.request.body.tier) api.accessToken.setCustomClaim('https://acme.example/tier', event.request.body.tier);
};
",
    );
}

#[test]
fn each_error_class_has_its_code() {
    for (class, code) in [
        ("InvalidScopeError", "invalid_scope"),
        ("InvalidRequestError", "invalid_request"),
        ("ServerError", "server_error"),
        ("Error", "server_error"),
    ] {
        check(
            Token,
            &format!(
                "module.exports = (client, scope, audience, context, cb) => {{\n  cb(new {class}('no'));\n}};"
            ),
            &format!(
                "exports.onExecuteCredentialsExchange = async (event, api) => {{\n  api.access.deny('{code}', 'no');\n}};"
            ),
        );
    }
}

#[test]
fn registration_is_denied_with_both_messages() {
    check(
        Pre,
        "module.exports = function (user, context, cb) {
  if (user.email.endsWith('.bad')) return cb(new PreUserRegistrationError('bad ' + user.email, 'Sorry.'));
  if (!user.username) { return cb(new PreUserRegistrationError('no name')); }
  if (user.tenant === 'x') return cb('closed');
  cb(null, { user });
};
",
        "exports.onExecutePreUserRegistration = async (event, api) => {
  if (event.user.email.endsWith('.bad')) return api.access.deny('bad ' + event.user.email, 'Sorry.');
  if (!event.user.username) { return api.access.deny('no name', 'no name'); }
  if (event.tenant.id === 'x') return api.access.deny('closed', 'closed');
};
",
    );
}

#[test]
fn metadata_become_one_call_for_each_key() {
    check(
        Pre,
        "module.exports = function (user, context, cb) {
  var response = {};
  user.app_metadata = user.app_metadata || {};
  user.app_metadata.plan = 'free';
  user.app_metadata['from'] = context.connection.name;
  response.user = user;
  cb(null, response);
};
",
        "exports.onExecutePreUserRegistration = async (event, api) => {
  api.user.setAppMetadata('plan', 'free');
  api.user.setAppMetadata('from', event.connection.name);
};
",
    );
}

#[test]
fn an_answer_in_the_middle_returns() {
    check(
        Post,
        "const axios = require('axios@0.21.1');
module.exports = async (user, context, cb) => {
  if (!user.email) return cb();
  try {
    await axios.post(context.webtask.secrets.URL, { id: user.id, full: 'auth0|' + user.id });
    cb();
  } catch (e) {
    cb(e);
  }
};
",
        "const axios = require('axios');
exports.onExecutePostUserRegistration = async (event, api) => {
  if (!event.user.email) return;
  try {
    await axios.post(event.secrets.URL, { id: event.user.user_id.replace(/^auth0\\|/, ''), full: event.user.user_id });
  } catch (e) {
    throw e;
  }
};
",
    );
}

#[test]
fn what_cannot_be_followed_is_refused_with_its_place() {
    let refused = |trigger, script: &str, expected: &str| check(trigger, script, expected);
    refused(
        Post,
        "module.exports = function (user, context, cb) { const done = cb; fetch('x').then(() => done(), done); };",
        "not rewritten at `cb`: the callback is used where the hook does not end",
    );
    refused(
        Post,
        "module.exports = function (user, context, cb) { cb(); console.log(user.email); };",
        "not rewritten at `cb`: the callback is used where the hook does not end",
    );
    refused(
        Post,
        "module.exports = function (user, context, cb) { try { return cb(new Error('x')); } catch (e) { cb(e); } };",
        "not rewritten at `return cb(new Error('x'));`: its own `catch` would catch the error",
    );
    refused(
        Token,
        "module.exports = function (client, scope, audience, context, cb) { scope.push('a'); cb(null, { scope }); };",
        "not rewritten at `scope.push`: an argument is written to",
    );
    refused(
        Pre,
        "module.exports = function (user, context, cb) { const event = 1; cb(null, { user }); };",
        "not rewritten at `function (user, context, cb)`: the name `event` or `api` is taken",
    );
    refused(
        Token,
        "module.exports = function (client, scope, audience, context, cb) { switch (audience) { case 'a': cb(null, { scope }); case 'b': cb(new Error('b')); } };",
        "not rewritten at `cb`: the callback is used where the hook does not end",
    );
}

#[test]
fn a_wrapped_hook_is_unchanged_and_answers_through_the_api() {
    for (trigger, hook) in [
        (Token, "module.exports = (client, scope, audience, context, cb) => cb(null, { scope });"),
        (Pre, "module.exports = (user, context, cb) => cb(null, { user })"),
        (Post, "module.exports = (user, context, cb) => cb();"),
        (Password, "module.exports = (user, context, cb) => cb();"),
        (Phone, "module.exports = (recipient, text, context, cb) => cb(null, {});"),
    ] {
        let code = converted(&trigger, hook).wrap;
        assert!(code.contains(hook), "{code}");
        let entry = crate::script::actions::entries(trigger.as_str())[0];
        assert!(code.contains(&format!("exports.{entry} = async (event")), "{code}");
    }
}

#[test]
fn uses_without_an_equivalent_are_found_with_their_place() {
    check_findings(
        Pre,
        "module.exports = function (user, context, cb) {
  if (user.password.length < 9 || !user.emailVerified) return cb('weak');
  console.log(context);
  global.cache = context.webtask.headers.referer;
  cb(null, {});
};",
        &[
            "HM103 user.password.length",
            "HM104 user.emailVerified",
            "HM108 context",
            "HM107 global.cache",
            "HM105 context.webtask.headers.referer",
        ],
    );
    check_findings(
        Token,
        "module.exports = function (client, scope, audience, context, cb) {
  const token = { plan: 'a' };
  token.scope = scope;
  token.scope.push('b');
  if (audience) return cb(null, { 'https://a.example/b': 1 });
  cb(null, token);
};",
        &["HM201 plan", "HM101 token.scope.push", "HM102 { 'https://a.example/b': 1 }"],
    );
    check_findings(
        Phone,
        "module.exports = function (recipient, text, context, cb) {
  if (context.language === 'N/A') return cb(new SendPhoneMessageError('a', 'b'));
  cb(null, context.factor_type);
};",
        &[
            "HM206 context.language",
            "HM205 new SendPhoneMessageError('a', 'b')",
            "HM106 context.factor_type",
        ],
    );
    check_findings(
        Pre,
        "module.exports = async function (user, context) { return { user }; };",
        &["HM110 async function (user, context)"],
    );
}

#[test]
fn a_script_that_never_loaded_is_refused() {
    let check = |script: &str, expected: &str| {
        let refused = convert(script, &Pre, &Dependencies::new()).expect_err("it does not load");
        assert_eq!(format!("{} {}", refused.code, refused.message), expected);
    };
    check(
        "function (user, context, cb) { cb(); }",
        "HM109 The script does not load, so the hook never ran: Expected function name.",
    );
    check(
        "exports.default = () => {};",
        "HM109 The script exports no function, so the hook never ran.",
    );
    check(
        "const x = nowhere.y;\nmodule.exports = (u, c, cb) => cb();",
        "HM109 The hook never ran. `nowhere` is not defined: the script throws when it is loaded.",
    );
    for file in ["const help = require('./help');", "require('../lib/help').init();"] {
        let script = format!("{file}\nmodule.exports = (u, c, cb) => cb();");
        let refused = convert(&script, &Pre, &Dependencies::new()).expect_err("it does not load");
        assert!(script[refused.at.clone()].starts_with("require("), "{refused:?}");
    }
    for loads in ["try { require('./help'); } catch {}", "require('./node_modules/axios@0.21.1');"]
    {
        let script = format!("{loads}\nmodule.exports = (u, c, cb) => cb();");
        assert!(convert(&script, &Pre, &Dependencies::new()).is_ok(), "{loads}");
    }
    check(
        "}); (function () { module.exports = (u, c, cb) => cb();",
        "HM109 The script does not load, so the hook never ran: Unexpected token `}`.",
    );
}

#[test]
fn a_chain_of_promises_that_the_hook_ends_with_is_returned() {
    check(
        Phone,
        "module.exports = function (recipient, text, context, cb) {
  const client = require('twilio')(context.webtask.secrets.SID);
  client.messages
    .create({ body: text, to: recipient })
    .then(function () {
      cb(null, {});
    })
    .catch((err) => cb(err));
};
",
        "exports.onExecuteSendPhoneMessage = async (event, api) => {
  const client = require('twilio')(event.secrets.SID);
  return client.messages
    .create({ body: event.message_options.text, to: event.message_options.recipient })
    .then(function () {
    })
    .catch((err) => { throw err; });
};
",
    );
    // what a later function of the chain would catch is not thrown
    check(
        Post,
        "module.exports = (user, context, cb) => {
  save(user).then((it) => cb(new Error(it))).catch((err) => cb(err));
};
",
        "not rewritten at `cb(new Error(it))`: its own `catch` would catch the error",
    );
    // work goes on after the chain begins
    check(
        Post,
        "module.exports = (user, context, cb) => {
  save(user.email).then(() => cb());
  log(user.email);
};
",
        "exports.onExecutePostUserRegistration = async (event, api) => {
  return new Promise((resolve) => {
    save(event.user.email).then(() => { resolve(); });
    log(event.user.email);
  });
};
",
    );
}

#[test]
fn a_namespace_that_is_a_constant_is_one() {
    check(
        Token,
        "module.exports = (client, scope, audience, context, cb) => {
  const NS = 'https://acme.example';
  const token = {};
  token.scope = scope;
  token[`${NS}/plan`] = 'bar';
  cb(null, token);
};
",
        "exports.onExecuteCredentialsExchange = async (event, api) => {
  const NS = 'https://acme.example';
  api.accessToken.setCustomClaim(`${NS}/plan`, 'bar');
};
",
    );
}

#[test]
fn the_first_answer_has_a_place() {
    let script = "module.exports = (user, context, cb) => {\n  later(() => log(1));\n  cb();\n};\n";
    assert_eq!(first_answer(script, &Post), script.find("cb();"));
    assert_eq!(first_answer("module.exports = (user) => {};\n", &Post), None);
}
