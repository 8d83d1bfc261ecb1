//! Annotations for GitHub Actions: workflow commands that put findings and a
//! plan's dangers beside the lines of a pull request.
//!
//! The only output of ours that *is* a command, so every foreign text in it is
//! harmless and escaped as a command's data or property. Must not print more
//! than GitHub shows.

use super::Repository;
use super::effects;
use super::facts;
use super::safe;
use super::words::grouped;
use crate::model::{Diagnostic, Position, Severity};
use crate::plan::{Behaviour, Plan, Warning};

/// How many annotations of one level GitHub shows of one step.
const MOST: usize = 10;

/// A foreign text longer than this is cut.
const LONGEST: usize = 600;

/// An annotation before it is written.
struct Annotation {
    level: Severity,
    file: Option<String>,
    position: Option<Position>,
    end_column: Option<usize>,
    title: String,
    message: String,
}

/// Findings as annotations, and one line that sums them up.
#[must_use]
pub fn diagnostics(found: &[Diagnostic], repository: &Repository) -> String {
    let all = found.iter().map(|one| {
        let Diagnostic { code, severity, message, hint, file, position, excerpt } = one;
        let hint = hint.as_deref().map(|hint| format!("\n{}", theirs(hint)));
        Annotation {
            level: *severity,
            file: file.as_deref().map(|file| repository.path(file)),
            position: *position,
            end_column: position
                .zip(excerpt.as_ref())
                .map(|(place, excerpt)| place.column.saturating_add(excerpt.width)),
            title: code.to_string(),
            message: theirs(message) + &hint.unwrap_or_default(),
        }
    });
    let summary = match found.len() {
        0 => "nothing to report".to_owned(),
        _ => super::text::findings_summary(found),
    };
    write(all.collect(), &format!("{summary}."))
}

/// What a reviewer of a plan must not miss as annotations of the definitions'
/// files, and one line that sums the plan up.
#[must_use]
pub fn plan(plan: &Plan, repository: &Repository) -> String {
    let found = facts::dangers(plan);
    let note = |level, file: Option<&String>, title: &str, message: String| Annotation {
        level,
        file: file.map(|file| repository.path(file)),
        position: None,
        end_column: None,
        title: title.to_owned(),
        message,
    };
    let blocked = plan.changes.iter().filter_map(|change| {
        let reason = theirs(change.blocked.as_ref()?);
        let message = format!("{} is blocked: {reason}", theirs(change.name.as_str()));
        Some(note(Severity::Error, change.source.as_ref(), "hooksync", message))
    });
    let withheld = plan.changes.iter().filter_map(|change| {
        let message = theirs(change.withheld.as_ref()?);
        Some(note(Severity::Warning, change.source.as_ref(), "hooksync", message))
    });
    let dangers = found.iter().map(|danger| {
        let file = plan.changes.get(danger.change).and_then(|change| change.source.as_ref());
        note(Severity::Warning, file, "hooksync", danger.phrase.shown(theirs))
    });
    let unresolved = plan.unresolved.iter().map(|secret| {
        let message = format!(
            "The secret {} of {} has no value here; apply refuses until it has one.",
            theirs(&secret.key),
            theirs(secret.name.as_str())
        );
        note(Severity::Warning, Some(&secret.source), super::UNRESOLVED_SECRET, message)
    });
    let warnings = facts::other_warnings(plan, &found).into_iter().map(|warning| {
        let Warning { code, message, source, position } = warning;
        let annotation = note(Severity::Warning, source.as_ref(), code, theirs(message));
        Annotation { position: *position, ..annotation }
    });
    let behaviour = effects::looked_at(plan).into_iter().flat_map(|(change, found)| {
        let Behaviour::Compared(compared) = found else { return Vec::new() };
        let differs = compared.differences.iter().map(|differs| {
            let share = effects::share(differs, compared);
            let message =
                format!("{}: {} ({share})", change.name, theirs(&effects::sentence(differs)));
            note(Severity::Warning, change.source.as_ref(), "behaviour", message)
        });
        differs.collect()
    });
    let blocked = blocked.chain(behaviour);
    let all = blocked.chain(dangers).chain(withheld).chain(unresolved).chain(warnings);
    let note = facts::token_note(plan).map(|note| format!(" {note}"));
    write(all.collect(), &format!("{}{}", facts::summary(plan), note.unwrap_or_default()))
}

fn theirs(text: &str) -> String {
    safe::short(text, LONGEST, true)
}

