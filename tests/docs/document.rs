//! A document and the sessions in it.
//!
//! A fence marked `console` is a session: `$ ` begins a command, `> ` goes on
//! with it, everything else is what it printed. All sessions of a document are
//! one shell, on one machine. A command that fails must be followed by
//! `$ echo $?`. A comment `<!-- $ command -->` is run and shown to nobody: it
//! plays what somebody else does to the tenant.

use std::ops::Range;
use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;

use crate::machine::{Machine, Ran};

/// One command of a document.
struct Step {
    command: String,
    /// What the document shows of it, and where.
    shown: String,
    place: Range<usize>,
    line: usize,
    /// What it prints is shown nowhere.
    hidden: bool,
}

/// Runs a document's commands; gives what is wrong with it.
pub(crate) fn check(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap();
    let name = path.strip_prefix(crate::root()).unwrap().display().to_string();
    let mut faults = stray_commands(&text, &name);
    let steps = steps(&text);
    if steps.is_empty() {
        return faults;
    }
    let mut machine = Machine::new();
    if text.contains("$SECRET_OF_THE_APPLICATION") {
        machine.start_tenant();
    }
    let commands: Vec<String> = steps.iter().map(|step| step.command.clone()).collect();
    let ran = machine.run(&commands, &[]);
    if crate::updates() {
        std::fs::write(path, updated(&text, &steps, &ran)).unwrap();
    }
    for (index, (step, ran)) in steps.iter().zip(&ran).enumerate() {
        // .ci/run brings jq along; elsewhere its one session needs it to be there
        if step.command.contains("jq ") && !Path::new("/usr/bin/jq").exists() {
            continue;
        }
        let place = format!("{name}:{}: $ {}", step.line, step.command);
        let tells_code = steps.get(index + 1).is_some_and(|next| next.command == "echo $?");
        if ran.code != 0 && !tells_code {
            faults.push(format!("{place}\nended with {}:\n{}", ran.code, ran.printed));
        } else if !step.hidden && !crate::updates() && !same(&step.shown, &ran.printed) {
            faults.push(format!("{place}\nprinted:\n{}\nshown:\n{}", ran.printed, step.shown));
        }
    }
    faults
}

/// The commands of every session, in order.
fn steps(text: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let (mut inside, mut at) = (false, 0);
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let end = at + line.len();
        if line.starts_with("```") {
            inside = !inside && line.trim_end() == "```console";
        } else if inside && let Some(command) = line.strip_prefix("$ ") {
            steps.push(Step {
                command: command.trim_end().to_owned(),
                shown: String::new(),
                place: end..end,
                line: index + 1,
                hidden: false,
            });
        } else if !inside && let Some(command) = hidden_command(line) {
            let command = format!("{command} >/dev/null 2>&1");
            let (shown, place) = (String::new(), end..end);
            steps.push(Step { command, shown, place, line: index + 1, hidden: true });
        } else if inside && let Some(step) = steps.last_mut() {
            match line.strip_prefix("> ").filter(|_| step.shown.is_empty()) {
                Some(more) => {
                    step.command = format!("{}\n{}", step.command, more.trim_end());
                    step.place = end..end;
                }
                None => {
                    step.shown.push_str(line);
                    step.place.end = end;
                }
            }
        }
        at = end;
    }
    steps
}

/// The command of a comment that plays somebody else.
fn hidden_command(line: &str) -> Option<&str> {
    line.trim_end().strip_prefix("<!-- $ ")?.strip_suffix(" -->")
}

/// The document with what was printed in place of what it shows.
fn updated(text: &str, steps: &[Step], ran: &[Ran]) -> String {
    let mut out = text.to_owned();
    for (step, ran) in steps.iter().zip(ran).rev() {
        if !step.hidden && !same(&step.shown, &ran.printed) {
            let printed = ran.printed.trim_end();
            let end = if printed.is_empty() { "" } else { "\n" };
            out.replace_range(step.place.clone(), &format!("{printed}{end}"));
        }
    }
    out
}

/// Whether two outputs differ at most in what every run has of its own.
fn same(shown: &str, printed: &str) -> bool {
    static OWN: LazyLock<[(Regex, &str); 6]> = LazyLock::new(|| {
        [
            (r"sha256:[0-9a-f]{64}", "FINGERPRINT"),
            (r"\b01[0-9A-HJKMNP-TV-Z]{24}\b", "ID"),
            // a second backup within a second has a number
            (r"\b20\d\d-?\d\d-?\d\d[T ]?\d\d:?-?\d\d:?-?\d\d(\.\d+)?(Z(-\d\b)?)?", "TIME"),
            (r"127\.0\.0\.1:\d+", "ADDRESS"),
            (r"(about |less than )?\b\d+(\.\d+)? ?m?s\b", "DURATION"),
            // how often a build is looked at depends on its time
            (r"\bwith \d+ requests? \(\d+ writes?\)", "REQUESTS"),
        ]
        .map(|(pattern, name)| (Regex::new(pattern).unwrap(), name))
    });
    let plain = |text: &str| {
        OWN.iter().fold(text.trim_end().to_owned(), |text, (pattern, name)| {
            pattern.replace_all(&text, *name).into_owned()
        })
    };
    plain(shown) == plain(printed)
}

/// Commands outside of sessions, which nobody would run.
fn stray_commands(text: &str, name: &str) -> Vec<String> {
    let mut fence = None;
    let mut faults = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if let Some(kind) = line.trim_start().strip_prefix("```") {
            fence = if fence.is_some() { None } else { Some(kind.to_owned()) };
        } else if matches!(fence.as_deref(), Some("sh" | "bash" | "shell" | ""))
            && line.trim_start_matches("$ ").starts_with("hooksync ")
        {
            faults.push(format!("{name}:{}: a command that no test runs: {line}", index + 1));
        }
    }
    faults
}

#[test]
fn a_session_is_taken_apart_and_put_together() {
    let text = "a\n```console\n$ one\n1\n2\n$ two \\\n> more\n$ three\n```\n```sh\n$ no\n```\n";
    let steps = steps(text);
    let commands: Vec<_> = steps.iter().map(|step| step.command.as_str()).collect();
    assert_eq!(commands, ["one", "two \\\nmore", "three"]);
    assert_eq!((steps[0].shown.as_str(), steps[0].line), ("1\n2\n", 3));
    let ran = ["1\n3\n", "x\n", ""].map(|printed| Ran { printed: printed.into(), code: 0 });
    assert_eq!(
        updated(text, &steps, &ran),
        "a\n```console\n$ one\n1\n3\n$ two \\\n> more\nx\n$ three\n```\n```sh\n$ no\n```\n"
    );
}
