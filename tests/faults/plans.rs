//! Plans in short, and their backups.

use std::path::Path;

use hooksync::plan::{Plan, SecretVerb};
use hooksync::source::{self, Backup, Saved};

/// The steps of a plan, one a line.
pub(crate) fn reported(plan: &Plan) -> String {
    let steps = plan.steps.iter().enumerate();
    let lines: Vec<String> = steps
        .map(|(id, step)| {
            let name = &plan.changes[step.change].name;
            format!(
                "  {id} {name}: {:?} after {:?} over {:?}",
                step.op, step.after, step.takes_over_from
            )
        })
        .collect();
    lines.join("\n")
}

/// Saves what a plan touches, as an apply does.
pub(crate) fn save(plan: &Plan, folder: &Path) -> Result<(), String> {
    let touched = plan.changes.iter().filter_map(|change| {
        let live = change.live.as_ref()?;
        let loses = change.secrets_to(SecretVerb::Delete).cloned().collect();
        Some(Saved { live, becomes: None, goes_live: true, loses })
    });
    let saved: Vec<Saved<'_>> = touched.collect();
    if saved.is_empty() {
        return Ok(());
    }
    let backup = Backup { tenant: &plan.tenant, saved, ..Backup::default() };
    source::backup(folder, &backup).map(drop).map_err(|error| error.to_string())
}
