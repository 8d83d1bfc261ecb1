//! An [`ApiError`] in words: one sentence for what happened, one for what to
//! do next.
//!
//! Must not decide what a failure means.

use std::fmt;
use std::time::Duration;

use super::{ApiError, ApiErrorKind as Kind, ErrorDetails, Unreachable};

/// What happened.
pub(super) fn sentence(error: &ApiError, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let ErrorDetails { method, path, status, error_code, message, kind, maybe_done } = &**error;
    write!(f, "{kind}")?;
    if let (Some(method), Some(path)) = (method, path) {
        write!(f, ": {method} {path}")?;
        if let Some(status) = status {
            write!(f, " was answered {status}")?;
        }
    }
    if let Some(code) = error_code {
        write!(f, " ({code})")?;
    }
    if !message.is_empty() {
        write!(f, ", \"{message}\"")?;
    }
    if *maybe_done {
        f.write_str("; it may have taken effect anyway")?;
    }
    Ok(())
}

/// What the access token lacks.
pub(super) fn lacking(scopes: Option<&str>) -> String {
    scopes.map_or("a scope".to_owned(), |scopes| format!("the scope {}", listed(scopes)))
}

/// How long a wait would take, where that is known.
pub(super) fn needing(time: Option<Duration>) -> String {
    time.map(|time| format!(", which would take {}", reported(time))).unwrap_or_default()
}

fn listed(scopes: &str) -> String {
    let quoted: Vec<String> = scopes.split_whitespace().map(|scope| format!("`{scope}`")).collect();
    quoted.join(" or ")
}

/// A duration for people.
pub(super) fn reported(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    if seconds < 10.0 {
        format!("{seconds:.1} s")
    } else if seconds < 120.0 {
        format!("{seconds:.0} s")
    } else {
        format!("{:.0} min", seconds / 60.0)
    }
}

/// What to do next.
pub(super) fn hint(error: &ApiError) -> Option<String> {
    let of = if error.of_actions() { "actions" } else { "hooks" };
    let fixed = match &error.kind {
        Kind::MissingScope { scope: Some(scope) } => {
            return Some(format!(
                "give the client {} in the dashboard (Applications > APIs > Auth0 Management API > Machine to Machine Applications); plan needs read:{of}, apply all of read:, create:, update: and delete:{of}",
                listed(scope)
            ));
        }
        Kind::MissingScope { scope: None } => {
            return Some(format!(
                "the client needs read:{of}, create:{of}, update:{of} and delete:{of}"
            ));
        }
        Kind::ActionMissing => "it was probably deleted by another client: run plan again",
        Kind::NotBuilt => {
            "the tenant gives no reason for a failed build: check the names and versions of the dependencies in the Dashboard's editor"
        }
        Kind::NotBindableYet => "it was deployed a moment ago: run apply again",
        Kind::StillBound => {
            "it was bound in the meantime, or a trigger that no definition mentions runs it: run plan again"
        }
        Kind::FeatureRefused if error.of_actions() => {
            "the feature is not part of this tenant's plan, or not enabled for it"
        }
        Kind::WrongCredentials => {
            "check AUTH0_DOMAIN, AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET (or the signing key and its algorithm): do they belong to the same tenant, and is the secret current?"
        }
        Kind::NoClientGrant => {
            "authorize the client for the Auth0 Management API in the dashboard (Applications > APIs > Auth0 Management API > Machine to Machine Applications), with the four scopes of hooks"
        }
        Kind::UnknownAudience { .. } => {
            "with a custom domain set AUTH0_AUDIENCE to `https://YOUR-TENANT.auth0.com/api/v2/`; the slash at the end is required"
        }
        Kind::OpaqueToken => {
            "ask for the token with the audience `https://YOUR-TENANT.auth0.com/api/v2/`, or give client credentials instead"
        }
        Kind::Unauthorized => {
            "the token may have expired or belong to another tenant: get a new one, or give AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET so that it can be renewed"
        }
        Kind::FeatureRefused => {
            "Auth0 made hooks read-only on 2024-11-18: enabling, disabling, secrets and deletes may still work; move scripts to actions with `hooksync migrate`"
        }
        Kind::FeatureGone => {
            "Auth0 announced the end of Hooks for 2026-11-18; check the domain, and see Auth0's migration guide to Actions"
        }
        Kind::HookMissing => "it was probably deleted by another client: run plan again",
        Kind::NameTaken => {
            "probably another client created something of that name, or another hook of the trigger is enabled: run plan again"
        }
        Kind::Invalid => "the message names the field; run `hooksync validate` as well",
        Kind::TooLarge => "the Management API takes at most 1 MB a request",
        Kind::RateLimited { .. } => {
            "other clients use up the tenant's rate limit: run again later, or with a lower --max-rps"
        }
        Kind::Server | Kind::ConnectionLost | Kind::Timeout { .. } => {
            "run it again: it continues where it stopped"
        }
        Kind::OutOfTime { .. } => "run it again to go on, or raise --timeout",
        Kind::Unreachable(Unreachable::Dns) => {
            "check AUTH0_DOMAIN, and whether this machine is online"
        }
        Kind::Unreachable(Unreachable::Connect) => {
            "check the domain's port, the firewall, and HTTPS_PROXY if this network needs one"
        }
        Kind::Unreachable(Unreachable::NotTls) => {
            "check the port; for a local tenant over plain HTTP, write `http://127.0.0.1:PORT`"
        }
        Kind::Unreachable(Unreachable::Tls) => {
            "if the certificate belongs to a corporate proxy or a test server, set SSL_CERT_FILE to its CA certificate"
        }
        Kind::Unreachable(Unreachable::Proxy) => "check HTTPS_PROXY and NO_PROXY",
        Kind::Unreachable(Unreachable::NoTrustStore) => {
            "set SSL_CERT_FILE to a file of PEM certificates, or install the system's ca-certificates"
        }
        Kind::Protocol { .. } | Kind::Unexpected => {
            "check that AUTH0_DOMAIN is an Auth0 tenant, not a proxy, a portal or a website"
        }
        Kind::Settings(_) | Kind::Forbidden | Kind::Overdue | Kind::Interrupted => return None,
    };
    Some(fixed.to_owned())
}
