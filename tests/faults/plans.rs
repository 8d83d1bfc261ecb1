//! Plans in short, and their backups.

use std::path::Path;

use hooksync::model::LiveHook;
use hooksync::plan::Plan;
use hooksync::source;

/// The steps of a plan, one a line.
pub fn told(plan: &Plan) -> String {
    let steps = plan.steps.iter().enumerate();
    let lines: Vec<String> = steps
        .map(|(id, step)| {
            let name = plan.owner_name(step.owner);
            format!(
                "  {id} {name}: {:?} after {:?} over {:?}",
                step.op, step.after, step.takes_over_from
            )
        })
        .collect();
    lines.join("\n")
}

/// Saves what a plan touches, as an apply does.
pub fn save(plan: &Plan, folder: &Path) -> Result<(), String> {
    let live: Vec<LiveHook> =
        plan.changes.iter().filter_map(|change| change.live.clone()).collect();
    if live.is_empty() {
        return Ok(());
    }
    source::backup(folder, &live).map(drop).map_err(|error| error.to_string())
}
