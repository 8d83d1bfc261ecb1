//! The findings of `hooksync doctor`, for people.
//!
//! Must not look for anything itself.

use super::theirs;
use crate::report::Style;
use crate::report::ink::{Ink, plain, span};
use crate::report::layout::{Page, padded, width};
use crate::report::words::count;

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Health {
    /// As it should be.
    Good,
    /// It can't be known.
    Unknown,
    /// It works, and may not do so for long or for all commands.
    Doubtful,
    /// It doesn't work.
    Bad,
}

/// One check and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What was looked at, in a word or two.
    pub what: &'static str,
    /// How it ended.
    pub health: Health,
    /// What was found.
    pub found: String,
    /// The next step.
    pub hint: Option<String>,
}

/// One setting, its value and where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingLine {
    /// Its name.
    pub name: &'static str,
    /// Its value, as far as it may be shown.
    pub value: String,
    /// Where it came from.
    pub origin: String,
}

/// What was found of one environment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Examination {
    /// The settings that could be read.
    pub settings: Vec<SettingLine>,
    /// The checks, in the order in which they were made.
    pub checks: Vec<Check>,
}

/// The settings with where they came from, then the checks, each with a next
/// step where one is needed.
#[must_use]
pub fn doctor(examination: &Examination, style: &Style) -> String {
    let Examination { settings, checks } = examination;
    let mut page = Page::new(style);
    page.line(Ink::Strong, "Settings");
    let names = settings.iter().map(|line| width(line.name)).max().unwrap_or(0);
    for SettingLine { name, value, origin } in settings {
        page.wrap(
            2,
            names + 4,
            &[
                plain(format!("{}  ", padded(name, names))),
                plain(theirs(value, style)),
                span(Ink::Faint, format!("  ({})", theirs(origin, style))),
            ],
        );
    }
    page.title("Checks");
    let names = checks.iter().map(|check| width(check.what)).max().unwrap_or(0);
    for Check { what, health, found, hint } in checks {
        let (ink, mark) = match health {
            Health::Good => (Ink::Added, "ok     "),
            Health::Unknown => (Ink::Faint, "unknown"),
            Health::Doubtful => (Ink::Changed, "warning"),
            Health::Bad => (Ink::Danger, "error  "),
        };
        let indent = mark.len() + names + 6;
        page.wrap(
            2,
            indent.min(page.style.columns() / 2),
            &[
                span(ink, mark),
                plain(format!("  {}  ", padded(what, names))),
                plain(theirs(found, style)),
            ],
        );
        if let Some(hint) = hint {
            let indent = indent.min(page.style.columns() / 2);
            page.wrap(indent, indent, &[span(Ink::Place, "next: "), plain(theirs(hint, style))]);
        }
    }
    page.gap();
    page.line(Ink::Plain, summary(checks));
    page.finish()
}

fn summary(checks: &[Check]) -> String {
    let number = |health| checks.iter().filter(|check| check.health == health).count();
    match (number(Health::Bad), number(Health::Doubtful)) {
        (0, 0) => "Everything works.".to_owned(),
        (0, doubtful) => format!("Everything works, with {}.", count(doubtful, "warning")),
        (bad, 0) => format!("{} to fix.", count(bad, "error")),
        (bad, doubtful) => {
            format!("{} to fix, and {}.", count(bad, "error"), count(doubtful, "warning"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_has_its_line_and_its_next_step() {
        let examination = Examination {
            settings: vec![SettingLine {
                name: "tenant",
                value: "acme.eu.auth0.com".into(),
                origin: "AUTH0_DOMAIN".into(),
            }],
            checks: vec![
                Check {
                    what: "token",
                    health: Health::Good,
                    found: "good for 24 h".into(),
                    hint: None,
                },
                Check {
                    what: "scopes",
                    health: Health::Doubtful,
                    found: "update:hooks is missing".into(),
                    hint: Some("grant it to the application".into()),
                },
            ],
        };
        insta::assert_snapshot!(doctor(&examination, &Style::plain(60)));
        for width in [30, 40, 80] {
            let shown = doctor(&examination, &Style::plain(width));
            assert!(shown.lines().all(|line| line.chars().count() <= width), "{shown}");
        }
    }
}
