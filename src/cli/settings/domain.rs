//! Which host a tenant is at.
//!
//! Credentials are sent to it, so nothing but a plain host goes through: no
//! path, no user, and no unencrypted connection to anything but this machine.

use std::fmt;

use url::{Host, Url};

/// A tenant's address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantUrl(Url);

/// A text that is no tenant's address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidDomain {
    /// It can't be read as a host.
    #[error("`{0}` is no domain; write HOST or HOST:PORT, such as acme.eu.auth0.com")]
    Unreadable(String),
    /// It has a path, a query or a user.
    #[error("`{0}` has more than a host and a port; write HOST or HOST:PORT alone")]
    TooMuch(String),
    /// It is neither https nor http.
    #[error("`{0}` has a scheme other than https; write HOST or HOST:PORT alone")]
    Scheme(String),
    /// It is http to another machine.
    #[error("`{0}` is not encrypted; http is for loopback addresses such as 127.0.0.1 only")]
    NotEncrypted(String),
}

impl TenantUrl {
    /// Reads `HOST`, `HOST:PORT` or the same with `https://` before it;
    /// `http://` for loopback addresses only.
    ///
    /// # Errors
    /// When it is anything else.
    pub fn parse(text: &str) -> Result<Self, InvalidDomain> {
        let text = text.trim();
        let shown = || without_user(text);
        let has_scheme = text.contains("://");
        let url =
            if has_scheme { Url::parse(text) } else { Url::parse(&format!("https://{text}")) };
        let url = url.map_err(|_| InvalidDomain::Unreadable(shown()))?;
        let Some(host) = url.host() else { return Err(InvalidDomain::Unreadable(shown())) };
        let plain = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        if !plain || !url.username().is_empty() || url.password().is_some() || text.contains('@') {
            return Err(InvalidDomain::TooMuch(shown()));
        }
        match url.scheme() {
            "https" => Ok(Self(url)),
            "http" if is_loopback(&host) => Ok(Self(url)),
            "http" => Err(InvalidDomain::NotEncrypted(shown())),
            _ => Err(InvalidDomain::Scheme(shown())),
        }
    }

    /// `https://HOST[:PORT]/`, the base of every request.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.0
    }

    /// `HOST[:PORT]`, the name a tenant goes by.
    #[must_use]
    pub fn name(&self) -> String {
        let host = self.0.host_str().unwrap_or_default();
        self.0.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }
}

impl fmt::Display for TenantUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

/// What may be shown of a text that could hold a password before an `@`.
fn without_user(text: &str) -> String {
    let (scheme, rest) = text.split_once("://").map_or(("", text), |(s, rest)| (s, rest));
    let colon = if scheme.is_empty() { "" } else { "://" };
    match rest.rsplit_once('@') {
        Some((_, host)) => format!("{scheme}{colon}…@{host}"),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let shown = match TenantUrl::parse(text) {
            Ok(url) => format!("{url} {}", url.name()),
            Err(error) => error.to_string(),
        };
        assert!(shown.starts_with(expected), "{text}: {shown}");
    }

    #[test]
    fn a_host_is_taken_as_https() {
        check("acme.eu.auth0.com", "https://acme.eu.auth0.com acme.eu.auth0.com");
        check(" ACME.auth0.com ", "https://acme.auth0.com acme.auth0.com");
        check("https://acme.auth0.com/", "https://acme.auth0.com acme.auth0.com");
        check("localhost:8443", "https://localhost:8443 localhost:8443");
        check("acme.auth0.com:443", "https://acme.auth0.com acme.auth0.com");
    }

    #[test]
    fn http_is_for_this_machine_only() {
        check("http://127.0.0.1:4010", "http://127.0.0.1:4010 127.0.0.1:4010");
        check("http://localhost:80", "http://localhost localhost");
        check("http://[::1]:4010", "http://[::1]:4010 [::1]:4010");
        check("http://acme.auth0.com", "`http://acme.auth0.com` is not encrypted");
        check("http://127.0.0.1.evil.example", "`http://127.0.0.1.evil.example` is not encrypted");
        check("http://localhost.evil.example", "`http://localhost.evil.example` is not encrypted");
    }

    #[test]
    fn anything_more_than_a_host_is_refused() {
        check("acme.auth0.com/api/v2", "`acme.auth0.com/api/v2` has more");
        check("acme.auth0.com?x=1", "`acme.auth0.com?x=1` has more");
        check("user:canary@acme.auth0.com", "`…@acme.auth0.com` has more");
        check("@acme.auth0.com", "`…@acme.auth0.com` has more");
        check("ftp://acme.auth0.com", "`ftp://acme.auth0.com` has a scheme");
        check("", "`` is no domain");
        check("a b", "`a b` is no domain");
        check("acme.auth0.com:99999", "`acme.auth0.com:99999` is no domain");
    }
}
