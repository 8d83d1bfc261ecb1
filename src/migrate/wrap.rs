//! A hook's script, unchanged, inside an Action that calls it as Auth0 did.
//!
//! Main function: [`wrap`]. The error classes of the trigger stand in the
//! script's own scope, as Auth0's published compiler of hooks put them; below
//! it an adapter builds the old arguments, waits for the answer and says it in
//! the words of an Action. Must not change the script.

use crate::model::Trigger;
use crate::script::hooks::{error_classes, takes_friendly_message};

const HEAD: &str = include_str!("wrap/head.js");
const TAIL: &str = include_str!("wrap/tail.js");

fn adapter(trigger: &Trigger) -> Option<&'static str> {
    match trigger {
        Trigger::CredentialsExchange => Some(include_str!("wrap/credentials-exchange.js")),
        Trigger::PreUserRegistration => Some(include_str!("wrap/pre-user-registration.js")),
        Trigger::PostUserRegistration => Some(include_str!("wrap/post-user-registration.js")),
        Trigger::PostChangePassword => Some(include_str!("wrap/post-change-password.js")),
        Trigger::SendPhoneMessage => Some(include_str!("wrap/send-phone-message.js")),
        Trigger::Other(_) => None,
    }
}

/// The source of an error class of hooks.
fn class(name: &str) -> String {
    if !takes_friendly_message(name) {
        return format!("    class {name} extends ExtensibilityUserError {{}}\n");
    }
    format!(
        "    class {name} extends ExtensibilityUserError {{\n      \
           constructor(message, friendlyMessage) {{\n        \
             super(message);\n        \
             this.friendlyMessage = friendlyMessage || message;\n      \
           }}\n    }}\n"
    )
}

/// The Action around a script whose packages have no versions in them any more;
/// `None` for a trigger that hooks don't have.
pub(super) fn wrap(script: &str, trigger: &Trigger) -> Option<String> {
    let adapter = adapter(trigger)?;
    // the lines of the adapter end as those of the script do
    let ends = |text: &str| match script.contains("\r\n") {
        true => text.replace('\n', "\r\n"),
        false => text.to_owned(),
    };
    let mut front = String::with_capacity(1_000);
    front.push_str("// The hook as it was, and below it what calls it as Auth0 did.\n");
    front.push_str(HEAD);
    for name in error_classes(trigger) {
        front.push_str(&class(name));
    }
    front.push_str("    // ---- the hook, unchanged ----\n");
    let end = if script.ends_with('\n') { "" } else { "\n" };
    let back = format!("{end}    // ---- end of the hook ----\n{TAIL}\n{adapter}");
    Some(format!("{}{script}{}", ends(&front), ends(&back)))
}
