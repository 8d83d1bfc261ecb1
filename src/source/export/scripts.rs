//! Where the scripts of existing definitions go, and what they become.
//!
//! Reads script files, writes none.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::merge::{Merged, merge, written};
use super::render;
use crate::model::{Live, Script};
use crate::source::codes;
use crate::source::definition::{Context, Parsed, script};
use crate::source::walk::Root;

/// What a definition's script file has to be.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    /// Its path as the definition gives it, if that can be used.
    pub(crate) path: Option<PathBuf>,
    /// What it holds now, if it could be read.
    pub(crate) before: Option<String>,
    /// What it has to hold.
    pub(crate) becomes: Merged,
}

/// What the script of a definition has to become so that it says the live
/// text. One that differs in newlines alone stays.
pub(crate) fn wanted(
    root: &Root,
    definition: &Parsed,
    hook: &Live,
    context: &mut Context<'_>,
) -> Wanted {
    let live = hook.script.clone().unwrap_or_default();
    let path = script::path_of(definition);
    match script::read(root, definition) {
        Some(Ok(text)) => {
            let (given, source) = context.resolver(&definition.literal, &text).script(&text);
            let given = Script::new(given);
            let live = if given.same_but_newlines(&live) { &given } else { &live };
            let versions = render::literal_values(hook);
            let becomes =
                merge(&source, given.as_str(), live.as_str(), &definition.literal, &versions);
            Wanted { before: path.is_some().then(|| text.text.to_string()), path, becomes }
        }
        other => {
            let found = other.and_then(Result::err);
            let can_be_written = found.is_some_and(|found| found.code == codes::SCRIPT_MISSING);
            let (text, literal) = (live.as_str().to_owned(), written(live.as_str()));
            let becomes = Merged { text, literal, lost: BTreeSet::new() };
            Wanted { path: path.filter(|_| can_be_written), before: None, becomes }
        }
    }
}

/// Scripts that several definitions share keep one content: the present one
/// if any of them still wants it. The others lose their path and get a file of
/// their own. `still` are scripts of definitions that an export leaves alone.
pub(crate) fn untangle(wanted: &mut [Wanted], still: &BTreeSet<PathBuf>) {
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let mut content: BTreeMap<PathBuf, String> = BTreeMap::new();
    for want in wanted.iter() {
        let Some(path) = want.path.as_deref().map(real) else { continue };
        let stays = want.before.as_ref() == Some(&want.becomes.text) || still.contains(&path);
        match (&want.before, stays) {
            (Some(before), true) => {
                content.insert(path, before.clone());
            }
            _ => {
                content.entry(path).or_insert_with(|| want.becomes.text.clone());
            }
        }
    }
    for want in wanted {
        let Some(path) = want.path.as_deref().map(real) else { continue };
        if content.get(&path).is_some_and(|text| *text != want.becomes.text) {
            want.path = None;
            want.before = None;
        }
    }
}
