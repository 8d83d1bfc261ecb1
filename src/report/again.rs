//! Commands that are printed to be run: with what was typed to reach the same
//! project and tenant, each part one word of a shell's line.
//!
//! Must not know what a command does.

use super::Style;
use super::ink::{Ink, plain, span};
use super::layout::{Page, width};
use super::safe;

/// What a printed command repeats of the command line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Again {
    /// What stands before the command: `-C`, `--env-file`.
    pub before: Vec<String>,
    /// The folder of definitions, where it was typed.
    pub dir: Option<String>,
    /// How definitions are compared: what plan and apply take alone.
    pub compared: Vec<String>,
    /// What stands at the end: `--env`, `--config`, `--domain`, `--local`.
    pub after: Vec<String>,
}

impl Again {
    /// A command that works on the project. The folder stands before what it is
    /// given, for `--only` takes all names that follow.
    #[must_use]
    pub fn command(&self, command: &[&str], given: &[&str]) -> String {
        self.line(command, self.dir.as_deref(), given)
    }

    /// A command that has no folder of definitions, or another.
    #[must_use]
    pub fn elsewhere(&self, command: &[&str], given: &[&str]) -> String {
        self.line(command, None, given)
    }

    fn line(&self, command: &[&str], dir: Option<&str>, given: &[&str]) -> String {
        let typed = |words: &'_ [String]| words.iter().map(|it| word(it)).collect::<Vec<_>>();
        let mut words = vec!["hooksync".to_owned()];
        words.extend(typed(&self.before));
        words.extend(command.iter().map(|it| word(it)));
        words.extend(dir.map(word));
        words.extend(given.iter().map(|it| word(it)));
        if matches!(command.first(), Some(&("plan" | "apply"))) {
            words.extend(typed(&self.compared));
        }
        words.extend(typed(&self.after));
        words.join(" ")
    }
}

/// A text as one word of a shell's line. Unquoted, `$(…)` in a name would run.
#[must_use]
pub fn word(text: &str) -> String {
    let is_plain = |found: char| found.is_alphanumeric() || "-_./:+".contains(found);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// A labelled command. Where it is wider than the terminal it goes on after a
/// backslash, so that it works when it is copied from there.
pub(super) fn show(page: &mut Page<'_>, indent: usize, label: &str, command: &str) {
    let hang = indent + width(label);
    let lines = lines(command, page.style, hang);
    for (nth, line) in lines.into_iter().enumerate() {
        match nth {
            0 => page.verbatim(indent, vec![span(Ink::Faint, label), plain(line)]),
            _ => page.verbatim(hang, vec![plain(line)]),
        }
    }
}

fn lines(command: &str, style: &Style, indent: usize) -> Vec<String> {
    let room = style.columns().saturating_sub(indent + " \\".len());
    let mut lines: Vec<String> = Vec::new();
    for word in words(command) {
        let word = safe::inline(word, style.unicode);
        match lines.last_mut() {
            Some(line) if width(line) + 1 + width(&word) <= room => {
                line.push(' ');
                line.push_str(&word);
            }
            Some(line) => {
                line.push_str(" \\");
                lines.push(format!("  {word}"));
            }
            None => lines.push(word),
        }
    }
    lines
}

/// The words of a command that was put together here: blanks within quotes
/// don't end one.
fn words(command: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let (mut start, mut is_quoted, mut is_literal) = (0, false, false);
    for (at, found) in command.char_indices() {
        match found {
            _ if is_literal => is_literal = false,
            '\\' if !is_quoted => is_literal = true,
            '\'' => is_quoted = !is_quoted,
            ' ' if !is_quoted => {
                words.extend(command.get(start..at));
                start = at + 1;
            }
            _ => {}
        }
    }
    words.extend(command.get(start..));
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words_of(list: &[&str]) -> Vec<String> {
        list.iter().map(|it| (*it).to_owned()).collect()
    }

    #[test]
    fn a_name_is_one_word_of_a_shell() {
        for (text, expected) in [
            ("add-roles", "add-roles"),
            ("auth/hooks-1", "auth/hooks-1"),
            ("my hooks", "'my hooks'"),
            ("it's; rm", "'it'\\''s; rm'"),
            ("$(id)`id`", "'$(id)`id`'"),
            ("crm-*", "'crm-*'"),
            ("C:\\auth", "'C:\\auth'"),
            ("", "''"),
        ] {
            assert_eq!(word(text), expected);
        }
    }

    #[test]
    fn a_command_is_given_what_its_reader_typed() {
        let again = Again {
            before: words_of(&["-C", "my repo"]),
            dir: Some("auth".to_owned()),
            after: words_of(&["--env", "prod", "--local"]),
            ..Again::default()
        };
        assert_eq!(
            again.command(&["export"], &["--only", "Add roles"]),
            "hooksync -C 'my repo' export auth --only 'Add roles' --env prod --local"
        );
        assert_eq!(
            again.elsewhere(&["backups", "diff", "2026"], &[]),
            "hooksync -C 'my repo' backups diff 2026 --env prod --local"
        );
        assert_eq!(Again::default().command(&["plan"], &[]), "hooksync plan");
    }

    fn shown(command: &str, columns: usize) -> String {
        let style = Style::plain(columns);
        let mut page = Page::new(&style);
        show(&mut page, 6, "undo it  ", command);
        page.finish()
    }

    #[test]
    fn a_command_that_is_too_wide_can_still_be_pasted() {
        let command = "hooksync export auth --only 'it'\\''s a  name' --env production";
        assert_eq!(shown(command, 100), format!("      undo it  {command}\n"));
        let narrow = shown(command, 40);
        assert_eq!(
            narrow,
            "      undo it  hooksync export auth \\\n                 --only \\\n                 \
             'it'\\''s a  name' \\\n                 --env production\n"
        );
        // what the shell reads is the command
        let joined: Vec<&str> =
            narrow.trim().lines().map(|line| line.trim().trim_end_matches(" \\")).collect();
        assert_eq!(joined.join(" ").trim_start_matches("undo it  "), command);
    }
}
