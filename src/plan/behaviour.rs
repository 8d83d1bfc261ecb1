//! What a change does, not only how it reads: which codes can be run side by
//! side, and what that showed, as data beside the change.
//!
//! Must not run anything; and the fingerprint must not depend on what is kept
//! here, since it is evidence about the same change.

use std::collections::BTreeSet;

use super::{Change, Field, Plan, SecretVerb, Verb, cutover, veil};
use crate::model::{Address, Definition, DesiredState, Kind, Name, SecretKey};

/// What running the code that is live and the code that is to be live on the
/// same events showed.
#[derive(Debug, Clone, PartialEq)]
pub enum Behaviour {
    /// Both were run.
    Compared(Compared),
    /// They could not be.
    NotCompared {
        /// Why, as a part of a sentence.
        why: String,
    },
}

/// What both codes did on the same events.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Compared {
    /// In whose place it comes; `None` where both codes are
    /// one resource's.
    pub replaces: Option<Name>,
    /// How many events both were run on.
    pub events: usize,
    /// How many were to be run: more than that where time ran out.
    pub wanted: usize,
    /// How many branches of both codes were met.
    pub branches_met: usize,
    /// How many branches they have.
    pub branches_total: usize,
    /// Those that no event met.
    pub unmet: Vec<Unmet>,
    /// In what ways they differ, the most frequent first.
    pub differences: Vec<Differs>,
    /// What was not looked at, a sentence each.
    pub notes: Vec<String>,
}

/// A branch that no event met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmet {
    /// Whether it is the new code's.
    pub is_new: bool,
    /// Its line, from 1.
    pub line: u32,
    /// Such as `else`.
    pub branch: String,
}

/// One way in which outcomes differ.
#[derive(Debug, Clone, PartialEq)]
pub struct Differs {
    /// For whom and when, such as ``for users without `app_metadata` ``.
    pub whom: String,
    /// What is new, such as `now denied (no plan)`.
    pub summary: String,
    /// Both sides, such as `goes through, now denied (no plan)`.
    pub message: String,
    /// The smallest event that shows it, as the live code gets it.
    pub event: serde_json::Value,
    /// How many of the events show it.
    pub events: usize,
}

impl Compared {
    /// Whether every branch of both codes was met.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.branches_met == self.branches_total
    }
}

/// What of one change can be run side by side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// These two.
    Pair(Box<Pair>),
    /// Nothing, and why.
    Nothing(String),
}

/// Two codes that get the same events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// The trigger's id.
    pub trigger: String,
    /// Of what kind the live code is.
    pub live_kind: Kind,
    /// The code that runs now.
    pub live: String,
    /// Of what kind the new code is.
    pub new_kind: Kind,
    /// The code that is to run.
    pub new: String,
    /// In whose place the new code comes.
    pub replaces: Option<Name>,
    /// The names of the secrets that the live code has.
    pub secrets_before: BTreeSet<SecretKey>,
    /// The names of those that the new code has.
    pub secrets_after: BTreeSet<SecretKey>,
    /// Whether packages, runtime or modules change with it.
    pub others_change: bool,
}

/// What of a plan can be run side by side, by the change's place in it. A
/// change that touches no code isn't in it.
#[must_use]
pub fn asked(plan: &Plan, desired: &DesiredState) -> Vec<(usize, Asked)> {
    let all = plan.changes.iter().enumerate();
    all.filter_map(|(at, change)| Some((at, of_change(change, plan, desired)?))).collect()
}

/// The plan with what was found.
#[must_use]
pub fn noted(mut plan: Plan, found: Vec<(usize, Behaviour)>) -> Plan {
    for (at, behaviour) in found {
        if let Some(change) = plan.changes.get_mut(at) {
            change.behaviour = Some(behaviour);
        }
    }
    plan
}

fn of_change(change: &Change, plan: &Plan, desired: &DesiredState) -> Option<Asked> {
    if change.kind == Kind::Bindings {
        return None;
    }
    let definition = desired.definitions.iter().find(|definition| {
        definition.address() == Address { kind: change.kind, name: change.name.clone() }
            && Some(definition.place.file.as_str()) == change.source.as_deref()
    })?;
    let asked = match change.verb {
        Verb::Update => of_update(change, definition)?,
        Verb::Create => of_cutover(change, definition, plan)?,
        Verb::Replace => Asked::Nothing(
            "its trigger changes, so that the old and the new code get different events".to_owned(),
        ),
        Verb::Delete | Verb::Resend => return None,
    };
    if veil::holds_secret(definition, desired) {
        let why = "its script holds the value of a secret, which no run may see";
        return Some(Asked::Nothing(why.to_owned()));
    }
    Some(asked)
}

fn of_update(change: &Change, definition: &Definition) -> Option<Asked> {
    let live = change.live.as_ref()?;
    let fields = [Field::Dependencies, Field::Runtime, Field::Modules, Field::TriggerVersion];
    let others_change = fields.iter().any(|field| change.field(*field).is_some());
    let code = match live.action() {
        Some(action) if action.installed => return None,
        Some(action) => match &action.deployed {
            Some(version) => version.script.as_ref(),
            None => {
                let why = "no version of it is deployed, so nothing of it runs yet";
                return change.field(Field::Script).map(|_| Asked::Nothing(why.to_owned()));
            }
        },
        None => live.script.as_ref(),
    };
    let Some(code) = code else {
        let why = "the code that is live could not be read";
        return change.field(Field::Script).map(|_| Asked::Nothing(why.to_owned()));
    };
    let (code, new) = (code.as_str(), definition.script.as_str());
    if same(code, new) {
        let why = "only packages or the runtime change, and their code is not run here";
        return others_change.then(|| Asked::Nothing(why.to_owned()));
    }
    let before = live.secrets.clone().unwrap_or_else(|| keys(definition));
    let mut after = before.clone();
    for secret in &change.secrets {
        match secret.verb {
            SecretVerb::Create | SecretVerb::Write => after.insert(secret.key.clone()),
            SecretVerb::Delete => after.remove(&secret.key),
        };
    }
    Some(Asked::Pair(Box::new(Pair {
        trigger: change.trigger.as_str().to_owned(),
        live_kind: change.kind,
        live: code.to_owned(),
        new_kind: change.kind,
        new: new.to_owned(),
        replaces: None,
        secrets_before: before,
        secrets_after: after,
        others_change,
    })))
}

/// Something new that takes the place of what alone runs at its trigger and
/// gives way.
fn of_cutover(change: &Change, definition: &Definition, plan: &Plan) -> Option<Asked> {
    let old = cutover::leaving(&plan.changes, change)?;
    let live = old.live.as_ref()?;
    let Some(code) = &live.script else {
        let why = format!("the script of the {} {} could not be read", old.kind, old.name);
        return Some(Asked::Nothing(why));
    };
    Some(Asked::Pair(Box::new(Pair {
        trigger: change.trigger.as_str().to_owned(),
        live_kind: old.kind,
        live: code.as_str().to_owned(),
        new_kind: change.kind,
        new: definition.script.as_str().to_owned(),
        replaces: Some(old.name.clone()),
        secrets_before: live.secrets.clone().unwrap_or_else(|| keys(definition)),
        secrets_after: keys(definition),
        others_change: false,
    })))
}

fn keys(definition: &Definition) -> BTreeSet<SecretKey> {
    definition.secrets.iter().flat_map(|secrets| secrets.keys().cloned()).collect()
}

/// Whether two codes are alike but for how their lines end.
fn same(old: &str, new: &str) -> bool {
    old.lines().eq(new.lines())
}
