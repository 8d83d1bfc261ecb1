//! What running old and new code showed, as rows of a change.
//!
//! Must not decide what matters.

use super::{fields, theirs};
use crate::plan::{Behaviour, Change};
use crate::report::effects::{event, headline, sentence, share};
use crate::report::ink::{Ink, plain, span};
use crate::report::layout::Page;

/// The rows of one change, if its code was looked at.
pub(super) fn rows(page: &mut Page<'_>, change: &Change) {
    let Some(behaviour) = &change.behaviour else { return };
    let ink = match behaviour {
        Behaviour::NotCompared { .. } => Ink::Faint,
        Behaviour::Compared(compared) if compared.events == 0 => Ink::Faint,
        Behaviour::Compared(compared) if compared.differences.is_empty() => Ink::Added,
        Behaviour::Compared(_) => Ink::Warning,
    };
    let head = theirs(headline(behaviour), page.style);
    fields::row(page, "behaviour", vec![span(ink, head)]);
    let Behaviour::Compared(compared) = behaviour else { return };
    for differs in &compared.differences {
        let text = theirs(sentence(differs), page.style);
        let events = format!(" ({})", share(differs, compared));
        fields::row(page, "", vec![plain(text), span(Ink::Faint, events)]);
        if page.style.full {
            let event = theirs(format!("event: {}", event(differs)), page.style);
            fields::row(page, "", vec![span(Ink::Faint, event)]);
        }
    }
    for note in &compared.notes {
        fields::row(page, "", vec![span(Ink::Faint, theirs(note, page.style))]);
    }
}
