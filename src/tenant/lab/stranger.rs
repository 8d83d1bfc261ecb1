//! Somebody else who works on the same tenant: edits between requests.
//!
//! Main function: [`edit`]. It goes through the same functions as requests
//! do, so that what it leaves behind is a state that the service allows.

use serde_json::json;

use super::fault::Edit;
use crate::tenant::hooks::record::{self as hooks, Patch};
use crate::tenant::hooks::secrets;
use crate::tenant::options::Behaviour;
use crate::tenant::state::{State, TRIGGERS};

/// Makes one edit. `pick` gives numbers below its argument; `id` is for a
/// hook that may be made.
pub(in crate::tenant) fn edit(
    state: &mut State,
    edit: Edit,
    id: String,
    behaviour: Behaviour,
    mut pick: impl FnMut(usize) -> usize,
) {
    let edit = if edit == Edit::Any { Edit::HOOKS[pick(Edit::HOOKS.len())] } else { edit };
    let hook = match state.hooks.len() {
        0 => None,
        count => state.hooks.get(pick(count)).cloned(),
    };
    if edit == Edit::Create {
        let trigger = TRIGGERS[pick(TRIGGERS.len())];
        let name = format!("somebody-elses-{}", id.to_ascii_lowercase());
        let body = json!({ "name": name, "script": STRANGE_SCRIPT, "triggerId": trigger });
        let _ = hooks::create(state, &body, id, behaviour);
        return;
    }
    // Nothing there to be edited.
    let Some(hook) = hook else { return };
    let body = match edit {
        Edit::Script => {
            json!({ "script": format!("{}\n// edited by somebody else", hook.script) })
        }
        Edit::Toggle => json!({ "enabled": !hook.enabled }),
        Edit::Rename => {
            json!({ "name": format!("renamed-by-somebody-else-{}", id.to_ascii_lowercase()) })
        }
        Edit::Dependencies => json!({ "dependencies": { "added-by-somebody-else": "1.0.0" } }),
        Edit::Delete => {
            hooks::delete(state, &hook.id);
            return;
        }
        Edit::Secret => {
            let body = json!({ "ADDED_BY_SOMEBODY_ELSE": "a value" });
            let _ = secrets::add(state, &hook.id, &body);
            return;
        }
        // Not of a hook.
        _ => return,
    };
    if let Ok(patch) = Patch::parse(&body) {
        let _ = hooks::update(state, &hook.id, &patch, behaviour);
    }
}

const STRANGE_SCRIPT: &str = "module.exports = function () { /* somebody else's */ };\n";
