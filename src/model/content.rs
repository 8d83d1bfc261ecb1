//! What a version of an action is made of, and when two of them are alike.
//!
//! Main type: [`Content`]. The one comparison of a draft with what is deployed:
//! a plan, an export, a backup and a rollback must not differ about it. Must
//! not compare a definition, whose omitted fields are unmanaged.

use std::collections::BTreeSet;

use super::{
    Dependencies, DeployedVersion, Live, LiveAction, LiveBody, LiveModule, ModuleUse, Script,
    SecretKey, SecretTimes,
};

/// The version of a package that stands for whatever the tenant resolved it
/// to.
pub const LATEST: &str = "latest";

/// What a draft or a version is made of, less its secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// Its code.
    pub script: Option<Script>,
    /// Its runtime.
    pub runtime: Option<String>,
    /// Its packages.
    pub dependencies: Option<Dependencies>,
    /// The version of its trigger.
    pub trigger_version: Option<String>,
    /// The modules it uses, ordered.
    pub modules: Vec<ModuleUse>,
}

impl Content {
    /// That of an action's draft.
    #[must_use]
    pub fn of_draft(live: &Live) -> Self {
        let none = LiveAction::default();
        // every field of a live action has to be thought of here
        let LiveAction {
            trigger_version,
            runtime,
            modules,
            secrets: _,
            build: _,
            deployed: _,
            all_changes_deployed: _,
            updated_at: _,
            installed: _,
        } = live.action().unwrap_or(&none);
        Self {
            script: live.script.clone(),
            runtime: runtime.clone(),
            dependencies: live.dependencies.clone(),
            trigger_version: trigger_version.clone(),
            modules: uses(modules),
        }
    }

    /// That of a version.
    #[must_use]
    pub fn of_version(version: &DeployedVersion) -> Self {
        let DeployedVersion {
            id: _,
            number: _,
            deployed: _,
            script,
            dependencies,
            runtime,
            trigger_version,
            modules,
            secrets: _,
        } = version;
        Self {
            script: script.clone(),
            runtime: runtime.clone(),
            dependencies: dependencies.clone(),
            trigger_version: trigger_version.clone(),
            modules: uses(modules),
        }
    }

    /// Whether two contents are alike, as far as both are known.
    #[must_use]
    pub fn is_like(&self, other: &Self, strict_newlines: bool) -> bool {
        fn alike<T>(a: Option<&T>, b: Option<&T>, same: impl Fn(&T, &T) -> bool) -> bool {
            a.zip(b).is_none_or(|(a, b)| same(a, b))
        }
        let Self { script, runtime, dependencies, trigger_version, modules } = self;
        alike(script.as_ref(), other.script.as_ref(), |a, b| same_script(a, b, strict_newlines))
            && alike(runtime.as_ref(), other.runtime.as_ref(), PartialEq::eq)
            && alike(dependencies.as_ref(), other.dependencies.as_ref(), |a, b| {
                same_packages(a, b) || same_packages(b, a)
            })
            && alike(trigger_version.as_ref(), other.trigger_version.as_ref(), PartialEq::eq)
            && *modules == other.modules
    }
}

/// Whether an action's draft is what runs, secrets included: a deploy of it
/// would change nothing.
#[must_use]
pub fn draft_is_deployed(live: &Live, strict_newlines: bool) -> bool {
    let Some(action) = live.action() else { return true };
    match &action.deployed {
        Some(version) => draft_is(live, version, strict_newlines),
        // some only say that all is deployed, not what
        None => action.all_changes_deployed == Some(true),
    }
}

/// Whether a version holds what an action's draft does, secrets included.
#[must_use]
pub fn draft_is(live: &Live, version: &DeployedVersion, strict_newlines: bool) -> bool {
    live.action().is_some_and(|action| {
        Content::of_version(version).is_like(&Content::of_draft(live), strict_newlines)
            && same_times(&version.secrets, &action.secrets)
    })
}

