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

/// What a definition says of one secret.
#[derive(Debug, Clone)]
pub enum DesiredSecret {
    /// Its value.
    Value(SecretValue),
    /// [`NOT_SHOWN`]: it exists on the tenant and its value is left alone.
    Kept,
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
    fn debug_shows_nothing_of_a_value() {
        let shown = format!("{:?}", DesiredSecret::from_text("canary".into()));
        assert_eq!(shown, "Value([secret])");
        assert!(matches!(DesiredSecret::from_text(NOT_SHOWN.into()), DesiredSecret::Kept));
    }
}
