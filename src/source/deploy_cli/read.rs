//! Hooks, actions and bindings out of a Deploy CLI tree.
//!
//! Must not write.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::replaced::ReplacedText;
use super::{
    ACTIONS, HOOKS, READ, TRIGGERS, Tree, above, actions, files, section, section_of, speaks_of,
};
use crate::model::{Diagnostic, Kind, Severity};
use crate::source::codes;
use crate::source::definition::{self, Context, Shape, Style};
use crate::source::file::{self, Text};
use crate::source::native::{Gathered, ParsedBindings};
use crate::source::node::{Node, Value};
use crate::source::walk::{Found, Root, display, folder_of};
use crate::source::yaml::{self, LARGE};

/// The largest `tenant.yaml`: it holds far more than hooks.
const MAX_YAML: u64 = 10_000_000;

/// The folder that scripts have to lie in.
pub(crate) fn root_of(tree: &Tree) -> PathBuf {
    match tree {
        Tree::Directory(root) => root.clone(),
        Tree::Yaml(file) | Tree::File(file) => {
            let folder = folder_of(file);
            let of_kind = READ.iter().any(|name| folder.ends_with(name));
            let is_below = matches!(tree, Tree::File(_)) && of_kind;
            if is_below { above(folder) } else { folder.to_owned() }
        }
    }
}

/// All of a kind in a tree (`None`: of every kind), as far as it can be read,
/// and how much there is.
pub(crate) fn read(
    root: &Root,
    tree: &Tree,
    only: Option<Kind>,
    context: &mut Context<'_>,
) -> Gathered {
    let meant = |kind: Kind| only.is_none_or(|only| only == kind) && speaks_of(tree, kind);
    let mut all = Gathered {
        has_hooks: meant(Kind::Hook),
        has_actions: meant(Kind::Action),
        ..Gathered::default()
    };
    let sorted = |folder: &Path| {
        let mut paths: Vec<PathBuf> = files(folder, &["json"]).collect();
        paths.sort();
        paths
    };
    match tree {
        Tree::Directory(folder) => {
            if all.has_hooks {
                let paths = sorted(&folder.join(HOOKS));
                read_files(root, paths, Kind::Hook, &mut all, context);
            }
            if all.has_actions {
                let paths = sorted(&folder.join(ACTIONS));
                read_files(root, paths, Kind::Action, &mut all, context);
                // the first file is the one that counts
                let paths = sorted(&folder.join(TRIGGERS)).into_iter().take(1).collect();
                read_files(root, paths, Kind::Bindings, &mut all, context);
            }
        }
        Tree::File(file) => {
            let kind = match file.parent().and_then(Path::file_name) {
                Some(folder) if folder == ACTIONS => Kind::Action,
                Some(folder) if folder == TRIGGERS => Kind::Bindings,
                _ => Kind::Hook,
            };
            read_files(root, vec![file.clone()], kind, &mut all, context);
        }
        Tree::Yaml(file) => read_yaml(root, file, &mut all, context),
    }
    all
}

fn read_files(
    root: &Root,
    paths: Vec<PathBuf>,
    kind: Kind,
    all: &mut Gathered,
    context: &mut Context<'_>,
) {
    for path in paths {
        let file = display(&path);
        *all.count_of(kind) += 1;
        if !root.holds(&path).unwrap_or(false) {
            let message = "the symbolic link leads out of the tree";
            context.found.push(Diagnostic::error(codes::LINK_LEAVES, message).in_file(file));
            continue;
        }
        match file::read(&path, &file, kind.as_str()).and_then(file::without_nul) {
            Ok(text) => {
                if let Some((text, tree)) = read_json(text, context) {
                    take(root, Found { path, file }, Rc::new(text), tree, kind, all, context);
                }
            }
            Err(found) => context.found.push(*found),
        }
    }
}

fn read_json(text: Text, context: &mut Context<'_>) -> Option<(Text, Node)> {
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
    drop(part);
    Some((text, tree))
}

/// The bytes of a line and column as `serde_json` counts them.
fn place(text: &str, line: usize, column: usize) -> std::ops::Range<usize> {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let at = (before + column.saturating_sub(1)).min(text.len());
    at..at
}

fn read_yaml(root: &Root, path: &Path, all: &mut Gathered, context: &mut Context<'_>) {
    let file = display(path);
    if !root.holds(path).unwrap_or(true) {
        let message = "the symbolic link leads out of the tree";
        context.found.push(Diagnostic::error(codes::LINK_LEAVES, message).in_file(file));
        return;
    }
    let text = file::read_up_to(path, &file, "file", MAX_YAML).and_then(file::without_nul);
    let text = match text {
        Ok(text) => Rc::new(text),
        Err(found) => return context.found.push(*found),
    };
    let at = Found { path: path.to_owned(), file };
    for kind in Kind::ALL {
        let meant = match kind {
            Kind::Hook => all.has_hooks,
            Kind::Action | Kind::Bindings => all.has_actions,
        };
        let key = section_of(kind);
        let Some(section) = meant.then(|| section_value(&text, key, context)).flatten() else {
            continue;
        };
        if kind == Kind::Bindings {
            *all.count_of(kind) += 1;
            take(root, at.clone(), Rc::clone(&text), section, kind, all, context);
            continue;
        }
        let items = match section.value {
            Value::List(items) => items,
            Value::Null => Vec::new(),
            other => {
                let message = format!("`{key}` must be a list, and this is {}", other.kind());
                context.found.push(text.error(codes::WRONG_KIND, message, &section.span));
                continue;
            }
        };
        for item in items {
            *all.count_of(kind) += 1;
            take(root, at.clone(), Rc::clone(&text), item, kind, all, context);
        }
    }
}

/// The value of a section: from its own lines if they can be read alone
/// (aliases may point elsewhere), else from the whole file.
fn section_value(text: &Text, key: &str, context: &mut Context<'_>) -> Option<Node> {
    let whole = 0..text.text.len();
    let parts = section::find(&text.text, key).into_iter().chain([whole]);
    let mut fault = None;
    for part in parts {
        let part = ReplacedText::new(text, part, context);
        match yaml::parse(&part.text, LARGE) {
            Ok(tree) => {
                let section = tree.get(key)?.value.clone();
                return Some(part.settle_hooks(&section, context));
            }
            // What is wrong with the section's own lines is what counts.
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

/// Takes one map apart, or the map of all bindings.
fn take(
    root: &Root,
    at: Found,
    text: Rc<Text>,
    tree: Node,
    kind: Kind,
    all: &mut Gathered,
    context: &mut Context<'_>,
) {
    let literal = std::collections::BTreeSet::new();
    let shape = Shape { kind, style: Style::Deploy };
    let resolved = match kind {
        Kind::Hook => tree.clone(),
        Kind::Action if actions::is_installed(&tree) => {
            all.actions -= 1;
            return;
        }
        Kind::Action => {
            let below = at.path.parent().and_then(|folder| folder.strip_prefix(&root.given).ok());
            let below = below.map(|below| below.to_string_lossy().into_owned());
            actions::as_definition(&tree, &root.given, &below.unwrap_or_default())
        }
        Kind::Bindings => {
            let resolved = actions::as_bindings(&tree);
            let orders = definition::bindings::read(&text, &resolved, context);
            all.bindings.push(ParsedBindings { at, text, written: tree, orders });
            return;
        }
    };
    all.definitions.extend(definition::read(at, text, tree, &resolved, literal, shape, context));
}
