//! Live resources that go by one name, so that a definition of it could mean
//! either.
//!
//! The tenant compares names to the letter, definitions of some
//! kinds do not (`My Name` is `my-name`), and names need not be unique. Twins of
//! one content are distinguished by [`Live::precedence`]; of differing ones none is
//! chosen here: the user does. Must not look at anything but the live state and
//! what definitions name.

use std::collections::{BTreeMap, BTreeSet};

use super::matching;
use crate::model::{BoundAction, Definition, DesiredState, Kind, Live, LiveState, Name, Trigger};

/// Differing live resources of one name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the tenant has {} {} named `{name}`, and a definition can mean only one: {}",
    members.len(), kind.plural(), members.join("; "))]
pub struct Twins {
    /// Of what kind.
    pub kind: Kind,
    /// The name.
    pub name: Name,
    /// Each, with its id.
    pub members: Vec<String>,
}

/// The differing ones among what is live and meant, in order.
#[must_use]
pub fn differing(live: &LiveState, is_meant: impl Fn(&Live) -> bool) -> Vec<Twins> {
    let mut by_name: BTreeMap<(Kind, &Name), Vec<&Live>> = BTreeMap::new();
    for own in live.resources.iter().filter(|own| is_meant(own)) {
        // what an integration installed can't be named
        if !own.action().is_some_and(|action| action.installed) {
            by_name.entry((own.kind(), &own.name)).or_default().push(own);
        }
    }
    by_name.retain(|_, members| members.windows(2).any(|pair| !alike(pair[0], pair[1])));
    by_name
        .into_iter()
        .map(|((kind, name), mut members)| {
            members.sort_by_key(|own| own.precedence());
            let members = members.into_iter().map(in_words).collect();
            Twins { kind, name: name.clone(), members }
        })
        .collect()
}

/// The differing ones that definitions and bindings name. `desired` went
/// through [`super::policy::reshape`].
#[must_use]
pub fn named(desired: &DesiredState, live: &LiveState) -> Vec<Twins> {
    let mut meant: BTreeSet<(Kind, &Name)> = BTreeSet::new();
    // What is left of an action whose replacement was interrupted has another
    // trigger, so that name and trigger say which is meant.
    let is_clear = |name: &Name, trigger: &Trigger| {
        live.of(Kind::Action).filter(|own| own.name == *name && own.trigger == *trigger).count()
            == 1
    };
    for kind in Kind::DEFINED {
        let definitions: Vec<&Definition> = desired.of(kind).collect();
        let resources: Vec<&Live> = live.of(kind).collect();
        let pairs = matching::pair(&definitions, &resources).of_desired;
        for (definition, at) in definitions.iter().zip(pairs) {
            // some go by a former name
            let Some(own) = at.and_then(|at| resources.get(at)) else { continue };
            if kind.is_known_by_name() || !is_clear(&own.name, &definition.trigger) {
                meant.insert((kind, &own.name));
            }
        }
    }
    for order in &desired.bindings {
        meant.extend(order.entries.iter().filter_map(|entry| match &entry.action {
            BoundAction::Name(name) if !is_clear(name, &order.trigger) => {
                Some((Kind::Action, name))
            }
            _ => None,
        }));
    }
    differing(live, |own| meant.contains(&(own.kind(), &own.name)))
}

/// Whether it makes no difference which of two a definition means. Of actions
/// it always does: they are bound, built and versioned one by one.
fn alike(a: &Live, b: &Live) -> bool {
    let same_script = match (&a.script, &b.script) {
        (Some(a), Some(b)) => a.same_but_newlines(b),
        _ => false,
    };
    // names of secrets are read of those alone that need it
    let same_secrets = a.secrets.as_ref().zip(b.secrets.as_ref()).is_none_or(|(a, b)| a == b);
    a.kind().is_known_by_name()
        && same_script
        && same_secrets
        && (&a.trigger, a.runs, &a.dependencies) == (&b.trigger, b.runs, &b.dependencies)
}

fn in_words(live: &Live) -> String {
    let called = match &live.stored_name {
        Some(stored) if stored != live.name.as_str() => format!(", stored as `{stored}`"),
        None => ", stored without a name".to_owned(),
        _ => String::new(),
    };
    let runs = if live.runs { ", running" } else { "" };
    format!("{} ({}{runs}{called})", live.id, live.trigger)
}
