//! The comment against played services, which answer as the real ones'
//! references say.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::Duration;

use serde_json::{Value, json};

use super::*;
use crate::api::Unreachable;
use crate::api::transport::Exchange;

/// Answers in their order, and keeps what it was asked.
struct Played {
    answers: Mutex<VecDeque<Result<HttpResponse, TransportError>>>,
    asked: Mutex<Vec<String>>,
}

impl Transport for Played {
    fn send(&self, request: HttpRequest) -> Exchange<'_> {
        assert_eq!(request.bearer.unwrap().expose(), "canary");
        let path = request.url.strip_prefix("https://api.example.com").unwrap().to_owned();
        let body = request.body.map(|body| format!(" {}", body.expose())).unwrap_or_default();
        self.asked.lock().unwrap().push(format!("{} {path}{body}", request.method));
        let answer = self.answers.lock().unwrap().pop_front().expect("one request too many");
        Box::pin(async move { answer })
    }
}

fn answer(
    status: u16,
    headers: &[(&str, &str)],
    body: &Value,
) -> Result<HttpResponse, TransportError> {
    let headers = headers.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    Ok(HttpResponse {
        status,
        headers: headers.collect(),
        body: body.to_string().into_bytes(),
        hidden: Vec::new(),
    })
}

/// A comment as GitHub's REST API answers it, less what nobody reads.
fn comment(id: u64, login: &str, body: &str) -> Value {
    let kind = if login.ends_with("[bot]") { "Bot" } else { "User" };
    json!({
        "id": id, "node_id": "IC_kwDO", "body": body,
        "html_url": format!("https://github.com/o/r/pull/7#issuecomment-{id}"),
        "user": { "login": login, "id": if kind == "Bot" { 41_898_282 } else { 583_231 }, "type": kind },
        "created_at": "2026-11-27T08:00:00Z", "author_association": "NONE"
    })
}

/// A note as GitLab's API answers it.
fn note(id: u64, author: u64, system: bool, body: &str) -> Value {
    json!({
        "id": id, "type": null, "body": body, "attachment": null, "system": system,
        "author": { "id": author, "username": "project_1_bot", "state": "active" },
        "noteable_type": "MergeRequest", "noteable_iid": 7, "resolvable": false
    })
}

const MARKER: &str = "<!-- hooksync plan of hooks for prod -->";

async fn written(
    place: Place,
    answers: Vec<Result<HttpResponse, TransportError>>,
) -> (Result<Written, ForgeError>, Vec<String>) {
    let played = Played { answers: Mutex::new(answers.into()), asked: Mutex::default() };
    let token = SecretValue::new("canary".to_owned());
    let client = Client { place, token, transport: played, pause: Duration::from_millis(1) };
    let result = client.write(Mark::One(MARKER), &format!("{MARKER}\nnew")).await;
    assert!(client.transport.answers.into_inner().unwrap().is_empty(), "a request too few");
    (result, client.transport.asked.into_inner().unwrap())
}

fn on_github() -> Place {
    github::place("https://api.example.com/", "o/r", 7).unwrap()
}

fn on_gitlab() -> Place {
    gitlab::place("https://api.example.com", "12", "7").unwrap()
}

