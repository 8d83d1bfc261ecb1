//! Faults: their textual forms, which requests they meet, what they leave
//! behind; and what the log says of it all.

use super::*;

fn bench(faults: &[&str]) -> Bench {
    let faults = faults.iter().map(|text| text.parse().unwrap()).collect();
    Bench::with(Options { faults, ..Options::default() })
}

const CREATE: &str = r#"POST /hooks {"name":"a","script":"x","triggerId":"send-phone-message"}"#;

#[test]
fn textual_forms() {
    let check = |text: &str, what: Effect, when: When| {
        assert_eq!(text.parse(), Ok(Fault { what, when }), "{text}");
        let again = what.to_string();
        assert_eq!(again.parse::<Fault>().unwrap().what, what, "{again}");
    };
    let all = When::default;
    check("reset-before", Effect::Reset(Commit::Before), all());
    check("reset-after@3", Effect::Reset(Commit::After), When { numbers: Some((3, 3)), ..all() });
    check("hang@3-5", Effect::Hang(Commit::Before), When { numbers: Some((3, 5)), ..all() });
    check("429@10-", Effect::Throttle, When { numbers: Some((10, u64::MAX)), ..all() });
    check("503-after@5%", Effect::Status(503, Commit::After), When { chance: Some(500), ..all() });
    check("500@every 7", Effect::Status(500, Commit::Before), When { every: Some(7), ..all() });
    check("html", Effect::Html(502, Commit::Before), all());
    check("html-after:200@x2", Effect::Html(200, Commit::After), When { times: Some(2), ..all() });
    check("slow:250", Effect::Slow(250), all());
    check("delay", Effect::Delay(1000), all());
    check("drain:1", Effect::Drain(1), all());
    check("edit", Effect::Edit(Edit::Any), all());
    check("edit:script", Effect::Edit(Edit::Script), all());
    check("edit:action", Effect::Edit(Edit::Action), all());
    check("edit:bindings-order", Effect::Edit(Edit::BindingsOrder), all());
    let kind = Some(RequestKind::Writes);
    check(
        " cut @ PATCH , writes, /hooks/* ",
        Effect::Cut,
        When { method: Some("PATCH".into()), kind, path: Some("/hooks/*".into()), ..all() },
    );
    check("truncate@tokens", Effect::Truncate, When { kind: Some(RequestKind::Tokens), ..all() });
    check("expire@reads", Effect::ExpireTokens, When { kind: Some(RequestKind::Reads), ..all() });
    for bad in [
        "",
        "reset",
        "503-",
        "503-during",
        "299",
        "700",
        "5000",
        "slow:x",
        "edit:x",
        "cut:1",
        "cut@PUT",
        "cut@-1%",
        "cut@101%",
        "cut@every 0",
        "cut@x",
        "cut@3-x",
        "html:99",
    ] {
        let error = bad.parse::<Fault>().unwrap_err().to_string();
        assert!(error.contains("is no fault"), "{bad}: {error}");
    }
}

/// Which of these requests (from 1) a fault meets.
fn met(fault: &str, lines: &[&str]) -> Vec<usize> {
    let mut bench = bench(&[fault]);
    let meets =
        |(at, line): (usize, &&str)| (!bench.answer(line).faults.is_empty()).then_some(at + 1);
    lines.iter().enumerate().filter_map(meets).collect()
}

#[test]
fn which_requests_a_fault_meets() {
    let lines = [
        "POST /oauth/token {}",
        "GET /hooks",
        "POST /hooks {}",
        "GET /hooks/a",
        "PATCH /hooks/a {}",
        "GET /hooks/a/secrets",
        "DELETE /hooks/a",
    ];
    let check = |when: &str, expected: &[usize]| {
        assert_eq!(met(&format!("delay:1@{when}"), &lines), expected, "{when}");
    };
    check("", &[1, 2, 3, 4, 5, 6, 7]);
    check("2-3", &[2, 3]);
    check("every 3", &[3, 6]);
    check("reads", &[2, 4, 6]);
    check("writes", &[3, 5, 7]);
    check("tokens", &[1]);
    check("writes,2", &[5]);
    check("GET,2-", &[4, 6]);
    check("x2", &[1, 2]);
    check("/hooks", &[2, 3]);
    check("/api/v2/hooks/*", &[4, 5, 7]);
    check("/hooks/*/secrets", &[6]);
    check("/oauth/token", &[1]);
    check("0%", &[]);
    check("100%", &[1, 2, 3, 4, 5, 6, 7]);
}

#[test]
fn chance_is_the_same_for_the_same_seed() {
    let lines = ["GET /hooks"; 200];
    let first = met("delay:1@25%", &lines);
    assert_eq!(met("delay:1@25%", &lines), first);
    assert!((30..70).contains(&first.len()), "{} of 200", first.len());
}

#[test]
fn before_and_after_the_commit() {
    let check = |fault: &str, status: u16, delivery: Delivery, hooks: usize| {
        let mut bench = bench(&[fault]);
        let answer = bench.answer(CREATE);
        let got = (answer.response.status, answer.delivery, bench.state.hooks.len());
        assert_eq!(got, (status, delivery, hooks), "{fault}");
    };
    check("503", 503, Delivery::Whole, 0);
    check("503-after", 503, Delivery::Whole, 1);
    check("html", 502, Delivery::Whole, 0);
    check("html-after:200", 200, Delivery::Whole, 1);
    check("429", 429, Delivery::Whole, 0);
    check("reset-after", 201, Delivery::Reset, 1);
    check("hang-after", 201, Delivery::Hang, 1);
    check("cut", 201, Delivery::Cut, 1);
    check("slow:9", 201, Delivery::Slow(9), 1);
    let mut bench = bench(&["reset-before@1", "hang@2"]);
    assert_eq!(bench.answer(CREATE).delivery, Delivery::Reset);
    assert_eq!(bench.answer(CREATE).delivery, Delivery::Hang);
    assert!(bench.state.hooks.is_empty());
    assert_eq!(bench.answer(CREATE).response.status, 201);
}

