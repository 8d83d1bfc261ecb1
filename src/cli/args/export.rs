//! `hooksync export`

use clap::{Args, ValueEnum};
use clap_complete::engine::ArgValueCandidates;

use super::shared::{ConnectionArgs, DEFINITIONS, ProjectArgs, SAFETY};
use super::values;
use crate::cli::completing;
use crate::plan::policy::NamePattern;

/// The arguments of `hooksync export`.
#[derive(Debug, Clone, Default, Args)]
#[command(after_help = "\
Examples:
  hooksync export                          write what $AUTH0_DOMAIN has
  hooksync export --only 'Add roles'       one action
  hooksync export --prune                  remove files of what is gone from the tenant, too
  hooksync export --check                  show the files' diff and write nothing
  hooksync export --layout deploy-cli      in the layout of Auth0's Deploy CLI
  hooksync export copy --local             what the local tenant has, into ./copy")]
pub struct ExportArgs {
    /// Which definitions are there already, and where to write.
    #[command(flatten)]
    pub project: ProjectArgs,
    /// Which tenant.
    #[command(flatten)]
    pub connection: ConnectionArgs,
    /// Only these hooks and actions: names, patterns such as 'crm-*', or KIND:NAME
    #[arg(
        long,
        value_name = "NAME",
        num_args = 1..,
        value_delimiter = ',',
        value_parser = values::hook_name,
        add = ArgValueCandidates::new(completing::names),
        help_heading = DEFINITIONS
    )]
    pub only: Vec<NamePattern>,
    /// Layout of a new folder; one that has definitions keeps its own [default: native]
    #[arg(long, value_name = "LAYOUT", help_heading = DEFINITIONS)]
    pub layout: Option<Layout>,
    /// Remove the files of hooks and actions that the tenant no longer has
    #[arg(long, help_heading = DEFINITIONS)]
    pub prune: bool,
    /// Show what would change on disk, write nothing; exit 2 if anything would
    #[arg(long, help_heading = SAFETY, conflicts_with = "force")]
    pub check: bool,
    /// Overwrite edits that are neither committed to git nor from the last export
    #[arg(long, help_heading = SAFETY)]
    pub force: bool,
}

/// A layout on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Layout {
    /// One YAML and one JavaScript file each
    #[default]
    Native,
    /// The Deploy CLI's directory format: one JSON and one JavaScript file each
    DeployCli,
    /// The Deploy CLI's YAML format: everything in tenant.yaml
    DeployCliYaml,
}
