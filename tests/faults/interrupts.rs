//! Ctrl-C, SIGTERM and kill -9, at any moment.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use futures_util::stream::{StreamExt, iter};
use hooksync::tenant::{self, Latency};

use crate::process::{Bench, Ended, ended, signal, unlimited};

const LIVE: [&str; 6] = [
    "changed sign-up old on +K",
    "deleted signed-up old on",
    "replaced token old on",
    "swap-a password left",
    "swap-b password right on",
    "given sign-up old",
];
const WANTED: [&str; 7] = [
    "changed sign-up new off +L=canary-7f3a",
    "replaced password old off",
    "swap-a password right on <swap-b",
    "swap-b password left <swap-a",
    "given sign-up new on",
    "made signed-up new on +M=canary-7f3a",
    "made-too send-phone-message new on",
];
const APPLY: [&str; 4] = ["apply", "--yes", "--allow-delete", "--force"];

fn slow(ms: u64) -> tenant::Options {
    tenant::Options { latency: Latency { fixed_ms: ms, jitter_ms: 0 }, ..unlimited() }
}

/// Whatever happened before, running it again makes it good.
fn converges(bench: &Bench, when: &str) {
    bench.faults(&[]);
    let names: Vec<String> = bench
        .tenant
        .state()
        .hooks
        .iter()
        .map(|hook| format!("{:?} {}", hook.name, hook.trigger_id))
        .collect();
    let unique: BTreeSet<&String> = names.iter().collect();
    assert_eq!(unique.len(), names.len(), "{when}: there twice: {names:?}");
    let again = bench.run(&APPLY);
    assert_eq!(again.code, Some(0), "{when}\n{}", again.all());
    let expected = [
        "changed sign-up new +L",
        "given sign-up new on",
        "made signed-up new on +M",
        "made-too send-phone-message new on",
        "replaced password old",
        "swap-a password right on",
        "swap-b password left",
    ];
    assert_eq!(bench.live(), expected, "{when}");
    bench.expect(0, &["plan", "--allow-delete", "--detailed-exitcode"]);
    for (path, bytes) in crate::process::files(bench.dir.path()) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        assert!(
            !name.starts_with(".hooksync-") || name.ends_with(".json"),
            "{when}: {}",
            path.display()
        );
        let text = String::from_utf8(bytes).unwrap();
        let ours = path.starts_with(bench.path(".hooksync"));
        assert!(!ours || !text.contains("canary-7f3a"), "{when}: {}", path.display());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_every_request_and_run_again() {
    let clean = Bench::new(unlimited(), &LIVE).await;
    clean.define(&WANTED);
    clean.expect(0, &APPLY);
    let count = clean.tenant.requests().len();
    assert!(count > 20, "{count}");
    // every request, before and after it is carried out; by turns unless all
    // are asked for
    let all = std::env::var_os("HOOKSYNC_FAULT_RUNS").is_some();
    let cases = (1..=count).flat_map(|k| {
        let whens = if all { vec!["before", "after"] } else { vec![["before", "after"][k % 2]] };
        whens.into_iter().map(move |when| (k, when))
    });
    let mut killed = iter(cases).map(|(k, when)| tokio::spawn(killed(k, when))).buffer_unordered(6);
    while let Some(ended) = killed.next().await {
        ended.unwrap();
    }
}

async fn killed(k: usize, when: &str) {
    let bench = Bench::new(unlimited(), &LIVE).await;
    bench.define(&WANTED);
    bench.faults(&[&format!("hang-{when}@{k}")]);
    tokio::task::block_in_place(|| {
        let mut child = bench.spawn(&APPLY);
        bench.wait_for(|log| log.len() >= k);
        child.kill().unwrap();
        child.wait().unwrap();
    });
    converges(&bench, &format!("killed {when} request {k} was carried out"));
}

/// Sends a signal after so many writes to a tenant that takes its time; gives
/// how many had begun by then, and how the run ended.
async fn interrupted(name: &str, after: usize, latency: u64) -> (Bench, usize, Ended) {
    let bench = Bench::new(slow(latency), &LIVE).await;
    bench.define(&WANTED);
    let (begun, ended) = tokio::task::block_in_place(|| {
        let child = bench.spawn(&APPLY);
        let writes = |log: &[tenant::Entry]| {
            log.iter().filter(|e| e.method != "GET" && e.path != "/oauth/token").count()
        };
        bench.wait_for(|log| writes(log) >= after);
        signal(&child, name);
        let begun = bench.writes().len();
        (begun, ended(child))
    });
    (bench, begun, ended)
}

/// Whether a closed terminal is ignored here, as under `nohup`: then the program
/// that is run ignores it, too.
fn ignores_hangups() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask & 1 == 1)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_finishes_what_is_under_way_and_no_more() {
    let few = [("INT", 1), ("TERM", 3), ("INT", 6), ("HUP", 2), ("QUIT", 4), ("HUP", 7)];
    let all = std::env::var_os("HOOKSYNC_FAULT_RUNS").is_some();
    let every = ["INT", "TERM", "HUP", "QUIT"].into_iter();
    let every = every.flat_map(|name| (1..=10).map(move |after| (name, after)));
    let cases = if all { every.collect() } else { few.to_vec() };
    let runs = cases.into_iter().map(|(name, after)| tokio::spawn(is_interrupted(name, after)));
    let mut runs = iter(runs).buffer_unordered(3);
    while let Some(ended) = runs.next().await {
        ended.unwrap();
    }
}

