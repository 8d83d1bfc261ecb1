//! Reading definitions costs no more than their text is long.

use std::fs;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

use super::{LoadOptions, load};

/// What this thread has computed so far: what else the machine does is left out.
fn computed() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.try_into().unwrap(), time.tv_nsec.try_into().unwrap())
}

/// What reading a definition takes, the best of two.
fn cost(text: &str) -> Duration {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("actions");
    fs::create_dir(&dir).unwrap();
    fs::write(dir.join("a.yaml"), text).unwrap();
    fs::write(dir.join("a.js"), "exports.onExecutePostLogin = async () => {};").unwrap();
    let once = || {
        let begun = computed();
        let loaded = load(&dir, &LoadOptions::default());
        assert!(loaded.diagnostics.iter().filter(|found| found.is_error()).count() < 200);
        computed() - begun
    };
    (0..2).map(|_| once()).min().unwrap()
}

/// Four times the text may take four times as long, and is given eight: what
/// looks at all of the text for every part of it takes sixteen.
fn check(what: &str, shape: impl Fn(usize) -> String) {
    let (once, four) = (cost(&shape(1_000)), cost(&shape(4_000)));
    assert!(four < once * 8 + Duration::from_millis(40), "{what}: {once:?}, then {four:?}");
}

fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(line).collect()
}

#[test]
fn many_of_anything_are_read_in_time() {
    const HEAD: &str = "name: a\ntriggerId: post-login\n";
    check("secrets", |n| format!("{HEAD}secrets:\n{}", lines(n, |i| format!("  K{i}: v{i}\n"))));
    check("secrets without a value", |n| {
        format!("{HEAD}secrets:\n{}", lines(n, |i| format!("  K{i}: \"##V{i}##\"\n")))
    });
    check("versions that are numbers", |n| {
        format!("{HEAD}dependencies:\n{}", lines(n, |i| format!("  p{i}: 1.{i}\n")))
    });
    check("comments", |n| format!("{HEAD}{}", lines(n * 5, |i| format!("# ##K{i}##: x\n"))));
    check("triggers", |n| {
        let all = lines(n, |i| format!("  t{i}: [a{i}]\n"));
        format!("kind: bindings\nbindings:\n{all}")
    });
    check("triggers on one line", |n| {
        let all = lines(n, |i| format!("t{i}: [a{i}], "));
        format!("kind: bindings\nbindings: {{{all}}}\n")
    });
    check("entries of a trigger", |n| {
        let all = lines(n, |i| format!("    - a{i}\n"));
        format!("kind: bindings\nbindings:\n  post-login:\n{all}")
    });
}
