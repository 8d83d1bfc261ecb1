//! Small states of actions and bindings, and a tenant in a few lines: carries
//! out steps, and refuses what the service refuses.

use std::collections::{BTreeMap, BTreeSet};

use super::world::new_id;
use crate::model::{
    ActionBody, BindingEntry, BindingsMode, BindingsOrder, Body, BoundAction, BuildStatus,
    Definition, DeployedVersion, DesiredSecret, DesiredState, Id, InPlay, Live, LiveAction,
    LiveBinding, LiveBindings, LiveBody, LiveState, Name, Place, Script, ScriptSource, SecretValue,
    Trigger, Written,
};
use crate::plan::actions::ActionOp;
use crate::plan::{Op, Plan, Ref, Step};

fn trigger(name: &str) -> Trigger {
    Trigger::from_tenant(name)
}

/// `name trigger script [draft] [+SECRET…] [-SECRET…] [<former]`: `draft` isn't
/// deployed, of a secret with `-` only the tenant can have the value.
fn wanted(line: &str) -> Definition {
    let mut words = line.split_whitespace();
    let name = words.next().unwrap();
    let (on, script) = (words.next().unwrap(), words.next().unwrap());
    let mut body = ActionBody::default();
    let (mut secrets, mut renamed_from) = (None::<BTreeMap<_, _>>, Vec::new());
    for word in words {
        match word.as_bytes()[0] {
            b'+' => {
                let value = DesiredSecret::Value(SecretValue::new("v".into()));
                secrets.get_or_insert_default().insert(word[1..].to_owned(), value);
            }
            b'-' => {
                let all = secrets.get_or_insert_default();
                all.insert(word[1..].to_owned(), DesiredSecret::Kept);
            }
            b'<' => renamed_from.push(Name::action(&word[1..])),
            _ => body.deploy = false,
        }
    }
    Definition {
        name: Name::action(name),
        written_name: name.to_owned(),
        trigger: trigger(on),
        script: Script::new(script),
        script_source: ScriptSource::default(),
        dependencies: None,
        secrets,
        renamed_from,
        place: Place::file(format!("actions/{name}.yaml")),
        written: Written::default(),
        body: Body::Action(body),
    }
}

/// As [`wanted`], for one that is live and deployed; `draft` has another draft
/// than what is deployed, `never` was not deployed at all, and the build of a
/// draft with `failed` did.
fn live(line: &str) -> Live {
    let definition = wanted(line);
    let keys: BTreeSet<String> = definition.secrets.unwrap_or_default().into_keys().collect();
    let times = || keys.iter().map(|key| (key.clone(), None)).collect();
    let script = if line.contains(" draft") { "deployed" } else { definition.script.as_str() };
    let deployed = (!line.contains(" never")).then(|| DeployedVersion {
        id: Id::new("v1"),
        number: Some(1),
        deployed: true,
        script: Some(Script::new(script)),
        dependencies: Some(BTreeMap::new()),
        runtime: Some("node22".into()),
        trigger_version: Some("v3".into()),
        modules: Vec::new(),
        secrets: times(),
    });
    Live {
        id: Id::new(format!("id-{}", definition.name)),
        stored_name: Some(definition.name.to_string()),
        name: definition.name,
        trigger: definition.trigger,
        runs: false,
        script: Some(definition.script),
        dependencies: Some(BTreeMap::new()),
        body: LiveBody::Action(Box::new(LiveAction {
            trigger_version: Some("v3".into()),
            runtime: Some("node22".into()),
            secrets: times(),
            build: match line.contains(" failed") {
                true => BuildStatus::Failed,
                false => BuildStatus::Built,
            },
            deployed,
            ..LiveAction::default()
        })),
        secrets: Some(keys),
    }
}

/// `trigger: a b …`; `+` before the trigger appends.
fn order(line: &str) -> BindingsOrder {
    let (on, names) = line.split_once(':').unwrap();
    let entry = |name: &str| BindingEntry {
        action: BoundAction::Name(Name::action(name)),
        display_name: None,
        place: Place::default(),
    };
    let append = on.starts_with('+');
    BindingsOrder {
        trigger: trigger(on.trim_start_matches('+')),
        mode: if append { BindingsMode::Append } else { BindingsMode::Whole },
        entries: names.split_whitespace().map(entry).collect(),
        place: Place::file("actions/bindings.yaml"),
    }
}

fn bindings(line: &str) -> LiveBindings {
    let (on, names) = line.split_once(':').unwrap();
    let entry = |name: &str| LiveBinding {
        action_id: Id::new(format!("id-{name}")),
        action_name: Name::action(name),
        display_name: Some(name.to_owned()),
        installed: false,
    };
    LiveBindings { trigger: trigger(on), entries: names.split_whitespace().map(entry).collect() }
}

pub(super) fn desired_state(definitions: &[&str], orders: &[&str]) -> DesiredState {
    DesiredState {
        definitions: definitions.iter().map(|line| wanted(line)).collect(),
        bindings: orders.iter().map(|line| order(line)).collect(),
        in_play: InPlay { hooks: false, actions: true },
    }
}

