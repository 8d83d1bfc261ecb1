//! `hooksync test` and `hooksync run`

use std::path::PathBuf;

use clap::{ArgAction, Args, ValueEnum, ValueHint};
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
  hooksync test --filter 'free plan'       cases whose file or name has this text
  hooksync test --watch                    again whenever a file changes
  hooksync test --coverage                 which branches no case meets
  hooksync test --format junit > junit.xml for a pipeline's report",
    long_about = "Run the behaviour tests beside the definitions.\n\n\
        A hook or action runs in a process of its own, without network, files or environment, \
        on the event of each case; what it answers, calls and requests is compared with what \
        the case expects. docs/reference/tests.md has the format of `*.test.yaml`."
)]
pub struct TestArgs {
    /// Which definitions.
    #[command(flatten)]
    pub project: ProjectArgs,
    /// Only cases whose file or name has this text
    #[arg(long, value_name = "TEXT")]
    pub filter: Option<String>,
    /// Run again whenever a file changes, until interrupted
    #[arg(long, conflicts_with_all = ["format", "lcov"])]
    pub watch: bool,
    /// Show which branches of the scripts no case meets
    #[arg(long, help_heading = "Output")]
    pub coverage: bool,
    /// Write the coverage in lcov's format into FILE
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Output")]
    pub lcov: Option<PathBuf>,
    /// How results are printed
    #[arg(
        short = 'o',
        long,
        value_name = "FORMAT",
        default_value = "text",
        help_heading = "Output"
    )]
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
  hooksync run enrich-token --event e.yaml with this laid over the sample
  API_KEY=test hooksync run notify-crm --secret API_KEY
  hooksync run enrich-token --record 'full plan'   and keep the outcome as a test
  hooksync run enrich-token --engine node  where it needs Intl or installed packages",
    long_about = "Run one hook or action once, in the sandbox, and show what it did.\n\n\
        There is no network: requests are recorded and fail, unless a test declares stubs. \
        Any outcome of the code exits 0.\n\n\
        --engine node runs the code in the Node.js of PATH, with Node's own modules and the \
        packages installed beside the script. It is not sandboxed: the code can do all that \
        you can. It gets an empty environment and 20 seconds."
)]
pub struct RunArgs {
    /// The hook or action
    #[arg(add = ArgValueCandidates::new(completing::names))]
    pub name: String,
    /// The folder of definitions [default: `hooks:` of hooksync.yaml, else ./hooks]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub dir: Option<PathBuf>,
    /// The environment of hooksync.yaml whose keywords its script takes
    #[arg(long, value_name = "NAME", add = ArgValueCandidates::new(completing::environments))]
    pub env: Option<String>,
    /// What ##KEY## and @@KEY@@ stand for; repeat it for several
    #[arg(long, value_name = "KEY=VALUE", action = ArgAction::Append, value_parser = values::keyword)]
    pub keyword: Vec<Keyword>,
    /// Lay this event (YAML or JSON) over the trigger's sample
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub event: Option<PathBuf>,
    /// Give the code a secret; its value is the environment variable KEY
    #[arg(long, value_name = "KEY", action = ArgAction::Append)]
    pub secret: Vec<String>,
    /// What runs the code: the sandbox, or Node.js without one
    #[arg(long, value_name = "ENGINE", default_value = "embedded")]
    pub engine: Engine,
    /// Allow --engine node where CI is set
    #[arg(long)]
    pub allow_unsandboxed: bool,
    /// Add the outcome as a case of this name to the definition's test file
    #[arg(long, value_name = "CASE")]
    pub record: Option<String>,
    /// How the outcome is printed
    #[arg(
        short = 'o',
        long,
        value_name = "FORMAT",
        default_value = "text",
        help_heading = "Output"
    )]
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
