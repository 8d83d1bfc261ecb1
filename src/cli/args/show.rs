//! `hooksync show`

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::PlanFormat;

/// The arguments of `hooksync show`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  hooksync show plan.json                            as `hooksync plan` printed it
  hooksync show plan.json --format html > plan.html  one page for a browser
  hooksync show plan.json --format markdown          for a comment")]
pub struct ShowArgs {
    /// The file that `hooksync plan --out FILE` wrote; - is stdin
    #[arg(value_hint = ValueHint::FilePath)]
    pub plan: PathBuf,
    /// How the plan is printed
    #[arg(short = 'o', long, default_value = "text", help_heading = "Output")]
    pub format: PlanFormat,
    /// Exit 2 if anything would change
    #[arg(long, help_heading = "Output")]
    pub detailed_exitcode: bool,
}
