//! The text beside a backup: what is in it, and what an apply of it can't
//! bring back.
//!
//! Must not know where it is written.

use super::backup::{DRAFTS, Manifest};

/// It, with a line on each hook, action and trigger.
pub(super) fn note(manifest: &Manifest, remarks: &[String], drafts: bool) -> String {
    let Manifest { tenant, made, made_actions, environment: _, command: _ } = manifest;
    let mut note = format!(
        "# {} as it was before an apply\n\n\
         `hooksync apply` on this folder puts back what is listed here, and touches nothing\n\
         else. With `--allow-delete` it also deletes what that apply created: hooks, actions\n\
         and secrets, and entries in the order of a trigger.\n\n\
         Values of secrets can't be read from a tenant: what still exists keeps its own. A hook\n\
         or action that has to be created again comes back without them and with a new id; it\n\
         stays off (an action: is not deployed) until they are given. An action that still\n\
         exists has its old versions with the values they had: `hooksync rollback NAME --to N`\n\
         makes one live again.\n\n{}",
        tenant.escape_debug(),
        remarks.concat()
    );
    if drafts {
        note.push_str(&format!(
            "\nDrafts that were not deployed are in `{DRAFTS}/`. An apply of that folder, after\n\
             this one, puts them back without deploying them.\n"
        ));
    }
    for (kind, made) in [("Hooks", made), ("Actions", made_actions)] {
        if !made.is_empty() {
            let names: Vec<String> =
                made.iter().map(|name| format!("`{}`", name.escape_debug())).collect();
            note.push_str(&format!(
                "\n{kind} that the apply was to create: {}\n",
                names.join(", ")
            ));
        }
    }
    note
}
