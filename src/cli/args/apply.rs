//! `hooksync apply`

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::shared::{ConnectionArgs, ProjectArgs, ResultFormat, SAFETY, ScopeArgs};
use crate::plan::Fingerprint;

/// The arguments of `hooksync apply`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  hooksync apply                                plan, ask, apply
  hooksync apply --yes                          don't ask
  hooksync apply --plan plan.json --yes         only if the plan is still the reviewed one
  hooksync apply --expect sha256:4a5e... --yes  the same, by the plan's fingerprint
  hooksync apply --allow-delete                 delete what no definition has, too")]
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
    /// Apply without asking
    #[arg(short, long, visible_alias = "auto-approve", help_heading = SAFETY)]
    pub yes: bool,
    /// Apply only if the plan is still the one in FILE
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with = "expect",
        value_hint = ValueHint::FilePath,
        help_heading = SAFETY
    )]
    pub plan: Option<PathBuf>,
    /// Apply only if the plan has this fingerprint
    #[arg(long, value_name = "FINGERPRINT", help_heading = SAFETY)]
    pub expect: Option<Fingerprint>,
    /// Apply even if every live hook, or more than half of four or more, would be deleted
    #[arg(long, help_heading = SAFETY)]
    pub force: bool,
    /// Don't read again, before writing, what was read more than 2 s ago
    #[arg(long, help_heading = SAFETY)]
    pub no_recheck: bool,
    /// Stop at the first failure
    #[arg(long, help_heading = SAFETY)]
    pub fail_fast: bool,
    /// Save the live state here before the first write [default: .hooksync/backups]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, help_heading = SAFETY)]
    pub backup_dir: Option<PathBuf>,
    /// Keep this many backups there; older ones are removed and listed
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
    #[arg(short = 'o', long, default_value = "text", help_heading = "Output")]
    pub format: ResultFormat,
}
