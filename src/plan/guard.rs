//! The only way from a plan to something that can be executed.
//!
//! An [`ApprovedPlan`] can't be made anywhere else, so an apply that wasn't
//! checked doesn't compile. Must not change the plan.

use super::change::{Change, Plan, SecretVerb, UnresolvedSecret, Verb};
use super::field::{Field, FieldChange, Value};
use super::fingerprint::Fingerprint;
use crate::model::Kind;

/// A plan that may be carried out.
#[derive(Debug, Clone)]
pub struct ApprovedPlan(Plan);

impl ApprovedPlan {
    /// The plan.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.0
    }
}

/// What the user allows.
#[derive(Debug, Clone, Default)]
pub struct Allowed {
    /// What is of the first kind may be deleted, replaced, and lose secrets.
    pub deletes: bool,
    /// The same for all other kinds, and orders may get shorter.
    pub deletes_actions: bool,
    /// Even most of what the tenant has.
    pub force: bool,
    /// The plan must be the reviewed one.
    pub expected: Option<Fingerprint>,
    /// The reviewed plan was made for this tenant.
    pub expected_tenant: Option<String>,
}

/// Why a plan isn't carried out. Nothing was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It deletes, and that isn't allowed.
    #[error("the plan deletes, and deleting isn't allowed: {}", what.join("; "))]
    Deletes {
        /// What would be deleted, one entry each.
        what: Vec<String>,
        /// Whether secrets of what stays are among it.
        secrets: bool,
    },
    /// It deletes so much that it is more likely a mistake.
    #[error("the plan deletes {deletes} of the tenant's {live} {}", kind.plural())]
    TooManyDeletes {
        /// Of what kind.
        kind: Kind,
        /// Deletes and replaces.
        deletes: usize,
        /// All of that kind on the tenant.
        live: usize,
    },
    /// It isn't the reviewed plan any more.
    #[error("the plan has changed since it was reviewed: it was {expected} and is now {found}")]
    Stale {
        /// The reviewed one.
        expected: Fingerprint,
        /// Today's.
        found: Fingerprint,
    },
    /// It was reviewed for another tenant.
    #[error("the reviewed plan is for tenant {expected}, this is {found}")]
    OtherTenant {
        /// The reviewed one's.
        expected: String,
        /// Today's.
        found: String,
    },
    /// Secrets have to be sent whose value isn't known.
    #[error("{}", unresolved_text(secrets))]
    Unresolved {
        /// Which.
        secrets: Vec<UnresolvedSecret>,
    },
    /// There is no safe order of the writes.
    #[error("internal error: {}", why.join("; "))]
    Unordered {
        /// Why.
        why: Vec<String>,
    },
    /// The tenant has ended this kind, and there is nothing else to do.
    #[error("the tenant has ended {}, and the plan has nothing else to do", _0.plural())]
    Ended(Kind),
    /// The token lacks scopes, or the tenant's limits are met.
    #[error("the plan can't be applied: {}", what.join("; "))]
    Blocked {
        /// What and why, one entry each.
        what: Vec<String>,
        /// Whether the token lacks a scope for one of them.
        scopes: bool,
    },
}

impl Refusal {
    /// Whether it is refused as unsafe or stale, rather than for an input
    /// that is missing.
    #[must_use]
    pub fn is_safety(&self) -> bool {
        match self {
            Self::Deletes { .. }
            | Self::TooManyDeletes { .. }
            | Self::Stale { .. }
            | Self::OtherTenant { .. }
            | Self::Unordered { .. } => true,
            Self::Unresolved { .. } | Self::Blocked { .. } | Self::Ended(_) => false,
        }
    }

    /// The next step.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Deletes { secrets: false, .. } => {
                "Check the plan, then pass --allow-delete; or choose others with --only."
            }
            Self::Deletes { secrets: true, .. } => {
                "Check the plan, then pass --allow-delete; or keep a secret by giving it the value \
                 _VALUE_NOT_SHOWN_; or choose others with --only."
            }
            Self::TooManyDeletes { .. } => {
                "A wrong directory or tenant looks just like this. If this is intended, pass --force with --allow-delete."
            }
            Self::Stale { .. } => {
                "The tenant or the files changed in between: make a new plan and have it reviewed."
            }
            Self::OtherTenant { .. } => "Check AUTH0_DOMAIN, --domain and --env.",
            Self::Unordered { .. } => {
                "Nothing was written. Please report this with the output of `hooksync plan -v`."
            }
            Self::Unresolved { .. } => {
                "Set the environment variable of that name, or pass --keyword, or leave secrets \
                 alone with --secrets never."
            }
            Self::Blocked { scopes: false, .. } => {
                "Fix what is named, or choose others with --only."
            }
            Self::Blocked { scopes: true, .. } => {
                "Grant a scope that is missing to the client (Auth0 dashboard: the application's \
                 API permissions) and get a new token, fix what else is named, or choose others with --only."
            }
            Self::Ended(_) => super::frozen::INSTEAD,
        }
    }
}

