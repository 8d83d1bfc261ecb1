//! `ci` against a played GitHub: the answers are in the form that its REST API
//! documents.

use std::sync::{Arc, Mutex};

use axum::extract::{Request, State};
use axum::http::Method;
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::support::{Project, Run, hook, run, script, tenant_with};

type Seen = Arc<Mutex<Vec<(String, Option<String>, Value)>>>;

/// A GitHub with one pull request, which keeps the comments that it is sent.
async fn github() -> (String, Seen) {
    let seen = Seen::default();
    let app = Router::new().fallback(answer).with_state(seen.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    (format!("http://{address}/api/v3"), seen)
}

async fn answer(
    State(seen): State<Seen>,
    request: Request,
) -> (axum::http::StatusCode, Json<Value>) {
    let (parts, body) = request.into_parts();
    let token = parts.headers.get("authorization").map(|token| token.to_str().unwrap().to_owned());
    let what = format!("{} {}", parts.method, parts.uri.path());
    let bytes = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    let body: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let mut seen = seen.lock().unwrap();
    let made = seen.iter().rev().find(|(what, ..)| !what.starts_with("GET")).cloned();
    seen.push((what, token, body));
    let comment = |text: &Value| {
        json!({"id": 9, "body": text, "html_url": "https://github.com/o/r/pull/7#issuecomment-9",
               "user": {"login": "github-actions[bot]", "id": 41_898_282, "type": "Bot"}})
    };
    let (status, answer) = match parts.method {
        Method::GET => {
            (200, made.map_or_else(|| json!([]), |(_, _, body)| json!([comment(&body["body"])])))
        }
        Method::POST => (201, comment(&Value::Null)),
        _ => (200, comment(&Value::Null)),
    };
    (axum::http::StatusCode::from_u16(status).unwrap(), Json(answer))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pull_request_has_one_comment_that_is_kept_up_to_date() {
    let trigger = "post-user-registration";
    let project = Project::with(&[
        ("hooks/welcome.yaml", "name: welcome\ntriggerId: post-user-registration\nenabled: true\n"),
        ("hooks/welcome.js", &script(trigger, "// new\n  cb();")),
        (
            "event.json",
            "{\"pull_request\": {\"number\": 7, \"head\": {\"sha\": \"0123456789abcdef\"}}}",
        ),
    ]);
    let tenant = tenant_with(vec![hook(1, "welcome", trigger)]).await;
    project.on(&tenant, &["plan", "--out", "plan.json"]).expect(0);
    drop(tenant);
    let (api, seen) = github().await;
    let ci = |more: &[(&str, &str)]| -> Run {
        let args = ["ci", "plan.json"];
        let mut command = project.command(&args);
        command.envs([
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_API_URL", api.as_str()),
            ("GITHUB_REPOSITORY", "o/r"),
            ("GITHUB_EVENT_PATH", "event.json"),
            ("GITHUB_RUN_ID", "5"),
            ("GITHUB_TOKEN", "canary-token"),
            ("GITHUB_STEP_SUMMARY", "summary.md"),
        ]);
        command.envs(more.iter().copied());
        run(command, &args)
    };
    let first = tokio::task::block_in_place(|| ci(&[])).expect(0);
    assert!(first.stderr.contains("Comment created: https://github.com/o/r/pull/7#"), "{first}");
    assert!(first.stdout.contains("hooksync: Plan: 1 to update"), "{first}");
    assert!(project.read("summary.md").contains("[Run](https://github.com/o/r/actions/runs/5)"));
    let again = tokio::task::block_in_place(|| ci(&[])).expect(0);
    assert!(again.stderr.contains("The comment is up to date"), "{again}");

    let seen = seen.lock().unwrap().clone();
    let asked: Vec<&str> = seen.iter().map(|(what, ..)| what.as_str()).collect();
    let comments = "/api/v3/repos/o/r/issues/7/comments";
    assert_eq!(
        asked,
        [format!("GET {comments}"), format!("POST {comments}"), format!("GET {comments}")]
    );
    assert!(seen.iter().all(|(_, token, _)| token.as_deref() == Some("Bearer canary-token")));
    let body = seen[1].2["body"].as_str().unwrap();
    assert!(body.starts_with("<!-- hooksync plan of hooks for "), "{body}");
    assert!(
        body.contains("| `~` update | `welcome` |") && body.contains("commit [`0123456`]"),
        "{body}"
    );

    let reported = ci(&[("AUTH0_CLIENT_SECRET", "canary-secret")]).expect(4);
    assert!(reported.stderr.contains("AUTH0_CLIENT_SECRET is set"), "{reported}");
    let reported = ci(&[("GITHUB_ACTIONS", "")]).expect(64);
    assert!(reported.stderr.contains("not in a job of GitHub Actions or GitLab CI"), "{reported}");
    let log = ci(&[("GITHUB_ACTIONS", ""), ("GITLAB_CI", "true")]).expect(0);
    assert!(log.stdout.starts_with("Plan for "), "{log}");
    let reported = ci(&[("GITHUB_TOKEN", "")]).expect(1);
    assert!(reported.stderr.contains("GITHUB_TOKEN is not set"), "{reported}");
    let reported = ci(&[("GITHUB_EVENT_PATH", "")]).expect(0);
    assert!(
        reported.stderr.contains("Not in a pull request: nothing to comment on."),
        "{reported}"
    );
}
