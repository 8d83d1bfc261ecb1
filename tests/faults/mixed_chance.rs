//! Random tenants and definitions of both kinds, all from one seed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use fastrand::Rng;
use serde_json::{Value as Json, json};

pub(crate) const TRIGGERS: [&str; 3] =
    ["pre-user-registration", "post-user-registration", "post-login"];
pub(crate) const NAMES: [&str; 4] = ["alpha", "beta", "gamma", "delta"];
const SCRIPT: &str = "module.exports = function (a, b, cb) { cb(); };\n";

/// What lives on the tenant before, as its state file.
pub(crate) fn live(rng: &mut Rng) -> Json {
    let mut hooks = Vec::new();
    for trigger in &TRIGGERS[..2] {
        if rng.u8(..4) != 0 {
            hooks.push(json!({
                "name": format!("old-{trigger}"), "triggerId": trigger,
                "enabled": rng.u8(..4) != 0, "script": SCRIPT,
            }));
        }
    }
    let (mut actions, mut bindings) = (Vec::new(), BTreeMap::<&str, Vec<&str>>::new());
    for name in NAMES {
        if rng.bool() {
            continue;
        }
        let (trigger, deployed) = (TRIGGERS[rng.usize(..3)], rng.u8(..4) != 0);
        let secrets: Vec<&str> = ["KEY", "OTHER"].into_iter().filter(|_| rng.bool()).collect();
        actions.push(json!({"name": name, "trigger": trigger, "code": code(rng.usize(..2)),
                            "deployed": deployed, "secrets": secrets}));
        if deployed && rng.bool() {
            bindings.entry(trigger).or_default().push(name);
        }
    }
    json!({"hooks": hooks, "actions": actions, "bindings": bindings})
}

pub(crate) fn code(variant: usize) -> String {
    format!("exports.onExecutePostLogin = async () => {{}}; // {variant}\n")
}

/// Writes definitions of both kinds, and what is bound.
pub(crate) fn definitions(rng: &mut Rng, live: &Json, dir: &Path) {
    for folder in ["hooks", "actions"] {
        std::fs::create_dir_all(dir.join(folder)).unwrap();
    }
    for hook in live["hooks"].as_array().unwrap() {
        let (name, trigger) = (hook["name"].as_str().unwrap(), hook["triggerId"].as_str().unwrap());
        if rng.u8(..4) == 0 {
            continue;
        }
        let on = rng.u8(..3) == 0;
        let text = format!("name: {name}\ntriggerId: {trigger}\nenabled: {on}\n");
        std::fs::write(dir.join(format!("hooks/{name}.yaml")), text).unwrap();
        std::fs::write(dir.join(format!("hooks/{name}.js")), hook["script"].as_str().unwrap())
            .unwrap();
    }
    let mut bound: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for name in NAMES {
        if rng.u8(..4) == 0 {
            continue;
        }
        let there = live["actions"].as_array().unwrap().iter().find(|it| it["name"] == name);
        let there = there.filter(|_| rng.u8(..6) != 0).and_then(|it| it["trigger"].as_str());
        let trigger = TRIGGERS.into_iter().find(|it| Some(*it) == there);
        let trigger = trigger.unwrap_or(TRIGGERS[rng.usize(..3)]);
        let mut text = format!("name: {name}\ntriggerId: {trigger}\n");
        if rng.bool() {
            text.push_str(
                "secrets:\n  KEY: _VALUE_NOT_SHOWN_\n  NEW: value\n"
                    .replace(
                        "KEY: _VALUE_NOT_SHOWN_",
                        if rng.bool() { "KEY: given" } else { "MORE: given" },
                    )
                    .as_str(),
            );
        }
        std::fs::write(dir.join(format!("actions/{name}.yaml")), text).unwrap();
        std::fs::write(dir.join(format!("actions/{name}.js")), code(rng.usize(..3))).unwrap();
        if rng.u8(..3) != 0 {
            bound.entry(trigger).or_default().insert(name);
        }
    }
    let mut text = "kind: bindings\nbindings:\n".to_owned();
    for trigger in TRIGGERS {
        let mut names: Vec<&str> = bound.remove(trigger).unwrap_or_default().into_iter().collect();
        rng.shuffle(&mut names);
        writeln!(text, "  {trigger}: [{}]", names.join(", ")).unwrap();
    }
    std::fs::write(dir.join("actions/bindings.yaml"), text).unwrap();
}

pub(crate) fn faults(rng: &mut Rng) -> Vec<String> {
    const WHAT: [&str; 19] = [
        "reset-before",
        "reset-after",
        "500-before",
        "500-after",
        "503-after",
        "html-after:200",
        "html-before:502",
        "truncate",
        "cut",
        "hang-before",
        "hang-after",
        "403-before",
        "409-before",
        "404-before",
        "400-before",
        "expire",
        "delay:60",
        "edit:action",
        "edit:any",
    ];
    const WHOM: [&str; 8] = [
        "writes",
        "writes",
        "POST,/actions/actions",
        "POST,/actions/actions/*/deploy",
        "PATCH,/actions/triggers/*/bindings",
        "PATCH,/hooks/*",
        "PATCH,/actions/actions/*",
        "reads",
    ];
    let one = |_| {
        let (what, whom) = (WHAT[rng.usize(..WHAT.len())], WHOM[rng.usize(..WHOM.len())]);
        let when = match rng.u8(..4) {
            0 => "1".to_owned(),
            1 => format!("1-{}", rng.u8(2..7)),
            2 => format!("{}%,x6", rng.u8(10..60)),
            _ => format!("{}-{}", rng.u8(1..4), rng.u8(5..9)),
        };
        format!("{what}@{whom},{when}")
    };
    (0..2).map(one).collect()
}