#[test]
fn spoiled_bodies() {
    let mut bench = bench(&["truncate@1", "html@2", "502@3"]);
    let whole = r#"{"total":0,"start":0,"limit":100,"hooks":[]}"#;
    let list = "GET /hooks?include_totals=true";
    bench.check(list, 200, &whole[..whole.len() / 2]);
    let page = bench.send(list);
    assert_eq!((page.status, page.header("content-type")), (502, Some("text/html")));
    assert!(page.body.starts_with(b"<html>"));
    bench.check(list, 502, r#"{"statusCode":502,"error":"Bad Gateway","message":"Bad Gateway"}"#);
    bench.check(list, 200, whole);
}

#[test]
fn storms_and_drains_leave_the_bucket_empty() {
    let mut bench = bench(&["429@2-3", "drain:1@5"]);
    let statuses: Vec<u16> = (0..7).map(|_| bench.send("GET /hooks").status).collect();
    assert_eq!(statuses, [200, 429, 429, 429, 429, 429, 429]);
    bench.now += 1000;
    assert_eq!(bench.send("GET /hooks").status, 200);
    let mut drained = super::faults::bench(&["drain:1@2"]);
    let statuses: Vec<u16> = (0..3).map(|_| drained.send("GET /hooks").status).collect();
    assert_eq!(statuses, [200, 200, 429]);
    let token = super::faults::bench(&["429@tokens"]).send("POST /oauth/token {}");
    assert!(String::from_utf8(token.body).unwrap().contains("\"error\":\"access_denied\""));
}

#[test]
fn somebody_else_at_work() {
    let after = |edit: &str| {
        let mut bench = bench(&[&format!("edit:{edit}@2")]);
        bench.send(CREATE);
        let answer = bench.answer("GET /hooks");
        assert_eq!(answer.faults.len(), 1);
        bench.state.hooks
    };
    assert!(after("delete").is_empty());
    assert_eq!(after("create").len(), 2);
    assert!(after("script")[0].script.ends_with("edited by somebody else"));
    assert!(after("toggle")[0].enabled);
    assert!(after("rename")[0].name.as_ref().unwrap().starts_with("renamed-by-somebody-else-"));
    assert_eq!(after("secret")[0].secrets.len(), 1);
    assert_eq!(after("dependencies")[0].dependencies.len(), 1);
    // With nothing there, there is nothing to do.
    let mut empty = super::faults::bench(&["edit:delete", "edit:script", "edit"]);
    assert_eq!(empty.send("GET /hooks").status, 200);
}

#[test]
fn latency_and_delays_add_up() {
    let latency: Latency = "80ms..120ms".parse().unwrap();
    assert_eq!(latency, Latency { fixed_ms: 80, jitter_ms: 40 });
    assert_eq!("2s".parse(), Ok(Latency { fixed_ms: 2000, jitter_ms: 0 }));
    for bad in ["", "80", "2s..1s", "x..y", "-1ms"] {
        assert!(bad.parse::<Latency>().is_err(), "{bad}");
    }
    let faults = vec!["delay:1000@2".parse().unwrap()];
    let mut bench = Bench::with(Options { latency, faults, ..Options::default() });
    let delays: Vec<u64> = (0..3).map(|_| bench.answer("GET /hooks").delay_ms).collect();
    assert!((80..=120).contains(&delays[0]) && (1080..=1120).contains(&delays[1]), "{delays:?}");
}

fn logged(bench: &mut Bench, line: &str) -> String {
    let request = bench.request(line);
    let answer = bench.service.handle(&mut bench.state, &request, NOW);
    Entry::new(1, &request, &answer, NOW).to_line()
}

#[test]
fn the_log_tells_what_was_sent_and_no_secret() {
    let mut bench = bench(&["reset-after@2", "reset-before@3", "503@4"]);
    let mut check = |line: &str, expected: &str| {
        let entry = logged(&mut bench, line);
        let start = r#"{"n":1,"time":"2026-11-23T02:13:20.000Z","#;
        assert_eq!(entry.strip_prefix(start).unwrap(), expected);
    };
    check(
        "GET /hooks?fields=id&token=s3cret",
        r#""method":"GET","path":"/api/v2/hooks","query":"fields=id&token","status":400}"#,
    );
    check(
        r#"POST /hooks {"name":"a","script":"x","triggerId":"send-phone-message","enabled":true,"dependencies":{"b":"1"},"password":"s3cret"}"#,
        r#""method":"POST","path":"/api/v2/hooks","keys":["name","script","triggerId","enabled","dependencies","password"],"fields":{"name":"a","script":"sha256:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881","triggerId":"send-phone-message","enabled":true,"dependencies":{"b":"1"}},"status":400,"delivery":"reset","faults":["reset-after"]}"#,
    );
    check(
        r#"POST /hooks/x/secrets {"name":"s3cret","K":"s3cret"}"#,
        r#""method":"POST","path":"/api/v2/hooks/x/secrets","keys":["name","K"],"status":null,"delivery":"reset","faults":["reset-before"]}"#,
    );
    check(
        r#"DELETE /hooks/x/secrets ["K"]"#,
        r#""method":"DELETE","path":"/api/v2/hooks/x/secrets","keys":["K"],"status":503,"faults":["503-before"]}"#,
    );
    check(
        r#"POST /oauth/token {"client_id":"c","client_secret":"s3cret"}"#,
        r#""method":"POST","path":"/oauth/token","keys":["client_id","client_secret"],"status":400}"#,
    );
}
