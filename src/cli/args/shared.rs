//! Flags that several commands take.

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgAction, Args, ValueEnum, ValueHint};
use clap_complete::engine::ArgValueCandidates;

use super::values::{self, Keyword};
use crate::cli::completing;
use crate::plan::policy::NamePattern;
use crate::source::config::Headroom;

/// The help heading of the flags that say which tenant and how.
pub(super) const CONNECTION: &str = "Connection";
/// The help heading of the flags that say what the definitions are.
pub(super) const DEFINITIONS: &str = "Definitions";
/// The help heading of the flags that guard the tenant.
pub(super) const SAFETY: &str = "Safety";

/// Flags of every command.
#[derive(Debug, Clone, Default, Args)]
pub struct GlobalArgs {
    /// Change to DIR before anything else
    #[arg(short = 'C', value_name = "DIR", value_hint = ValueHint::DirPath, global = true, help_heading = "Project")]
    pub directory: Option<PathBuf>,
    /// Read variables from FILE (KEY=VALUE lines); the environment's own take precedence
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, global = true, help_heading = "Project")]
    pub env_file: Option<PathBuf>,
    /// More detail on stderr (-vv: every request)
    #[arg(short, long, action = ArgAction::Count, global = true, conflicts_with = "quiet", help_heading = "Output")]
    pub verbose: u8,
    /// Print nothing but results and errors
    #[arg(short, long, global = true, help_heading = "Output")]
    pub quiet: bool,
    /// When to use colours; `auto` honours NO_COLOR, CLICOLOR_FORCE, FORCE_COLOR and TERM=dumb
    #[arg(
        long,
        value_name = "WHEN",
        default_value = "auto",
        global = true,
        help_heading = "Output"
    )]
    pub color: ColorWhen,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ColorWhen {
    /// On a terminal that wants them
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// Which definitions, and what their keywords stand for.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = DEFINITIONS)]
pub struct ProjectArgs {
    /// The folder of definitions [default: the folders in hooksync.yaml, else ./hooks and ./actions]
    #[arg(value_hint = ValueHint::DirPath, help_heading = None::<&'static str>)]
    pub dir: Option<PathBuf>,
    /// Use this environment of hooksync.yaml; can be repeated
    #[arg(long, value_name = "NAME", add = ArgValueCandidates::new(completing::environments))]
    pub env: Vec<String>,
    /// Use every environment of hooksync.yaml
    #[arg(long, conflicts_with = "env")]
    pub all_envs: bool,
    /// Replace ##KEY## and @@KEY@@ by VALUE; can be repeated
    #[arg(long, value_name = "KEY=VALUE", value_parser = values::keyword)]
    pub keyword: Vec<Keyword>,
    /// Keep keyword markers that have no value
    #[arg(long)]
    pub allow_unresolved: bool,
    /// Read the Deploy CLI's config.json for settings given nowhere else
    #[arg(
        short,
        long,
        alias = "config_file",
        value_name = "FILE",
        value_hint = ValueHint::FilePath,
        long_help = "Read the Deploy CLI's config.json for settings given nowhere else: its domain, \
                     its credentials, AUTH0_ALLOW_DELETE and AUTH0_KEYWORD_REPLACE_MAPPINGS. \
                     Flags, the environment and hooksync.yaml take precedence"
    )]
    pub config: Option<PathBuf>,
}

/// Which tenant, and how fast.
//
// What begins with `-` is taken for a number's value, so that the message is
// the value's own and says what would be right.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = CONNECTION)]
pub struct ConnectionArgs {
    /// The tenant's domain, HOST or HOST:PORT [env: AUTH0_DOMAIN]
    #[arg(long, value_name = "DOMAIN", value_hint = ValueHint::Hostname)]
    pub domain: Option<String>,
    /// Use a local tenant that runs inside this process, its state in the file STATE
    #[arg(
        long,
        value_name = "STATE",
        num_args = 0..=1,
        default_missing_value = LOCAL_STATE,
        conflicts_with = "domain",
        value_hint = ValueHint::FilePath,
        long_help = "Use a local tenant inside this process, kept in the file STATE (default \
                     .hooksync/tenant.json). Requests go over HTTP on the loopback; no account is \
                     needed"
    )]
    pub local: Option<PathBuf>,
    /// Send at most N requests a second, even where the tenant's limits allow more
    #[arg(long, value_name = "N", value_parser = values::max_rps, allow_negative_numbers = true)]
    pub max_rps: Option<f64>,
    /// Have at most N requests in flight
    #[arg(
        long,
        value_name = "N",
        value_parser = values::concurrency,
        allow_negative_numbers = true
    )]
    pub concurrency: Option<usize>,
    /// Leave this many requests, or this share, to the tenant's other clients [default: 20%]
    #[arg(long, value_name = "N|N%", value_parser = values::headroom, allow_hyphen_values = true)]
    pub headroom: Option<Headroom>,
    /// End the run after this time, such as 30s or 10m [default: 15m]
    #[arg(
        long,
        value_name = "DURATION",
        value_parser = values::duration,
        allow_hyphen_values = true
    )]
    pub timeout: Option<Duration>,
}

impl ConnectionArgs {
    /// Whether anything of it was given.
    #[must_use]
    pub fn is_given(&self) -> bool {
        let Self { domain, local, max_rps, concurrency, headroom, timeout } = self;
        domain.is_some()
            || local.is_some()
            || max_rps.is_some()
            || concurrency.is_some()
            || headroom.is_some()
            || timeout.is_some()
    }
}

/// Where `--local` keeps its tenant by default.
pub const LOCAL_STATE: &str = ".hooksync/tenant.json";

/// What of the definitions takes part, and how it is compared. Plan and apply
/// take the same, so that both come to the same plan.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = DEFINITIONS)]
pub struct ScopeArgs {
    /// Only these hooks and actions: names, patterns such as 'crm-*', or KIND:NAME
    #[arg(
        long,
        value_name = "NAME",
        num_args = 1..,
        value_delimiter = ',',
        value_parser = values::hook_name,
        add = ArgValueCandidates::new(completing::names)
    )]
    pub only: Vec<NamePattern>,
    /// Which secrets to send (values can't be compared) [default: always; for actions missing]
    #[arg(long, value_name = "WHICH")]
    pub secrets: Option<SecretsMode>,
    /// Treat CRLF against LF, and a missing last newline, as a change
    #[arg(long)]
    pub strict_newlines: bool,
    /// Delete hooks, actions and secrets that no definition has; allow replacements [env: AUTH0_ALLOW_DELETE]
    #[arg(
        long,
        value_name = "BOOL",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true",
        help_heading = SAFETY
    )]
    pub allow_delete: Option<bool>,
}

/// Which secrets are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum SecretsMode {
    /// All whose value is known
    #[default]
    Always,
    /// Those that the tenant lacks
    Missing,
    /// None
    Never,
}

/// How a result is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ResultFormat {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
}
