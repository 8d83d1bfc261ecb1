//! Somebody else who works on the same tenant: edits between requests.
//!
//! Main function: [`edit`]. It goes through the same functions as requests
//! do, so that what it leaves behind is a state that the service allows.

use super::fault::Edit;
use crate::tenant::hooks::record::{self as hooks, Patch};
use crate::tenant::hooks::secrets;
use crate::tenant::json::{Json, Object};
use crate::tenant::options::Behaviour;
use crate::tenant::state::{Hook, State, TRIGGERS};

/// Makes one edit. `pick` gives numbers below its argument; `id` is for a
/// hook that may be made.
pub(in crate::tenant) fn edit(
    state: &mut State,
    edit: Edit,
    id: String,
    behaviour: Behaviour,
    mut pick: impl FnMut(usize) -> usize,
) {
    let edit = if edit == Edit::Any { Edit::ALL[pick(Edit::ALL.len())] } else { edit };
    let hook = match state.hooks.len() {
        0 => None,
        count => state.hooks.get(pick(count)).cloned(),
    };
    if edit == Edit::Create {
        let trigger = TRIGGERS[pick(TRIGGERS.len())];
        let body = object([
            ("name", text(format!("somebody-elses-{}", id.to_ascii_lowercase()))),
            ("script", text(STRANGE_SCRIPT)),
            ("triggerId", text(trigger)),
        ]);
        hooks::create(state, &body, id, behaviour);
        return;
    }
    // Nothing there to be edited.
    let Some(hook) = hook else { return };
    match edit {
        Edit::Delete => {
            hooks::delete(state, &hook.id);
        }
        Edit::Secret => {
            let body = object([("ADDED_BY_SOMEBODY_ELSE", text("a value"))]);
            secrets::add(state, &hook.id, &body);
        }
        _ => {
            if let Some(change) = change(edit, &hook, &id) {
                let body = object([change]);
                if let Ok(patch) = Patch::parse(&body) {
                    hooks::update(state, &hook.id, &patch, behaviour);
                }
            }
        }
    }
}

const STRANGE_SCRIPT: &str = "module.exports = function () { /* somebody else's */ };\n";

/// The field that an edit changes, with its new value.
fn change(edit: Edit, hook: &Hook, unique: &str) -> Option<(&'static str, Json)> {
    match edit {
        Edit::Script => {
            Some(("script", text(format!("{}\n// edited by somebody else", hook.script))))
        }
        Edit::Toggle => Some(("enabled", Json::Bool(!hook.enabled))),
        Edit::Rename => {
            let name = format!("renamed-by-somebody-else-{}", unique.to_ascii_lowercase());
            Some(("name", text(name)))
        }
        Edit::Dependencies => {
            Some(("dependencies", object([("added-by-somebody-else", text("1.0.0"))])))
        }
        // Not of a field, or not of a hook.
        _ => None,
    }
}

fn text(value: impl Into<String>) -> Json {
    Json::String(value.into())
}

fn object<const N: usize>(fields: [(&str, Json); N]) -> Json {
    let owned = fields.into_iter().map(|(key, value)| (key.to_owned(), value));
    Json::Object(owned.collect::<Object>())
}
