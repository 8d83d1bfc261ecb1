//! Plans, reports and findings for the tests of all renderers.
//!
//! [`full_plan`] has one of everything; [`any_plan`] has anything.

mod any;

pub(crate) use any::{any_plan, hostile};

use std::collections::BTreeSet;

use crate::model::{
    Code, Dependencies, Diagnostic, HookPatch, Id, Kind, Live, LiveBody, Name, NewHook, Position,
    Script, Sha256, Trigger,
};
use crate::plan::hooks::HookOp;
use crate::plan::{
    ApplyReport, Change, ChangeResult, FailedRequest, Field, FieldChange, Fingerprint, Op, Outcome,
    Plan, Ref, RequestCounts, SecretChange, SecretVerb, Step, Unmanaged, UnresolvedSecret, Verb,
    Warning,
};

pub(crate) const OLD_SCRIPT: &str = "\
module.exports = function (client, scope, audience, context, cb) {
  const token = {};
  token['https://example.com/tenant'] = client.tenant;
  token.scope = scope;

  // Only partners get the long-lived scope.
  if (client.metadata.partner === 'yes') {
    token.scope.push('offline');
  }

  return cb(null, token);
};
";

pub(crate) const NEW_SCRIPT: &str = "\
module.exports = function (client, scope, audience, context, cb) {
  const token = {};
  token['https://example.com/tenant'] = client.tenant;
  token['https://example.com/audience'] = audience;
  token.scope = scope;

  // Only partners get the long-lived scope.
  if (client.metadata.partner === 'true') {
    token.scope.push('offline');
  }

  return cb(null, token);
};
";

pub(crate) fn name(text: &str) -> Name {
    Name::hook(text).unwrap()
}

pub(crate) fn fingerprint() -> Fingerprint {
    Fingerprint::new(Sha256::of(b"plan"))
}

pub(crate) fn secret(key: &str, verb: SecretVerb) -> SecretChange {
    SecretChange::new(key.to_owned(), verb)
}

pub(crate) fn versions(pairs: &[(&str, &str)]) -> Dependencies {
    pairs.iter().map(|(name, version)| ((*name).to_owned(), (*version).to_owned())).collect()
}

pub(crate) fn live(id: &str, hook: &str, trigger: Trigger, enabled: bool, keys: &[&str]) -> Live {
    Live {
        id: Id::new(id),
        name: name(hook),
        stored_name: Some(hook.to_owned()),
        trigger,
        runs: enabled,
        script: Some(Script::new(OLD_SCRIPT)),
        dependencies: Some(versions(&[("lodash", "4.17.20")])),
        secrets: Some(keys.iter().map(ToString::to_string).collect::<BTreeSet<_>>()),
        body: LiveBody::Hook,
    }
}

pub(crate) fn change(verb: Verb, hook: &str, trigger: Trigger) -> Change {
    Change {
        source: Some(format!("hooks/{hook}.yaml")),
        ..Change::new(verb, Kind::Hook, name(hook), trigger)
    }
}

pub(crate) fn plan_of(changes: Vec<Change>) -> Plan {
    Plan {
        tenant: "demo.eu.auth0.com".to_owned(),
        fingerprint: fingerprint(),
        live_total: [(Kind::Hook, 5)].into(),
        cutovers: Vec::new(),
        ended: BTreeSet::new(),
        unordered: Vec::new(),
        deletes_allowed: false,
        token_lacks: Vec::new(),
        changes,
        unchanged: Vec::new(),
        unmanaged: Vec::new(),
        warnings: Vec::new(),
        unresolved: Vec::new(),
        steps: Vec::new(),
    }
}

pub(crate) fn clean_plan() -> Plan {
    Plan { unchanged: vec![name("add-roles"), name("welcome-mail")], ..plan_of(Vec::new()) }
}

fn step(change: usize, shown_as: &str, op: HookOp) -> Step {
    let (shown_as, op) = (name(shown_as), Op::Hook(op));
    Step {
        change,
        shown_as,
        op,
        after: Vec::new(),
        takes_over_from: Vec::new(),
        awaits: Vec::new(),
    }
}

/// An update of one field.
pub(crate) fn update(hook: &str, trigger: Trigger, field: FieldChange) -> Change {
    Change {
        id: Some(Id::new("01HF7YAT00P0CB1MJ7HMF9Q7PP")),
        live: Some(live("01HF7YAT00P0CB1MJ7HMF9Q7PP", hook, trigger.clone(), true, &[])),
        fields: vec![field],
        ..change(Verb::Update, hook, trigger)
    }
}

