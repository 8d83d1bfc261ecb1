//! Definitions out of files: one DIR, or a folder for each kind.
//!
//! The main functions are [`load`] and [`load_kinds`]. Which layout a folder
//! has, and which kinds it puts into play, is decided here and nowhere else.
//! Must not take a file apart.

use std::path::Path;

use super::definition::{self, Context, Parsed, check};
use super::native::{self, Gathered};
use super::walk::{self, Root, display};
use super::{Keywords, Layout, LoadOptions, codes, deploy_cli, leftover, passed_over, schema};
use crate::model::{BindingsOrder, Definition, DesiredState, Diagnostic, InPlay, Kind, Severity};

/// A folder's definitions, and everything that is to be said of them.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// What could be read. To be used only if no finding is an error.
    pub desired: DesiredState,
    /// All findings, in order of file and place.
    pub diagnostics: Vec<Diagnostic>,
    /// How many definitions there are, faulty ones included.
    pub definitions: usize,
    /// How the folder is laid out.
    pub layout: Layout,
    /// Whether DIR was the file of one definition: then nothing else is meant.
    pub alone: bool,
}

/// Reads all definitions of a DIR: a folder, a Deploy CLI tree, or the file of
/// one definition. Files are called as `dir` is written.
#[must_use]
pub fn load(dir: &Path, options: &LoadOptions) -> Loaded {
    let mut context = Context::new(&options.keywords, options.allow_unresolved);
    let mut all = All::default();
    let folder = walk::kind_of_folder(dir);
    all.dir(dir, folder, &mut context);
    let in_play = all.in_play(folder);
    all.finish(in_play, context, options)
}

/// Reads the folder of each kind; `None` where there is none.
#[must_use]
pub fn load_kinds(hooks: Option<&Path>, actions: Option<&Path>, options: &LoadOptions) -> Loaded {
    let mut context = Context::new(&options.keywords, options.allow_unresolved);
    let mut all = All::default();
    for (kind, dir) in [(Kind::Hook, hooks), (Kind::Action, actions)] {
        let Some(dir) = dir else { continue };
        context.default_kind = kind;
        let alone = hooks.is_none() || actions.is_none();
        let only = if alone { walk::kind_of_folder(dir) } else { Some(kind) };
        all.dir(dir, only, &mut context);
    }
    let folder = match (hooks, actions) {
        (Some(_), None) => Some(Kind::Hook),
        (None, Some(_)) => Some(Kind::Action),
        _ => None,
    };
    let mut in_play = all.in_play(folder);
    in_play.actions |= actions.is_some();
    all.finish(in_play, context, options)
}

/// What is to be said of a folder without definitions. One that an export or
/// `new` has written in is no slip: it may say that there are to be none. So
/// may an empty tree of the Deploy CLI.
fn empty(root: &Root, dir: &Path) -> Diagnostic {
    let message = "there are no definitions below this folder";
    let is_tree = [Kind::Hook, Kind::Action].into_iter().any(|kind| root.has_folder(kind.plural()));
    if root.given.join(schema::FOLDER).is_dir() || is_tree {
        let message =
            format!("{message}; what the tenant has is left alone, unless deletes are allowed");
        return Diagnostic::warning(codes::NO_DEFINITIONS, message).in_file(display(dir));
    }
    Diagnostic::error(codes::NO_DEFINITIONS, message)
        .in_file(display(dir))
        .hint("`hooksync init` starts a project, `hooksync export` writes what a tenant has")
}

/// Which kinds a folder in hooksync's own layout speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Contents {
    /// There are hooks, or an empty folder for them and no actions.
    pub hooks: bool,
    /// There are actions, bindings, or an empty folder for them.
    pub actions: bool,
    /// Hooks are somewhere else than in a folder `hooks`.
    pub hooks_right_in_it: bool,
}

/// Looks which kinds a folder speaks of. One that isn't there speaks of none.
#[must_use]
pub fn contents(dir: &Path) -> Contents {
    let Ok(root) = Root::open(dir) else { return Contents::default() };
    let keywords = Keywords::default();
    let gathered = native::read(&root, None, &mut Context::new(&keywords, true));
    let actions = gathered.actions + gathered.orders > 0 || root.has_folder("actions");
    Contents {
        hooks: gathered.hooks > 0 || (root.has_folder("hooks") && !actions),
        actions,
        hooks_right_in_it: gathered.hooks > 0 && !root.has_folder("hooks"),
    }
}

/// The same of one of the Deploy CLI's trees; `None` for another folder.
#[must_use]
pub fn contents_of_tree(dir: &Path) -> Option<Contents> {
    let tree = deploy_cli::recognise(dir)?;
    let of = |kind| deploy_cli::speaks_of(&tree, kind);
    let (hooks, actions) = (of(Kind::Hook), of(Kind::Action));
    Some(Contents { hooks, actions, hooks_right_in_it: false })
}

/// What was read so far.
#[derive(Default)]
struct All {
    definitions: Vec<(Root, Parsed)>,
    bindings: Vec<BindingsOrder>,
    hooks: usize,
    actions: usize,
    /// Whether there are folders or sections of a kind, full or empty.
    has_hooks: bool,
    has_actions: bool,
    layout: Option<Layout>,
    alone: bool,
}

