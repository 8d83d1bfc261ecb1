//! Holds hooksync's verdict on which scripts load against that of Auth0's own
//! published compiler of hooks (npm `auth0-ext-compilers`).
//!
//! `tests/loader/run.sh` installs the compiler, asks it again and runs this
//! test on the answers; without it, the answers recorded in
//! `tests/loader/verdicts.json` are taken.

// Helpers outside of `#[test]` functions panic as the tests do.
#![allow(clippy::unwrap_used)]

use hooksync::lint::{RuleSettings, check};
use hooksync::model::{Body, Definition, Name, Place, Script, ScriptSource, Trigger, Written};

#[derive(serde::Deserialize)]
struct Case {
    name: String,
    trigger: String,
    script: String,
    loads: bool,
    error: Option<String>,
}

fn hook(case: &Case) -> Definition {
    Definition {
        name: Name::hook("test").unwrap(),
        written_name: "test".into(),
        trigger: Trigger::known(&case.trigger).unwrap(),
        script: Script::new(&*case.script),
        script_source: ScriptSource {
            file: "test.js".into(),
            text: case.script.clone(),
            replaced: Vec::new(),
        },
        dependencies: None,
        secrets: None,
        renamed_from: Vec::new(),
        place: Place::file("test.yaml"),
        written: Written::default(),
        body: Body::Hook { enabled: None },
    }
}

#[test]
fn what_loads_is_what_auth0_s_compiler_loads() {
    let recorded = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/loader/verdicts.json");
    let file = std::env::var("HOOKSYNC_LOADER_VERDICTS").unwrap_or_else(|_| recorded.into());
    let cases: Vec<Case> = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    assert!(cases.len() > 900, "only {} cases", cases.len());
    let mut wrong = String::new();
    let mut undecided = 0;
    for case in &cases {
        let found = check(&hook(case), &RuleSettings::default());
        let error = found.iter().find(|finding| finding.is_error());
        let open = found.iter().any(|finding| matches!(finding.code.0, "HS390" | "HS391"));
        if error.is_none() == case.loads {
            continue;
        }
        if error.is_none() && open {
            // It said that it can't tell, which is allowed, and is counted.
            undecided += 1;
            continue;
        }
        wrong.push_str(&format!(
            "{}: the compiler says {:?}, hooksync says {:?}\n",
            case.name,
            case.error,
            error.map(|finding| (finding.code.0, &finding.message)),
        ));
    }
    assert!(wrong.is_empty(), "{} cases differ:\n{wrong}", wrong.lines().count());
    assert!(undecided <= 3, "{undecided} scripts that don't load were left undecided");
}
