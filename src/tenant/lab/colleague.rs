//! Another administrator of the same tenant, at work on Actions in the
//! Dashboard: edits between requests.
//!
//! Main function: [`edit`]. It goes through the same functions as requests
//! do, so that what it leaves behind is a state that the service allows.
//! Nobody waits for a build here: it takes no time.

use serde_json::json;

use super::fault::Edit;
use crate::tenant::actions::{self, Behaviour, Moment, Route};
use crate::tenant::json::Json;
use crate::tenant::message::Request;
use crate::tenant::state::State;

/// Whether this is an edit of Actions.
pub(in crate::tenant) fn edits(edit: Edit) -> bool {
    edit == Edit::Action || Edit::ACTIONS.contains(&edit)
}

/// Makes one edit. `pick` gives numbers below its argument.
pub(in crate::tenant) fn edit(
    state: &mut State,
    edit: Edit,
    mut moment: Moment,
    mut pick: impl FnMut(usize) -> usize,
) {
    let edit = if edit == Edit::Action { Edit::ACTIONS[pick(Edit::ACTIONS.len())] } else { edit };
    // Installed actions are nobody's to edit.
    let own: Vec<_> = state.actions.iter().filter(|action| action.installed.is_none()).collect();
    let Some(action) = own.get(pick(own.len().max(1))).copied() else { return };
    let (id, name) = (action.id.clone(), action.name.clone());
    let one = format!("/actions/{id}");
    let edited = format!("{}\n// edited by another administrator", action.draft.code);
    let trigger = action.draft.triggers.clone();
    let bound: Vec<String> = match state.bindings.get(pick(state.bindings.len().max(1))) {
        Some(binding) => vec![binding.trigger.clone()],
        None => Vec::new(),
    };
    let entries = |of: &str| -> Vec<Json> {
        let entry = |binding: &actions::Binding| {
            let mut entry = json!({
                "ref": {"type": "action_id", "value": binding.action}
            });
            if let Some(name) = &binding.display_name {
                entry["display_name"] = name.as_str().into();
            }
            entry
        };
        state.bindings_of(of).map(entry).collect()
    };
    let requests: Vec<(&str, String, Json)> = match edit {
        Edit::ActionDraft => vec![("PATCH", one, json!({"code": edited}))],
        Edit::ActionDeploy => vec![
            ("PATCH", one.clone(), json!({"code": edited})),
            ("POST", format!("{one}/deploy"), Json::Null),
        ],
        Edit::ActionRename => {
            let name = format!("{name} (renamed by another administrator)");
            vec![("PATCH", one, json!({"name": name}))]
        }
        Edit::ActionSecret => {
            let kept = action.draft.secrets.iter();
            let mut secrets: Vec<_> = kept.map(|secret| json!({"name": secret.name})).collect();
            secrets.push(json!({"name": "ADDED_BY_ANOTHER", "value": "a value"}));
            vec![("PATCH", one, json!({"secrets": secrets}))]
        }
        Edit::ActionDelete => vec![("DELETE", one, Json::Null)],
        Edit::ActionCreate => {
            let body = json!({"name": name, "supported_triggers": trigger});
            vec![("POST", "/actions".to_owned(), body)]
        }
        Edit::BindingsOrder | Edit::Unbind => {
            let bind = |trigger: &String| {
                let mut entries = entries(trigger);
                if edit == Edit::Unbind {
                    entries.truncate(entries.len() - 1)
                } else {
                    entries.reverse()
                }
                let body = json!({"bindings": entries});
                ("PATCH", format!("/triggers/{trigger}/bindings"), body)
            };
            bound.iter().map(bind).collect()
        }
        _ => Vec::new(),
    };
    for (method, path, body) in requests {
        let request = Request {
            method: method.to_owned(),
            path: format!("/api/v2/actions{path}"),
            query: if method == "DELETE" { "force=true".to_owned() } else { String::new() },
            body: body.to_string().into_bytes(),
            ..Request::default()
        };
        let Some(route) = Route::of(&request) else { continue };
        // A refusal (30 secrets, say) is that administrator's affair.
        let _ = actions::run(state, &route, &request, &Behaviour::instant(), moment.again());
    }
}