/// An update of a script alone.
pub(crate) fn script_update(old: &str, new: &str) -> Plan {
    let field = FieldChange::script(Some(Script::new(old)), Script::new(new));
    plan_of(vec![update("add-roles", Trigger::PostUserRegistration, field)])
}

/// One of everything.
pub(crate) fn full_plan() -> Plan {
    let created = Change {
        fields: vec![
            FieldChange::text(Field::Name, None, "block-disposable-mail"),
            FieldChange::text(Field::Trigger, None, Trigger::PreUserRegistration.as_str()),
            FieldChange::flag(Field::Enabled, None, true),
            FieldChange::packages(None, versions(&[("axios", "1.7.2"), ("lru-cache", "10.2.0")])),
            FieldChange::script(None, Script::new(OLD_SCRIPT)),
        ],
        secrets: vec![secret("LIST_URL", SecretVerb::Create), secret("TOKEN", SecretVerb::Create)],
        ..change(Verb::Create, "block-disposable-mail", Trigger::PreUserRegistration)
    };
    let taken_over = Change {
        fields: vec![FieldChange::flag(Field::Enabled, Some(true), false)],
        ..update(
            "block-list",
            Trigger::PreUserRegistration,
            FieldChange::flag(Field::Enabled, Some(true), false),
        )
    };
    let enriched = Change {
        fields: vec![
            FieldChange::text(Field::Name, Some("Enrich".to_owned()), "enrich-token"),
            FieldChange::packages(
                Some(versions(&[("lodash", "4.17.20"), ("moment", "2.29.4")])),
                versions(&[("dayjs", "1.11.10"), ("lodash", "4.17.21")]),
            ),
            FieldChange::script(Some(Script::new(OLD_SCRIPT)), Script::new(NEW_SCRIPT)),
        ],
        secrets: vec![
            secret("API_KEY", SecretVerb::Write),
            secret("OLD_KEY", SecretVerb::Delete),
            secret("SIGNING_KEY", SecretVerb::Create),
        ],
        ..update(
            "enrich-token",
            Trigger::CredentialsExchange,
            FieldChange::flag(Field::Enabled, None, true),
        )
    };
    let deleted = Change {
        id: Some(Id::new("01HF7YAT00P0CB1MJ7HMF9Q7AA")),
        source: None,
        live: Some(live(
            "01HF7YAT00P0CB1MJ7HMF9Q7AA",
            "legacy-sync",
            Trigger::PostChangePassword,
            true,
            &["SYNC_KEY"],
        )),
        ..change(Verb::Delete, "legacy-sync", Trigger::PostChangePassword)
    };
    let replaced = Change {
        id: Some(Id::new("01HF7YAT00P0CB1MJ7HMF9Q7BB")),
        live: Some(live(
            "01HF7YAT00P0CB1MJ7HMF9Q7BB",
            "notify",
            Trigger::PostChangePassword,
            false,
            &["HOOK_URL", "OTHER"],
        )),
        fields: vec![
            FieldChange::text(
                Field::Trigger,
                Some("post-change-password".to_owned()),
                "post-user-registration",
            ),
            FieldChange::flag(Field::Enabled, Some(false), true),
        ],
        secrets: vec![secret("HOOK_URL", SecretVerb::Create)],
        blocked: Some("the token lacks the scope create:hooks".to_owned()),
        ..change(Verb::Replace, "notify", Trigger::PostUserRegistration)
    };
    let resent = Change {
        id: Some(Id::new("01HF7YAT00P0CB1MJ7HMF9Q7CC")),
        secrets: vec![secret("ACCOUNT", SecretVerb::Write), secret("TOKEN", SecretVerb::Write)],
        ..change(Verb::Resend, "sms-gateway", Trigger::SendPhoneMessage)
    };
    Plan {
        unchanged: vec![name("add-roles"), name("sms-gateway"), name("welcome-mail")],
        unmanaged: vec![Unmanaged {
            kind: Kind::Hook,
            name: name("made-by-hand"),
            trigger: Trigger::Other("post-login".to_owned()),
            id: Id::new("01HF7YAT00P0CB1MJ7HMF9Q7DD"),
        }],
        warnings: vec![Warning {
            code: "HS401".into(),
            message: "`moment` is required by the script but is not in `dependencies`.".to_owned(),
            source: Some("hooks/enrich-token.yaml".to_owned()),
            position: Some(Position { line: 6, column: 1 }),
        }],
        unresolved: vec![UnresolvedSecret {
            name: name("block-disposable-mail"),
            key: "TOKEN".to_owned(),
            keywords: vec!["MAIL_TOKEN".to_owned()],
            source: "hooks/block-disposable-mail.yaml".to_owned(),
        }],
        steps: full_steps(),
        ..plan_of(vec![created, taken_over, enriched, deleted, replaced, resent])
    }
}

