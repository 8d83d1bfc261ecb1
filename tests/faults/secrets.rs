//! No secret leaves by another way than a request's body.

use crate::process::{Bench, Ended, files, unlimited};

/// One for each kind of secret.
const CANARIES: [&str; 4] =
    ["canary-of-a-hook", "canary-of-the-client", "canary-of-the-shell", "canary-of-a-token"];

fn search(bench: &Bench, ended: &Ended, what: &str) {
    let heard = ended.all();
    let ours = files(bench.dir.path())
        .into_iter()
        .filter(|(path, _)| !path.starts_with(bench.path("hooks")));
    let texts = ours.map(|(path, bytes)| {
        (path.display().to_string(), String::from_utf8_lossy(&bytes).into_owned())
    });
    for (place, text) in texts.chain([("the streams".to_owned(), heard)]) {
        // a token's signature as well
        for canary in CANARIES.into_iter().chain(["eyJ"]) {
            assert!(!text.contains(canary), "{what}: {canary} in {place}\n{text}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_output_and_no_file_holds_a_secret() {
    let faults: [&'static [&'static str]; 8] = [
        &[],
        &["400@POST,/hooks/*/secrets"],
        &["html-after:502@writes,50%,x9"],
        &["truncate@tokens,1", "truncate@writes,30%"],
        &["reset-after@writes,50%,x9"],
        &["401@writes"],
        &["500@tokens"],
        &["403@PATCH,/hooks/*/secrets"],
    ];
    const READ: &[&[&str]] = &[
        &["plan", "-vv", "--out", "plan.json"],
        &["plan", "-vv", "--format", "markdown"],
        &["validate", "-vv"],
    ];
    const WRITE: &[&[&str]] =
        &[&["apply", "-vv", "--yes"], &["apply", "-vv", "--yes", "--format", "json"]];
    let runs = faults.into_iter().flat_map(|faults| [(faults, READ), (faults, WRITE)]);
    // most of it is waiting for a tenant that fails
    let runs: Vec<_> = runs.map(|(faults, all)| tokio::spawn(search_all(faults, all))).collect();
    for run in runs {
        run.await.unwrap();
    }
}

/// Runs the program with each of these arguments, one after the other.
async fn search_all(faults: &[&str], runs: &[&[&str]]) {
    let options =
        hooksync::tenant::Options { client_secret: "canary-of-the-client".into(), ..unlimited() };
    let bench = Bench::new(options, &["a sign-up old +K", "b sign-up s +K"]).await;
    bench.define(&[
        "a sign-up new +K=canary-of-a-hook +L=##SHELL##",
        "b sign-up s +K=canary-of-a-hook",
        "c password new on +K=@@SHELL@@",
    ]);
    bench.faults(faults);
    for args in runs {
        let ended = tokio::task::block_in_place(|| {
            let mut command = bench.command(args);
            command.env("SHELL", "canary-of-the-shell").env("RUST_BACKTRACE", "1");
            crate::process::ended(command.spawn().unwrap())
        });
        search(&bench, &ended, &format!("{faults:?} {args:?}"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_was_handed_over_is_not_shown_either() {
    let bench = Bench::new(unlimited(), &["a sign-up old"]).await;
    bench.define(&["a sign-up new"]);
    let ended = tokio::task::block_in_place(|| {
        let mut command = bench.command(&["apply", "-vv", "--yes"]);
        command.env("AUTH0_ACCESS_TOKEN", "canary-of-a-token");
        crate::process::ended(command.spawn().unwrap())
    });
    assert_eq!(ended.code, Some(1), "{}", ended.all());
    search(&bench, &ended, "an opaque token");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_value_is_never_sent() {
    let bench = Bench::new(unlimited(), &["a sign-up s +K"]).await;
    // a marker without a value: the plan goes on, the apply does not begin
    bench.define(&["a sign-up new +K=##NOBODY_KNOWS##"]);
    bench.expect(0, &["plan"]);
    let ended = bench.expect(1, &["apply", "--yes"]);
    assert!(ended.stderr.contains("NOBODY_KNOWS"), "{}", ended.stderr);
    bench.expect(1, &["apply", "--yes", "--allow-unresolved"]);
    bench.define(&["a sign-up new +K="]);
    bench.run(&["apply", "--yes"]);
    assert!(bench.writes().iter().all(|entry| !entry.path.ends_with("/secrets")));
    bench.define(&["a sign-up new +K=_VALUE_NOT_SHOWN_"]);
    bench.expect(0, &["apply", "--yes"]);
    assert!(bench.writes().iter().all(|entry| !entry.path.ends_with("/secrets")));
    let many: Vec<String> = (0..21).map(|number| format!("+K{number}=v")).collect();
    bench.define(&[&format!("a sign-up newer {}", many.join(" "))]);
    let ended = bench.expect(1, &["apply", "--yes"]);
    assert!(ended.stderr.contains("20"), "{}", ended.stderr);
}
