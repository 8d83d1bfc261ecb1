//! How each layout writes a definition down.
//!
//! The main type is [`Form`]. It turns edits and new definitions into file
//! contents; which edits, it doesn't know.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::yaml_form::YamlForm;
use super::{ExportOptions, deploy, render};
use crate::model::{Kind, Live};
use crate::source::Layout;
use crate::source::definition::{Context, Parsed};
use crate::source::deploy_cli::{self, HOOKS, TRIGGERS, raw, section_of};
use crate::source::native::{self, Gathered, ParsedBindings};
use crate::source::node::{Node, Value};
use crate::source::schema;
use crate::source::walk::{Root, display};
use crate::source::write::{Batch, NewContent};
use crate::source::yaml::{self, Edit, Edited, SMALL};

/// The layout of a folder, with what is to be written in it so far.
pub(crate) enum Form {
    /// One YAML file for each definition, in this folder; new ones in that.
    Native { folder: PathBuf, new: PathBuf, kind: Kind },
    /// One JSON file for each definition, in the folder of its kind in this one.
    Json { folder: PathBuf, kind: Kind },
    /// A list in one YAML file.
    Yaml(YamlForm),
}

/// What became of one definition's text.
pub(crate) enum Outcome {
    /// It is written, in place.
    InPlace,
    /// It is written, without its comments.
    Rewritten,
    /// No text was found that says it.
    Impossible,
    /// There was nothing to change after all.
    Nothing,
}

impl Form {
    /// The form of a folder: its own, else the one that is asked for. `None`
    /// if both exist and differ.
    pub(crate) fn of(dir: &Path, options: &ExportOptions<'_>) -> Option<Self> {
        let (wanted, kind) = (options.layout, options.kind);
        let yaml = |file: PathBuf| {
            let under = options.under.and_then(|plan| plan.batch.writes.get(&file)).cloned();
            Self::Yaml(YamlForm {
                file,
                kind,
                under,
                orders: Vec::new(),
                text: None,
                items: Vec::new(),
                bare: BTreeSet::new(),
                edits: Vec::new(),
                removed: Vec::new(),
                new: Vec::new(),
            })
        };
        match (deploy_cli::recognise(dir), wanted) {
            (Some(deploy_cli::Tree::Directory(root)), None | Some(Layout::DeployCli)) => {
                Some(Self::Json { folder: root, kind })
            }
            (Some(deploy_cli::Tree::Yaml(file)), None | Some(Layout::DeployCliYaml)) => {
                Some(yaml(file))
            }
            (Some(_), _) => None,
            (None, Some(Layout::DeployCli)) => Some(Self::Json { folder: dir.to_owned(), kind }),
            (None, Some(Layout::DeployCliYaml)) => Some(yaml(dir.join("tenant.yaml"))),
            (None, None | Some(Layout::Native)) => {
                let own = if kind == Kind::Action { "actions" } else { "hooks" };
                let new = if options.both { dir.join(own) } else { dir.to_owned() };
                Some(Self::Native { folder: dir.to_owned(), new, kind })
            }
        }
    }

    /// The folder that everything lies in.
    pub(crate) fn folder(&self) -> PathBuf {
        match self {
            Self::Native { folder, .. } | Self::Json { folder, .. } => folder.clone(),
            Self::Yaml(form) => deploy_cli::root_of(&deploy_cli::Tree::Yaml(form.file.clone())),
        }
    }

    /// The folder that new definitions and scripts go to, and how a definition
    /// calls it.
    pub(crate) fn scripts(&self) -> (PathBuf, String) {
        match self {
            Self::Native { new, .. } => (new.clone(), String::new()),
            Self::Json { folder, kind: Kind::Hook } => (folder.join(HOOKS), "./".to_owned()),
            Self::Json { kind, .. } | Self::Yaml(YamlForm { kind, .. }) => {
                let own = section_of(*kind);
                (self.folder().join(own), format!("./{own}/"))
            }
        }
    }

    /// Whether definitions can list literal markers.
    pub(crate) fn has_literals(&self) -> bool {
        matches!(self, Self::Native { .. })
    }

    /// Whether it holds actions in the Deploy CLI's shape.
    pub(crate) fn has_deploy_actions(&self) -> bool {
        match self {
            Self::Native { .. } => false,
            Self::Json { kind, .. } | Self::Yaml(YamlForm { kind, .. }) => *kind != Kind::Hook,
        }
    }

