//! Hooks and the actions they become, run side by side.

mod metadata;

use crate::migrate::convert;
use crate::model::{Dependencies, Trigger};
use crate::proof::{Inputs, Report, Runner, Sides, compare};
use crate::sandbox::{Job, Outcome, PoolError, Program, run};

/// Runs in this process: tests only run code of their own.
struct Here;

impl Runner for Here {
    fn run_all(&self, jobs: &[Job]) -> Result<Vec<Outcome>, PoolError> {
        Ok(jobs.iter().map(run).collect())
    }
}

fn inputs(trigger: &str, sides: Sides, events: usize) -> Inputs {
    let secrets = ["TOKEN", "CRM_URL", "CRM_API_KEY", "MANAGEMENT_DOMAIN"].map(str::to_owned);
    Inputs {
        trigger: trigger.to_owned(),
        sides,
        secrets: secrets.to_vec(),
        secrets_after: None,
        seed: 1,
        events,
    }
}

fn hook(trigger: &str, script: &str) -> Program {
    Program::Hook { trigger: trigger.to_owned(), script: script.to_owned() }
}

fn action(trigger: &str, code: &str) -> Program {
    Program::Action { trigger: trigger.to_owned(), code: code.to_owned(), handler: None }
}

/// Compares a hook with what it is converted to.
fn migrated(trigger: &Trigger, script: &str, rewrite: bool, events: usize) -> Report {
    let converted = convert(script, trigger, &Dependencies::new()).expect("it loads");
    let code =
        if rewrite { converted.rewrite.expect("it can be rewritten").code } else { converted.wrap };
    let id = trigger.as_str();
    let inputs = inputs(id, Sides::HookToAction, events);
    compare(&Here, &hook(id, script), &action(id, &code), &inputs, &|| true).expect("it runs")
}

/// The old and the new code of one hook.
fn changed(trigger: &str, old: &str, new: &str) -> Report {
    let inputs = inputs(trigger, Sides::Hooks, 80);
    compare(&Here, &hook(trigger, old), &hook(trigger, new), &inputs, &|| true).expect("it runs")
}

#[test]
fn the_hooks_of_the_demo_do_the_same_as_actions() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/demo/hooks/");
    for (name, trigger) in [
        ("add-plan-claim", Trigger::CredentialsExchange),
        ("deny-disposable-mail", Trigger::PreUserRegistration),
        ("end-other-sessions", Trigger::PostChangePassword),
        ("send-sms-with-twilio", Trigger::SendPhoneMessage),
        ("tell-crm-of-new-user", Trigger::PostUserRegistration),
    ] {
        let script = std::fs::read_to_string(format!("{folder}{name}.js")).expect("a demo script");
        let script = script.replace("##CLAIM_NAMESPACE##", "https://acme.example");
        for rewrite in [true, false] {
            let report = migrated(&trigger, &script, rewrite, 150);
            assert_eq!(report.differences, [], "{name}");
            assert_eq!(report.unmet, [], "{name}");
        }
    }
}

/// A hook that hands every argument to a stub, so that the adapter itself is
/// looked at and not only what some hook reads of it.
fn echo(trigger: &Trigger) -> String {
    let names = match trigger {
        Trigger::CredentialsExchange => "client, scope, audience, context",
        Trigger::SendPhoneMessage => "recipient, text, context",
        _ => "user, context",
    };
    let answer = match trigger {
        Trigger::CredentialsExchange => {
            "{ scope, 'https://a.example/b': client.id, plain: 1, 'https://x.auth0.com/c': 2 }"
        }
        Trigger::PreUserRegistration => {
            "{ user: { user_metadata: { ...user.user_metadata, n: [1] }, app_metadata: { only: 1 } } }"
        }
        _ => "{}",
    };
    let class = match trigger {
        Trigger::CredentialsExchange => "InvalidScopeError",
        Trigger::SendPhoneMessage => "SendPhoneMessageError",
        _ => "PreUserRegistrationError",
    };
    format!(
        "const seen = require('seen');
        module.exports = function ({names}, cb) {{
          const {{ webtask, ...rest }} = context;
          const given = [{names}].map((it) => (it === context ? rest : it));
          delete (given[0] || {{}}).password;
          delete (given[0] || {{}}).{verified};
          delete (given[0] || {{}}).{verified_phone};
          seen.all(given, webtask.secrets);
          const way = JSON.stringify(given).length % 7;
          if (way === 1) return cb(new {class}('logged', 'shown'));
          if (way === 2) return cb('a text');
          if (way === 3) return cb({{ message: 'an object' }});
          if (way === 4) throw new TypeError('thrown');
          if (way === 5) return Promise.reject(new Error('rejected'));
          cb(null, {answer});
        }};",
        verified = if *trigger == Trigger::PreUserRegistration { "emailVerified" } else { "none" },
        verified_phone =
            if *trigger == Trigger::PreUserRegistration { "phoneNumberVerified" } else { "none" },
    )
}