impl All {
    /// `only`: the kind that the folder stands for in a tree.
    fn dir(&mut self, dir: &Path, only: Option<Kind>, context: &mut Context<'_>) {
        if let Some(tree) = deploy_cli::recognise(dir) {
            context.found.extend(passed_over::beside_tree(&tree));
            return self.tree(&tree, only, context);
        }
        if let Some(file) = deploy_cli::without_hooks(dir) {
            let message = "this file has neither hooks nor actions, so there is nothing to compare";
            let found = Diagnostic::error(codes::NO_DEFINITIONS, message).in_file(display(&file));
            context.found.push(found.hint(
                "add `hooks:` with a list, or `hooks: []` for none; `hooksync export` writes those of the tenant",
            ));
            self.layout = Some(Layout::DeployCliYaml);
            return;
        }
        let (root, alone) = match walk::Root::of(dir) {
            Ok(opened) => opened,
            Err(found) => return context.found.push(*found),
        };
        self.alone |= alone.is_some();
        let gathered = native::read(&root, alone.as_deref(), context);
        if alone.is_none() {
            context.found.extend(passed_over::in_native(&root));
            self.has_hooks |= root.has_folder("hooks");
            self.has_actions |= root.has_folder("actions");
        }
        let count = gathered.count();
        if count == 0 && !context.found.iter().any(Diagnostic::is_error) {
            context.found.push(empty(&root, dir));
        }
        if alone.is_none() {
            context.found.extend(leftover::notes(&root, &gathered, &context.found));
        }
        self.layout.get_or_insert(Layout::Native);
        self.add(&root, gathered);
    }

    fn tree(&mut self, tree: &deploy_cli::Tree, only: Option<Kind>, context: &mut Context<'_>) {
        self.layout = Some(match tree {
            deploy_cli::Tree::Directory(_) | deploy_cli::Tree::File(_) => Layout::DeployCli,
            deploy_cli::Tree::Yaml(_) => Layout::DeployCliYaml,
        });
        self.alone |= matches!(tree, deploy_cli::Tree::File(_));
        let root = match Root::open(&deploy_cli::root_of(tree)) {
            Ok(root) => root,
            Err(found) => return context.found.push(*found),
        };
        context.has_literals = false;
        let gathered = deploy_cli::read(&root, tree, only, context);
        context.has_literals = true;
        self.has_hooks |= gathered.has_hooks;
        self.has_actions |= gathered.has_actions;
        if gathered.count() == 0 && context.found.is_empty() {
            let message = "there are no hooks in this tree; those of the tenant are left alone, \
                           unless deletes are allowed";
            let found = Diagnostic::warning(codes::NO_DEFINITIONS, message);
            context.found.push(found.in_file(tree.shown()));
        }
        self.add(&root, gathered);
    }

    fn add(&mut self, root: &Root, gathered: Gathered) {
        let Gathered { definitions, bindings, hooks, actions, orders, .. } = gathered;
        self.hooks += hooks;
        self.actions += actions + orders;
        self.bindings.extend(bindings.into_iter().flat_map(|file| file.orders));
        self.definitions.extend(definitions.into_iter().map(|parsed| (root.clone(), parsed)));
    }

    /// Which kinds are compared: those that a folder stands for or that have
    /// definitions.
    fn in_play(&self, folder: Option<Kind>) -> InPlay {
        let actions = self.actions > 0 || self.has_actions || folder == Some(Kind::Action);
        let hooks = match folder {
            Some(Kind::Hook) => true,
            Some(_) => self.hooks > 0,
            // An empty folder of hooks beside actions is the end of a migration.
            None => self.hooks > 0 || !actions,
        };
        InPlay { hooks, actions }
    }

    fn finish(self, in_play: InPlay, mut context: Context<'_>, options: &LoadOptions) -> Loaded {
        let count = self.hooks + self.actions;
        let parsed: Vec<&Parsed> = self.definitions.iter().map(|(_, parsed)| parsed).collect();
        check::together(&parsed, &mut context.found);
        let bindings = check::bindings(self.bindings, &mut context.found);
        if self.has_hooks && !in_play.hooks {
            let message =
                "there are no more definitions of hooks: those of the tenant are left alone";
            context.found.push(Diagnostic::new(codes::NOT_IN_PLAY, Severity::Note, message));
        }
        let complete =
            |(root, parsed): (Root, Parsed)| definition::complete(&root, parsed, &mut context);
        let mut definitions: Vec<_> = self.definitions.into_iter().filter_map(complete).collect();
        definitions.sort_by_key(Definition::address);
        // a second one of a name has been reported
        definitions.dedup_by(|a, b| a.address() == b.address());
        check::bound(&definitions, &bindings, &mut context.found);
        let Context { used, found: mut diagnostics, .. } = context;
        diagnostics.extend(options.keywords.notes(&used));
        if diagnostics.iter().any(Diagnostic::is_error) {
            // what is left over, or used by nothing, can't be known yet
            let unknown = [codes::LEFT_OVER, codes::UNUSED_KEYWORD];
            diagnostics.retain(|found| !unknown.contains(&found.code));
        }
        diagnostics.sort();
        diagnostics.dedup();
        Loaded {
            desired: DesiredState { definitions, bindings, in_play },
            diagnostics,
            definitions: count,
            layout: self.layout.unwrap_or(Layout::Native),
            alone: self.alone,
        }
    }
}