    /// What is there of a kind.
    pub(crate) fn read(&mut self, root: &Root, kind: Kind, context: &mut Context<'_>) -> Gathered {
        context.has_literals = self.has_literals();
        let tree = match self {
            Self::Native { .. } => {
                let mut gathered = native::read(root, None, context);
                gathered.definitions.retain(|parsed| parsed.kind == kind);
                return gathered;
            }
            Self::Json { folder, .. } => deploy_cli::Tree::Directory(folder.clone()),
            Self::Yaml(form) if !form.file.exists() => return Gathered::default(),
            Self::Yaml(form) => deploy_cli::Tree::Yaml(form.file.clone()),
        };
        let gathered = deploy_cli::read(root, &tree, Some(kind), context);
        if let Self::Yaml(form) = self {
            let Gathered { definitions, bindings, .. } = &gathered;
            let first = definitions.first().map(|definition| &definition.text);
            form.text = first.or_else(|| bindings.first().map(|file| &file.text)).cloned();
            let item = |definition: &Parsed| {
                let mut item = raw::as_written(&definition.written, &definition.text);
                raw::quote_markers(&mut item, &mut form.bare);
                item
            };
            form.items = definitions.iter().map(item).collect();
        }
        gathered
    }

    /// A new script's path for a definition in `beside` (or a new one), and
    /// what it is called there.
    pub(crate) fn new_script(&self, stem: &str, beside: Option<&Path>) -> (PathBuf, String) {
        let (folder, prefix) = self.scripts();
        let folder = beside.filter(|_| self.has_literals()).unwrap_or(&folder);
        let file = if self.has_deploy_actions() { "/code.js" } else { ".js" };
        let file = format!("{stem}{file}");
        (folder.join(&file), format!("{prefix}{file}"))
    }

    /// The folder that goes with an action's own JSON file, unless it is there.
    pub(crate) fn own_folder(&self, definition: &Parsed) -> Option<String> {
        let Self::Json { .. } = self else { return None };
        let folder = definition.at.path.with_extension("");
        let stem = folder.file_name()?.to_str()?.to_owned();
        (!folder.exists()).then_some(stem)
    }

    /// Changes a definition.
    pub(crate) fn update(
        &mut self,
        index: usize,
        (definition, live): (&Parsed, &Live),
        edits: Vec<Edit>,
        batch: &mut Batch,
    ) -> Outcome {
        let text = &definition.text.text;
        let is_deploy = self.has_deploy_actions();
        let own = |tree: &Node, edits: Vec<Edit>| match is_deploy {
            true => deploy::edits(definition, tree, live, &edits),
            false => edits,
        };
        let edited = match self {
            Self::Native { .. } => edit(text, &definition.written, &edits, header(definition.kind)),
            Self::Json { .. } => {
                let mut tree = raw::as_written(&definition.written, &definition.text);
                let edits = own(&tree, edits);
                if edits.is_empty() {
                    return Outcome::Nothing;
                }
                edits.iter().for_each(|edit| yaml::change_tree(&mut tree, edit));
                Some(Edited { text: raw::json(&tree), rewritten: false })
            }
            Self::Yaml(form) => {
                let edits = own(&form.items[index], edits);
                if edits.is_empty() {
                    return Outcome::Nothing;
                }
                let place = [section_of(form.kind).to_owned(), index.to_string()];
                form.edits.extend(edits.into_iter().map(|edit| edit.below(&place)));
                return Outcome::InPlace;
            }
        };
        let Some(Edited { text: new, rewritten }) = edited else { return Outcome::Impossible };
        let content = NewContent { text: new, before: Some(text.to_string()) };
        batch.writes.insert(definition.at.path.clone(), content);
        if rewritten { Outcome::Rewritten } else { Outcome::InPlace }
    }

    /// Writes a new definition. Returns its file, `None` if that can't be done.
    pub(crate) fn create(&mut self, stem: &str, tree: Node, batch: &mut Batch) -> Option<PathBuf> {
        let (path, text) = match self {
            Self::Native { new, kind, .. } => {
                let text = format!("{}{}", header(*kind), yaml::emit(&tree, SMALL)?);
                add_schema(new, *kind, batch);
                (new.join(format!("{stem}.yaml")), text)
            }
            Self::Json { folder, kind } => {
                let tree = match kind {
                    Kind::Hook => render::in_deploy_order(tree),
                    Kind::Action | Kind::Bindings => tree,
                };
                (folder.join(section_of(*kind)).join(format!("{stem}.json")), raw::json(&tree))
            }
            Self::Yaml(form) => {
                let tree = match form.kind {
                    Kind::Hook => render::in_deploy_order(tree),
                    _ => deploy::in_yaml_order(tree),
                };
                yaml::emit(&tree, SMALL)?;
                form.new.push(tree);
                return Some(form.file.clone());
            }
        };
        batch.create(path.clone(), text);
        Some(path)
    }

