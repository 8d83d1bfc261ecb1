//! The thin server over [`Service`]: HTTP in, HTTP out.
//!
//! Main type: [`Running`]. Must not decide anything about an answer: it reads
//! the clock, keeps requests apart, and writes what it is given.

use std::future::IntoFuture;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::extract::{self, ConnectInfo};
use secrecy::SecretString;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::answer::Answer;
use super::assertion::is_public_key;
use super::delivery::{deliver, read_request};
use super::lab::fault::Fault;
use super::log::{Entry, Log};
use super::message::{Request, refusal};
use super::options::{Behaviour, Options};
use super::service::Service;
use super::state::State;
use super::store::{Store, StoreError, beside};
use super::tls::{Identity, TlsError};
use super::wire::{Breaker, Listener};

/// How long requests in flight may take to end when the tenant is stopped.
const STOP_LIMIT: Duration = Duration::from_secs(2);

/// Why the local tenant can't be started.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The state file can't be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Another file can't be used.
    #[error("{}: {source}", path.display())]
    File {
        /// The log, or the authority's certificate.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The client's public key can't be used.
    #[error("the client's public key is no PEM file of an RSA public key")]
    PublicKey,
    /// No certificate could be made.
    #[error("can't make a certificate for TLS: {0}")]
    Tls(#[from] TlsError),
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
    log: Log,
    count: u64,
}

impl Tenant {
    fn handle(&mut self, request: &Request, now_ms: u64) -> Answer {
        let Self { service, store, log, count } = self;
        let answer = store
            .with(now_ms, |state| service.handle(state, request, now_ms))
            .unwrap_or_else(|error| Answer::whole(refusal(500, &error.to_string(), None)));
        *count += 1;
        log.add(Entry::new(*count, request, &answer, now_ms));
        answer
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
    ca_pem: Option<String>,
    ca_file: Option<PathBuf>,
    stop: CancellationToken,
    server: Option<JoinHandle<()>>,
}

/// Starts a local tenant on a loopback port.
///
/// # Errors
/// When the port can't be had, or a file or the certificate can't be used.
pub async fn start(options: Options) -> Result<Running, Error> {
    if options.client_public_key.as_deref().is_some_and(|pem| !is_public_key(pem)) {
        return Err(Error::PublicKey);
    }
    let identity = options.tls.then(Identity::new).transpose()?;
    let stop = CancellationToken::new();
    let port = options.port;
    let listen = |source| Error::Listen { port, source };
    let (acceptor, ca_pem) =
        identity.map(|Identity { acceptor, ca_pem }| (acceptor, ca_pem)).unzip();
    let listener = Listener::bind(port, acceptor, stop.clone()).await.map_err(listen)?;
    let address = axum::serve::Listener::local_addr(&listener).map_err(listen)?;
    let (chosen, pem) = (options.clone(), ca_pem.clone());
    let opened = tokio::task::spawn_blocking(move || open(&chosen, pem.as_deref()));
    let (tenant, ca_file) = match opened.await {
        Ok(opened) => opened?,
        Err(gone) => return Err(listen(std::io::Error::other(gone))),
    };
    let tenant = Arc::new(Mutex::new(tenant));
    let shared = Shared { tenant: Arc::clone(&tenant), stop: stop.clone() };
    let router = Router::new().fallback(serve_request).with_state(shared);
    let server = axum::serve(listener, router.into_make_service_with_connect_info::<Breaker>())
        .with_graceful_shutdown(stop.clone().cancelled_owned());
    let server = tokio::spawn(async move {
        // Serving ends only by being stopped.
        let _ = server.into_future().await;
    });
    let Options { client_id, client_secret, .. } = options;
    let server = Some(server);
    Ok(Running { address, tenant, client_id, client_secret, ca_pem, ca_file, stop, server })
}

/// Everything at the start that touches the disk. Gives the file that the
/// authority's certificate was written to, if there is one.
fn open(options: &Options, ca_pem: Option<&str>) -> Result<(Tenant, Option<PathBuf>), Error> {
    let random = options.seed.map_or_else(fastrand::Rng::new, fastrand::Rng::with_seed);
    let store = match options.state.as_deref() {
        Some(path) => Store::open(path, random, now_ms())?,
        None => Store::in_memory(random),
    };
    let file = |path: &Path, source| Error::File { path: path.to_owned(), source };
    let log = options.log.as_deref();
    let log = Log::open(log).map_err(|source| file(log.unwrap_or(Path::new("")), source))?;
    let beside_state = || options.state.as_ref().map(|state| beside(state, ".ca.pem"));
    let ca_file = ca_pem.and_then(|_| options.ca_file.clone().or_else(beside_state));
    if let (Some(path), Some(pem)) = (&ca_file, ca_pem) {
        std::fs::write(path, pem).map_err(|source| file(path, source))?;
    }
    let service = Service::new(options);
    Ok((Tenant { service, store, log, count: 0 }, ca_file))
}

impl Running {
    /// `http://127.0.0.1:PORT`, or `https` with TLS.
    #[must_use]
    pub fn url(&self) -> String {
        let scheme = if self.ca_pem.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.address)
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

    /// The certificate that clients have to trust, as PEM, with TLS.
    #[must_use]
    pub fn ca_pem(&self) -> Option<&str> {
        self.ca_pem.as_deref()
    }

    /// The file that it was written to, for `SSL_CERT_FILE`.
    #[must_use]
    pub fn ca_file(&self) -> Option<&Path> {
        self.ca_file.as_deref()
    }

    /// A fresh access token, without a request.
    #[must_use]
    pub fn access_token(&self) -> SecretString {
        let audience = format!("{}/api/v2/", self.url());
        lock(&self.tenant).service.new_token(&self.host(), &audience, now_ms()).into()
    }

    /// The requests so far, oldest first.
    #[must_use]
    pub fn requests(&self) -> Vec<Entry> {
        lock(&self.tenant).log.entries()
    }

    /// The tenant's state as it was after the last request.
    #[must_use]
    pub fn state(&self) -> State {
        lock(&self.tenant).store.state().clone()
    }

    /// Changes the state, as somebody else could.
    ///
    /// # Errors
    /// When the state file can't be read or written.
    pub fn edit<T>(&self, work: impl FnOnce(&mut State) -> T) -> Result<T, StoreError> {
        lock(&self.tenant).store.with(now_ms(), work)
    }

    /// Other faults from now on, counted from the next request.
    pub fn set_faults(&self, faults: Vec<Fault>) {
        lock(&self.tenant).service.set_faults(faults);
    }

    /// Another behaviour from now on.
    pub fn set_behaviour(&self, behaviour: Behaviour) {
        lock(&self.tenant).service.behaviour = behaviour;
    }

    /// Another behaviour of the Actions endpoints from now on.
    pub fn set_actions(&self, behaviour: super::actions::Behaviour) {
        lock(&self.tenant).service.set_actions(behaviour);
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

/// What every request handler has the use of.
#[derive(Clone)]
struct Shared {
    tenant: SharedTenant,
    stop: CancellationToken,
}

async fn serve_request(
    extract::State(Shared { tenant, stop }): extract::State<Shared>,
    ConnectInfo(breaker): ConnectInfo<Breaker>,
    request: extract::Request,
) -> axum::response::Response {
    let request = read_request(request).await;
    // Files are locked and written here, so not on the runtime's threads. And
    // a client that goes away does not cut a commit in two.
    let work = tokio::task::spawn_blocking(move || lock(&tenant).handle(&request, now_ms()));
    let answer = work.await.unwrap_or_else(|_| {
        Answer::whole(refusal(500, "The local tenant failed on this request.", None))
    });
    deliver(answer, &breaker, &stop).await
}
