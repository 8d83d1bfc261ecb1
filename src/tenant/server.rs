//! The thin server over [`Service`]: HTTP in, HTTP out.
//!
//! Main type: [`Running`]. Must not decide anything about an answer: it reads
//! the clock, keeps requests apart, and writes what it is told.

use std::future::IntoFuture;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, State as Shared};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use secrecy::SecretString;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::message::{MAX_BODY, Request, Response, refusal};
use super::options::Options;
use super::service::Service;
use super::state::State;
use super::store::{Store, StoreError};
use super::wire::{Breaker, Listener};

/// How long requests in flight may take to end when the tenant is stopped.
const STOP_LIMIT: Duration = Duration::from_secs(2);

/// Why the local tenant can't be started.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The state file can't be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The port can't be had.
    #[error("can't listen on 127.0.0.1:{port}: {source}; choose another port, or 0 for a free one")]
    Listen {
        /// The port that was asked for.
        port: u16,
        /// What the system said.
        source: std::io::Error,
    },
}

/// One tenant: its service and its store, of which one request at a time has
/// the use.
struct Tenant {
    service: Service,
    store: Store,
}

impl Tenant {
    fn handle(&mut self, request: &Request, now_ms: u64) -> Response {
        let Self { service, store } = self;
        let answer = store.with(now_ms, |state| service.handle(state, request, now_ms));
        answer.unwrap_or_else(|error| refusal(500, &error.to_string(), None))
    }
}

type SharedTenant = Arc<Mutex<Tenant>>;

/// A panic in one request must not end all others.
fn lock(tenant: &SharedTenant) -> MutexGuard<'_, Tenant> {
    tenant.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A local tenant that listens. It stops when this is dropped.
pub struct Running {
    address: SocketAddr,
    tenant: SharedTenant,
    client_id: String,
    client_secret: SecretString,
    stop: CancellationToken,
    server: Option<JoinHandle<()>>,
}

/// Starts a local tenant on a loopback port.
///
/// # Errors
/// When the port can't be had or the state file can't be used.
pub async fn start(options: Options) -> Result<Running, Error> {
    let now_ms = now_ms();
    let random = || options.seed.map_or_else(fastrand::Rng::new, fastrand::Rng::with_seed);
    let store = match options.state.as_deref() {
        Some(path) => open_store(path, random(), now_ms).await?,
        None => Store::in_memory(random()),
    };
    let stop = CancellationToken::new();
    let port = options.port;
    let listen = |source| Error::Listen { port, source };
    let listener = Listener::bind(port, None, stop.clone()).await.map_err(listen)?;
    let address = axum::serve::Listener::local_addr(&listener).map_err(listen)?;
    let service = Service::new(&options);
    let tenant = Arc::new(Mutex::new(Tenant { service, store }));
    let router = Router::new().fallback(serve_request).with_state(Arc::clone(&tenant));
    let server = axum::serve(listener, router.into_make_service_with_connect_info::<Breaker>())
        .with_graceful_shutdown(stop.clone().cancelled_owned());
    let server = tokio::spawn(async move {
        // Serving ends only by being stopped.
        let _ = server.into_future().await;
    });
    let Options { client_id, client_secret, .. } = options;
    Ok(Running { address, tenant, client_id, client_secret, stop, server: Some(server) })
}

async fn open_store(path: &Path, random: fastrand::Rng, now_ms: u64) -> Result<Store, StoreError> {
    let path = path.to_owned();
    let opened = tokio::task::spawn_blocking({
        let path = path.clone();
        move || Store::open(&path, random, now_ms)
    });
    opened
        .await
        .unwrap_or_else(|gone| Err(StoreError::Io { path, source: std::io::Error::other(gone) }))
}

impl Running {
    /// `http://127.0.0.1:PORT`
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// `127.0.0.1:PORT`
    #[must_use]
    pub fn host(&self) -> String {
        self.address.to_string()
    }

    /// The client that may ask for tokens.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// Its secret.
    #[must_use]
    pub fn client_secret(&self) -> &SecretString {
        &self.client_secret
    }

    /// A fresh access token, without a request.
    #[must_use]
    pub fn access_token(&self) -> SecretString {
        let host = self.host();
        let audience = format!("{}/api/v2/", self.url());
        let now_ms = now_ms();
        let mut tenant = lock(&self.tenant);
        let unique = tenant.service.new_id(now_ms);
        tenant.service.authority.issue(&host, &audience, now_ms / 1000, &unique).into()
    }

    /// The tenant's state as it was after the last request.
    #[must_use]
    pub fn state(&self) -> State {
        lock(&self.tenant).store.state().clone()
    }

    /// Stops: requests in flight get a moment to end.
    pub async fn stop(mut self) {
        self.stop.cancel();
        if let Some(mut server) = self.server.take()
            && tokio::time::timeout(STOP_LIMIT, &mut server).await.is_err()
        {
            server.abort();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

fn now_ms() -> u64 {
    // A clock before 1970 is read as 1970.
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

async fn serve_request(
    Shared(tenant): Shared<SharedTenant>,
    ConnectInfo(_breaker): ConnectInfo<Breaker>,
    request: axum::extract::Request,
) -> axum::response::Response {
    let request = read_request(request).await;
    // Files are locked and written here, so not on the runtime's threads. And
    // a client that goes away does not cut a commit in two.
    let work = tokio::task::spawn_blocking(move || lock(&tenant).handle(&request, now_ms()));
    let response = work
        .await
        .unwrap_or_else(|_| refusal(500, "The local tenant failed on this request.", None));
    write_response(response)
}

async fn read_request(request: axum::extract::Request) -> Request {
    let (head, body) = request.into_parts();
    let text = |name: HeaderName| -> Option<String> {
        head.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
    };
    let (body, oversized) = match axum::body::to_bytes(body, MAX_BODY).await {
        Ok(bytes) => (bytes.to_vec(), false),
        Err(_) => (Vec::new(), true),
    };
    Request {
        method: head.method.as_str().to_owned(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        host: text(header::HOST).or_else(|| head.uri.authority().map(ToString::to_string)),
        authorization: text(header::AUTHORIZATION),
        content_type: text(header::CONTENT_TYPE),
        body,
        oversized,
    }
}

fn write_response(response: Response) -> axum::response::Response {
    let Response { status, headers, body } = response;
    let mut out = axum::response::Response::new(Body::from(body));
    *out.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    *out.headers_mut() = header_map(headers);
    out
}

/// A text that can't be a header's value (a client's odd query, repeated in
/// `link`) leaves that header out.
fn header_map(headers: Vec<(&'static str, String)>) -> HeaderMap {
    let valid = |(name, value): (&'static str, String)| {
        Some((HeaderName::from_static(name), HeaderValue::from_str(&value).ok()?))
    };
    headers.into_iter().filter_map(valid).collect()
}
