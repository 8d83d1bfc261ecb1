//! The local tenant's server, over real sockets.

// Helpers outside of `#[test]` functions panic as the tests do.
#![allow(clippy::unwrap_used)]

use hooksync::tenant::{MAX_BODY, Options, start};
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
    assert_eq!(again.state(), state);
}

#[tokio::test]
async fn a_taken_port_is_a_clear_error() {
    let tenant = start(Options::default()).await.unwrap();
    let port: u16 = tenant.host().rsplit(':').next().unwrap().parse().unwrap();
    let error = start(Options { port, ..Options::default() }).await.err().unwrap().to_string();
    assert!(error.contains(&format!("127.0.0.1:{port}")), "{error}");
}
