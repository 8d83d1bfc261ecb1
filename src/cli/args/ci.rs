//! `hooksync ci`

use std::path::PathBuf;

use clap::{Args, ValueHint};

/// The arguments of `hooksync ci`.
#[derive(Debug, Clone, Args)]
#[command(
    long_about = "Show a saved plan on its pull request: one comment that is kept up to date, the \
                  step's summary and annotations.\n\n\
                  It reads the plan's file and the job's own variables, never the tenant, and \
                  refuses to start where Auth0 credentials are set: the job that can comment runs \
                  what a pull request changed. On GitHub it comments with GITHUB_TOKEN, on GitLab \
                  with GITLAB_TOKEN.",
    after_help = "\
Examples:
  hooksync ci plan.json                    in a job of GitHub Actions or GitLab CI
  hooksync ci --failed                     say that no plan could be made
  hooksync ci plan.json --pull-request 12  if the job doesn't know its pull request"
)]
pub struct CiArgs {
    /// The file that `hooksync plan --out FILE` wrote
    #[arg(value_hint = ValueHint::FilePath, required_unless_present = "failed")]
    pub plan: Option<PathBuf>,
    /// Say that no plan could be made
    #[arg(long, conflicts_with = "plan")]
    pub failed: bool,
    /// The number of the pull or merge request [default: the job's]
    #[arg(long, value_name = "N")]
    pub pull_request: Option<u64>,
}
