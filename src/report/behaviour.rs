//! Verdicts of behaviour tests, and single runs, as text, JSON, GitHub
//! annotations and JUnit.
//!
//! Must not judge: what failed is in the verdicts.

mod junit;
mod outcome;

use serde_json::{Value, json};

use super::ink::{Ink, plain, span};
use super::json::{finding, pretty};
use super::layout::Page;
use super::words::count;
use super::{Repository, Style, github, safe};
use crate::behaviour::{Coverage, Verdict};
use crate::model::{Code, Diagnostic, Position};

pub use junit::junit;
pub use outcome::{masked, outcome_json, outcome_text};

/// The code of a failing case.
const FAILED: Code = Code("HS132");

/// A run of tests.
#[derive(Debug, Clone, Copy)]
pub struct TestRun<'a> {
    /// Every case that was run, in order of file and place.
    pub verdicts: &'a [Verdict],
    /// What is wrong with the files.
    pub found: &'a [Diagnostic],
    /// How many definitions have no test.
    pub untested: usize,
    /// What was met, if it was asked for.
    pub coverage: &'a [Coverage],
}

fn failed(verdicts: &[Verdict]) -> usize {
    verdicts.iter().filter(|verdict| !verdict.problems.is_empty()).count()
}

/// For people: every failing case with its difference, then the sum.
#[must_use]
pub fn text(run: &TestRun<'_>, style: &Style) -> String {
    let mut page = Page::new(style);
    let mut file = "";
    for verdict in run.verdicts {
        let failed = !verdict.problems.is_empty();
        if !failed && !style.full {
            continue;
        }
        if file != verdict.file {
            page.gap();
            page.line(Ink::Place, safe::inline(&verdict.file, true));
            file = &verdict.file;
        }
        let (ink, sign) = if failed { (Ink::Danger, "x") } else { (Ink::Added, "+") };
        let place = verdict.position.map(|place| format!(" (line {})", place.line));
        let name = safe::inline(&verdict.case, true);
        page.wrap(
            2,
            4,
            &[
                span(ink, sign),
                plain(format!(" {name}")),
                span(Ink::Faint, place.unwrap_or_default()),
            ],
        );
        for problem in &verdict.problems {
            page.wrap(4, 6, &[plain(safe::inline(&problem.what, true))]);
            for line in &problem.lines {
                let ink = match line.chars().next() {
                    Some('-') => Ink::Removed,
                    Some('+') => Ink::Added,
                    _ => Ink::Plain,
                };
                page.verbatim(6, vec![span(ink, safe::inline(line, true))]);
            }
        }
        if let Some((script, Position { line, column })) = &verdict.script {
            page.wrap(
                4,
                6,
                &[
                    plain("at "),
                    span(Ink::Place, format!("{}:{line}:{column}", safe::inline(script, true))),
                ],
            );
        }
    }
    coverage(&mut page, run.coverage);
    page.gap();
    page.line(if failed(run.verdicts) > 0 { Ink::Danger } else { Ink::Added }, summary(run));
    page.finish()
}

fn summary(run: &TestRun<'_>) -> String {
    let (all, failed) = (run.verdicts.len(), failed(run.verdicts));
    let untested = match run.untested {
        0 => String::new(),
        n => format!("; {} without a test", count(n, "definition")),
    };
    match (all, failed) {
        (0, _) => format!("There are no tests{untested}."),
        (_, 0) => format!("{} passed{untested}.", count(all, "case")),
        _ => format!("{failed} of {} failed{untested}.", count(all, "case")),
    }
}

fn coverage(page: &mut Page<'_>, all: &[Coverage]) {
    for Coverage { script, branches } in all {
        let met = branches.iter().filter(|(_, times)| *times > 0).count();
        page.gap();
        page.wrap(
            0,
            2,
            &[
                span(Ink::Place, safe::inline(script, true)),
                plain(format!(
                    ": {met} of {} reached",
                    count(branches.len(), "branch").replace("branchs", "branches")
                )),
            ],
        );
        for (branch, _) in branches.iter().filter(|(_, times)| *times == 0) {
            page.wrap(
                2,
                4,
                &[span(
                    Ink::Warning,
                    format!("line {}: `{}` was never reached", branch.line, branch.kind),
                )],
            );
        }
    }
}

