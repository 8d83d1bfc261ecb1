//! Writes that may or may not have been carried out.

use super::*;
use crate::model::{HookPatch, Id, SecretKey};

fn list(hooks: &[Value]) -> Answered {
    reply(200, json!({"total": hooks.len(), "start": 0, "limit": 100, "hooks": hooks}))
}

fn posts(bench: &Bench) -> usize {
    bench.lines().iter().filter(|line| line.starts_with("POST")).count()
}

#[tokio::test(start_paused = true)]
async fn a_create_that_came_through_unanswered_is_found() {
    let bench = Bench::new(|asked| match asked.line.split(' ').next() {
        Some("POST") => lost(),
        _ => list(&[hook_json("7", "My Hook")]),
    });
    let made = bench.session.writer().create(&new_hook("my-hook"), Urgency::Begin).await.unwrap();
    assert!(made.found);
    assert_eq!(made.hook.id.as_str(), "7");
    assert_eq!(made.differences.len(), 1);
    assert_eq!(posts(&bench), 1);
}

#[tokio::test(start_paused = true)]
async fn a_create_that_failed_is_made_again_after_looking_twice() {
    let bench = Bench::new(|asked| match (asked.line.split(' ').next(), asked.number) {
        (Some("POST"), 0) => refused(500, "internal"),
        (Some("POST"), _) => reply(201, hook_json("7", "a")),
        _ => list(&[hook_json("6", "b")]),
    });
    let made = bench.session.writer().create(&new_hook("a"), Urgency::Begin).await.unwrap();
    assert!(!made.found && made.differences.is_empty());
    let methods: String = bench.lines().iter().map(|line| &line[..1]).collect();
    assert_eq!(methods, "PGGP");
}

#[tokio::test(start_paused = true)]
async fn a_name_taken_by_the_own_first_attempt_is_no_error() {
    let bench = Bench::new(|asked| match asked.number {
        0 => refused(503, "unavailable"),
        1 | 2 => list(&[]),
        3 => refused(409, "conflict"),
        _ => list(&[hook_json("7", "a")]),
    });
    let made = bench.session.writer().create(&new_hook("a"), Urgency::Begin).await.unwrap();
    assert!(made.found);
    let taken = Bench::new(|_| refused(409, "conflict"));
    let error = taken.session.writer().create(&new_hook("a"), Urgency::Begin).await.unwrap_err();
    assert_eq!((error.kind.clone(), error.maybe_done), (ApiErrorKind::NameTaken, false));
}

#[tokio::test(start_paused = true)]
async fn a_create_that_cannot_be_looked_for_is_told_as_uncertain() {
    let bench = Bench::new(|asked| match asked.line.split(' ').next() {
        Some("POST") => lost(),
        _ => refused(403, "insufficient_scope"),
    });
    let error = bench.session.writer().create(&new_hook("a"), Urgency::Begin).await.unwrap_err();
    assert!(error.maybe_done);
    assert_eq!(error.kind, ApiErrorKind::ConnectionLost);
    assert_eq!(posts(&bench), 1);
}

#[tokio::test(start_paused = true)]
async fn a_patch_is_repeated_and_read_back_when_unanswered() {
    let bench = Bench::new(|asked| match asked.number {
        0 => lost(),
        1 => reply(200, Value::Null),
        _ => reply(200, hook_json("7", "a")),
    });
    let id = Id::new("7");
    let patch = HookPatch::enabled(false);
    let hook = bench.session.writer().patch(&id, &patch, Urgency::Begin).await.unwrap();
    assert!(!hook.runs);
    let methods: Vec<String> = bench.lines();
    assert_eq!(methods, ["PATCH /api/v2/hooks/7", "PATCH /api/v2/hooks/7", "GET /api/v2/hooks/7"]);
}

#[tokio::test(start_paused = true)]
async fn a_delete_is_done_when_an_earlier_attempt_did_it() {
    let id = Id::new("7");
    let bench = Bench::new(|asked| match asked.number {
        0 => Err(TransportError::Timeout),
        _ => refused(404, "HookDoesNotExist"),
    });
    bench.session.writer().delete(&id, Urgency::Begin).await.unwrap();
    let gone = Bench::new(|_| refused(404, "HookDoesNotExist"));
    let error = gone.session.writer().delete(&id, Urgency::Begin).await.unwrap_err();
    assert_eq!(error.kind, ApiErrorKind::HookMissing);
    let there = Bench::new(|asked| match asked.number {
        0 => refused(404, "not_found"),
        _ => reply(200, hook_json("7", "a")),
    });
    let error = there.session.writer().delete(&id, Urgency::Begin).await.unwrap_err();
    assert_eq!((error.kind.clone(), error.maybe_done), (ApiErrorKind::Unexpected, false));
}

