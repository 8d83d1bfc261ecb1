//! A rollback for programs.

use serde_json::json;

use super::output::{FORMAT_VERSION, Requests};
use super::{convert, pretty};
use crate::plan::RequestCounts;
use crate::report::rollback::{Rollback, RolledBack};

/// A rollback and what came of it as JSON, with a newline at the end.
#[must_use]
pub fn rollback(rollback: &Rollback, result: &RolledBack, requests: &RequestCounts) -> String {
    let change = convert::change(&rollback.change);
    let (outcome, version, error) = match result {
        RolledBack::Unchanged => ("unchanged", None, None),
        RolledBack::Deployed { version, in_traffic: _ } => ("applied", *version, None),
        RolledBack::Failed(error) => ("failed", None, Some(convert::error(error))),
    };
    pretty(&json!({
        "format_version": FORMAT_VERSION,
        "tenant": rollback.tenant,
        "name": change.name,
        "id": change.id,
        "trigger_id": change.trigger_id,
        // the version that ran, and the one that runs again
        "from": rollback.from(),
        "to": rollback.to.number,
        // the new version, which is equal to it
        "version": version,
        // the places, from 1, at which the trigger runs it
        "bound_at": rollback.places().0,
        "update_draft": rollback.update_draft,
        "fields": change.fields,
        "secrets": change.secrets,
        "outcome": outcome,
        "error": error,
        "requests": Requests::from(requests),
    }))
}
