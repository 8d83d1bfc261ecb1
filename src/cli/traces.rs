//! Who wrote last what differs, as far as the tenant's log says it.
//!
//! Best effort: an answer that is none is a reason, not an error. Must not decide
//! what differs.

use std::collections::BTreeMap;

use super::CliError;
use super::args::{PlanArgs, PlanFormat};
use super::planning::{Prepared, Unplanned};
use super::session::Shared;
use crate::api::LOGS_SCOPE;
use crate::plan::traced::{Traces, can_be_traced, traced};

/// Pages of the log that are read at most.
const PAGES: u32 = 3;

/// Looks into the log of each tenant, where the output has a place for it.
///
/// # Errors
/// When interrupted, or no token is to be had.
pub(super) async fn look_up(
    each: &mut [Result<Prepared, Unplanned>],
    args: &PlanArgs,
    shared: &Shared,
) -> Result<(), CliError> {
    if matches!(args.format, PlanFormat::Text | PlanFormat::Markdown) {
        for prepared in each.iter_mut().flatten() {
            prepared.traces = last_writes(prepared, shared).await?;
        }
    }
    Ok(())
}

async fn last_writes(prepared: &Prepared, shared: &Shared) -> Result<Traces, CliError> {
    let plan = &prepared.plan;
    let wanted = plan.changes.iter().filter(|change| can_be_traced(change)).count();
    if wanted == 0 {
        return Ok(Traces::Found(BTreeMap::new()));
    }
    let reader = &prepared.session.reader;
    if reader.scopes().await?.is_some_and(|scopes| !scopes.contains(LOGS_SCOPE)) {
        return Ok(Traces::Unknown(format!("the token lacks {LOGS_SCOPE}")));
    }
    let mut entries = Vec::new();
    for page in 0..PAGES {
        let read = async { Ok(reader.api_writes(page).await) };
        let (found, more) = match shared.unless_interrupted(read).await? {
            Ok(read) => read,
            Err(error) => return Ok(Traces::Unknown(error.to_string())),
        };
        entries.extend(found);
        if !more || traced(plan, &entries).len() == wanted {
            break;
        }
    }
    Ok(Traces::Found(traced(plan, &entries)))
}
