//! `--env-file`: variables from a file that an argument names.
//!
//! Values are taken as they stand: nothing in them is expanded or run. Errors
//! name the line and never quote it, for it may hold a secret. Must not look for
//! a file by itself.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use super::CliError;

/// The largest file that is read.
const MOST: u64 = 1 << 20;

/// The variables of a file.
///
/// # Errors
/// When it can't be read, or a line is not `KEY=VALUE`.
pub(super) fn read(path: &Path) -> Result<BTreeMap<String, String>, CliError> {
    let mut bytes = Vec::new();
    fs_err::File::open(path)?.take(MOST + 1).read_to_end(&mut bytes)?;
    let wrong = |what: &str| {
        CliError::usage(format!("{}: {what}", path.display()))
            .hint("write lines KEY=VALUE; quotes around a value are removed, # begins a comment")
    };
    if bytes.len() as u64 > MOST {
        return Err(wrong("larger than 1 MB"));
    }
    let text = String::from_utf8(bytes).map_err(|_| wrong("not valid UTF-8"))?;
    parse(&text).map_err(|(line, what)| wrong(&format!("line {line}: {what}")))
}

/// An error is a line's number and what is wrong with it.
fn parse(text: &str) -> Result<BTreeMap<String, String>, (usize, &'static str)> {
    let mut found = BTreeMap::new();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for (at, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let line = line.strip_prefix("export ").unwrap_or(line);
        let (key, value) = line.split_once('=').ok_or((at + 1, "not KEY=VALUE"))?;
        let key = key.trim();
        let first = key.chars().next().is_some_and(|it| it.is_ascii_alphabetic() || it == '_');
        if !first || !key.chars().all(|it| it.is_ascii_alphanumeric() || it == '_') {
            return Err((at + 1, "the text before `=` is not the name of a variable"));
        }
        let value = unquoted(value.trim()).ok_or((at + 1, "a quote without its end"))?;
        if key.to_ascii_uppercase().starts_with("HOOKSYNC_SECRET_") {
            return Err((at + 1, "programs that read secrets can be set in the environment only"));
        }
        if found.insert(key.to_owned(), value.to_owned()).is_some() {
            return Err((at + 1, "the file sets this variable twice"));
        }
    }
    Ok(found)
}

fn unquoted(value: &str) -> Option<&str> {
    let Some(quote) = value.chars().next().filter(|it| matches!(it, '"' | '\'')) else {
        return Some(value);
    };
    value.get(1..)?.strip_suffix(quote)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_taken_as_they_stand() {
        let text = "\u{feff}# a comment\n\nA=1\r\nexport B = two words # and more\n\
                    C=\"quoted $HOME `x`\"\nD='a\"b'\nE=\nF=a=b\n";
        let found = parse(text).unwrap();
        let shown: Vec<String> =
            found.iter().map(|(key, value)| format!("{key}:{value}")).collect();
        let expected =
            ["A:1", "B:two words # and more", "C:quoted $HOME `x`", "D:a\"b", "E:", "F:a=b"];
        assert_eq!(shown, expected);
    }

    #[test]
    fn what_is_wrong_is_named_by_its_line_and_not_quoted() {
        assert_eq!(parse("A=1\ncanary"), Err((2, "not KEY=VALUE")));
        assert_eq!(parse("1A=x"), Err((1, "the text before `=` is not the name of a variable")));
        assert_eq!(parse("A=\"x"), Err((1, "a quote without its end")));
        assert_eq!(parse("A=\""), Err((1, "a quote without its end")));
        assert_eq!(parse("A=1\nA=2"), Err((2, "the file sets this variable twice")));
    }
}
