//! In which order the writes of hooks are safe.
//!
//! Hard rules: a hook is complete before it is live; a secret is there before
//! the script that reads it and goes after; the hook that runs at a trigger is
//! off before the next one is on; a name is free before it is taken. Must not
//! decide *what* is written.

use super::op::HookOp;
use crate::model::{HookPatch, Id, Kind, Live, LiveState, Name, NewHook, SecretKey};
use crate::plan::graph::{Graph, NoOrder};
use crate::plan::matching::{RENAME_SUFFIX, REPLACED_SUFFIX, free_name};
use crate::plan::step::{Op, Ref, StepId};
use crate::plan::takeover::takeovers;
use crate::plan::{Change, Field, SecretVerb, Value, Verb};

/// The most secrets a hook can have (Auth0's documents and its API
/// description say 20).
pub const MAX_SECRETS: usize = 20;

/// The steps by which a hook gives way.
#[derive(Debug, Clone, Copy)]
pub(in crate::plan) struct Gives {
    pub(in crate::plan) off: Option<StepId>,
    pub(in crate::plan) delete: Option<StepId>,
}

/// Adds the writes of all changes of hooks; gives for each change how its hook
/// gives way.
pub(in crate::plan) fn add(
    graph: &mut Graph,
    changes: &[Change],
    live: &LiveState,
) -> Result<Vec<Gives>, NoOrder> {
    let live: Vec<&Live> = live.of(Kind::Hook).collect();
    let mut builder = Builder { graph, parts: vec![Part::default(); changes.len()], changes, live };
    let is_to_do = |change: &Change| change.kind == Kind::Hook && change.blocked.is_none();
    let of_hooks = changes.iter().enumerate().filter(|(_, change)| is_to_do(change));
    for (index, change) in of_hooks {
        builder.parts[index] = builder.change(index, change)?;
    }
    builder.names()?;
    builder.takeovers()?;
    Ok(builder.parts.iter().map(|part| Gives { off: part.off, delete: part.delete }).collect())
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
    graph: &'a mut Graph,
    parts: Vec<Part>,
    changes: &'a [Change],
    live: Vec<&'a Live>,
}

