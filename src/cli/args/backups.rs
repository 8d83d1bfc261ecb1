//! `hooksync backups`

use std::path::PathBuf;

use clap::{Arg, Args, Subcommand, ValueHint};

use super::apply::ApplyArgs;
use super::plan::PlanArgs;

/// The arguments of `hooksync backups`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hooksync backups list                               the newest is last
  hooksync backups show 2026-11-27T16-00-00Z          what is in it
  hooksync backups diff 2026-11-27T16-00-00Z          what restoring it would change
  hooksync backups restore 2026-11-27T16-00-00Z       plan, ask, put it back")]
pub struct BackupsArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: BackupsCommand,
}

/// What can be done with backups.
#[derive(Debug, Subcommand)]
pub enum BackupsCommand {
    /// List the backups, oldest first
    #[command(after_help = "Examples:\n  hooksync backups list")]
    List(BackupsPlace),
    /// Show what is in a backup
    #[command(after_help = "Examples:\n  hooksync backups show 2026-11-27T16-00-00Z")]
    Show(BackupArgs),
    /// Show what restoring a backup would change
    #[command(
        mut_arg("dir", its_name),
        after_help = "Examples:\n  hooksync backups diff 2026-11-27T16-00-00Z"
    )]
    Diff(BackupsDiffArgs),
    /// Put a backup back, as apply does
    #[command(
        mut_arg("dir", its_name),
        after_help = "Examples:\n  hooksync backups restore 2026-11-27T16-00-00Z"
    )]
    Restore(ApplyArgs),
}

/// The folder of definitions, as the name of a backup.
fn its_name(dir: Arg) -> Arg {
    dir.value_name("NAME")
        .help("Its name, as `backups list` shows it, or its folder")
        .required(true)
}

/// The arguments of `hooksync backups diff`.
#[derive(Debug, Clone, Args)]
pub struct BackupsDiffArgs {
    /// What a plan takes.
    #[command(flatten)]
    pub plan: PlanArgs,
    /// Where the backup is.
    #[command(flatten)]
    pub place: BackupsPlace,
}

/// Where backups are.
#[derive(Debug, Clone, Args)]
pub struct BackupsPlace {
    /// The folder of all backups [default: .hooksync/backups]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub backup_dir: Option<PathBuf>,
}

/// One backup.
#[derive(Debug, Clone, Args)]
pub struct BackupArgs {
    /// Its name, as `backups list` shows it, or its folder
    #[arg(value_name = "NAME", value_hint = ValueHint::DirPath)]
    pub name: PathBuf,
    /// Where it is.
    #[command(flatten)]
    pub place: BackupsPlace,
}
