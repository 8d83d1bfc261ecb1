//! What a reader of a plan has to see, whatever the format: dangers, the
//! order of execution where it matters, the summary.
//!
//! Facts are told as [`Phrase`]s, so that each renderer can make foreign
//! text harmless in its own way. Must not know any format.

use std::collections::BTreeMap;

use super::words::count;
use crate::model::{HookPatch, Trigger};
use crate::plan::{
    Change, FieldChange, HookRef, Op, Owner, Plan, SecretVerb, Step, StepId, Verb, Warning,
};

/// Our words and theirs, in turn.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Phrase(pub(crate) Vec<Bit>);

/// A piece of a [`Phrase`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Bit {
    /// Our words: harmless.
    Ours(String),
    /// From a file or a tenant.
    Theirs(String),
}

impl Phrase {
    pub(crate) fn ours(mut self, text: impl Into<String>) -> Self {
        self.0.push(Bit::Ours(text.into()));
        self
    }

    pub(crate) fn theirs(mut self, text: impl ToString) -> Self {
        self.0.push(Bit::Theirs(text.to_string()));
        self
    }

    /// Their texts with commas between.
    pub(crate) fn list<T: ToString>(mut self, items: impl IntoIterator<Item = T>) -> Self {
        for (at, item) in items.into_iter().enumerate() {
            if at > 0 {
                self = self.ours(", ");
            }
            self = self.theirs(item);
        }
        self
    }
}

/// A part of a plan that can do harm.
#[derive(Debug)]
pub(crate) struct Danger {
    pub(crate) kind: DangerKind,
    /// Its place in the plan's changes.
    pub(crate) change: usize,
    pub(crate) phrase: Phrase,
}

/// Ordered by weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum DangerKind {
    Delete,
    Replace,
    LockOut,
    SwitchOff,
    SwitchOn,
    SecretDelete,
}

impl DangerKind {
    /// Whether something is deleted, which has to be allowed.
    pub(crate) fn is_delete(self) -> bool {
        matches!(self, Self::Delete | Self::Replace | Self::SecretDelete)
    }
}

/// The warning of [`DangerKind::LockOut`]; it is told as a danger instead.
const LOCK_OUT_WARNING: &str = "HS505";

/// The warnings that aren't told as dangers already.
pub(crate) fn other_warnings<'a>(plan: &'a Plan, dangers: &[Danger]) -> Vec<&'a Warning> {
    let told = dangers.iter().any(|danger| danger.kind == DangerKind::LockOut);
    plan.warnings.iter().filter(|one| !told || one.code != LOCK_OUT_WARNING).collect()
}

/// All dangers of a plan, the greatest first, else in the plan's order.
pub(crate) fn dangers(plan: &Plan) -> Vec<Danger> {
    let mut dangers = Vec::new();
    for (at, change) in plan.changes.iter().enumerate() {
        let mut tell = |kind, phrase| dangers.push(Danger { kind, change: at, phrase });
        match change.verb {
            Verb::Delete => tell(DangerKind::Delete, delete(plan, change)),
            Verb::Replace => tell(DangerKind::Replace, replace(change)),
            Verb::Create | Verb::Update => {}
        }
        if let Some(phrase) = switch(plan, change) {
            let on = change.will_run();
            tell(if on { DangerKind::SwitchOn } else { DangerKind::SwitchOff }, phrase);
        }
        if can_lock_out(change) {
            tell(DangerKind::LockOut, lock_out(change));
        }
        let mut gone = change
            .secrets
            .iter()
            .filter(|secret| secret.verb == SecretVerb::Delete)
            .map(|secret| &secret.key)
            .peekable();
        if gone.peek().is_some() {
            let phrase = Phrase::default().theirs(&change.name).ours(" loses the secret ");
            tell(
                DangerKind::SecretDelete,
                phrase.list(gone).ours(", whose value can't be read back."),
            );
        }
    }
    dangers.sort_by_key(|danger| (danger.kind, danger.change));
    dangers
}

