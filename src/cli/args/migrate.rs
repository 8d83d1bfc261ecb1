//! `hooksync migrate`

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

use super::shared::{ConnectionArgs, ProjectArgs};

/// The arguments of `hooksync migrate`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Writes an action for each hook, the bindings of their triggers and behaviour tests, and runs hook
and action on the same generated events in a sandbox. No tenant is changed, and none is
read unless --from-tenant is given.

Examples:
  hooksync migrate                          from ./hooks to ./actions
  hooksync migrate fixtures/demo/hooks --out /tmp/actions
  hooksync migrate --from-tenant            hooks of $AUTH0_DOMAIN that have no files
  hooksync migrate --format html > migration.html
  hooksync migrate --style wrap             keep every script unchanged, inside an adapter

Exit codes: 0 no difference, 3 a difference or a branch that no event reached, 1 an error.")]
pub struct MigrateArgs {
    /// Which hooks.
    #[command(flatten)]
    pub project: ProjectArgs,
    /// Which tenant, with --from-tenant.
    #[command(flatten)]
    pub connection: ConnectionArgs,
    /// Read the hooks, and their triggers' bindings, from the tenant instead of files
    #[arg(long, conflicts_with_all = ["dir", "cutover"], help_heading = "Migration")]
    pub from_tenant: bool,
    /// The folder to write the actions to
    #[arg(long, value_name = "DIR", default_value = "actions", value_hint = ValueHint::DirPath, help_heading = "Migration")]
    pub out: PathBuf,
    /// How scripts are converted
    #[arg(long, value_name = "STYLE", default_value = "auto", help_heading = "Migration")]
    pub style: MigrateStyle,
    /// Run each hook and its action on this many events
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=100_000), help_heading = "Migration")]
    pub events: u32,
    /// What the events follow from: another number gives other events
    #[arg(long, value_name = "N", default_value_t = 1, help_heading = "Migration")]
    pub seed: u64,
    /// Set `enabled: false` in the files of hooks that were converted
    #[arg(long, help_heading = "Migration")]
    pub cutover: bool,
    /// Overwrite files that were edited or that something else wrote
    #[arg(long, help_heading = "Migration")]
    pub force: bool,
    /// How the report is printed
    #[arg(short = 'o', long, default_value = "text", help_heading = "Output")]
    pub format: MigrateFormat,
}

/// How scripts are converted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum MigrateStyle {
    /// Rewritten where nothing differs, else wrapped
    #[default]
    Auto,
    /// Rewritten; hooks that can't be are refused
    Rewrite,
    /// Unchanged, inside an adapter
    Wrap,
}

/// How the report is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum MigrateFormat {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
    /// For pull requests
    Markdown,
    /// One page for a browser
    Html,
}
