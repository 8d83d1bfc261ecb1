//! `hooksync rollback`

use std::path::PathBuf;

use clap::{Args, ValueHint};
use clap_complete::engine::ArgValueCandidates;

use super::shared::{ConnectionArgs, ProjectArgs, ResultFormat, SAFETY};
use super::values;
use crate::cli::completing;

/// The arguments of `hooksync rollback`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  hooksync versions \"Add roles\"                       which versions there are
  hooksync rollback \"Add roles\" --to 9                show what goes live, ask, deploy
  hooksync rollback \"Add roles\" --to 9 --yes          don't ask
  hooksync rollback \"Add roles\" --to 9 --update-draft make the draft equal, too")]
pub struct RollbackArgs {
    /// The action's name
    #[arg(add = ArgValueCandidates::new(completing::names))]
    pub name: String,
    /// The version to make live again
    #[arg(long, value_name = "N", value_parser = values::version_number)]
    pub to: u64,
    /// Make the draft equal to that version, too; an edited draft is saved first
    #[arg(long, help_heading = SAFETY)]
    pub update_draft: bool,
    /// Roll back without asking
    #[arg(short, long, visible_alias = "auto-approve", help_heading = SAFETY)]
    pub yes: bool,
    /// Save an edited draft here [default: .hooksync/backups]
    #[arg(
        long,
        value_name = "DIR",
        requires = "update_draft",
        value_hint = ValueHint::DirPath,
        help_heading = SAFETY
    )]
    pub backup_dir: Option<PathBuf>,
    /// How the result is printed
    #[arg(short = 'o', long, default_value = "text", help_heading = "Output")]
    pub format: ResultFormat,
    /// Which environment.
    #[command(flatten)]
    pub project: ProjectArgs,
    /// Which tenant.
    #[command(flatten)]
    pub connection: ConnectionArgs,
}
