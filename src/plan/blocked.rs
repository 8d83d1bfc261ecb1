//! What the token is known not to be allowed to do.
//!
//! Must not guess: without knowledge of the token's scopes nothing is blocked.

use std::collections::{BTreeMap, BTreeSet};

use super::change::Plan;
use super::kinds::WRITE_SCOPES;

/// How a reason begins that a scope is lacking.
pub(super) const LACKS_SCOPE: &str = "the token lacks the scope";

/// The plan with notes of what a token with these scopes can't do. `plans_only`: it will not be
/// used to apply. One that can write nothing at all is a pipeline's token for
/// planning, and the token that applies is another: that is said once and
/// blocks nothing.
#[must_use]
pub fn marked(mut plan: Plan, scopes: &BTreeSet<String>, plans_only: bool) -> Plan {
    let reads_only = !WRITE_SCOPES.iter().any(|scope| scopes.contains(*scope));
    if plans_only && reads_only {
        let needed: BTreeSet<&str> = plan.steps.iter().map(|step| step.op.scope()).collect();
        plan.token_lacks = needed.into_iter().map(str::to_owned).collect();
        return plan;
    }
    let mut missing: BTreeMap<usize, BTreeSet<&'static str>> = BTreeMap::new();
    for step in &plan.steps {
        let scope = step.op.scope();
        if !scopes.contains(scope) {
            missing.entry(step.change).or_default().insert(scope);
        }
    }
    for (change, scopes) in missing {
        let names: Vec<&str> = scopes.into_iter().collect();
        plan.changes[change].blocked = Some(format!("{LACKS_SCOPE} {}", names.join(", ")));
    }
    plan
}
