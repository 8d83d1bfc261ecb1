//! A backup puts back what an apply changed.

use crate::process::{Bench, unlimited};

const LIVE: [&str; 6] = [
    "changed sign-up old on +K",
    "deleted signed-up old on",
    "replaced token old",
    "swap-a password left",
    "swap-b password right on",
    "other send-phone-message theirs on",
];
const WANTED: [&str; 6] = [
    "changed sign-up new off",
    "replaced password old",
    "swap-a password right on <swap-b",
    "swap-b password left <swap-a",
    "made token new on",
    "other send-phone-message theirs",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_puts_back_what_was_changed() {
    let bench = Bench::new(unlimited(), &LIVE).await;
    let before = bench.live();
    bench.define(&WANTED);
    bench.expect(4, &["apply", "--yes"]);
    assert!(bench.writes().is_empty() && bench.backups().is_empty());
    let ended = bench.expect(0, &["apply", "--yes", "--allow-delete", "--force"]);
    assert!(ended.stderr.contains("Backup: .hooksync/backups/"), "{}", ended.stderr);
    let after = bench.live();
    assert_ne!(before, after);
    let backup = bench.backups()[0].clone();
    let backup = backup.to_str().unwrap();
    // somebody made another hook meanwhile, which the backup doesn't know
    bench.tenant.edit(|state| state.hooks.push(crate::process::hook("new token theirs"))).unwrap();
    let without = bench.expect(4, &["apply", backup, "--yes"]);
    assert!(without.stderr.contains("replaced"), "{}", without.stderr);
    bench.expect(0, &["apply", backup, "--yes", "--allow-delete", "--force"]);
    let mut expected = before.clone();
    expected.push("new token theirs".to_owned());
    expected.sort();
    assert_eq!(bench.live(), expected);
    // ids of those that were never gone stay, and so do their secrets' values
    assert!(bench.tenant.state().hook("01CHANGED").is_some());
    assert_eq!(bench.tenant.state().hook("01SWAP-A").unwrap().name.as_deref(), Some("swap-a"));
    bench.expect(0, &["plan", backup, "--allow-delete", "--detailed-exitcode"]);
    // the folder around it: there are two now, of which one has to be chosen
    let ended = bench.run(&["apply", ".hooksync/backups", "--yes", "--allow-delete"]);
    assert!(ended.stderr.contains("choose one: the newest is"), "{}", ended.all());
    std::fs::remove_dir_all(&bench.backups()[1]).unwrap();
    bench.expect(0, &["plan", ".hooksync/backups", "--allow-delete", "--detailed-exitcode"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lived_is_put_back_whatever_the_rules_say() {
    let bench = Bench::new(unlimited(), &["a sign-up old on"]).await;
    bench.tenant.edit(|state| state.hooks[0].script = "function (((".to_owned()).unwrap();
    bench.define(&["a sign-up new on"]);
    bench.expect(0, &["apply", "--yes"]);
    let backup = bench.backups()[0].clone();
    bench.expect(0, &["apply", backup.to_str().unwrap(), "--yes"]);
    assert_eq!(bench.tenant.state().hooks[0].script, "function (((");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_hook_comes_back_switched_off_without_its_secrets() {
    let bench = Bench::new(unlimited(), &["a sign-up s on +K", "b sign-up s"]).await;
    bench.define(&["b sign-up s"]);
    bench.expect(0, &["apply", "--yes", "--allow-delete"]);
    let backup = bench.backups()[0].clone();
    let note = std::fs::read_to_string(backup.join("README.md")).unwrap();
    assert!(note.contains("secrets without their values: `K`"), "{note}");
    let ended = bench.run(&["apply", backup.to_str().unwrap(), "--yes"]);
    assert_eq!(bench.live(), ["a sign-up s", "b sign-up s"]);
    assert!(ended.stdout.contains("stays switched off"), "{}", ended.stdout);
    assert_eq!(ended.code, Some(3), "{}", ended.all());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_of_one_tenant() {
    let bench = Bench::new(unlimited(), &["a sign-up old"]).await;
    bench.define(&["a sign-up new"]);
    bench.expect(0, &["apply", "--yes"]);
    let other = Bench::new(unlimited(), &["a sign-up theirs"]).await;
    let backup = bench.backups()[0].clone();
    let ended = other.expect(4, &["apply", backup.to_str().unwrap(), "--yes"]);
    assert!(ended.stderr.contains("is a backup of"), "{}", ended.stderr);
    assert!(other.writes().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn backups_are_kept_to_a_number_and_for_their_owner() {
    let bench = Bench::new(unlimited(), &["a sign-up 0 +K"]).await;
    let mut reported = String::new();
    for number in 1..=4 {
        bench.define(&[&format!("a sign-up {number}")]);
        reported = bench.expect(0, &["apply", "--yes", "--keep-backups", "3"]).stderr;
    }
    assert_eq!(bench.backups().len(), 3);
    assert!(reported.contains("Removed the oldest backup, to keep 3: "), "{reported}");
    std::fs::create_dir(bench.path(".hooksync/backups/0-mine")).unwrap();
    bench.define(&["a sign-up 5"]);
    bench.expect(0, &["apply", "--yes", "--keep-backups", "1"]);
    assert_eq!(bench.backups().len(), 2, "what is no backup stays");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
        let backup = bench.backups()[1].clone();
        assert_eq!(mode(&backup), 0o700);
        for (file, _) in crate::process::files(&backup) {
            assert_eq!(mode(&file), 0o600, "{}", file.display());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn backups_stay_out_of_the_definitions_and_come_before_any_write() {
    let bench = Bench::new(unlimited(), &["a sign-up old"]).await;
    bench.define(&["a sign-up new"]);
    let ended = bench.expect(64, &["apply", "--yes", "--backup-dir", "hooks/backups"]);
    assert!(ended.stderr.contains("inside the folder of definitions"), "{}", ended.stderr);
    std::fs::write(bench.path("file"), "").unwrap();
    let ended = bench.expect(1, &["apply", "--yes", "--backup-dir", "file/backups"]);
    assert!(ended.stderr.contains("nothing was written"), "{}", ended.stderr);
    assert!(bench.writes().is_empty());
    bench.expect(0, &["apply", "--yes", "--no-backup"]);
    assert!(bench.backups().is_empty());
    bench.define(&["a sign-up new +K=v"]);
    bench.expect(0, &["apply", "--yes", "--backup-dir", "hooks/.backups"]);
    let again = bench.expect(0, &["apply", "--yes"]);
    assert!(again.stderr.contains("only secrets are sent again"), "{}", again.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_backups_are_kept_however_fast_they_come() {
    let bench = Bench::new(unlimited(), &["a sign-up old"]).await;
    for run in 0..6 {
        bench.define(&[&format!("a sign-up new{run}")]);
        let ended = bench.expect(0, &["apply", "--yes", "--keep-backups", "2"]);
        let made = ended.stderr.lines().find_map(|line| line.strip_prefix("Backup: "));
        assert!(bench.path(made.unwrap()).is_dir(), "{}", ended.stderr);
        assert!(bench.backups().len() <= 2);
    }
}