/// The first of each level as commands, then one line of plain text.
fn write(all: Vec<Annotation>, summary: &str) -> String {
    let mut out = String::new();
    let mut shown = [0; 3];
    let mut left_out = 0;
    for one in all {
        let (nth, command) = match one.level {
            Severity::Error => (0, "error"),
            Severity::Warning => (1, "warning"),
            Severity::Note => (2, "notice"),
        };
        if shown[nth] == MOST {
            left_out += 1;
            continue;
        }
        shown[nth] += 1;
        out.push_str(&command_line(command, &one));
    }
    out.push_str("hooksync: ");
    out.push_str(summary);
    if left_out > 0 {
        let verb = if left_out == 1 { "is" } else { "are" };
        out.push_str(&format!(
            " {} more {verb} not annotated, as GitHub shows {MOST} of a kind.",
            grouped(left_out)
        ));
    }
    out.push('\n');
    out
}

fn command_line(command: &str, one: &Annotation) -> String {
    let Annotation { level: _, file, position, end_column, title, message } = one;
    let mut properties = Vec::new();
    if let Some(file) = file {
        properties.push(format!("file={}", property(&safe::inline(file, true))));
        if let Some(Position { line, column }) = position {
            properties.push(format!("line={line}"));
            properties.push(format!("col={column}"));
            if let Some(end) = end_column {
                properties.push(format!("endColumn={end}"));
            }
        }
    }
    properties.push(format!("title={}", property(&safe::inline(title, true))));
    format!("::{command} {}::{}\n", properties.join(","), data(message))
}

/// Escapes a command's message.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes a command's property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Code;
    use crate::report::samples::*;
    use proptest::prelude::*;

    fn here() -> Repository {
        Repository::default()
    }

    #[test]
    fn files_are_named_from_the_repositorys_root() {
        let below = Repository::new("/r/auth".into(), vec!["/r".into()]);
        let found = Diagnostic::error(Code("HS300"), "x").in_file("hooks/a.js").at_bytes("y", 0, 1);
        let text = diagnostics(&[found], &below);
        assert!(
            text.starts_with("::error file=auth/hooks/a.js,line=1,col=1,endColumn=2,"),
            "{text}"
        );
        let text = super::plan(&full_plan(), &below);
        assert!(
            text.contains("file=auth/hooks/enrich-token.yaml,line=6,col=1,title=HS401"),
            "{text}"
        );
        assert!(!text.contains("file=hooks/"), "{text}");
    }

    #[test]
    fn findings_and_plans_become_annotations() {
        insta::assert_snapshot!("findings", diagnostics(&findings(), &here()));
        insta::assert_snapshot!("plan", super::plan(&full_plan(), &here()));
        assert_eq!(diagnostics(&[], &here()), "hooksync: nothing to report.\n");
    }

    #[test]
    fn no_more_are_written_than_are_shown() {
        let found = |severity| Diagnostic::new(Code("HS401"), severity, "x");
        let mut all = vec![found(Severity::Warning); 12];
        all.push(found(Severity::Error));
        let text = diagnostics(&all, &here());
        assert_eq!(text.lines().count(), 12);
        assert!(text.ends_with(
            "hooksync: 1 error, 12 warnings. 2 more are not annotated, as GitHub shows 10 of a kind.\n"
        ));
    }

    #[test]
    fn properties_and_messages_are_escaped() {
        let found = Diagnostic::error(Code("HS300"), "100 %, a: b").in_file("a,b:c%.js");
        let text = diagnostics(&[found], &here());
        assert!(
            text.starts_with("::error file=a%2Cb%3Ac%25.js,title=HS300::100 %25, a: b\n"),
            "{text}"
        );
    }

    proptest! {
        #[test]
        fn no_text_makes_a_command_of_its_own(text in hostile()) {
            let found = Diagnostic::error(Code("HS300"), text.clone())
                .hint(text.clone())
                .in_file(text.clone())
                .at_bytes(&text, 0, 1);
            let shown = diagnostics(&[found], &here());
            let lines: Vec<_> = shown.lines().collect();
            prop_assert_eq!(lines.len(), 2, "{}", shown);
            prop_assert!(lines[0].starts_with("::error file="));
            prop_assert!(lines[1].starts_with("hooksync: 1 error"));
            prop_assert!(!shown.contains("##["));
            prop_assert!(!shown.chars().any(|found| found != '\n' && safe::is_unsafe(found)));
            let properties = lines[0].split("::").nth(1).unwrap();
            prop_assert!(properties.ends_with("title=HS300"), "{}", shown);
        }
    }
}
