//! Everything about the Actions endpoints that can be chosen.
//!
//! Main type: [`Behaviour`]. Must not do anything.

use std::str::FromStr;

use clap::Args;

use super::state::Content;
use crate::tenant::choice::{Invalid, choice};
use crate::tenant::options::Latency;

/// The choices of the Actions endpoints, as flags.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
#[group(skip)]
pub struct Behaviour {
    /// Duration of a build without packages, such as 300ms or 200ms..1s
    #[arg(long = "build-time", value_name = "TIME", default_value = "300ms")]
    pub build: Latency,
    /// Duration of a build with packages
    #[arg(long = "npm-time", value_name = "TIME", default_value = "2500ms")]
    pub build_packages: Latency,
    /// Let builds fail: action:NAME, package:NAME or package:NAME@VERSION; can be repeated
    #[arg(long = "fail-build", value_name = "WHICH")]
    pub failing: Vec<Failing>,
    /// Duration of a build that fails
    #[arg(long = "failure-time", value_name = "TIME", default_value = "60s")]
    pub build_failure: Latency,
    /// Delay before a deployed version is reported as deployed
    #[arg(long, value_name = "TIME", default_value = "80ms")]
    pub deploy_lag: Latency,
    /// Delay after its first deploy before an action can be bound
    #[arg(long, value_name = "TIME", default_value = "80ms")]
    pub bind_lag: Latency,
    /// What happens to a secret that is sent by name alone
    #[arg(long, value_name = "WHAT", value_enum, default_value_t)]
    pub named_secrets: NamedSecrets,
    /// Whether two actions may have the same name
    #[arg(long = "action-names", value_name = "WHETHER", value_enum, default_value_t)]
    pub names: ActionNames,
    /// Whether the tenant has modules
    #[arg(long, value_name = "WHETHER", value_enum, default_value_t)]
    pub modules: Modules,
    /// HTTP status of a successful deploy
    #[arg(long, value_name = "STATUS", value_enum, default_value_t)]
    pub deploy_status: DeployStatus,
}

impl Default for Behaviour {
    fn default() -> Self {
        let fixed = |fixed_ms| Latency { fixed_ms, jitter_ms: 0 };
        Self {
            build: fixed(300),
            build_packages: fixed(2500),
            build_failure: fixed(60_000),
            failing: Vec::new(),
            deploy_lag: fixed(80),
            bind_lag: fixed(80),
            named_secrets: NamedSecrets::default(),
            names: ActionNames::default(),
            modules: Modules::default(),
            deploy_status: DeployStatus::default(),
        }
    }
}

impl Behaviour {
    /// Nothing takes any time: for tests that are about something else.
    #[must_use]
    pub fn instant() -> Self {
        let none = Latency::default();
        let times = (none, none, none, none, none);
        let (build, build_packages, build_failure, deploy_lag, bind_lag) = times;
        Self { build, build_packages, build_failure, deploy_lag, bind_lag, ..Self::default() }
    }

    /// Whether the build of such a draft fails.
    pub(super) fn fails(&self, name: &str, draft: &Content) -> bool {
        self.failing.iter().any(|failing| match failing {
            Failing::Action(action) => action == name,
            Failing::Package(package, version) => draft.dependencies.iter().any(|found| {
                found.name == *package && version.as_ref().is_none_or(|v| *v == found.version)
            }),
        })
    }

    /// How long the build of such a draft takes.
    pub(super) fn build_time(&self, draft: &Content, fails: bool) -> Latency {
        match fails {
            true => self.build_failure,
            false if draft.dependencies.is_empty() => self.build,
            false => self.build_packages,
        }
    }
}

choice! {
    /// What becomes of a secret that is sent by its name alone.
    NamedSecrets {
        Keep = "keep": "Its value is kept (recorded).",
        Drop = "drop": "It is dropped: a service that reads the name alone as no secret.",
        Refuse = "refuse": "400.",
    }
}

choice! {
    /// Whether two actions may have one name.
    ActionNames {
        Free = "free": "They may (no refusal is recorded).",
        Unique = "unique": "409.",
    }
}

choice! {
    /// Whether the tenant has modules.
    Modules {
        On = "on": "It has.",
        Off = "off": "403 `feature_not_enabled` (recorded).",
    }
}

choice! {
    /// With which status a deploy is answered.
    DeployStatus {
        Ok = "200": "As recorded.",
        Accepted = "202": "As the API's description says.",
    }
}

/// Which builds fail. Written `action:NAME` or `package:NAME[@VERSION]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failing {
    /// Those of an action of this name.
    Action(String),
    /// Those with this package, in this version if one is given.
    Package(String, Option<String>),
}

impl FromStr for Failing {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let form = "names no builds; write action:NAME, package:NAME or package:NAME@VERSION";
        let invalid = || Invalid(text.to_owned(), form);
        match text.split_once(':').ok_or_else(invalid)? {
            ("action", name) if !name.is_empty() => Ok(Self::Action(name.to_owned())),
            ("package", package) if !package.is_empty() => {
                // `@scope/name@1.0.0`: the first character may be an `@`.
                let at = package.char_indices().skip(1).find(|(_, c)| *c == '@');
                let (name, version) = match at.and_then(|(at, _)| package.split_at_checked(at)) {
                    Some((name, version)) => {
                        (name, Some(version.trim_start_matches('@').to_owned()))
                    }
                    None => (package, None),
                };
                Ok(Self::Package(name.to_owned(), version))
            }
            _ => Err(invalid()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_builds_fail_is_read() {
        let action = Failing::Action("Add roles".to_owned());
        assert_eq!("action:Add roles".parse::<Failing>().unwrap(), action);
        let check = |text: &str, name: &str, version: Option<&str>| {
            let package = Failing::Package(name.to_owned(), version.map(str::to_owned));
            assert_eq!(text.parse::<Failing>().unwrap(), package, "{text}");
        };
        check("package:crypto", "crypto", None);
        check("package:@a/b@1.0.0", "@a/b", Some("1.0.0"));
        check("package:@a/b", "@a/b", None);
        for text in ["", "crypto", "action:", "package:", "build:x"] {
            assert!(text.parse::<Failing>().is_err(), "{text}");
        }
    }
}
