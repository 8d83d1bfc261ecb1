//! Lists, single hooks, secrets' names, and what is no answer at all.

use super::*;
use crate::model::Id;

fn page_of(asked: &Asked) -> usize {
    let query = asked.line.split_once("page=").unwrap().1;
    query.split('&').next().unwrap().parse().unwrap()
}

fn hooks(range: std::ops::Range<usize>) -> Vec<Value> {
    range.map(|n| hook_json(&format!("id{n}"), &format!("hook-{n}"))).collect()
}

#[tokio::test(start_paused = true)]
async fn every_page_is_read() {
    let bench = Bench::new(|asked| {
        let start = page_of(asked) * 100;
        let page = hooks(start..(start + 100).min(250));
        reply(200, json!({"total": 250, "start": start, "limit": 100, "hooks": page}))
    });
    assert_eq!(bench.session.reader().hooks().await.unwrap().len(), 250);
    assert_eq!(bench.lines()[2], "GET /api/v2/hooks?page=2&per_page=100&include_totals=true");
    assert_eq!(bench.lines().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn servers_that_know_no_pages_are_read_once() {
    let all = Bench::new(|_| reply(200, Value::Array(hooks(0..250))));
    assert_eq!(all.session.reader().hooks().await.unwrap().len(), 250);
    assert_eq!(all.lines().len(), 1);
    let same = Bench::new(|_| reply(200, Value::Array(hooks(0..100))));
    assert_eq!(same.session.reader().hooks().await.unwrap().len(), 100);
    assert_eq!(same.lines().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_list_that_is_not_whole_is_an_error() {
    let bench = Bench::new(|asked| {
        let page = if page_of(asked) == 0 { hooks(0..100) } else { Vec::new() };
        reply(200, json!({"total": 150, "start": 0, "limit": 100, "hooks": page}))
    });
    let error = bench.session.reader().hooks().await.unwrap_err();
    assert!(error.to_string().contains("holds only 100 hooks"), "{error}");
    assert_eq!(bench.lines().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn html_is_told_as_what_it_is() {
    let bench = Bench::new(|_| {
        let headers = vec![("content-type".to_owned(), "text/html".to_owned())];
        Ok(HttpResponse {
            status: 200,
            headers,
            body: b"<html>\x1b[31mHi".to_vec(),
            hidden: Vec::new(),
        })
    });
    let error = bench.session.reader().hooks_page(0).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the answer is not one of the Management API (not a JSON list of hooks; content-type text/html): GET /api/v2/hooks was answered 200, \"<html>[31mHi\""
    );
}

#[tokio::test(start_paused = true)]
async fn one_hook_is_always_whole() {
    let bench = Bench::new(|asked| match asked.number {
        0 => reply(200, json!({"id": "1", "name": "a", "script": ""})),
        1 => reply(200, json!({"id": "1", "name": "a"})),
        _ => reply(200, json!({"K1": "_VALUE_NOT_SHOWN_", "K2": "_VALUE_NOT_SHOWN_"})),
    });
    let reader = bench.session.reader();
    let id = Id::new("a b");
    assert!(reader.hook(&id).await.unwrap().has_content());
    assert!(matches!(reader.hook(&id).await.unwrap_err().kind, ApiErrorKind::Protocol { .. }));
    let names = reader.secret_names(&id).await.unwrap();
    assert_eq!(names.into_iter().collect::<Vec<_>>(), ["K1", "K2"]);
    assert_eq!(bench.lines()[2], "GET /api/v2/hooks/a%20b/secrets");
}

#[tokio::test(start_paused = true)]
async fn a_failing_tenant_is_asked_again_and_not_for_ever() {
    let bench = Bench::new(|asked| match asked.number {
        0 => lost(),
        1 => refused(502, "bad_gateway"),
        _ => reply(200, json!([])),
    });
    assert_eq!(bench.session.reader().hooks().await.unwrap(), []);
    assert_eq!(bench.session.reader().counts().retried, 2);
    let bench = Bench::new(|_| Err(TransportError::Timeout));
    let error = bench.session.reader().hooks().await.unwrap_err();
    assert!(matches!(error.kind, ApiErrorKind::Timeout { .. }));
    assert!(!error.maybe_done);
    assert_eq!(bench.lines().len(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_tenant_that_never_answered_is_not_waited_for() {
    let bench =
        Bench::new(|_| Err(TransportError::Unreachable(Unreachable::Dns, "no such host".into())));
    let error = bench.session.reader().hooks().await.unwrap_err();
    assert_eq!(error.kind, ApiErrorKind::Unreachable(Unreachable::Dns));
    assert_eq!(bench.lines().len(), 1);
}
