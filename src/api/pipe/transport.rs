//! One HTTP exchange: a request goes out, an answer or a reason comes back.
//!
//! [`Transport`] is what the rest of the room sees; [`HttpTransport`] is the
//! real one and the only code that names reqwest. Must not retry, follow
//! redirects or wait for a rate limit: whoever sends decides that, and has to
//! see every attempt.

use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, Once, PoisonError};
use std::time::Duration;

use crate::api::Domain;
use crate::api::error::{ApiError, ApiErrorKind, Method, Unreachable};
use crate::api::text::harmless;
use crate::model::SecretValue;

/// More than any page of hooks can hold, less than what would hurt.
const LARGEST_BODY: usize = 64 << 20;
/// How long a connection is kept for the next request: less than what servers
/// and proxies usually wait before they close it, which is 5 s at least.
const IDLE: Duration = Duration::from_secs(4);
/// How long making a connection may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// A request as it goes out.
#[derive(Debug, Clone)]
pub struct HttpRequest {
    /// Its method.
    pub method: Method,
    /// Its full address.
    pub url: String,
    /// The access token, for all but the token request.
    pub bearer: Option<SecretValue>,
    /// The body. Held as a secret because it may hold some.
    pub body: Option<SecretValue>,
    /// Whether the body is a form; it is JSON otherwise.
    pub form: bool,
    /// Whether it needs a connection of its own. One that was used before may
    /// be closed by the other side just now, and then nobody knows whether
    /// the request had arrived.
    pub fresh: bool,
    /// How long the whole exchange may take.
    pub timeout: Duration,
}

/// An answer, read to its end.
#[derive(Debug, Clone, Default)]
pub struct HttpResponse {
    /// Its status.
    pub status: u16,
    /// Its headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Its body, unpacked.
    pub body: Vec<u8>,
    /// What the request carried and no message may quote.
    pub hidden: Vec<SecretValue>,
}

impl HttpResponse {
    /// The first header of this (lower-case) name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TransportError {
    /// The request never left: no connection.
    Unreachable(Unreachable, String),
    /// No (whole) answer in time.
    Timeout,
    /// The connection broke; says how.
    Lost(String),
    /// The answer's body is larger than any that makes sense.
    BadBody(String),
}

/// The future of an exchange.
pub type Exchange<'a> =
    Pin<Box<dyn Future<Output = Result<HttpResponse, TransportError>> + Send + 'a>>;

/// Something that can make an HTTP exchange.
pub trait Transport: Send + Sync {
    /// Sends the request once, and reads the answer to its end.
    fn send(&self, request: HttpRequest) -> Exchange<'_>;
}

/// HTTP over real sockets.
#[derive(Debug)]
pub struct HttpTransport {
    client: reqwest::Client,
    /// Keeps no connection.
    fresh: reqwest::Client,
}

impl HttpTransport {
    /// A client for tenants like this one. `SSL_CERT_FILE` and the proxy variables of the
    /// environment count, save that no proxy is asked for this very machine.
    ///
    /// # Errors
    /// When this machine trusts no certificates at all.
    pub fn new(domain: &Domain) -> Result<Self, ApiError> {
        static PROVIDER: Once = Once::new();
        PROVIDER.call_once(|| {
            // An error means that a provider is installed already: just as good.
            drop(rustls::crypto::ring::default_provider().install_default());
        });
        let client = Self::client(domain, usize::MAX)?;
        Ok(Self { client, fresh: Self::client(domain, 0)? })
    }

