//! Actions and orders that can lock everybody out: those at `post-login` and
//! `credentials-exchange`.

use crate::model::{Kind, Trigger};
use crate::plan::Change;

/// What to say of so many of them, after their names.
pub(in crate::plan) fn lock_out(trigger: &Trigger, names: usize) -> &'static str {
    match (trigger, names) {
        (Trigger::CredentialsExchange, 1) => {
            " runs on every client-credentials grant: if it fails, machines get no tokens, this client \
             included, and it has to be unbound in the Dashboard. Keep a valid access token at hand."
        }
        (Trigger::CredentialsExchange, _) => {
            " run on every client-credentials grant: if one fails, machines get no tokens, this client \
             included, and it has to be unbound in the Dashboard. Keep a valid access token at hand."
        }
        (_, 1) => {
            " runs at every login: if it fails, nobody can log in until the version before it is \
             deployed again, or it is unbound."
        }
        _ => {
            " run at every login: if one fails, nobody can log in until the version before it is \
             deployed again, or it is unbound."
        }
    }
}

/// Whether it changes what every login of users, or of machines (this program's
/// own among them), goes through.
pub(in crate::plan) fn can_lock_out(change: &Change) -> bool {
    let is_at_a_door =
        change.trigger == Trigger::CredentialsExchange || change.trigger.as_str() == "post-login";
    is_at_a_door
        && match change.kind {
            Kind::Bindings => !change.newly_bound().is_empty(),
            // a draft is in nobody's way
            _ => change.will_run() && change.deploys(),
        }
}
