//! The semantics of secrets: the list is replaced, names alone are kept.

use super::*;
use crate::tenant::actions::NamedSecrets;

fn lab(choices: Choices) -> Lab {
    let mut lab = Lab::with(choices);
    lab.ok(r#"POST /actions/actions {"name":"a","supported_triggers":[{"id":"post-login","version":"v3"}],"secrets":[{"name":"foo","value":"1"},{"name":"bar","value":"2"}]}"#);
    lab.wait(1000);
    lab
}

fn patch(lab: &mut Lab, secrets: &str) {
    lab.wait(1000).ok(&format!(r#"PATCH /actions/actions/$1 {{"secrets":{secrets}}}"#));
}

/// Names, values and whether they were written since creation.
fn held(lab: &Lab, known: &[(&str, &str)]) -> Vec<String> {
    let action = &lab.bench.state.actions[0];
    let shown = |secret: &crate::tenant::actions::Secret| {
        let value = known.iter().find(|(name, value)| {
            *name == secret.name
                && lab.bench.state.action_secret_is(&action.id, name, value) == Some(true)
        });
        let moved = if secret.updated.ms() > NOW + 100 { " moved" } else { "" };
        format!("{}={}{moved}", secret.name, value.map_or("?", |(_, value)| value))
    };
    action.draft.secrets.iter().map(shown).collect()
}

#[test]
fn the_list_is_replaced_and_names_alone_are_kept() {
    let known = [("foo", "1"), ("bar", "2"), ("foo", "3"), ("new", "4")];
    let check = |sent: &str, expected: &[&str]| {
        let mut lab = lab(Choices::default());
        patch(&mut lab, sent);
        assert_eq!(held(&lab, &known), expected, "{sent}");
    };
    check(r#"[{"name":"foo"},{"name":"bar"}]"#, &["foo=1", "bar=2"]);
    check(r#"[{"name":"bar"}]"#, &["bar=2"]);
    check("[]", &[]);
    check(r#"[{"name":"foo","value":"3"},{"name":"bar"}]"#, &["foo=3 moved", "bar=2"]);
    // The same value again moves the time, too.
    check(r#"[{"name":"foo","value":"1"},{"name":"bar"}]"#, &["foo=1 moved", "bar=2"]);
    // Stored order stays, new ones go last.
    check(
        r#"[{"name":"new","value":"4"},{"name":"bar"},{"name":"foo","updated_at":"x"}]"#,
        &["foo=1", "bar=2", "new=4 moved"],
    );
}

#[test]
fn without_the_key_all_are_kept() {
    let mut lab = lab(Choices::default());
    lab.ok(r#"PATCH /actions/actions/$1 {"code":"x"}"#);
    assert_eq!(held(&lab, &[("foo", "1"), ("bar", "2")]), ["foo=1", "bar=2"]);
}

#[test]
fn a_rotated_secret_reaches_traffic_with_a_deploy() {
    let mut lab = lab(Choices::default());
    lab.ok("POST /actions/actions/$1/deploy");
    lab.wait(1000);
    patch(&mut lab, r#"[{"name":"foo","value":"3"},{"name":"bar"}]"#);
    let action = &lab.bench.state.actions[0];
    assert!(!action.all_deployed(lab.bench.now));
    assert!(action.versions[0].content.secrets[0].updated < action.draft.secrets[0].updated);
    assert_eq!(action.versions[0].content.secrets[1], action.draft.secrets[1]);
}

#[test]
fn refusals() {
    let message = |at: usize, rule: &str| {
        format!(
            "invalid UpdateActionRequest.Draft: embedded message failed validation | caused by: invalid DraftInformation.Secrets[{at}]: embedded message failed validation | caused by: invalid NameValueOptional.{rule}"
        )
    };
    let check = |choices: Choices, sent: &str, message: &str| {
        let line = format!(r#"PATCH /actions/actions/$1 {{"secrets":{sent}}}"#);
        lab(choices).check(&line, 400, &refused(400, message, ""));
    };
    let name = message(1, "Name: value length must be between 1 and 128 runes, inclusive");
    check(Choices::default(), r#"[{"name":"foo"},{"value":"x"}]"#, &name);
    check(Choices::default(), r#"[{"name":"foo"},{"name":"","value":"x"}]"#, &name);
    let value = message(0, "Value: value is required");
    check(Choices::default(), r#"[{"name":"unknown"}]"#, &value);
    let choices = Choices { named_secrets: NamedSecrets::Refuse, ..Choices::default() };
    check(choices, r#"[{"name":"foo"}]"#, &value);
}

#[test]
fn a_service_that_takes_a_name_alone_as_no_secret() {
    let mut lab = lab(Choices { named_secrets: NamedSecrets::Drop, ..Choices::default() });
    patch(&mut lab, r#"[{"name":"foo"},{"name":"bar","value":"5"}]"#);
    assert_eq!(held(&lab, &[("bar", "5")]), ["bar=5 moved"]);
}
