//! Reports actions that Auth0's runtime refuses to run: it looks at what is
//! exported on every run, and at nothing when the action is built.

use oxc::span::Span;

use super::finding::Findings;
use super::rule::{
    ENTRY_MISSING, ENTRY_NOT_ASYNC, EXPORT_UNKNOWN, NO_OBJECT_EXPORTED, THROWS_ON_LOAD,
};
use crate::script::actions::{entries, trigger_of_entry};
use crate::script::entries::{Entries, Exported};
use crate::script::parse::Parsed;
use crate::script::tree::Func;

/// Reports what is wrong with an action's exports; gives the functions that
/// Auth0 calls.
pub(super) fn tell<'a>(
    parsed: &Parsed<'a>,
    exported: &Entries<'a>,
    findings: &mut Findings<'_>,
) -> Vec<Func<'a>> {
    let place = |span: Span| parsed.wrapped.in_script(span);
    if let Some((span, why)) = &exported.throws {
        findings.script(THROWS_ON_LOAD, place(*span), why.clone(), "");
        return Vec::new();
    }
    let trigger = parsed.wrapped.trigger.as_str();
    let names = entries(trigger);
    let wanted = names.first().copied().unwrap_or("onExecute...");
    let signature = format!("exports.{wanted} = async (event, api) => {{ ... }};");
    if let Some(span) = exported.no_object {
        findings.script(
            NO_OBJECT_EXPORTED,
            place(span),
            "\"The Action must export an object\": a function in its place is how hooks are written, and fails on every run.",
            format!("write `{signature}`"),
        );
        return Vec::new();
    }
    let mut called = Vec::new();
    let mut found = false;
    for entry in &exported.named {
        let is_wanted = names.contains(&entry.name.as_str())
            || (names.is_empty() && entry.name.starts_with("onExecute"));
        if !is_wanted {
            continue;
        }
        found |= Some(&entry.name.as_str()) == names.first() || names.is_empty();
        match entry.value {
            Exported::Async(func) => called.push(func),
            Exported::Unknown => {}
            Exported::Other | Exported::NoFunction => findings.script(
                ENTRY_NOT_ASYNC,
                place(entry.at),
                format!("`{}` is not an async function, and Auth0 runs nothing else: a function that merely returns a promise, as compilers for older JavaScript write it, is refused on every run.", entry.name),
                format!("write `{signature}`"),
            ),
        }
    }
    if found || names.is_empty() {
        return called;
    }
    if exported.unsure {
        findings.script(
            EXPORT_UNKNOWN,
            0..0,
            "What this script exports can't be known without running it, so the rules about the action's function were not checked.",
            "",
        );
        return called;
    }
    let other = exported.named.iter().find_map(|entry| {
        trigger_of_entry(&entry.name).map(|trigger| (entry.at, entry.name.as_str(), trigger))
    });
    let (at, reported) = match (other, exported.lost, exported.named.first()) {
        (Some((at, name, other)), ..) => (at, format!("`{name}` is what {other} calls")),
        (None, Some(at), _) => (at, "an assignment to `exports` itself exports nothing".to_owned()),
        (None, None, Some(entry)) => (entry.at, format!("`{}` is not what it calls", entry.name)),
        (None, None, None) => {
            (Span::empty(parsed.wrapped.start as u32), "nothing is exported".to_owned())
        }
    };
    findings.script(
        ENTRY_MISSING,
        place(at),
        format!(
            "{trigger} calls `{wanted}`, which isn't exported, so every run fails: {reported}."
        ),
        format!("write `{signature}`"),
    );
    called
}
