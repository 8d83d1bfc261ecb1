//! Another administrator at work between two requests.

use super::*;

/// Two actions, both bound, after one edit.
fn after(edit: &str) -> Lab {
    let mut lab = Lab::new();
    for name in ["a", "b"] {
        lab.action(name, true);
    }
    let entries = ["a", "b"].map(|name| {
        format!(r#"{{"ref":{{"type":"action_name","value":"{name}"}},"display_name":"D"}}"#)
    });
    lab.ok(&format!(
        r#"PATCH /actions/triggers/post-login/bindings {{"bindings":[{}]}}"#,
        entries.join(",")
    ));
    lab.wait(1000);
    lab.bench.service.set_faults(vec![format!("edit:{edit}@1").parse().unwrap()]);
    lab.ok("GET /actions/triggers");
    lab
}

#[test]
fn what_each_edit_leaves_behind() {
    let check = |edit: &str, fits: fn(&State, u64) -> bool| {
        let lab = after(edit);
        assert!(fits(&lab.bench.state, lab.bench.now), "{edit}: {:#?}", lab.bench.state);
    };
    check("action-draft", |state, now| {
        let drafts: Vec<bool> =
            state.actions.iter().map(|action| action.all_deployed(now)).collect();
        drafts.contains(&false) && drafts.contains(&true)
    });
    check("action-deploy", |state, now| {
        let edited = state.actions.iter().filter(|action| action.versions.len() == 2);
        let live = edited.filter(|action| action.all_deployed(now + 1));
        live.count() == 1
    });
    check("action-rename", |state, _| {
        state.actions.iter().any(|action| action.name.contains("renamed by another"))
    });
    check("action-secret", |state, _| {
        state.actions.iter().any(|action| action.secret("ADDED_BY_ANOTHER").is_some())
    });
    check("action-delete", |state, _| state.actions.len() == 1 && state.bindings.len() == 1);
    check("action-create", |state, _| {
        let names: std::collections::HashSet<_> =
            state.actions.iter().map(|action| &action.name).collect();
        state.actions.len() == 3 && names.len() == 2
    });
    check("unbind", |state, _| state.bindings.len() == 1);
    check("bindings-order", |state, _| {
        let bound: Vec<_> = state.bindings.iter().map(|binding| &binding.action).collect();
        let made: Vec<_> = state.actions.iter().rev().map(|action| &action.id).collect();
        let shown = state.bindings.iter().all(|binding| binding.display_name.is_some());
        bound == made && shown
    });
}
