//! A migration as one page for a browser: original and converted code side by
//! side, what was proven, and what differs with the event that shows it.
//!
//! Self-contained: no request to anywhere, no script. Every text from a file
//! is escaped.

use similar::{DiffTag, TextDiff};

use super::{MEANING, evidence, summary};
use crate::migrate::Style;
use crate::migrate::outcome::Migrated;
use crate::report::safe;

const STYLE: &str = include_str!("page.css");

/// The page.
#[must_use]
pub fn html(hooks: &[Migrated]) -> String {
    let mut page = String::from(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" \
         content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <title>Hooks to actions</title>\n<style>\n",
    );
    page.push_str(STYLE);
    page.push_str("</style>\n</head>\n<body>\n<main>\n<h1>Hooks to actions</h1>\n");
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
    page.push_str("</main>\n</body>\n</html>\n");
    page
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
                "<li>when {}: {}<details><summary>The event</summary><pre>{}</pre></details></li>\n",
                text(&it.when),
                text(&it.message),
                code(&event)
            ));
        }
        part.push_str("</ul>\n");
    }
    if hook.style.is_some() {
        let what = match hook.style {
            Some(Style::Rewrite) => "Rewritten",
            _ => "Wrapped",
        };
        part.push_str(&format!(
            "<details open><summary>{what}: hook and action side by side</summary>\n{}</details>\n",
            side_by_side(&hook.original, &hook.converted)
        ));
    }
    part.push_str("</section>\n");
    part
}

/// Both codes in one table; lines that belong together stand side by side.
fn side_by_side(old: &str, new: &str) -> String {
    let (old_lines, new_lines): (Vec<&str>, Vec<&str>) =
        (old.lines().collect(), new.lines().collect());
    let diff = TextDiff::from_slices(&old_lines, &new_lines);
    let mut rows = String::new();
    for op in diff.ops() {
        let (old, new) = (op.old_range(), op.new_range());
        let changed = op.tag() != DiffTag::Equal;
        for at in 0..old.len().max(new.len()) {
            let side = |lines: &[&str], range: &std::ops::Range<usize>| {
                let index = range.start + at;
                let line = lines.get(index).filter(|_| range.contains(&index));
                line.map(|line| (index + 1, (*line).to_owned()))
            };
            rows.push_str(&row(side(&old_lines, &old), side(&new_lines, &new), changed));
        }
    }
    format!(
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Code\"><table>\n\
         <thead><tr><th scope=\"col\">Line</th><th scope=\"col\">Hook</th>\
         <th scope=\"col\">Line</th><th scope=\"col\">Action</th></tr></thead>\n\
         <tbody>\n{rows}</tbody>\n</table></div>\n"
    )
}

fn row(old: Option<(usize, String)>, new: Option<(usize, String)>, changed: bool) -> String {
    let cell = |side: Option<(usize, String)>, class: &str| match side {
        Some((line, text)) => {
            let class = if changed { class } else { "" };
            format!(
                "<td class=\"line\">{line}</td><td class=\"{class}\"><code>{}</code></td>",
                code(&text)
            )
        }
        None => "<td class=\"line\"></td><td class=\"none\"></td>".to_owned(),
    };
    format!("<tr>{}{}</tr>\n", cell(old, "del"), cell(new, "ins"))
}

/// A text in one line, harmless in a page.
fn text(text: &str) -> String {
    escaped(&safe::inline(text, true))
}

/// Lines of code, harmless in a page.
fn code(text: &str) -> String {
    let lines: Vec<String> =
        text.split('\n').map(|line| escaped(&safe::inline(line, true))).collect();
    lines.join("\n")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