#[tokio::test]
async fn github_gets_one_comment_that_is_edited_from_then_on() {
    let list = "GET /repos/o/r/issues/7/comments?per_page=100&page=1";
    let sent = format!("{{\"body\":\"{MARKER}\\nnew\"}}");
    let others =
        json!([comment(1, "octocat", "hello"), comment(2, "octocat", &format!("no\n{MARKER}"))]);
    let (result, asked) = written(
        on_github(),
        vec![answer(200, &[], &others), answer(201, &[], &comment(9, "github-actions[bot]", ""))],
    )
    .await;
    let url = "https://github.com/o/r/pull/7#issuecomment-9".to_owned();
    assert_eq!(result, Ok(Written::Created(url.clone())));
    assert_eq!(asked, [list.to_owned(), format!("POST /repos/o/r/issues/7/comments {sent}")]);

    let ours =
        |body: &str| json!([comment(9, "github-actions[bot]", &format!("{MARKER}\r\n{body}\n"))]);
    let next = [("link", "<https://api.github.com/x?page=2>; rel=\"next\"")];
    let (result, asked) = written(
        on_github(),
        vec![
            answer(200, &next, &others),
            answer(200, &[], &ours("old")),
            answer(200, &[], &json!({})),
        ],
    )
    .await;
    assert_eq!(result, Ok(Written::Edited(url.clone())));
    assert_eq!(asked[1], "GET /repos/o/r/issues/7/comments?per_page=100&page=2");
    assert_eq!(asked[2], format!("PATCH /repos/o/r/issues/comments/9 {sent}"));

    let (result, asked) = written(on_github(), vec![answer(200, &[], &ours("new"))]).await;
    assert_eq!((result, asked.len()), (Ok(Written::Unchanged(url)), 1));
}

#[tokio::test]
async fn a_comment_of_somebody_else_is_left_alone() {
    let bait = json!([comment(3, "octocat", MARKER)]);
    let refused = json!({"message": "Resource not accessible by integration", "status": "403"});
    let made = comment(9, "github-actions[bot]", "");
    let (result, asked) = written(
        on_github(),
        vec![answer(200, &[], &bait), answer(403, &[], &refused), answer(201, &[], &made)],
    )
    .await;
    assert!(matches!(result, Ok(Written::Created(_))), "{result:?}");
    assert_eq!(asked[1], "GET /user");
    // one's own, by a personal token
    let me = json!({"id": 583_231, "login": "octocat"});
    let (result, _) = written(
        on_github(),
        vec![answer(200, &[], &bait), answer(200, &[], &me), answer(200, &[], &json!({}))],
    )
    .await;
    assert!(matches!(result, Ok(Written::Edited(_))), "{result:?}");
}

#[tokio::test]
async fn gitlab_gets_one_note() {
    let list =
        json!([note(1, 5, true, MARKER), note(2, 6, false, MARKER), note(3, 5, false, MARKER)]);
    let (result, asked) = written(
        on_gitlab(),
        vec![
            answer(200, &[("x-next-page", "")], &list),
            answer(200, &[], &json!({"id": 5})),
            answer(200, &[], &json!({})),
        ],
    )
    .await;
    assert_eq!(result, Ok(Written::Edited(String::new())));
    assert_eq!(
        asked[0],
        "GET /projects/12/merge_requests/7/notes?per_page=100&page=1&sort=asc&order_by=created_at"
    );
    assert!(asked[2].starts_with("PUT /projects/12/merge_requests/7/notes/3 {"), "{}", asked[2]);
}

#[tokio::test]
async fn what_may_pass_is_tried_again_a_few_times() {
    let broken = || answer(502, &[], &json!({"message": "Server Error"}));
    let silent = || Err(TransportError::Timeout);
    let ours = || answer(200, &[], &json!([comment(9, "x[bot]", MARKER)]));
    let nothing = || answer(200, &[], &json!([]));
    // the answer to the first POST was lost; the comment is there
    let (result, asked) =
        written(on_github(), vec![nothing(), silent(), ours(), answer(200, &[], &json!({}))]).await;
    assert!(matches!(result, Ok(Written::Edited(_))), "{result:?}");
    assert_eq!(asked.iter().filter(|line| line.starts_with("POST")).count(), 1);

    let (result, asked) = written(on_github(), (0..5).map(|_| broken()).collect()).await;
    assert_eq!(asked.len(), 5);
    assert_eq!(
        result.unwrap_err().to_string(),
        "GitHub refused GET /repos/o/r/issues/7/comments: 502 Server Error"
    );
    let limited = |wait: &str| {
        answer(403, &[("retry-after", wait)], &json!({"message": "secondary rate limit"}))
    };
    let (result, _) =
        written(on_github(), vec![limited("0"), ours(), answer(200, &[], &json!({}))]).await;
    assert!(result.is_ok(), "{result:?}");
    let (result, _) = written(on_github(), vec![limited("900")]).await;
    assert!(result.is_err());
    let unreachable = TransportError::Unreachable(Unreachable::Connect, "refused".to_owned());
    let (result, _) =
        written(on_github(), vec![Err(unreachable), ours(), answer(200, &[], &json!({}))]).await;
    assert!(result.is_ok(), "{result:?}");
}