fn full_steps() -> Vec<Step> {
    let new_hook = NewHook {
        name: name("block-disposable-mail"),
        trigger: Trigger::PreUserRegistration,
        script: Script::new(OLD_SCRIPT),
        dependencies: None,
        enabled: Some(false),
    };
    let made = Ref::MadeBy(0);
    let other = || Ref::Live(Id::new("01HF7YAT00P0CB1MJ7HMF9Q7PP"));
    let patch = HookPatch { script: Some(Script::new(NEW_SCRIPT)), ..HookPatch::default() };
    let keys = vec!["LIST_URL".to_owned(), "TOKEN".to_owned()];
    let definition = name("block-disposable-mail");
    let verb = SecretVerb::Create;
    let added = HookOp::Secrets { hook: made.clone(), verb, definition, keys };
    let switched_on = HookOp::Patch { hook: made, patch: HookPatch::enabled(true) };
    vec![
        step(0, "block-disposable-mail", HookOp::Create { hook: new_hook }),
        Step { after: vec![0], ..step(0, "block-disposable-mail", added) },
        step(1, "block-list", HookOp::Patch { hook: other(), patch: HookPatch::enabled(false) }),
        Step {
            after: vec![1, 2],
            takes_over_from: vec![2],
            awaits: Vec::new(),
            ..step(0, "block-disposable-mail", switched_on)
        },
        step(2, "enrich-token", HookOp::Patch { hook: other(), patch }),
        step(3, "legacy-sync", HookOp::Delete { hook: other() }),
    ]
}

pub(crate) fn counts() -> RequestCounts {
    RequestCounts { total: 12, writes: 6, throttled: 1, retried: 1, waited_ms: 900 }
}

/// What became of [`full_plan`]: one of each outcome.
pub(crate) fn full_report() -> ApplyReport {
    let plan = full_plan();
    let mut results: Vec<ChangeResult> = plan
        .changes
        .iter()
        .map(|change| ChangeResult {
            verb: change.verb,
            kind: change.kind,
            name: change.name.clone(),
            trigger: change.trigger.clone(),
            id: change.id.clone(),
            outcome: Outcome::Applied,
            error: None,
            done: Vec::new(),
        })
        .collect();
    results[5] =
        ChangeResult { verb: Verb::Resend, name: name("sms-gateway"), ..results[0].clone() };
    results[2].outcome = Outcome::Failed;
    results[2].done = vec!["the secret SIGNING_KEY was added".to_owned()];
    results[2].error = Some(FailedRequest {
        method: Some("PATCH".to_owned()),
        path: Some("/api/v2/hooks/01HF7YAT00P0CB1MJ7HMF9Q7PP".to_owned()),
        status: Some(403),
        error_code: Some("hooks_not_allowed".to_owned()),
        message: "Hooks are read-only for this tenant.".to_owned(),
        hint: Some(
            "Move the script to an Action; enabling, disabling and secrets still work.".to_owned(),
        ),
    });
    results[4].outcome = Outcome::NotAttempted;
    results[4].error = Some(FailedRequest {
        method: None,
        path: None,
        status: None,
        error_code: None,
        message: "the tenant refuses new hooks".to_owned(),
        hint: None,
    });
    ApplyReport {
        tenant: plan.tenant,
        fingerprint: plan.fingerprint,
        results,
        notes: vec!["The tenant stored `block-disposable-mail` under another name.".to_owned()],
        interrupted: false,
        tenant_refuses: false,
        wrote: true,
    }
}

pub(crate) fn findings() -> Vec<Diagnostic> {
    let yaml = "name: add-roles\ntriggerId: post-user-registration\nenabeld: true\nscript: a.js\n";
    let js = "\tconst greeting = '漢字 ' + user.nickname;\treturn cb(nul, greeting);\n";
    let place = |text: &str, part: &str| {
        let start = text.find(part).unwrap();
        (start, start + part.len())
    };
    let (a, b) = place(yaml, "enabeld");
    let (c, d) = place(js, "nul,");
    vec![
        Diagnostic::error(Code("HS012"), "`enabeld` is not a field of a hook.")
            .hint("Did you mean `enabled`?")
            .in_file("hooks/add-roles.yaml")
            .at_bytes(yaml, a, b),
        Diagnostic::warning(Code("HS404"), "`nul` is not defined anywhere in this script.")
            .hint("A callback without an error is `cb(null, …)`.")
            .in_file("hooks/greeting.js")
            .at_bytes(js, c, d - 1),
        Diagnostic::new(
            Code("HS590"),
            crate::model::Severity::Note,
            "Nothing was read from the tenant.",
        ),
    ]
}