fn unresolved_text(secrets: &[UnresolvedSecret]) -> String {
    let each: Vec<String> = secrets
        .iter()
        .map(|secret| {
            format!("{} of {} needs {}", secret.key, secret.name, secret.keywords.join(", "))
        })
        .collect();
    format!("secrets without a value here: {}", each.join("; "))
}

/// Checks a plan against what the user allows.
///
/// # Errors
/// Every reason not to carry it out, the most telling first.
pub fn approve(plan: Plan, allowed: &Allowed) -> Result<ApprovedPlan, Vec<Refusal>> {
    let Allowed { deletes, deletes_actions, force, expected, expected_tenant } = allowed;
    let mut refusals = Vec::new();
    if let Some(expected) = expected_tenant.as_ref().filter(|tenant| **tenant != plan.tenant) {
        refusals
            .push(Refusal::OtherTenant { expected: expected.clone(), found: plan.tenant.clone() });
    } else if let Some(expected) = expected.as_ref().filter(|print| **print != plan.fingerprint) {
        refusals
            .push(Refusal::Stale { expected: expected.clone(), found: plan.fingerprint.clone() });
    }
    let refused = |kind: Kind| !kind.choose(*deletes, *deletes_actions);
    let what = deletions_of(&plan, refused);
    if !what.is_empty() {
        let mut those = plan.changes.iter().filter(|change| refused(change.kind));
        let secrets = those.any(|one| one.secrets_to(SecretVerb::Delete).next().is_some());
        refusals.push(Refusal::Deletes { what, secrets });
    }
    for (&kind, &live) in plan.live_total.iter().filter(|_| !force) {
        // what gives way to another kind doesn't count
        let gone = |(at, change): &(usize, &Change)| {
            change.kind == kind
                && matches!(change.verb, Verb::Delete | Verb::Replace)
                && plan.cutover_of(*at).is_none()
        };
        let deletes = plan.changes.iter().enumerate().filter(gone).count();
        if deletes > 0 && (deletes >= live || (live >= 4 && deletes * 2 > live)) {
            refusals.push(Refusal::TooManyDeletes { kind, deletes, live });
        }
    }
    for change in plan.changes.iter().filter(|_| !force) {
        let (live, deletes) = unbound(change);
        if deletes.len() == live && live > 0 || (live >= 4 && deletes.len() * 2 > live) {
            let deletes = deletes.len();
            refusals.push(Refusal::TooManyDeletes { kind: Kind::Bindings, deletes, live });
        }
    }
    if !plan.unordered.is_empty() {
        refusals.push(Refusal::Unordered { why: plan.unordered.clone() });
    }
    if !plan.unresolved.is_empty() {
        refusals.push(Refusal::Unresolved { secrets: plan.unresolved.clone() });
    }
    refusals.extend(plan.all_ended().map(Refusal::Ended));
    let what = blocked(&plan);
    if !what.is_empty() {
        let scopes = what.iter().any(|reason| reason.contains(super::blocked::LACKS_SCOPE));
        refusals.push(Refusal::Blocked { what, scopes });
    }
    if refusals.is_empty() { Ok(ApprovedPlan(plan)) } else { Err(refusals) }
}

/// What a plan deletes, in words, one entry for each change.
#[must_use]
pub fn deletions(plan: &Plan) -> Vec<String> {
    deletions_of(plan, |_| true)
}

/// How many entries a trigger's order has, and those that fall away.
fn unbound(change: &Change) -> (usize, Vec<&str>) {
    let names = |value: Option<&Value>| match value {
        Some(Value::Names(names)) => names.clone(),
        _ => Vec::new(),
    };
    let Some(FieldChange { old: Some(Value::Names(old)), new, .. }) = change.field(Field::Bindings)
    else {
        return (0, Vec::new());
    };
    let new = names(Some(new));
    let gone = old.iter().filter(|name| !new.contains(name)).map(String::as_str);
    (old.len(), gone.collect())
}

fn deletions_of(plan: &Plan, of: impl Fn(Kind) -> bool) -> Vec<String> {
    let words = |(at, change): (usize, &Change)| match change.verb {
        Verb::Delete if plan.cutover_of(at).is_some() => None,
        Verb::Delete => Some(format!("{} {}", change.kind, change.name)),
        Verb::Replace => Some(format!("{} {} (replaced)", change.kind, change.name)),
        Verb::Create | Verb::Update | Verb::Resend => {
            let keys: Vec<&str> =
                change.secrets_to(SecretVerb::Delete).map(String::as_str).collect();
            let gone = unbound(change).1;
            if !gone.is_empty() {
                Some(format!("{} at {}, which is unbound", gone.join(", "), change.name))
            } else {
                (!keys.is_empty()).then(|| format!("secret {} of {}", keys.join(", "), change.name))
            }
        }
    };
    let all = plan.changes.iter().enumerate();
    all.filter(|(_, change)| of(change.kind)).filter_map(words).collect()
}

fn blocked(plan: &Plan) -> Vec<String> {
    // what the tenant has ended doesn't keep the rest from being done
    let others = plan.changes.iter().filter(|change| !plan.is_ended(change));
    let reasons = others.map(|change| (&change.name, &change.blocked));
    reasons.filter_map(|(name, reason)| Some(format!("{name}: {}", reason.as_ref()?))).collect()
}
