//! What a tenant can refuse, and what is reported of it.

use hooksync::tenant::{self, Behaviour, Mode, Refusal};

use crate::process::{Bench, unlimited};

fn read_only(refusal: Refusal) -> tenant::Options {
    let behaviour = Behaviour { mode: Mode::ReadOnly, refusal, ..Behaviour::default() };
    tenant::Options { behaviour, ..unlimited() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_only_tenant_still_takes_what_it_takes() {
    for refusal in [Refusal::HooksNotAllowed, Refusal::Disabled] {
        let live = [
            "script sign-up old",
            "script-too sign-up old",
            "switched password s on",
            "switched-on password s",
            "off-with-script signed-up old on",
            "on-with-script token old",
            "gone send-phone-message s",
            "secret send-phone-message s +K",
        ];
        let bench = Bench::new(read_only(refusal), &live).await;
        bench.define(&[
            "script sign-up new",
            "script-too sign-up new",
            "switched password s off",
            "switched-on password s on",
            "off-with-script signed-up new off",
            "on-with-script token new on",
            "secret send-phone-message s +K=v +L=v",
            "made sign-up new",
        ]);
        let ended = bench.expect(3, &["apply", "--yes", "--allow-delete"]);
        let expected = [
            "off-with-script signed-up old",
            "on-with-script token old",
            "script sign-up old",
            "script-too sign-up old",
            "secret send-phone-message s +K +L",
            "switched password s",
            "switched-on password s on",
        ];
        assert_eq!(bench.live(), expected, "{}", ended.all());
        // one try shows that scripts are refused, one that creates are
        let refused = bench.writes().iter().filter(|entry| entry.status == Some(403)).count();
        assert_eq!(refused, 2, "{:#?}", bench.writes());
        assert!(ended.stdout.contains("read-only on 2024-11-18"), "{}", ended.stdout);
        assert!(ended.stdout.contains("refuses this kind of write"), "{}", ended.stdout);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_hook_is_not_touched_for_one_whose_script_is_refused() {
    let live = ["a sign-up old on", "b sign-up old"];
    let bench = Bench::new(read_only(Refusal::HooksNotAllowed), &live).await;
    bench.define(&["a sign-up old off", "b sign-up new on"]);
    bench.expect(5, &["apply", "--yes"]);
    assert_eq!(bench.live(), live);
    assert_eq!(bench.writes().len(), 1, "{:#?}", bench.writes());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hook_that_may_be_off_is_put_back_when_its_successor_cannot_come() {
    let bench = Bench::new(unlimited(), &["a sign-up s on", "b sign-up s"]).await;
    bench.define(&["a sign-up s off", "b sign-up s on"]);
    bench.faults(&["500-after@PATCH,/hooks/01A,1-5"]);
    let ended = bench.run(&["apply", "--yes"]);
    assert_eq!(bench.live(), ["a sign-up s on", "b sign-up s"], "{}", ended.all());
    assert!(ended.stdout.contains("put back as it was"), "{}", ended.stdout);
    let bench = Bench::new(unlimited(), &["a sign-up s on", "b sign-up s"]).await;
    bench.define(&["a sign-up s off", "b sign-up s on"]);
    bench.faults(&["400@PATCH,/hooks/01B,1"]);
    let ended = bench.expect(1, &["apply", "--yes"]);
    assert_eq!(bench.live(), ["a sign-up s on", "b sign-up s"], "{}", ended.all());
    assert!(ended.stdout.contains("could not take over"), "{}", ended.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn putting_back_does_not_wait_for_a_request_that_waits_for_it() {
    let live = ["a sign-up s on", "b sign-up s", "c password old"];
    let bench = Bench::new(unlimited(), &live).await;
    bench.define(&["a sign-up s off", "b sign-up s on", "c password new"]);
    // while a new token is on its way for one hook, another is put back
    bench.faults(&["400@PATCH,/hooks/01B,1", "401@PATCH,/hooks/01C,1", "delay:500@tokens,2"]);
    let ended = tokio::task::block_in_place(|| {
        let mut child = bench.spawn(&["apply", "--yes"]);
        let begun = std::time::Instant::now();
        while child.try_wait().unwrap().is_none() {
            if begun.elapsed() > std::time::Duration::from_secs(20) {
                child.kill().unwrap();
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        crate::process::ended(child)
    });
    assert_eq!(ended.code, Some(3), "{}", ended.all());
    assert_eq!(bench.live(), ["a sign-up s on", "b sign-up s", "c password new"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_that_refuses_everything_ends_with_5() {
    let bench = Bench::new(read_only(Refusal::HooksNotAllowed), &["a sign-up old"]).await;
    bench.define(&["a sign-up new", "b sign-up new"]);
    bench.expect(5, &["apply", "--yes"]);
    for mode in [Mode::NotAllowed, Mode::Removed, Mode::Gone] {
        let behaviour = Behaviour { mode, ..Behaviour::default() };
        bench.tenant.set_behaviour(behaviour);
        bench.expect(5, &["apply", "--yes"]);
        bench.expect(5, &["plan"]);
    }
    assert_eq!(bench.live(), ["a sign-up old"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_scope_is_told_before_the_first_write() {
    let scopes = vec!["read:hooks".to_owned(), "update:hooks".to_owned()];
    let bench = Bench::new(tenant::Options { scopes, ..unlimited() }, &["a sign-up old"]).await;
    bench.define(&["a sign-up new", "b sign-up new"]);
    let plan = bench.expect(0, &["plan", "--format", "json"]);
    assert!(plan.stdout.contains("\"the token lacks the scope create:hooks\""), "{}", plan.stdout);
    let ended = bench.expect(1, &["apply", "--yes"]);
    assert!(ended.stderr.contains("create:hooks"), "{}", ended.stderr);
    assert!(bench.writes().is_empty());
    bench.expect(0, &["apply", "--yes", "--only", "a"]);
    let scopes = vec!["update:hooks".to_owned()];
    let blind = Bench::new(tenant::Options { scopes, ..unlimited() }, &["a sign-up old"]).await;
    blind.define(&["a sign-up new"]);
    let ended = blind.expect(1, &["apply", "--yes"]);
    assert!(ended.stderr.contains("lacks the scope `read:hooks`"), "{}", ended.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_ends_in_the_middle_is_renewed_once() {
    let bench = Bench::new(unlimited(), &["a sign-up old", "b sign-up old"]).await;
    bench.define(&["a sign-up new", "b sign-up new", "c sign-up new"]);
    bench.faults(&["expire@writes,2"]);
    bench.expect(0, &["apply", "--yes"]);
    let tokens = bench.tenant.requests().iter().filter(|e| e.path == "/oauth/token").count();
    assert_eq!(tokens, 2);
    bench.define(&["a sign-up newer", "b sign-up newer", "c sign-up newer"]);
    bench.faults(&["expire@writes"]);
    let ended = bench.run(&["apply", "--yes"]);
    assert!(matches!(ended.code, Some(1 | 3)), "{}", ended.all());
    assert!(ended.stdout.contains("does not accept the access token"), "{}", ended.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn quiet_leaves_the_result_and_errors() {
    let bench = Bench::new(unlimited(), &["a sign-up old +K"]).await;
    bench.define(&["a sign-up new +"]);
    let ended = bench.expect(4, &["apply", "--yes", "-q"]);
    assert!(ended.stdout.is_empty(), "{}", ended.stdout);
    let shown = bench.expect(0, &["plan"]).stdout;
    assert!(shown.contains("Apply deletes only with --allow-delete"), "{shown}");
    let shown = bench.expect(0, &["plan", "--allow-delete"]).stdout;
    assert!(!shown.contains("Apply deletes only"), "{shown}");
    let ended = bench.expect(0, &["apply", "--yes", "-q", "--allow-delete"]);
    assert!(ended.stdout.starts_with("Apply to "), "{}", ended.stdout);
    assert!(!ended.stdout.contains("Plan for") && ended.stderr.is_empty(), "{}", ended.all());
}

/// What goes wrong with one of two hooks, and what is reported of it.
async fn one_of_two(fault: &str, reported: &[&str]) {
    let bench = Bench::new(unlimited(), &["a sign-up old", "b sign-up old"]).await;
    bench.define(&["a sign-up new", "b sign-up new"]);
    bench.faults(&[fault]);
    let ended = bench.expect(3, &["apply", "--yes", "--format", "json"]);
    let result: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(result["summary"]["applied"], 1, "{fault}\n{}", ended.stdout);
    assert_eq!(result["summary"]["failed"], 1, "{fault}\n{}", ended.stdout);
    let text = ended.stdout + &ended.stderr;
    for reported in reported {
        assert!(text.contains(reported), "{fault}: {reported}\n{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_refusal_has_its_own_text_and_the_rest_goes_on() {
    one_of_two("404@PATCH,1", &["no longer exists", "\"status\": 404", "\"method\": \"PATCH\""])
        .await;
    one_of_two("409@PATCH,1", &["\"status\": 409", "conflicts"]).await;
    one_of_two("413@PATCH,1", &["\"status\": 413", "too large"]).await;
    one_of_two("400@PATCH,1", &["\"status\": 400", "does not accept what was sent"]).await;
    one_of_two(
        "500@PATCH,/hooks/01A",
        &["\"status\": 500", "the tenant failed", "may have taken effect"],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hook_that_somebody_deletes_meanwhile_or_a_name_that_is_taken() {
    let bench = Bench::new(unlimited(), &["a sign-up old"]).await;
    bench.define(&["a sign-up new"]);
    bench.faults(&["edit:delete@PATCH,1"]);
    let ended = bench.expect(1, &["apply", "--yes"]);
    assert!(ended.stdout.contains("run plan again"), "{}", ended.stdout);
    bench.faults(&[]);
    bench.define(&["a sign-up new", "b sign-up new"]);
    bench.expect(0, &["apply", "--yes"]);
    // and a hook that is to be deleted and is gone already is no failure
    bench.define(&["a sign-up new"]);
    bench.faults(&["edit:delete@DELETE,1"]);
    bench.run(&["apply", "--yes", "--allow-delete"]);
    bench.faults(&[]);
    bench.expect(0, &["apply", "--yes", "--allow-delete"]);
    assert_eq!(bench.live(), ["a sign-up new"]);
}
