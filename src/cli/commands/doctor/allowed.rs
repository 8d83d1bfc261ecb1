//! What the token and the tenant allow.
//!
//! Must not make requests.

use std::collections::BTreeSet;

use super::good;
use crate::api::{ACTION_SCOPES, SCOPES};
use crate::cli::settings::Target;
use crate::plan::frozen;
use crate::report::text::{Check, Health};

/// What each scope of actions is needed for.
const ACTION_USES: [(&str, &str); 4] = [
    ("read:actions", "plan, export and versions"),
    ("create:actions", "new actions, every deploy, rollback"),
    ("update:actions", "changes of actions and of bindings"),
    ("delete:actions", "deletes"),
];

/// As [`of_scopes`], for actions: a deploy creates a version.
pub(super) fn of_action_scopes(scopes: Option<&BTreeSet<String>>) -> Check {
    let what = "action scopes";
    let Some(scopes) = scopes else {
        return Check {
            what,
            health: Health::Unknown,
            found: "the token doesn't list its scopes".to_owned(),
            hint: Some(format!(
                "plan needs read:actions, apply all of {}",
                ACTION_SCOPES.join(", ")
            )),
        };
    };
    let missing: Vec<_> =
        ACTION_USES.iter().filter(|(scope, _)| !scopes.contains(*scope)).collect();
    if missing.is_empty() {
        return good(what, ACTION_SCOPES.join(", "));
    }
    let uses: Vec<String> =
        missing.iter().map(|(scope, uses)| format!("{scope} (for {uses})")).collect();
    Check {
        what,
        health: if missing[0].0 == ACTION_SCOPES[0] { Health::Bad } else { Health::Doubtful },
        found: format!("missing: {}", uses.join("; ")),
        hint: Some(
            "grant them to the application for the Auth0 Management API; a read-only token is \
             right for plans of pull requests"
                .to_owned(),
        ),
    }
}

/// `plan` needs to read; `apply` the other three, each for a part of what it
/// can do.
pub(super) fn of_scopes(scopes: Option<&BTreeSet<String>>) -> Check {
    let Some(scopes) = scopes else {
        return Check {
            what: "scopes",
            health: Health::Unknown,
            found: "the token doesn't list its scopes".to_owned(),
            hint: Some(format!("plan needs {}, apply all of {}", SCOPES[0], SCOPES.join(", "))),
        };
    };
    let missing: Vec<&str> = SCOPES.into_iter().filter(|scope| !scopes.contains(*scope)).collect();
    if missing.is_empty() {
        return good("scopes", SCOPES.join(", "));
    }
    let no_reading = missing.contains(&SCOPES[0]);
    Check {
        what: "scopes",
        health: if no_reading { Health::Bad } else { Health::Doubtful },
        found: format!(
            "{} missing: {}",
            missing.join(", "),
            if no_reading { "even plan will fail" } else { "plan works, apply will fail" }
        ),
        hint: Some(
            "grant them to the application for the Auth0 Management API; a read-only token is \
             right for plans of pull requests"
                .to_owned(),
        ),
    }
}

/// Whether hooks can be written: a tenant says so only when one is tried.
pub(super) fn of_writes(target: &Target, scopes: Option<&BTreeSet<String>>) -> Check {
    let reported = "a refusal is reported, and nothing is lost";
    let allowed = |scope: &&str| scopes.is_none_or(|scopes| scopes.contains(*scope));
    if !SCOPES[1..].iter().any(allowed) {
        return refused_writes("refused by the token's scopes");
    }
    let (found, hint) = match target {
        Target::Local { .. } => return good("writes", "the local tenant accepts them".to_owned()),
        Target::Remote(remote) if remote.domain.value.is_loopback() => {
            ("unknown until one is tried".to_owned(), format!("apply will try; {reported}"))
        }
        Target::Remote(remote) if frozen::is_public_cloud(remote.domain.value.as_str()) => {
            return Check {
                what: "writes",
                health: Health::Doubtful,
                found: format!(
                    "new hooks and changes of scripts, names and dependencies will be refused: {}",
                    frozen::WHY
                ),
                hint: Some(format!(
                    "move them to actions with `hooksync migrate`; disabling, secrets and deletes \
                     may still be accepted; {reported}"
                )),
            };
        }
        Target::Remote(_) => {
            ("unknown until one is tried".to_owned(), format!("apply will try; {reported}"))
        }
    };
    Check { what: "writes", health: Health::Unknown, found, hint: Some(hint) }
}

pub(super) fn refused_writes(found: &str) -> Check {
    Check {
        what: "writes",
        health: Health::Doubtful,
        found: found.to_owned(),
        hint: Some("plan works where hooks can be read; apply changes nothing".to_owned()),
    }
}
