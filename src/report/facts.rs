//! What a reader of a plan has to see, whatever the format: dangers and the
//! summary. The order of execution is [`super::order`]'s.
//!
//! Facts are [`Phrase`]s, so that each renderer can make foreign
//! text harmless in its own way. Must not know any format.

use super::kinds;
use super::words::count;
use crate::model::Kind;
use crate::plan::takeover::takeovers;
use crate::plan::{Change, Field, Plan, SecretChange, SecretVerb, Value, Verb, Warning, codes};

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

    /// As one text: theirs made harmless by `theirs`.
    pub(crate) fn shown(&self, theirs: impl Fn(&str) -> String) -> String {
        let bits = self.0.iter().map(|bit| match bit {
            Bit::Ours(text) => text.clone(),
            Bit::Theirs(text) => theirs(text),
        });
        bits.collect()
    }
}

/// A part of a plan that can do harm.
#[derive(Debug, Clone)]
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
    Unbind,
    LockOut,
    SwitchOff,
    SwitchOn,
    SecretDelete,
}

impl DangerKind {
    /// Whether something is deleted, which has to be allowed.
    pub(crate) fn is_delete(self) -> bool {
        matches!(self, Self::Delete | Self::Replace | Self::Unbind | Self::SecretDelete)
    }
}

/// The warnings that aren't reported as dangers already.
pub(crate) fn other_warnings<'a>(plan: &'a Plan, dangers: &[Danger]) -> Vec<&'a Warning> {
    let reported = dangers.iter().any(|danger| danger.kind == DangerKind::LockOut);
    plan.warnings.iter().filter(|one| !reported || one.code != codes::LOCK_OUT).collect()
}