#[test]
fn the_adapters_pass_on_every_argument_and_every_answer() {
    for trigger in Trigger::KNOWN {
        let report = migrated(&trigger, &echo(&trigger), false, 60);
        assert_eq!(report.differences, [], "{trigger}");
    }
}

/// Changes of an adapter, each of which has to be noticed.
const MUTATIONS: &[(Trigger, &str, &str)] = &[
    (Trigger::CredentialsExchange, "id: event.client.client_id", "id: event.client.name"),
    (Trigger::CredentialsExchange, "name: event.client.name", "name: event.client.client_id"),
    (Trigger::CredentialsExchange, "tenant: event.tenant.id", "tenant: undefined"),
    (Trigger::CredentialsExchange, "metadata: event.client.metadata", "metadata: {}"),
    (Trigger::CredentialsExchange, "event.accessToken.scope.length > 0", "true"),
    (Trigger::CredentialsExchange, "event.resource_server.identifier", "event.client.client_id"),
    (Trigger::CredentialsExchange, "body: event.request.body", "body: {}"),
    (Trigger::CredentialsExchange, "ip: event.request.ip", "ip: ''"),
    (Trigger::CredentialsExchange, "'invalid_scope'", "'invalid_request'"),
    (Trigger::CredentialsExchange, "|| 'server_error'", "|| 'invalid_request'"),
    (Trigger::CredentialsExchange, "&& !reserved", ""),
    (Trigger::CredentialsExchange, "if (isClaim(name))", "if (true)"),
    (Trigger::CredentialsExchange, "secrets: event.secrets", "secrets: {}"),
    (Trigger::CredentialsExchange, "error ? { error } : { result }", "({ result })"),
    (Trigger::CredentialsExchange, "value.message || String(value)", "String(value)"),
    (Trigger::PreUserRegistration, "tenant: event.tenant.id,\n    username", "username"),
    (Trigger::PreUserRegistration, "username: event.user.username", "username: event.user.email"),
    (Trigger::PreUserRegistration, "email: event.user.email", "email: event.user.username"),
    (Trigger::PreUserRegistration, "phoneNumber: event.user.phone_number", "phone: 1"),
    (Trigger::PreUserRegistration, "user_metadata: event.user.user_metadata", "user_metadata: {}"),
    (Trigger::PreUserRegistration, "app_metadata: event.user.app_metadata", "app_metadata: {}"),
    (
        Trigger::PreUserRegistration,
        "requestLanguage: event.request.language",
        "requestLanguage: 'en'",
    ),
    (Trigger::PreUserRegistration, "event.transaction?.locale", "event.request.language"),
    (Trigger::PreUserRegistration, "{ ip: event.request.ip,", "{"),
    (Trigger::PreUserRegistration, ", language: event.request.language }", " }"),
    (Trigger::PreUserRegistration, "id: event.connection.id", "id: event.connection.name"),
    (
        Trigger::PreUserRegistration,
        "name: event.connection.name",
        "name: event.connection.strategy",
    ),
    (
        Trigger::PreUserRegistration,
        "api.access.deny(message, friendlyMessage || message)",
        "api.access.deny(message, message)",
    ),
    (
        Trigger::PreUserRegistration,
        "api.access.deny(message, friendlyMessage || message)",
        "undefined",
    ),
    (Trigger::PreUserRegistration, "value === undefined ? null : value", "value || 0"),
    (
        Trigger::PreUserRegistration,
        "api.user.setAppMetadata(key, value)",
        "api.user.setUserMetadata(key, value)",
    ),
    (Trigger::PreUserRegistration, "...before, ...after", "...after"),
    (Trigger::PostUserRegistration, ".replace(/^auth0\\|/, '')", ""),
    (
        Trigger::PostUserRegistration,
        "emailVerified: event.user.email_verified",
        "emailVerified: event.user.phone_verified",
    ),
    (Trigger::PostUserRegistration, "phoneNumberVerified: event.user.phone_verified", "x: 1"),
    (Trigger::PostUserRegistration, "throw asError(answer.error);", ""),
    (
        Trigger::PostUserRegistration,
        "requestLanguage: event.request?.language",
        "requestLanguage: undefined",
    ),
    (Trigger::PostChangePassword, "?.replace(/^auth0\\|/, '')", ""),
    (Trigger::PostChangePassword, "event.user.last_password_reset", "event.user.created_at"),
    (Trigger::PostChangePassword, "throw asError(answer.error);", "return;"),
    (Trigger::PostChangePassword, "username: event.user.username", "username: event.user.name"),
    (Trigger::SendPhoneMessage, "event.request.language || 'N/A'", "event.request.language"),
    (Trigger::SendPhoneMessage, "user_agent: event.request.user_agent", "user_agent: ''"),
    (Trigger::SendPhoneMessage, "client: event.client && {", "client: {"),
    (Trigger::SendPhoneMessage, "client_metadata: event.client.metadata", "client_metadata: {}"),
    (Trigger::SendPhoneMessage, "user_id: event.user.user_id", "user_id: event.user.email"),
    (Trigger::SendPhoneMessage, "throw asError(answer.error);", ""),
];

