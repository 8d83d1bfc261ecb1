//! What the tenant holds: hooks, actions, bindings and modules, and for each
//! secret a keyed digest of its value, never the value.
//!
//! Main type: [`State`]. Must not know HTTP, files or time.

use std::fmt;

use ring::hmac;

use super::actions::{Action, Binding, Module};
use super::json::Ordered;

/// The five extensibility points.
pub const TRIGGERS: [&str; 5] = [
    "credentials-exchange",
    "pre-user-registration",
    "post-user-registration",
    "post-change-password",
    "send-phone-message",
];

/// Documented: "up to 20 secrets for any given Hook".
pub const MAX_SECRETS: usize = 20;

/// The key under which this process digests secrets. It is never written
/// down, so that what a state file holds can't be guessed from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SecretKey([u8; 16]);

impl SecretKey {
    /// Of these bytes.
    #[must_use]
    pub fn new(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    fn digest(&self, about: &[u8], value: &[u8]) -> [u8; 32] {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.0);
        let mut context = hmac::Context::with_key(&key);
        context.update(about);
        context.update(value);
        let mut bytes = [0; 32];
        bytes.copy_from_slice(context.sign().as_ref());
        bytes
    }

    /// Distinguishes keys without giving them away.
    fn name(&self) -> [u8; 4] {
        let [a, b, c, d, ..] = self.digest(b"name", b"");
        [a, b, c, d]
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey")
    }
}

/// A digest of a secret's value: enough to see whether a value was written,
/// without holding it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretDigest {
    /// Written by the process whose key has this name.
    Of {
        /// Whose key.
        key: [u8; 4],
        /// HMAC-SHA-256 of the value.
        digest: [u8; 32],
    },
    /// The state was written by hand, without a value.
    Unknown,
}

impl SecretDigest {
    /// Whether the value was exactly this one; `None` if that isn't known.
    #[must_use]
    pub fn is(&self, key: &SecretKey, value: &str) -> Option<bool> {
        match self {
            Self::Of { key: by, .. } if *by == key.name() => Some(*self == digest_of(key, value)),
            Self::Of { .. } | Self::Unknown => None,
        }
    }
}

/// One hook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hook {
    /// Opaque to clients.
    pub id: String,
    /// As stored; hooks from before names have none.
    pub name: Option<String>,
    /// The source, as sent.
    pub script: String,
    /// npm package to version.
    pub dependencies: Ordered<String>,
    /// Whether the hook runs.
    pub enabled: bool,
    /// One of [`TRIGGERS`].
    pub trigger_id: String,
    /// Names to digests, in the order in which they were added.
    pub secrets: Ordered<SecretDigest>,
}

/// All that the tenant holds.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// In the order in which they were made.
    pub hooks: Vec<Hook>,
    /// In the order in which they were made.
    pub actions: Vec<Action>,
    /// Those of one trigger in the order in which they run.
    pub bindings: Vec<Binding>,
    /// In the order in which they were made.
    pub modules: Vec<Module>,
    /// Of this process.
    pub key: SecretKey,
}

impl State {
    /// Nothing yet.
    #[must_use]
    pub fn empty(key: SecretKey) -> Self {
        let (hooks, actions) = (Vec::new(), Vec::new());
        Self { hooks, actions, bindings: Vec::new(), modules: Vec::new(), key }
    }

    /// The hook with this id.
    #[must_use]
    pub fn hook(&self, id: &str) -> Option<&Hook> {
        self.hooks.iter().find(|hook| hook.id == id)
    }

    /// The hook with this id, to be changed.
    pub fn hook_mut(&mut self, id: &str) -> Option<&mut Hook> {
        self.hooks.iter_mut().find(|hook| hook.id == id)
    }

    /// Whether the secret was last written with exactly this value. `None`
    /// if there is no such secret or its value isn't known.
    #[must_use]
    pub fn secret_is(&self, hook_id: &str, key: &str, value: &str) -> Option<bool> {
        self.hook(hook_id)?.secrets.get(key)?.is(&self.key, value)
    }
}

/// The digest under which a secret's value is kept.
pub(super) fn digest_of(key: &SecretKey, value: &str) -> SecretDigest {
    SecretDigest::Of { key: key.name(), digest: key.digest(b"value", value.as_bytes()) }
}
