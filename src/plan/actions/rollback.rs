//! What making an old version of an action live again changes.
//!
//! The fields are those that differ between what runs and that version; values
//! of secrets can't be compared, only when each was written. Must not decide
//! whether it is done.

use crate::model::content::{same_packages, same_script, same_times};
use crate::model::{Content, DeployedVersion, Kind, Live};
use crate::plan::{Change, Field, FieldChange, SecretChange, SecretVerb, Value, Verb};

use super::diff::in_words;

/// The change from what runs of an action to one of its versions. Without
/// fields and secrets nothing would change.
#[must_use]
pub fn rollback(live: &Live, to: &DeployedVersion) -> Change {
    let new = Content::of_version(to);
    let deployed = live.action().and_then(|action| action.deployed.as_ref());
    let old = deployed.map(Content::of_version);
    let old = old.as_ref();
    let mut fields = Vec::new();
    let mut text = |field, old: Option<&String>, new: Option<&String>| {
        if let Some(new) = new.filter(|new| Some(*new) != old) {
            fields.push(FieldChange::text(field, old.cloned(), new.as_str()));
        }
    };
    text(
        Field::TriggerVersion,
        old.and_then(|old| old.trigger_version.as_ref()),
        new.trigger_version.as_ref(),
    );
    text(Field::Runtime, old.and_then(|old| old.runtime.as_ref()), new.runtime.as_ref());
    let packages = old.and_then(|old| old.dependencies.as_ref());
    if let Some(new) = &new.dependencies
        && !packages.is_some_and(|old| same_packages(new, old))
    {
        fields.push(FieldChange::packages(packages.cloned(), new.clone()));
    }
    if old.map(|old| &old.modules) != Some(&new.modules)
        && !(old.is_none() && new.modules.is_empty())
    {
        let old = old.map(|old| Value::Names(in_words(&old.modules)));
        fields.push(FieldChange::new(Field::Modules, old, Value::Names(in_words(&new.modules))));
    }
    let script = old.and_then(|old| old.script.as_ref());
    if let Some(new) = &new.script
        && !script.is_some_and(|old| same_script(old, new, true))
    {
        fields.push(FieldChange::script(script.cloned(), new.clone()));
    }
    Change {
        id: Some(live.id.clone()),
        live: Some(live.clone()),
        fields,
        secrets: secrets(deployed, to),
        ..Change::new(Verb::Update, Kind::Action, live.name.clone(), live.trigger.clone())
    }
}

/// The secrets whose value, as it runs, is or may be another one.
fn secrets(deployed: Option<&DeployedVersion>, to: &DeployedVersion) -> Vec<SecretChange> {
    let none = Default::default();
    let old = deployed.map_or(&none, |deployed| &deployed.secrets);
    if same_times(old, &to.secrets) {
        return Vec::new();
    }
    let mut changes: Vec<SecretChange> = old
        .keys()
        .filter(|key| !to.secrets.contains_key(*key))
        .map(|key| SecretChange::new(key.clone(), SecretVerb::Delete))
        .collect();
    changes.extend(to.secrets.iter().filter_map(|(key, time)| {
        let verb = match old.get(key) {
            None => SecretVerb::Create,
            Some(old) if old == time => return None,
            Some(_) => SecretVerb::Write,
        };
        Some(SecretChange::new(key.clone(), verb))
    }));
    changes.sort();
    changes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Id, LiveAction, LiveBody, Name, Script, Trigger};

    fn version(number: u64, script: &str, secrets: &[(&str, &str)]) -> DeployedVersion {
        let time = |text: &str| text.parse().ok();
        DeployedVersion {
            id: Id::new(format!("v{number}")),
            number: Some(number),
            deployed: true,
            script: Some(Script::new(script)),
            dependencies: Some([("axios".to_owned(), "1.6.0".to_owned())].into()),
            runtime: Some("node22".into()),
            trigger_version: Some("v3".into()),
            modules: Vec::new(),
            secrets: secrets.iter().map(|(key, at)| ((*key).to_owned(), time(at))).collect(),
        }
    }

    fn live(deployed: Option<DeployedVersion>) -> Live {
        let action = LiveAction { deployed, ..LiveAction::default() };
        Live {
            id: Id::new("1"),
            name: Name::action("a"),
            stored_name: None,
            trigger: Trigger::from_tenant("post-login"),
            runs: true,
            script: Some(Script::new("draft")),
            dependencies: None,
            secrets: None,
            body: LiveBody::Action(Box::new(action)),
        }
    }

    const OLD: &str = "2026-01-01T00:00:00Z";
    const NEW: &str = "2026-02-01T00:00:00Z";

    fn fields(change: &Change) -> Vec<&str> {
        change.fields.iter().map(|change| change.field.as_str()).collect()
    }

    #[test]
    fn what_runs_is_compared_and_not_the_draft() {
        let now = version(3, "new", &[("K", OLD)]);
        let same = rollback(&live(Some(now.clone())), &version(1, "new", &[("K", OLD)]));
        assert!(same.fields.is_empty() && same.secrets.is_empty());
        let mut other = version(1, "old", &[("K", OLD)]);
        other.runtime = Some("node18".into());
        other.dependencies = Some(Default::default());
        let change = rollback(&live(Some(now)), &other);
        assert_eq!(fields(&change), ["runtime", "dependencies", "script"]);
        // an action that was never deployed
        let first = rollback(&live(None), &version(1, "x", &[]));
        assert_eq!(fields(&first), ["triggerVersion", "runtime", "dependencies", "script"]);
    }

    #[test]
    fn secrets_that_may_have_other_values_are_named() {
        let now = version(3, "x", &[("GONE", OLD), ("SAME", OLD), ("ROTATED", NEW)]);
        let to = version(1, "x", &[("BACK", OLD), ("SAME", OLD), ("ROTATED", OLD)]);
        let change = rollback(&live(Some(now)), &to);
        let verbs: Vec<_> =
            change.secrets.iter().map(|one| (one.key.as_str(), one.verb.as_str())).collect();
        assert_eq!(verbs, [("BACK", "create"), ("GONE", "delete"), ("ROTATED", "write")]);
    }
}
