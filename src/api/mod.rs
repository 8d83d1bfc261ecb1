//! The way to a tenant: HTTP, tokens, the rate limit, and what the
//! Management API's answers mean.
//!
//! [`connect`] makes a [`Session`], which hands out a [`Reader`] and a
//! [`Writer`]. Every request of either passes one middleware and one governor
//! a tenant. This room must not know files, or compare states.

pub mod error;
pub mod governor;

pub mod actions;
mod auth;
mod client;
mod domain;
pub mod hooks;
mod log;
mod look;
mod once;
mod pipe;
mod reader;
mod refusal;
mod text;
mod writer;

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

pub use actions::{ActionVersion, BindingRef, Built, CreatedAction};
pub use auth::{Credentials, InvalidKey, SigningAlgorithm, SigningKey};
pub use domain::{Domain, InvalidDomain};
pub use error::{ApiError, ApiErrorKind, Method, Unreachable};
pub use governor::{Headroom, LimitSeen, RateSettings};
pub use hooks::Created;
pub use hooks::compare::{self, Difference};
pub use log::LOGS_SCOPE;
pub use look::{FRESH, Look, Seen};
pub use pipe::transport::{self, HttpTransport, Transport};
pub use pipe::{Counts, Gates, Patience, Status, Waiting};
pub use reader::{PER_PAGE, Page, Reader};
pub use writer::{Urgency, Writer};

use auth::Access;
use client::Client;
use pipe::{Pipe, Run};

/// The scopes of hooks that Auth0 knows.
pub const SCOPES: [&str; 4] = ["read:hooks", "create:hooks", "update:hooks", "delete:hooks"];
/// The scopes of actions and bindings. A deploy needs `create:actions`.
pub const ACTION_SCOPES: [&str; 4] =
    ["read:actions", "create:actions", "update:actions", "delete:actions"];

/// All that a session needs to know.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The tenant.
    pub domain: Domain,
    /// The Management API's audience; `None` for the one that follows from
    /// the domain.
    pub audience: Option<String>,
    /// What the run proves itself with.
    pub credentials: Credentials,
    /// How fast it may go.
    pub rate: RateSettings,
    /// How long it may take, from now.
    pub deadline: Duration,
    /// How long it puts up with failures.
    pub patience: Patience,
    /// The first interrupt: nothing new begins.
    pub stop: CancellationToken,
    /// The second interrupt: nothing goes on.
    pub abort: CancellationToken,
    /// The gates of this process, shared by sessions so that those with one
    /// tenant share its rate limit.
    pub gates: Gates,
}

/// A run's way to one tenant. No request is made before the first is needed.
#[derive(Clone)]
pub struct Session {
    client: Arc<Client>,
}

/// Makes a session over `transport`, or over real sockets.
///
/// # Errors
/// When this machine trusts no certificates at all. Nothing is sent yet.
pub fn connect(
    settings: Settings,
    transport: Option<Arc<dyn Transport>>,
) -> Result<Session, ApiError> {
    let Settings { domain, audience, credentials, rate, deadline, patience, stop, abort, gates } =
        settings;
    let transport = match transport {
        Some(transport) => transport,
        None => gates.transports.of(&domain)?,
    };
    let gate = gates.of(domain.as_str(), rate);
    let now = Instant::now();
    // A time that the clock can't hold is as good as for ever.
    let deadline = now.checked_add(deadline).unwrap_or(now + Duration::from_secs(86_400 * 365));
    let grace = patience.grace;
    let run = Run { deadline, grace, stop, abort, status: watch::Sender::default() };
    let audience = audience.unwrap_or_else(|| domain.default_audience());
    let access = Access::new(credentials, audience);
    let pipe = Pipe::new(domain, gate, run, patience, transport);
    Ok(Session { client: Arc::new(Client { pipe, access, lists_scripts: AtomicBool::new(false) }) })
}

impl Session {
    /// The reading half.
    #[must_use]
    pub fn reader(&self) -> Reader {
        Reader::new(Arc::clone(&self.client))
    }

    /// The writing half.
    #[must_use]
    pub fn writer(&self) -> Writer {
        Writer::new(Arc::clone(&self.client))
    }

    /// The tenant.
    #[must_use]
    pub fn domain(&self) -> &Domain {
        &self.client.pipe.domain
    }
}
