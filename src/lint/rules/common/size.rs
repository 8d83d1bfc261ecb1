//! How much a hook or an action may hold: the size of its script, the number of its secrets.

use crate::lint::finding::Findings;
use crate::lint::rule::{ACTION_TOO_LARGE, LARGE_SCRIPT, TOO_MANY_SECRETS};
use crate::model::Kind;

/// What Auth0 documents for Actions, and for database scripts on the platform
/// of hooks.
const LARGE: usize = 100 * 1024;
/// The limit of an action's code, as documented: 100 kB.
const LARGE_ACTION: usize = 100_000;
/// Beyond this the script is an error of its own.
const TOO_LARGE: usize = 1024 * 1024;

pub(crate) fn check(findings: &mut Findings<'_>) {
    let hook = findings.hook;
    let length = hook.script.as_str().len();
    if findings.kind() == Kind::Action && length > LARGE_ACTION && length <= TOO_LARGE {
        findings.script(
            ACTION_TOO_LARGE,
            0..0,
            format!("The code has {} kB; an action may have 100 kB.", length.div_ceil(1000)),
            "move code into an npm package and list it in `dependencies`",
        );
    } else if findings.kind() == Kind::Hook && length > LARGE && length <= TOO_LARGE {
        findings.script(
            LARGE_SCRIPT,
            0..0,
            format!(
                "The script has {} KB; Auth0 limits comparable scripts to 100 KB.",
                length / 1024
            ),
            "move code into an npm package and list it in `dependencies`",
        );
    }
    // What the documentation allows.
    let (noun, most) = match findings.kind() {
        Kind::Action => ("an action", 30),
        _ => ("a hook", 20),
    };
    let secrets = hook.secrets.as_ref().map_or(0, std::collections::BTreeMap::len);
    if secrets > most {
        findings.definition(
            TOO_MANY_SECRETS,
            hook.written.place_of(&hook.written.secrets),
            format!("{secrets} secrets; {noun} may have {most}, and the tenant refuses more."),
            "put values that belong together into one secret, as JSON",
        );
    }
}
