//! One live hook a trigger: who has to give way when another is switched on.
//!
//! The service runs one hook a trigger and doesn't say what becomes of the
//! other one, so the plan says it: the hook that runs now is switched off as a
//! change of its own. Must not order anything.

use super::change::{Change, FieldChange, Verb, Warning};
use crate::model::{DesiredState, Live, LiveState};

/// Adds the switch-offs that the other changes make necessary.
pub(super) fn switch_off_others(
    changes: &mut Vec<Change>,
    warnings: &mut Vec<Warning>,
    desired: &DesiredState,
    live: &LiveState,
) {
    let newcomers: Vec<(crate::model::Trigger, String)> = changes
        .iter()
        .filter(|change| change.switches_on())
        .map(|change| (change.trigger.clone(), change.name.to_string()))
        .collect();
    for (trigger, newcomer) in newcomers {
        for hook in live.resources.iter().filter(|hook| hook.runs && hook.trigger == trigger) {
            let own = changes.iter_mut().find(|change| change.id.as_ref() == Some(&hook.id));
            match own {
                Some(change) if change.gives_way() => continue,
                Some(change) => {
                    let place = change
                        .fields
                        .iter()
                        .position(|field| {
                            matches!(
                                field,
                                FieldChange::Dependencies { .. } | FieldChange::Script { .. }
                            )
                        })
                        .unwrap_or(change.fields.len());
                    change.fields.insert(place, switched_off());
                }
                None => changes.push(switch_off(hook, desired)),
            }
            warnings.push(Warning {
                code: "HS506",
                message: format!(
                    "{} is switched off because {newcomer} takes over {trigger}, and only one hook \
                     runs there; no definition says so",
                    hook.name
                ),
                source: None,
                position: None,
            });
        }
    }
}

fn switched_off() -> FieldChange {
    FieldChange::Enabled { old: Some(true), new: false }
}

fn switch_off(hook: &Live, desired: &DesiredState) -> Change {
    let source = desired.definitions.iter().find(|definition| definition.name == hook.name);
    Change {
        verb: Verb::Update,
        name: hook.name.clone(),
        trigger: hook.trigger.clone(),
        id: Some(hook.id.clone()),
        source: source.map(|definition| definition.place.file.clone()),
        live: Some(hook.clone()),
        fields: vec![switched_off()],
        secrets: Vec::new(),
        blocked: None,
        withheld: None,
    }
}
