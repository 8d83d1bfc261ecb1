//! GitHub and GitLab: the one comment on a pull request that is kept up to date.
//!
//! [`github`] and [`gitlab`] know where their services are and what their API is
//! like, [`sticky`] finds the comment and writes it, within a bounded number of
//! tries. The token is the job's, and only ever goes to the address that the job
//! names. Must not know what a comment says, nor talk to a tenant.

pub mod github;
pub mod gitlab;
mod sticky;
#[cfg(test)]
mod tests;

pub use sticky::{Mark, Written};

use std::time::Duration;

use serde_json::Value;

use crate::api::transport::{HttpRequest, HttpResponse, TransportError};
use crate::api::{Domain, HttpTransport, Method, Transport};
use crate::model::SecretValue;

/// How long one exchange may take.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The most of a service's own message that is quoted.
const LONGEST_MESSAGE: usize = 200;

/// A service and the pull request that the comment belongs to.
#[derive(Debug, Clone)]
pub struct Place {
    /// Which of the two services.
    pub service: Service,
    /// The address of its API, without a slash at the end.
    pub api: String,
    /// The path of the comments of this pull request, below [`Place::api`].
    comments: String,
    /// The path of one comment, up to its id.
    comment: String,
}

/// Which service it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// GitHub, or GitHub Enterprise Server.
    GitHub,
    /// GitLab, theirs or one's own.
    GitLab,
}

impl Service {
    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::GitHub => "GitHub",
            Self::GitLab => "GitLab",
        }
    }
}

/// Why there is no comment, or not a new one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ForgeError {
    /// What the job says of the service can't be.
    #[error("{0}")]
    Wrong(String),
    /// There was no answer.
    #[error("{service} can't be reached: {why}")]
    Silent {
        /// Which service.
        service: &'static str,
        /// Why, as far as it is known.
        why: String,
    },
    /// It refuses.
    #[error("{service} refused {method} {path}: {status} {message}")]
    Refused {
        /// Which service.
        service: &'static str,
        /// What was asked.
        method: &'static str,
        /// Of what.
        path: String,
        /// The status.
        status: u16,
        /// In its words.
        message: String,
    },
    /// It answered something else than its API does.
    #[error("{service}: unexpected response to {method} {path}: {what}")]
    Strange {
        /// Which service.
        service: &'static str,
        /// What was asked.
        method: &'static str,
        /// Of what.
        path: String,
        /// What it was.
        what: String,
    },
}

impl ForgeError {
    /// The next step.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let Self::Refused { service, status, .. } = self else { return None };
        let hint = match (*service, status) {
            ("GitHub", 401) => "set GITHUB_TOKEN to ${{ github.token }} in the step's `env:`",
            ("GitHub", 403 | 404) => {
                "the job needs `permissions: pull-requests: write`; a pull request of a fork gets \
                 no token that can comment"
            }
            ("GitLab", 401 | 403 | 404) => {
                "GITLAB_TOKEN has to be a project access token with the scope api and the role \
                 Reporter; the job's own CI_JOB_TOKEN can't write notes"
            }
            _ => return None,
        };
        Some(hint.to_owned())
    }

    /// Whether asking again may help.
    fn may_pass(&self) -> bool {
        match self {
            Self::Silent { .. } => true,
            Self::Refused { status, .. } => matches!(status, 408 | 429 | 500..=599),
            Self::Wrong(_) | Self::Strange { .. } => false,
        }
    }
}

/// A connection to one service.
pub struct Client<T = HttpTransport> {
    place: Place,
    token: SecretValue,
    transport: T,
    /// How long the first pause is; each one after it is twice as long.
    pause: Duration,
}

impl Client<HttpTransport> {
    /// A client for this place. Proxies and `SSL_CERT_FILE` count.
    ///
    /// # Errors
    /// When the address is not one that a token may go to.
    pub fn new(place: Place, token: SecretValue) -> Result<Self, ForgeError> {
        let authority = place.api.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
        let domain = Domain::parse(&authority)
            .map_err(|error| ForgeError::Wrong(format!("{}: {error}", place.api)))?;
        let transport =
            HttpTransport::new(&domain).map_err(|error| ForgeError::Wrong(error.to_string()))?;
        Ok(Self { place, token, transport, pause: Duration::from_secs(1) })
    }
}

/// An answer, and how long to wait where it asks for that.
struct Answer {
    json: Value,
    next_page: bool,
}

impl<T: Transport> Client<T> {
    async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<Answer, (ForgeError, Option<Duration>)> {
        let service = self.place.service.as_str();
        let request = HttpRequest {
            method,
            url: format!("{}{path}", self.place.api),
            bearer: Some(self.token.clone()),
            body: body.map(|body| SecretValue::new(body.to_string())),
            form: false,
            fresh: false,
            timeout: TIMEOUT,
        };
        let answer = self.transport.send(request).await.map_err(|error| {
            let why = match error {
                TransportError::Unreachable(_, why)
                | TransportError::Lost(why)
                | TransportError::BadBody(why) => why,
                TransportError::Timeout => format!("no answer within {} s", TIMEOUT.as_secs()),
            };
            (ForgeError::Silent { service, why }, None)
        })?;
        let method = method.as_str();
        let path = path.split('?').next().unwrap_or_default().to_owned();
        if !(200..300).contains(&answer.status) {
            let wait = asked_wait(&answer);
            let status = if wait.is_some() && answer.status == 403 { 429 } else { answer.status };
            let message = message(&answer.body);
            return Err((ForgeError::Refused { service, method, path, status, message }, wait));
        }
        let next_page = match self.place.service {
            Service::GitHub => {
                answer.header("link").is_some_and(|link| link.contains("rel=\"next\""))
            }
            Service::GitLab => answer.header("x-next-page").is_some_and(|page| !page.is_empty()),
        };
        match serde_json::from_slice(&answer.body) {
            Ok(json) => Ok(Answer { json, next_page }),
            Err(_) => {
                let kind = answer.header("content-type").unwrap_or("no content type");
                let what = kind.chars().take(80).collect();
                Err((ForgeError::Strange { service, method, path, what }, None))
            }
        }
    }
}

/// How long the service asks to wait.
fn asked_wait(answer: &HttpResponse) -> Option<Duration> {
    let seconds = answer.header("retry-after")?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// The service's own words, a line of them.
fn message(body: &[u8]) -> String {
    let json: Value = serde_json::from_slice(body).unwrap_or_default();
    let text = match (&json["message"], &json["error"]) {
        (Value::String(text), _) | (_, Value::String(text)) => text.clone(),
        (Value::Null, Value::Null) => String::new(),
        (Value::Null, other) | (other, _) => other.to_string(),
    };
    text.chars().take(LONGEST_MESSAGE).collect::<String>().trim_end().to_owned()
}
