//! `hooksync init` and `hooksync new`

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, ValueEnum, ValueHint};

use super::shared::ConnectionArgs;
use super::values;
use crate::model::{Name, Trigger};

/// The arguments of `hooksync init`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  hooksync init                            a project in this folder, with a first hook
  hooksync init auth0 --ci gitlab          in ./auth0, with a GitLab pipeline
  hooksync init --from-tenant              start with what $AUTH0_DOMAIN has")]
pub struct InitArgs {
    /// The project's folder
    #[arg(default_value = ".", value_hint = ValueHint::DirPath)]
    pub dir: PathBuf,
    /// Start with the tenant's hooks instead of an example
    #[arg(long)]
    pub from_tenant: bool,
    /// Which pipeline to write
    #[arg(long, value_name = "CI", default_value = "github")]
    pub ci: Ci,
    /// Which tenant, for `--from-tenant`.
    #[command(flatten)]
    pub connection: ConnectionArgs,
}

/// A pipeline to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Ci {
    /// GitHub Actions
    #[default]
    Github,
    /// GitLab CI
    Gitlab,
    /// No pipeline
    None,
}

/// The arguments of `hooksync new`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  hooksync new pre-user-registration deny-disposable-mail
  hooksync new credentials-exchange add-plan-claim --dir auth0/hooks")]
pub struct NewArgs {
    /// When the hook runs
    #[arg(value_parser = PossibleValuesParser::new(TRIGGERS))]
    pub trigger: String,
    /// The hook's name; stored in kebab-case
    #[arg(value_parser = values::new_name)]
    pub name: Name,
    /// The folder of definitions [default: `hooks:` of ./hooksync.yaml, else ./hooks]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub dir: Option<PathBuf>,
}

/// The triggers' ids, for help and completion.
const TRIGGERS: [&str; 5] = [
    "credentials-exchange",
    "pre-user-registration",
    "post-user-registration",
    "post-change-password",
    "send-phone-message",
];

impl NewArgs {
    /// The trigger that was named.
    #[must_use]
    pub fn trigger(&self) -> Trigger {
        Trigger::from_tenant(&self.trigger)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_triggers_is_complete() {
        let known: Vec<_> = Trigger::KNOWN.iter().map(Trigger::as_str).collect();
        assert_eq!(known, TRIGGERS);
    }
}
