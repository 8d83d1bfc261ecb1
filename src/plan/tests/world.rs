//! A tenant in a few lines: carries out steps on a live state, and refuses
//! what the service refuses.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{
    Body, Definition, DesiredSecret, DesiredState, Id, Live, LiveBody, LiveState, Name, Place,
    Script, ScriptSource, SecretValue, Trigger, Written,
};
use crate::plan::hooks::HookOp;
use crate::plan::{Op, Options, Plan, Ref, SecretVerb, Step, diff};

pub(super) fn options() -> Options {
    Options { allow_delete: true, ..Options::default() }
}

/// `name trigger script [on|off] [+SECRET…] [<former…]`, the trigger by its
/// number.
pub(super) fn wanted(line: &str) -> Definition {
    let mut words = line.split_whitespace();
    let name = words.next().unwrap();
    let trigger = Trigger::KNOWN[words.next().unwrap().parse::<usize>().unwrap()].clone();
    let mut hook = Definition {
        name: Name::hook(name).unwrap(),
        written_name: name.to_owned(),
        trigger,
        script: Script::new(words.next().unwrap()),
        script_source: ScriptSource::default(),
        dependencies: None,
        secrets: None,
        renamed_from: Vec::new(),
        place: Place::file(format!("hooks/{name}.yaml")),
        written: Written::default(),
        body: Body::Hook { enabled: None },
    };
    for word in words {
        let secret = |value| (word[1..].to_owned(), value);
        match word.as_bytes()[0] {
            b'+' => {
                let value = DesiredSecret::Value(SecretValue::new("v".into()));
                hook.secrets.get_or_insert_default().extend([secret(value)]);
            }
            b'=' => hook.secrets.get_or_insert_default().extend([secret(DesiredSecret::Kept)]),
            b'<' => hook.renamed_from.push(Name::hook(&word[1..]).unwrap()),
            _ => hook.body = Body::Hook { enabled: Some(word == "on") },
        }
    }
    hook
}

/// As [`wanted`], for a hook that is live. Its id is `id-` and its name.
pub(super) fn live(line: &str) -> Live {
    let hook = wanted(line);
    let runs = hook.enabled().unwrap_or_default();
    Live {
        id: Id::new(format!("id-{}", hook.name)),
        name: hook.name,
        stored_name: Some(hook.written_name),
        trigger: hook.trigger,
        runs,
        script: Some(hook.script),
        dependencies: Some(BTreeMap::new()),
        secrets: Some(hook.secrets.unwrap_or_default().into_keys().collect()),
        body: LiveBody::Hook,
    }
}

pub(super) fn desired_state(lines: &[&str]) -> DesiredState {
    DesiredState {
        definitions: lines.iter().map(|line| wanted(line)).collect(),
        ..DesiredState::default()
    }
}

pub(super) fn live_state(lines: &[&str]) -> LiveState {
    LiveState { resources: lines.iter().map(|line| live(line)).collect(), ..LiveState::default() }
}

pub(super) fn plan_of(desired: &DesiredState, live: &LiveState) -> Plan {
    diff::plan(desired, live, "t.example", &options())
}

/// The tenant while a plan is carried out.
pub(super) struct World {
    pub(super) hooks: Vec<Live>,
    made: BTreeMap<usize, Id>,
    /// Triggers with more than one running hook at the start.
    crowded: BTreeSet<Trigger>,
}

impl World {
    pub(super) fn new(live: &LiveState) -> Self {
        let mut world =
            Self { hooks: live.resources.clone(), made: BTreeMap::new(), crowded: BTreeSet::new() };
        world.crowded = world.crowds();
        world
    }

    fn crowds(&self) -> BTreeSet<Trigger> {
        let runs = |trigger: &Trigger| {
            self.hooks.iter().filter(|hook| hook.runs && hook.trigger == *trigger).count()
        };
        Trigger::KNOWN.into_iter().filter(|trigger| runs(trigger) > 1).collect()
    }

    pub(super) fn state(&self) -> LiveState {
        LiveState { resources: self.hooks.clone(), ..LiveState::default() }
    }

    /// Carries out one step, as strict as the service can be.
    pub(super) fn carry_out(&mut self, id: usize, step: &Step) {
        let Op::Hook(op) = &step.op else { panic!("{step:?}") };
        match op {
            HookOp::Create { hook } => {
                self.assert_free(&hook.name);
                let new = new_id(self.made.len(), &self.hooks, &hook.name);
                self.made.insert(id, new.clone());
                self.hooks.push(Live {
                    id: new,
                    name: hook.name.clone(),
                    stored_name: Some(hook.name.to_string()),
                    trigger: hook.trigger.clone(),
                    runs: hook.enabled.unwrap_or_default(),
                    script: Some(hook.script.clone()),
                    dependencies: Some(hook.dependencies.clone().unwrap_or_default()),
                    secrets: Some(BTreeSet::new()),
                    body: LiveBody::Hook,
                });
            }
            HookOp::Patch { hook, patch } => {
                if let Some(name) = &patch.name {
                    self.assert_free(name);
                }
                let hook = self.hook(hook);
                if let Some(name) = &patch.name {
                    hook.name = name.clone();
                    hook.stored_name = Some(name.to_string());
                }
                hook.runs = patch.enabled.unwrap_or(hook.runs);
                hook.script = patch.script.clone().or(hook.script.take());
                hook.dependencies = patch.dependencies.clone().or(hook.dependencies.take());
            }
            HookOp::Delete { hook } => {
                let id = self.hook(hook).id.clone();
                self.hooks.retain(|hook| hook.id != id);
            }
            HookOp::Secrets { hook, keys, verb: SecretVerb::Create, .. } => {
                let secrets = self.hook(hook).secrets.get_or_insert_default();
                for key in keys {
                    assert!(secrets.insert(key.clone()), "409: {key}");
                }
                assert!(secrets.len() <= 20, "a hook has at most 20 secrets");
            }
            HookOp::Secrets { hook, keys, verb: SecretVerb::Write, .. } => {
                let secrets = self.hook(hook).secrets.get_or_insert_default();
                assert!(keys.iter().all(|key| secrets.contains(key)), "404: {keys:?}");
            }
            HookOp::Secrets { hook, keys, verb: SecretVerb::Delete, .. } => {
                let secrets = self.hook(hook).secrets.get_or_insert_default();
                assert!(keys.iter().all(|key| secrets.remove(key)), "404: {keys:?}");
            }
        }
        assert!(self.crowds().is_subset(&self.crowded), "two hooks run at one trigger");
    }

    fn hook(&mut self, hook: &Ref) -> &mut Live {
        let id = match hook {
            Ref::Live(id) => id,
            Ref::MadeBy(step) => &self.made[step],
        };
        self.hooks.iter_mut().find(|hook| hook.id == *id).unwrap()
    }

    fn assert_free(&self, name: &Name) {
        assert!(!self.hooks.iter().any(|hook| hook.name == *name), "409: {name}");
    }
}

/// An id that nothing has, nor had in an earlier run: `made` were made in this one.
pub(super) fn new_id(made: usize, there: &[Live], name: &Name) -> Id {
    let number =
        |live: &Live| live.id.as_str().strip_prefix("new-")?.split('-').next()?.parse().ok();
    let last = there.iter().filter_map(number).max().unwrap_or(0_usize);
    Id::new(format!("new-{}-{name}", last.max(made) + 1))
}
