//! What the token is known not to be allowed to do.
//!
//! Must not guess: without knowledge of the token's scopes nothing is blocked.

use std::collections::BTreeSet;

use super::change::Plan;
use super::step::{Op, Owner};

/// What `plan` and `apply` need to read.
pub const READ_SCOPE: &str = "read:hooks";

/// The scope that a write needs, by the OpenAPI description of the Management
/// API. (Auth0's prose pages name others for some of them; asking for all four
/// hook scopes is always right.)
#[must_use]
pub fn scope_of(op: &Op) -> &'static str {
    match op {
        Op::Create { .. } => "create:hooks",
        Op::Patch { .. } | Op::AddSecrets { .. } | Op::UpdateSecrets { .. } => "update:hooks",
        Op::Delete { .. } | Op::RemoveSecrets { .. } => "delete:hooks",
    }
}

/// Every scope that a write can need.
const WRITE_SCOPES: [&str; 3] = ["create:hooks", "update:hooks", "delete:hooks"];

/// Notes what a token with these scopes can't do. `plans_only`: it will not be
/// used to apply. One that can write nothing at all is a pipeline's token for
/// planning, and the token that applies is another: that is said once and
/// blocks nothing.
pub fn mark(plan: &mut Plan, scopes: &BTreeSet<String>, plans_only: bool) {
    let reads_only = !WRITE_SCOPES.iter().any(|scope| scopes.contains(*scope));
    if plans_only && reads_only {
        let needed: BTreeSet<&str> = plan.steps.iter().map(|step| scope_of(&step.op)).collect();
        plan.token_lacks = needed.into_iter().map(str::to_owned).collect();
        return;
    }
    let mut missing: Vec<(Owner, BTreeSet<&'static str>)> = Vec::new();
    for step in &plan.steps {
        let scope = scope_of(&step.op);
        if scopes.contains(scope) {
            continue;
        }
        match missing.iter_mut().find(|(owner, _)| *owner == step.owner) {
            Some((_, found)) => drop(found.insert(scope)),
            None => missing.push((step.owner, BTreeSet::from([scope]))),
        }
    }
    for (owner, scopes) in missing {
        let names: Vec<&str> = scopes.into_iter().collect();
        let reason = Some(format!("the token lacks the scope {}", names.join(", ")));
        match owner {
            Owner::Change(index) => plan.changes[index].blocked = reason,
            Owner::SecretWrite(index) => plan.secret_writes[index].blocked = reason,
        }
    }
}
