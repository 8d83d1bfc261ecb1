//! Arguments, environment and hooksync.yaml, made into typed settings: once,
//! before anything else happens, and each with where it came from.
//!
//! [`project`] is for commands without a network, [`tenant`] for those with
//! one, [`survey()`] shows every setting, right or wrong. Must not read the
//! process's environment: it is handed in.

mod credentials;
#[cfg(test)]
mod deploy_cli_tests;
mod destination;
mod file;
mod inside;
mod keywords;
mod proxy;
mod resolve;
mod survey;
#[cfg(test)]
mod tests;

pub use file::ConfigFile;
pub use keywords::withheld;
pub use resolve::{project, tenant, untangle};
pub use survey::{Survey, SurveyEntry, survey};

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use super::CliError;
use super::environment::Environment;
use crate::api::{self, Credentials, Domain, Headroom};
use crate::source::{DeployConfig, Keywords};

/// A value and where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting<T> {
    /// The value.
    pub value: T,
    /// Where it came from.
    pub origin: Origin,
}

impl<T> Setting<T> {
    fn new(value: T, origin: Origin) -> Self {
        Self { value, origin }
    }

    fn map<U>(self, with: impl FnOnce(T) -> U) -> Setting<U> {
        Setting { value: with(self.value), origin: self.origin }
    }
}

/// Where a setting came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Nobody said anything.
    Default,
    /// A flag or an argument.
    Flag(&'static str),
    /// An environment variable.
    Variable(String),
    /// An entry of hooksync.yaml, or of the Deploy CLI's settings.
    File {
        /// The file.
        path: String,
        /// The entry, with dots.
        key: String,
    },
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::Flag(flag) => f.write_str(flag),
            Self::Variable(name) => f.write_str(name),
            Self::File { path, key } => write!(f, "{key} in {path}"),
        }
    }
}

/// The folder of each kind; `None` where there is none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Kinds {
    /// That of hooks.
    pub hooks: Option<PathBuf>,
    /// That of actions.
    pub actions: Option<PathBuf>,
}

/// What a command without a network needs, for one environment.
#[derive(Debug, Clone)]
pub struct ProjectSettings {
    /// The environment of hooksync.yaml, if one was chosen.
    pub environment: Option<String>,
    /// The folder of definitions; without a DIR, that of hooks if there is one.
    pub dir: Setting<PathBuf>,
    /// The folder of each kind, where no DIR was named.
    pub kinds: Option<Kinds>,
    /// What keywords stand for.
    pub keywords: Keywords,
    /// Whether markers without a value may stay.
    pub allow_unresolved: bool,
}

impl ProjectSettings {
    /// The folders of definitions.
    #[must_use]
    pub fn dirs(&self) -> Vec<PathBuf> {
        match &self.kinds {
            Some(Kinds { hooks, actions }) => hooks.iter().chain(actions).cloned().collect(),
            None => vec![self.dir.value.clone()],
        }
    }
}

/// What a command with a network needs, for one environment.
#[derive(Debug, Clone)]
pub struct TenantSettings {
    /// The definitions.
    pub project: ProjectSettings,
    /// The tenant.
    pub target: Target,
    /// Whether deletes of hooks are planned.
    pub allow_delete: Setting<bool>,
    /// Whether deletes of actions are planned, and unbinds.
    pub allow_delete_actions: bool,
    /// How fast.
    pub rate: RateSettings,
    /// The time for the whole run.
    pub timeout: Setting<Duration>,
}

/// Which tenant.
#[derive(Debug, Clone)]
pub enum Target {
    /// One inside this process.
    Local {
        /// The file it is kept in.
        state: PathBuf,
    },
    /// One at a domain.
    Remote(Box<Remote>),
}

/// A tenant at a domain.
#[derive(Debug, Clone)]
pub struct Remote {
    /// Where it is.
    pub domain: Setting<Domain>,
    /// What it is asked with.
    pub credentials: Setting<Credentials>,
    /// What a token is asked for; `None` for the domain's own Management API.
    pub audience: Option<Setting<String>>,
}

/// How fast, as far as anybody said; the rest is left to the tenant's headers.
#[derive(Debug, Clone, PartialEq)]
pub struct RateSettings {
    /// What is left to the tenant's other clients.
    pub headroom: Setting<Headroom>,
    /// Requests a second at most.
    pub max_rps: Option<Setting<f64>>,
    /// Requests in flight at most.
    pub concurrency: Option<Setting<usize>>,
}

impl RateSettings {
    /// The values alone.
    #[must_use]
    pub fn values(&self) -> api::RateSettings {
        let Self { headroom, max_rps, concurrency } = self;
        api::RateSettings {
            headroom: headroom.value,
            max_rps: max_rps.as_ref().map(|setting| setting.value),
            concurrency: concurrency.as_ref().map(|setting| setting.value),
        }
    }
}

/// The environment's variables as one environment of hooksync.yaml sees them:
/// for `staging`, `AUTH0_DOMAIN_STAGING` comes before `AUTH0_DOMAIN`, so that
/// one run can reach several tenants, each with its own credentials.
#[derive(Debug, Clone, Copy)]
pub(super) struct Variables<'a> {
    environment: &'a Environment,
    suffix: Option<&'a str>,
    /// The Deploy CLI's settings, which have the same names.
    deploy: Option<&'a DeployConfig>,
}

impl<'a> Variables<'a> {
    /// The variable made for this environment alone.
    fn own(self, name: &str) -> Result<Option<Setting<&'a str>>, CliError> {
        let Some(suffix) = self.suffix else { return Ok(None) };
        let name = format!("{name}_{suffix}");
        let value = self.text(&name)?;
        Ok(value.map(|value| Setting::new(value, Origin::Variable(name))))
    }

    /// The variable, the one made for this environment before the general one;
    /// else what the Deploy CLI's settings say.
    fn get(self, name: &str) -> Result<Option<Setting<&'a str>>, CliError> {
        if let Some(own) = self.own(name)? {
            return Ok(Some(own));
        }
        let value = self.text(name)?;
        let value = value.map(|value| Setting::new(value, Origin::Variable(name.to_owned())));
        Ok(value.or_else(|| {
            let deploy = self.deploy?;
            let origin = Origin::File { path: deploy.file.clone(), key: name.to_owned() };
            Some(Setting::new(deploy.text(name)?, origin))
        }))
    }

    /// A variable without the blanks and newlines around it, which come along
    /// when a pipeline's secret was pasted or read from a file.
    fn text(self, name: &str) -> Result<Option<&'a str>, CliError> {
        Ok(self.environment.get(name)?.map(str::trim).filter(|value| !value.is_empty()))
    }
}

/// An environment's name as it ends a variable: `eu-live` as `EU_LIVE`.
fn suffix(environment: &str) -> String {
    let upper = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
    environment.chars().map(upper).collect()
}
