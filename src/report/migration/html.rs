//! A migration as one page for a browser: original and converted code side by
//! side, what was proven, and what differs with the event that shows it.
//!
//! [`page`] makes every text from a file harmless.

use similar::{DiffTag, TextDiff};

use super::{MEANING, evidence, summary};
use crate::migrate::Style;
use crate::migrate::outcome::Migrated;
use crate::report::page::{self, Line, Pair, code, text};
use crate::report::safe;

/// The page.
#[must_use]
pub fn html(hooks: &[Migrated]) -> String {
    let mut page = String::from("<h1>Hooks to actions</h1>\n");
    page.push_str(&format!(
        "<p>{}</p>\n<p class=\"quiet\">{}</p>\n",
        text(&summary(hooks)),
        text(MEANING)
    ));
    page.push_str("<nav aria-label=\"Hooks\"><ul>\n");
    for (index, hook) in hooks.iter().enumerate() {
        page.push_str(&format!(
            "<li><a href=\"#hook-{index}\">{}</a> <span class=\"{}\">{}</span></li>\n",
            text(&hook.name),
            hook.verdict.as_str(),
            text(&evidence(hook))
        ));
    }
    page.push_str("</ul></nav>\n");
    for (index, hook) in hooks.iter().enumerate() {
        page.push_str(&section(index, hook));
    }
    page::page("Hooks to actions", &page)
}

fn section(index: usize, hook: &Migrated) -> String {
    let mut part = format!(
        "<section id=\"hook-{index}\" aria-labelledby=\"name-{index}\">\n\
         <h2 id=\"name-{index}\">{}</h2>\n<p><code>{}</code> <span class=\"{}\">{}</span></p>\n",
        text(&hook.name),
        text(&hook.trigger_id),
        hook.verdict.as_str(),
        text(&evidence(hook)),
    );
    if let Some(why) = &hook.why_wrapped {
        part.push_str(&format!("<p>Wrapped, not rewritten: {}.</p>\n", text(why)));
    }
    if !hook.findings.is_empty() {
        part.push_str("<h3>To look at</h3>\n<ul>\n");
        for it in &hook.findings {
            let line = it.position.map_or(String::new(), |it| format!(":{}", it.line));
            let hint = it.hint.as_ref().map_or(String::new(), |hint| {
                format!("<br><span class=\"quiet\">{}</span>", text(hint))
            });
            part.push_str(&format!(
                "<li><span class=\"{severity}\">{severity}</span> <code>{}{line}</code> {}{hint}</li>\n",
                text(it.file.as_deref().unwrap_or(&hook.script)),
                text(&it.message),
                severity = it.severity.as_str(),
            ));
        }
        part.push_str("</ul>\n");
    }
    if !hook.differences.is_empty() {
        part.push_str("<h3>What differs</h3>\n<ul>\n");
        for it in &hook.differences {
            let event = serde_json::to_string_pretty(&it.event).unwrap_or_default();
            part.push_str(&format!(
                "<li>{}: {}<details><summary>The event</summary><pre>{}</pre></details></li>\n",
                text(&it.when),
                text(&it.message),
                code(&event)
            ));
        }
        part.push_str("</ul>\n");
    }
    if let Some(style) = hook.style {
        let what = if style == Style::Rewrite { "Rewritten" } else { "Wrapped" };
        part.push_str(&format!(
            "<details open><summary>{what}: hook and action side by side</summary>\n{}</details>\n",
            both(&hook.name, &hook.original, &hook.converted)
        ));
    }
    part.push_str("</section>\n");
    part
}

/// Both codes whole; lines that belong together stand side by side.
fn both(name: &str, old: &str, new: &str) -> String {
    let (old_lines, new_lines): (Vec<&str>, Vec<&str>) =
        (old.lines().collect(), new.lines().collect());
    let diff = TextDiff::from_slices(&old_lines, &new_lines);
    let mut lines = Vec::new();
    for op in diff.ops() {
        let (old, new) = (op.old_range(), op.new_range());
        for at in 0..old.len().max(new.len()) {
            let side = |lines: &[&str], range: &std::ops::Range<usize>| {
                let index = range.start + at;
                let line = lines.get(index).filter(|_| range.contains(&index))?;
                Some((index + 1, vec![(false, safe::inline(line, true))]))
            };
            lines.push(Line::Pair(Pair {
                old: side(&old_lines, &old),
                new: side(&new_lines, &new),
                differs: op.tag() != DiffTag::Equal,
            }));
        }
    }
    page::side_by_side(&format!("The code of {name}"), ["Hook", "Action"], &lines)
}