impl Builder<'_> {
    fn change(&mut self, index: usize, change: &Change) -> Result<Part, NoOrder> {
        Ok(match (change.verb, &change.id) {
            (Verb::Create, None) => self.create(index, change, &[]),
            (Verb::Update | Verb::Resend, Some(id)) => self.update(index, change, id),
            (Verb::Replace, Some(id)) => self.replace(index, change, id),
            (Verb::Delete, Some(id)) => {
                let hook = Ref::Live(id.clone());
                let delete = self.add(index, HookOp::Delete { hook });
                Part { delete: Some(delete), frees_name: Some(delete), ..Part::default() }
            }
            (Verb::Create, Some(_)) | (_, None) => {
                return Err(NoOrder::Unfit(change.name.clone()));
            }
        })
    }

    fn add(&mut self, change: usize, op: HookOp) -> StepId {
        self.graph.add(change, Op::Hook(op))
    }

    fn update(&mut self, index: usize, change: &Change, id: &Id) -> Part {
        let hook = Ref::Live(id.clone());
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
                self.add(index, HookOp::Patch { hook, patch })
            });
        let patch = (!patch.is_empty())
            .then(|| self.add(index, HookOp::Patch { hook: hook.clone(), patch }));
        if let (Some(switch), Some(patch)) = (switch, patch) {
            self.graph.after(switch, patch);
        }
        let sent = self.sent_secrets(index, change, &hook);
        let removed = keys(change, SecretVerb::Delete);
        let removal = (!removed.is_empty())
            .then(|| self.secrets(index, change, SecretVerb::Delete, &hook, removed));
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
    fn create(&mut self, index: usize, change: &Change, before: &[StepId]) -> Part {
        let on = change.switches_on();
        let has_secrets = change.secrets_to(SecretVerb::Create).next().is_some();
        let in_two = on && (has_secrets || self.is_taken(change));
        let new = new_hook(change, on && !in_two);
        let create = self.add(index, HookOp::Create { hook: new });
        before.iter().for_each(|&step| self.graph.after(create, step));
        let hook = Ref::MadeBy(create);
        let sent = self.sent_secrets(index, change, &hook);
        sent.iter().for_each(|&step| self.graph.after(step, create));
        let on = in_two.then(|| {
            let step = self.add(index, HookOp::Patch { hook, patch: HookPatch::enabled(true) });
            self.graph.after(step, create);
            sent.iter().for_each(|&secret| self.graph.after(step, secret));
            step
        });
        let before_on = std::iter::once(create).chain(sent).collect();
        Part { before_on, on, takes_name: Some(create), ..Part::default() }
    }

    /// A new hook in the place of one whose trigger can't be changed. The old
    /// one goes last: where the tenant refuses creates, nothing is lost.
    fn replace(&mut self, index: usize, change: &Change, id: &Id) -> Part {
        let hook = Ref::Live(id.clone());
        let old_name = change.live.as_ref().map(|live| &live.name);
        let aside = (old_name == Some(&change.name)).then(|| {
            let name = self.free_name(&change.name, REPLACED_SUFFIX);
            let patch = HookPatch { name: Some(name), ..HookPatch::default() };
            self.add(index, HookOp::Patch { hook: hook.clone(), patch })
        });
        let before: Vec<StepId> = aside.into_iter().collect();
        let mut part = self.create(index, change, &before);
        if let (Some(aside), Some(create)) = (aside, part.takes_name) {
            self.graph.take_over(create, aside);
        }
        let delete = self.add(index, HookOp::Delete { hook });
        part.before_on.iter().chain(&part.on).for_each(|&step| self.graph.after(delete, step));
        part.delete = Some(delete);
        part.frees_name = aside.or(Some(delete));
        part
    }

    /// The writes of secrets that the tenant lacks and of those sent again.
    fn sent_secrets(&mut self, index: usize, change: &Change, hook: &Ref) -> Vec<StepId> {
        let mut sent = Vec::new();
        for verb in [SecretVerb::Create, SecretVerb::Write] {
            let keys = keys(change, verb);
            if !keys.is_empty() {
                sent.push(self.secrets(index, change, verb, hook, keys));
            }
        }
        sent
    }

    fn secrets(
        &mut self,
        index: usize,
        change: &Change,
        verb: SecretVerb,
        hook: &Ref,
        keys: Vec<SecretKey>,
    ) -> StepId {
        let (hook, definition) = (hook.clone(), change.name.clone());
        self.add(index, HookOp::Secrets { hook, verb, definition, keys })
    }

    /// Whether some hook runs at the trigger that this one is to run at.
    fn is_taken(&self, change: &Change) -> bool {
        self.live.iter().any(|live| live.runs && live.trigger == change.trigger)
    }

    fn free_name(&self, name: &Name, suffix: &str) -> Name {
        free_name(name, suffix, |name| self.live.iter().any(|live| live.name == *name))
    }

    /// A name is free before it is taken; a ring of renames is opened by a
    /// name that nobody has.
    fn names(&mut self) -> Result<(), NoOrder> {
        for index in 0..self.changes.len() {
            let Some(taker) = self.parts[index].takes_name else { continue };
            let Some(holder) = self.holder(index) else { continue };
            if self.graph.reaches(taker, holder.1) {
                let temporary = self.step_aside(holder.0)?;
                self.graph.after(taker, temporary);
                self.graph.after(holder.1, temporary);
            } else {
                self.graph.after(taker, holder.1);
            }
        }
        Ok(())
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

    fn step_aside(&mut self, index: usize) -> Result<StepId, NoOrder> {
        let change = &self.changes[index];
        let name = self.free_name(&change.name, RENAME_SUFFIX);
        let patch = HookPatch { name: Some(name), ..HookPatch::default() };
        let hook = Ref::Live(live_id(change)?);
        Ok(self.add(index, HookOp::Patch { hook, patch }))
    }

    /// The hook that runs is off before the next one is on, and goes only
    /// once that one runs.
    fn takeovers(&mut self) -> Result<(), NoOrder> {
        for takeover in takeovers(self.changes) {
            let Some(on) = self.parts[takeover.on].on else { continue };
            let off = self.off_step(takeover.off, on)?;
            self.graph.after(on, off);
            self.graph.take_over(on, off);
            let delete = self.parts[takeover.off].delete;
            // what has to be comes before what would be good: else the
            // two could close a ring
            delete.iter().for_each(|&delete| self.graph.after(delete, off));
            for step in self.parts[takeover.on].before_on.clone() {
                // as late as can be: nothing but the switch lies between
                self.graph.after_if_possible(off, step);
            }
            if let Some(delete) = delete {
                self.graph.after_if_possible(delete, on);
            }
        }
        Ok(())
    }

    /// The step that switches a live hook off; a hook that is to be deleted
    /// is switched off first, for that can be taken back. One whose other
    /// changes have to wait for `on` is switched off in a step of its own.
    fn off_step(&mut self, index: usize, on: StepId) -> Result<StepId, NoOrder> {
        if let Some(off) = self.parts[index].off {
            if !self.graph.reaches(on, off) {
                return Ok(off);
            }
            self.graph.drop_switch(off);
        }
        let id = live_id(&self.changes[index])?;
        Ok(self.add(index, HookOp::switch(id, false)))
    }
}

fn live_id(change: &Change) -> Result<Id, NoOrder> {
    change.id.clone().ok_or_else(|| NoOrder::Unfit(change.name.clone()))
}

fn keys(change: &Change, verb: SecretVerb) -> Vec<SecretKey> {
    change.secrets_to(verb).cloned().collect()
}

/// Only the fields that change, less a switch-on that is withheld.
fn patch_of(change: &Change) -> HookPatch {
    let mut patch = HookPatch::default();
    for field in &change.fields {
        match (field.field, &field.new) {
            (Field::Name, _) => patch.name = Some(change.name.clone()),
            (_, Value::Flag(new)) => {
                patch.enabled = Some(*new).filter(|new| !new || change.withheld.is_none());
            }
            (_, Value::Packages(new)) => patch.dependencies = Some(new.clone()),
            (_, Value::Script(new)) => patch.script = Some(new.clone()),
            (_, Value::Text(_) | Value::Names(_)) => {}
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
