//! `hooksync versions`

use clap::Args;
use clap_complete::engine::ArgValueCandidates;

use super::shared::{ConnectionArgs, ProjectArgs, ResultFormat};
use crate::cli::completing;

/// The arguments of `hooksync versions`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  hooksync versions \"Add roles\"            every version that the tenant keeps
  hooksync versions add-roles --format json | jq '.versions[0]'")]
pub struct VersionsArgs {
    /// The action's name
    #[arg(add = ArgValueCandidates::new(completing::names))]
    pub name: String,
    /// How versions are printed
    #[arg(short = 'o', long, default_value = "text", help_heading = "Output")]
    pub format: ResultFormat,
    /// Which environment.
    #[command(flatten)]
    pub project: ProjectArgs,
    /// Which tenant.
    #[command(flatten)]
    pub connection: ConnectionArgs,
}
