//! `hooksync tenant serve`

use std::convert::Infallible;
use std::path::PathBuf;
use std::str::FromStr;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand, ValueHint};

use super::shared::LOCAL_STATE;
use crate::tenant::{
    Behaviour, Limit, Limits, ListDetail, Mode, Options, Rate, RateHeaders, Refill, RetryAfter,
    SecondEnabled,
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
    /// Run it until it is interrupted
    Serve(ServeArgs),
}

/// The arguments of `hooksync tenant serve`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  hooksync tenant serve --port 4010
  hooksync tenant serve --burst 2 --rate 2/s       the limits of a free tenant
  hooksync tenant serve --mode read-only           hooks frozen, as on Auth0's public cloud

In another terminal, with what `tenant serve` prints:
  AUTH0_DOMAIN=http://127.0.0.1:4010 AUTH0_CLIENT_ID=local-client \\
  AUTH0_CLIENT_SECRET=local-client-secret hooksync plan")]
pub struct ServeArgs {
    /// The loopback port; 0 takes a free one
    #[arg(long, value_name = "N", default_value_t = 4010)]
    pub port: u16,
    /// The file that the tenant is kept in
    #[arg(long, value_name = "FILE", default_value = LOCAL_STATE, value_hint = ValueHint::FilePath)]
    pub state: PathBuf,
    /// Requests that may come at once
    #[arg(
        long,
        value_name = "N",
        default_value_t = 50,
        value_parser = clap::value_parser!(u32).range(1..),
        help_heading = RATE_LIMIT
    )]
    pub burst: u32,
    /// Requests that come back, such as 16/s or 150/min
    #[arg(long, value_name = "N/TIME", default_value = "50/s", help_heading = RATE_LIMIT)]
    pub rate: Rate,
    /// How they come back
    #[arg(
        long,
        value_name = "HOW",
        default_value = "continuous",
        value_parser = one_of(&["continuous", "fixed-window"], refill),
        help_heading = RATE_LIMIT
    )]
    pub refill: Refill,
    /// Which answers carry rate-limit headers
    #[arg(
        long,
        value_name = "WHICH",
        default_value = "success",
        value_parser = one_of(&["success", "all", "never"], RateHeaders::from_str),
        help_heading = RATE_LIMIT
    )]
    pub rate_headers: RateHeaders,
    /// Whether a 429 says when to come back
    #[arg(
        long,
        value_name = "HOW",
        default_value = "none",
        value_parser = one_of(&["none", "seconds", "date"], RetryAfter::from_str),
        help_heading = RATE_LIMIT
    )]
    pub retry_after: RetryAfter,
    /// What may be done with hooks
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
    /// What happens when a second hook of a trigger is switched on
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
    /// What a list of hooks carries
    #[arg(
        long,
        value_name = "WHAT",
        default_value = "full",
        value_parser = one_of(&["full", "summary"], ListDetail::from_str),
        help_heading = BEHAVIOUR
    )]
    pub list: ListDetail,
}

const RATE_LIMIT: &str = "Rate limit";
const BEHAVIOUR: &str = "Behaviour";

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

/// The local tenant has no text for it.
fn refill(text: &str) -> Result<Refill, Infallible> {
    Ok(if text == "fixed-window" { Refill::FixedWindow } else { Refill::Continuous })
}

impl ServeArgs {
    /// What the local tenant is started with.
    #[must_use]
    pub fn options(&self) -> Options {
        let Self { port, state, burst, rate, refill, .. } = self;
        let Self { rate_headers, retry_after, mode, second_enabled, list, .. } = self;
        let defaults = Options::default();
        Options {
            port: *port,
            state: Some(state.clone()),
            behaviour: Behaviour {
                mode: *mode,
                second_enabled: *second_enabled,
                list: *list,
                ..defaults.behaviour
            },
            limits: Limits {
                api: Limit { refill: *refill, ..Limit::new(*burst, *rate) },
                headers: *rate_headers,
                retry_after: *retry_after,
                ..defaults.limits
            },
            ..defaults
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
    }

    #[test]
    fn flags_reach_the_tenant() {
        let ours = options("--burst 2 --rate 150/min --refill fixed-window --mode read-only");
        let limit = Limit::new(2, Rate::from_str("150/min").unwrap());
        assert_eq!(ours.limits.api, Limit { refill: Refill::FixedWindow, ..limit });
        assert_eq!(ours.behaviour.mode, Mode::ReadOnly);
    }
}
