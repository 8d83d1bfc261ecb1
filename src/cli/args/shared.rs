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
#[derive(Debug, Clone, Args)]
pub struct GlobalArgs {
    /// Change to DIR before anything else
    #[arg(short = 'C', value_name = "DIR", value_hint = ValueHint::DirPath, global = true, help_heading = "Project")]
    pub directory: Option<PathBuf>,
    /// Read variables from FILE (KEY=VALUE lines); those of the environment win
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, global = true, help_heading = "Project")]
    pub env_file: Option<PathBuf>,
    /// More detail on stderr (-vv: every request)
    #[arg(short, long, action = ArgAction::Count, global = true, conflicts_with = "quiet", help_heading = "Output")]
    pub verbose: u8,
    /// Print nothing but results and errors
    #[arg(short, long, global = true, help_heading = "Output")]
    pub quiet: bool,
    /// Colours; `auto` also minds NO_COLOR, CLICOLOR_FORCE, FORCE_COLOR and TERM=dumb
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
    /// The folder of definitions [default: `hooks:` of ./hooksync.yaml, else ./hooks]
    #[arg(value_hint = ValueHint::DirPath, help_heading = None::<&'static str>)]
    pub dir: Option<PathBuf>,
    /// An environment of hooksync.yaml; repeat it for several
    #[arg(
        long,
        value_name = "NAME",
        action = ArgAction::Append,
        add = ArgValueCandidates::new(completing::environments)
    )]
    pub env: Vec<String>,
    /// Every environment of hooksync.yaml
    #[arg(long, conflicts_with = "env")]
    pub all_envs: bool,
    /// What ##KEY## and @@KEY@@ stand for; repeat it for several
    #[arg(long, value_name = "KEY=VALUE", action = ArgAction::Append, value_parser = values::keyword)]
    pub keyword: Vec<Keyword>,
    /// Leave markers without a value as they stand
    #[arg(long)]
    pub allow_unresolved: bool,
    /// The Deploy CLI's config.json, for what nothing else says
    #[arg(
        short,
        long,
        alias = "config_file",
        value_name = "FILE",
        value_hint = ValueHint::FilePath,
        long_help = "The Deploy CLI's config.json, for what nothing else says: its domain, its \
                     credentials, AUTH0_ALLOW_DELETE and AUTH0_KEYWORD_REPLACE_MAPPINGS. Flags, \
                     the environment and hooksync.yaml go before it"
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
    /// Use a local tenant inside this process, kept in STATE
    #[arg(
        long,
        value_name = "STATE",
        num_args = 0..=1,
        default_missing_value = LOCAL_STATE,
        conflicts_with = "domain",
        value_hint = ValueHint::FilePath,
        long_help = "Use a local tenant inside this process, kept in the file STATE (default \
                     .hooksync/tenant.json). It is talked to over real HTTP; no account is needed"
    )]
    pub local: Option<PathBuf>,
    /// Requests a second at most, beside what the tenant's limits allow
    #[arg(long, value_name = "N", value_parser = values::max_rps, allow_negative_numbers = true)]
    pub max_rps: Option<f64>,
    /// Requests in flight at most
    #[arg(
        long,
        value_name = "N",
        value_parser = values::concurrency,
        allow_negative_numbers = true
    )]
    pub concurrency: Option<usize>,
    /// Requests left to the tenant's other clients: a number or a share [default: 20%]
    #[arg(
        long,
        value_name = "N|N%",
        value_parser = values::headroom,
        allow_hyphen_values = true
    )]
    pub headroom: Option<Headroom>,
    /// Time for the whole run, such as 30s or 10m [default: 15m]
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
        action = ArgAction::Append,
        value_delimiter = ',',
        value_parser = values::hook_name,
        add = ArgValueCandidates::new(completing::names)
    )]
    pub only: Vec<NamePattern>,
    /// Which secrets are sent (values can't be compared) [default: always; of actions missing]
    #[arg(long, value_name = "WHICH")]
    pub secrets: Option<SecretsMode>,
    /// Count CRLF against LF, and a missing last newline, as a change
    #[arg(long)]
    pub strict_newlines: bool,
    /// Delete hooks and secrets that no definition has; allow replaces [env: AUTH0_ALLOW_DELETE]
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
