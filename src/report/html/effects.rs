//! What running old and new code showed, as rows of a change's page.
//!
//! Must not decide what matters.

use crate::plan::{Behaviour, Change};
use crate::report::effects::{event, headline, sentence, share};
use crate::report::page::text;

/// The values of one change's rows, harmless; none if its code wasn't looked at.
pub(super) fn rows(change: &Change) -> Vec<String> {
    let Some(behaviour) = &change.behaviour else { return Vec::new() };
    let mut rows = vec![text(&headline(behaviour))];
    let Behaviour::Compared(compared) = behaviour else { return rows };
    for differs in &compared.differences {
        rows.push(format!(
            "<details><summary><span class=\"warning\">{}</span> <span class=\"quiet\">{}</span>\
             </summary><code>{}</code></details>",
            text(&sentence(differs)),
            share(differs, compared),
            text(&event(differs))
        ));
    }
    let notes = compared.notes.iter();
    rows.extend(notes.map(|note| format!("<span class=\"quiet\">{}</span>", text(note))));
    rows
}
