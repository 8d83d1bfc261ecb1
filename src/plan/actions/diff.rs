//! An action's fields, compared: with its draft, and with what is deployed.
//!
//! Every field of a live action has to be thought of here. Must not look at
//! bindings.

use crate::model::content::{same_packages, same_script, same_times};
use crate::model::{
    ActionBody, Body, BuildStatus, Content, Definition, Live, LiveAction, ModuleUse, SecretKey,
    TriggerVersion,
};
use crate::plan::draft::Draft;
use crate::plan::{Change, Field, FieldChange, SecretChange, Value, Verb, codes};

/// What differs between an action's definition and what is live.
#[derive(Debug, Default)]
struct Compared {
    fields: Vec<FieldChange>,
    /// Somebody edited the draft: it is neither what the file says nor what is
    /// deployed, and would be overwritten.
    overwrites_draft: bool,
}

/// What only an action's definition has; its defaults for another kind's.
pub(in crate::plan) fn body(definition: &Definition) -> ActionBody {
    let Body::Action(body) = &definition.body else { return ActionBody::default() };
    body.clone()
}

/// Whether a draft has to be sent again as it is: its build failed, it is to be
/// deployed, and nothing else is sent that has it built once more.
pub(super) fn rebuilds(change: &Change) -> bool {
    let failed = |action: &LiveAction| action.build == BuildStatus::Failed;
    let is_built = |change: &FieldChange| !matches!(change.field, Field::Name | Field::Deploy);
    change.verb == Verb::Update
        && change.live.as_ref().and_then(Live::action).is_some_and(failed)
        && change.deploys()
        && change.secrets.is_empty()
        && !change.fields.iter().any(is_built)
}

/// Why replacing it would lose a secret: the old action would go, and with it
/// the only value there is.
pub(in crate::plan) fn loses_secrets(change: &Change, missing: &[SecretKey]) -> Option<String> {
    (change.verb == Verb::Replace && !missing.is_empty()).then(|| {
        format!(
            "with another trigger it becomes a new action, and its secret {} has no value: a tenant doesn't return values. Set a value and apply again",
            missing.join(", ")
        )
    })
}

/// The number of the version that a deploy makes.
pub(super) fn next_version(change: &Change) -> Option<u64> {
    if matches!(change.verb, Verb::Create | Verb::Replace) {
        return Some(1);
    }
    match &change.live.as_ref()?.action()?.deployed {
        Some(deployed) => deployed.number.map(|number| number + 1),
        None => Some(1),
    }
}

/// All fields that a new action is sent with.
pub(in crate::plan) fn all_fields(
    definition: &Definition,
    live: Option<&Live>,
    triggers: &[TriggerVersion],
) -> Vec<FieldChange> {
    let body = body(definition);
    let old = live.map(Content::of_draft);
    let mut fields = vec![
        FieldChange::text(
            Field::Name,
            live.map(|live| live.name.to_string()),
            definition.name.as_str(),
        ),
        FieldChange::text(
            Field::Trigger,
            live.map(|live| live.trigger.to_string()),
            definition.trigger.as_str(),
        ),
    ];
    let of_trigger = |version: &&TriggerVersion| version.trigger == definition.trigger;
    let current = triggers.iter().filter(of_trigger).find(|version| version.current);
    let version =
        body.trigger_version.clone().or_else(|| current.map(|current| current.version.clone()));
    if let Some(version) = &version {
        fields.push(FieldChange::text(Field::TriggerVersion, None, version.as_str()));
    }
    // the default is sent as what it is: another one may be it tomorrow
    let used =
        triggers.iter().filter(of_trigger).find(|one| Some(&one.version) == version.as_ref());
    let default = used.and_then(|version| version.default_runtime.clone());
    if let Some(runtime) = body.runtime.or(default) {
        fields.push(FieldChange::text(Field::Runtime, None, runtime));
    }
    if let Some(packages) = &definition.dependencies {
        let old = old.as_ref().and_then(|old| old.dependencies.clone());
        fields.push(FieldChange::packages(old, packages.clone()));
    }
    if let Some(modules) = &body.modules {
        fields.push(FieldChange::new(Field::Modules, None, Value::Names(in_words(modules))));
    }
    let script = old.and_then(|old| old.script);
    fields.push(FieldChange::script(script, definition.script.clone()));
    if body.deploy {
        fields.push(FieldChange::flag(Field::Deploy, live.map(|_| false), true));
    }
    fields
}

