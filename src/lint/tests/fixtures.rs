//! The scripts in `fixtures/scripts`: what is reported of each.

use std::fs;

use crate::lint::testing::reported;
use crate::model::Trigger;

/// Name and text of every script of a trigger, in order.
fn scripts(trigger: &str, kind: &str) -> Vec<(String, String)> {
    let folder = format!("{}/fixtures/scripts/{trigger}/{kind}", env!("CARGO_MANIFEST_DIR"));
    let mut found: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, fs::read_to_string(path).unwrap())
        })
        .collect();
    found.sort();
    found
}

#[test]
fn nothing_is_told_of_careful_scripts() {
    for trigger in Trigger::KNOWN {
        for (name, script) in scripts(trigger.as_str(), "good") {
            assert_eq!(reported(trigger.as_str(), &script), "", "{trigger}/{name}");
        }
    }
}

#[test]
fn what_is_told_of_careless_scripts() {
    let mut all = String::new();
    for trigger in Trigger::KNOWN {
        for (name, script) in scripts(trigger.as_str(), "bad") {
            all.push_str(&format!("# {trigger}/{name}\n{}\n", reported(trigger.as_str(), &script)));
        }
    }
    insta::assert_snapshot!(all);
}
