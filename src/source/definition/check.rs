//! What can only be wrong with several definitions together.
//!
//! Must not look at files.

use std::collections::{BTreeMap, BTreeSet};

use super::values::nearest_trigger;
use super::{Parsed, Placed};
use crate::model::{
    BindingsOrder, BoundAction, Code, Definition, Diagnostic, Kind, Name, Place, Severity, Trigger,
};
use crate::source::codes;
use crate::source::fields::nearest;

/// Checks all definitions of a folder.
pub(crate) fn together(definitions: &[&Parsed], found: &mut Vec<Diagnostic>) {
    for kind in [Kind::Hook, Kind::Action] {
        let own: Vec<&Parsed> =
            definitions.iter().copied().filter(|parsed| parsed.kind == kind).collect();
        let owners = identities(&own, found);
        enabled(&own, found);
        former_names(&own, &owners, found);
    }
}

/// The bindings of all files, one order for each trigger; every further one
/// is reported, and so is an action that is bound twice to one trigger.
pub(crate) fn bindings(
    mut orders: Vec<BindingsOrder>,
    found: &mut Vec<Diagnostic>,
) -> Vec<BindingsOrder> {
    orders.sort_by(|a, b| a.trigger.as_str().cmp(b.trigger.as_str()).then(a.place.cmp(&b.place)));
    for pair in orders.windows(2) {
        if pair[0].trigger == pair[1].trigger {
            let message = format!(
                "the bindings of `{}` are defined already, in `{}`",
                pair[1].trigger, pair[0].place.file
            );
            let error = at(&pair[1].place, codes::BOUND_TWICE, message);
            found.push(error.hint("put all actions of a trigger into one list"));
        }
    }
    orders.dedup_by(|later, first| later.trigger == first.trigger);
    for order in &orders {
        let mut seen = BTreeSet::new();
        for entry in &order.entries {
            if !seen.insert(&entry.action) {
                let message = format!("this action is bound to `{}` twice", order.trigger);
                let mut double = at(&entry.place, codes::BOUND_TWICE, message);
                double.severity = Severity::Warning;
                found.push(double.hint("it runs twice in each flow; remove one of the two"));
            }
        }
    }
    orders
}

/// Checks the orders against the definitions. What only the tenant has may be in
/// an order, so that a name without a definition is no error.
pub(crate) fn bound(
    definitions: &[Definition],
    orders: &[BindingsOrder],
    found: &mut Vec<Diagnostic>,
) {
    let actions = || definitions.iter().filter(|definition| definition.kind() == Kind::Action);
    // a misspelt trigger is one finding, not one of each entry
    let is_slip = |order: &&BindingsOrder| nearest_trigger(order.trigger.as_str());
    for order in orders.iter().filter(|order| is_slip(order).is_none()) {
        let names: Vec<&str> = actions()
            .filter(|action| action.trigger == order.trigger)
            .map(|action| action.name.as_str())
            .collect();
        for entry in &order.entries {
            let BoundAction::Name(name) = &entry.action else { continue };
            let finding = |message: String| at(&entry.place, codes::BOUND_ELSEWHERE, message);
            if let Some(own) = actions().find(|action| action.name == *name) {
                if own.trigger != order.trigger {
                    let error = finding(format!(
                        "`{name}` ({}) is made for {}, and can't run at {}",
                        own.place.in_words(),
                        own.trigger,
                        order.trigger
                    ));
                    let hint = "take it out of this order, or change its `triggerId`";
                    found.push(error.hint(hint));
                }
                continue;
            }
            let renamed = actions().find(|action| action.renamed_from.contains(name));
            let hint = match (renamed, nearest(name.as_str(), &names)) {
                (Some(action), _) => format!("it is called `{}` now", action.name),
                (None, Some(near)) => format!("did you mean `{near}`?"),
                (None, None) => continue,
            };
            let message =
                format!("no definition is called `{name}`; the tenant will be asked for it");
            found.push(Diagnostic { severity: Severity::Warning, ..finding(message).hint(hint) });
        }
    }
}

fn at(place: &Place, code: Code, message: String) -> Diagnostic {
    let found = Diagnostic::error(code, message).in_file(&place.file);
    let span = place.span.clone();
    Diagnostic {
        position: span.as_ref().map(|span| span.position),
        excerpt: span.and_then(|span| span.excerpt),
        ..found
    }
}

/// Which definition has which name; every further one with it is reported.
pub(crate) fn identities<'d>(
    definitions: &[&'d Parsed],
    found: &mut Vec<Diagnostic>,
) -> BTreeMap<&'d Name, &'d Parsed> {
    let mut owners: BTreeMap<&Name, &Parsed> = BTreeMap::new();
    for definition in definitions {
        let Some(Placed { value: name, span }) = &definition.name else { continue };
        if let Some(first) = owners.get(name) {
            let kind = definition.kind;
            let message =
                format!("{kind} `{name}` has a definition already, in `{}`", first.text.file);
            let hint = match kind {
                Kind::Hook => {
                    "names that differ only in case, blanks and hyphens are one name; remove or rename one"
                }
                Kind::Action | Kind::Bindings => "remove or rename one of the two",
            };
            found.push(definition.text.error(codes::SAME_IDENTITY, message, span).hint(hint));
        } else {
            owners.insert(name, definition);
        }
    }
    owners
}

fn enabled(definitions: &[&Parsed], found: &mut Vec<Diagnostic>) {
    let mut first: BTreeMap<&Trigger, &Parsed> = BTreeMap::new();
    for definition in definitions {
        let (Some(trigger), Some(Placed { value: true, span })) =
            (&definition.trigger, &definition.enabled)
        else {
            continue;
        };
        let trigger = &trigger.value;
        if let Some(other) = first.get(trigger) {
            let message = format!(
                "`{trigger}` has an enabled hook already, in `{}`; only one hook of a trigger can run",
                other.text.file
            );
            let error = definition.text.error(codes::TWO_ENABLED, message, span);
            found.push(error.hint("write `enabled: false` in one of the two"));
        } else {
            first.insert(trigger, definition);
        }
    }
}

/// More former names of one hook than anybody has; further ones go unchecked.
const MOST_FORMER: usize = 100;

fn former_names(
    definitions: &[&Parsed],
    owners: &BTreeMap<&Name, &Parsed>,
    found: &mut Vec<Diagnostic>,
) {
    let mut claims: BTreeMap<&Name, &Parsed> = BTreeMap::new();
    for definition in definitions {
        for Placed { value: former, span } in definition.renamed_from.iter().take(MOST_FORMER) {
            let kind = definition.kind;
            let mut report = |severity, message: String, hint: &str| {
                let finding = definition.text.finding(severity, codes::FORMER_NAME, message, span);
                found.push(finding.hint(hint));
            };
            if definition.name.as_ref().is_some_and(|name| name.value == *former) {
                let message = format!("`{former}` is this {kind}'s name, not a former one");
                report(Severity::Warning, message, "remove it");
                continue;
            }
            if let Some(owner) = owners.get(former) {
                let message = format!(
                    "`{former}` has a definition of its own, in `{}`: its {kind} is renamed only if that one takes over another",
                    owner.text.file
                );
                report(Severity::Warning, message, "remove the former name");
            }
            match claims.get(former) {
                Some(other) if !std::ptr::eq(*other, *definition) => {
                    let message = format!(
                        "`{former}` is a former name in `{}`, too; a {kind} can be renamed only once",
                        other.text.file
                    );
                    report(Severity::Error, message, "remove it from one of the two");
                }
                _ => {
                    claims.insert(former, definition);
                }
            }
        }
    }
}
