//! A migration for programs.

use serde_json::{Value, json};

use crate::migrate::outcome::{Counts, Migrated};
use crate::report::json::{finding, pretty};

/// The report as one object; see the reference of JSON output.
#[must_use]
pub fn json(hooks: &[Migrated]) -> String {
    let Counts { proven, differs, refused } = Counts::of(hooks);
    pretty(&json!({
        "format_version": "1",
        "summary": { "proven": proven, "differs": differs, "refused": refused },
        "hooks": hooks.iter().map(hook).collect::<Vec<_>>(),
    }))
}

fn hook(hook: &Migrated) -> Value {
    json!({
        "name": hook.name,
        "trigger_id": hook.trigger_id,
        "source": hook.source,
        "verdict": hook.verdict.as_str(),
        "style": hook.style.map(crate::migrate::Style::as_str),
        "action": hook.style.map(|_| hook.name.as_str()),
        "events": hook.events,
        "branches": { "met": hook.branches_met, "total": hook.branches_total },
        "findings": hook.findings.iter().map(finding).collect::<Vec<_>>(),
        "differences": hook.differences.iter().map(|it| json!({
            "file": hook.script,
            "line": it.line,
            "message": format!("{}: {}", it.when, it.message),
            "event": it.event,
        })).collect::<Vec<_>>(),
    })
}
