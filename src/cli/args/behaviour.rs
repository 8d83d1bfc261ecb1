//! `hooksync test` and `hooksync run`

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};
use clap_complete::engine::ArgValueCandidates;

use super::shared::{ProjectArgs, ResultFormat};
use super::values::{self, Keyword};
use crate::cli::completing;

/// The arguments of `hooksync test`.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "\
Examples:
  hooksync test                            every *.test.yaml of the project
  hooksync test --filter 'free plan'       cases whose file or name contains this text
  hooksync test --watch                    again whenever a file changes
  hooksync test --coverage                 which branches no case reaches
  hooksync test --format junit > junit.xml for a pipeline's report",
    long_about = "Run the behaviour tests beside the definitions.\n\n\
        A hook or action runs in a process of its own, without network, files or environment, \
        on the event of each case; its outcome, calls and requests are compared with what \
        the case expects. docs/reference/tests.md has the format of `*.test.yaml`."
)]
pub struct TestArgs {
    /// Which definitions.
    #[command(flatten)]
    pub project: ProjectArgs,
    /// Only cases whose file or name has this text, or those of hook:NAME or action:NAME
    #[arg(long, value_name = "TEXT")]
    pub filter: Option<String>,
    /// Run again whenever a file changes, until interrupted
    #[arg(long, conflicts_with_all = ["format", "lcov"])]
    pub watch: bool,
    /// Show which branches of the scripts no case reaches
    #[arg(long, help_heading = "Output")]
    pub coverage: bool,
    /// Write the coverage to FILE, in lcov's format
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Output")]
    pub lcov: Option<PathBuf>,
    /// How results are printed
    #[arg(short = 'o', long, default_value = "text", help_heading = "Output")]
    pub format: TestFormat,
}

/// How results of tests are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum TestFormat {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
    /// Annotations of a GitHub workflow
    Github,
    /// JUnit XML
    Junit,
}

/// The arguments of `hooksync run`.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "\
Examples:
  hooksync run enrich-token                on the trigger's sample event
  hooksync run enrich-token --event e.yaml merged into the sample
  API_KEY=test hooksync run notify-crm --secret API_KEY
  hooksync run enrich-token --record 'full plan'   keep the outcome as a test case
  hooksync run enrich-token --engine node  if it needs Intl or installed packages",
    long_about = "Run one hook or action once, in the sandbox, and show what it did.\n\n\
        There is no network: requests are recorded and fail, unless a test declares stubs. \
        Any outcome of the code exits 0.\n\n\
        --engine node runs the code in the Node.js of PATH, with Node's own modules and the \
        packages installed beside the script. It is not sandboxed: the code can do all that \
        you can. It gets an empty environment and 20 seconds."
)]
pub struct RunArgs {
    /// The hook or action: its name, hook:NAME or action:NAME
    #[arg(add = ArgValueCandidates::new(completing::names))]
    pub name: String,
    /// The folder of definitions [default: the folders in hooksync.yaml, else ./hooks and ./actions]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub dir: Option<PathBuf>,
    /// Take keywords from this environment of hooksync.yaml
    #[arg(long, value_name = "NAME", add = ArgValueCandidates::new(completing::environments))]
    pub env: Option<String>,
    /// Replace ##KEY## and @@KEY@@ by VALUE; can be repeated
    #[arg(long, value_name = "KEY=VALUE", value_parser = values::keyword)]
    pub keyword: Vec<Keyword>,
    /// Merge this event (YAML or JSON) into the trigger's sample
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub event: Option<PathBuf>,
    /// Give the code the secret KEY, with the value of the environment variable KEY
    #[arg(long, value_name = "KEY")]
    pub secret: Vec<String>,
    /// Run the code in the sandbox, or in Node.js without a sandbox
    #[arg(long, value_name = "ENGINE", default_value = "embedded")]
    pub engine: Engine,
    /// Allow --engine node in a CI job
    #[arg(long)]
    pub allow_unsandboxed: bool,
    /// Add the outcome as a case of this name to the definition's test file
    #[arg(long, value_name = "CASE")]
    pub record: Option<String>,
    /// How the outcome is printed
    #[arg(short = 'o', long, default_value = "text", help_heading = "Output")]
    pub format: ResultFormat,
}

/// What runs the code of `hooksync run`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Engine {
    /// The sandbox
    #[default]
    Embedded,
    /// Node.js from PATH, not sandboxed
    Node,
}