/// Notes what differs between a definition and what is live of it.
pub(in crate::plan) fn update(definition: &Definition, live: &Live, draft: &mut Draft<'_>) {
    let strict = draft.options.strict_newlines;
    let mut overwrites = false;
    draft.update(definition, live, |secrets| {
        let compared = changed_fields(definition, live, secrets, strict);
        overwrites = compared.overwrites_draft;
        compared.fields
    });
    if overwrites {
        let of = live.action().filter(|action| action.build == BuildStatus::Failed);
        let message = format!(
            "the draft of {} differs from what is deployed{} and from these files: an apply ended \
             before its deploy, or it was edited elsewhere. Apply overwrites it",
            definition.name,
            of.map_or("", |_| " (its build failed)")
        );
        draft.warn(codes::EDITED_DRAFT, message, Some(&definition.place.file));
    }
    let last = draft.changes.last().filter(|change| change.id.as_ref() == Some(&live.id));
    if last.is_some_and(rebuilds) {
        let message = format!(
            "the build of the draft of {} failed: apply sends its code again, so that it is built again, and deploys it if the build succeeds",
            definition.name
        );
        draft.warn(codes::BUILD_FAILED, message, Some(&definition.place.file));
    }
}

/// The fields that differ, and whether a deploy is needed. `secrets` is what
/// happens to those of the draft.
fn changed_fields(
    definition: &Definition,
    live: &Live,
    secrets: &[SecretChange],
    strict: bool,
) -> Compared {
    let (body, none) = (body(definition), LiveAction::default());
    let action = live.action().unwrap_or(&none);
    let draft = Content::of_draft(live);
    // what the tenant never says can't be compared, and no write would change
    // that
    let version = action.deployed.as_ref();
    let old_runtime = draft.runtime.as_ref().or(version.and_then(|it| it.runtime.as_ref()));
    let mut fields = Vec::new();
    if live.name != definition.name {
        let old = Some(live.name.to_string());
        fields.push(FieldChange::text(Field::Name, old, definition.name.as_str()));
    }
    let mut after = draft.clone();
    if let Some(new) = body
        .trigger_version
        .filter(|new| draft.trigger_version.as_ref().is_some_and(|old| old != new))
    {
        fields.push(FieldChange::text(
            Field::TriggerVersion,
            draft.trigger_version.clone(),
            new.as_str(),
        ));
        after.trigger_version = Some(new);
    }
    if let Some(new) = body.runtime.filter(|new| old_runtime.is_some_and(|old| old != new)) {
        fields.push(FieldChange::text(Field::Runtime, old_runtime.cloned(), new.as_str()));
        after.runtime = Some(new);
    }
    if let Some(new) = &definition.dependencies
        && !draft.dependencies.as_ref().is_some_and(|old| same_packages(new, old))
    {
        fields.push(FieldChange::packages(draft.dependencies.clone(), new.clone()));
        after.dependencies = Some(new.clone());
    }
    if let Some(new) = &body.modules
        && *new != draft.modules
    {
        let old = Some(Value::Names(in_words(&draft.modules)));
        fields.push(FieldChange::new(Field::Modules, old, Value::Names(in_words(new))));
        after.modules.clone_from(new);
    }
    let new = &definition.script;
    if !draft.script.as_ref().is_some_and(|old| same_script(new, old, strict)) {
        fields.push(FieldChange::script(draft.script.clone(), new.clone()));
        after.script = Some(new.clone());
    }
    let deployed = action.deployed.as_ref();
    let content = deployed.map(Content::of_version);
    // some only say that all is deployed, not what
    let said_deployed = deployed.is_none() && action.all_changes_deployed == Some(true);
    let is_live = |content: &Option<Content>, other: &Content| match content {
        Some(content) => content.is_like(other, strict),
        None => said_deployed && draft.is_like(other, strict),
    };
    let same_secrets =
        deployed.map_or(said_deployed, |version| same_times(&version.secrets, &action.secrets));
    let was_deployed = is_live(&content, &draft) && same_secrets;
    let will_be = is_live(&content, &after) && same_secrets && secrets.is_empty();
    let content_changes = fields.iter().any(|change| change.field != Field::Name);
    if body.deploy && !will_be {
        fields.push(FieldChange::flag(Field::Deploy, Some(false), true));
    } else if !body.deploy && was_deployed && !will_be {
        fields.push(FieldChange::flag(Field::Deploy, Some(true), false));
    }
    let overwrites_draft = content_changes && deployed.is_some() && !is_live(&content, &draft);
    Compared { fields, overwrites_draft }
}

pub(super) fn in_words(modules: &[ModuleUse]) -> Vec<String> {
    modules.iter().map(|module| format!("{} v{}", module.name, module.version)).collect()
}
