//! Plans and texts that hold anything.

use proptest::prelude::*;

use super::{change, full_steps, live, plan_of};
use crate::model::{Id, Kind, Name, Script, Trigger};
use crate::plan::{
    Behaviour, Change, Compared, Differs, Field, FieldChange, Plan, SecretChange, SecretVerb,
    Unmanaged, UnresolvedSecret, Value, Verb, Warning,
};

/// Text that tries to do something, among ordinary text.
pub(crate) fn hostile() -> impl Strategy<Value = String> + Clone {
    let part = prop_oneof![
        3 => "[ -~]{0,24}",
        2 => any::<String>(),
        3 => prop::sample::select(vec![
            "\u{1b}[31m", "\u{1b}]8;;http://x\u{7}", "\u{202e}", "\u{200b}", "\r", "\n", "\t",
            "::error::x", "\n::set-output name=a::b", "##[error]", "##vso[task.x]", "```", "````\n",
            "~~~", "</details>", "<!--", "-->", "<img src=x>", "@octocat", "#1", "| a | b", "\u{9b}31m",
            "https://example.com", "www.example.com", "漢字", "👩‍💻", "\u{301}", "%0A", "]]>",
        ]).prop_map(String::from),
        1 => "[a-z:]{60,200}",
    ];
    prop::collection::vec(part, 0..6).prop_map(|parts| parts.concat())
}

fn any_field() -> impl Strategy<Value = FieldChange> {
    let text = hostile();
    let script = prop_oneof![
        text.clone(),
        prop::collection::vec(hostile(), 0..12).prop_map(|lines| lines.join("\n")),
    ];
    prop_oneof![
        (prop::option::of(text.clone()), text.clone()).prop_map(|(old, new)| FieldChange::text(
            Field::Name,
            old,
            new
        )),
        (prop::option::of(any::<bool>()), any::<bool>()).prop_map(|(old, new)| FieldChange::flag(
            Field::Enabled,
            old,
            new
        )),
        (
            prop::option::of(prop::collection::btree_map(hostile(), hostile(), 0..3)),
            prop::collection::btree_map(hostile(), hostile(), 0..3),
        )
            .prop_map(|(old, new)| FieldChange::packages(old, new)),
        (prop::option::of(script.clone()), script)
            .prop_map(|(old, new)| FieldChange::script(old.map(Script::new), Script::new(new),)),
        (
            prop::option::of(prop::collection::vec(hostile(), 0..3)),
            prop::collection::vec(hostile(), 0..3)
        )
            .prop_map(|(old, new)| FieldChange::new(
                Field::Bindings,
                old.map(Value::Names),
                Value::Names(new),
            )),
    ]
}

fn any_behaviour() -> impl Strategy<Value = Behaviour> {
    let differs = (hostile(), hostile()).prop_map(|(whom, summary)| Differs {
        message: summary.clone(),
        event: serde_json::json!({ whom.clone(): summary.clone() }),
        whom,
        summary,
        events: 3,
    });
    let compared =
        (prop::collection::vec(differs, 0..3), hostile()).prop_map(|(differences, note)| {
            Compared {
                events: 200,
                wanted: 200,
                differences,
                notes: vec![note],
                ..Compared::default()
            }
        });
    prop_oneof![
        compared.prop_map(Behaviour::Compared),
        hostile().prop_map(|why| Behaviour::NotCompared { why }),
    ]
}

fn any_change() -> impl Strategy<Value = Change> {
    let verb = prop::sample::select(vec![Verb::Create, Verb::Update, Verb::Replace, Verb::Delete]);
    let secret = (
        hostile(),
        prop::sample::select(vec![SecretVerb::Create, SecretVerb::Write, SecretVerb::Delete]),
    )
        .prop_map(|(key, verb)| SecretChange::new(key, verb));
    (
        verb,
        ("[a-z][a-z0-9]{0,40}", prop::option::of(hostile())),
        hostile(),
        prop::collection::vec(any_field(), 0..4),
        prop::collection::vec(secret, 0..3),
        prop::option::of(hostile()),
        prop::option::of(hostile()),
        prop::option::of(any_behaviour()),
    )
        .prop_map(
            |(verb, (hook, action), trigger, fields, secrets, source, blocked, behaviour)| {
                let change = Change {
                    behaviour,
                    id: Some(Id::new(trigger.clone())),
                    live: Some(live(
                        &trigger,
                        &hook,
                        Trigger::from_tenant(&trigger),
                        true,
                        &[&trigger],
                    )),
                    fields,
                    secrets,
                    source,
                    withheld: blocked.as_ref().map(|why| format!("{why}.")),
                    blocked,
                    ..change(verb, &hook, Trigger::from_tenant(&trigger))
                };
                match action {
                    // of an action the name may be anything
                    Some(name) => Change { kind: Kind::Action, name: Name::action(name), ..change },
                    None => change,
                }
            },
        )
}

fn resent(keys: &[String]) -> Change {
    let secrets = keys.iter().map(|key| SecretChange::new(key.clone(), SecretVerb::Write));
    let change = change(Verb::Resend, "a", Trigger::PostChangePassword);
    Change { secrets: secrets.collect(), ..change }
}

/// Any plan, all of its foreign text hostile.
pub(crate) fn any_plan() -> impl Strategy<Value = Plan> {
    (prop::collection::vec(any_change(), 0..5), prop::collection::vec(hostile(), 0..3), hostile())
        .prop_map(|(changes, texts, tenant)| Plan {
            tenant,
            warnings: texts
                .iter()
                .map(|text| Warning {
                    code: "HS401".into(),
                    message: text.clone(),
                    source: Some(text.clone()),
                    position: None,
                })
                .collect(),
            unmanaged: texts
                .iter()
                .map(|text| Unmanaged {
                    kind: Kind::Action,
                    name: Name::action(text.clone()),
                    trigger: Trigger::from_tenant(text),
                    id: Id::new(text.clone()),
                })
                .collect(),
            unresolved: texts
                .iter()
                .map(|text| UnresolvedSecret {
                    name: Name::action(text.clone()),
                    key: text.clone(),
                    keywords: texts.clone(),
                    source: text.clone(),
                })
                .collect(),
            steps: full_steps(),
            ..plan_of(changes.into_iter().chain([resent(&texts)]).collect())
        })
}
