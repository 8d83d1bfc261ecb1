//! One live hook per trigger: which one gives way when another is switched on.
//!
//! The service runs one hook per trigger and doesn't say what becomes of the
//! other one, so the plan says it: the hook that runs now is switched off as a
//! change of its own. Must not order anything.

use crate::model::{DesiredState, Kind, Live, LiveState, Trigger};
use crate::plan::matching::{RENAME_SUFFIX, REPLACED_SUFFIX};
use crate::plan::{Change, Field, FieldChange, Verb, Warning, codes};

/// Whether a hook is what an interrupted rename or replacement left.
pub(in crate::plan) fn is_left_over(live: &Live) -> bool {
    [REPLACED_SUFFIX, RENAME_SUFFIX].iter().any(|suffix| live.name.as_str().ends_with(suffix))
}

/// A hook that goes live where another one ran, by their places in the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Takeover {
    /// The change that switches a hook on.
    pub on: usize,
    /// The change by which the one that runs gives way.
    pub off: usize,
}

/// Who takes over from whom, in the plan's order.
#[must_use]
pub fn takeovers(changes: &[Change]) -> Vec<Takeover> {
    let mut found = Vec::new();
    for (on, newcomer) in changes.iter().enumerate().filter(|(_, change)| change.switches_on()) {
        for (off, other) in changes.iter().enumerate() {
            let ran_there = other
                .live
                .as_ref()
                .is_some_and(|live| live.runs && live.trigger == newcomer.trigger);
            if on != off && ran_there && other.kind == Kind::Hook && other.gives_way() {
                found.push(Takeover { on, off });
            }
        }
    }
    found
}

/// Adds the switch-offs that the other changes make necessary.
pub(in crate::plan) fn switch_off_others(
    changes: &mut Vec<Change>,
    warnings: &mut Vec<Warning>,
    desired: &DesiredState,
    live: &LiveState,
) {
    let newcomers: Vec<(Trigger, String)> = changes
        .iter()
        .filter(|change| change.switches_on())
        .map(|change| (change.trigger.clone(), change.name.to_string()))
        .collect();
    for (trigger, newcomer) in newcomers {
        for hook in live.of(Kind::Hook).filter(|hook| hook.runs && hook.trigger == trigger) {
            let own = changes.iter_mut().find(|change| change.id.as_ref() == Some(&hook.id));
            match own {
                Some(change) if change.gives_way() => continue,
                Some(change) => {
                    change.verb =
                        if change.verb == Verb::Resend { Verb::Update } else { change.verb };
                    change.fields.push(switched_off());
                    change.fields.sort_by_key(|change| change.field);
                }
                None => changes.push(switch_off(hook, desired)),
            }
            warnings.push(Warning {
                code: codes::TAKEN_OVER.into(),
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
    FieldChange::flag(Field::Enabled, Some(true), false)
}

fn switch_off(hook: &Live, desired: &DesiredState) -> Change {
    let source = desired.of(Kind::Hook).find(|definition| definition.name == hook.name);
    Change {
        id: Some(hook.id.clone()),
        source: source.map(|definition| definition.place.file.clone()),
        live: Some(hook.clone()),
        fields: vec![switched_off()],
        ..Change::new(Verb::Update, Kind::Hook, hook.name.clone(), hook.trigger.clone())
    }
}
