//! The local tenant's server, over real sockets.

// Helpers outside of `#[test]` functions panic as the tests do.
#![allow(clippy::unwrap_used)]

use hooksync::tenant::{Behaviour, MAX_BODY, Mode, Options, Running, start};
use secrecy::ExposeSecret;

fn client() -> reqwest::Client {
    // Once per process is enough; a second time is no error worth knowing.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap()
}

#[tokio::test]
async fn a_token_then_a_hook() {
    let tenant = start(Options::default()).await.unwrap();
    let url = tenant.url();
    assert!(url.starts_with("http://127.0.0.1:"));
    let ask = serde_json::json!({
        "grant_type": "client_credentials",
        "client_id": tenant.client_id(),
        "client_secret": tenant.client_secret().expose_secret(),
        "audience": format!("{url}/api/v2/"),
    });
    let client = client();
    let answer = client.post(format!("{url}/oauth/token")).json(&ask).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let answer: serde_json::Value = answer.json().await.unwrap();
    let token = answer["access_token"].as_str().unwrap();

    let hook = serde_json::json!({"name": "a1", "script": "x", "triggerId": "send-phone-message"});
    let hooks = format!("{url}/api/v2/hooks");
    let created = client.post(&hooks).bearer_auth(token).json(&hook).send().await.unwrap();
    assert_eq!(created.status(), 201);
    assert_eq!(created.headers()["x-ratelimit-remaining"], "49");
    assert!(created.headers().contains_key("date"));

    // The token that is handed out without a request is as good.
    let token = tenant.access_token();
    let list = client.get(&hooks).bearer_auth(token.expose_secret()).send().await.unwrap();
    let list: serde_json::Value = list.json().await.unwrap();
    assert_eq!(list[0]["name"], "a-1");
    assert_eq!(tenant.state().hooks.len(), 1);
    tenant.stop().await;
    assert!(client.get(&hooks).send().await.is_err());
}

#[tokio::test]
async fn a_payload_over_a_megabyte_is_413() {
    let tenant = start(Options::default()).await.unwrap();
    let body = vec![b' '; MAX_BODY + 1];
    let answer = client()
        .post(format!("{}/api/v2/hooks", tenant.url()))
        .bearer_auth(tenant.access_token().expose_secret())
        .body(body)
        .send()
        .await;
    // The server may close before the whole body is sent.
    if let Ok(answer) = answer {
        assert_eq!(answer.status(), 413);
    }
    assert!(tenant.state().hooks.is_empty());
}

#[tokio::test]
async fn the_state_outlives_the_tenant_and_so_does_a_token() {
    let folder = tempfile::tempdir().unwrap();
    let options = || Options { state: Some(folder.path().join("t.json")), ..Options::default() };
    let tenant = start(options()).await.unwrap();
    let token = tenant.access_token();
    let hook = serde_json::json!({"name": "a", "script": "x", "triggerId": "send-phone-message"});
    let address = tenant.host();
    let send = client()
        .post(format!("http://{address}/api/v2/hooks"))
        .bearer_auth(token.expose_secret())
        .json(&hook);
    assert_eq!(send.send().await.unwrap().status(), 201);
    let state = tenant.state();
    tenant.stop().await;
    let again = start(options()).await.unwrap();
    assert_eq!(again.state().hooks, state.hooks);
}

#[tokio::test]
async fn a_key_that_is_none_is_a_clear_error() {
    let client_public_key = Some("-----BEGIN PUBLIC KEY-----".to_owned());
    let error = start(Options { client_public_key, ..Options::default() }).await.err().unwrap();
    assert!(error.to_string().contains("RSA public key"), "{error}");
}

#[tokio::test]
async fn a_taken_port_is_a_clear_error() {
    let tenant = start(Options::default()).await.unwrap();
    let port: u16 = tenant.host().rsplit(':').next().unwrap().parse().unwrap();
    let error = start(Options { port, ..Options::default() }).await.err().unwrap().to_string();
    assert!(error.contains(&format!("127.0.0.1:{port}")), "{error}");
}

/// A client that trusts the tenant, and no other.
fn client_of(tenant: &Running) -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let certificates =
        tenant.ca_pem().map(|pem| reqwest::Certificate::from_pem(pem.as_bytes()).unwrap());
    reqwest::Client::builder().no_proxy().tls_certs_only(certificates).build().unwrap()
}

