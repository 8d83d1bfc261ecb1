//! From a tenant to files and back, without a byte lost.

use std::collections::BTreeMap;

use crate::hard_scripts::hard_hooks;
use crate::support::{Project, content, tenant_with, writes};

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_hard_hooks_survive_export_and_apply() {
    let tenant = tenant_with(hard_hooks()).await;
    let project = Project::new();
    project.on(&tenant, &["export", "out"]).expect(0);

    let files = project.files();
    let mut written: BTreeMap<&[u8], usize> = BTreeMap::new();
    for (path, (content, _)) in &files {
        if path.extension().is_some_and(|extension| extension == "js") {
            *written.entry(content.as_slice()).or_default() += 1;
        }
    }
    let hooks = hard_hooks();
    let mut live: BTreeMap<&[u8], usize> = BTreeMap::new();
    for hook in &hooks {
        *live.entry(hook.script.as_bytes()).or_default() += 1;
    }
    assert!(written == live, "every script is a file, byte for byte");
    // and the schema that the definitions name, for editors, and the record of
    // what was written
    assert_eq!(files.len(), 402);

    project.on(&tenant, &["plan", "out", "--detailed-exitcode", "--strict-newlines"]).expect(0);
    project.on(&tenant, &["apply", "out", "--yes"]).expect(0);
    assert_eq!(writes(&tenant), [""; 0], "what was exported needs no write");

    project.on(&tenant, &["export", "out"]).expect(0);
    assert!(project.files() == files, "a second export writes no file");

    let empty = tenant_with(Vec::new()).await;
    project.on(&empty, &["apply", "out", "--yes"]).expect(0);
    assert!(content(&empty) == content(&tenant), "the files make the same hooks");
    project.on(&empty, &["plan", "out", "--detailed-exitcode"]).expect(0);
}
