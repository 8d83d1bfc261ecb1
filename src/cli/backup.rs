//! The live state of every hook that an apply touches, saved before its first
//! write.
//!
//! Must not delete a backup: old ones are the user's.

use std::path::{Path, PathBuf};

use super::planning::Prepared;
use super::{CliError, Context};
use crate::model::LiveHook;
use crate::source::export;

/// Where backups lie unless the user says otherwise.
const DEFAULT: &str = ".hooksync/backups";

/// Saves what the plan touches. Nothing is saved where nothing live is.
///
/// # Errors
/// When it can't be saved: then nothing may be written to the tenant either.
pub(super) fn save(
    prepared: &Prepared,
    dir: Option<&Path>,
    context: &Context<'_>,
) -> Result<(), CliError> {
    let live: Vec<LiveHook> =
        prepared.plan.changes.iter().filter_map(|change| change.live.clone()).collect();
    if live.is_empty() {
        return Ok(());
    }
    let dir = dir.unwrap_or_else(|| Path::new(DEFAULT));
    let folder = free_folder(dir, prepared.environment.as_deref());
    export::backup(&folder, &live).map_err(|error| {
        CliError::new(format!("no backup could be made, so nothing was written: {error}"))
            .hint("choose another place with --backup-dir, or go without with --no-backup")
    })?;
    context.output.say(&format!("Backup of what is live: {}", folder.display()));
    Ok(())
}

/// `TIME`, with the environment's name, numbered if two runs share a second.
fn free_folder(dir: &Path, environment: Option<&str>) -> PathBuf {
    let now = jiff::Timestamp::now().strftime("%Y-%m-%dT%H-%M-%SZ").to_string();
    let name = match environment {
        Some(environment) => format!("{now}-{environment}"),
        None => now,
    };
    let numbered = (2..).map(|number| dir.join(format!("{name}-{number}")));
    std::iter::once(dir.join(&name))
        .chain(numbered)
        .find(|folder| !folder.exists())
        .unwrap_or_else(|| dir.join(name))
}
