//! Random definitions for a random tenant, as values: what is read from files
//! is tested elsewhere, and files cost more than a run.

use std::collections::{BTreeMap, BTreeSet};

use fastrand::Rng;
use hooksync::model::{
    ActionBody, BindingEntry, BindingsMode, BindingsOrder, Body, BoundAction, Definition,
    DesiredSecret, DesiredState, InPlay, Kind, Name, Place, Script, ScriptSource, SecretValue,
    Trigger, Written,
};
use hooksync::tenant::actions::{Behaviour, Failing};
use hooksync::tenant::{Latency, Limit, Limits, Rate};
use serde_json::Value as Json;

use super::run::Cause;
use crate::mixed_chance::{NAMES, TRIGGERS, code};

/// The action that no file defines, bound behind the others of a trigger.
pub(super) const FOREIGN: &str = "theirs";

/// Adds to what lives an action of somebody else, in a trigger's order: another
/// team's, or one from the marketplace, which nobody can delete.
pub(super) fn with_foreign(rng: &mut Rng, live: &mut Json) {
    let trigger = TRIGGERS[rng.usize(..3)];
    let foreign = match rng.bool() {
        true => serde_json::json!({
            "name": FOREIGN, "trigger": trigger, "code": code(7), "deployed": true,
            "secrets": ["OWN"],
        }),
        false => serde_json::json!({
            "id": "D1AD7CCF-0000-4000-8000-00000000AAAA", "name": FOREIGN, "trigger": trigger,
            "code": "", "deployed": true, "installed_integration_id": "x",
            "integration": {"id": "x"},
        }),
    };
    live["actions"].as_array_mut().unwrap().push(foreign);
    let bindings = live["bindings"].as_object_mut().unwrap();
    let order = bindings.entry(trigger).or_insert_with(|| Json::Array(Vec::new()));
    let order = order.as_array_mut().unwrap();
    let at = rng.usize(..=order.len());
    order.insert(at, FOREIGN.into());
}

/// Definitions of both kinds, and what is bound. `spares`: nothing may be
/// deleted, so that orders leave what they don't mention.
pub(super) fn definitions(rng: &mut Rng, live: &Json, spares: bool) -> DesiredState {
    let mut definitions = Vec::new();
    for hook in live["hooks"].as_array().unwrap() {
        let name = hook["name"].as_str().unwrap();
        if rng.u8(..4) == 0 {
            continue;
        }
        let script = hook["script"].as_str().unwrap().to_owned();
        let script = if rng.u8(..4) == 0 { format!("{script}// new\n") } else { script };
        let secrets = (rng.u8(..3) == 0).then(|| given(rng, &["KEY", "NEW"]));
        definitions.push(Definition {
            secrets,
            body: Body::Hook { enabled: Some(rng.u8(..3) == 0) },
            ..definition(Kind::Hook, name, hook["triggerId"].as_str().unwrap(), script)
        });
    }
    let mut bound: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for name in NAMES {
        if rng.u8(..4) == 0 {
            continue;
        }
        let there = live["actions"].as_array().unwrap().iter().find(|it| it["name"] == name);
        let stays = there.filter(|_| rng.u8(..6) != 0).and_then(|it| it["trigger"].as_str());
        let trigger = TRIGGERS.into_iter().find(|it| Some(*it) == stays);
        let trigger = trigger.unwrap_or(TRIGGERS[rng.usize(..3)]);
        let is_renamed = stays.is_some() && rng.u8(..5) == 0;
        let (own, former) = match is_renamed {
            true => (format!("{name} renamed"), vec![Name::action(name)]),
            false => (name.to_owned(), Vec::new()),
        };
        let deploy = rng.u8(..8) != 0;
        let mut secrets = rng.bool().then(|| given(rng, &["KEY", "MORE", "NEW"]));
        // what the tenant has stays, whoever has its value
        let kept = there.filter(|_| stays.is_some()).into_iter().flat_map(|it| {
            it["secrets"].as_array().unwrap().iter().filter_map(Json::as_str).map(str::to_owned)
        });
        if let Some(secrets) = secrets.as_mut().filter(|_| spares || rng.bool()) {
            for key in kept {
                secrets.entry(key).or_insert(DesiredSecret::Kept);
            }
        }
        definitions.push(Definition {
            secrets,
            renamed_from: former,
            body: Body::Action(ActionBody { deploy, ..ActionBody::default() }),
            ..definition(Kind::Action, &own, trigger, code(rng.usize(..3)))
        });
        if deploy && rng.u8(..3) != 0 {
            bound.entry(trigger).or_default().insert(own);
        }
    }
    let mut bindings = Vec::new();
    for trigger in TRIGGERS {
        let mut names: Vec<String> =
            bound.remove(trigger).unwrap_or_default().into_iter().collect();
        rng.shuffle(&mut names);
        let mode = match (spares, rng.u8(..4)) {
            (_, 0) if names.is_empty() => continue,
            (true, 0 | 1) | (false, 1) => BindingsMode::Append,
            (true, _) | (false, 2) => BindingsMode::Prepend,
            (false, _) => BindingsMode::Whole,
        };
        bindings.push(order(trigger, mode, &names));
    }
    bindings.sort_by(|a, b| a.trigger.cmp(&b.trigger));
    definitions.sort_by(|a, b| (a.kind(), &a.name).cmp(&(b.kind(), &b.name)));
    DesiredState { definitions, bindings, in_play: InPlay { hooks: true, actions: true } }
}

