//! One short text that stands for a reviewed plan.
//!
//! Must never take in a secret's value, nor whether it is known: the plan of
//! a pull request (made without production secrets) and the plan on merge
//! have to agree.

use std::fmt;
use std::str::FromStr;

use crate::model::Sha256;

/// `sha256:` and 64 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(String);

/// A text that is no fingerprint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a fingerprint is `sha256:` and 64 hexadecimal digits, as `hooksync plan` prints it")]
pub struct InvalidFingerprint;

impl Fingerprint {
    /// Takes a digest.
    #[must_use]
    pub fn new(digest: Sha256) -> Self {
        Self(format!("sha256:{digest}"))
    }

    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Fingerprint {
    type Err = InvalidFingerprint;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.strip_prefix("sha256:").ok_or(InvalidFingerprint)?;
        let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if digits.len() == 64 && digits.bytes().all(is_hex) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidFingerprint)
        }
    }
}