    fn client(domain: &Domain, idle_connections: usize) -> Result<reqwest::Client, ApiError> {
        let mut builder = reqwest::Client::builder()
            .pool_max_idle_per_host(idle_connections)
            .pool_idle_timeout(IDLE)
            .user_agent(concat!("hooksync/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .connect_timeout(CONNECT_TIMEOUT);
        if domain.is_loopback() {
            builder = builder.no_proxy();
        }
        if domain.is_plain() {
            // Without TLS no certificates are needed, and a machine without
            // any can still reach itself.
            builder = builder.tls_certs_only([]);
        }
        builder.build().map_err(|error| {
            ApiError::new(ApiErrorKind::Unreachable(Unreachable::NoTrustStore))
                .with_message(None, harmless(&chain(&error), &[]))
        })
    }

    async fn exchange(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let HttpRequest { method, url, bearer, body, form, fresh, timeout } = request;
        let method = match method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
            Method::Patch => reqwest::Method::PATCH,
            Method::Put => reqwest::Method::PUT,
            Method::Delete => reqwest::Method::DELETE,
        };
        let client = if fresh { &self.fresh } else { &self.client };
        let mut outgoing = client
            .request(method, url)
            .timeout(timeout)
            .header(reqwest::header::ACCEPT, "application/json");
        if let Some(token) = &bearer {
            outgoing = outgoing.bearer_auth(token.expose());
        }
        if let Some(body) = &body {
            let kind = if form { "application/x-www-form-urlencoded" } else { "application/json" };
            outgoing =
                outgoing.header(reqwest::header::CONTENT_TYPE, kind).body(body.expose().to_owned());
        }
        let mut incoming = outgoing.send().await.map_err(|error| failure(&error))?;
        let status = incoming.status().as_u16();
        let headers = incoming
            .headers()
            .iter()
            .filter_map(|(key, value)| {
                Some((key.as_str().to_owned(), value.to_str().ok()?.to_owned()))
            })
            .collect();
        let mut body = Vec::new();
        while let Some(part) = incoming.chunk().await.map_err(|error| failure(&error))? {
            if body.len() + part.len() > LARGEST_BODY {
                let limit = LARGEST_BODY >> 20;
                return Err(TransportError::BadBody(format!("more than {limit} MiB")));
            }
            body.extend_from_slice(&part);
        }
        Ok(HttpResponse { status, headers, body, hidden: Vec::new() })
    }
}

/// The transports of a process. What they trust and what they keep in memory
/// is the same for all tenants, so that one serves any number of them.
#[derive(Debug, Clone, Default)]
pub(in crate::api) struct Transports {
    made: Arc<Mutex<ByKind>>,
}

/// By whether they lead to this machine, and go without TLS.
type ByKind = BTreeMap<(bool, bool), Arc<HttpTransport>>;

impl Transports {
    pub(in crate::api) fn of(&self, domain: &Domain) -> Result<Arc<HttpTransport>, ApiError> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let kind = (domain.is_loopback(), domain.is_plain());
        if let Some(transport) = made.get(&kind) {
            return Ok(Arc::clone(transport));
        }
        let transport = Arc::new(HttpTransport::new(domain)?);
        made.insert(kind, Arc::clone(&transport));
        Ok(transport)
    }
}

impl Transport for HttpTransport {
    fn send(&self, request: HttpRequest) -> Exchange<'_> {
        Box::pin(self.exchange(request))
    }
}

/// Distinguishes the kinds of failure. reqwest has no type for some of them, so
/// the chain of causes is read where that is the only way.
fn failure(error: &reqwest::Error) -> TransportError {
    let reported = harmless(&chain(error), &[]);
    let lower = reported.to_lowercase();
    if error.is_connect() {
        let why = if lower.contains("dns error") || lower.contains("failed to lookup") {
            Unreachable::Dns
        } else if matches!(tls_cause(error), Some(rustls::Error::InvalidMessage(_))) {
            Unreachable::NotTls
        } else if tls_cause(error).is_some() || lower.contains("certificate") {
            Unreachable::Tls
        } else if lower.contains("proxy") || lower.contains("tunnel") {
            Unreachable::Proxy
        } else {
            Unreachable::Connect
        };
        return TransportError::Unreachable(why, reported);
    }
    if error.is_timeout() {
        return TransportError::Timeout;
    }
    TransportError::Lost(reported)
}

fn tls_cause<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a rustls::Error> {
    if let Some(cause) = error.downcast_ref::<rustls::Error>() {
        return Some(cause);
    }
    // `source` of an I/O error skips the error that it wraps.
    let wrapped = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
    let inner = wrapped.map(|inner| inner as &(dyn StdError + 'static)).or(error.source());
    inner.and_then(tls_cause)
}

/// The causes of an error, outermost first, without reqwest's own first line,
/// which holds the address (and nothing that the caller doesn't know).
fn chain(error: &reqwest::Error) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let text = inner.to_string();
        if parts.last() != Some(&text) {
            parts.push(text);
        }
        cause = inner.source();
    }
    parts.join(": ")
}
