//! A rollback for programs.

use serde::Serialize;

use super::output::{FORMAT_VERSION, Field, Requests, Secret};
use super::results::ApplyError;
use super::{convert, pretty};
use crate::plan::RequestCounts;
use crate::report::rollback::{Rollback, RolledBack};

#[derive(Debug, Serialize)]
struct Document {
    format_version: &'static str,
    tenant: String,
    name: String,
    id: Option<String>,
    trigger_id: String,
    /// The version that ran.
    from: Option<u64>,
    /// The version that runs again.
    to: Option<u64>,
    /// The new version, which is equal to it.
    version: Option<u64>,
    /// The places, from 1, at which the trigger runs it.
    bound_at: Vec<usize>,
    update_draft: bool,
    fields: Vec<Field>,
    secrets: Vec<Secret>,
    outcome: &'static str,
    error: Option<ApplyError>,
    requests: Requests,
}

/// A rollback and what came of it as JSON, with a newline at the end.
#[must_use]
pub fn rollback(rollback: &Rollback, result: &RolledBack, requests: &RequestCounts) -> String {
    let change = convert::change(&rollback.change);
    let (outcome, version, error) = match result {
        RolledBack::Unchanged => ("unchanged", None, None),
        RolledBack::Deployed { version, in_traffic: _ } => ("applied", *version, None),
        RolledBack::Failed(error) => ("failed", None, Some(error.clone())),
    };
    pretty(&Document {
        format_version: FORMAT_VERSION,
        tenant: rollback.tenant.clone(),
        name: change.name,
        id: change.id,
        trigger_id: change.trigger_id,
        from: rollback.from(),
        to: rollback.to.number,
        version,
        bound_at: rollback.places().0,
        update_draft: rollback.update_draft,
        fields: change.fields,
        secrets: change.secrets,
        outcome,
        error,
        requests: requests.into(),
    })
}
