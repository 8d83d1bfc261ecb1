//! Hooks that can lock every machine out: those of `credentials-exchange`, which
//! each client-credentials grant goes through.

use crate::model::Trigger;
use crate::plan::{Change, Field, Verb};

/// What to say of such a hook, after its name.
pub(in crate::plan) const LOCK_OUT: &str = " runs on every client-credentials grant: if it fails, machines get no tokens, this client \
                         included, and it has to be switched off in the Dashboard. Keep a valid access token at hand.";

/// Whether it changes what every token request of a machine goes through, this
/// program's own among them.
pub(in crate::plan) fn can_lock_out(change: &Change) -> bool {
    let renames_only =
        change.secrets.is_empty() && change.fields.iter().all(|field| field.field == Field::Name);
    change.trigger == Trigger::CredentialsExchange
        && change.will_run()
        && match change.verb {
            Verb::Create | Verb::Replace => true,
            Verb::Update => !renames_only,
            Verb::Delete | Verb::Resend => false,
        }
}
