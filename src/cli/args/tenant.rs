//! `hooksync tenant serve`

use std::path::PathBuf;
use std::str::FromStr;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{ArgAction, Args, Subcommand, ValueHint};

use super::shared::LOCAL_STATE;
use crate::tenant::actions::{self, ActionNames, DeployStatus, Failing, Modules, NamedSecrets};
use crate::tenant::{
    Behaviour, Fault, Latency, Limit, Limits, ListDetail, Mode, Options, Rate, RateHeaders, Refill,
    Refusal, RetryAfter, SecondEnabled, UniqueNames,
};

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
    /// Run the local tenant until interrupted
    Serve(ServeArgs),
}

/// The arguments of `hooksync tenant serve`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  hooksync tenant serve --port 4010
  hooksync tenant serve --burst 2 --rate 2/s       the limits of a free tenant
  hooksync tenant serve --mode read-only           hooks frozen, as on Auth0's public cloud
  hooksync tenant serve --tls                      https; SSL_CERT_FILE has to name its CA
  hooksync tenant serve --fault reset-after@POST,1 the first POST is done and not answered
  hooksync tenant serve --mode removed             hooks gone, as since 2026-11-18
  hooksync tenant serve --fail-build package:left-pad --failure-time 5s

In another terminal, with what `tenant serve` prints:
  AUTH0_DOMAIN=http://127.0.0.1:4010 AUTH0_CLIENT_ID=local-client \\
  AUTH0_CLIENT_SECRET=local-client-secret hooksync plan")]
