//! A migration for pull requests.

use super::{MEANING, evidence, summary};
use crate::migrate::Style;
use crate::migrate::outcome::{Migrated, Verdict};
use crate::report::markdown::{code, fence, prose};

/// A table of hooks, then what to look at for each.
#[must_use]
pub fn markdown(hooks: &[Migrated]) -> String {
    let mut text = format!("## Hooks to actions\n\n{}\n\n", prose(&summary(hooks)));
    text.push_str("| | hook | trigger | how | evidence |\n|---|---|---|---|---|\n");
    for hook in hooks {
        let sign = match hook.verdict {
            Verdict::Proven => "=",
            Verdict::Differs => "!",
            Verdict::Refused => "x",
        };
        let how = match hook.style {
            Some(Style::Rewrite) => "rewritten",
            Some(Style::Wrap) => "wrapped",
            None => "not migrated",
        };
        text.push_str(&format!(
            "| {} | {} | {} | {how} | {} |\n",
            code(sign),
            code(&hook.name),
            code(&hook.trigger_id),
            prose(&evidence(hook))
        ));
    }
    for hook in hooks {
        if hook.findings.is_empty() && hook.differences.is_empty() {
            continue;
        }
        text.push_str(&format!("\n### {}\n\n", code(&hook.name)));
        for it in &hook.differences {
            let place =
                it.line.map_or(hook.script.clone(), |line| format!("{}:{line}", hook.script));
            text.push_str(&format!(
                "- {}: {}: {}\n",
                code(&place),
                prose(&it.when),
                prose(&it.message)
            ));
            let event = serde_json::to_string_pretty(&it.event).unwrap_or_default() + "\n";
            text.push_str(&format!(
                "\n<details><summary>the event</summary>\n\n{}\n</details>\n\n",
                fence("json", &event)
            ));
        }
        for it in &hook.findings {
            let place = match (&it.file, it.position) {
                (Some(file), Some(position)) => format!("{file}:{}", position.line),
                (Some(file), None) => file.clone(),
                (None, _) => hook.script.clone(),
            };
            let hint = it.hint.as_ref().map_or(String::new(), |hint| format!(" {}", prose(hint)));
            text.push_str(&format!(
                "- {} {} {}: {}{hint}\n",
                it.severity.as_str(),
                code(it.code.0),
                code(&place),
                prose(&it.message)
            ));
        }
    }
    text.push_str(&format!("\n{MEANING}\n"));
    text
}
