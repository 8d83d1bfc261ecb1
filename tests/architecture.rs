//! Holds docs/architecture.md against the code.

// Helpers outside of `#[test]` functions panic as the tests do.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const MAX_LINES: usize = 400;
const ASYNC_ROOMS: [&str; 5] = ["api", "cli", "forge", "sync", "tenant"];

/// One file of `src`, and its code as words and signs without comments and
/// literals.
struct Source {
    /// Relative to `src`, with `/`.
    path: String,
    text: String,
    tokens: Vec<String>,
}

impl Source {
    fn new(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned(), tokens: tokens(text) }
    }

    /// The room it is in; `None` for lib.rs and main.rs.
    fn room(&self) -> Option<&str> {
        match self.path.split_once('/') {
            Some((room, _)) => Some(room),
            None => self.path.strip_suffix(".rs").filter(|name| !matches!(*name, "lib" | "main")),
        }
    }

    /// Whether these words and signs stand beside each other anywhere.
    fn has(&self, wanted: &[&str]) -> bool {
        self.tokens.windows(wanted.len()).any(|found| found == wanted)
    }
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    walk(&root, &mut files);
    assert!(files.len() > 10, "src was not found");
    let read = |file: &PathBuf| {
        let path = file.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
        Source::new(&path, &std::fs::read_to_string(file).unwrap())
    };
    files.iter().map(read).collect()
}

fn walk(dir: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
}

/// Splits code into words and signs. `::` and `!=` are one sign, `r#word` one
/// word.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if let Some(length) = skipped(rest) {
            rest = &rest[length..];
            continue;
        }
        let raw = if rest.starts_with("r#") { 2 } else { 0 };
        let is_sign = |c: char| !c.is_alphanumeric() && c != '_';
        let word = raw + rest[raw..].find(is_sign).unwrap_or(rest.len() - raw);
        let length = match word {
            0 if rest.starts_with("::") || rest.starts_with("!=") => 2,
            0 => first.len_utf8(),
            word => word,
        };
        if !first.is_whitespace() {
            tokens.push(rest[..length].to_owned());
        }
        rest = &rest[length..];
    }
    tokens
}

/// The length of a comment or literal at the start.
fn skipped(text: &str) -> Option<usize> {
    let end_after = |from: usize, end: &str| {
        text[from..].find(end).map_or(text.len(), |at| from + at + end.len())
    };
    if text.starts_with("//") {
        return Some(end_after(2, "\n"));
    }
    if text.starts_with("/*") {
        return Some(end_after(2, "*/"));
    }
    for prefix in ["r", "br"] {
        let Some(rest) = text.strip_prefix(prefix) else { continue };
        let hashes = rest.len() - rest.trim_start_matches('#').len();
        if rest[hashes..].starts_with('"') {
            let end = format!("\"{}", "#".repeat(hashes));
            return Some(end_after(prefix.len() + hashes + 1, &end));
        }
    }
    let quoted = |quote: char| {
        let mut escaped = false;
        text.char_indices().skip(1).find_map(|(at, c)| {
            let ends = c == quote && !escaped;
            escaped = c == '\\' && !escaped;
            ends.then_some(at + 1)
        })
    };
    match text.chars().next() {
        Some('"') => quoted('"').or(Some(text.len())),
        // a lifetime has no second quote
        Some('\'') => {
            let mut characters = text.chars().skip(1);
            let is_literal = match characters.next() {
                Some('\\') => true,
                Some(_) => characters.next() == Some('\''),
                None => false,
            };
            if is_literal { quoted('\'') } else { Some(1) }
        }
        _ => None,
    }
}

/// The rooms that a file names through `crate::` or a chain of `super::`.
fn imports(source: &Source) -> Result<BTreeSet<String>, String> {
    let tokens: Vec<&str> = source.tokens.iter().map(String::as_str).collect();
    let is_folder = matches!(source.path.rsplit('/').next(), Some("mod.rs" | "lib.rs" | "main.rs"));
    let file_depth = source.path.matches('/').count() + usize::from(!is_folder);
    let mut rooms = BTreeSet::new();
    // the braces that inline modules began at
    let (mut braces, mut inline) = (0_usize, Vec::new());
    let mut at = 0;
    while at < tokens.len() {
        match tokens[at] {
            "{" => braces += 1,
            "}" => {
                braces = braces.saturating_sub(1);
                if inline.last() == Some(&braces) {
                    inline.pop();
                }
            }
            "mod" if tokens.get(at + 2) == Some(&"{") => inline.push(braces),
            "crate" if tokens.get(at + 1) == Some(&"::") => {
                rooms.extend(first_names(&tokens[at + 2..])?);
            }
            "crate" if tokens.get(at + 1) == Some(&"as") => {
                return Err("`crate` under another name".to_owned());
            }
            "super" => {
                let pairs = tokens[at..].chunks(2);
                let chain = pairs.take_while(|pair| *pair == ["super", "::"]).count();
                if chain > 0 && chain == file_depth + inline.len() {
                    rooms.extend(first_names(&tokens[at + 2 * chain..])?);
                }
                at += (2 * chain).saturating_sub(1);
            }
            _ => {}
        }
        at += 1;
    }
    Ok(rooms)
}