#[tokio::test(start_paused = true)]
async fn what_was_accepted_stays_uncertain_when_it_cannot_be_read() {
    let bench = Bench::new(|asked| match asked.line.split(' ').next() {
        Some("PATCH") => reply(200, Value::Null),
        _ => refused(403, "insufficient_scope"),
    });
    let patch = HookPatch::enabled(true);
    let writer = bench.session.writer();
    let error = writer.patch(&Id::new("7"), &patch, Urgency::Begin).await.unwrap_err();
    assert!(error.maybe_done);
}

#[tokio::test(start_paused = true)]
async fn a_write_that_may_have_been_done_is_not_told_as_never_sent() {
    let stop = CancellationToken::new();
    let cancel = stop.clone();
    let rate = RateSettings { max_rps: Some(0.5), ..RateSettings::default() };
    let settings = Settings { stop, rate, ..settings() };
    let bench = Bench::with(settings, move |_| {
        // while the next attempt waits for its turn
        let cancel = cancel.clone();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(1500)).await;
            cancel.cancel();
        });
        lost()
    });
    let patch = HookPatch::enabled(true);
    let writer = bench.session.writer();
    let error = writer.patch(&Id::new("7"), &patch, Urgency::Begin).await.unwrap_err();
    assert!(error.is_interrupt() && error.maybe_done, "{error:?}");
}

fn secrets(count: usize) -> Vec<(SecretKey, SecretValue)> {
    (0..count).map(|n| (format!("K{n}"), SecretValue::new(format!("canary{n}")))).collect()
}

#[tokio::test(start_paused = true)]
async fn secrets_half_added_are_completed() {
    let bench = Bench::new(|asked| match asked.number {
        0 => lost(),
        1 => reply(200, json!({"K0": "_VALUE_NOT_SHOWN_"})),
        _ => reply(201, json!({})),
    });
    let id = Id::new("7");
    bench.session.writer().add_secrets(&id, &secrets(2), Urgency::Begin).await.unwrap();
    let asked = bench.asked();
    assert_eq!(asked[2].line, "PATCH /api/v2/hooks/7/secrets");
    assert_eq!(asked[2].json(), json!({"K0": "canary0"}));
    assert_eq!(asked[3].line, "POST /api/v2/hooks/7/secrets");
    assert_eq!(asked[3].json(), json!({"K1": "canary1"}));
}

#[tokio::test(start_paused = true)]
async fn secrets_go_in_calls_of_twenty_and_never_into_messages() {
    let bench = Bench::new(|asked| match asked.number {
        0 | 1 => reply(201, Value::Null),
        _ => {
            let reported = asked.body.clone().unwrap();
            reply(400, json!({"message": format!("bad: {reported}"), "errorCode": "invalid_body"}))
        }
    });
    let id = Id::new("7");
    let writer = bench.session.writer();
    writer.update_secrets(&id, &secrets(21), Urgency::Begin).await.unwrap();
    let sizes: Vec<usize> =
        bench.asked().iter().map(|asked| asked.json().as_object().unwrap().len()).collect();
    assert_eq!(sizes, [20, 1]);
    let error = writer.update_secrets(&id, &secrets(3), Urgency::Begin).await.unwrap_err();
    assert_eq!(error.kind, ApiErrorKind::Invalid);
    assert!(!format!("{error} {error:?}").contains("canary"), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn placeholders_are_never_sent_as_secrets() {
    let bench = Bench::new(|_| reply(201, json!({})));
    for value in ["", "_VALUE_NOT_SHOWN_", "_VALUE_NOT_SHOWN"] {
        let secrets = [("K".to_owned(), SecretValue::new(value.to_owned()))];
        let writer = bench.session.writer();
        let sent = writer.add_secrets(&Id::new("7"), &secrets, Urgency::Begin).await;
        assert!(matches!(sent.unwrap_err().kind, ApiErrorKind::Settings(_)));
    }
    assert!(bench.lines().is_empty());
}

#[tokio::test(start_paused = true)]
async fn removing_secrets_that_are_gone_is_no_error() {
    let bench = Bench::new(|asked| match asked.number {
        0 => refused(404, "not_found"),
        1 => reply(200, json!({"K1": "_VALUE_NOT_SHOWN_"})),
        _ => reply(204, Value::Null),
    });
    let keys: Vec<SecretKey> = vec!["K0".into(), "K1".into()];
    bench.session.writer().remove_secrets(&Id::new("7"), &keys, Urgency::Begin).await.unwrap();
    assert_eq!(bench.asked()[2].json(), json!(["K1"]));
}