/// The mutations of a trigger's adapter that no event shows. A test for each
/// trigger, so that they run side by side.
fn missed(of: &Trigger) -> Vec<String> {
    let script = echo(of);
    let code = convert(&script, of, &Dependencies::new()).expect("it loads").wrap;
    let id = of.as_str();
    let is_missed = |(old, new): (&str, &str)| {
        assert!(code.contains(old), "{of}: {old}");
        let at = code.rfind(old).unwrap_or_default();
        let mut mutated = code.clone();
        mutated.replace_range(at..at + old.len(), new);
        // Most are noticed early; the rest gets more events.
        [16, 200].into_iter().all(|events| {
            let inputs = inputs(id, Sides::HookToAction, events);
            let report =
                compare(&Here, &hook(id, &script), &action(id, &mutated), &inputs, &|| true);
            report.expect("it runs").differences.is_empty()
        })
    };
    let mutations = MUTATIONS.iter().filter(|(trigger, ..)| trigger == of);
    let mutations: Vec<_> = mutations.map(|(_, old, new)| (*old, *new)).collect();
    assert!(mutations.len() >= 2, "{of}");
    let all = mutations.into_iter().filter(|mutation| is_missed(*mutation));
    all.map(|(old, new)| format!("{old} -> {new}")).collect()
}

#[test]
fn the_adapters_are_changed_in_many_ways() {
    assert!(MUTATIONS.len() >= 40);
}

#[test]
fn every_changed_adapter_of_credentials_exchange_is_noticed() {
    assert_eq!(missed(&Trigger::CredentialsExchange), [""; 0]);
}

#[test]
fn every_changed_adapter_of_pre_user_registration_is_noticed() {
    assert_eq!(missed(&Trigger::PreUserRegistration), [""; 0]);
}

#[test]
fn every_changed_adapter_of_post_user_registration_is_noticed() {
    assert_eq!(missed(&Trigger::PostUserRegistration), [""; 0]);
}

#[test]
fn every_changed_adapter_of_post_change_password_is_noticed() {
    assert_eq!(missed(&Trigger::PostChangePassword), [""; 0]);
}

#[test]
fn every_changed_adapter_of_send_phone_message_is_noticed() {
    assert_eq!(missed(&Trigger::SendPhoneMessage), [""; 0]);
}

#[test]
fn a_change_is_shown_with_the_smallest_event() {
    let old = "module.exports = function (user, context, cb) { cb(null, { user }); };";
    let new = "module.exports = function (user, context, cb) {
      if (!user.user_metadata) return cb(new PreUserRegistrationError('no metadata'));
      cb(null, { user });
    };";
    let report = changed("pre-user-registration", old, new);
    let shown: Vec<_> =
        report.differences.iter().map(|it| (it.message.as_str(), it.when.as_str())).collect();
    assert_eq!(
        shown,
        [("goes through, now denied (no metadata)", "when user.user_metadata is absent")]
    );
}

