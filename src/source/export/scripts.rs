//! Where the scripts of existing definitions go, and what they become.
//!
//! Reads script files, writes none.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::merge::{merge, written};
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
    pub(crate) text: String,
    /// Markers that are text in it.
    pub(crate) literal: BTreeSet<String>,
    /// Markers that are gone from it.
    pub(crate) lost: BTreeSet<String>,
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
    let afresh = |path| Wanted {
        path,
        before: None,
        text: live.as_str().to_owned(),
        literal: written(live.as_str()),
        lost: BTreeSet::new(),
    };
    match script::read(root, definition) {
        None => afresh(None),
        Some(Err(found)) if found.code == codes::SCRIPT_MISSING => {
            afresh(script::path_of(definition))
        }
        Some(Err(_)) => afresh(None),
        Some(Ok(text)) => {
            let (given, source) = context.resolver(&definition.literal, &text).script(&text);
            let path = script::path_of(definition);
            let given = Script::new(given);
            let live = if given.same_but_newlines(&live) { &given } else { &live };
            let versions = render::literal_values(hook);
            let merged =
                merge(&source, given.as_str(), live.as_str(), &definition.literal, &versions);
            Wanted {
                before: path.is_some().then_some(text.text),
                path,
                text: merged.text,
                literal: merged.literal,
                lost: merged.lost,
            }
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
        let stays = want.before.as_ref() == Some(&want.text) || still.contains(&path);
        match (&want.before, stays) {
            (Some(before), true) => {
                content.insert(path, before.clone());
            }
            _ => {
                content.entry(path).or_insert_with(|| want.text.clone());
            }
        }
    }
    for want in wanted {
        let Some(path) = want.path.as_deref().map(real) else { continue };
        if content.get(&path).is_some_and(|text| *text != want.text) {
            want.path = None;
            want.before = None;
        }
    }
}
