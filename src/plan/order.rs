//! In which order a plan's writes are safe, as data.
//!
//! Hard rules: a hook is complete before it is live; a secret is there before
//! the script that reads it and goes after; the hook that runs at a trigger is
//! off before the next one is on; a name is free before it is taken. Must not
//! decide *what* is written.

mod graph;

use super::change::{Change, FieldChange, SecretVerb, SecretWrite, Verb};
use super::matching::{RENAME_SUFFIX, REPLACED_SUFFIX};
use super::step::{HookRef, Op, Owner, Step, StepId};
use crate::model::{HookPatch, Id, Live, Name, NewHook, SecretKey};
use graph::Graph;

/// The most secrets a hook can have (Auth0's documents and its API
/// description say 20).
pub const MAX_SECRETS: usize = 20;

/// The writes of a plan. A step's `after` names only steps before it.
#[must_use]
pub fn steps(changes: &[Change], secret_writes: &[SecretWrite], live: &[Live]) -> Vec<Step> {
    let mut builder = Builder { graph: Graph::default(), parts: Vec::new(), changes, live };
    for (index, change) in changes.iter().enumerate() {
        let part = builder.change(index, change);
        builder.parts.push(part);
    }
    for (index, write) in secret_writes.iter().enumerate() {
        builder.graph.add(
            Owner::SecretWrite(index),
            Op::UpdateSecrets {
                hook: HookRef::Live(write.id.clone()),
                definition: write.name.clone(),
                keys: write.keys.clone(),
            },
        );
    }
    builder.names();
    builder.takeovers();
    builder.graph.into_steps()
}

/// The nodes of one change that other changes have to know.
#[derive(Debug, Default, Clone)]
struct Part {
    /// Everything that comes before the hook can be switched on.
    before_on: Vec<StepId>,
    /// The step that switches it on.
    on: Option<StepId>,
    /// The step that switches it off.
    off: Option<StepId>,
    /// The step that deletes the live hook.
    delete: Option<StepId>,
    /// The step after which the hook bears its new name.
    takes_name: Option<StepId>,
    /// The step after which its old name is free.
    frees_name: Option<StepId>,
}

struct Builder<'a> {
    graph: Graph,
    parts: Vec<Part>,
    changes: &'a [Change],
    live: &'a [Live],
}

