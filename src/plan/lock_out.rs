//! Changes that can lock everybody out: what every login, or every machine that
//! asks for a token, goes through.

use super::{Change, Field, Verb};
use crate::model::{Kind, Trigger};

impl Change {
    /// The names of what [can lock out](Self::can_lock_out). Of bindings those
    /// that no other of the plan's `changes` is about.
    #[must_use]
    pub fn locks_out_by<'a>(&'a self, changes: &[Self]) -> Vec<&'a str> {
        if !self.can_lock_out() {
            return Vec::new();
        }
        if self.kind != Kind::Bindings {
            return vec![self.name.as_str()];
        }
        let is_said = |name: &str| {
            let of_action = |change: &&Self| change.kind == Kind::Action;
            let mut actions = changes.iter().filter(of_action);
            actions.any(|action| action.name.as_str() == name && action.can_lock_out())
        };
        self.newly_bound().into_iter().filter(|name| !is_said(name)).collect()
    }

    /// What to say of so many of them, after their names.
    #[must_use]
    pub fn lock_out(&self, names: usize) -> &'static str {
        match (self.kind, &self.trigger, names) {
            (Kind::Hook, ..) => {
                " runs on every client-credentials grant: if it fails, machines get no tokens, this client \
                 included, and it has to be switched off in the Dashboard. Keep a valid access token at hand."
            }
            (_, Trigger::CredentialsExchange, 1) => {
                " runs on every client-credentials grant: if it fails, machines get no tokens, this client \
                 included, and it has to be unbound in the Dashboard. Keep a valid access token at hand."
            }
            (_, Trigger::CredentialsExchange, _) => {
                " run on every client-credentials grant: if one fails, machines get no tokens, this client \
                 included, and it has to be unbound in the Dashboard. Keep a valid access token at hand."
            }
            (.., 1) => {
                " runs at every login: if it fails, nobody can log in until the version before it is \
                 deployed again, or it is unbound."
            }
            _ => {
                " run at every login: if one fails, nobody can log in until the version before it is \
                 deployed again, or it is unbound."
            }
        }
    }

    /// Whether it changes what every log-in of users, or of machines (this
    /// program's own among them), goes through.
    #[must_use]
    pub fn can_lock_out(&self) -> bool {
        let renames_only =
            self.secrets.is_empty() && self.fields.iter().all(|change| change.field == Field::Name);
        match self.kind {
            Kind::Hook => {
                self.trigger == Trigger::CredentialsExchange
                    && self.will_run()
                    && match self.verb {
                        Verb::Create | Verb::Replace => true,
                        Verb::Update => !renames_only,
                        Verb::Delete | Verb::Resend => false,
                    }
            }
            // a draft is in nobody's way
            Kind::Action => self.is_at_a_door() && self.will_run() && self.deploys(),
            Kind::Bindings => self.is_at_a_door() && !self.newly_bound().is_empty(),
        }
    }

    /// Whether actions of its trigger run before anybody gets a token.
    fn is_at_a_door(&self) -> bool {
        self.trigger == Trigger::CredentialsExchange || self.trigger.as_str() == "post-login"
    }
}
