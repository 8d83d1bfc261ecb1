//! hooksync's own layout: every `*.yaml` below a folder is one definition,
//! with its script in a file beside it.
//!
//! Reads all there is and tells all that is wrong: a broken file never hides
//! the others.

mod check;
pub(crate) mod definition;
pub(crate) mod script;

use super::codes;
use super::file;
use super::walk::Root;
use crate::model::{DesiredHook, DesiredState, Diagnostic};
pub(crate) use check::identities;
pub(crate) use definition::{Context, Definition};

/// The endings of definitions' files.
const EXTENSIONS: [&str; 2] = ["yaml", "yml"];

/// All definitions below a folder, as far as they can be read, and the number
/// of files that should be one. What is wrong is in `context`.
pub(crate) fn read(root: &Root, context: &mut Context<'_>) -> (Vec<Definition>, usize) {
    let (files, told) = root.files(&EXTENSIONS);
    context.found.extend(told);
    let count = files.len();
    let mut definitions = Vec::with_capacity(count);
    for at in files {
        match file::read(&at.path, &at.file, "definition").and_then(file::without_nul) {
            Ok(text) => definitions.extend(definition::read(at, text, context)),
            Err(found) => context.found.push(*found),
        }
    }
    (definitions, count)
}

/// The desired state of a folder and the number of its definitions.
pub(crate) fn load(root: &Root, context: &mut Context<'_>) -> (DesiredState, usize) {
    let (definitions, count) = read(root, context);
    if count == 0 && !context.found.iter().any(Diagnostic::is_error) {
        context.found.push(
            Diagnostic::error(codes::NO_DEFINITIONS, "there are no definitions below this folder")
                .in_file(super::walk::display(&root.given))
                .hint("`hooksync export` writes those of a tenant, `hooksync new` makes one"),
        );
    }
    check::together(&definitions, &mut context.found);
    let mut hooks: Vec<DesiredHook> =
        definitions.into_iter().filter_map(|definition| hook(root, definition, context)).collect();
    hooks.sort_by(|a, b| a.name.cmp(&b.name));
    hooks.dedup_by(|a, b| a.name == b.name);
    (DesiredState { hooks }, count)
}

/// The hook that a definition describes, if nothing of it is missing.
fn hook(root: &Root, definition: Definition, context: &mut Context<'_>) -> Option<DesiredHook> {
    let text = match script::read(root, &definition)? {
        Ok(text) => text,
        Err(found) => {
            context.found.push(*found);
            return None;
        }
    };
    let (script, script_source) = context.resolver(&definition.literal).script(&text);
    Some(DesiredHook {
        name: definition.name?.value,
        written_name: definition.written_name,
        trigger: definition.trigger?.value,
        script: crate::model::Script::new(script),
        script_source,
        enabled: definition.enabled.map(|placed| placed.value),
        dependencies: definition.dependencies,
        secrets: definition.secrets,
        renamed_from: definition.renamed_from.into_iter().map(|placed| placed.value).collect(),
        source: definition.text.file,
        source_text: definition.text.text,
    })
}
