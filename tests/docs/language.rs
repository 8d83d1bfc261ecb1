//! Phrases that a reader stumbles over: in documents, help and messages.
//!
//! The documents hold the help (docs/reference/commands.md is made from it), so
//! only the messages have to be found in the code.

use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;

/// What is not written, and what is instead.
const PHRASES: [(&str, &str); 12] = [
    (r"\b(is|are|was|were) told\b", "is reported, shown, printed"),
    (r"\banew\b", "again, recreated"),
    (r"\bstands? twice\b", "is a duplicate"),
    (r"\blest\b", "so that … not"),
    (r"\ball the same\b", "anyway"),
    (r"\bmade switched off\b", "created disabled"),
    (r"\bmended?\b", "fixed"),
    (r"\bto be had\b", "found, available"),
    (r"\bhas a fault\b", "internal error"),
    (r"\bhas not this\b", "unless it has this"),
    (r"\b[Tt]ell (more|nothing)\b", "print, more detail"),
    (r"\bcan't be told\b", "can't be known"),
];

/// A text between quotation marks.
static LITERAL: LazyLock<Regex> = LazyLock::new(|| Regex::new(r#""((?s:[^"\\]|\\.)*)""#).unwrap());

fn found(text: &str) -> Vec<String> {
    static PATTERNS: LazyLock<Vec<Regex>> =
        LazyLock::new(|| PHRASES.iter().map(|(phrase, _)| Regex::new(phrase).unwrap()).collect());
    // what breaks over lines is one phrase, too
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let each = PATTERNS.iter().zip(PHRASES).flat_map(|(pattern, (_, instead))| {
        let hits: Vec<String> = pattern
            .find_iter(&text)
            .map(|hit| {
                let around: String = text[..hit.start()]
                    .chars()
                    .rev()
                    .take(30)
                    .collect::<Vec<_>>()
                    .into_iter()
                    .rev()
                    .collect();
                format!("…{around}{} (write: {instead})", hit.as_str())
            })
            .collect();
        hits
    });
    each.collect()
}

/// The literals of a file of code, without those of its tests.
fn messages(code: &str) -> String {
    let code = code.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    let code = lines.collect::<Vec<_>>().join("\n");
    let literals = LITERAL.captures_iter(&code).map(|one| one[1].replace("\\\n", " "));
    literals.collect::<Vec<_>>().join("\n")
}

fn walk(folder: &Path, ending: &str, each: &mut dyn FnMut(&Path, &str)) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && !["tests", "samples", "snapshots"].contains(&name.as_str()) {
            walk(&path, ending, each);
        } else if name.ends_with(ending) && !name.ends_with("tests.rs") && name != "samples.rs" {
            each(&path, &std::fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn nobody_has_to_read_it_twice() {
    let root = crate::root();
    let mut all = Vec::new();
    let mut note = |path: &Path, text: &str| {
        let place = path.strip_prefix(crate::root()).unwrap().display().to_string();
        all.extend(found(text).into_iter().map(|hit| format!("{place}: {hit}")));
    };
    for file in ["README.md", "CHANGELOG.md"] {
        note(&root.join(file), &std::fs::read_to_string(root.join(file)).unwrap());
    }
    walk(&root.join("docs"), ".md", &mut note);
    walk(&root.join("src"), ".rs", &mut |path, code| note(path, &messages(code)));
    assert!(all.is_empty(), "\n{}\n", all.join("\n"));
}

/// The comments of a file of code.
fn comments(code: &str) -> String {
    let comment = |line: &str| line.split_once("//").map(|(_, comment)| comment.to_owned());
    code.lines().filter_map(comment).collect::<Vec<_>>().join("\n")
}

#[test]
fn comments_are_written_in_plain_words() {
    let word = Regex::new(r"\b([Tt]old|[Tt]ells|anew|lest|mended)\b").unwrap();
    let mut all = Vec::new();
    walk(&crate::root().join("src"), ".rs", &mut |path, code| {
        let comments = comments(code);
        let hits = word.find_iter(&comments).map(|hit| hit.as_str().to_owned());
        all.extend(hits.map(|hit| format!("{}: {hit}", path.display())));
    });
    assert!(all.is_empty(), "\n{}\n", all.join("\n"));
    assert!(word.is_match(&comments("let a = 1; // is told\n")));
}

#[test]
fn the_check_finds_what_it_looks_for() {
    let code = "// all the same\nlet a = \"it is\\\n     told\"; // anew\n#[cfg(test)]\nmod tests { \"lest\" }";
    assert_eq!(found(&messages(code)), ["…it is told (write: is reported, shown, printed)"]);
}
