//! What running old and new code showed, in the words that all renderers use.
//!
//! Must not lay out anything, nor make foreign text harmless: each renderer
//! does that in its own way.

use super::kinds;
use super::words::{count, grouped, listed};
use crate::plan::behaviour::Unmet;
use crate::plan::{Behaviour, Change, Compared, Differs, Plan};

/// How many lines of branches are named.
const MOST_LINES: usize = 6;

/// One line that sums it up, all in our own words but for names.
pub(crate) fn headline(behaviour: &Behaviour) -> String {
    match behaviour {
        Behaviour::NotCompared { why } => format!("not compared: {why}"),
        Behaviour::Compared(compared) => {
            let evidence = evidence(compared);
            let than = kinds::compared_to(compared);
            match compared.differences.len() {
                0 if compared.events == 0 => {
                    "not compared: the time limit was reached first".to_owned()
                }
                0 => format!("no difference{than} ({evidence})"),
                number => format!("{}{than} ({evidence})", count(number, "difference")),
            }
        }
    }
}

/// `200 events, every branch reached`.
fn evidence(compared: &Compared) -> String {
    let events = if compared.events < compared.wanted {
        format!("{} of {}", grouped(compared.events), count(compared.wanted, "event"))
    } else {
        count(compared.events, "event")
    };
    format!("{events}, {}", branches(compared))
}

fn branches(compared: &Compared) -> String {
    let Compared { branches_met, branches_total, unmet, .. } = compared;
    if *branches_total == 0 {
        return "no branches".to_owned();
    }
    if compared.is_whole() {
        return "every branch reached".to_owned();
    }
    let of = |is_new: bool| -> Vec<&Unmet> {
        unmet.iter().filter(|branch| branch.is_new == is_new).collect()
    };
    let sides = [(of(true), "the new code"), (of(false), "the live code")];
    let sides = sides.into_iter().filter(|(unmet, _)| !unmet.is_empty()).map(|(unmet, code)| {
        let mut lines: Vec<String> = unmet.iter().map(|branch| branch.line.to_string()).collect();
        lines.dedup();
        let more = lines.len().saturating_sub(MOST_LINES);
        lines.truncate(MOST_LINES);
        if more > 0 {
            lines.push(format!("{more} more"));
        }
        let word = if lines.len() == 1 { "line" } else { "lines" };
        format!("{word} {} of {code}", listed(&lines))
    });
    let sides: Vec<String> = sides.collect();
    format!(
        "{} of {} branches reached, not those in {}",
        grouped(*branches_met),
        grouped(*branches_total),
        sides.join(" and ")
    )
}

/// One difference as a sentence; its second half is a script's and an event's
/// text.
pub(crate) fn sentence(differs: &Differs) -> String {
    let Differs { whom, summary, message: _, event: _, events: _ } = differs;
    format!("{whom}: {summary}")
}

/// On how many events, such as `34 of 200 events`.
pub(crate) fn share(differs: &Differs, compared: &Compared) -> String {
    format!("{} of {}", grouped(differs.events), count(compared.events, "event"))
}

/// The changes whose code was looked at, with what was found.
pub(crate) fn looked_at(plan: &Plan) -> Vec<(&Change, &Behaviour)> {
    let all = plan.changes.iter();
    all.filter_map(|change| Some((change, change.behaviour.as_ref()?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compared(events: usize, met: usize, total: usize, unmet: &[(bool, u32)]) -> Compared {
        let unmet = unmet.iter().map(|(is_new, line)| Unmet {
            is_new: *is_new,
            line: *line,
            branch: "else".to_owned(),
        });
        Compared {
            events,
            wanted: 200,
            branches_met: met,
            branches_total: total,
            unmet: unmet.collect(),
            ..Compared::default()
        }
    }

    #[test]
    fn the_headline_says_what_was_tried() {
        let check = |compared: Compared, expected: &str| {
            assert_eq!(headline(&Behaviour::Compared(compared)), expected);
        };
        check(compared(200, 4, 4, &[]), "no difference (200 events, every branch reached)");
        check(compared(200, 0, 0, &[]), "no difference (200 events, no branches)");
        check(
            compared(48, 2, 4, &[(true, 3), (false, 9)]),
            "no difference (48 of 200 events, 2 of 4 branches reached, not those in line 3 of the new \
             code and line 9 of the live code)",
        );
        check(compared(0, 0, 0, &[]), "not compared: the time limit was reached first");
        let differs = Differs {
            whom: "on the sample event".into(),
            summary: "now denied (no)".into(),
            message: String::new(),
            event: serde_json::Value::Null,
            events: 200,
        };
        let one = Compared { differences: vec![differs.clone()], ..compared(200, 1, 1, &[]) };
        assert_eq!(share(&differs, &one), "200 of 200 events");
        assert_eq!(sentence(&differs), "on the sample event: now denied (no)");
        check(one, "1 difference (200 events, every branch reached)");
    }
}
