//! `hooksync apply`

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::shared::{ConnectionArgs, ProjectArgs, ResultFormat, SAFETY, ScopeArgs};
use crate::plan::Fingerprint;

/// The arguments of `hooksync apply`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  hooksync apply                                plans, asks, applies
  hooksync apply --yes                          without asking
  hooksync apply --plan plan.json --yes         only if today's plan is still that one
  hooksync apply --expect sha256:4a5e... --yes  the same, by a plan's fingerprint
  hooksync apply --allow-delete                 deletes actions, hooks and secrets, too
  hooksync apply .hooksync/backups/TIME         puts a backup back")]
pub struct ApplyArgs {
    /// Which definitions.
    #[command(flatten)]
    pub project: ProjectArgs,
    /// What of them.
    #[command(flatten)]
    pub scope: ScopeArgs,
    /// Which tenant.
    #[command(flatten)]
    pub connection: ConnectionArgs,
    /// Don't ask
    #[arg(short, long, visible_alias = "auto-approve", help_heading = SAFETY)]
    pub yes: bool,
    /// Refuse unless the plan is the one in FILE
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with = "expect",
        value_hint = ValueHint::FilePath,
        help_heading = SAFETY
    )]
    pub plan: Option<PathBuf>,
    /// Refuse unless the plan has this fingerprint
    #[arg(long, value_name = "FINGERPRINT", help_heading = SAFETY)]
    pub expect: Option<Fingerprint>,
    /// Go on even if every live hook, or more than half of at least four, is deleted
    #[arg(long, help_heading = SAFETY)]
    pub force: bool,
    /// Don't look again at what is about to be written and was read over 2 s ago
    #[arg(long, help_heading = SAFETY)]
    pub no_recheck: bool,
    /// Stop at the first failure
    #[arg(long, help_heading = SAFETY)]
    pub fail_fast: bool,
    /// Where the live state is saved before the first write [default: .hooksync/backups]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, help_heading = SAFETY)]
    pub backup_dir: Option<PathBuf>,
    /// How many backups are kept there; older ones are removed, and named
    #[arg(
        long,
        value_name = "N",
        default_value_t = 100,
        value_parser = clap::value_parser!(u32).range(1..),
        conflicts_with = "no_backup",
        help_heading = SAFETY
    )]
    pub keep_backups: u32,
    /// Don't save the live state
    #[arg(long, conflicts_with = "backup_dir", help_heading = SAFETY)]
    pub no_backup: bool,
    /// How the result is printed
    #[arg(
        short = 'o',
        long,
        value_name = "FORMAT",
        default_value = "text",
        help_heading = "Output"
    )]
    pub format: ResultFormat,
}
