//! What has to be read of a live hook before a plan can be made.
//!
//! Each read costs a request of the tenant's quota, so nothing is asked that
//! the plan, its fingerprint or a backup doesn't need. Must not fetch.

use std::collections::BTreeMap;

use crate::model::{Definition, DesiredState, Kind, Live, Name};
use crate::plan::{Options, matching};

/// What is needed of one live hook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Needs {
    /// Its script and dependencies.
    pub content: bool,
    /// The names of its secrets.
    pub secrets: bool,
}

/// Decides for one live hook at a time, so that reading can begin with the
/// first page of the list.
#[derive(Debug)]
pub struct NeedsIndex<'a> {
    by_name: BTreeMap<&'a Name, &'a Definition>,
    desired: &'a DesiredState,
    options: &'a Options,
}

impl<'a> NeedsIndex<'a> {
    /// Looks through a desired state that went through
    /// [`crate::plan::policy::reshape`].
    #[must_use]
    pub fn new(desired: &'a DesiredState, options: &'a Options) -> Self {
        let by_name = desired.of(Kind::Hook).map(|hook| (&hook.name, hook)).collect();
        Self { by_name, desired, options }
    }

    /// What is needed whatever else is on the tenant, by the hook's name
    /// alone. [`Self::of_all`] gives the rest once all names are known.
    #[must_use]
    pub fn at_first_sight(&self, live: &Live) -> Needs {
        match self.by_name.get(&live.name) {
            Some(hook) => of_pair(hook, live),
            None => Needs::default(),
        }
    }

    /// What is needed of each live hook, once all are listed.
    #[must_use]
    pub fn of_all(&self, live: &[Live]) -> Vec<Needs> {
        let definitions: Vec<&Definition> = self.desired.of(Kind::Hook).collect();
        let pairing = matching::pair(&definitions, &live.iter().collect::<Vec<_>>());
        let mut needs = vec![Needs::default(); live.len()];
        let mut paired = vec![false; live.len()];
        for (hook, at) in definitions.iter().zip(&pairing.of_desired) {
            if let Some(at) = *at {
                needs[at] = of_pair(hook, &live[at]);
                paired[at] = true;
            }
        }
        for (at, hook) in live.iter().enumerate().filter(|(at, _)| !paired[*at]) {
            if self.options.deletes(Kind::Hook, &hook.name)
                && self.options.selects(Kind::Hook, &hook.name)
            {
                // a delete is backed up and fingerprinted, its secrets are reported
                needs[at] = Needs { content: true, secrets: true };
            } else if self.gives_way(hook) {
                needs[at] = Needs { content: true, secrets: false };
            }
        }
        needs
    }

    /// Whether a definition wants the trigger that this hook runs at.
    fn gives_way(&self, live: &Live) -> bool {
        live.runs
            && self
                .desired
                .of(Kind::Hook)
                .any(|hook| hook.enabled() == Some(true) && hook.trigger == live.trigger)
    }
}

fn of_pair(hook: &Definition, live: &Live) -> Needs {
    let replaced = hook.trigger != live.trigger;
    Needs { content: true, secrets: hook.secrets.is_some() || replaced }
}