    /// What a tree without any hook is known by.
    pub(crate) fn leave_empty(&self, batch: &mut Batch) {
        match self {
            Self::Native { .. } => {}
            Self::Json { folder, kind } => {
                let own = folder.join(section_of(*kind));
                batch.folders.extend(Some(own).filter(|own| !own.exists()));
            }
            Self::Yaml(form) => {
                if form.new.is_empty() && !form.file.exists() {
                    batch.create(form.file.clone(), format!("{}: []\n", section_of(form.kind)));
                }
            }
        }
    }

    /// Removes a definition. Returns what of it is removed, in words.
    pub(crate) fn remove(
        &mut self,
        index: usize,
        definition: &Parsed,
        batch: &mut Batch,
    ) -> String {
        let shown = display(&definition.at.path);
        match self {
            Self::Native { .. } | Self::Json { .. } => {
                batch.removals.insert(definition.at.path.clone());
                shown
            }
            Self::Yaml(form) => {
                form.removed.push(index);
                format!("{shown} (its entry)")
            }
        }
    }

    /// Sets the orders of triggers, in the Deploy CLI's shape. `file` is the one
    /// that holds them now. Gives the file that changes.
    pub(crate) fn set_orders(
        &mut self,
        file: Option<&ParsedBindings>,
        orders: Vec<(String, Value)>,
        batch: &mut Batch,
    ) -> Option<PathBuf> {
        match self {
            Self::Native { .. } => None,
            Self::Json { folder, .. } => {
                let (path, mut tree, before) = match file {
                    Some(file) => (
                        file.at.path.clone(),
                        raw::as_written(&file.written, &file.text),
                        Some(file.text.text.to_string()),
                    ),
                    None => {
                        let path = folder.join(TRIGGERS).join("triggers.json");
                        let before = std::fs::read_to_string(&path).ok();
                        (path, render::node(Value::Map(Vec::new())), before)
                    }
                };
                for (trigger, order) in orders {
                    yaml::change_tree(&mut tree, &Edit::Set(vec![trigger], order));
                }
                batch.writes.insert(path.clone(), NewContent { text: raw::json(&tree), before });
                Some(path)
            }
            Self::Yaml(form) => {
                form.orders = orders;
                Some(form.file.clone())
            }
        }
    }

    /// Puts what was gathered into the batch, once all is known.
    pub(crate) fn finish(self, batch: &mut Batch) -> Outcome {
        match self {
            Self::Native { .. } | Self::Json { .. } => Outcome::InPlace,
            Self::Yaml(form) => form.finish(batch),
        }
    }
}

/// Changes a file of hooksync's own layout. A text without its comments still
/// has the line of its schema.
pub(super) fn edit(text: &str, tree: &Node, edits: &[Edit], header: &str) -> Option<Edited> {
    let mut edited = yaml::edit(text, tree, edits, SMALL)?;
    if edited.rewritten && text.starts_with(header) {
        edited.text.insert_str(0, header);
    }
    Some(edited)
}

/// The line by which editors find the schema of a kind.
fn header(kind: Kind) -> &'static str {
    match kind {
        Kind::Hook => schema::HEADER,
        Kind::Action => schema::ACTION_HEADER,
        Kind::Bindings => schema::BINDINGS_HEADER,
    }
}

/// The schema that new definitions name, unless it is there already.
pub(crate) fn add_schema(folder: &Path, kind: Kind, batch: &mut Batch) {
    let (file, text) = match kind {
        Kind::Hook => (schema::HOOK_FILE, schema::hook()),
        Kind::Action => (schema::ACTION_FILE, schema::action()),
        Kind::Bindings => (schema::BINDINGS_FILE, schema::bindings()),
    };
    let path = folder.join(schema::FOLDER).join(file);
    let before = std::fs::read_to_string(&path).ok();
    if before.as_ref() != Some(&text) {
        batch.writes.insert(path, NewContent { text, before });
    }
}
