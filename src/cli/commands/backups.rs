//! `hooksync backups`: the live state that earlier applies saved, by name.
//!
//! Restoring is an ordinary apply of the backup's folder, with all its checks.
//! Must not write anything itself.

use std::path::{Path, PathBuf};

use super::plan::Side;
use crate::cli::args::{BackupArgs, BackupsCommand, BackupsPlace};
use crate::cli::{CliError, Context, Exit, backup, steps};
use crate::report::safe;

/// Runs it.
///
/// # Errors
/// When there is no such backup, and as plan and apply fail.
pub(super) fn run(command: BackupsCommand, context: &Context<'_>) -> Result<Exit, CliError> {
    match command {
        BackupsCommand::List(place) => list(&place, context),
        BackupsCommand::Show(args) => show(&args, context),
        BackupsCommand::Diff(mut args) => {
            args.project.dir = Some(named(args.project.dir.as_deref(), None)?);
            steps::plan(&args, Side::Files, context)
        }
        BackupsCommand::Restore(mut args) => {
            let folder = named(args.project.dir.as_deref(), args.backup_dir.as_deref())?;
            args.project.dir = Some(folder);
            steps::apply(&args, context)
        }
    }
}

fn list(place: &BackupsPlace, context: &Context<'_>) -> Result<Exit, CliError> {
    let dir = place.backup_dir.as_deref().unwrap_or(Path::new(backup::DEFAULT));
    let mut text = String::new();
    for folder in backup::all(dir) {
        let Some(manifest) = backup::manifest(&folder)? else { continue };
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        let orders = folder.join("actions").join("bindings.yaml").is_file();
        let number = definitions(&folder) + definitions(&folder.join("actions"));
        let hooks = match number - usize::from(orders) {
            0 if orders => "bindings".to_owned(),
            number => {
                let plural = if number == 1 { "" } else { "s" };
                let bindings = if orders { ", bindings" } else { "" };
                format!("{number} definition{plural}{bindings}")
            }
        };
        let made = match manifest.made.len() + manifest.made_actions.len() {
            0 => String::new(),
            number => format!(", {} created by that apply", number),
        };
        let (name, tenant) = (safe::inline(&name, true), safe::inline(&manifest.tenant, true));
        text.push_str(&format!("{name}  {tenant}  {hooks}{made}\n"));
    }
    if text.is_empty() {
        context.say(&format!("No backups in {}.", dir.display()));
    }
    context.output.data(&text)?;
    Ok(Exit::Done)
}

/// How many definitions are right in a folder.
fn definitions(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter(|entry| entry.path().extension().is_some_and(|end| end == "yaml")).count()
}

fn show(args: &BackupArgs, context: &Context<'_>) -> Result<Exit, CliError> {
    let folder = named(Some(&args.name), args.place.backup_dir.as_deref())?;
    let text = fs_err::read_to_string(folder.join("README.md"))?;
    let lines: Vec<String> = text.lines().map(|line| safe::inline(line, true) + "\n").collect();
    context.output.data(&lines.concat())?;
    Ok(Exit::Done)
}

/// The folder of a backup that was named by its name or its path.
fn named(name: Option<&Path>, dir: Option<&Path>) -> Result<PathBuf, CliError> {
    let Some(name) = name else {
        return Err(
            CliError::usage("which backup?").hint("`hooksync backups list` shows their names")
        );
    };
    let inside = dir.unwrap_or(Path::new(backup::DEFAULT)).join(name);
    for folder in [inside, name.to_owned()] {
        if folder.is_dir() && backup::manifest(&folder)?.is_some() {
            return Ok(folder);
        }
    }
    Err(CliError::new(format!("there is no backup {}", name.display()))
        .hint("`hooksync backups list` shows their names"))
}