fn delete(plan: &Plan, change: &Change) -> Phrase {
    let mut phrase = Phrase::default().theirs(&change.name).ours(" is deleted");
    if change.live.as_ref().is_some_and(|live| live.runs) {
        phrase = phrase.ours(" while live on ").theirs(&change.trigger);
        phrase = match successor(plan, change) {
            Some(other) => phrase.ours("; ").theirs(&other.name).ours(" takes its place"),
            None => phrase.ours(", where nothing runs then"),
        };
    }
    lost_secrets(phrase, change)
}

fn replace(change: &Change) -> Phrase {
    let mut phrase = Phrase::default().theirs(&change.name).ours(" is deleted and made anew");
    if let Some(live) = &change.live {
        phrase = phrase.ours(", from ").theirs(&live.trigger);
    }
    phrase = phrase.ours(" to ").theirs(&change.trigger).ours(", with a new id");
    lost_secrets(phrase, change)
}

/// Ends a phrase with the secrets that go with the old hook.
fn lost_secrets(phrase: Phrase, change: &Change) -> Phrase {
    let keys: Vec<_> = change
        .live
        .iter()
        .flat_map(|live| live.secrets.iter().flatten())
        .filter(|key| !change.secrets.iter().any(|secret| &secret.key == *key))
        .collect();
    match keys.len() {
        0 => phrase.ours("."),
        1 => phrase.ours(". Its secret ").list(keys).ours(" is lost: values can't be read back."),
        _ => phrase.ours(". Its secrets ").list(keys).ours(" are lost: values can't be read back."),
    }
}

/// Whether a live hook is switched on or off.
fn switched(change: &Change) -> Option<bool> {
    let before = change.live.as_ref()?.runs;
    (change.verb == Verb::Update && change.will_run() != before).then(|| change.will_run())
}

fn switch(plan: &Plan, change: &Change) -> Option<Phrase> {
    let phrase = Phrase::default().theirs(&change.name);
    Some(match (switched(change)?, successor(plan, change)) {
        (true, _) => {
            let phrase = phrase.ours(" goes live on ").theirs(&change.trigger);
            match predecessor(plan, change) {
                Some(other) => phrase.ours(" in place of ").theirs(&other.name).ours("."),
                None => phrase.ours("."),
            }
        }
        (false, Some(other)) => {
            phrase.ours(" is switched off and ").theirs(&other.name).ours(" takes its place.")
        }
        (false, None) => {
            phrase.ours(" is switched off: nothing runs on ").theirs(&change.trigger).ours(" then.")
        }
    })
}

/// The hook that goes live on the trigger that this one leaves.
fn successor<'a>(plan: &'a Plan, change: &Change) -> Option<&'a Change> {
    let trigger = change.live.as_ref().map(|live| &live.trigger)?;
    plan.changes.iter().find(|other| {
        !std::ptr::eq(*other, change) && &other.trigger == trigger && other.switches_on()
    })
}

/// The hook that leaves the trigger on which this one goes live.
fn predecessor<'a>(plan: &'a Plan, change: &Change) -> Option<&'a Change> {
    plan.changes.iter().find(|other| {
        let was_live = |other: &Change| {
            other.live.as_ref().is_some_and(|live| live.runs && live.trigger == change.trigger)
        };
        !std::ptr::eq(*other, change) && other.gives_way() && was_live(other)
    })
}

/// Whether this program's own log-in will go through what changes.
fn can_lock_out(change: &Change) -> bool {
    let renames_only = change.verb == Verb::Update
        && change.secrets.is_empty()
        && change.fields.iter().all(|field| matches!(field, FieldChange::Name { .. }));
    change.trigger == Trigger::CredentialsExchange && change.will_run() && !renames_only
}

fn lock_out(change: &Change) -> Phrase {
    Phrase::default().theirs(&change.name).ours(
        " runs whenever a machine asks for a token, this program too: if it fails, \
         nobody logs in with client credentials, and it has to be switched off in the Dashboard.",
    )
}

/// One line of the order of execution.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct OrderLine {
    pub(crate) hook: String,
    pub(crate) what: Phrase,
    /// The hooks that get back what they had if this fails.
    pub(crate) or_else: Vec<String>,
}