pub struct ServeArgs {
    /// Listen on this port of the loopback; 0 takes a free one
    #[arg(long, value_name = "N", default_value_t = 4010)]
    pub port: u16,
    /// Keep the tenant's state in FILE
    #[arg(long, value_name = "FILE", default_value = LOCAL_STATE, value_hint = ValueHint::FilePath)]
    pub state: PathBuf,
    /// Serve https with a certificate created at start; its CA is written to STATE.ca.pem
    #[arg(long)]
    pub tls: bool,
    /// Write the CA's certificate here instead
    #[arg(long, value_name = "FILE", requires = "tls", value_hint = ValueHint::FilePath)]
    pub ca_file: Option<PathBuf>,
    /// Append a line of JSON per request to FILE; no secret is logged
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub log: Option<PathBuf>,
    /// Size of the rate limit's bucket, in requests
    #[arg(
        long,
        value_name = "N",
        default_value_t = 50,
        value_parser = clap::value_parser!(u32).range(1..),
        help_heading = RATE_LIMIT
    )]
    pub burst: u32,
    /// Rate at which it refills, such as 16/s or 150/min
    #[arg(long, value_name = "N/TIME", default_value = "50/s", help_heading = RATE_LIMIT)]
    pub rate: Rate,
    /// How it refills
    #[arg(
        long,
        value_name = "HOW",
        default_value = "continuous",
        value_parser = one_of(&["continuous", "fixed-window"], Refill::from_str),
        help_heading = RATE_LIMIT
    )]
    pub refill: Refill,
    /// Add a second bucket that no header shows, such as 10:2/s or `free`
    #[arg(long, value_name = "N:N/TIME", help_heading = RATE_LIMIT)]
    pub hidden_limit: Option<Limit>,
    /// Rate that another client uses all the time, such as 5/s
    #[arg(long, value_name = "N/TIME", help_heading = RATE_LIMIT)]
    pub rival: Option<Rate>,
    /// Responses that have rate-limit headers
    #[arg(
        long,
        value_name = "WHICH",
        default_value = "success",
        value_parser = one_of(&["success", "all", "never"], RateHeaders::from_str),
        help_heading = RATE_LIMIT
    )]
    pub rate_headers: RateHeaders,
    /// Whether and how a 429 says when to retry
    #[arg(
        long,
        value_name = "HOW",
        default_value = "none",
        value_parser = one_of(&["none", "seconds", "date"], RetryAfter::from_str),
        help_heading = RATE_LIMIT
    )]
    pub retry_after: RetryAfter,
    /// Set the tenant's clock ahead by this many seconds
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 0,
        allow_negative_numbers = true,
        help_heading = RATE_LIMIT
    )]
    pub clock_skew: i64,
    /// What the tenant allows with hooks
    #[arg(
        long,
        value_name = "MODE",
        default_value = "legacy",
        value_parser = one_of(
            &["legacy", "read-only", "not-allowed", "removed", "gone"],
            Mode::from_str
        ),
        help_heading = BEHAVIOUR
    )]
    pub mode: Mode,
    /// What enabling a second hook of a trigger does
    #[arg(
        long,
        value_name = "WHAT",
        default_value = "switch-off-other",
        value_parser = one_of(
            &["switch-off-other", "refuse", "refuse-400", "allow-both"],
            SecondEnabled::from_str
        ),
        help_heading = BEHAVIOUR
    )]
    pub second_enabled: SecondEnabled,
    /// How much a list of hooks contains
    #[arg(
        long,
        value_name = "WHAT",
        default_value = "full",
        value_parser = one_of(&["full", "summary"], ListDetail::from_str),
        help_heading = BEHAVIOUR
    )]
    pub list: ListDetail,
    /// Text with which writes of hooks are refused
    #[arg(
        long,
        value_name = "WORDS",
        default_value = "hooks-not-allowed",
        value_parser = one_of(&["hooks-not-allowed", "disabled"], Refusal::from_str),
        help_heading = BEHAVIOUR
    )]
    pub refusal: Refusal,
    /// Where names of hooks must be unique
    #[arg(
        long,
        value_name = "WHERE",
        default_value = "tenant",
        value_parser = one_of(&["tenant", "trigger", "nowhere"], UniqueNames::from_str),
        help_heading = BEHAVIOUR
    )]
    pub unique_names: UniqueNames,
    /// Duration of a build without packages, such as 300ms or 200ms..1s
    #[arg(long, value_name = "TIME", default_value = "300ms", help_heading = ACTIONS)]
    pub build_time: Latency,
    /// Duration of a build with packages
    #[arg(long, value_name = "TIME", default_value = "2500ms", help_heading = ACTIONS)]
    pub npm_time: Latency,
    /// Let builds fail: action:NAME, package:NAME or package:NAME@VERSION; can be repeated
    #[arg(long, value_name = "WHICH", action = ArgAction::Append, help_heading = ACTIONS)]
    pub fail_build: Vec<Failing>,
    /// Duration of a build that fails
    #[arg(long, value_name = "TIME", default_value = "60s", help_heading = ACTIONS)]
    pub failure_time: Latency,
    /// Delay before a deployed version is reported as deployed
    #[arg(long, value_name = "TIME", default_value = "80ms", help_heading = ACTIONS)]
    pub deploy_lag: Latency,
    /// Delay after its first deploy before an action can be bound
    #[arg(long, value_name = "TIME", default_value = "80ms", help_heading = ACTIONS)]
    pub bind_lag: Latency,
    /// What happens to a secret that is sent by name alone
    #[arg(
        long,
        value_name = "WHAT",
        default_value = "keep",
        value_parser = one_of(&["keep", "drop", "refuse"], NamedSecrets::from_str),
        help_heading = ACTIONS
    )]
    pub named_secrets: NamedSecrets,
    /// Whether two actions may have the same name
    #[arg(
        long,
        value_name = "WHETHER",
        default_value = "free",
        value_parser = one_of(&["free", "unique"], ActionNames::from_str),
        help_heading = ACTIONS
    )]
    pub action_names: ActionNames,
    /// Whether the tenant has modules
    #[arg(
        long,
        value_name = "WHETHER",
        default_value = "on",
        value_parser = one_of(&["on", "off"], Modules::from_str),
        help_heading = ACTIONS
    )]
    pub modules: Modules,
    /// HTTP status of a successful deploy
    #[arg(
        long,
        value_name = "STATUS",
        default_value = "200",
        value_parser = one_of(&["200", "202"], DeployStatus::from_str),
        help_heading = ACTIONS
    )]
    pub deploy_status: DeployStatus,
    /// Limit tokens to these scopes
    #[arg(long, value_name = "SCOPE", value_delimiter = ',', help_heading = BEHAVIOUR)]
    pub scopes: Option<Vec<String>>,
    /// Lifetime of tokens, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 86_400, help_heading = BEHAVIOUR)]
    pub token_lifetime: u64,
    /// Latency of responses, such as 80ms or 80ms..250ms
    #[arg(long, value_name = "TIME", default_value = "0ms", help_heading = BEHAVIOUR)]
    pub latency: Latency,
    /// Inject a fault, such as 503@writes,5%; can be repeated
    #[arg(long, value_name = "FAULT", action = ArgAction::Append, help_heading = BEHAVIOUR)]
    pub fault: Vec<Fault>,
    /// Seed for ids, jitter and faults, to repeat a run
    #[arg(long, value_name = "N", help_heading = BEHAVIOUR)]
    pub seed: Option<u64>,
}

