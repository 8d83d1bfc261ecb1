//! Hooks, actions and bindings out of a Deploy CLI tree.
//!
//! Must not write.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::replaced::ReplacedText;
use super::{READ, Tree, above, actions, files, section, section_of, speaks_of};
use crate::model::{Diagnostic, Kind};
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
    let (has_hooks, has_actions) = (meant(Kind::Hook), meant(Kind::Action));
    let all = Gathered { has_hooks, has_actions, ..Gathered::default() };
    let kinds = Kind::ALL.into_iter().filter(|kind| match kind {
        Kind::Hook => has_hooks,
        Kind::Action | Kind::Bindings => has_actions,
    });
    let mut reader = Reader { root, all, context };
    match tree {
        Tree::Directory(folder) => {
            for kind in kinds {
                let folder = folder.join(section_of(kind));
                let mut paths: Vec<PathBuf> = files(&folder, &["json"]).collect();
                paths.sort();
                // of the files with bindings the first is the one that counts
                paths.truncate(if kind == Kind::Bindings { 1 } else { usize::MAX });
                paths.into_iter().for_each(|path| reader.file(path, kind));
            }
        }
        Tree::File(file) => {
            let folder = file.parent().and_then(Path::file_name);
            let is_of = |kind: &Kind| folder.is_some_and(|folder| folder == section_of(*kind));
            let kind = Kind::ALL.into_iter().find(is_of).unwrap_or(Kind::Hook);
            reader.file(file.clone(), kind);
        }
        Tree::Yaml(file) => reader.yaml(file, kinds),
    }
    reader.all
}

/// Reads files of a tree into what was read so far.
struct Reader<'r, 'a> {
    root: &'r Root,
    all: Gathered,
    context: &'r mut Context<'a>,
}

impl Reader<'_, '_> {
    /// The file of one definition, or of all bindings.
    fn file(&mut self, path: PathBuf, kind: Kind) {
        let file = display(&path);
        *self.all.count_of(kind) += 1;
        if !self.root.holds(&path).unwrap_or(false) {
            return self.refuse_link(file);
        }
        match file::read(&path, &file, kind.as_str()).and_then(file::without_nul) {
            Ok(text) => {
                if let Some(tree) = self.json(&text) {
                    self.take(Found { path, file }, Rc::new(text), tree, kind);
                }
            }
            Err(found) => self.context.found.push(*found),
        }
    }

    fn refuse_link(&mut self, file: String) {
        let message = "the symbolic link leads out of the tree";
        self.context.found.push(Diagnostic::error(codes::LINK_LEAVES, message).in_file(file));
    }

    fn json(&mut self, text: &Text) -> Option<Node> {
        let body = text.text.len() - text.text.trim_start_matches('\u{feff}').len();
        let part = ReplacedText::new(text, body..text.text.len(), self.context);
        if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(&part.text) {
            if !part.tell_left(self.context) {
                let span = part.on_disk(&place(&part.text, error.line(), error.column()));
                let message = error.to_string();
                let message = message.split(" at line ").next().unwrap_or(&message);
                let message = format!("not valid JSON: {}", part.message(message));
                self.context.found.push(text.error(codes::JSON_SYNTAX, message, &span));
            }
            return None;
        }
        // JSON is YAML, and the YAML reader knows places.
        match yaml::parse(&part.text, LARGE) {
            Ok(tree) => Some(part.settle_hook(&tree, self.context)),
            Err(fault) => {
                let message = part.message(&fault.message);
                let found = text.error(fault.code, message, &part.on_disk(&fault.span));
                self.context.found.push(found);
                None
            }
        }
    }

    /// The sections of some kinds.
    fn yaml(&mut self, path: &Path, kinds: impl Iterator<Item = Kind>) {
        let file = display(path);
        if !self.root.holds(path).unwrap_or(true) {
            return self.refuse_link(file);
        }
        let text = file::read_up_to(path, &file, "file", MAX_YAML).and_then(file::without_nul);
        let text = match text {
            Ok(text) => Rc::new(text),
            Err(found) => return self.context.found.push(*found),
        };
        let at = Found { path: path.to_owned(), file };
        for kind in kinds {
            let key = section_of(kind);
            let Some(section) = self.section(&text, key) else { continue };
            let items = match section.value {
                _ if kind == Kind::Bindings => vec![section],
                Value::List(items) => items,
                Value::Null => Vec::new(),
                other => {
                    let message = format!("`{key}` must be a list, and this is {}", other.kind());
                    self.context.found.push(text.error(codes::WRONG_KIND, message, &section.span));
                    continue;
                }
            };
            for item in items {
                *self.all.count_of(kind) += 1;
                self.take(at.clone(), Rc::clone(&text), item, kind);
            }
        }
    }

    /// The value of a section: from its own lines if they can be read alone
    /// (aliases may point elsewhere), else from the whole file.
    fn section(&mut self, text: &Text, key: &str) -> Option<Node> {
        let whole = 0..text.text.len();
        let parts = section::find(&text.text, key).into_iter().chain([whole]);
        let mut fault = None;
        for part in parts {
            let part = ReplacedText::new(text, part, self.context);
            match yaml::parse(&part.text, LARGE) {
                Ok(tree) => {
                    return Some(part.settle_hooks(&tree.get(key)?.value, self.context));
                }
                // What is wrong with the section's own lines is what counts.
                Err(error) if fault.is_none() => {
                    if part.tell_left(self.context) {
                        return None;
                    }
                    let span = part.on_disk(&error.span);
                    let found = text.error(error.code, part.message(&error.message), &span);
                    fault = Some(Diagnostic { hint: error.hint, ..found });
                }
                Err(_) => {}
            }
        }
        self.context.found.extend(fault);
        None
    }

    /// Takes one map apart, or the map of all bindings.
    fn take(&mut self, at: Found, text: Rc<Text>, tree: Node, kind: Kind) {
        let Self { root, all, context } = self;
        let resolved = match kind {
            Kind::Hook => tree.clone(),
            Kind::Action if actions::is_installed(&tree) => {
                all.actions -= 1;
                return;
            }
            Kind::Action => {
                let folder = at.path.parent();
                let below = folder.and_then(|folder| folder.strip_prefix(&root.given).ok());
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
        let (literal, shape) = (BTreeSet::new(), Shape { kind, style: Style::Deploy });
        all.definitions
            .extend(definition::read(at, text, tree, &resolved, literal, shape, context));
    }
}

/// The bytes of a line and column as `serde_json` counts them.
fn place(text: &str, line: usize, column: usize) -> std::ops::Range<usize> {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let at = (before + column.saturating_sub(1)).min(text.len());
    at..at
}
