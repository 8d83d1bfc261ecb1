//! What running old and new code showed, as a part of a pull request's comment.
//!
//! Must not exceed the room it is given.

use super::escape::{code, fence, prose};
use super::fitting;
use crate::plan::{Behaviour, Change, Plan};
use crate::report::effects::{headline, looked_at, sentence, share};
use crate::report::words::grouped;

/// What changes for whom: first what differs, then what doesn't.
pub(super) fn section(plan: &Plan, room: usize) -> String {
    let mut looked_at = looked_at(plan);
    if looked_at.is_empty() {
        return String::new();
    }
    looked_at.sort_by_key(|(_, behaviour)| match behaviour {
        Behaviour::Compared(compared) => compared.differences.is_empty(),
        Behaviour::NotCompared { .. } => true,
    });
    let mut lines = Vec::new();
    for (change, behaviour) in looked_at {
        let name = code(change.name.as_str());
        lines.push(format!("- {name}: {}\n", prose(&headline(behaviour))));
        let Behaviour::Compared(compared) = behaviour else { continue };
        for differs in &compared.differences {
            let share = share(differs, compared);
            lines.push(format!("  - **{}** ({share})\n", prose(&sentence(differs))));
        }
    }
    let (items, left_out) = fitting(lines, room.saturating_sub(200), |line| line);
    let more = match left_out {
        0 => String::new(),
        _ => format!("- and {} more lines\n", grouped(left_out)),
    };
    format!(
        "\n**What the code does differently**, live and new code run on the same events:\n\n\
         {items}{more}"
    )
}

/// The events of one change and what was not looked at, for its details.
pub(super) fn details(change: &Change, room: usize) -> String {
    let Some(Behaviour::Compared(compared)) = &change.behaviour else { return String::new() };
    let mut parts: Vec<String> =
        compared.notes.iter().map(|note| format!("- {}\n", prose(note))).collect();
    for differs in &compared.differences {
        let event = crate::report::json::pretty(&differs.event);
        let head = prose(&sentence(differs));
        parts.push(format!("\n{head}; the event:\n\n{}", fence("json", &event)));
    }
    let (text, _) = fitting(parts, room, |part| part);
    text
}
