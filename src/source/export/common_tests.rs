//! What the tests of this room share: live resources, and an export of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use super::*;
use crate::model::{
    BuildStatus, Definition, DeployedVersion, Id, Live, LiveAction, LiveBody, Script, Trigger,
};
use crate::source::Environment;

/// A disabled hook without packages and secrets.
pub(super) fn hook(name: &str, script: &str) -> Live {
    Live {
        id: Id::new(format!("id-{name}")),
        name: Name::of_live_hook(Some(name), "x"),
        stored_name: Some(name.to_owned()),
        trigger: Trigger::PostUserRegistration,
        runs: false,
        script: Some(Script::new(script)),
        dependencies: Some(BTreeMap::new()),
        secrets: Some(BTreeSet::new()),
        body: LiveBody::Hook,
    }
}

/// A deployed action.
pub(super) fn action(name: &str, code: &str) -> Live {
    let times: BTreeMap<String, _> = [("KEY".to_owned(), None)].into();
    let packages = BTreeMap::from([("axios".to_owned(), "1.6.0".to_owned())]);
    let deployed = DeployedVersion {
        id: Id::new("v1"),
        number: Some(1),
        deployed: true,
        script: Some(Script::new(code)),
        dependencies: Some(packages.clone()),
        runtime: Some("node22".to_owned()),
        trigger_version: Some("v3".to_owned()),
        modules: Vec::new(),
        secrets: times.clone(),
    };
    Live {
        id: Id::new(format!("id-{name}")),
        name: Name::action(name),
        stored_name: Some(name.to_owned()),
        trigger: Trigger::from_tenant("post-login"),
        runs: true,
        script: Some(Script::new(code)),
        dependencies: Some(packages),
        secrets: Some(BTreeSet::from(["KEY".to_owned()])),
        body: LiveBody::Action(Box::new(LiveAction {
            trigger_version: Some("v3".to_owned()),
            runtime: Some("node22".to_owned()),
            secrets: times,
            build: BuildStatus::Built,
            deployed: Some(deployed),
            ..LiveAction::default()
        })),
    }
}

/// What is live once a hook's definition has been applied.
pub(super) fn live_of(own: &Definition) -> Live {
    Live {
        id: Id::new(own.name.as_str()),
        name: own.name.clone(),
        stored_name: Some(own.name.to_string()),
        trigger: own.trigger.clone(),
        runs: own.enabled().unwrap_or_default(),
        script: Some(own.script.clone()),
        dependencies: Some(own.dependencies.clone().unwrap_or_default()),
        secrets: Some(own.secrets.iter().flatten().map(|(key, _)| key.clone()).collect()),
        body: LiveBody::Hook,
    }
}

/// Keywords out of a JSON object.
pub(super) fn keywords(json: &str) -> Keywords {
    Keywords::new(vec![Keywords::mappings(json).unwrap()], Environment::default(), [])
}

/// An export of all hooks, which removes nothing; tests change single fields.
pub(in crate::source) fn options(keywords: Keywords) -> ExportOptions<'static> {
    ExportOptions {
        keywords,
        prune: false,
        prune_scripts: false,
        only: &|_| true,
        kind: Kind::Hook,
        both: false,
        under: None,
        layout: None,
    }
}

/// Exports into a folder.
pub(in crate::source) fn write(
    dir: &Path,
    live: &LiveState,
    options: &ExportOptions<'_>,
) -> ExportPlan {
    let plan = export(dir, live, options).unwrap_or_else(|found| panic!("{found:#?}"));
    plan.write().unwrap();
    plan
}

/// Every file below a folder but the schemas.
pub(super) fn shown(dir: &Path) -> String {
    let entries = walkdir::WalkDir::new(dir).sort_by_file_name().into_iter().flatten();
    let files = entries.filter(|entry| {
        entry.file_type().is_file() && !entry.path().to_string_lossy().contains(".schema")
    });
    files
        .map(|entry| {
            let name = entry.path().strip_prefix(dir).unwrap().display().to_string();
            format!("=== {name}\n{}\n", fs::read_to_string(entry.path()).unwrap())
        })
        .collect()
}
