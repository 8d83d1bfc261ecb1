//! Whatever is sent: no panic, an answer that is well-formed, and a state that
//! the service allows.

use std::collections::HashSet;

use proptest::prelude::*;

use super::*;
use crate::tenant::state_file;

fn one_of(choices: &'static [&'static str]) -> impl Strategy<Value = String> {
    proptest::sample::select(choices).prop_map(str::to_owned)
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![8 => "[a-c]{1,2}[0-2]?", 1 => "[a-zA-Z0-9 -]{0,6}", 1 => any::<String>()]
}

fn hook_body() -> impl Strategy<Value = String> {
    (name(), one_of(&TRIGGERS), any::<Option<bool>>(), "[x]{0,2}").prop_map(
        |(name, trigger, enabled, script)| {
            let mut body =
                serde_json::json!({"name": name, "script": script, "triggerId": trigger});
            if let Some(enabled) = enabled {
                body["enabled"] = enabled.into();
            }
            body.to_string()
        },
    )
}

fn patch_body() -> impl Strategy<Value = String> {
    prop_oneof![
        name().prop_map(|name| serde_json::json!({ "name": name }).to_string()),
        any::<bool>().prop_map(|enabled| format!(r#"{{"enabled":{enabled}}}"#)),
        one_of(&[
            "{}",
            r#"{"script":"y"}"#,
            r#"{"dependencies":{"a":"1"}}"#,
            r#"{"enabled":"true"}"#
        ]),
    ]
}

fn secrets_body() -> impl Strategy<Value = String> {
    prop_oneof![
        proptest::collection::btree_map("[A-F]{1,2}", ".{0,3}", 0..23)
            .prop_map(|secrets| serde_json::to_string(&secrets).unwrap()),
        proptest::collection::vec("[A-F]{1,2}", 0..4)
            .prop_map(|names| serde_json::to_string(&names).unwrap()),
    ]
}

fn action_body() -> impl Strategy<Value = String> {
    let secrets =
        proptest::collection::vec(("[A-C]{1,2}", proptest::option::of("[xy]{1,2}")), 0..4);
    (name(), proptest::option::of(secrets), any::<bool>()).prop_map(|(name, secrets, fresh)| {
        let mut body = serde_json::json!({"name": name});
        if fresh {
            body["supported_triggers"] = serde_json::json!([{"id": "post-login", "version": "v3"}]);
        }
        if let Some(secrets) = secrets {
            let secret = |(name, value): (String, Option<String>)| match value {
                Some(value) => serde_json::json!({"name": name, "value": value}),
                None => serde_json::json!({"name": name}),
            };
            body["secrets"] = secrets.into_iter().map(secret).collect();
        }
        body.to_string()
    })
}

fn bindings_body() -> impl Strategy<Value = String> {
    proptest::collection::vec("[a-c]{1,2}[0-2]?", 0..4).prop_map(|names| {
        let entry = |name| serde_json::json!({"ref": {"type": "action_name", "value": name}});
        serde_json::json!({"bindings": names.into_iter().map(entry).collect::<Vec<_>>()})
            .to_string()
    })
}

/// Method, path (`#N` for a hook's id, `@N` for an action's), query, content type, body.
type Sent = (String, String, String, Option<String>, Vec<u8>);

fn request() -> impl Strategy<Value = Sent> {
    let method = one_of(&["GET", "POST", "PATCH", "DELETE", "PUT", "HEAD"]);
    let path = prop_oneof![
        Just("/api/v2/hooks".to_owned()),
        (0..4).prop_map(|at| format!("/api/v2/hooks/#{at}")),
        (0..4).prop_map(|at| format!("/api/v2/hooks/#{at}/secrets")),
        Just("/api/v2/actions/actions".to_owned()),
        (0..4).prop_map(|at| format!("/api/v2/actions/actions/@{at}")),
        (0..4).prop_map(|at| format!("/api/v2/actions/actions/@{at}/deploy")),
        (0..4).prop_map(|at| format!("/api/v2/actions/actions/@{at}/versions")),
        Just("/api/v2/actions/triggers/post-login/bindings".to_owned()),
        Just("/api/v2/actions/modules".to_owned()),
        one_of(&[
            "/oauth/token",
            "/api/v2/clients",
            "/",
            "",
            "/api/v2/hooks/",
            "/api/v2/hooks/%00"
        ]),
    ];
    let query = prop_oneof![
        4 => Just(String::new()),
        1 => "[a-z_&=%0-9]{0,12}",
        1 => "(page|per_page|fields|enabled|include_totals|triggerId)=[a-z0-9,-]{0,6}",
    ];
    let kind = proptest::option::of(one_of(&[
        "application/json",
        "application/x-www-form-urlencoded",
        "text/plain",
    ]));
    let body = prop_oneof![
        4 => hook_body().prop_map(String::into_bytes),
        4 => patch_body().prop_map(String::into_bytes),
        4 => secrets_body().prop_map(String::into_bytes),
        6 => action_body().prop_map(String::into_bytes),
        2 => bindings_body().prop_map(String::into_bytes),
        1 => proptest::collection::vec(any::<u8>(), 0..20),
    ];
    (method, path, query, kind, body)
}

fn behaviour() -> impl Strategy<Value = Behaviour> {
    let second = [
        SecondEnabled::SwitchOffOther,
        SecondEnabled::Refuse,
        SecondEnabled::RefuseBadRequest,
        SecondEnabled::AllowBoth,
    ];
    let modes = [Mode::Legacy, Mode::Legacy, Mode::Legacy, Mode::ReadOnly, Mode::NotAllowed];
    let lists = [ListDetail::Full, ListDetail::Summary];
    (
        proptest::sample::select(modes.to_vec()),
        proptest::sample::select(second.to_vec()),
        proptest::sample::select(lists.to_vec()),
    )
        .prop_map(|(mode, second_enabled, list)| Behaviour {
            mode,
            second_enabled,
            list,
            ..Behaviour::default()
        })
}

fn check_state(state: &State, behaviour: Behaviour) {
    let mut names = HashSet::new();
    let mut ids = HashSet::new();
    let mut enabled = HashSet::new();
    for hook in &state.hooks {
        assert!(ids.insert(&hook.id), "an id twice");
        assert!(names.insert(hook.name.as_ref().unwrap()), "a name twice");
        assert!(hook.secrets.len() <= MAX_SECRETS);
        assert!(!hook.script.is_empty());
        let alone = !hook.enabled || enabled.insert(&hook.trigger_id);
        assert!(alone || behaviour.second_enabled == SecondEnabled::AllowBoth, "two are on");
    }
    let read =
        state_file::read(&state_file::write(state), state.key, &mut fastrand::Rng::new(), NOW)
            .unwrap();
    assert_eq!((&read.state, read.incomplete), (state, false));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn any_requests(
        behaviour in behaviour(),
        sent in proptest::collection::vec(request(), 1..60),
        edits in 0..2_u32,
    ) {
        let actions = crate::tenant::actions::Behaviour::instant();
        let limits = Limits { api: Limit::new(1000, Rate::per_second(1)), ..Limits::default() };
        let faults = if edits > 0 {
            ["edit@every 5", "edit:action@every 3"].map(|text| text.parse().unwrap()).to_vec()
        } else { Vec::new() };
        let mut bench =
            Bench::with(Options { behaviour, actions, limits, faults, ..Options::default() });
        for (method, path, query, content_type, body) in sent {
            let mut request = bench.request("GET /hooks");
            let id = |at: usize| bench.state.hooks.get(at).map_or("none", |hook| hook.id.as_str());
            let action = |at: usize| {
                bench.state.actions.get(at).map_or("none", |action| action.id.as_str())
            };
            request.path = (0..4).fold(path, |path, at| {
                path.replace(&format!("#{at}"), id(at)).replace(&format!("@{at}"), action(at))
            });
            (request.method, request.query) = (method, query);
            (request.content_type, request.body) = (content_type, body);
            let answer = bench.service.handle(&mut bench.state, &request, NOW);
            let body = &answer.response.body;
            prop_assert!((200..500).contains(&answer.response.status));
            prop_assert!(body.is_empty() || serde_json::from_slice::<Json>(body).is_ok());
            Entry::new(1, &request, &answer, NOW);
            check_state(&bench.state, behaviour);
        }
    }
}