/// Steps that wait for each other where that is more than a hook being
/// completed: of several hooks, or with a way back. One list for each group.
pub(crate) fn order(plan: &Plan) -> Vec<Vec<OrderLine>> {
    let mut group: Vec<usize> = (0..plan.steps.len()).collect();
    let mut first_of: BTreeMap<Owner, usize> = BTreeMap::new();
    for (at, step) in plan.steps.iter().enumerate() {
        let own = *first_of.entry(step.owner).or_insert(at);
        let linked = step.after.iter().chain(&step.takes_over_from).copied();
        for other in linked.chain([own]).filter(|other| *other < at) {
            let (from, to) = (group[at].max(group[other]), group[at].min(group[other]));
            group.iter_mut().filter(|id| **id == from).for_each(|id| *id = to);
        }
    }
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, id) in group.into_iter().enumerate() {
        groups.entry(id).or_default().push(at);
    }
    groups
        .into_values()
        .filter(|steps| {
            let first = plan.steps[steps[0]].owner;
            let tells = |step: &Step| step.owner != first || !step.takes_over_from.is_empty();
            steps.iter().any(|at| tells(&plan.steps[*at]))
        })
        .map(|steps| steps.into_iter().map(|at| order_line(plan, at, &plan.steps[at])).collect())
        .collect()
}

/// Whether new hooks are made switched off and completed before they go live.
pub(crate) fn creates_in_stages(plan: &Plan) -> bool {
    plan.steps.iter().any(|step| {
        matches!(&step.op, Op::Create { hook } if hook.enabled != Some(true))
            && plan.steps.iter().any(|other| {
                other.owner == step.owner
                    && matches!(&other.op, Op::Patch { hook: _, patch } if patch.enabled == Some(true))
            })
    })
}

/// One step as a line.
pub(crate) fn order_line(plan: &Plan, at: StepId, step: &Step) -> OrderLine {
    let mut or_else: Vec<String> =
        step.takes_over_from.iter().map(|before| name_at(plan, *before)).collect();
    or_else.dedup();
    OrderLine { hook: name_at(plan, at), what: step_phrase(plan, step), or_else }
}

/// The name that a step's hook bears when it is the step's turn: hooks that
/// swap names bear others in between.
fn name_at(plan: &Plan, at: StepId) -> String {
    let Some(step) = plan.steps.get(at) else {
        return String::new();
    };
    let live_of = |step: &Step| match &step.op {
        Op::Patch { hook: HookRef::Live(id), .. }
        | Op::Delete { hook: HookRef::Live(id) }
        | Op::AddSecrets { hook: HookRef::Live(id), .. }
        | Op::UpdateSecrets { hook: HookRef::Live(id), .. }
        | Op::RemoveSecrets { hook: HookRef::Live(id), .. } => Some(id.clone()),
        _ => None,
    };
    let (Some(id), Owner::Change(change)) = (live_of(step), step.owner) else {
        return owner_name(plan, step.owner);
    };
    let renamed = plan.steps[..at].iter().rev().find_map(|before| match &before.op {
        Op::Patch { patch: HookPatch { name: Some(name), .. }, .. }
            if live_of(before).as_ref() == Some(&id) =>
        {
            Some(name)
        }
        _ => None,
    });
    let live = plan.changes.get(change).and_then(|change| change.live.as_ref());
    let name = renamed.or(live.map(|live| &live.name));
    name.map_or_else(|| owner_name(plan, step.owner), ToString::to_string)
}

/// As [`Plan::owner_name`], for a plan that may be made by hand.
fn owner_name(plan: &Plan, owner: Owner) -> String {
    let name = match owner {
        Owner::Change(at) => plan.changes.get(at).map(|change| &change.name),
        Owner::SecretWrite(at) => plan.secret_writes.get(at).map(|write| &write.name),
    };
    name.map(ToString::to_string).unwrap_or_default()
}

