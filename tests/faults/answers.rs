//! Answers that aren't the tenant's, or don't say what was sent.

use crate::process::{Bench, unlimited};

const APPLY: [&str; 4] = ["apply", "--yes", "--allow-delete", "--force"];

const LIVE: [&str; 3] = ["a sign-up s +K +OLD", "gone password s", "b signed-up old"];
const WANTED: [&str; 3] =
    ["a sign-up s +K=new +L=new", "b signed-up new", "made token new on +M=new"];
const WHOLE: [&str; 3] = ["a sign-up s +K +L", "b signed-up new", "made token new on +M"];

/// A network's login page, or a proxy's, is answered 200 as well.
#[tokio::test(flavor = "multi_thread")]
async fn a_web_page_is_no_answer_to_a_write() {
    // once it is only sent again
    let mut runs = Vec::new();
    for once in ["DELETE,/hooks/01GONE,1", "POST,/hooks/01A/secrets,1", "writes,1-2"] {
        for when in ["before", "after"] {
            runs.push(tokio::spawn(async move {
                let bench = Bench::new(unlimited(), &LIVE).await;
                bench.define(&WANTED);
                bench.faults(&[&format!("html-{when}:200@{once}")]);
                let ended = bench.expect(0, &APPLY);
                assert_eq!(bench.live(), WHOLE, "{when} {once}\n{}", ended.all());
            }));
        }
    }
    // for ever: nothing is taken for done
    let bench = Bench::new(unlimited(), &LIVE).await;
    bench.define(&WANTED);
    bench.faults(&["html-before:200@writes"]);
    let ended = bench.expect(1, &APPLY);
    assert!(ended.stdout.contains("Applied 0 of "), "{}", ended.stdout);
    assert!(ended.stdout.contains("not one of the Management API"), "{}", ended.stdout);
    bench.faults(&[]);
    bench.expect(0, &APPLY);
    assert_eq!(bench.live(), WHOLE);
    for run in runs {
        run.await.unwrap();
    }
}

/// A hook that isn't read isn't gone: its definition would be made again.
#[tokio::test(flavor = "multi_thread")]
async fn a_stray_404_is_not_taken_for_a_hook_that_was_deleted() {
    let bench = Bench::new(unlimited(), &["a sign-up old on +K"]).await;
    bench.define(&["a sign-up new on +K=v"]);
    bench.faults(&["404@GET,/hooks/01A/secrets,1"]);
    let ended = bench.expect(1, &APPLY);
    assert!(ended.stderr.contains("answered 404"), "{}", ended.stderr);
    assert!(bench.writes().is_empty());
    // one that is deleted just then is
    bench.faults(&["edit:delete@GET,/hooks/01A/secrets,1"]);
    bench.expect(0, &APPLY);
    assert_eq!(bench.live(), ["a sign-up new on +K"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_have_been_done_and_no_more_is_no_part() {
    let bench = Bench::new(unlimited(), &["a sign-up old on", "b sign-up old"]).await;
    bench.define(&["a sign-up old off", "b sign-up old on"]);
    bench.faults(&["reset-before@PATCH,/hooks/01A"]);
    let ended = bench.expect(1, &APPLY);
    assert!(ended.stdout.contains("may have taken effect anyway"), "{}", ended.stdout);
    assert_eq!(bench.live(), ["a sign-up old on", "b sign-up old"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_depend_on_it_goes_on_while_a_hook_is_put_back() {
    let bench = Bench::new(unlimited(), &["a sign-up s on", "b sign-up s"]).await;
    bench.define(&["a sign-up s off", "b sign-up s on", "c password new on +K=v"]);
    // putting it back is not answered at first, and after a while asked for again
    let faults = [
        "400@PATCH,/hooks/01B,1",
        "delay:3000@PATCH,/hooks/01A,2",
        "reset-after@PATCH,/hooks/01A,2",
        "delay:600@POST,/hooks,1",
    ];
    bench.faults(&faults);
    let ended = bench.expect(3, &APPLY);
    assert_eq!(bench.live(), ["a sign-up s on", "b sign-up s", "c password new on +K"]);
    assert!(ended.stdout.contains("could not take over"), "{}", ended.stdout);
    let paths: Vec<String> = bench.writes().iter().map(|entry| entry.path.clone()).collect();
    let back = paths.iter().rposition(|path| path.ends_with("/01A")).unwrap();
    let secrets = paths.iter().position(|path| path.ends_with("/secrets")).unwrap();
    assert!(secrets < back, "{paths:?}");
}
