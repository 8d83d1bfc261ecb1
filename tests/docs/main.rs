//! Runs every command of every document, and holds what it prints against
//! what the document shows.
//!
//! `UPDATE_DOCS=1 cargo test --test docs` writes what was printed, the
//! reference and the pictures into the documents instead. The commands are for
//! a Unix shell with GNU tools, so this runs on Linux.

#![cfg(target_os = "linux")]
// Helpers outside of `#[test]` functions panic as the tests do.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod document;
mod language;
mod machine;
mod pictures;
mod pipelines;
mod reference;

use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// The repository's root.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Whether documents are written instead of checked.
fn updates() -> bool {
    std::env::var_os("UPDATE_DOCS").is_some()
}

/// Checks a generated file, or writes it.
fn expect_file(path: &Path, text: &str) {
    if updates() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        return;
    }
    let there = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        there == text,
        "{} is out of date; UPDATE_DOCS=1 cargo test --test docs writes it\n{}",
        path.display(),
        first_difference(&there, text)
    );
}

fn first_difference(there: &str, expected: &str) -> String {
    let mut pairs = there.lines().zip(expected.lines()).enumerate();
    match pairs.find(|(_, (there, expected))| there != expected) {
        Some((at, (there, expected))) => {
            format!("line {}:\n  is        {there}\n  should be {expected}", at + 1)
        }
        None => "one of them is longer".to_owned(),
    }
}

/// README.md and every Markdown file below docs.
fn documents() -> Vec<PathBuf> {
    let mut found = vec![root().join("README.md")];
    let mut folders = vec![root().join("docs")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// How many documents are tried at once: each has a machine of its own, and much
/// of what it does is waiting.
const AT_ONCE: usize = 4;

#[test]
fn every_command_prints_what_its_document_shows() {
    let (documents, faults) = (Mutex::new(documents().into_iter()), Mutex::new(Vec::new()));
    let work = || {
        // the lock is held for the taking alone
        let next = || documents.lock().unwrap().next();
        while let Some(path) = next() {
            let found = document::check(&path);
            faults.lock().unwrap().extend(found);
        }
    };
    std::thread::scope(|scope| (0..AT_ONCE).for_each(|_| drop(scope.spawn(work))));
    let mut faults = faults.into_inner().unwrap();
    faults.sort();
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n\n"));
}

#[test]
fn every_link_inside_the_documents_leads_somewhere() {
    let link = regex::Regex::new(r"\]\(([^)\s]+)\)").unwrap();
    let mut broken = Vec::new();
    for path in documents() {
        let text = std::fs::read_to_string(&path).unwrap();
        for target in link.captures_iter(&text).map(|found| found[1].to_owned()) {
            if target.contains("://") {
                continue;
            }
            let (file, part) = target.split_once('#').unwrap_or((&target, ""));
            let file = match file {
                "" => path.clone(),
                file => path.parent().unwrap().join(file),
            };
            let is_there = part.is_empty() || parts(&file).iter().any(|one| one == part);
            if !file.exists() || !is_there {
                broken.push(format!("{}: {target}", path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "\n{}\n", broken.join("\n"));
}

/// The parts of a document that a link can lead to, named as GitHub does it.
fn parts(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let headings = text.lines().filter_map(|line| line.trim_start_matches('#').strip_prefix(' '));
    let named = headings.map(|heading| {
        let kept = heading.to_lowercase().replace(' ', "-");
        kept.chars().filter(|found| found.is_alphanumeric() || matches!(found, '-' | '_')).collect()
    });
    named.collect()
}

#[test]
fn every_document_is_in_the_index() {
    let index = std::fs::read_to_string(root().join("docs/README.md")).unwrap();
    let missing: Vec<PathBuf> = documents()
        .into_iter()
        .filter_map(|path| path.strip_prefix(root().join("docs")).ok().map(Path::to_owned))
        .filter(|path| path != Path::new("README.md"))
        .filter(|path| !index.contains(&format!("({})", path.display())))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}