fn given(rng: &mut Rng, keys: &[&str]) -> BTreeMap<String, DesiredSecret> {
    let value = |key: &&str| {
        let value = SecretValue::new(format!("value of {key}"));
        ((*key).to_owned(), DesiredSecret::Value(value))
    };
    keys.iter().filter(|_| rng.bool()).map(value).collect()
}

fn definition(kind: Kind, name: &str, trigger: &str, script: String) -> Definition {
    Definition {
        name: if kind == Kind::Hook { Name::hook(name).unwrap() } else { Name::action(name) },
        written_name: name.to_owned(),
        trigger: Trigger::from_tenant(trigger),
        script: Script::new(script),
        script_source: ScriptSource::default(),
        dependencies: None,
        secrets: None,
        renamed_from: Vec::new(),
        place: Place::file(format!("{}/{name}.yaml", kind.plural())),
        written: Written::default(),
        body: Body::Hook { enabled: None },
    }
}

fn order(trigger: &str, mode: BindingsMode, names: &[String]) -> BindingsOrder {
    let entry = |name: &String| BindingEntry {
        action: BoundAction::Name(Name::action(name)),
        display_name: None,
        place: Place::default(),
    };
    BindingsOrder {
        trigger: Trigger::from_tenant(trigger),
        mode,
        entries: names.iter().map(entry).collect(),
        place: Place::file("actions/bindings.yaml"),
    }
}

/// How the tenant builds and deploys; the last is why a build fails, if one
/// does.
pub(super) fn behaviour(rng: &mut Rng) -> (Behaviour, Option<Cause>) {
    let up_to = |rng: &mut Rng, all: &[u64]| {
        let jitter_ms = all[rng.usize(..all.len())];
        Latency { fixed_ms: if rng.bool() { jitter_ms } else { 0 }, jitter_ms }
    };
    let fails = match rng.u8(..12) {
        0 => Some(Cause::Code),
        1 => Some(Cause::Passing),
        _ => None,
    };
    let behaviour = Behaviour {
        build: up_to(rng, &[0, 200, 1000, 5000]),
        build_failure: Latency { fixed_ms: 4000, jitter_ms: 0 },
        failing: match fails {
            Some(_) => vec![Failing::Action(NAMES[rng.usize(..4)].to_owned())],
            None => Vec::new(),
        },
        deploy_lag: up_to(rng, &[0, 80, 140, 800, 2500]),
        bind_lag: up_to(rng, &[0, 80, 500, 1500]),
        ..Behaviour::instant()
    };
    (behaviour, fails)
}

/// How many requests the tenant takes.
pub(super) fn limits(rng: &mut Rng) -> Limits {
    let plenty = Limit::new(1_000_000, Rate::per_second(1_000_000));
    let api = match rng.u8(..4) {
        0 => Limit::new(10, Rate::per_second(2)),
        1 => Limit::new(50, Rate::per_second(16)),
        _ => plenty,
    };
    Limits { api, token: plenty, ..Limits::default() }
}

/// What goes wrong: as over sockets, and the limit.
pub(super) fn faults(rng: &mut Rng) -> Vec<String> {
    let mut faults = crate::mixed_chance::faults(rng);
    match rng.u8(..6) {
        0 => faults.clear(),
        1 => faults.push(format!("429@{}", rng.u8(2..12))),
        2 => faults.push(format!("drain:1@{}", rng.u8(2..12))),
        3 => faults.push(format!("slow:{}@20%,x4", rng.u16(1..40_000))),
        _ => {}
    }
    faults
}
