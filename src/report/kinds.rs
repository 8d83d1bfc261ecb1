//! What is said of one kind and not of the others.
//!
//! Must not lay out anything, nor make foreign text harmless: each renderer
//! does that in its own way.

use super::facts::Phrase;
use super::text::{ExportLine, ExportSign};
use super::words::{count, grouped};
use crate::model::{Kind, Name};
use crate::plan::cutover::{Cutover, First};
use crate::plan::{Change, Compared, Plan};

/// How something new gets into traffic, where it isn't created as it is to be.
pub(crate) const CREATED_OFF: &str = "New hooks are created disabled, completed, then enabled.";

/// The noun for what a plan counts; with actions in it that may be both kinds.
pub(crate) fn noun(plan: &Plan) -> &'static str {
    if plan.live_total.contains_key(&Kind::Action) { "definition" } else { "hook" }
}

/// Whether what can lock out at one trigger is one sentence.
pub(crate) fn is_one_of_many(change: &Change) -> bool {
    change.kind != Kind::Hook
}

/// Each cutover as one sentence or two.
pub(crate) fn cutovers(plan: &Plan) -> Vec<Phrase> {
    let one = |cutover: &Cutover| {
        let several = cutover.actions.len() > 1;
        let hook = plan.changes.get(cutover.leaving);
        let hook = hook.map(|hook| hook.name.to_string()).unwrap_or_default();
        let phrase = Phrase::default()
            .theirs(&cutover.trigger)
            .ours(if several { ": the actions " } else { ": the action " })
            .list(&cutover.actions)
            .ours(if several { " take over from the hook " } else { " takes over from the hook " })
            .theirs(hook);
        phrase.ours(match cutover.first {
            First::Bind => {
                ". Once deployed, it is bound, then the hook is switched off: for a moment both \
                 may run. If the switch-off fails, the binding is undone."
            }
            First::SwitchOff => {
                ". Once deployed, the hook is switched off, then it is bound: for a moment \
                 neither may run. If the binding fails, the hook is switched on again."
            }
        })
    };
    plan.cutovers.iter().map(one).collect()
}

/// With what new code was compared, where that is not its own resource's.
pub(crate) fn compared_to(compared: &Compared) -> String {
    let replaced = compared.replaces.as_ref();
    replaced.map_or(String::new(), |hook| format!(" to the hook {hook}, whose place it takes"))
}

/// How many of each kind an export has. Where there is nothing, of hooks.
pub(crate) fn counted(lines: &[ExportLine]) -> Vec<String> {
    let live = |kind: Kind| {
        let gone = [ExportSign::Removed, ExportSign::Orphan];
        lines.iter().filter(|line| line.kind == kind && !gone.contains(&line.sign)).count()
    };
    let (hooks, actions, orders) = (live(Kind::Hook), live(Kind::Action), live(Kind::Bindings));
    let has_hooks = hooks > 0 || lines.iter().all(|line| line.kind == Kind::Hook);
    let parts = [
        has_hooks.then(|| count(hooks, "hook")),
        (actions > 0 || !has_hooks).then(|| count(actions, "action")),
        (orders > 0).then(|| match orders {
            1 => "1 file of bindings".to_owned(),
            more => format!("{} files of bindings", grouped(more)),
        }),
    ];
    parts.into_iter().flatten().collect()
}

/// The identity that stands in a saved plan.
pub(crate) fn stored_name(kind: Kind, name: String) -> Result<Name, String> {
    match kind {
        Kind::Action | Kind::Bindings => Ok(Name::action(name)),
        Kind::Hook => match Name::hook(&name) {
            Ok(stored) if stored.as_str() == name => Ok(stored),
            _ => Err(format!("`{name}` is not the stored name of a hook")),
        },
    }
}

/// The name of what new code replaces, as a saved plan has it.
pub(crate) fn replaced(name: &str) -> Result<Name, String> {
    Name::hook(name).map_err(|_| "behaviour: no hook's name".to_owned())
}
