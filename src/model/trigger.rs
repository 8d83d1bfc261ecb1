//! The five points of Auth0's flows at which a hook can run.
//!
//! Must not know what a script for a trigger looks like: that is `lint`'s.

use std::fmt;

/// A hook's trigger (`triggerId`). It can't be changed on the tenant: the
/// Management API refuses `triggerId` in a PATCH.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trigger {
    /// A machine asks for a token. Blocking: a broken hook stops every
    /// client-credentials grant, this tool's own included.
    CredentialsExchange,
    /// Before a user is stored. Blocking.
    PreUserRegistration,
    /// After a user was stored. Not blocking.
    PostUserRegistration,
    /// After a password was changed. Not blocking.
    PostChangePassword,
    /// An MFA text message is to be sent. Blocking.
    SendPhoneMessage,
    /// A trigger that this program doesn't know. Only a tenant's answer can
    /// hold one; a definition never does.
    Other(String),
}

impl Trigger {
    /// The five documented triggers, in the order of Auth0's documentation.
    pub const KNOWN: [Self; 5] = [
        Self::CredentialsExchange,
        Self::PreUserRegistration,
        Self::PostUserRegistration,
        Self::PostChangePassword,
        Self::SendPhoneMessage,
    ];

    /// The documented trigger of this id, or `None`.
    #[must_use]
    pub fn known(id: &str) -> Option<Self> {
        Self::KNOWN.into_iter().find(|trigger| trigger.as_str() == id)
    }

    /// The trigger of an id that a tenant answered: unknown ones are kept.
    #[must_use]
    pub fn from_tenant(id: &str) -> Self {
        Self::known(id).unwrap_or_else(|| Self::Other(id.to_owned()))
    }

    /// The id as the Management API writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::CredentialsExchange => "credentials-exchange",
            Self::PreUserRegistration => "pre-user-registration",
            Self::PostUserRegistration => "post-user-registration",
            Self::PostChangePassword => "post-change-password",
            Self::SendPhoneMessage => "send-phone-message",
            Self::Other(id) => id,
        }
    }
}

impl fmt::Display for Trigger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_trigger_is_found_by_its_id() {
        for trigger in Trigger::KNOWN {
            assert_eq!(Trigger::known(trigger.as_str()), Some(trigger.clone()));
        }
        assert_eq!(Trigger::known("post-login"), None);
        assert_eq!(Trigger::from_tenant("post-login").as_str(), "post-login");
    }
}
