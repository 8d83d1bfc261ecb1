//! Hooks out of a Deploy CLI tree.
//!
//! Must not write.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::replaced::ReplacedText;
use super::{HOOKS, Tree, above, files, section};
use crate::model::{Diagnostic, Kind, Severity};
use crate::source::codes;
use crate::source::definition::{self, Context, Parsed, Shape, Style};
use crate::source::file::{self, Text};
use crate::source::native::Gathered;
use crate::source::node::{Node, Value};
use crate::source::walk::{Found, Root, display};
use crate::source::yaml::{self, LARGE};

/// The largest `tenant.yaml`: it holds far more than hooks.
const MAX_YAML: u64 = 10_000_000;

/// The folder that scripts have to lie in.
pub(crate) fn root_of(tree: &Tree) -> PathBuf {
    match tree {
        Tree::Directory(root) => root.clone(),
        Tree::Yaml(file) | Tree::File(file) => {
            let folder = match file.parent() {
                Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
                _ => PathBuf::from("."),
            };
            let is_hooks = matches!(tree, Tree::File(_)) && folder.ends_with(HOOKS);
            if is_hooks { above(&folder) } else { folder }
        }
    }
}

/// All hooks of a tree, as far as they can be read, and how many there are.
pub(crate) fn read(root: &Root, tree: &Tree, context: &mut Context<'_>) -> Gathered {
    let (definitions, hooks) = match tree {
        Tree::Directory(folder) => {
            let folder = folder.join(HOOKS);
            let mut paths: Vec<PathBuf> = files(&folder, &["json"]).collect();
            paths.sort();
            read_files(root, paths, context)
        }
        Tree::File(file) => read_files(root, vec![file.clone()], context),
        Tree::Yaml(file) => read_yaml(root, file, context),
    };
    Gathered { definitions, hooks, has_hooks: true, ..Gathered::default() }
}

/// What findings about a definition may point into: the file, but of a
/// `tenant.yaml` the hooks alone, on their own lines.
pub(crate) fn source_text(text: &Text, tree: &Tree) -> String {
    match (tree, section::find(&text.text)) {
        (Tree::Yaml(_), Some(part)) => {
            let lines = text.text[..part.start].matches('\n').count();
            format!("{}{}", "\n".repeat(lines), &text.text[part])
        }
        _ => text.text.clone(),
    }
}

fn read_files(root: &Root, paths: Vec<PathBuf>, context: &mut Context<'_>) -> (Vec<Parsed>, usize) {
    let count = paths.len();
    let mut definitions = Vec::with_capacity(count);
    for path in paths {
        let file = display(&path);
        if !root.holds(&path).unwrap_or(false) {
            let message = "the symbolic link leads out of the tree";
            context.found.push(Diagnostic::error(codes::LINK_LEAVES, message).in_file(file));
            continue;
        }
        match file::read(&path, &file, "hook").and_then(file::without_nul) {
            Ok(text) => definitions.extend(read_json(Found { path, file }, text, context)),
            Err(found) => context.found.push(*found),
        }
    }
    (definitions, count)
}

fn read_json(at: Found, text: Text, context: &mut Context<'_>) -> Option<Parsed> {
    let body = text.text.len() - text.text.trim_start_matches('\u{feff}').len();
    let part = ReplacedText::new(&text, body..text.text.len(), context);
    if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(&part.text) {
        if part.tell_left(context) {
            return None;
        }
        let span = part.on_disk(&place(&part.text, error.line(), error.column()));
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or(&message);
        let message = format!("not valid JSON: {}", part.message(message));
        context.found.push(text.error(codes::JSON_SYNTAX, message, &span));
        return None;
    }
    // JSON is YAML, and the YAML reader knows places.
    let tree = match yaml::parse(&part.text, LARGE) {
        Ok(tree) => tree,
        Err(fault) => {
            let message = part.message(&fault.message);
            let found = text.error(fault.code, message, &part.on_disk(&fault.span));
            context.found.push(found);
            return None;
        }
    };
    let tree = part.settle_hook(&tree, context);
    take(at, Rc::new(text), tree, context)
}

/// The bytes of a line and column as `serde_json` counts them.
fn place(text: &str, line: usize, column: usize) -> std::ops::Range<usize> {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let at = (before + column.saturating_sub(1)).min(text.len());
    at..at
}

fn read_yaml(root: &Root, path: &Path, context: &mut Context<'_>) -> (Vec<Parsed>, usize) {
    let file = display(path);
    if !root.holds(path).unwrap_or(true) {
        let message = "the symbolic link leads out of the tree";
        context.found.push(Diagnostic::error(codes::LINK_LEAVES, message).in_file(file));
        return (Vec::new(), 0);
    }
    let text = file::read_up_to(path, &file, "file", MAX_YAML).and_then(file::without_nul);
    let text = match text {
        Ok(text) => Rc::new(text),
        Err(found) => {
            context.found.push(*found);
            return (Vec::new(), 0);
        }
    };
    let Some(hooks) = hooks_of(&text, context) else {
        return (Vec::new(), 0);
    };
    let items = match hooks.value {
        Value::List(items) => items,
        Value::Null => Vec::new(),
        other => {
            let message = format!("`hooks` is a list, and this is {}", other.kind());
            context.found.push(text.error(codes::WRONG_KIND, message, &hooks.span));
            return (Vec::new(), 0);
        }
    };
    let count = items.len();
    let at = Found { path: path.to_owned(), file };
    let definitions = items
        .into_iter()
        .filter_map(|item| take(at.clone(), Rc::clone(&text), item, context))
        .collect();
    (definitions, count)
}

/// The value of `hooks`: from its own lines if they can be read alone (aliases
/// may point elsewhere), else from the whole file.
fn hooks_of(text: &Text, context: &mut Context<'_>) -> Option<Node> {
    let whole = 0..text.text.len();
    let parts = section::find(&text.text).into_iter().chain([whole]);
    let mut fault = None;
    for part in parts {
        let part = ReplacedText::new(text, part, context);
        match yaml::parse(&part.text, LARGE) {
            Ok(tree) => {
                let hooks = tree.get("hooks")?.value.clone();
                return Some(part.settle_hooks(&hooks, context));
            }
            // What is wrong with the hooks' own lines is what counts.
            Err(error) if fault.is_none() => {
                if part.tell_left(context) {
                    return None;
                }
                let span = part.on_disk(&error.span);
                fault = Some(Diagnostic {
                    hint: error.hint,
                    ..text.finding(Severity::Error, error.code, part.message(&error.message), &span)
                });
            }
            Err(_) => {}
        }
    }
    context.found.extend(fault);
    None
}

fn take(at: Found, text: Rc<Text>, tree: Node, context: &mut Context<'_>) -> Option<Parsed> {
    let literal = std::collections::BTreeSet::new();
    let shape = Shape { kind: Kind::Hook, style: Style::Deploy };
    definition::read(at, text, tree.clone(), &tree, literal, shape, context)
}
