//! Backups, written and loaded again.

use std::collections::BTreeSet;

use super::common_tests::{hook, keywords};
use super::tests::{reload, shown};
use super::*;
use crate::model::{Address, Live, Trigger};

#[test]
fn a_backup_can_be_loaded_again() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join(".hooksync/backups/now");
    let live = [
        Live { runs: true, secrets: Some(["K".to_owned()].into()), ..hook("a", "##HOME##\r\n") },
        Live { runs: true, secrets: None, ..hook("b", "2") },
        hook("B", "3"),
        Live { trigger: Trigger::Other("x\n\u{1b}".into()), ..hook("c", "4") },
        hook("readme", "5"),
    ];
    let (renamed, made) = (Name::hook("Z").unwrap(), Name::hook("new").unwrap());
    let of = |live| Saved {
        live,
        becomes: (live.name.as_str() == "readme").then_some(&renamed),
        goes_live: true,
        loses: BTreeSet::new(),
    };
    let made = vec![Address { kind: Kind::Hook, name: made }];
    let saved = live.iter().map(of).collect();
    let saved = Backup {
        tenant: "t.example",
        environment: Some("prod"),
        command: "apply",
        saved,
        made,
        ..Backup::default()
    };
    let written = backup(&dir, &saved).unwrap();
    assert_eq!(written.len(), 12, "{written:#?}");
    let manifest = Manifest {
        tenant: "t.example".into(),
        made: vec!["new".into()],
        made_actions: Vec::new(),
        environment: Some("prod".into()),
        command: "apply".into(),
    };
    assert_eq!(Manifest::read(&dir).unwrap(), Some(manifest));
    assert_eq!(Manifest::read(folder.path()).unwrap(), None);
    let loaded = reload(&dir, &keywords(r#"{"HOME":"/root"}"#));
    assert!(loaded.diagnostics.is_empty(), "{:#?}", loaded.diagnostics);
    let scripts: Vec<&str> =
        loaded.desired.definitions.iter().map(|hook| hook.script.as_str()).collect();
    assert_eq!(scripts, ["##HOME##\r\n", "2", "5"]);
    assert_eq!(loaded.desired.definitions[2].renamed_from, std::slice::from_ref(&renamed));
    insta::assert_snapshot!(shown(&dir));
    assert!(backup(&dir, &saved).is_err(), "a backup is never written over another");
}