/// The first name of a path, or of each path in braces.
fn first_names(tokens: &[&str]) -> Result<BTreeSet<String>, String> {
    let name = |token: &str| match token {
        "*" | "self" => Err(format!("`{token}` of the whole crate")),
        name => Ok(name.to_owned()),
    };
    match tokens.first() {
        Some(&"{") => {}
        Some(first) => return Ok([name(first)?].into()),
        None => return Ok(BTreeSet::new()),
    }
    let (mut names, mut depth, mut expects) = (BTreeSet::new(), 0, false);
    for token in tokens {
        match *token {
            "{" => {
                depth += 1;
                expects = depth == 1;
            }
            "}" => {
                depth -= 1;
                expects = false;
            }
            "," => expects = depth == 1,
            other if expects => {
                names.insert(name(other)?);
                expects = false;
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    Ok(names)
}

/// Room -> the rooms it may import, as the document's table says.
fn documented() -> BTreeMap<String, BTreeSet<String>> {
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/architecture.md");
    let text = std::fs::read_to_string(document).unwrap();
    let row = |row: &str| {
        let cells: Vec<&str> = row.split('|').collect();
        let room = cells[0].trim().trim_end_matches('`').trim_end_matches('/').to_owned();
        let allowed = cells[2].split('`').skip(1).step_by(2).map(str::to_owned).collect();
        (room, allowed)
    };
    text.lines().filter_map(|line| line.strip_prefix("| `")).map(row).collect()
}

/// Fails with every violation at once.
fn expect_none(violations: &[String]) {
    assert!(violations.is_empty(), "\n{}\n", violations.join("\n"));
}

/// No file but the named ones may do this.
fn only(allowed: &[&str], does: impl Fn(&Source) -> bool) {
    let others = |source: &Source| does(source) && !allowed.contains(&source.path.as_str());
    let files: Vec<_> = sources().into_iter().filter(others).map(|source| source.path).collect();
    expect_none(&files);
}

#[test]
fn rooms_import_only_what_the_table_allows() {
    let allowed = documented();
    let nothing = BTreeSet::new();
    let mut violations = Vec::new();
    for source in sources() {
        let Some(room) = source.room() else { continue };
        let allowed = allowed.get(room).unwrap_or(&nothing);
        match imports(&source) {
            Err(error) => violations.push(format!("{}: {error}", source.path)),
            Ok(imports) => violations.extend(
                imports
                    .iter()
                    .filter(|import| *import != room && !allowed.contains(*import))
                    .map(|import| format!("{}: `{room}` must not import `{import}`", source.path)),
            ),
        }
    }
    expect_none(&violations);
}

#[test]
fn the_table_names_every_room_and_no_other() {
    let rooms: BTreeSet<String> =
        sources().iter().filter_map(|source| source.room().map(str::to_owned)).collect();
    let documented: BTreeSet<String> = documented().into_keys().collect();
    assert_eq!(rooms, documented, "left: src, right: docs/architecture.md");
}

#[test]
fn files_are_short_and_say_what_they_are_for() {
    only(&[], |source| source.text.lines().count() > MAX_LINES);
    only(&[], |source| !source.text.starts_with("//!"));
}

#[test]
fn one_place_prints() {
    // And what prints the figures of a document, if asked to.
    let allowed = ["cli/output.rs", "cli/environment.rs", "api/governor/tests/table.rs"];
    only(&allowed, |source| {
        ["print", "println", "eprint", "eprintln", "dbg"]
            .iter()
            .any(|name| source.has(&[name, "!"]))
            || ["stdout", "stderr"].iter().any(|name| source.has(&["io", "::", name]))
    });
}

#[test]
fn one_place_reads_the_environment() {
    let allowed = ["cli/environment.rs", "main.rs", "api/governor/tests/table.rs"];
    only(&allowed, |source| source.has(&["std", "::", "env"]));
}

#[test]
fn one_place_names_the_http_library() {
    only(&["api/pipe/transport.rs"], |source| source.has(&["reqwest"]));
}

/// Where kinds may be distinguished: folders named after one, the files that
/// declare the enums, and what makes examples for tests.
fn may_tell_kinds_apart(path: &str) -> bool {
    let is_test = path.ends_with("tests.rs") || path.split('/').any(|part| part == "tests");
    let is_of_a_kind = path.split('/').any(|part| matches!(part, "hooks" | "actions"));
    let declares = ["plan/step.rs", "source/definition/mod.rs", "source/definition/action.rs"];
    let examples = ["report/samples.rs", "source/properties.rs"];
    is_test || is_of_a_kind || declares.contains(&path) || examples.contains(&path)
}

#[test]
fn kinds_are_told_apart_only_in_folders_named_after_one() {
    const ENGINE: [&str; 5] = ["api", "plan", "report", "source", "sync"];
    only(&[], |source| {
        let matches_one = source.has(&["HookOp"])
            || source.has(&["ActionOp"])
            || source.has(&["Body", "::"])
            || source.has(&["LiveBody", "::"]);
        source.room().is_some_and(|room| ENGINE.contains(&room))
            && matches_one
            && !may_tell_kinds_apart(&source.path)
    });
}

/// The engine is one for all kinds. Where they come in is a folder named after
/// one, the enum of writes, and a file or two for each room; and JSON has words
/// of its own for each.
#[test]
fn the_engine_names_no_kind() {
    const ENGINE: [&str; 3] = ["plan", "report", "sync"];
    const COME_IN: [&str; 12] = [
        "plan/kinds.rs",
        "plan/mod.rs",
        "plan/step.rs",
        "report/json/behaviour.rs",
        "report/json/output.rs",
        "report/json/results.rs",
        "report/json/steps.rs",
        "report/kinds.rs",
        "report/samples/any.rs",
        "sync/execute/kinds.rs",
        "sync/fetch.rs",
        "sync/mod.rs",
    ];
    let names_one = |line: &str| line.to_lowercase().replace("hooksync", "").contains("hook");
    only(&COME_IN, |source| {
        let product = source.text.lines().take_while(|line| !line.starts_with("mod tests {"));
        source.room().is_some_and(|room| ENGINE.contains(&room))
            && !may_tell_kinds_apart(&source.path)
            && !source.path.starts_with("report/migration/")
            && product.into_iter().any(names_one)
    });
}

#[test]
fn a_plan_is_changed_by_nobody_but_who_makes_it() {
    only(&[], |source| source.room() != Some("plan") && source.has(&["&", "mut", "Plan"]));
}

#[test]
fn the_model_knows_neither_serde_nor_files() {
    only(&[], |source| {
        let names = ["serde", "serde_json", "fs_err"].iter().any(|name| source.has(&[name]));
        source.room() == Some("model") && (names || source.has(&["std", "::", "fs"]))
    });
}

#[test]
fn only_some_rooms_are_async() {
    only(&[], |source| {
        let may = source.room().is_none_or(|room| ASYNC_ROOMS.contains(&room));
        !may && (source.has(&["async"]) || source.has(&[".", "await"]))
    });
}

#[test]
fn the_check_itself_sees_every_way_to_import() {
    fn check(path: &str, text: &str, expected: &str) {
        let found = match imports(&Source::new(path, text)) {
            Ok(rooms) => rooms.into_iter().collect::<Vec<_>>().join(" "),
            Err(error) => error,
        };
        assert_eq!(found, expected, "{path}: {text}");
    }
    check("a/b.rs", "use crate::model::Hook; let x = crate::plan::f();", "model plan");
    check("a/b.rs", "use crate::{api::{x, y}, model, cli as c};", "api cli model");
    check("a/b.rs", "use super::super::cli; use super::c;", "cli");
    check(
        "a/mod.rs",
        "use super::cli::x; mod t { use super::x; use super::super::api; }",
        "api cli",
    );
    check(
        "a/b.rs",
        "mod t { mod u {} use super::super::super::api; } use super::super::m;",
        "api m",
    );
    check(
        "a/b.rs",
        "// crate::x\n/* crate::x */ \"crate::x\" r#\"crate::x\"# '\\'' 'a' b\"\\\"\"",
        "",
    );
    check("a/b.rs", "fn f<'a>(x: &'a str) -> crate::model::X {}", "model");
    check("a/b.rs", "pub(crate) fn f() {} pub(super) fn g() {}", "");
    check("a/b.rs", "use crate::*;", "`*` of the whole crate");
    check("a/b.rs", "use crate as c;", "`crate` under another name");
    assert!(Source::new("a.rs", "f.r#async").tokens.contains(&"r#async".to_owned()));
}