const RATE_LIMIT: &str = "Rate limit";
const BEHAVIOUR: &str = "Behaviour";
const ACTIONS: &str = "Actions";

/// One of the texts that a choice of the local tenant is written as.
fn one_of<T, E>(
    texts: &'static [&'static str],
    parse: fn(&str) -> Result<T, E>,
) -> impl TypedValueParser<Value = T>
where
    T: Clone + Send + Sync + 'static,
    E: std::error::Error + Send + Sync + 'static,
{
    PossibleValuesParser::new(texts).try_map(move |text| parse(&text))
}

impl ServeArgs {
    /// What the local tenant is started with.
    #[must_use]
    pub fn options(&self) -> Options {
        let Self { port, state, tls, ca_file, log, burst, rate, refill, hidden_limit, .. } = self;
        let Self { rival, rate_headers, retry_after, clock_skew, mode, second_enabled, .. } = self;
        let Self { list, refusal, unique_names, scopes, token_lifetime, .. } = self;
        let Self { latency, fault, seed, .. } = self;
        let defaults = Options::default();
        let actions = self.actions();
        Options {
            actions,
            port: *port,
            state: Some(state.clone()),
            behaviour: Behaviour {
                mode: *mode,
                refusal: *refusal,
                second_enabled: *second_enabled,
                unique_names: *unique_names,
                list: *list,
            },
            limits: Limits {
                api: Limit { refill: *refill, rival: *rival, ..Limit::new(*burst, *rate) },
                global: *hidden_limit,
                token: defaults.limits.token,
                headers: *rate_headers,
                retry_after: *retry_after,
                clock_skew_s: *clock_skew,
            },
            scopes: scopes.clone().unwrap_or(defaults.scopes),
            token_lifetime: *token_lifetime,
            latency: *latency,
            faults: fault.clone(),
            tls: *tls,
            ca_file: ca_file.clone(),
            log: log.clone(),
            seed: *seed,
            client_id: defaults.client_id,
            client_secret: defaults.client_secret,
            client_public_key: defaults.client_public_key,
            audience: defaults.audience,
        }
    }
}

impl ServeArgs {
    fn actions(&self) -> actions::Behaviour {
        let Self { build_time, npm_time, fail_build, failure_time, deploy_lag, .. } = self;
        let Self { bind_lag, named_secrets, action_names, modules, deploy_status, .. } = self;
        actions::Behaviour {
            build: *build_time,
            build_packages: *npm_time,
            build_failure: *failure_time,
            failing: fail_build.clone(),
            deploy_lag: *deploy_lag,
            bind_lag: *bind_lag,
            named_secrets: *named_secrets,
            names: *action_names,
            modules: *modules,
            deploy_status: *deploy_status,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::args::{Cli, Command};

    fn options(flags: &str) -> Options {
        let line = format!("hooksync tenant serve {flags}");
        match Cli::try_parse_from(line.split_whitespace()).unwrap().command {
            Command::Tenant(TenantArgs { command: TenantCommand::Serve(args) }) => args.options(),
            _ => unreachable!(),
        }
    }

    #[test]
    fn without_flags_it_is_as_the_local_tenant_is_by_default() {
        let (ours, defaults) = (options(""), Options::default());
        assert_eq!(ours.limits, defaults.limits);
        assert_eq!(ours.behaviour, defaults.behaviour);
        assert_eq!(ours.actions, defaults.actions);
    }

    #[test]
    fn flags_reach_the_tenant() {
        let ours = options("--burst 2 --rate 150/min --refill fixed-window --mode read-only");
        let limit = Limit::new(2, Rate::from_str("150/min").unwrap());
        assert_eq!(ours.limits.api, Limit { refill: Refill::FixedWindow, ..limit });
        assert_eq!(ours.behaviour.mode, Mode::ReadOnly);
        let ours =
            options("--rate 1 --build-time 1s..2s --fail-build package:crypto --bind-lag 5s");
        assert_eq!(ours.limits.api.rate, Rate::per_second(1));
        assert_eq!(ours.actions.build, Latency { fixed_ms: 1000, jitter_ms: 1000 });
        assert_eq!(ours.actions.failing, [Failing::Package("crypto".to_owned(), None)]);
        assert_eq!(ours.actions.bind_lag.fixed_ms, 5000);
    }
}
