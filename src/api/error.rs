//! What can go wrong between this program and a tenant, as a type.
//!
//! An [`ApiError`] says which request failed, what the tenant answered, what
//! that means and what to do next. Must not hold a secret, or text of the
//! tenant's that [`super::text`] hasn't made harmless.

use std::fmt;
use std::ops::Deref;
use std::time::Duration;

mod words;

/// An HTTP method that this program uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Makes something; doing it twice makes two.
    Post,
    /// Changes something; doing it twice is as good as once.
    Patch,
    /// Replaces something; doing it twice is as good as once.
    Put,
    /// Removes something; doing it twice is as good as once.
    Delete,
}

impl Method {
    /// The method's name in capitals.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A request that failed, or one that was not made. Displayed as one sentence
/// that names what went wrong; [`ApiError::hint`] has the next step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiError(Box<ErrorDetails>);

/// The parts of an [`ApiError`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorDetails {
    /// The request's method; `None` where no request was made.
    pub method: Option<Method>,
    /// The request's path below the domain, without its query.
    pub path: Option<String>,
    /// The answer's status, if there was an answer.
    pub status: Option<u16>,
    /// The service's `errorCode`.
    pub error_code: Option<String>,
    /// The service's message, made harmless; empty if it gave none.
    pub message: String,
    /// What it means.
    pub kind: ApiErrorKind,
    /// Whether the tenant may have carried the request out all the same.
    pub maybe_done: bool,
}

/// What a failure means.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ApiErrorKind {
    /// The settings can't be used; says why.
    #[error("{0}")]
    Settings(String),
    /// The token endpoint refused client id, secret or assertion.
    #[error("the tenant does not accept the client's credentials")]
    WrongCredentials,
    /// The client may not use the Management API at all.
    #[error("the client is not authorized to use the Management API")]
    NoClientGrant,
    /// The tenant has no API of this audience.
    #[error("the tenant has no API with the audience `{audience}`")]
    UnknownAudience {
        /// The audience that was asked for.
        audience: String,
    },
    /// A token that isn't a JWT: it can't be one for the Management API.
    #[error("the access token is not for the Management API (not a JWT)")]
    OpaqueToken,
    /// The tenant refused the access token (401).
    #[error("the tenant does not accept the access token")]
    Unauthorized,
    /// The token lacks a scope.
    #[error("the access token lacks {}", words::lacking(scope.as_deref()))]
    MissingScope {
        /// The scope, or several with blanks between; `None` if unnamed.
        scope: Option<String>,
    },
    /// The tenant doesn't let this kind of write through: hooks are read-only
    /// or switched off.
    #[error("the tenant no longer allows this")]
    FeatureRefused,
    /// A 403 for another reason.
    #[error("the tenant forbids this")]
    Forbidden,
    /// The hook (or secret) isn't there (404).
    #[error("the hook, or its secret, no longer exists")]
    HookMissing,
    /// The action, version, module or trigger isn't there (404).
    #[error("the action, or a part of it, no longer exists")]
    ActionMissing,
    /// The draft isn't built, so that it can't be deployed (400).
    #[error("the action's draft is not built")]
    NotBuilt,
    /// The action was deployed so lately that it can't be bound yet (400).
    #[error("the action cannot be bound yet")]
    NotBindableYet,
    /// The action is bound to a trigger, so that it can't be deleted (409).
    #[error("the action is bound to a trigger")]
    StillBound,
    /// The tenant has no hooks at all any more (404, 410 or 501 on a list).
    #[error("the tenant no longer has Hooks")]
    FeatureGone,
    /// Another hook (or secret) has this name (409).
    #[error("it conflicts with something that the tenant already has")]
    NameTaken,
    /// The tenant can't use what was sent (400).
    #[error("the tenant does not accept what was sent")]
    Invalid,
    /// What was sent is too large (413).
    #[error("the request is too large for the tenant")]
    TooLarge,
    /// The tenant kept answering 429 until it made no sense to go on.
    #[error("gave up on the rate limit after {answers} answers 429 in a row")]
    RateLimited {
        /// How many answers in a row.
        answers: u32,
    },
    /// The tenant failed (5xx).
    #[error("the tenant failed")]
    Server,
    /// No answer in time.
    #[error("no answer within {}", words::reported(*after))]
    Timeout {
        /// How long it was waited for.
        after: Duration,
    },
    /// No connection to the tenant.
    #[error("{0}")]
    Unreachable(Unreachable),
    /// The connection broke before the whole answer was here.
    #[error("the connection was lost before the response was complete")]
    ConnectionLost,
    /// The answer isn't what the Management API answers.
    #[error("the answer is not one of the Management API ({problem})")]
    Protocol {
        /// What is wrong with it.
        problem: String,
    },
    /// A status that has no meaning here.
    #[error("the tenant's response does not match the API's documentation")]
    Unexpected,
    /// The run's time is over, or a wait would not fit into it.
    #[error(
        "the run's time limit leaves no time to wait for {waiting_for}{}",
        words::needing(*needed)
    )]
    OutOfTime {
        /// What was waited for.
        waiting_for: String,
        /// How long that would have taken, where it is known.
        needed: Option<Duration>,
    },
    /// What was to be written has to be looked at again first; nothing was
    /// sent.
    #[error("it must be read again before it is written")]
    Overdue,
    /// The user interrupted the run.
    #[error("interrupted")]
    Interrupted,
}

