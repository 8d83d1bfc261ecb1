//! What a change does to traffic, in plain words, and what moves in an order.
//!
//! Must not know any format.

use super::facts::Phrase;
use crate::model::Kind;
use crate::plan::{Change, Field, FieldChange, Plan, Value, Verb};

/// What users notice of a change of an action; `None` for other kinds, and for
/// what is deleted.
pub(crate) fn traffic(plan: &Plan, change: &Change) -> Option<Phrase> {
    if change.kind != Kind::Action || change.verb == Verb::Delete {
        return None;
    }
    if !change.deploys() {
        let is_draft =
            change.fields.iter().any(|it| !matches!(it.field, Field::Name | Field::Deploy));
        let words = match change.verb {
            Verb::Create | Verb::Replace => "a draft; nothing runs it",
            _ if is_draft || !change.secrets.is_empty() => {
                "the draft alone changes; what is deployed stays as it is"
            }
            _ => "none; what is deployed stays as it is",
        };
        return Some(Phrase::default().ours(words));
    }
    let version = match change.version {
        Some(number) => format!("v{number}"),
        None => "a new version".to_owned(),
    };
    let phrase = Phrase::default().ours(version);
    if !change.will_run() {
        return Some(phrase.ours(" is deployed; it is bound to no trigger"));
    }
    let bindings =
        |other: &&Change| other.kind == Kind::Bindings && other.trigger == change.trigger;
    let order = match plan.changes.iter().find(bindings) {
        None => "; order unchanged",
        Some(order) if order.newly_bound().contains(&change.name.as_str()) => "; newly bound",
        Some(_) => "; the order changes, too",
    };
    Some(phrase.ours(" goes live on ").theirs(&change.trigger).ours(order))
}

/// The actions of an order whose display name changes, old and new. `None` for
/// other fields, and where the two don't stand side by side.
pub(crate) fn retitled(change: &FieldChange) -> Option<Vec<(&str, &str)>> {
    let FieldChange {
        field: Field::DisplayNames,
        old: Some(Value::Names(old)),
        new: Value::Names(new),
    } = change
    else {
        return None;
    };
    let pairs = old.iter().zip(new).filter(|(old, new)| old != new);
    let pairs = pairs.map(|(old, new)| (old.as_str(), new.as_str()));
    (old.len() == new.len()).then(|| pairs.collect())
}

/// What becomes of one entry of an order. Places count from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Move<'a> {
    /// It comes.
    In(&'a str, usize),
    /// It goes.
    Out(&'a str),
    /// It runs elsewhere in the order.
    To(&'a str, usize, usize),
}

/// The fewest moves that lead from one order to the other.
pub(crate) fn moves<'a>(old: &'a [String], new: &'a [String]) -> Vec<Move<'a>> {
    let (stays_old, stays_new) = common(old, new);
    let mut gone: Vec<usize> = (0..old.len()).filter(|at| !stays_old.contains(at)).collect();
    let mut found = Vec::new();
    for (to, name) in new.iter().enumerate().filter(|(at, _)| !stays_new.contains(at)) {
        match gone.iter().position(|at| old[*at] == *name) {
            Some(place) => found.push(Move::To(name, gone.remove(place) + 1, to + 1)),
            None => found.push(Move::In(name, to + 1)),
        }
    }
    found.extend(gone.into_iter().map(|at| Move::Out(&old[at])));
    found
}

/// The places of a longest sequence that both have.
fn common(old: &[String], new: &[String]) -> (Vec<usize>, Vec<usize>) {
    let mut longest = vec![vec![0_usize; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            longest[i][j] = match old[i] == new[j] {
                true => longest[i + 1][j + 1] + 1,
                false => longest[i + 1][j].max(longest[i][j + 1]),
            };
        }
    }
    let (mut i, mut j, mut places) = (0, 0, (Vec::new(), Vec::new()));
    while i < old.len() && j < new.len() {
        if old[i] == new[j] {
            places.0.push(i);
            places.1.push(j);
            (i, j) = (i + 1, j + 1);
        } else if longest[i + 1][j] >= longest[i][j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_display_names_that_change_are_named() {
        let names = |text: &str| text.split(", ").map(str::to_owned).collect::<Vec<_>>();
        let change = |field, old: &str, new: &str| {
            FieldChange::new(field, Some(Value::Names(names(old))), Value::Names(names(new)))
        };
        let found = change(Field::DisplayNames, "a (A), b, c (C)", "a (A), b (B), c (C)");
        assert_eq!(retitled(&found), Some(vec![("b", "b (B)")]));
        // a saved plan may hold anything
        assert_eq!(retitled(&change(Field::DisplayNames, "a, b", "a")), None);
        assert_eq!(retitled(&change(Field::Bindings, "a, b", "b, a")), None);
    }

    #[test]
    fn what_moves_is_shown_as_a_move() {
        let list = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let check = |old: &str, new: &str, expected: &[Move<'_>]| {
            assert_eq!(moves(&list(old), &list(new)), expected, "{old} -> {new}");
        };
        check("a b c", "a b c", &[]);
        check("a b c", "c a b", &[Move::To("c", 3, 1)]);
        check("a b c", "b c a", &[Move::To("a", 1, 3)]);
        check("a b", "x a b", &[Move::In("x", 1)]);
        check("a b c", "a c", &[Move::Out("b")]);
        check("a b", "b x", &[Move::In("x", 2), Move::Out("a")]);
        // one action can be bound twice
        check("a a", "a", &[Move::Out("a")]);
        check("", "a", &[Move::In("a", 1)]);
    }
}