/// A step in words: `switch off`, `add the secrets A, B`.
fn step_phrase(plan: &Plan, step: &Step) -> Phrase {
    let phrase = Phrase::default();
    let secrets = |phrase: Phrase, verb: &str, keys: &[String], end: &str| {
        let noun = if keys.len() == 1 { "secret" } else { "secrets" };
        phrase.ours(format!("{verb} the {noun} ")).list(keys).ours(end)
    };
    match &step.op {
        Op::Create { hook } if hook.enabled == Some(true) => phrase.ours("create, switched on"),
        Op::Create { hook: _ } => phrase.ours("create, switched off"),
        Op::Patch { hook: _, patch } => {
            let HookPatch { name, script, dependencies, enabled } = patch;
            let parts = [
                name.as_ref().map(|name| Phrase::default().ours("rename to ").theirs(name)),
                script.as_ref().map(|_| Phrase::default().ours("send the script")),
                dependencies.as_ref().map(|_| Phrase::default().ours("send the dependencies")),
                enabled
                    .map(|on| Phrase::default().ours(if on { "switch on" } else { "switch off" })),
            ];
            parts.into_iter().flatten().fold(phrase, |mut phrase, part| {
                if !phrase.0.is_empty() {
                    phrase = phrase.ours(", ");
                }
                phrase.0.extend(part.0);
                phrase
            })
        }
        Op::Delete { hook: _ } => match step.owner {
            Owner::Change(at)
                if plan.changes.get(at).is_some_and(|change| change.verb == Verb::Replace) =>
            {
                phrase.ours("delete the old hook")
            }
            _ => phrase.ours("delete"),
        },
        Op::AddSecrets { hook: _, definition: _, keys } => secrets(phrase, "add", keys, ""),
        Op::UpdateSecrets { hook: _, definition: _, keys } => {
            secrets(phrase, "send", keys, " again")
        }
        Op::RemoveSecrets { hook: _, keys } => secrets(phrase, "delete", keys, ""),
    }
}

/// `1 to create, 2 to update`; empty for a plan without changes.
pub(crate) fn to_do(plan: &Plan) -> String {
    let parts = [Verb::Create, Verb::Update, Verb::Replace, Verb::Delete]
        .map(|verb| (plan.count(verb), verb))
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, verb)| format!("{} to {}", super::words::grouped(number), verb.as_str()));
    parts.collect::<Vec<_>>().join(", ")
}

/// What is said of a token that can only read: another one applies.
pub(crate) fn token_note(plan: &Plan) -> Option<String> {
    let lacks = &plan.token_lacks;
    (!lacks.is_empty())
        .then(|| format!("This token can only read: applying needs {}.", lacks.join(", ")))
}

/// The one line that sums a plan up.
pub(crate) fn summary(plan: &Plan) -> String {
    let changes = to_do(plan);
    let keys: usize = plan.secret_writes.iter().map(|write| write.keys.len()).sum();
    let mut beside = Vec::new();
    if !changes.is_empty() && !plan.unchanged.is_empty() {
        beside.push(format!("{} unchanged", super::words::grouped(plan.unchanged.len())));
    }
    if !plan.unmanaged.is_empty() {
        beside.push(format!("{} unmanaged", super::words::grouped(plan.unmanaged.len())));
    }
    if keys > 0 {
        beside.push(format!("{} sent again", count(keys, "secret")));
    }
    let blocked = plan.changes.iter().filter(|change| change.blocked.is_some()).count()
        + plan.secret_writes.iter().filter(|write| write.blocked.is_some()).count();
    if blocked > 0 {
        beside.push(format!("{} blocked", super::words::grouped(blocked)));
    }
    let beside =
        if beside.is_empty() { String::new() } else { format!(" ({})", beside.join(", ")) };
    match (changes.is_empty(), plan.unchanged.len()) {
        (true, 0) => format!("No changes{beside}."),
        (true, 1) => format!("No changes. 1 hook is as desired{beside}."),
        (true, hooks) => format!("No changes. {} are as desired{beside}.", count(hooks, "hook")),
        (false, _) => format!("Plan: {changes}{beside}."),
    }
}
