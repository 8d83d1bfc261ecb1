//! `hooksync validate`

use clap::{Args, ValueEnum};

use super::shared::ProjectArgs;

/// The arguments of `hooksync validate`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  hooksync validate                        this project
  hooksync validate fixtures/demo
  hooksync validate --deny-warnings        exit 1 on warnings, too
  hooksync validate --watch                check again whenever a file changes
  hooksync validate --format github        annotations in a GitHub workflow
  hooksync validate --format sarif         for code scanning")]
pub struct ValidateArgs {
    /// Which definitions.
    #[command(flatten)]
    pub project: ProjectArgs,
    /// How findings are printed
    #[arg(short = 'o', long, default_value = "text", help_heading = "Output")]
    pub format: ValidateFormat,
    /// Check again whenever a file changes, until interrupted
    #[arg(long, conflicts_with = "format")]
    pub watch: bool,
    /// Exit 1 on warnings, too
    #[arg(long, help_heading = "Output")]
    pub deny_warnings: bool,
}

/// How findings are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ValidateFormat {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
    /// Annotations of a GitHub workflow
    Github,
    /// SARIF 2.1.0, for code scanning
    Sarif,
}
