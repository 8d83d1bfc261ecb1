//! Where a tenant is: its domain as somebody writes it, and the addresses
//! that follow from it.
//!
//! Must not talk to it.

use std::fmt;

use url::{Host, Url};

/// A tenant's domain. Shown as `host` or `host:port`, which also identifies
/// the tenant in plans.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Domain {
    /// `host` or `host:port`, in lower case.
    authority: String,
    /// Whether it is reached by `http://`, which only a loopback address is.
    plain: bool,
    /// Whether it is this very machine.
    loopback: bool,
}

/// A text that can't be a tenant's domain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidDomain {
    /// Nothing was given.
    #[error("the domain is empty: give it as in `my-tenant.eu.auth0.com`")]
    Empty,
    /// It is no host, with or without a port.
    #[error(
        "`{0}` is not a domain: give it as `host` or `host:port`, as in `my-tenant.eu.auth0.com`"
    )]
    NotAHost(String),
    /// It carries a path, a query, a user or a password.
    #[error("`{0}` is more than a domain: remove the path, query and user")]
    TooMuch(String),
    /// Plain HTTP to another machine.
    #[error(
        "`{0}` would send credentials over plain http: only loopback addresses may be reached that way; use https"
    )]
    PlainHttp(String),
}

impl Domain {
    /// Takes `host[:port]`, `https://host[:port]`, or `http://` with a
    /// loopback address.
    ///
    /// # Errors
    /// When it is anything else.
    pub fn parse(written: &str) -> Result<Self, InvalidDomain> {
        let written = written.trim();
        // A password may be part of what was written: it is never shown.
        let shown = || {
            let host = written.rsplit_once('@').map_or(written, |(_, host)| host);
            super::text::harmless(host, &[])
        };
        if written.is_empty() {
            return Err(InvalidDomain::Empty);
        }
        let address =
            if written.contains("://") { written.to_owned() } else { format!("https://{written}") };
        let url = Url::parse(&address).map_err(|_| InvalidDomain::NotAHost(shown()))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(InvalidDomain::NotAHost(shown()));
        }
        let host = url.host().ok_or_else(|| InvalidDomain::NotAHost(shown()))?;
        let more = url.path() != "/"
            || url.query().is_some()
            || url.fragment().is_some()
            || !url.username().is_empty()
            || url.password().is_some();
        if more {
            return Err(InvalidDomain::TooMuch(shown()));
        }
        let loopback = is_loopback(&host);
        let plain = url.scheme() == "http";
        if plain && !loopback {
            return Err(InvalidDomain::PlainHttp(shown()));
        }
        let host = host.to_string().trim_end_matches('.').to_owned();
        let authority = url.port().map_or_else(|| host.clone(), |port| format!("{host}:{port}"));
        Ok(Self { authority, plain, loopback })
    }

    /// `host` or `host:port`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.authority
    }

    /// The audience that the Management API of this tenant goes by.
    #[must_use]
    pub fn default_audience(&self) -> String {
        format!("https://{}/api/v2/", self.authority)
    }

    /// Whether it is this very machine: no proxy is asked then.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        self.loopback
    }

    /// Whether it is reached without TLS.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.plain
    }

    /// The `iss` of its tokens and the `aud` of assertions made for it.
    pub(super) fn issuer(&self) -> String {
        format!("https://{}/", self.authority)
    }

    /// The address of a path that begins with `/`.
    pub(super) fn url(&self, path: &str) -> String {
        let scheme = if self.plain { "http" } else { "https" };
        format!("{scheme}://{}{path}", self.authority)
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.authority)
    }
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => {
            let name = name.trim_end_matches('.');
            name == "localhost" || name.ends_with(".localhost")
        }
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_a_host_with_or_without_a_port() {
        let check = |written: &str, base: &str| {
            let domain = Domain::parse(written).unwrap();
            assert_eq!(domain.url("/x"), format!("{base}/x"), "{written}");
        };
        check("My-Tenant.eu.auth0.com", "https://my-tenant.eu.auth0.com");
        check(" tenant.example:8443 ", "https://tenant.example:8443");
        check("https://tenant.example/", "https://tenant.example");
        check("http://127.0.0.1:8080", "http://127.0.0.1:8080");
        check("http://[::1]:8080/", "http://[::1]:8080");
        check("http://localhost:1", "http://localhost:1");
        check("127.0.0.1:8080", "https://127.0.0.1:8080");
        assert_eq!(
            Domain::parse("http://127.0.0.1:80").unwrap().as_str(),
            Domain::parse("http://127.0.0.1").unwrap().as_str()
        );
    }

    #[test]
    fn what_is_no_domain_is_refused_without_showing_a_password() {
        use InvalidDomain as E;
        let check = |written: &str, error: E| assert_eq!(Domain::parse(written), Err(error));
        check("", E::Empty);
        check("http://tenant.example", E::PlainHttp("http://tenant.example".into()));
        check("tenant.example/api/v2", E::TooMuch("tenant.example/api/v2".into()));
        check("https://me:pass@tenant.example", E::TooMuch("tenant.example".into()));
        check("a b", E::NotAHost("a b".into()));
        check("ftp://a", E::NotAHost("ftp://a".into()));
    }
}
