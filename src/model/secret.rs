//! Secret values, in the one type that never shows them.
//!
//! Must not offer any way to a value but [`SecretValue::expose`], which only
//! the code that writes a request body calls.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

/// What the API answers in place of every secret's value, and what a
/// definition says for "exists on the tenant, value not ours". Never sent.
pub const NOT_SHOWN: &str = "_VALUE_NOT_SHOWN_";

/// The name of a secret. Any text: neither Auth0's documents nor its API
/// description restrict it.
pub type SecretKey = String;

/// A text that must stay secret: a hook's secret, a client secret, a token, a
/// key. Wiped from memory when dropped; `Debug` shows no part of it.
#[derive(Clone)]
pub struct SecretValue(SecretString);

impl SecretValue {
    /// Takes the value.
    #[must_use]
    pub fn new(value: String) -> Self {
        Self(SecretString::from(value))
    }

    /// The value, for the one place that puts it into a request.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for SecretValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

/// Where a secret's value is kept: `op://ci/auth0/key`. Never the value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference(String);

impl Reference {
    /// What references begin with, up to the `:`. Which program knows a scheme
    /// is said elsewhere; that a text is a reference must not depend on it.
    pub const SCHEMES: [&'static str; 8] =
        ["op", "vault", "aws-ssm", "aws-sm", "gcp-sm", "azure-kv", "ref", Self::FILE];

    /// The one that needs no program.
    pub const FILE: &'static str = "file";

    /// The longest reference, in bytes.
    const LONGEST: usize = 1_024;

    /// Takes a text as it stands.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// Whether a text begins as references do.
    #[must_use]
    pub fn begins(text: &str) -> bool {
        let Some((scheme, rest)) = text.split_once(':') else { return false };
        // `op` and `ref` are words that a value may begin with
        let needs_slashes = matches!(scheme, "op" | "ref");
        Self::SCHEMES.contains(&scheme) && (!needs_slashes || rest.starts_with("//"))
    }

    /// The whole reference.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What it begins with.
    #[must_use]
    pub fn scheme(&self) -> &str {
        self.0.split_once(':').map_or("", |(scheme, _)| scheme)
    }

    /// What is between the scheme and a `#`.
    #[must_use]
    pub fn path(&self) -> &str {
        let rest = self.0.split_once(':').map_or("", |(_, rest)| rest);
        let rest = rest.split_once('#').map_or(rest, |(path, _)| path);
        rest.strip_prefix("//").unwrap_or(rest)
    }

    /// What is after a `#`.
    #[must_use]
    pub fn field(&self) -> &str {
        self.0.split_once('#').map_or("", |(_, field)| field)
    }

    /// What is wrong with it, in words that follow its name. A part that leads
    /// elsewhere than it seems to is wrong: prefixes decide what is reached.
    #[must_use]
    pub fn wrong(&self) -> Option<&'static str> {
        let text = &self.0;
        let decoded = text.to_ascii_lowercase().replace("%2e", ".").replace("%2f", "/");
        if text.len() > Self::LONGEST {
            return Some("is longer than 1,024 bytes");
        }
        if text.chars().any(|found| found.is_control() || found == '\\') {
            return Some("has a control character or a backslash");
        }
        if self.path().is_empty() {
            return Some("names nothing");
        }
        if decoded.split(['/', '#', ':']).any(|part| matches!(part, "." | "..")) {
            return Some("has a folder `.` or `..`");
        }
        if self.path().starts_with('-') || self.field().starts_with('-') {
            return Some("has a part that begins with `-`, as options of programs do");
        }
        None
    }
}

/// What a definition says of one secret.
#[derive(Debug, Clone)]
pub enum DesiredSecret {
    /// Its value.
    Value(SecretValue),
    /// [`NOT_SHOWN`]: it exists on the tenant and its value is left alone.
    Kept,
    /// Its value is kept elsewhere, and only an apply fetches it.
    Reference(Reference),
    /// A value whose keyword markers have no value here. `plan` goes on
    /// without it, `apply` refuses before its first write if it had to send it.
    Unresolved {
        /// The keywords without a value, in order of appearance.
        keywords: Vec<String>,
    },
}

impl DesiredSecret {
    /// Classifies a value after keyword replacement. Both spellings of the
    /// marker that Auth0's documents print are taken as the marker.
    #[must_use]
    pub fn from_text(value: String) -> Self {
        if value == NOT_SHOWN || value == "_VALUE_NOT_SHOWN" {
            Self::Kept
        } else {
            Self::Value(SecretValue::new(value))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_known_by_their_beginning() {
        let check = |text: &str, is_one: bool| {
            assert_eq!(Reference::begins(text), is_one, "{text}");
        };
        check("op://ci/auth0/key", true);
        check("vault:kv/ci/auth0#key", true);
        check("file:/run/secrets/key", true);
        check("op: a value", false);
        check("https://example.com", false);
        check("Vault:kv", false);
        check("plain", false);
    }

    #[test]
    fn a_reference_leads_where_it_seems_to() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(Reference::new(text.to_owned()).wrong(), expected, "{text}");
        };
        check("op://ci/my item/key?attribute=otp", None);
        check("op://ci/../prod/key", Some("has a folder `.` or `..`"));
        check("op://ci/%2E%2e/prod", Some("has a folder `.` or `..`"));
        check("op://ci%2f..%2fprod", Some("has a folder `.` or `..`"));
        check("file:", Some("names nothing"));
        let option = "has a part that begins with `-`, as options of programs do";
        check("vault:-address=https://elsewhere", Some(option));
        check("vault:kv/ci#-format=json", Some(option));
        check("op://ci/a\nb", Some("has a control character or a backslash"));
        let long = format!("op://{}", "a".repeat(1_100));
        check(&long, Some("is longer than 1,024 bytes"));
        let parts = Reference::new("vault:kv/ci/auth0#key".to_owned());
        assert_eq!((parts.scheme(), parts.path(), parts.field()), ("vault", "kv/ci/auth0", "key"));
    }

    #[test]
    fn debug_shows_nothing_of_a_value() {
        let shown = format!("{:?}", DesiredSecret::from_text("canary".into()));
        assert_eq!(shown, "Value([secret])");
        assert!(matches!(DesiredSecret::from_text(NOT_SHOWN.into()), DesiredSecret::Kept));
    }
}
