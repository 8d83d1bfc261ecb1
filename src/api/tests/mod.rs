//! The room as a whole, against a tenant that is a function of the request.

mod builds;
mod credentials;
mod limits;
mod reads;
mod sockets;
mod writes;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::pipe::transport::{Exchange, HttpRequest, HttpResponse, TransportError};
use super::*;
use crate::model::{Name, NewHook, Script, SecretValue, Trigger};

type Answered = Result<HttpResponse, TransportError>;

/// A tenant that answers after some time, and remembers what it was asked.
struct Fake {
    latency: Duration,
    answer: Box<dyn Fn(&Asked) -> Answered + Send + Sync>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

/// One request as the tenant saw it.
#[derive(Debug, Clone)]
struct Asked {
    /// How many came before.
    number: usize,
    line: String,
    body: Option<String>,
    bearer: Option<String>,
}

impl Asked {
    fn json(&self) -> Value {
        serde_json::from_str(self.body.as_deref().unwrap_or("null")).unwrap()
    }
}

impl Transport for Fake {
    fn send(&self, request: HttpRequest) -> Exchange<'_> {
        Box::pin(async move {
            let HttpRequest { method, url, bearer, body, form: _, fresh: _, timeout: _ } = request;
            let asked = {
                let mut all = self.asked.lock().unwrap();
                let path = url.split_once("tenant.example").unwrap().1.to_owned();
                let asked = Asked {
                    number: all.len(),
                    line: format!("{method} {path}"),
                    body: body.map(|body| body.expose().to_owned()),
                    bearer: bearer.map(|token| token.expose().to_owned()),
                };
                all.push(asked.clone());
                asked
            };
            tokio::time::sleep(self.latency).await;
            (self.answer)(&asked)
        })
    }
}

/// A session with a fake tenant, and all that can be done to it.
struct Bench {
    session: Session,
    asked: Arc<Mutex<Vec<Asked>>>,
    stop: CancellationToken,
    abort: CancellationToken,
}

impl Bench {
    fn new(answer: impl Fn(&Asked) -> Answered + Send + Sync + 'static) -> Self {
        Self::with(settings(), answer)
    }

    fn with(
        settings: Settings,
        answer: impl Fn(&Asked) -> Answered + Send + Sync + 'static,
    ) -> Self {
        let asked = Arc::default();
        let fake = Fake {
            latency: Duration::from_millis(20),
            answer: Box::new(answer),
            asked: Arc::clone(&asked),
        };
        let (stop, abort) = (settings.stop.clone(), settings.abort.clone());
        let session = connect(settings, Some(Arc::new(fake))).unwrap();
        Self { session, asked, stop, abort }
    }

    fn lines(&self) -> Vec<String> {
        self.asked.lock().unwrap().iter().map(|asked| asked.line.clone()).collect()
    }

    fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

fn settings() -> Settings {
    Settings {
        domain: Domain::parse("tenant.example").unwrap(),
        audience: None,
        credentials: Credentials::Token(SecretValue::new("token".into())),
        rate: RateSettings::default(),
        deadline: Duration::from_secs(900),
        patience: Patience::default(),
        stop: CancellationToken::new(),
        abort: CancellationToken::new(),
        gates: Gates::default(),
    }
}

fn with_secret() -> Settings {
    let client_secret = SecretValue::new("canary-secret".into());
    let credentials = Credentials::ClientSecret { client_id: "me".into(), client_secret };
    Settings { credentials, ..settings() }
}

#[expect(clippy::unnecessary_wraps, reason = "fits the answers of a fake")]
fn reply(status: u16, body: Value) -> Answered {
    let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
    Ok(HttpResponse { status, headers, body, hidden: Vec::new() })
}

fn refused(status: u16, code: &str) -> Answered {
    reply(status, json!({"statusCode": status, "message": code, "errorCode": code}))
}

fn lost() -> Answered {
    Err(TransportError::Lost("reset".into()))
}

fn hook_json(id: &str, name: &str) -> Value {
    json!({"id": id, "name": name, "script": "x", "dependencies": {}, "enabled": false,
        "triggerId": "pre-user-registration"})
}

fn new_hook(name: &str) -> NewHook {
    NewHook {
        name: Name::hook(name).unwrap(),
        trigger: Trigger::PreUserRegistration,
        script: Script::new("x"),
        dependencies: None,
        enabled: None,
    }
}
