//! `hooksync plan`

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum, ValueHint};

use super::shared::{ConnectionArgs, ProjectArgs, ScopeArgs};
use super::values;

/// The arguments of `hooksync plan`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  hooksync plan                            compare this project with $AUTH0_DOMAIN
  hooksync plan fixtures/demo --local      with a local tenant; needs no account
  hooksync plan --detailed-exitcode        exit 2 if anything would change
  hooksync plan --format markdown          for a pull-request comment
  hooksync plan --behaviour                show what the new code does differently, too
  hooksync plan --out plan.json            for `hooksync apply --plan` and `hooksync show`
  hooksync plan --env staging --env live   two environments of hooksync.yaml")]
pub struct PlanArgs {
    /// Which definitions.
    #[command(flatten)]
    pub project: ProjectArgs,
    /// What of them.
    #[command(flatten)]
    pub scope: ScopeArgs,
    /// Which tenant.
    #[command(flatten)]
    pub connection: ConnectionArgs,
    /// How the plan is printed
    #[arg(short = 'o', long, default_value = "text", help_heading = "Output")]
    pub format: PlanFormat,
    /// Write the plan to FILE, too, as JSON; - is stdout
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Output")]
    pub out: Option<PathBuf>,
    /// Run the live and the new code on the same events and show which outcomes differ
    #[arg(
        long,
        help_heading = "Output",
        long_help = "Run the live and the new code of every changed hook and action on the same \
                     200 generated events, in the sandbox of `hooksync test`, and show which \
                     outcomes differ and for whom. No secret's value is used, and the plan's \
                     fingerprint is the same without it"
    )]
    pub behaviour: bool,
    /// End --behaviour after this time, such as 30s or 5m [default: 60s]
    #[arg(
        long,
        value_name = "DURATION",
        value_parser = values::duration,
        requires = "behaviour",
        help_heading = "Output"
    )]
    pub behaviour_limit: Option<Duration>,
    /// Exit 2 if anything would change
    #[arg(long, help_heading = "Output")]
    pub detailed_exitcode: bool,
}

/// How a plan is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum PlanFormat {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
    /// For a pull-request comment
    Markdown,
    /// One page for a browser
    Html,
    /// Annotations of a GitHub workflow
    Github,
}
