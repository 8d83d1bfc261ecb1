//! Providers that behave, and those that don't.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

use super::*;

const VALUE: &str = "canary-value";

fn providers(variables: &[(&str, &str)]) -> Result<Providers, CliError> {
    Providers::of(&Environment::of(variables.iter().copied()))
}

fn wanted(reference: &str) -> BTreeSet<Wanted> {
    BTreeSet::from([Wanted {
        kind: Kind::Action,
        name: Name::action("Enrich"),
        key: "KEY".to_owned(),
        reference: Reference::new(reference.to_owned()),
    }])
}

/// What comes of a reference: its value, or all that is said of it.
fn outcome(providers: &Providers, reference: &str) -> Result<String, String> {
    let all = wanted(reference);
    demand(&all, providers, None).map_err(|error| error.render())?;
    let found = resolve(&all, providers, &CancellationToken::new());
    let found = found.map_err(|error| error.render())?;
    Ok(found[&Reference::new(reference.to_owned())].expose().to_owned())
}

#[test]
fn the_environment_says_who_is_asked_and_for_what() {
    let check = |value: &str, expected: &str| {
        let error = providers(&[(PROVIDERS, value)]).map(|_| ()).unwrap_err();
        assert_eq!(error.exit, Exit::Usage);
        assert!(error.render().contains(expected), "{}", error.render());
    };
    check("op", "op: no program");
    check("op=op read", "op: op is not an absolute path");
    check("mine=/bin/true", "`mine` is not one of op, vault");
    check("op=/bin/a; op=/bin/b", "duplicate `op`");
    check("file=/bin/cat", "`file:` needs no program");
    assert!(providers(&[(PROVIDERS, "op=/bin/a read; vault=/bin/b {path}\n")]).is_ok());
}

#[test]
fn a_prefix_ends_where_a_part_ends() {
    let check = |prefixes: &str, reference: &str, allowed: bool| {
        let providers = providers(&[(REFS, prefixes)]).unwrap();
        let reference = Reference::new(reference.to_owned());
        assert_eq!(providers.allowing(&reference).is_some(), allowed, "{prefixes}: {reference:?}");
    };
    check("op://ci/,file:/run/secrets", "op://ci/auth0/key", true);
    check("op://ci/,file:/run/secrets", "op://prod/auth0/key", false);
    check("op://ci/,file:/run/secrets", "file:/run/secrets/key", true);
    check("op://ci/,file:/run/secrets", "file:/run/secrets-of-others/key", false);
    check("vault:kv/ci", "vault:kv/ci#key", true);
    check("vault:kv/ci", "vault:kv/cited#key", false);
    check("vault:", "vault:kv/x", true);
    check("", "op://ci/auth0/key", false);
}

#[test]
fn what_is_not_allowed_is_refused_before_anything_runs() {
    let check = |variables: &[(&str, &str)], reference: &str, exit: Exit, expected: &str| {
        let providers = providers(variables).unwrap();
        let checkout = Path::new("/usr");
        let error = demand(&wanted(reference), &providers, Some(checkout)).unwrap_err();
        assert_eq!(error.exit, exit, "{}", error.render());
        assert!(error.render().contains(expected), "{}", error.render());
        assert!(error.render().contains("Nothing was written."));
    };
    let op = [(PROVIDERS, "op=/usr/bin/env read"), (REFS, "op://ci/")];
    check(&op[..1], "op://ci/a/b", Exit::Refused, "HOOKSYNC_SECRET_REFS does not allow it");
    check(&op, "op://prod/a/b", Exit::Refused, "HOOKSYNC_SECRET_REFS does not allow it");
    check(&op[1..], "op://ci/a/b", Exit::Error, "names no program for `op:`");
    check(&op, "op://ci/../prod/b", Exit::Error, "has a folder `.` or `..`");
    check(&op, "op://ci/a/b", Exit::Refused, "is in the checkout");
    let gone = [(PROVIDERS, "op=/nowhere/op"), (REFS, "op://ci/")];
    check(&gone, "op://ci/a/b", Exit::Error, "/nowhere/op does not exist");
}

#[test]
fn a_file_gives_its_text_without_the_last_newline() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().canonicalize().unwrap();
    let inside = root.join("secrets");
    std::fs::create_dir(&inside).unwrap();
    let prefix = format!("file:{}/", inside.display());
    let providers = providers(&[(REFS, &prefix)]).unwrap();
    let check = |content: &[u8], expected: Result<&str, &str>| {
        std::fs::write(inside.join("key"), content).unwrap();
        let found = outcome(&providers, &format!("{prefix}key"));
        match (&found, expected) {
            (Ok(found), Ok(expected)) => assert_eq!(found, expected),
            (Err(found), Err(expected)) => assert!(found.contains(expected), "{found}"),
            _ => panic!("{found:?}"),
        }
    };
    check(b"canary-value\n", Ok(VALUE));
    check(b"canary-value\r\n", Ok(VALUE));
    check(b"two\nlines\n\n", Ok("two\nlines\n"));
    check(b"", Err("the value is empty"));
    check(b"\n", Err("the value is empty"));
    check(b"a\0b", Err("a NUL character"));
    check(b"\xff\xfe", Err("not valid UTF-8"));
    check(&[b'x'; MOST], Ok(&"x".repeat(MOST)));
    check(&[b'x'; MOST + 2], Err("larger than 64 KB"));
    assert!(outcome(&providers, &format!("{prefix}gone")).unwrap_err().contains("not found"));
    assert!(outcome(&providers, &format!("{prefix}./")).is_err());
    #[cfg(unix)]
    {
        std::fs::write(root.join("elsewhere"), VALUE).unwrap();
        std::os::unix::fs::symlink(root.join("elsewhere"), inside.join("link")).unwrap();
        let error = outcome(&providers, &format!("{prefix}link")).unwrap_err();
        assert!(error.contains("a link leads out of") && !error.contains(VALUE), "{error}");
    }
}