/// Why there is no connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreachable {
    /// The host's name has no address.
    #[error("the tenant's domain does not resolve")]
    Dns,
    /// Nothing answers at the address.
    #[error("nothing answers at the tenant's address")]
    Connect,
    /// The certificate isn't trusted, or TLS failed otherwise.
    #[error("no trusted connection to the tenant")]
    Tls,
    /// What answers there doesn't speak TLS.
    #[error("what answers at the tenant's address does not speak TLS")]
    NotTls,
    /// The proxy in the environment can't be used.
    #[error("the proxy did not connect to the tenant")]
    Proxy,
    /// This machine has no trusted certificates at all.
    #[error("this machine has no trusted certificates, so no tenant can be trusted")]
    NoTrustStore,
}

impl ApiError {
    /// A failure without a request.
    pub(super) fn new(kind: ApiErrorKind) -> Self {
        Self(Box::new(ErrorDetails {
            method: None,
            path: None,
            status: None,
            error_code: None,
            message: String::new(),
            kind,
            maybe_done: false,
        }))
    }

    /// Names the request.
    pub(super) fn at(mut self, method: Method, path: &str) -> Self {
        self.0.method = Some(method);
        self.0.path = Some(path.split('?').next().unwrap_or_default().to_owned());
        self
    }

    /// Adds the answer's status.
    pub(super) fn with_status(mut self, status: u16) -> Self {
        self.0.status = Some(status);
        self
    }

    /// Adds what the service said. `message` must be harmless.
    pub(super) fn with_message(mut self, error_code: Option<String>, message: String) -> Self {
        self.0.error_code = error_code;
        self.0.message = message;
        self
    }

    /// Says whether the request may have taken effect anyway.
    pub(super) fn maybe_done(mut self, maybe: bool) -> Self {
        self.0.maybe_done = maybe;
        self
    }

    /// The same failure with another meaning.
    pub(super) fn with_kind(mut self, kind: ApiErrorKind) -> Self {
        self.0.kind = kind;
        self
    }

    /// Whether the failure is the user's interrupt.
    #[must_use]
    pub fn is_interrupt(&self) -> bool {
        self.kind == ApiErrorKind::Interrupted
    }

    /// Whether the tenant refuses this kind of write as such, so that trying
    /// it on another hook makes no sense.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        matches!(
            self.kind,
            ApiErrorKind::FeatureRefused
                | ApiErrorKind::FeatureGone
                | ApiErrorKind::MissingScope { .. }
                | ApiErrorKind::Forbidden
        )
    }

    /// Whether the answer to a read of hooks says that the tenant has ended
    /// them: their endpoints are gone, or refuse as a deprecated feature. A
    /// missing scope is something else.
    #[must_use]
    pub fn ends_hooks(&self) -> bool {
        let of_hooks = self.path.as_deref().is_some_and(|path| path.starts_with("/api/v2/hooks"));
        let ended = matches!(self.kind, ApiErrorKind::FeatureGone | ApiErrorKind::FeatureRefused);
        of_hooks && ended && self.method == Some(Method::Get)
    }

    /// Whether the request was one of Actions.
    pub(super) fn of_actions(&self) -> bool {
        self.path.as_deref().is_some_and(|path| path.starts_with("/api/v2/actions"))
    }

    /// The next step, in a sentence.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        words::hint(self)
    }
}

impl Deref for ApiError {
    type Target = ErrorDetails;

    fn deref(&self) -> &ErrorDetails {
        &self.0
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        words::sentence(self, f)
    }
}

impl std::error::Error for ApiError {}
