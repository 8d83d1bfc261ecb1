//! Coloured terminal output as an SVG picture, for README and the docs.
//!
//! A pure function: the same output gives the same bytes, so that a test can
//! hold the pictures against what the program prints today. Knows only the
//! escape sequences that the program writes (SGR), and refuses all others.

use std::fmt::Write as _;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Width of one cell and height of one line, in SVG's units.
const CELL: f64 = 8.4;
const LINE: f64 = 19.0;

/// Room around the text, and for the window's bar above it.
const PADDING: f64 = 16.0;
const BAR: f64 = 30.0;

/// How a run of characters is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Look {
    /// The place in the palette; `None` for the normal colour.
    color: Option<u8>,
    bold: bool,
    dimmed: bool,
    inverted: bool,
}

/// A picture of a terminal `columns` wide with a title, as SVG.
///
/// # Panics
/// On an escape sequence that isn't a colour.
pub(crate) fn picture(title: &str, output: &str, columns: usize) -> String {
    let lines: Vec<Vec<(Look, String)>> = runs(output);
    let widest = lines.iter().map(|line| cells(line)).max().unwrap_or(0).max(columns);
    let width = widest as f64 * CELL + 2.0 * PADDING;
    let height = BAR + lines.len() as f64 * LINE + 2.0 * PADDING;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
         viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\" aria-label=\"{title}\">\n{STYLE}\
         <rect class=\"window\" width=\"100%\" height=\"100%\" rx=\"8\"/>\n\
         <circle cx=\"20\" cy=\"18\" r=\"5\" class=\"c1\"/><circle cx=\"38\" cy=\"18\" r=\"5\" \
         class=\"c3\"/><circle cx=\"56\" cy=\"18\" r=\"5\" class=\"c2\"/>\n\
         <text class=\"dim\" x=\"50%\" y=\"22\" text-anchor=\"middle\">{title}</text>\n",
        title = escape(title),
    );
    for (row, line) in lines.iter().enumerate() {
        let baseline = BAR + PADDING + row as f64 * LINE + 13.0;
        let mut column = 0;
        for (look, text) in line {
            let length = text.width();
            if !text.trim().is_empty() || look.inverted {
                run(&mut svg, *look, text, PADDING + column as f64 * CELL, baseline, length);
            }
            column += length;
        }
    }
    svg.push_str("</svg>\n");
    svg
}

const STYLE: &str = "<style>\
text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;\
white-space:pre;fill:#d6d9de}\
.window{fill:#16181d}.bold{font-weight:700}.dim{fill:#8b919c}.dark{fill:#16181d}\
.c1{fill:#ff7b72}.c2{fill:#56d364}.c3{fill:#e3b341}.c4{fill:#79c0ff}.c5{fill:#d2a8ff}.c6{fill:#56d4dd}\
</style>\n";

fn run(svg: &mut String, look: Look, text: &str, x: f64, y: f64, length: usize) {
    let width = length as f64 * CELL;
    let color = match (look.color, look.dimmed) {
        (Some(color), _) => format!("c{color}"),
        (None, true) => "dim".to_owned(),
        (None, false) => String::new(),
    };
    let mut class = color.clone();
    if look.inverted {
        let top = y - 13.0;
        // writing to a String can't fail
        let _ = writeln!(
            svg,
            "<rect class=\"{color}\" x=\"{x:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{LINE}\"/>"
        );
        class = "dark".to_owned();
    }
    if look.bold {
        class.push_str(" bold");
    }
    let class = match class.trim() {
        "" => String::new(),
        class => format!(" class=\"{class}\""),
    };
    let _ = writeln!(
        svg,
        "<text{class} x=\"{x:.1}\" y=\"{y:.1}\" textLength=\"{width:.1}\" xml:space=\"preserve\">{}</text>",
        escape(text)
    );
}

fn cells(line: &[(Look, String)]) -> usize {
    line.iter().map(|(_, text)| text.width()).sum()
}

/// Lines, each as runs of one look.
fn runs(output: &str) -> Vec<Vec<(Look, String)>> {
    let mut look = Look::default();
    let mut lines = Vec::new();
    for line in output.lines() {
        let mut runs: Vec<(Look, String)> = Vec::new();
        let mut rest = line;
        while !rest.is_empty() {
            if let Some(sequence) = rest.strip_prefix("\u{1b}[") {
                let end = sequence.find('m').expect("only colours are drawn");
                sequence[..end].split(';').for_each(|code| look = look.after(code));
                rest = &sequence[end + 1..];
                continue;
            }
            let end = rest.find('\u{1b}').unwrap_or(rest.len());
            let text = &rest[..end];
            assert!(!text.is_empty(), "only colours are drawn: {line:?}");
            assert!(text.chars().all(|found| found.width().is_some()), "a control: {line:?}");
            runs.push((look, text.to_owned()));
            rest = &rest[end..];
        }
        lines.push(runs);
    }
    lines
}

impl Look {
    fn after(self, code: &str) -> Self {
        match code {
            "" | "0" => Self::default(),
            "1" => Self { bold: true, ..self },
            "2" => Self { dimmed: true, ..self },
            "7" => Self { inverted: true, ..self },
            "22" => Self { bold: false, dimmed: false, ..self },
            "27" => Self { inverted: false, ..self },
            "39" => Self { color: None, ..self },
            _ => match code.parse::<u8>() {
                Ok(color @ (31..=36 | 91..=96)) => Self { color: Some(color % 10), ..self },
                _ => panic!("a colour that isn't in the palette: {code}"),
            },
        }
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