async fn is_interrupted(name: &str, after: usize) {
    let (mut bench, mut begun, mut ended) = interrupted(name, after, 120).await;
    if name == "HUP" && ignores_hangups() {
        assert_eq!(ended.code, Some(0), "{}", ended.all());
        return;
    }
    for slower in [500, 2000] {
        // on a busy machine the signal can come after the last write
        if ended.code == Some(0) {
            (bench, begun, ended) = interrupted(name, after, slower).await;
        }
    }
    assert_eq!(ended.code, Some(130), "{}", ended.all());
    // late in the run every change has begun
    let begins = after <= 4;
    assert!(!begins || ended.stdout.contains("not attempted"), "{}", ended.stdout);
    assert!(ended.stdout.contains("Interrupted"), "{}", ended.stdout);
    // a trigger that had a hook running, and is to have one, has one
    let runs = |trigger: &str| {
        let state = bench.tenant.state();
        state.hooks.iter().filter(|hook| hook.enabled && hook.trigger_id == trigger).count()
    };
    for trigger in ["post-user-registration", "post-change-password"] {
        assert_eq!(runs(trigger), 1, "{name} after {after}, {trigger}\n{}", ended.all());
    }
    // what was under way, what had gone out meanwhile, and a switch that
    // had begun
    assert!(bench.writes().len() <= begun + 6, "{} then {}", begun, bench.writes().len());
    converges(&bench, &format!("{name} after {after} writes\n{}", ended.all()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_interrupt_stops_at_once() {
    let bench = Bench::new(unlimited(), &LIVE).await;
    bench.define(&WANTED);
    bench.faults(&["hang-after@writes,2"]);
    let ended = tokio::task::block_in_place(|| {
        let mut child = bench.spawn(&APPLY);
        bench.wait_for(|log| log.iter().any(|entry| entry.delivery == Some("hang")));
        signal(&child, "INT");
        std::thread::sleep(Duration::from_millis(300));
        assert!(child.try_wait().unwrap().is_none(), "it did not wait for its request");
        let begun = Instant::now();
        signal(&child, "INT");
        let ended = ended(child);
        assert!(begun.elapsed() < Duration::from_secs(2));
        ended
    });
    assert_eq!(ended.code, Some(130), "{}", ended.all());
    assert!(ended.stdout.contains("may have taken effect anyway"), "{}", ended.stdout);
    converges(&bench, "interrupted twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_before_the_first_write_writes_nothing() {
    let bench = Bench::new(slow(400), &LIVE).await;
    bench.define(&WANTED);
    let ended = tokio::task::block_in_place(|| {
        let child = bench.spawn(&APPLY);
        bench.wait_for(|log| log.len() >= 2);
        signal(&child, "INT");
        ended(child)
    });
    assert_eq!(ended.code, Some(130), "{}", ended.all());
    assert!(bench.writes().is_empty() && bench.backups().is_empty());
}
