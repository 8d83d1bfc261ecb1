//! What making an old version of an action live again does: what every
//! renderer of it says.
//!
//! Main type: [`Rollback`]. Must not know how it was found out.

use crate::model::content::draft_is_deployed;
use crate::model::{DeployedVersion, LiveBindings, Trigger};
use crate::plan::{Change, FailedRequest};

/// A rollback, done or not.
#[derive(Debug, Clone)]
pub struct Rollback {
    /// The tenant.
    pub tenant: String,
    /// From what runs to the version.
    pub change: Change,
    /// The version that becomes live again.
    pub to: DeployedVersion,
    /// When it was made.
    pub made: Option<String>,
    /// The order of the action's trigger.
    pub bindings: LiveBindings,
    /// Whether the draft becomes equal to it, too.
    pub update_draft: bool,
}

/// What it came to.
#[derive(Debug, Clone)]
pub enum RolledBack {
    /// That version, or one that is equal to it, ran already.
    Unchanged,
    /// A new version runs.
    Deployed {
        /// Its number.
        version: Option<u64>,
        /// Whether the tenant says already that it is in traffic.
        in_traffic: bool,
    },
    /// The request failed.
    Failed(FailedRequest),
}

impl Rollback {
    /// The number of the version that runs now.
    #[must_use]
    pub fn from(&self) -> Option<u64> {
        self.deployed()?.number
    }

    fn deployed(&self) -> Option<&DeployedVersion> {
        self.change.live.as_ref()?.action()?.deployed.as_ref()
    }

    /// Whether nothing that runs would change, nor the draft.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        let same = self.change.fields.is_empty() && self.change.secrets.is_empty();
        same && self.deployed().is_some() && (!self.update_draft || !self.has_other_draft())
    }

    /// Whether the draft is not what is deployed.
    #[must_use]
    pub fn has_other_draft(&self) -> bool {
        self.change.live.as_ref().is_some_and(|live| !draft_is_deployed(live, false))
    }

    /// The places, from 1, at which the trigger runs the action, and how many
    /// actions it runs.
    #[must_use]
    pub fn places(&self) -> (Vec<usize>, usize) {
        let entries = &self.bindings.entries;
        let own = |id| self.change.id.as_ref() == Some(id);
        let at = entries.iter().enumerate().filter(|(_, entry)| own(&entry.action_id));
        (at.map(|(at, _)| at + 1).collect(), entries.len())
    }

    /// What it does to traffic.
    pub(super) fn traffic(&self) -> String {
        let (new, trigger) = (version(self.to.number), &self.change.trigger);
        let made = self.made.as_ref().map(|time| format!(" of {time}")).unwrap_or_default();
        let instead = match self.from() {
            Some(number) => format!(" in place of v{number}"),
            None => String::new(),
        };
        let (places, all) = self.places();
        match places.as_slice() {
            [] => format!(
                "A new version equal to {new}{made} is deployed{instead}. The bindings of \
                 {trigger} do not have the action, so nothing that runs there changes."
            ),
            places => format!(
                "A new version equal to {new}{made} goes live on {trigger}{instead}; the order \
                 is unchanged: {} of {all}.",
                places.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ")
            ),
        }
    }

    /// What goes wrong if that version fails, where the action runs.
    pub(super) fn danger(&self) -> Option<String> {
        let trigger = &self.change.trigger;
        let what = match trigger {
            Trigger::CredentialsExchange => {
                "machines get no tokens, this client included. Keep a valid access token at hand"
            }
            Trigger::PreUserRegistration => "nobody can sign up",
            Trigger::SendPhoneMessage => "no codes are sent",
            Trigger::Other(id) if id == "post-login" => "nobody can log in",
            Trigger::PostUserRegistration | Trigger::PostChangePassword | Trigger::Other(_) => {
                return None;
            }
        };
        (!self.places().0.is_empty()).then(|| format!("If it fails, {what}."))
    }

    /// What becomes of the draft.
    pub(super) fn draft(&self) -> &'static str {
        match (self.update_draft, self.has_other_draft()) {
            (true, true) => {
                "The draft, which was not deployed, is overwritten with that version; it is saved \
                 as a backup before."
            }
            (true, false) => "The draft becomes equal to that version, too.",
            (false, _) => "The draft is kept; --update-draft makes it equal to that version, too.",
        }
    }
}

/// `v9`.
pub(super) fn version(number: Option<u64>) -> String {
    number.map_or_else(|| "that version".to_owned(), |number| format!("v{number}"))
}