impl Builder<'_> {
    fn change(&mut self, index: usize, change: &Change) -> Part {
        match (change.verb, &change.id) {
            (Verb::Update, Some(id)) => self.update(Owner::Change(index), change, id),
            (Verb::Delete, Some(id)) => {
                let hook = HookRef::Live(id.clone());
                let delete = self.graph.add(Owner::Change(index), Op::Delete { hook });
                Part { delete: Some(delete), frees_name: Some(delete), ..Part::default() }
            }
            (Verb::Replace, Some(id)) => self.replace(Owner::Change(index), change, id),
            _ => self.create(Owner::Change(index), change, &[]),
        }
    }

    fn update(&mut self, owner: Owner, change: &Change, id: &Id) -> Part {
        let hook = HookRef::Live(id.clone());
        let mut patch = patch_of(change);
        let off = patch.enabled == Some(false);
        let renames = patch.name.is_some();
        let on = patch.enabled == Some(true);
        // where another hook has to give way, that waits until the new
        // content is accepted: a tenant that refuses it keeps the old one on
        let switch =
            (on && patch != HookPatch::enabled(true) && self.is_taken(change)).then(|| {
                patch.enabled = None;
                let (hook, patch) = (hook.clone(), HookPatch::enabled(true));
                self.graph.add(owner, Op::Patch { hook, patch })
            });
        let patch = (!patch.is_empty())
            .then(|| self.graph.add(owner, Op::Patch { hook: hook.clone(), patch }));
        if let (Some(switch), Some(patch)) = (switch, patch) {
            self.graph.after(switch, patch);
        }
        let sent = self.sent_secrets(owner, change, &hook);
        let removed = keys(change, SecretVerb::Delete);
        let removal = (!removed.is_empty()).then(|| {
            let op = Op::RemoveSecrets { hook: hook.clone(), keys: removed.clone() };
            self.graph.add(owner, op)
        });
        if let Some(patch) = patch {
            for &step in &sent {
                // a hook that is switched off reads no secrets any more
                if off { self.graph.after(step, patch) } else { self.graph.after(patch, step) }
            }
        }
        if let Some(removal) = removal {
            let live = change.live.as_ref().and_then(|live| live.secrets.as_ref());
            let added = keys(change, SecretVerb::Create).len();
            if live.map_or(0, std::collections::BTreeSet::len) + added > MAX_SECRETS {
                // no room for the new ones beside the old
                sent.iter().for_each(|&step| self.graph.after(step, removal));
            } else {
                let before = sent.iter().chain(&patch).chain(&switch);
                before.for_each(|&step| self.graph.after(removal, step));
            }
        }
        let before_on = sent.into_iter().chain(patch.filter(|_| switch.is_some())).collect();
        Part {
            before_on,
            on: switch.or(patch.filter(|_| on)),
            off: patch.filter(|_| off),
            delete: None,
            takes_name: patch.filter(|_| renames),
            frees_name: patch.filter(|_| renames),
        }
    }

    /// The writes of a new hook. `before` is what has to be done first.
    fn create(&mut self, owner: Owner, change: &Change, before: &[StepId]) -> Part {
        let on = change.switches_on();
        let has_secrets = change.secrets.iter().any(|secret| secret.verb == SecretVerb::Create);
        let in_two = on && (has_secrets || self.is_taken(change));
        let new = new_hook(change, on && !in_two);
        let create = self.graph.add(owner, Op::Create { hook: new });
        before.iter().for_each(|&step| self.graph.after(create, step));
        let hook = HookRef::MadeBy(create);
        let sent = self.sent_secrets(owner, change, &hook);
        sent.iter().for_each(|&step| self.graph.after(step, create));
        let on = in_two.then(|| {
            let step = self.graph.add(owner, Op::Patch { hook, patch: HookPatch::enabled(true) });
            self.graph.after(step, create);
            sent.iter().for_each(|&secret| self.graph.after(step, secret));
            step
        });
        let before_on = std::iter::once(create).chain(sent).collect();
        Part { before_on, on, takes_name: Some(create), ..Part::default() }
    }

    /// A new hook in the place of one whose trigger can't be changed. The old
    /// one goes last: where the tenant refuses creates, nothing is lost.
    fn replace(&mut self, owner: Owner, change: &Change, id: &Id) -> Part {
        let hook = HookRef::Live(id.clone());
        let old_name = change.live.as_ref().map(|live| &live.name);
        let aside = (old_name == Some(&change.name)).then(|| {
            let name = self.free_name(&change.name, REPLACED_SUFFIX);
            let patch = HookPatch { name: Some(name), ..HookPatch::default() };
            self.graph.add(owner, Op::Patch { hook: hook.clone(), patch })
        });
        let before: Vec<StepId> = aside.into_iter().collect();
        let mut part = self.create(owner, change, &before);
        if let (Some(aside), Some(create)) = (aside, part.takes_name) {
            self.graph.take_over(create, aside);
        }
        let delete = self.graph.add(owner, Op::Delete { hook });
        part.before_on.iter().chain(&part.on).for_each(|&step| self.graph.after(delete, step));
        part.delete = Some(delete);
        part.frees_name = aside.or(Some(delete));
        part
    }

    /// The writes of secrets that the tenant lacks and of those sent again.
    fn sent_secrets(&mut self, owner: Owner, change: &Change, hook: &HookRef) -> Vec<StepId> {
        let (hook, definition) = (hook.clone(), change.name.clone());
        let added = keys(change, SecretVerb::Create);
        let written = keys(change, SecretVerb::Write);
        let add = (!added.is_empty()).then(|| {
            let (hook, definition) = (hook.clone(), definition.clone());
            self.graph.add(owner, Op::AddSecrets { hook, definition, keys: added })
        });
        let write = (!written.is_empty())
            .then(|| self.graph.add(owner, Op::UpdateSecrets { hook, definition, keys: written }));
        add.into_iter().chain(write).collect()
    }

    /// Whether some hook runs at the trigger that this one is to run at.
    fn is_taken(&self, change: &Change) -> bool {
        self.live.iter().any(|live| live.runs && live.trigger == change.trigger)
    }

    /// `name-suffix`, numbered if the tenant has that already.
    fn free_name(&self, name: &Name, suffix: &str) -> Name {
        let plain = name.with_suffix(suffix);
        let numbered = (2..).map(|number| plain.with_suffix(&number.to_string()));
        std::iter::once(plain.clone())
            .chain(numbered)
            .find(|name| !self.live.iter().any(|live| live.name == *name))
            .unwrap_or(plain)
    }

    /// A name is free before it is taken; a ring of renames is opened by a
    /// name that nobody has.
    fn names(&mut self) {
        for index in 0..self.changes.len() {
            let Some(taker) = self.parts[index].takes_name else { continue };
            let Some(holder) = self.holder(index) else { continue };
            if self.graph.reaches(taker, holder.1) {
                let temporary = self.step_aside(holder.0);
                self.graph.after(taker, temporary);
                self.graph.after(holder.1, temporary);
            } else {
                self.graph.after(taker, holder.1);
            }
        }
    }

    /// The other change whose live hook bears the name that this one takes,
    /// and the step that frees it.
    fn holder(&self, index: usize) -> Option<(usize, StepId)> {
        let name = &self.changes[index].name;
        self.changes.iter().enumerate().find_map(|(other, change)| {
            let bears = change.live.as_ref().is_some_and(|live| live.name == *name);
            let frees = self.parts[other].frees_name?;
            (other != index && bears).then_some((other, frees))
        })
    }

    fn step_aside(&mut self, index: usize) -> StepId {
        let change = &self.changes[index];
        let name = self.free_name(&change.name, RENAME_SUFFIX);
        let patch = HookPatch { name: Some(name), ..HookPatch::default() };
        let hook = change.id.clone().map_or(HookRef::MadeBy(0), HookRef::Live);
        self.graph.add(Owner::Change(index), Op::Patch { hook, patch })
    }

    /// The hook that runs is off before the next one is on, and goes only
    /// once that one runs.
    fn takeovers(&mut self) {
        for index in 0..self.changes.len() {
            let Some(on) = self.parts[index].on else { continue };
            let trigger = &self.changes[index].trigger;
            for other in 0..self.changes.len() {
                let running = self.changes[other]
                    .live
                    .as_ref()
                    .is_some_and(|live| live.runs && live.trigger == *trigger);
                if other == index || !running {
                    continue;
                }
                let Some(off) = self.off_step(other, on) else { continue };
                self.graph.after(on, off);
                self.graph.take_over(on, off);
                let delete = self.parts[other].delete;
                // what has to be comes before what would be good: else the
                // two could close a ring
                delete.iter().for_each(|&delete| self.graph.after(delete, off));
                for step in self.parts[index].before_on.clone() {
                    // as late as can be: nothing but the switch lies between
                    self.graph.after_if_possible(off, step);
                }
                if let Some(delete) = delete {
                    self.graph.after_if_possible(delete, on);
                }
            }
        }
    }

    /// The step that switches a live hook off; a hook that is to be deleted
    /// is switched off first, for that can be taken back. One whose other
    /// changes have to wait for `on` is switched off in a step of its own.
    fn off_step(&mut self, index: usize, on: StepId) -> Option<StepId> {
        let part = &self.parts[index];
        match part.off {
            Some(off) if self.graph.reaches(on, off) => self.graph.drop_enabled(off),
            Some(off) => return Some(off),
            None if part.delete.is_none() => return None,
            None => {}
        }
        let hook = HookRef::Live(self.changes[index].id.clone()?);
        let patch = HookPatch::enabled(false);
        Some(self.graph.add(Owner::Change(index), Op::Patch { hook, patch }))
    }
}

fn keys(change: &Change, verb: SecretVerb) -> Vec<SecretKey> {
    let wanted = change.secrets.iter().filter(|secret| secret.verb == verb);
    wanted.map(|secret| secret.key.clone()).collect()
}

/// Only the fields that change, less a switch-on that is withheld.
fn patch_of(change: &Change) -> HookPatch {
    let mut patch = HookPatch::default();
    for field in &change.fields {
        match field {
            FieldChange::Name { .. } => patch.name = Some(change.name.clone()),
            FieldChange::Trigger { .. } => {}
            FieldChange::Enabled { new, .. } => {
                patch.enabled = Some(*new).filter(|new| !new || change.withheld.is_none());
            }
            FieldChange::Dependencies { new, .. } => patch.dependencies = Some(new.clone()),
            FieldChange::Script { new, .. } => patch.script = Some(new.clone()),
        }
    }
    patch
}

fn new_hook(change: &Change, on: bool) -> NewHook {
    let HookPatch { name: _, script, dependencies, enabled } = patch_of(change);
    NewHook {
        name: change.name.clone(),
        trigger: change.trigger.clone(),
        script: script.unwrap_or_default(),
        dependencies,
        enabled: enabled.or(change.enabled()).map(|_| on),
    }
}