pub(super) fn live_state(lines: &[&str], bound: &[&str]) -> LiveState {
    LiveState {
        resources: lines.iter().map(|line| live(line)).collect(),
        bindings: bound.iter().map(|line| bindings(line)).collect(),
        ..LiveState::default()
    }
}

/// Carries out the first steps of a plan, as strict as the service is.
pub(super) fn carried_out(plan: &Plan, live: &LiveState, count: usize) -> LiveState {
    let mut state = live.clone();
    let mut made: BTreeMap<usize, Id> = BTreeMap::new();
    for (at, step) in plan.steps.iter().enumerate().take(count) {
        assert!(step.after.iter().all(|before| *before < at), "{step:?}");
        carry_out(&mut state, &mut made, at, step);
    }
    state.resources.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    state
}

pub(super) fn carry_out(
    state: &mut LiveState,
    made: &mut BTreeMap<usize, Id>,
    at: usize,
    step: &Step,
) {
    let id = |made: &BTreeMap<usize, Id>, target: &Ref| match target {
        Ref::Live(id) => id.clone(),
        Ref::MadeBy(step) => made[step].clone(),
    };
    match &step.op {
        Op::Action(ActionOp::Create { action, known }) => {
            let new = new_id(made.len(), &state.resources, &action.name);
            assert!(!known.contains(&new));
            let mut live = live(&format!("{} {} x never", action.name, action.trigger));
            live.id = new.clone();
            live.script = Some(action.script.clone());
            set_secrets(&mut live, action.secrets.iter().cloned().collect());
            made.insert(at, new);
            state.resources.push(live);
        }
        Op::Action(ActionOp::Patch { action, patch, .. }) => {
            let id = id(made, action);
            let live = state.resources.iter_mut().find(|live| live.id == id).unwrap();
            live.name = patch.name.clone().unwrap_or(live.name.clone());
            live.script = patch.script.clone().or(live.script.take());
            let LiveBody::Action(body) = &mut live.body else { panic!() };
            body.build = BuildStatus::Built;
            if let Some(secrets) = &patch.secrets {
                let there = live.secrets.clone().unwrap_or_default();
                let known = |secret: &&crate::model::SentSecret| {
                    secret.with_value || there.contains(&secret.key)
                };
                assert!(secrets.iter().all(|secret| known(&secret)), "{patch:?}");
                set_secrets(live, secrets.iter().map(|secret| secret.key.clone()).collect());
            }
            let (id, name) = (live.id.clone(), live.name.clone());
            let entries = state.bindings.iter_mut().flat_map(|bindings| &mut bindings.entries);
            entries.filter(|entry| entry.action_id == id).for_each(|entry| {
                entry.action_name = name.clone();
            });
        }
        Op::Action(ActionOp::Deploy { action }) => {
            let id = id(made, action);
            let live = state.resources.iter_mut().find(|live| live.id == id).unwrap();
            let script = live.script.clone();
            let LiveBody::Action(body) = &mut live.body else { panic!() };
            assert_eq!(body.build, BuildStatus::Built, "400: not built");
            body.deployed = Some(DeployedVersion {
                id: Id::new("next"),
                number: Some(2),
                deployed: true,
                script,
                dependencies: Some(BTreeMap::new()),
                runtime: body.runtime.clone(),
                trigger_version: body.trigger_version.clone(),
                modules: Vec::new(),
                secrets: body.secrets.clone(),
            });
        }
        Op::Action(ActionOp::Delete { action }) => {
            let id = id(made, action);
            let bound = |bindings: &LiveBindings| {
                bindings.entries.iter().any(|entry| entry.action_id == id)
            };
            assert!(!state.bindings.iter().any(bound), "409: {id} is bound");
            state.resources.retain(|live| live.id != id);
        }
        Op::Bind(bind) => {
            let mut entries = Vec::new();
            for entry in &bind.entries {
                let id = id(made, &entry.action);
                let live = state.resources.iter().find(|live| live.id == id);
                // one of a stranger is bound already
                if let Some(live) = live {
                    assert!(live.action().unwrap().deployed.is_some(), "400: {id} not deployed");
                    assert_eq!(live.trigger, bind.trigger, "400: incompatible");
                }
                entries.push(LiveBinding {
                    action_name: live.map_or(Name::action(id.as_str()), |live| live.name.clone()),
                    action_id: id,
                    display_name: entry.display_name.clone(),
                    installed: false,
                });
            }
            state.bindings.retain(|bindings| bindings.trigger != bind.trigger);
            state.bindings.push(LiveBindings { trigger: bind.trigger.clone(), entries });
        }
        Op::Hook(_) => panic!("{step:?}"),
    }
}

fn set_secrets(live: &mut Live, keys: BTreeSet<String>) {
    let LiveBody::Action(body) = &mut live.body else { panic!() };
    body.secrets = keys.iter().map(|key| (key.clone(), None)).collect();
    live.secrets = Some(keys);
}
