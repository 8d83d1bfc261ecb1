//! What Auth0 no longer accepts of hooks on its public cloud, said before an
//! apply meets it.
//!
//! A warning, not a refusal: the tenant itself decides, and private clouds
//! differ. Must not block anything.

use crate::model::Kind;
use crate::plan::{Change, Field, Plan, Verb, Warning, codes};

/// The public cloud's tenants are below this domain.
const PUBLIC_CLOUD: &str = ".auth0.com";

/// Why such changes fail there.
pub const WHY: &str = "Auth0 made hooks read-only on its public cloud on 2024-11-18 and ended \
                       them on 2026-11-18";

/// What to do where a tenant has ended them.
pub(in crate::plan) const INSTEAD: &str = "Actions take the place of hooks: `hooksync migrate` \
                                           converts them, and needs no tenant.";

/// Whether a domain is one of Auth0's public cloud.
#[must_use]
pub fn is_public_cloud(domain: &str) -> bool {
    let host = domain.trim_end_matches('/').rsplit("//").next().unwrap_or_default();
    let host = host.split(':').next().unwrap_or_default();
    host.to_ascii_lowercase().ends_with(PUBLIC_CLOUD)
}

/// Warns of the changes of hooks that the public cloud refuses.
#[must_use]
pub fn warned(mut plan: Plan) -> Plan {
    if plan.ended.contains(&Kind::Hook) || !is_public_cloud(&plan.tenant) {
        return plan;
    }
    let refused: Vec<String> = plan
        .changes
        .iter()
        .filter(|change| is_refused(change))
        .map(|one| one.name.to_string())
        .collect();
    let Some(first) = refused.first() else { return plan };
    let others = match refused.len() - 1 {
        0 => String::new(),
        1 => " and of 1 other hook".to_owned(),
        more => format!(" and of {more} other hooks"),
    };
    plan.warnings.push(Warning {
        code: codes::EXPECTED_REFUSAL.into(),
        message: format!(
            "Expect {} to refuse the changes of `{first}`{others}: {WHY}. New hooks and changes of \
             scripts, names and dependencies are refused; Actions take their place.",
            plan.tenant
        ),
        source: None,
        position: None,
    });
    plan
}

/// Switching on and off, secrets and deletes may still be accepted.
fn is_refused(change: &Change) -> bool {
    if change.kind != Kind::Hook {
        return false;
    }
    match change.verb {
        Verb::Create | Verb::Replace => true,
        Verb::Update => change.fields.iter().any(|field| field.field != Field::Enabled),
        Verb::Delete | Verb::Resend => false,
    }
}
