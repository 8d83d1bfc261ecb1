//! Verdicts as JUnit XML: a suite for each file, a case for each case.

use super::{TestRun, failed};
use crate::behaviour::Verdict;
use crate::report::safe;

/// The whole run.
#[must_use]
pub fn junit(run: &TestRun<'_>) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    out.push_str(&format!(
        "<testsuites name=\"hooksync\" tests=\"{}\" failures=\"{}\" errors=\"{}\">\n",
        run.verdicts.len(),
        failed(run.verdicts),
        run.found.iter().filter(|found| found.is_error()).count()
    ));
    let mut rest = run.verdicts;
    while let Some(first) = rest.first() {
        let end = rest.iter().position(|one| one.file != first.file).unwrap_or(rest.len());
        let (suite, after) = rest.split_at(end);
        rest = after;
        let name = attribute(&first.file);
        out.push_str(&format!(
            "  <testsuite name=\"{name}\" tests=\"{}\" failures=\"{}\">\n",
            suite.len(),
            failed(suite)
        ));
        for verdict in suite {
            one(verdict, &name, &mut out);
        }
        out.push_str("  </testsuite>\n");
    }
    broken_files(run, &mut out);
    out.push_str("</testsuites>\n");
    out
}

fn one(verdict: &Verdict, suite: &str, out: &mut String) {
    let line =
        verdict.position.map(|place| format!(" line=\"{}\"", place.line)).unwrap_or_default();
    let head = format!(
        "    <testcase name=\"{}\" classname=\"{suite}\" file=\"{suite}\"{line}",
        attribute(&verdict.case)
    );
    if verdict.problems.is_empty() {
        out.push_str(&format!("{head}/>\n"));
        return;
    }
    let what: Vec<&str> = verdict.problems.iter().map(|problem| problem.what.as_str()).collect();
    let mut lines = Vec::new();
    for problem in &verdict.problems {
        lines.push(problem.what.clone());
        lines.extend(problem.lines.iter().cloned());
    }
    if let Some((script, place)) = &verdict.script {
        lines.push(format!("at {script}:{}:{}", place.line, place.column));
    }
    out.push_str(&format!(
        "{head}>\n      <failure message=\"{}\">{}</failure>\n    </testcase>\n",
        attribute(&what.join("; ")),
        content(&lines.join("\n"))
    ));
}

/// Files that could not be read are errors of a suite of their own.
fn broken_files(run: &TestRun<'_>, out: &mut String) {
    let errors: Vec<_> = run.found.iter().filter(|found| found.is_error()).collect();
    if errors.is_empty() {
        return;
    }
    let n = errors.len();
    out.push_str(&format!("  <testsuite name=\"test files\" tests=\"{n}\" errors=\"{n}\">\n"));
    for found in errors {
        let file = attribute(found.file.as_deref().unwrap_or("hooksync"));
        out.push_str(&format!(
            "    <testcase name=\"{}\" classname=\"{file}\"><error message=\"{}\"/></testcase>\n",
            found.code,
            attribute(&found.message)
        ));
    }
    out.push_str("  </testsuite>\n");
}

fn attribute(text: &str) -> String {
    escaped(&safe::inline(text, true))
}

fn content(text: &str) -> String {
    text.split('\n').map(|line| escaped(&safe::inline(line, true))).collect::<Vec<_>>().join("\n")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
