//! `hooksync doctor`, `schema`, `completions` and `man`

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};
use clap_complete::Shell;

use super::shared::{ConnectionArgs, ProjectArgs};

/// The arguments of `hooksync doctor`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  hooksync doctor                          check every setting and ask the tenant
  hooksync doctor --env staging
  hooksync doctor --local")]
pub struct DoctorArgs {
    /// Which definitions.
    #[command(flatten)]
    pub project: ProjectArgs,
    /// Which tenant.
    #[command(flatten)]
    pub connection: ConnectionArgs,
}

/// The arguments of `hooksync schema`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  hooksync schema hook > hook.schema.json  for editors
  hooksync schema plan                     what `plan --format json` prints")]
pub struct SchemaArgs {
    /// What the schema describes
    pub kind: SchemaKind,
}

/// What there is a schema of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemaKind {
    /// A hook's definition
    Hook,
    /// An action's definition
    Action,
    /// The bindings of triggers
    Bindings,
    /// Behaviour tests
    Test,
    /// hooksync.yaml
    Config,
    /// `plan --format json`
    Plan,
    /// `apply --format json`
    Result,
    /// `validate --format json`
    Validate,
}

/// The arguments of `hooksync completions`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  hooksync completions bash > ~/.local/share/bash-completion/completions/hooksync
  hooksync completions zsh > ~/.zfunc/_hooksync
  hooksync completions fish > ~/.config/fish/completions/hooksync.fish
  hooksync completions powershell >> $PROFILE")]
pub struct CompletionsArgs {
    /// The shell
    pub shell: Shell,
}

/// The arguments of `hooksync man`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  hooksync man | man -l -                  the main page
  hooksync man backups list | man -l -     a command's page
  hooksync man --out man1                  every page, as files")]
pub struct ManArgs {
    /// Print this command's page instead of the main one, by its words: `backups list`
    #[arg(conflicts_with = "out")]
    pub command: Vec<String>,
    /// Write every page into DIR
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub out: Option<PathBuf>,
}