#[tokio::test]
async fn a_failed_plan_keeps_the_mark_of_the_comment() {
    let ours = json!([comment(9, "x[bot]", &format!("{MARKER}\nold"))]);
    let answers = vec![answer(200, &[], &ours), answer(200, &[], &json!({}))];
    let transport = Played { answers: Mutex::new(answers.into()), asked: Mutex::default() };
    let token = SecretValue::new("canary".to_owned());
    let pause = Duration::from_millis(1);
    let client = Client { place: on_github(), token, transport, pause };
    client.write(Mark::Any("<!-- hooksync plan of "), "<!-- x -->\nnone").await.unwrap();
    let asked = client.transport.asked.into_inner().unwrap();
    assert!(asked[1].ends_with(&format!("{{\"body\":\"{MARKER}\\nnone\"}}")), "{}", asked[1]);
}

#[tokio::test]
async fn refusals_say_what_is_missing() {
    let refused = json!({"message": "Resource not accessible by integration"});
    let (result, asked) =
        written(on_github(), vec![answer(200, &[], &json!([])), answer(403, &[], &refused)]).await;
    assert_eq!(asked.len(), 2);
    let error = result.unwrap_err();
    assert!(error.hint().unwrap().contains("pull-requests: write"), "{error}");
    let (result, _) =
        written(on_gitlab(), vec![answer(401, &[], &json!({"message": "401 Unauthorized"}))]).await;
    assert!(result.unwrap_err().hint().unwrap().contains("CI_JOB_TOKEN"));
    let html =
        Ok(HttpResponse { status: 200, body: b"<html>".to_vec(), ..HttpResponse::default() });
    let (result, _) = written(on_github(), vec![html]).await;
    assert!(matches!(result, Err(ForgeError::Strange { .. })), "{result:?}");
}

#[test]
fn the_pull_request_is_the_events() {
    let check = |event: Value, reference: Option<&str>, expected: Option<u64>| {
        assert_eq!(github::pull_request(&event, reference), expected, "{event}");
    };
    check(json!({"number": 3, "pull_request": {"number": 7}}), None, Some(7));
    check(json!({"workflow_run": {"pull_requests": [{"number": 8}]}}), None, Some(8));
    check(json!({"workflow_run": {"pull_requests": []}}), None, None);
    check(json!({"issue": {"number": 4}}), None, None);
    check(json!({"issue": {"number": 4, "pull_request": {"url": "x"}}}), None, Some(4));
    check(json!({"pull_request": {"number": "7; rm"}}), Some("refs/heads/main"), None);
    check(Value::Null, Some("refs/pull/12/merge"), Some(12));
    check(Value::Null, Some("refs/pull/x/merge"), None);
}

#[test]
fn a_token_goes_only_where_the_job_says() {
    for repository in ["", "o", "o/r/x", "o/../x", "o/..", "o/r?x", "o r/x"] {
        assert!(github::place("https://api.github.com", repository, 1).is_err(), "{repository}");
    }
    assert!(gitlab::place("https://gitlab.com/api/v4", "1/../2", "3").is_err());
    assert!(gitlab::place("https://gitlab.com/api/v4", "1", "-3").is_err());
    let client = |api: &str| {
        let place = github::place(api, "o/r", 1).unwrap();
        Client::new(place, SecretValue::new("canary".to_owned())).map(|_| ())
    };
    assert!(client("https://ghe.example.com/api/v3").is_ok());
    assert!(client("http://127.0.0.1:8080/api").is_ok());
    let reported = client("http://ghe.example.com/api/v3").unwrap_err().to_string();
    assert!(reported.contains("plain http"), "{reported}");
}