#[cfg(unix)]
mod programs {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// What comes of a reference where this script is asked.
    fn ask(script: &str, args: &str, reference: &str) -> Result<String, String> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("provider");
        std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        let mut made = Environment::of([
            ("PATH", "/usr/bin:/bin"),
            ("AUTH0_CLIENT_SECRET", "canary-of-ours"),
            ("auth0_client_secret", "canary-of-ours"),
            ("VAULT_TOKEN", "theirs"),
            (PROVIDERS, &format!("vault={} {args}", path.display())),
            (REFS, "vault:kv/"),
        ]);
        made.streams = Default::default();
        let mut providers = Providers::of(&made).unwrap();
        let short = |program: Program| program.within(Duration::from_secs(2));
        providers.programs =
            providers.programs.into_iter().map(|(name, it)| (name, short(it))).collect();
        outcome(&providers, reference)
    }

    #[track_caller]
    fn refused(script: &str, expected: &str) {
        let began = Instant::now();
        let error = ask(script, "", "vault:kv/a#key").unwrap_err();
        assert!(error.contains(expected), "{error}");
        assert!(error.contains("secret KEY of action Enrich: vault:kv/a#key"), "{error}");
        assert!(error.ends_with("Nothing was written."), "{error}");
        assert!(!error.contains("canary"), "{error}");
        assert!(began.elapsed() < Duration::from_secs(20), "{expected}: {:?}", began.elapsed());
    }

    #[test]
    fn its_stdout_is_the_value() {
        let all = "printf '%s' \"$*\"";
        assert_eq!(ask(all, "", "vault:kv/a#key").unwrap(), "vault:kv/a#key");
        let args = "kv get -field={field} {path}";
        assert_eq!(ask(all, args, "vault:kv/a#key").unwrap(), "kv get -field=key kv/a");
        // what is put in is one argument, and is not looked at again
        let count = "printf '%s|%s|%s' $# \"$1\" \"$2\"";
        assert_eq!(
            ask(count, "{path} {field}", "vault:kv/a b;{field}$(id)#k").unwrap(),
            "2|kv/a b;{field}$(id)|k"
        );
        assert_eq!(ask("echo canary-value; echo noise >&2", "", "vault:kv/a").unwrap(), VALUE);
        assert_eq!(ask("read line; printf x$line", "", "vault:kv/a").unwrap(), "x");
    }

    #[test]
    fn it_gets_nothing_of_ours() {
        let shown = ask("env | sort", "", "vault:kv/a").unwrap();
        assert!(shown.contains("VAULT_TOKEN=theirs"), "{shown}");
        assert!(!shown.contains("canary"), "{shown}");
        assert!(!shown.to_uppercase().contains("HOOKSYNC_"), "{shown}");
        // its own folder, not the one that apply was started in
        let here = Path::new(".").canonicalize().unwrap();
        assert_ne!(Path::new(&ask("pwd", "", "vault:kv/a").unwrap()), here);
    }

    #[test]
    fn what_goes_wrong_shows_nothing_that_it_printed() {
        refused("echo canary-value >&2; echo canary-value; exit 1", "ended with 1; run it by hand");
        refused("kill -9 $$", "ended with a signal");
        refused("printf '\\377\\376'", "not valid UTF-8");
        refused("exit 0", "the value is empty");
        refused("while :; do echo canary-value-canary-value; done", "printed more than 64 KB");
        refused("echo canary-value; exec sleep 60", "took longer than 2 s");
        // its child holds the pipe open
        refused("echo canary-value; sleep 60 &", "took longer than 2 s");
        refused("trap '' TERM INT; while :; do sleep 1; done", "took longer than 2 s");
    }

    #[test]
    fn an_interrupt_ends_it() {
        let stop = CancellationToken::new();
        stop.cancel();
        let variables = [(PROVIDERS, "vault=/bin/sleep 60"), (REFS, "vault:")];
        let providers = providers(&variables).unwrap();
        let error = resolve(&wanted("vault:kv/a"), &providers, &stop).unwrap_err();
        assert_eq!(error.exit, Exit::Interrupted);
    }
}
