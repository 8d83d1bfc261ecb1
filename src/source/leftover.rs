//! Scripts that no definition uses any more.
//!
//! A definition that was removed by hand leaves its script behind, and nothing
//! else ever speaks of it. Only what lies beside definitions and exports what
//! the service calls counts: a folder may hold tools and parts of a build. Must
//! not remove anything.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::codes;
use super::definition::{Context, script};
use super::file;
use super::keyword::Keywords;
use super::native::{self, Gathered};
use super::walk::{Found, Root};
use crate::model::{Diagnostic, Severity};

/// The endings of scripts' files.
const EXTENSIONS: [&str; 2] = ["js", "cjs"];

/// A note for each; none where a definition that can't be read could use it.
pub(crate) fn notes(root: &Root, gathered: &Gathered, found: &[Diagnostic]) -> Vec<Diagnostic> {
    if found.iter().any(Diagnostic::is_error) {
        return Vec::new();
    }
    let note = |at: Found| {
        let message = "no definition uses this script";
        let note = Diagnostic::new(codes::LEFT_OVER, Severity::Note, message).in_file(at.file);
        note.hint("`hooksync export --prune` removes it; a definition could name it with `script:`")
    };
    scripts(root, gathered).into_iter().map(note).collect()
}

/// The same of a folder of hooksync's own layout, whatever its kinds.
pub(crate) fn in_folder(root: &Root, keywords: &Keywords) -> Vec<Found> {
    let mut context = Context::new(keywords, true);
    let gathered = native::read(root, None, &mut context);
    match context.found.iter().any(Diagnostic::is_error) {
        true => Vec::new(),
        false => scripts(root, &gathered),
    }
}

fn scripts(root: &Root, gathered: &Gathered) -> Vec<Found> {
    let definitions = || gathered.definitions.iter();
    let real = |path: PathBuf| path.canonicalize().ok();
    let used: BTreeSet<PathBuf> =
        definitions().filter_map(script::path_of).filter_map(real).collect();
    let bindings = gathered.bindings.iter().map(|file| &file.at);
    let beside: BTreeSet<&Path> = definitions()
        .map(|own| &own.at)
        .chain(bindings)
        .filter_map(|at| at.path.parent())
        .collect();
    let (files, _) = root.files(&EXTENSIONS);
    files
        .into_iter()
        .filter(|at| {
            let folder = at.path.parent();
            folder.is_some_and(|folder| beside.contains(folder) || folder == root.given)
                && real(at.path.clone()).is_some_and(|path| !used.contains(&path))
                && is_script(at)
        })
        .collect()
}

/// Whether a file could be the script of a hook or an action.
fn is_script(at: &Found) -> bool {
    let name = at.path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let of_tools = [".test.", ".spec.", ".config."].iter().any(|part| name.contains(part));
    let calls = |text: &str| text.contains("module.exports") || text.contains("exports.on");
    !of_tools && file::read(&at.path, &at.file, "script").is_ok_and(|file| calls(&file.text))
}
