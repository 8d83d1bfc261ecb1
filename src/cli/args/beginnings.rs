//! `hooksync init` and `hooksync new`

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, ValueEnum, ValueHint};

use super::shared::ConnectionArgs;
use crate::model::Trigger;

/// The arguments of `hooksync init`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  hooksync init                            a project in this folder, with a first action
  hooksync init auth0 --ci gitlab          in ./auth0, with a GitLab pipeline
  hooksync init --from-tenant              with the actions and hooks of $AUTH0_DOMAIN
  hooksync init --kind hook                with a first hook")]
pub struct InitArgs {
    /// The project's folder
    #[arg(default_value = ".", value_hint = ValueHint::DirPath)]
    pub dir: PathBuf,
    /// Start with the tenant's actions and hooks instead of an example
    #[arg(long)]
    pub from_tenant: bool,
    /// Kind of the example
    #[arg(long, default_value = "action", conflicts_with = "from_tenant")]
    pub kind: NewKind,
    /// Pipeline to write
    #[arg(long, default_value = "github")]
    pub ci: Ci,
    /// Don't write settings for editors (which schema goes with which file)
    #[arg(long)]
    pub no_editors: bool,
    /// Which tenant, for `--from-tenant`.
    #[command(flatten)]
    pub connection: ConnectionArgs,
}

/// What is started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum NewKind {
    /// An action
    #[default]
    Action,
    /// A hook
    Hook,
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
  hooksync new post-login \"Add roles\"
  hooksync new pre-user-registration \"Deny by domain\" --dir auth0/actions
  hooksync new credentials-exchange add-plan-claim --kind hook")]
pub struct NewArgs {
    /// When it runs
    #[arg(value_parser = PossibleValuesParser::new(TRIGGERS))]
    pub trigger: String,
    /// Its name; a hook's is stored in kebab-case
    pub name: String,
    /// Kind of the definition
    #[arg(long, default_value = "action")]
    pub kind: NewKind,
    /// The folder of definitions [default: `actions:` or `hooks:` in hooksync.yaml, else ./actions or ./hooks]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub dir: Option<PathBuf>,
}

/// The triggers' ids, for help and completion: those of hooks, then others of
/// actions.
pub(crate) const TRIGGERS: [&str; 11] = [
    "credentials-exchange",
    "pre-user-registration",
    "post-user-registration",
    "post-change-password",
    "send-phone-message",
    "post-login",
    "password-reset-post-challenge",
    "custom-phone-provider",
    "custom-email-provider",
    "custom-token-exchange",
    "event-stream",
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
    fn the_list_begins_with_the_triggers_of_hooks() {
        let known: Vec<_> = Trigger::KNOWN.iter().map(Trigger::as_str).collect();
        assert_eq!(known, TRIGGERS[..5]);
    }
}
