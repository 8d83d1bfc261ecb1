//! How much a hook may hold: the size of its script, the number of its secrets.

use crate::lint::finding::Findings;
use crate::lint::rule::{LARGE_SCRIPT, TOO_MANY_SECRETS};

/// What Auth0 documents for database scripts and Actions on the same platform.
const LARGE: usize = 100 * 1024;
/// Beyond this the script is an error of its own.
const TOO_LARGE: usize = 1024 * 1024;
/// What the documentation allows.
const MAX_SECRETS: usize = 20;

pub(crate) fn check(findings: &mut Findings<'_>) {
    let hook = findings.hook;
    let length = hook.script.as_str().len();
    if length > LARGE && length <= TOO_LARGE {
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
    let secrets = hook.secrets.as_ref().map_or(0, std::collections::BTreeMap::len);
    if secrets > MAX_SECRETS {
        findings.definition(
            TOO_MANY_SECRETS,
            findings.yaml().section("secrets"),
            format!(
                "{secrets} secrets; a hook may have {MAX_SECRETS}, and the tenant refuses more."
            ),
            "put values that belong together into one secret, as JSON",
        );
    }
}
