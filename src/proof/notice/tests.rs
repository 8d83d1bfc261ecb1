//! What differs, in words.

use super::*;

fn seen(effect: Effect, sent: Vec<Value>) -> Noticed {
    Noticed {
        effect,
        api: None,
        sent,
        after: Vec::new(),
        open: Vec::new(),
        dropped: Vec::new(),
        engine_text: false,
        answers: 1,
        stopped: false,
    }
}

fn effect(outcome: Ended, reason: &str, claims: Value) -> Effect {
    let mut effect = Effect::new(outcome);
    effect.reason = (!reason.is_empty()).then(|| reason.to_owned());
    effect.claims = claims.as_object().cloned().unwrap_or_default();
    effect
}

#[test]
fn a_difference_is_said_with_the_new_side_first() {
    let check = |old: Effect, new: Effect, expected: &str| {
        let found = difference(&seen(old, Vec::new()), &seen(new, Vec::new()));
        assert_eq!(found.map(|it| it.summary).unwrap_or_default(), expected);
    };
    let ok = |claims: Value| effect(Ended::Ok, "", claims);
    let denied = || effect(Ended::Denied, "no plan", json!({}));
    check(ok(json!({})), denied(), "now denied (no plan)");
    check(denied(), ok(json!({})), "now goes through; until now it was denied (no plan)");
    check(ok(json!({})), ok(json!({ "a": 1 })), "now sets claim a to 1");
    check(
        ok(json!({ "a": 1, "b": 2 })),
        ok(json!({})),
        "no longer sets claim a (was 1), and 1 more",
    );
    check(ok(json!({ "a": 1 })), ok(json!({ "a": 2 })), "claim a is now 2, was 1");
    check(ok(json!({})), ok(json!({})), "");
}

#[test]
fn texts_that_the_code_made_are_no_other_kind_of_difference() {
    let kind = |old: Effect, new: Effect| {
        difference(&seen(old, Vec::new()), &seen(new, Vec::new())).map(|it| it.kind)
    };
    let ok = || effect(Ended::Ok, "", json!({}));
    let denied = |why: &str| effect(Ended::Denied, why, json!({}));
    assert_eq!(kind(ok(), denied("no a@x")), kind(ok(), denied("no b@y")));
    assert_ne!(kind(ok(), denied("no")), kind(denied("no"), ok()));
    assert_ne!(kind(ok(), denied("no")), kind(ok(), effect(Ended::Failed, "no", json!({}))));
    assert_eq!(kind(denied("a"), denied("b")), kind(denied("c"), denied("d")));
}

#[test]
fn a_request_is_called_by_its_method_and_address() {
    let check = |old: Value, new: Value, expected: &str| {
        let list = |value: Value| value.as_array().cloned().unwrap_or_default();
        let ok = || effect(Ended::Ok, "", json!({}));
        let found = difference(&seen(ok(), list(old)), &seen(ok(), list(new)));
        assert_eq!(found.map(|it| it.summary).unwrap_or_default(), expected);
    };
    let post = |body: u32| json!([{ "request": "POST https://a.example/", "body": body }]);
    check(post(1), json!([]), "no longer sends POST https://a.example/");
    check(json!([]), post(1), "now also sends POST https://a.example/");
    check(post(1), post(2), "sends POST https://a.example/ with another body");
}

#[test]
fn what_nobody_waits_for_and_what_comes_after_the_answer() {
    let one = || json!({ "request": "POST https://a.example/?x=1", "body": 1 });
    let of = |sent: Vec<Value>, after: Vec<Value>, open: Vec<Value>| Noticed {
        after,
        open,
        ..seen(effect(Ended::Ok, "", json!({})), sent)
    };
    let check = |old: Noticed, new: Noticed, expected: &str| {
        assert_eq!(difference(&old, &new).map(|it| it.kind).unwrap_or_default(), expected);
    };
    let none = Vec::new;
    check(of(vec![one()], none(), none()), of(vec![one()], none(), none()), "");
    // sent after the hook's answer, and waited for by the Action
    check(of(none(), vec![one()], none()), of(vec![one()], none(), none()), "");
    check(
        of(none(), vec![one()], none()),
        of(vec![one()], none(), vec![one()]),
        "not waited for POST",
    );
    check(
        of(vec![one()], none(), none()),
        of(vec![one()], none(), vec![one()]),
        "not waited for POST",
    );
    check(of(vec![one()], none(), vec![one()]), of(vec![one()], none(), vec![one()]), "");
    check(of(none(), vec![one()], none()), of(none(), none(), none()), "after the answer");
    check(
        of(none(), none(), none()),
        of(vec![one()], none(), none()),
        "nothing POST https://a.example/",
    );
}

#[test]
fn texts_of_the_engine_are_known_where_they_go_out() {
    let check = |value: Value, expected: bool| {
        assert_eq!(has_engine_text(&value), expected, "{value}");
    };
    check(json!({ "reason": "not a function" }), true);
    check(json!([{ "body": { "why": "failed: value is not iterable" } }]), true);
    check(json!("the plan is not a function"), false);
    check(json!("Cannot read properties of undefined (reading 'a')"), false);
}