/// The list, asked for with a good token.
async fn list(tenant: &Running) -> reqwest::Result<String> {
    let list = client_of(tenant)
        .get(format!("{}/api/v2/hooks?include_totals=true", tenant.url()))
        .bearer_auth(tenant.access_token().expose_secret());
    list.send().await?.error_for_status()?.text().await
}

const EMPTY: &str = r#"{"total":0,"start":0,"limit":100,"hooks":[]}"#;

fn with_fault(fault: &str, tls: bool) -> Options {
    Options { faults: vec![fault.parse().unwrap()], tls, ..Options::default() }
}

#[tokio::test]
async fn connections_break_as_told_with_and_without_tls() {
    for tls in [false, true] {
        for fault in ["reset-before@1", "reset-after@1", "cut@1"] {
            let tenant = start(with_fault(fault, tls)).await.unwrap();
            let error = list(&tenant).await.unwrap_err();
            assert!(!error.is_status(), "{fault}: {error:?}");
            assert_eq!(list(&tenant).await.unwrap(), EMPTY, "{fault}");
        }
    }
}

#[tokio::test]
async fn slow_bodies_arrive_whole() {
    let tenant = start(with_fault("slow:80@1", true)).await.unwrap();
    assert_eq!(list(&tenant).await.unwrap(), EMPTY);
}

#[tokio::test]
async fn a_hanging_request_ends_with_the_tenant() {
    let tenant = start(with_fault("hang@1", false)).await.unwrap();
    let send = client_of(&tenant).get(tenant.url()).send();
    let waiting = tokio::spawn(send);
    // The request has come once it is in the log.
    while tenant.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    tenant.stop().await;
    assert!(waiting.await.unwrap().is_err());
}

#[tokio::test]
async fn tls_with_a_certificate_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let state = Some(folder.path().join("t.json"));
    let tenant = start(Options { tls: true, state, ..Options::default() }).await.unwrap();
    assert!(tenant.url().starts_with("https://127.0.0.1:"));
    let file = folder.path().join("t.json.ca.pem");
    assert_eq!(tenant.ca_file(), Some(file.as_path()));
    assert_eq!(std::fs::read_to_string(file).unwrap(), tenant.ca_pem().unwrap());
    assert_eq!(list(&tenant).await.unwrap(), EMPTY);
    // Nobody who doesn't trust that authority is served.
    assert!(client().get(tenant.url()).send().await.is_err());
}

#[tokio::test]
async fn the_log_goes_to_a_file_too() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("requests.jsonl");
    let tenant = start(Options { log: Some(log.clone()), ..Options::default() }).await.unwrap();
    list(&tenant).await.unwrap();
    list(&tenant).await.unwrap();
    let text = std::fs::read_to_string(log).unwrap();
    let lines: Vec<String> = tenant.requests().iter().map(|entry| entry.to_line()).collect();
    assert_eq!(text.lines().collect::<Vec<_>>(), lines);
    assert_eq!(lines.len(), 2);
}

#[tokio::test]
async fn changed_while_it_runs() {
    let tenant = start(Options::default()).await.unwrap();
    tenant.edit(|state| assert!(state.hooks.is_empty())).unwrap();
    tenant.set_behaviour(Behaviour { mode: Mode::NotAllowed, ..Behaviour::default() });
    assert_eq!(list(&tenant).await.unwrap_err().status().unwrap(), 403);
    tenant.set_behaviour(Behaviour::default());
    tenant.set_faults(vec!["503@1".parse().unwrap()]);
    assert_eq!(list(&tenant).await.unwrap_err().status().unwrap(), 503);
    assert_eq!(list(&tenant).await.unwrap(), EMPTY);
}

#[tokio::test]
async fn many_at_once_over_few_connections() {
    let tenant = start(Options { tls: true, ..Options::default() }).await.unwrap();
    let client = client_of(&tenant);
    let token = tenant.access_token();
    let one = |number: usize| {
        let hook = serde_json::json!({
            "name": format!("h {number}"), "script": "x", "triggerId": "send-phone-message"
        });
        let url = format!("{}/api/v2/hooks", tenant.url());
        client.post(url).bearer_auth(token.expose_secret()).json(&hook).send()
    };
    let answers = futures_util::future::join_all((0..50).map(one)).await;
    assert!(answers.into_iter().all(|answer| answer.unwrap().status() == 201));
    assert_eq!(tenant.state().hooks.len(), 50);
}