/// All dangers of a plan, the greatest first, else in the plan's order.
pub(crate) fn dangers(plan: &Plan) -> Vec<Danger> {
    let mut dangers = Vec::new();
    for (at, change) in plan.changes.iter().enumerate() {
        let mut tell = |kind, phrase| dangers.push(Danger { kind, change: at, phrase });
        match change.verb {
            Verb::Delete if plan.cutover_of(at).is_some() => {
                tell(DangerKind::SwitchOff, delete(plan, at, change));
            }
            Verb::Delete => tell(DangerKind::Delete, delete(plan, at, change)),
            Verb::Replace => tell(DangerKind::Replace, replace(change)),
            Verb::Create | Verb::Update | Verb::Resend => {}
        }
        if let Some(phrase) = unbound(change) {
            tell(DangerKind::Unbind, phrase);
        }
        if let Some(phrase) = switch(plan, at, change) {
            let on = change.will_run();
            tell(if on { DangerKind::SwitchOn } else { DangerKind::SwitchOff }, phrase);
        }
        let names = change.locks_out_by(&plan.changes);
        if !names.is_empty() {
            tell(DangerKind::LockOut, lock_out(change, &names));
        }
        let mut gone = change.secrets_to(SecretVerb::Delete).peekable();
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

/// How many names one sentence lists.
const MOST_NAMES: usize = 5;

/// Dangers as sentences to read: what can lock out at one trigger is one
/// sentence, not one for each action.
pub(crate) fn sentences(plan: &Plan, found: &[Danger]) -> Vec<Danger> {
    let trigger = |danger: &Danger| {
        let change = plan.changes.get(danger.change)?;
        let is_one_of_many = danger.kind == DangerKind::LockOut && kinds::is_one_of_many(change);
        is_one_of_many.then_some(&change.trigger)
    };
    let mut out: Vec<Danger> = Vec::new();
    for danger in found {
        let of = trigger(danger);
        if of.is_none() {
            out.push(danger.clone());
        } else if !out.iter().any(|other| trigger(other) == of) {
            let all = found.iter().filter(|other| trigger(other) == of);
            let all = all.filter_map(|other| plan.changes.get(other.change));
            let names: Vec<&str> = all.flat_map(|one| one.locks_out_by(&plan.changes)).collect();
            out.extend(
                plan.changes
                    .get(danger.change)
                    .map(|change| Danger { phrase: lock_out(change, &names), ..danger.clone() }),
            );
        }
    }
    out
}

fn lock_out(change: &Change, names: &[&str]) -> Phrase {
    let more = match names.len().saturating_sub(MOST_NAMES) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let said = format!("{more}{}", change.lock_out(names.len()));
    Phrase::default().list(names.iter().take(MOST_NAMES)).ours(said)
}

/// The changes' places: those with a danger first, the greatest before the
/// others, else in the plan's order.
pub(crate) fn danger_first(plan: &Plan, found: &[Danger]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..plan.changed().count()).collect();
    let mut worst = vec![found.len(); plan.changes.len()];
    for (nth, danger) in found.iter().enumerate() {
        if let Some(place) = worst.get_mut(danger.change) {
            *place = nth.min(*place);
        }
    }
    order.sort_by_key(|at| worst[*at]);
    order
}

/// The secrets that change. What is sent again because values can't be
/// compared is no change; for an action it is a new version in traffic. Where a
/// value comes from is for a reviewer to see, so references are always listed.
pub(crate) fn changing(
    kind: Kind,
    secrets: &[SecretChange],
) -> impl Iterator<Item = &SecretChange> {
    secrets.iter().filter(move |secret| {
        secret.verb != SecretVerb::Write || kind == Kind::Action || secret.reference.is_some()
    })
}

/// `2 sent again`, of those that aren't listed.
pub(crate) fn sent_again(kind: Kind, secrets: &[SecretChange]) -> Option<String> {
    let number = secrets.len() - changing(kind, secrets).count();
    (number > 0).then(|| format!("{} sent again", super::words::grouped(number)))
}

fn delete(plan: &Plan, at: usize, change: &Change) -> Phrase {
    let mut phrase = Phrase::default().theirs(&change.name).ours(" is deleted");
    if change.runs_before() {
        phrase = phrase.ours(" while live on ").theirs(&change.trigger);
        phrase = match successor(plan, at) {
            None if plan.cutover_of(at).is_some() => phrase.ours(", and an action takes its place"),
            Some(other) => phrase.ours("; ").theirs(&other.name).ours(" takes its place"),
            None => phrase.ours(", where nothing runs then"),
        };
    }
    lost_secrets(phrase, change)
}

fn replace(change: &Change) -> Phrase {
    let mut phrase = Phrase::default().theirs(&change.name).ours(" is deleted and recreated");
    if let Some(live) = &change.live {
        phrase = phrase.ours(", from ").theirs(&live.trigger);
    }
    phrase = phrase.ours(" to ").theirs(&change.trigger).ours(", with a new id");
    lost_secrets(phrase, change)
}

/// The actions that a trigger loses.
fn unbound(change: &Change) -> Option<Phrase> {
    let field = change.field(Field::Bindings)?;
    let (Some(Value::Names(old)), Value::Names(new)) = (&field.old, &field.new) else {
        return None;
    };
    let gone: Vec<&String> = old.iter().filter(|name| !new.contains(name)).collect();
    if gone.is_empty() {
        return None;
    }
    let verb = if gone.len() == 1 { " no longer runs on " } else { " no longer run on " };
    let phrase = Phrase::default().list(gone).ours(verb).theirs(&change.name);
    Some(phrase.ours(if new.is_empty() { ", where nothing runs then." } else { "." }))
}

/// Ends a phrase with the secrets that go with the old one.
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

/// Whether what is live is switched on or off.
fn switched(change: &Change) -> Option<bool> {
    let before = change.live.as_ref()?.runs;
    (change.verb == Verb::Update && change.will_run() != before).then(|| change.will_run())
}

fn switch(plan: &Plan, at: usize, change: &Change) -> Option<Phrase> {
    let phrase = Phrase::default().theirs(&change.name);
    Some(match (switched(change)?, successor(plan, at)) {
        (true, _) => {
            let phrase = phrase.ours(" goes live on ").theirs(&change.trigger);
            match predecessor(plan, at) {
                Some(other) => phrase.ours(" in place of ").theirs(&other.name).ours("."),
                None => phrase.ours("."),
            }
        }
        (false, Some(other)) => {
            phrase.ours(" is switched off and ").theirs(&other.name).ours(" takes its place.")
        }
        (false, None) if plan.cutover_of(at).is_some() => return None,
        (false, None) => {
            phrase.ours(" is switched off: nothing runs on ").theirs(&change.trigger).ours(" then.")
        }
    })
}

/// What goes live on the trigger that this one leaves.
fn successor(plan: &Plan, at: usize) -> Option<&Change> {
    let takeover = takeovers(&plan.changes).into_iter().find(|takeover| takeover.off == at)?;
    plan.changes.get(takeover.on)
}

/// What leaves the trigger on which this one goes live.
fn predecessor(plan: &Plan, at: usize) -> Option<&Change> {
    let takeover = takeovers(&plan.changes).into_iter().find(|takeover| takeover.on == at)?;
    plan.changes.get(takeover.off)
}

/// `1 to create, 2 to update`; empty for a plan without changes.
pub(crate) fn to_do(plan: &Plan) -> String {
    let parts = Verb::CHANGES
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
    let keys: usize = plan.resent().map(|change| change.secrets.len()).sum();
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
    let blocked = plan.changes.iter().filter(|change| change.blocked.is_some()).count();
    if blocked > 0 {
        beside.push(format!("{} blocked", super::words::grouped(blocked)));
    }
    let beside =
        if beside.is_empty() { String::new() } else { format!(" ({})", beside.join(", ")) };
    let noun = kinds::noun(plan);
    match (changes.is_empty(), plan.unchanged.len()) {
        (true, 0) => format!("No changes{beside}."),
        (true, 1) => format!("No changes. {} is as desired{beside}.", count(1, noun)),
        (true, several) => format!("No changes. {} are as desired{beside}.", count(several, noun)),
        (false, _) => format!("Plan: {changes}{beside}."),
    }
}