/// What was met in lcov's format, for tools that show it beside the code.
#[must_use]
pub fn lcov(all: &[Coverage]) -> String {
    let mut out = String::new();
    for Coverage { script, branches } in all {
        out.push_str(&format!("TN:\nSF:{}\n", safe::inline(script, true)));
        let is_function = |kind: &str| kind == "function";
        for (at, (branch, times)) in branches.iter().enumerate() {
            if is_function(&branch.kind) {
                out.push_str(&format!("FN:{},f{at}\nFNDA:{times},f{at}\n", branch.line));
            } else {
                let taken = if *times == 0 { "0".to_owned() } else { times.to_string() };
                out.push_str(&format!("BRDA:{},{},{at},{taken}\n", branch.line, branch.decision));
            }
        }
        let decided: Vec<_> =
            branches.iter().filter(|(branch, _)| !is_function(&branch.kind)).collect();
        let met = decided.iter().filter(|(_, times)| *times > 0).count();
        let mut lines: std::collections::BTreeMap<u32, u64> = std::collections::BTreeMap::new();
        for (branch, times) in branches {
            *lines.entry(branch.line).or_default() += times;
        }
        for (line, times) in &lines {
            out.push_str(&format!("DA:{line},{times}\n"));
        }
        out.push_str(&format!("BRF:{}\nBRH:{met}\nend_of_record\n", decided.len()));
    }
    out
}

/// For programs.
#[must_use]
pub fn json(run: &TestRun<'_>) -> String {
    let place = |file: &str, position: Option<Position>| json!({ "file": file, "line": position.map(|p| p.line), "column": position.map(|p| p.column) });
    let cases: Vec<Value> = run
        .verdicts
        .iter()
        .map(|verdict| {
            let Verdict { file, case, position, problems, script } = verdict;
            json!({
                "file": file, "line": position.map(|p| p.line), "name": case,
                "outcome": if problems.is_empty() { "passed" } else { "failed" },
                "problems": problems.iter().map(|problem| json!({ "what": problem.what, "diff": problem.lines })).collect::<Vec<_>>(),
                "script": script.as_ref().map(|(file, position)| place(file, Some(*position))),
            })
        })
        .collect();
    let coverage: Vec<Value> = run
        .coverage
        .iter()
        .map(|one| {
            let met = one.branches.iter().filter(|(_, times)| *times > 0).count();
            let missed: Vec<Value> = one.branches.iter().filter(|(_, times)| *times == 0).map(|(branch, _)| json!({ "line": branch.line, "column": branch.column, "kind": branch.kind })).collect();
            json!({ "file": one.script, "branches": { "met": met, "total": one.branches.len() }, "missed": missed })
        })
        .collect();
    let failed = failed(run.verdicts);
    let whole = json!({
        "format_version": "1",
        "summary": { "cases": run.verdicts.len(), "passed": run.verdicts.len() - failed, "failed": failed, "untested": run.untested },
        "cases": cases, "coverage": coverage, "diagnostics": run.found.iter().map(finding).collect::<Vec<_>>(),
    });
    pretty(&whole)
}

/// Annotations of a GitHub workflow.
#[must_use]
pub fn annotations(run: &TestRun<'_>, repository: &Repository) -> String {
    let failed = run.verdicts.iter().filter(|verdict| !verdict.problems.is_empty());
    let failed = failed.map(|verdict| {
        let problems: Vec<String> = verdict
            .problems
            .iter()
            .map(|problem| {
                [problem.what.clone()]
                    .into_iter()
                    .chain(problem.lines.iter().cloned())
                    .collect::<Vec<_>>()
                    .join(" | ")
            })
            .collect();
        let mut found =
            Diagnostic::error(FAILED, format!("{}: {}", verdict.case, problems.join("; ")))
                .in_file(verdict.file.clone());
        found.position = verdict.position;
        if let Some((script, place)) = &verdict.script {
            found = found.hint(format!("at {script}:{}:{}", place.line, place.column));
        }
        found
    });
    let all: Vec<Diagnostic> = failed.chain(run.found.iter().cloned()).collect();
    github::diagnostics(&all, repository)
}

#[cfg(test)]
mod tests;