#[test]
fn what_differs_only_in_its_text_is_one_difference_with_a_count() {
    let old = "module.exports = function (user, context, cb) { cb(null, { user }); };";
    let new = "module.exports = function (user, context, cb) {
      cb(new PreUserRegistrationError('no ' + user.email + ' from ' + context.connection.name));
    };";
    let report = changed("pre-user-registration", old, new);
    let [difference] = report.differences.as_slice() else { panic!("{:?}", report.differences) };
    assert_eq!(
        (difference.events, difference.when.as_str()),
        (report.events, "on the sample event")
    );
    assert!(difference.message.contains(" other texts on other events"), "{difference:?}");
}

#[test]
fn programs_that_do_the_same_differ_in_nothing() {
    let script = "module.exports = function (user, context, cb) { if (user.email === 'a@b.example') return cb('x'); cb(); };";
    let report = changed("post-user-registration", script, &script.replace("'x'", "`x`"));
    assert!(report.is_whole(), "{report:?}");
}

#[test]
fn values_of_secrets_and_settings_reach_what_they_are_compared_with() {
    let check = |trigger: &str, sides: Sides, code: &str| {
        let program = if sides == Sides::Actions { action } else { hook };
        let inputs = inputs(trigger, sides, 60);
        let program = program(trigger, code);
        let report = compare(&Here, &program, &program, &inputs, &|| true);
        assert_eq!(report.expect("it runs").unmet, [], "{code}");
    };
    for condition in [
        "event.secrets.TOKEN === event.request.query.k",
        "event.request.body.key !== event.secrets.TOKEN",
        "event.request.query.auth === `Bearer ${event.secrets.TOKEN}`",
        "event.secrets.TOKEN.split(',').includes(event.client.metadata.kind)",
        "event.configuration.plan === event.user.app_metadata.plan",
        "event.secrets.TOKEN === 'off'",
        "!event.secrets.TOKEN",
    ] {
        let code = format!(
            "exports.onExecutePostLogin = async (event, api) => {{ if ({condition}) api.access.deny('no'); }};"
        );
        check("post-login", Sides::Actions, &code);
    }
    let script = "module.exports = function (user, context, cb) {
      const { TOKEN } = context.webtask.secrets;
      if (user.user_metadata.invite === TOKEN) return cb(null, {});
      if (user.email.endsWith('@' + context.webtask.secrets.MANAGEMENT_DOMAIN)) return cb(null, {});
      cb(new Error('no'));
    };";
    check("pre-user-registration", Sides::Hooks, script);
}

#[test]
fn services_answer_with_what_the_code_reads_of_them() {
    let check = |body: &str| {
        let code = format!(
            "const axios = require('axios');
            const request = require('request');
            const crm = require('crm');
            exports.onExecutePostLogin = async (event, api) => {{ {body} }};"
        );
        let program = action("post-login", &code);
        let inputs = inputs("post-login", Sides::Actions, 120);
        let report = compare(&Here, &program, &program, &inputs, &|| true).expect("it runs");
        assert_eq!(report.unmet, [], "{body}");
    };
    check(
        "const { data } = await axios.get('https://ip.example/').catch(() => ({ data: {} }));
        if (data.country === 'XX') api.access.deny('where');
        else if (data.risk > 80) api.access.deny('risk');",
    );
    check(
        "const res = await axios.get('https://crm.example/').catch(() => null);
        const users = res && Array.isArray(res.data.items) ? res.data.items : [];
        if (users.length > 0 && users[0].email === event.user.email) api.access.deny('known');",
    );
    check(
        "await new Promise((done) => request('https://a.example/', { json: true }, (error, response, body) => {
          if (!error && body.data && body.data.banned === true) api.access.deny('banned');
          done();
        }));",
    );
    check(
        "const roles = await crm.roles(event.user.user_id).catch(() => []);
        if (roles.some((role) => role.name === 'admin')) api.access.deny('admin');",
    );
}
