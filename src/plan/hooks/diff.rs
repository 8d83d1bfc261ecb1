//! A hook's fields, compared.
//!
//! Every field of a live hook has to be thought of here. Must not look at
//! secrets: all kinds have them.

use crate::model::{Definition, Live};
use crate::plan::draft::Draft;
use crate::plan::{Field, FieldChange};

/// All fields that a new hook is sent with.
pub(in crate::plan) fn all_fields(hook: &Definition, live: Option<&Live>) -> Vec<FieldChange> {
    let mut fields = vec![
        FieldChange::text(Field::Name, live.map(stored_name), hook.name.as_str()),
        FieldChange::text(
            Field::Trigger,
            live.map(|live| live.trigger.to_string()),
            hook.trigger.as_str(),
        ),
    ];
    if let Some(new) = hook.enabled() {
        fields.push(FieldChange::flag(Field::Enabled, live.map(|live| live.runs), new));
    }
    if let Some(new) = &hook.dependencies {
        let old = live.and_then(|live| live.dependencies.clone());
        fields.push(FieldChange::packages(old, new.clone()));
    }
    let old = live.and_then(|live| live.script.clone());
    fields.push(FieldChange::script(old, hook.script.clone()));
    fields
}

/// Notes what differs between a definition and what is live of it.
pub(in crate::plan) fn update(hook: &Definition, live: &Live, draft: &mut Draft<'_>) {
    let strict = draft.options.strict_newlines;
    draft.update(hook, live, |_| changed_fields(hook, live, strict));
}

/// The fields that differ.
fn changed_fields(hook: &Definition, live: &Live, strict: bool) -> Vec<FieldChange> {
    // every field of a live hook has to be thought of here
    let Live {
        id: _,
        name,
        stored_name: _,
        trigger: _,
        runs,
        script,
        dependencies,
        secrets: _,
        body: _,
    } = live;
    let mut fields = Vec::new();
    if *name != hook.name {
        fields.push(FieldChange::text(Field::Name, Some(stored_name(live)), hook.name.as_str()));
    }
    if let Some(new) = hook.enabled().filter(|new| new != runs) {
        fields.push(FieldChange::flag(Field::Enabled, Some(*runs), new));
    }
    if let Some(new) = &hook.dependencies
        && dependencies.as_ref() != Some(new)
    {
        fields.push(FieldChange::packages(dependencies.clone(), new.clone()));
    }
    let same = script
        .as_ref()
        .is_some_and(|old| *old == hook.script || (!strict && old.same_but_newlines(&hook.script)));
    if !same {
        fields.push(FieldChange::script(script.clone(), hook.script.clone()));
    }
    fields
}

fn stored_name(live: &Live) -> String {
    live.stored_name.clone().unwrap_or_else(|| live.name.as_str().to_owned())
}
