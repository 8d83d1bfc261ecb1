//! `hooksync tenant serve`

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueHint};

use super::shared::LOCAL_STATE;
use crate::tenant::{Behaviour, Fault, Latency, Limits, Options, actions};

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
    /// The rate limit.
    #[command(flatten, next_help_heading = "Rate limit")]
    pub limits: Limits,
    /// What the Hooks endpoints do.
    #[command(flatten, next_help_heading = BEHAVIOUR)]
    pub behaviour: Behaviour,
    /// What the Actions endpoints do.
    #[command(flatten, next_help_heading = "Actions")]
    pub actions: actions::Behaviour,
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
    #[arg(long, value_name = "FAULT", help_heading = BEHAVIOUR)]
    pub fault: Vec<Fault>,
    /// Seed for ids, jitter and faults, to repeat a run
    #[arg(long, value_name = "N", help_heading = BEHAVIOUR)]
    pub seed: Option<u64>,
}

const BEHAVIOUR: &str = "Behaviour";

impl ServeArgs {
    /// What the local tenant is started with.
    #[must_use]
    pub fn options(&self) -> Options {
        let Self { port, state, tls, ca_file, log, limits, behaviour, actions, .. } = self.clone();
        let Self { scopes, token_lifetime, latency, fault, seed, .. } = self.clone();
        let defaults = Options::default();
        Options {
            port,
            state: Some(state),
            behaviour,
            actions,
            limits,
            scopes: scopes.unwrap_or(defaults.scopes),
            token_lifetime,
            latency,
            faults: fault,
            tls,
            ca_file,
            log,
            seed,
            ..defaults
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::args::{Cli, Command};
    use crate::tenant::actions::Failing;
    use crate::tenant::{Limit, Mode, Rate, Refill};

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
        let limit = Limit::new(2, "150/min".parse().unwrap());
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
