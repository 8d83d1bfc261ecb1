//! The shell of every page for a browser: one file, no request to anywhere.
//!
//! The policy in its head allows the page's own style and script, by their
//! hashes, and nothing else: foreign text that got through as an element would
//! do nothing. Foreign text still goes through [`text`] and [`code`] only. Must
//! not know what a page is about.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use similar::ChangeTag;

use super::diff::Row;
use super::safe;
use super::text::row_parts as parts;

const STYLE: &str = include_str!("page/page.css");
const SCRIPT: &str = include_str!("page/page.js");

/// A page of this title. `body` is what stands in its `main`.
pub(super) fn page(title: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
         style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'\">\n\
         <title>{}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#main\">Skip to the content</a>\n\
         <main id=\"main\">\n{body}</main>\n<footer><p>Written by hooksync {}. This page makes no \
         request.</p></footer>\n<script>{SCRIPT}</script>\n</body>\n</html>\n",
        hash(STYLE),
        hash(SCRIPT),
        text(title),
        env!("CARGO_PKG_VERSION"),
    )
}

/// As a policy names an inline style or script.
fn hash(text: &str) -> String {
    STANDARD.encode(ring::digest::digest(&ring::digest::SHA256, text.as_bytes()))
}

/// A foreign text in one line, harmless in a page.
pub(super) fn text(text: &str) -> String {
    escaped(&safe::inline(text, true))
}

/// Foreign lines of code, harmless in a page.
pub(super) fn code(text: &str) -> String {
    let lines = text.split('\n').map(|line| escaped(&safe::inline(line, true)));
    lines.collect::<Vec<_>>().join("\n")
}

/// Text that is harmless but for what HTML gives a meaning.
pub(super) fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('"', "&quot;").replace('\'', "&#39;")
}

/// One side of a row of code: its number, and its parts, of which some differ.
pub(super) type Cell = Option<(usize, Vec<(bool, String)>)>;

/// A row of two sides.
pub(super) struct Pair {
    pub(super) old: Cell,
    pub(super) new: Cell,
    /// Whether the sides differ.
    pub(super) differs: bool,
}

/// What a table of code holds.
pub(super) enum Line {
    Pair(Pair),
    /// Some lines that are alike and not shown.
    Gap(usize),
}

/// Two codes side by side, in a region of its own that can be scrolled. The
/// label says what it is about; the heads are what each side is.
pub(super) fn side_by_side(label: &str, heads: [&str; 2], lines: &[Line]) -> String {
    let mut rows = String::new();
    for line in lines {
        match line {
            Line::Gap(number) => rows.push_str(&format!(
                "<tr class=\"gap\"><td colspan=\"4\">{} not shown</td></tr>\n",
                super::words::count(*number, "unchanged line")
            )),
            Line::Pair(Pair { old, new, differs }) => rows.push_str(&format!(
                "<tr>{}{}</tr>\n",
                cell(old, differs.then_some(("del", '-'))),
                cell(new, differs.then_some(("ins", '+')))
            )),
        }
    }
    format!(
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{}\"><table class=\"code\">\n\
         <thead><tr><th scope=\"col\">Line</th><th scope=\"col\">{}</th>\
         <th scope=\"col\">Line</th><th scope=\"col\">{}</th></tr></thead>\n\
         <tbody>\n{rows}</tbody>\n</table></div>\n",
        text(label),
        heads[0],
        heads[1],
    )
}

/// A side of a row, with the element and the sign of what differs.
fn cell(cell: &Cell, mark: Option<(&str, char)>) -> String {
    let Some((number, parts)) = cell else {
        return "<td class=\"line\"></td><td class=\"none\"></td>".to_owned();
    };
    // the sign is text, so that the difference is heard and copied, too
    let class = mark.map(|(element, _)| format!(" class=\"{element}\"")).unwrap_or_default();
    let sign = mark.map_or(' ', |(_, sign)| sign);
    let mut out = format!("<td class=\"line\">{number}</td><td{class}><code>{sign} ");
    for (changed, text) in parts {
        let text = escaped(text);
        match mark.filter(|_| *changed) {
            Some((element, _)) => out.push_str(&format!("<{element}>{text}</{element}>")),
            None => out.push_str(&text),
        }
    }
    out + "</code></td>"
}

/// The rows of a difference as pairs, and what is left out between them. The
/// old and the new side of what changed stand beside each other.
pub(super) fn pairs(hunks: &[Vec<Row<'_>>]) -> Vec<Line> {
    let mut lines = Vec::new();
    let (mut old_next, mut new_next) = (1_usize, 1_usize);
    for hunk in hunks {
        // a hunk begins with what is equal, or at the first line of a side
        let start = match hunk.first() {
            Some(row) if row.tag == ChangeTag::Delete => row.number.saturating_sub(old_next),
            Some(row) => row.number.saturating_sub(new_next),
            None => continue,
        };
        if start > 0 {
            lines.push(Line::Gap(start));
            (old_next, new_next) = (old_next + start, new_next + start);
        }
        let mut at = 0;
        while let Some(row) = hunk.get(at) {
            if row.tag == ChangeTag::Equal {
                let (old, new) = (Some((old_next, parts(row))), Some((row.number, parts(row))));
                lines.push(Line::Pair(Pair { old, new, differs: false }));
                (old_next, new_next) = (old_next + 1, row.number + 1);
                at += 1;
                continue;
            }
            let run =
                |tag, from: usize| hunk.iter().skip(from).take_while(|row| row.tag == tag).count();
            let removed = run(ChangeTag::Delete, at);
            let added = run(ChangeTag::Insert, at + removed);
            for nth in 0..removed.max(added) {
                let side = |range: usize, most: usize| {
                    let row = hunk.get(range + nth).filter(|_| nth < most)?;
                    Some((row.number, parts(row)))
                };
                let (old, new) = (side(at, removed), side(at + removed, added));
                lines.push(Line::Pair(Pair { old, new, differs: true }));
            }
            (old_next, new_next) = (old_next + removed, new_next + added);
            at += removed + added;
        }
    }
    lines
}
