//! What the tenant holds: hooks, in the order in which they were made, and
//! for each secret a salted digest of its value, never the value.
//!
//! Main type: [`State`]. Must not know HTTP, files or time.

use ring::digest;

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

/// A salted digest of a secret's value: enough to see whether a value was
/// written, without holding it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretDigest {
    /// SHA-256 over the salt and the value.
    Of([u8; 32]),
    /// The state was written by hand, without a value.
    Unknown,
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

/// All hooks of the tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// In the order in which they were made.
    pub hooks: Vec<Hook>,
    /// Mixed into every digest, so that equal values of two state files
    /// don't look equal.
    pub salt: [u8; 16],
}

impl State {
    /// No hooks yet.
    #[must_use]
    pub fn empty(salt: [u8; 16]) -> Self {
        Self { hooks: Vec::new(), salt }
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
        match self.hook(hook_id)?.secrets.get(key)? {
            SecretDigest::Of(bytes) => {
                Some(SecretDigest::Of(*bytes) == digest_of(&self.salt, value))
            }
            SecretDigest::Unknown => None,
        }
    }
}

/// The digest under which a secret's value is kept.
pub(super) fn digest_of(salt: &[u8; 16], value: &str) -> SecretDigest {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(salt);
    context.update(value.as_bytes());
    let mut bytes = [0; 32];
    bytes.copy_from_slice(context.finish().as_ref());
    SecretDigest::Of(bytes)
}
