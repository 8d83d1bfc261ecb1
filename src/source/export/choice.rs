//! Which live hooks and actions an export writes.
//!
//! Must not look at files.

use std::collections::BTreeMap;

use super::ExportOptions;
use super::notes::skipped;
use super::render;
use crate::model::{Diagnostic, Kind, Live, LiveState, Name, Trigger};
use crate::source::codes;

pub(super) struct Chosen<'l> {
    pub(super) hook: &'l Live,
    pub(super) with_enabled: bool,
}

/// The live hooks that can be definitions together: one a name, and one
/// enabled a trigger.
pub(super) fn choose<'l>(
    live: &'l LiveState,
    options: &ExportOptions<'_>,
    notes: &mut Vec<Diagnostic>,
) -> Vec<Chosen<'l>> {
    let mut by_name: BTreeMap<&Name, Vec<&Live>> = BTreeMap::new();
    let meant = live.of(options.kind).filter(|own| (options.only)(&own.name));
    for hook in meant.filter(|own| own.action().is_none_or(|action| !action.installed)) {
        match render::obstacle(hook) {
            Some(why) => notes.push(skipped(hook, why)),
            None => by_name.entry(&hook.name).or_default().push(hook),
        }
    }
    let mut enabled: BTreeMap<&Trigger, &Name> = BTreeMap::new();
    let mut chosen = Vec::new();
    for (name, mut hooks) in by_name {
        hooks.sort_by_key(|hook| hook.precedence());
        let mut hooks = hooks.into_iter();
        let Some(hook) = hooks.next() else { continue };
        hooks.for_each(|other| {
            let why = format!("another {} goes by the name `{name}` too", other.kind());
            notes.push(skipped(other, &why));
        });
        let first = if hook.runs && options.kind == Kind::Hook {
            *enabled.entry(&hook.trigger).or_insert(name)
        } else {
            name
        };
        if first != name {
            let message = format!(
                "hook `{name}` is enabled for {} beside `{first}`; its definition leaves `enabled` out, because definitions can enable only one",
                hook.trigger
            );
            notes.push(Diagnostic::warning(codes::TWO_LIVE_ENABLED, message));
        }
        chosen.push(Chosen { hook, with_enabled: first == name });
    }
    chosen
}
