//! `hooksync tenant serve`

use std::path::PathBuf;

use clap::{ArgAction, Args, Subcommand, ValueEnum, ValueHint};

use super::shared::LOCAL_STATE;
use super::values::Rate;

/// The arguments of `hooksync tenant`.
#[derive(Debug, Clone, Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub struct TenantArgs {
    /// What to do with it.
    #[command(subcommand)]
    pub command: TenantCommand,
}

/// What can be done with a local tenant.
#[derive(Debug, Clone, Subcommand)]
pub enum TenantCommand {
    /// Run it until it is interrupted
    Serve(ServeArgs),
}

/// The arguments of `hooksync tenant serve`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  hooksync tenant serve --port 4010
  hooksync tenant serve --burst 2 --rate 2/s       the limits of a free tenant
  hooksync tenant serve --mode read-only           hooks frozen, as on Auth0's public cloud

  AUTH0_DOMAIN=http://127.0.0.1:4010 AUTH0_ACCESS_TOKEN=local hooksync plan")]
pub struct ServeArgs {
    /// The loopback port; 0 takes a free one and prints it
    #[arg(long, value_name = "N", default_value_t = 4010)]
    pub port: u16,
    /// The file that holds the tenant
    #[arg(long, value_name = "FILE", default_value = LOCAL_STATE, value_hint = ValueHint::FilePath)]
    pub state: PathBuf,
    /// Serve https with a certificate made for this run
    #[arg(long)]
    pub tls: bool,
    /// Requests that may come at once
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..), help_heading = "Rate limit")]
    pub burst: u32,
    /// Requests that come back, such as 16/s or 150/min
    #[arg(long, value_name = "N/UNIT", default_value = "16/s", help_heading = "Rate limit")]
    pub rate: Rate,
    /// How the bucket is filled again
    #[arg(long, value_name = "KIND", default_value = "continuous", help_heading = "Rate limit")]
    pub window: WindowKind,
    /// Send Retry-After with 429
    #[arg(long, help_heading = "Rate limit")]
    pub retry_after: bool,
    /// What the tenant allows
    #[arg(long, value_name = "MODE", default_value = "legacy", help_heading = "Behaviour")]
    pub mode: TenantMode,
    /// Leave scripts and dependencies out of lists
    #[arg(long, help_heading = "Behaviour")]
    pub slim_lists: bool,
    /// A fault to play; repeat it for several
    #[arg(long, value_name = "FAULT", action = ArgAction::Append, help_heading = "Behaviour")]
    pub fault: Vec<String>,
}

/// What the tenant allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum TenantMode {
    /// Everything, as before hooks were frozen
    #[default]
    Legacy,
    /// Switching on and off, secrets and deletes only
    ReadOnly,
    /// Nothing: the feature is off
    NotAllowed,
}

/// How a bucket is filled again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum WindowKind {
    /// Little by little
    #[default]
    Continuous,
    /// At once, at the end of each window
    Fixed,
}
