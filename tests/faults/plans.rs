//! Plans in short, and their backups.

use std::path::Path;

use hooksync::plan::Plan;
use hooksync::source::{self, Backup, Saved};

/// The steps of a plan, one a line.
pub(crate) fn told(plan: &Plan) -> String {
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
    let live = plan.changes.iter().filter_map(|change| change.live.as_ref());
    let hooks: Vec<Saved<'_>> = live.map(|hook| Saved { hook, becomes: None }).collect();
    if hooks.is_empty() {
        return Ok(());
    }
    let backup = Backup { tenant: &plan.tenant, hooks, made: Vec::new() };
    source::backup(folder, &backup).map(drop).map_err(|error| error.to_string())
}
