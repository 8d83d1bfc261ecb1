//! Drift as Markdown: an issue, a chat, a job's summary.
//!
//! Must not lay out a script's difference: the plan's page does.

use super::escape::{code, length, prose};
use super::plan::details_of;
use super::{MOST, NoPlan, fitting};
use crate::plan::Plan;
use crate::plan::traced::Traces;
use crate::report::Again;
use crate::report::drift::{Difference, differences};
use crate::report::words::{count, grouped};

/// One environment's drift.
#[derive(Debug, Clone, Copy)]
pub struct DriftView<'a> {
    /// Its name, where there are several.
    pub environment: Option<&'a str>,
    /// What an apply would change.
    pub plan: &'a Plan,
    /// What is known of who changed it.
    pub traces: &'a Traces,
    /// What a command repeats to reach this project and tenant.
    pub again: &'a Again,
}

/// What is different on each tenant, below what GitHub takes of a text, and
/// those of which it isn't known.
#[must_use]
pub fn drift(views: &[DriftView<'_>], missing: &[NoPlan<'_>]) -> String {
    let mut out = String::new();
    for NoPlan { environment, why } in missing {
        let name = code(environment.unwrap_or("-"));
        out.push_str(&format!("### hooksync: drift of {name} is not known\n\n{}\n\n", prose(why)));
    }
    for (at, view) in views.iter().enumerate() {
        let left = MOST.saturating_sub(length(&out)) / (views.len() - at);
        out.push_str(&section(view, left));
    }
    out
}

fn section(view: &DriftView<'_>, room: usize) -> String {
    let differing = differences(view.plan, view.traces, view.again);
    let of = view.environment.map(|name| format!(" ({})", code(name))).unwrap_or_default();
    let number = match differing.len() {
        0 => "no drift".to_owned(),
        number => count(number, "difference"),
    };
    let mut out = format!("### hooksync: {number} on {}{of}\n\n", code(&view.plan.tenant));
    if differing.is_empty() {
        out.push_str("The tenant matches the definitions.\n\n");
    }
    let (items, left_out) = fitting(&differing, room / 2, item);
    out.push_str(&items);
    if left_out > 0 {
        out.push_str(&format!("- and {} more\n", grouped(left_out)));
    }
    if let (Traces::Unknown(why), false) = (view.traces, differing.is_empty()) {
        out.push_str(&format!("\nIt is not known who changed it: {}.\n", prose(why)));
    }
    if !view.plan.unmanaged.is_empty() {
        let others = count(view.plan.unmanaged.len(), "other");
        out.push_str(&format!("\n{others} on the tenant without a definition; left alone.\n"));
    }
    if !differing.is_empty() {
        let order: Vec<usize> = (0..view.plan.changes.len()).collect();
        let head = "\nWhat an apply would change back:\n";
        let left = room.saturating_sub(length(&out) + length(head));
        let details = details_of(view.plan, &order, left);
        if !details.is_empty() {
            out.push_str(head);
            out.push_str(&details);
        }
    }
    out
}

fn item(one: &Difference<'_>) -> String {
    let mut out = format!("- **{}** {}\n", code(one.change.name.as_str()), prose(&one.what));
    if let Some(written) = &one.written {
        out.push_str(&format!("  - last written: {}\n", prose(written)));
    }
    for (label, command) in [("take it", &one.take), ("undo it", &one.undo)] {
        out.push_str(&format!("  - {label}: {}\n", code(command)));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples::{clean_plan, full_plan};

    #[test]
    fn drift_for_an_issue() {
        let unknown = Traces::Unknown("the token lacks read:logs".to_owned());
        let (full, clean) = (full_plan(), clean_plan());
        let again = Again::default();
        let of = |plan| DriftView { environment: None, plan, traces: &unknown, again: &again };
        insta::assert_snapshot!("drift", drift(&[of(&full)], &[]));
        let two = [
            DriftView { environment: Some("staging"), ..of(&clean) },
            DriftView { environment: Some("live"), ..of(&clean) },
        ];
        let missing = [NoPlan { environment: Some("dev"), why: "no <b>".to_owned() }];
        insta::assert_snapshot!("drift_several", drift(&two, &missing));
    }

    #[test]
    fn drift_is_never_longer_than_github_takes() {
        let unknown = Traces::Unknown("x".to_owned());
        let mut plan = full_plan();
        while plan.changes.len() < 20_000 {
            plan.changes.extend(plan.changes.clone());
        }
        let again = Again::default();
        let view = DriftView { environment: None, plan: &plan, traces: &unknown, again: &again };
        let shown = drift(&[view, view], &[]);
        assert!(length(&shown) < 65_536, "{}", length(&shown));
        assert!(shown.contains("- and "), "{}", shown.len());
    }
}