/// An action as if its draft were what is deployed; `None` if nothing is.
/// `loses` are secrets that the draft is about to lose.
#[must_use]
pub fn as_deployed(live: &Live, loses: &BTreeSet<SecretKey>) -> Option<Live> {
    let action = live.action()?;
    let version = action.deployed.clone()?;
    let mut ran = live.clone();
    // what the version doesn't say is that of the draft
    ran.script = version.script.clone().or(ran.script);
    ran.dependencies = version.dependencies.clone().or(ran.dependencies);
    // a key that the draft keeps must not count as deleted when this goes back
    let kept = live.secrets.iter().flatten().filter(|key| !loses.contains(*key));
    ran.secrets = Some(version.secrets.keys().chain(kept).cloned().collect());
    ran.body = LiveBody::Action(Box::new(LiveAction {
        trigger_version: version.trigger_version.clone().or(action.trigger_version.clone()),
        runtime: version.runtime.clone().or(action.runtime.clone()),
        modules: version.modules.clone(),
        secrets: version.secrets.clone(),
        deployed: Some(version),
        ..action.clone()
    }));
    Some(ran)
}

/// Whether two scripts are alike.
#[must_use]
pub fn same_script(a: &Script, b: &Script, strict_newlines: bool) -> bool {
    a == b || (!strict_newlines && a.same_but_newlines(b))
}

/// Whether the tenant has the packages that are wanted. It resolves `latest`
/// to a number on save, so that one equals any version.
#[must_use]
pub fn same_packages(wanted: &Dependencies, live: &Dependencies) -> bool {
    wanted.len() == live.len()
        && wanted.iter().all(|(name, version)| {
            live.get(name).is_some_and(|live| version == LATEST || version == live)
        })
}

/// Whether two lists of secrets have the same names, written at the same
/// times; a time that isn't known counts as fitting.
#[must_use]
pub fn same_times(a: &SecretTimes, b: &SecretTimes) -> bool {
    a.len() == b.len()
        && a.iter().all(|(key, time)| {
            b.get(key).is_some_and(|other| time.zip(*other).is_none_or(|(a, b)| a == b))
        })
}

/// The modules in the order in which they are compared.
#[must_use]
pub fn uses(modules: &[LiveModule]) -> Vec<ModuleUse> {
    let mut uses: Vec<ModuleUse> = modules.iter().map(|module| module.uses.clone()).collect();
    uses.sort();
    uses
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Id, Name, Trigger};

    fn live(change: impl FnOnce(&mut DeployedVersion)) -> Live {
        let packages = Dependencies::from([("axios".to_owned(), "1.6.0".to_owned())]);
        let mut deployed = DeployedVersion {
            id: Id::new("v"),
            number: Some(1),
            deployed: true,
            script: Some(Script::new("x\n")),
            dependencies: Some(packages.clone()),
            runtime: Some("node22".into()),
            trigger_version: Some("v3".into()),
            modules: Vec::new(),
            secrets: SecretTimes::from([(
                "K".into(),
                Some("2026-01-01T00:00:00Z".parse().unwrap()),
            )]),
        };
        let action = LiveAction {
            trigger_version: Some("v3".into()),
            runtime: Some("node22".into()),
            secrets: deployed.secrets.clone(),
            ..LiveAction::default()
        };
        change(&mut deployed);
        Live {
            id: Id::new("1"),
            name: Name::action("a"),
            stored_name: None,
            trigger: Trigger::from_tenant("post-login"),
            runs: true,
            script: Some(Script::new("x\n")),
            dependencies: Some(packages),
            secrets: None,
            body: LiveBody::Action(Box::new(LiveAction { deployed: Some(deployed), ..action })),
        }
    }

    #[test]
    fn a_draft_is_deployed_if_a_deploy_would_change_nothing() {
        let check = |change: fn(&mut DeployedVersion), expected: bool| {
            assert_eq!(draft_is_deployed(&live(change), false), expected, "{:?}", live(change));
        };
        check(|_| {}, true);
        check(|version| version.script = Some(Script::new("x\r\n")), true);
        check(|version| version.script = Some(Script::new("y\n")), false);
        check(|version| version.runtime = Some("node18".into()), false);
        check(|version| version.trigger_version = Some("v2".into()), false);
        check(|version| version.dependencies = Some(Dependencies::new()), false);
        check(
            |version| {
                version.dependencies = Some([("axios".to_owned(), LATEST.to_owned())].into());
            },
            true,
        );
        check(|version| version.secrets = SecretTimes::new(), false);
        check(|version| version.secrets = [("K".into(), None)].into(), true);
        check(
            |version| {
                let other = "2026-01-02T00:00:00Z".parse().ok();
                version.secrets = [("K".into(), other)].into();
            },
            false,
        );
        assert!(!draft_is_deployed(&live(|v| v.script = Some(Script::new("x\r\n"))), true));
    }
}
