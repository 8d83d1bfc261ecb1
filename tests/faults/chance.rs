//! Random tenants, definitions and choices, all from one seed.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use fastrand::Rng;
use hooksync::tenant::{
    Behaviour, Hook, ListDetail, Ordered, SecondEnabled, SecretDigest, TRIGGERS, UniqueNames,
};

const NAMES: [&str; 6] = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta"];
const KEYS: [&str; 4] = ["API_KEY", "TOKEN", "URL", "SALT"];

/// Begins every secret value, so that none can hide.
pub(crate) const CANARY: &str = "canary-7f3a";

/// The value of a definition's secret.
pub(crate) fn value_of(seed: u64, name: &str, key: &str) -> String {
    format!("{CANARY}-{seed}-{name}-{key}")
}

pub(crate) fn behaviour(rng: &mut Rng) -> Behaviour {
    let second = [
        SecondEnabled::SwitchOffOther,
        SecondEnabled::Refuse,
        SecondEnabled::RefuseBadRequest,
        SecondEnabled::AllowBoth,
    ];
    Behaviour {
        second_enabled: second[rng.usize(..4)],
        unique_names: [UniqueNames::Tenant, UniqueNames::Trigger, UniqueNames::Nowhere]
            [rng.usize(..3)],
        list: [ListDetail::Full, ListDetail::Summary][rng.usize(..2)],
        ..Behaviour::default()
    }
}

fn script(variant: usize) -> String {
    format!("module.exports = function (a, b, c, cb) {{\n  // {variant}\n  cb(null, {{}});\n}};\n")
}

/// What lives on the tenant before.
pub(crate) fn live(rng: &mut Rng) -> Vec<Hook> {
    let mut names: Vec<&str> = NAMES.to_vec();
    rng.shuffle(&mut names);
    let mut running = BTreeSet::new();
    let count = rng.usize(..=5);
    names
        .into_iter()
        .take(count)
        .enumerate()
        .map(|(at, name)| {
            let trigger = TRIGGERS[rng.usize(..3)];
            let keys: Vec<&str> = KEYS.into_iter().filter(|_| rng.u8(..3) == 0).collect();
            Hook {
                id: format!("01HOOK{at}{:08X}", rng.u32(..)),
                name: Some(name.to_owned()),
                script: script(rng.usize(..3)),
                dependencies: dependencies(rng),
                enabled: rng.bool() && running.insert(trigger),
                trigger_id: trigger.to_owned(),
                secrets: keys
                    .into_iter()
                    .map(|key| (key.to_owned(), SecretDigest::Unknown))
                    .collect(),
            }
        })
        .collect()
}

fn dependencies(rng: &mut Rng) -> Ordered<String> {
    let count = rng.usize(..3);
    (0..count).map(|n| (format!("package-{n}"), format!("{}.0.0", rng.u8(1..3)))).collect()
}

/// Writes definitions below `dir`.
pub(crate) fn definitions(rng: &mut Rng, seed: u64, live: &[Hook], dir: &Path) {
    let mut names: Vec<&str> = NAMES.to_vec();
    rng.shuffle(&mut names);
    names.truncate(rng.usize(1..=5));
    let (mut running, mut claimed) = (BTreeSet::new(), BTreeSet::new());
    for name in &names {
        let same = live.iter().find(|hook| hook.name.as_deref() == Some(*name));
        let kept = same.filter(|_| rng.u8(..5) != 0);
        let trigger = kept.map_or(TRIGGERS[rng.usize(..3)], |hook| hook.trigger_id.as_str());
        let mut text = format!("name: {name}\ntriggerId: {trigger}\nscript: {name}.js\n");
        match rng.u8(..3) {
            0 => {}
            1 if running.insert(trigger.to_owned()) => text.push_str("enabled: true\n"),
            _ => text.push_str("enabled: false\n"),
        }
        if rng.bool() {
            text.push_str("dependencies:");
            let wanted = dependencies(rng);
            text.push_str(if wanted.is_empty() { " {}\n" } else { "\n" });
            for (package, version) in wanted.iter() {
                writeln!(text, "  {package}: \"{version}\"").unwrap();
            }
        }
        if rng.bool() {
            let keys: Vec<&&str> = KEYS.iter().filter(|_| rng.u8(..3) == 0).collect();
            text.push_str(if keys.is_empty() { "secrets: {}\n" } else { "secrets:\n" });
            for key in keys {
                writeln!(text, "  {key}: {}", value_of(seed, name, key)).unwrap();
            }
        }
        if rng.u8(..3) == 0 {
            let former = NAMES[rng.usize(..NAMES.len())];
            if former != *name && claimed.insert(former) {
                writeln!(text, "renamedFrom: {former}").unwrap();
            }
        }
        let script = match kept {
            Some(hook) if rng.bool() => hook.script.clone(),
            _ => script(rng.usize(..6)),
        };
        std::fs::write(dir.join(format!("{name}.yaml")), text).unwrap();
        std::fs::write(dir.join(format!("{name}.js")), script).unwrap();
    }
}

/// What goes wrong in a run.
pub(crate) fn faults(rng: &mut Rng) -> Vec<String> {
    let what = [
        "reset-before",
        "reset-after",
        "500-before",
        "500-after",
        "502-before",
        "503-after",
        "html-before:502",
        "html-after:500",
        "html-before:200",
        "html-after:200",
        "truncate",
        "cut",
        "slow:40",
        "429",
        "hang-before",
        "hang-after",
        "edit:any",
        "edit:script",
        "edit:create",
        "403-before",
        "409-before",
        "404-before",
        "400-before",
        "expire",
        "delay:60",
    ];
    // what was written can't be read, as after an outage that lasts
    if rng.u8(..8) == 0 {
        let from = rng.u8(1..12);
        let reads = ["403-before", "500-before", "hang-before"][rng.usize(..3)];
        let writes = ["truncate", "500-after", "reset-after"][rng.usize(..3)];
        return vec![
            format!("{writes}@writes,{}-", rng.u8(1..4)),
            format!("{reads}@reads,{from}-"),
        ];
    }
    let count = rng.usize(1..=3);
    (0..count)
        .map(|_| {
            let what = what[rng.usize(..what.len())];
            let whom = match rng.u8(..16) {
                0 => "POST,/hooks",
                1 => "PATCH",
                2 => "DELETE",
                3 => "POST,/hooks/*/secrets",
                4 => "reads",
                5 => "tokens",
                _ => "writes",
            };
            let when = match rng.u8(..5) {
                0 => "1".to_owned(),
                1 => format!("{}", rng.u8(1..6)),
                2 => format!("{}-{}", 1, rng.u8(2..5)),
                3 => format!("{}%,x6", rng.u8(10..60)),
                _ => format!("{}-{}", rng.u8(2..5), rng.u8(7..16)),
            };
            // a storm takes a second each time: not for ever
            let when = if what == "429" { "1-2".to_owned() } else { when };
            format!("{what}@{whom},{when}")
        })
        .collect()
}
