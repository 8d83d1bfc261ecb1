//! An existing folder (or none) beside the live hooks: who belongs to whom,
//! and which files change.
//!
//! Reads the folder, writes nothing.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::choice::{Chosen, choose};
use super::fields::{self, Beside};
use super::form::{Form, Outcome, add_schema};
use super::names::Stems;
use super::notes::{note_markers, note_rewritten, note_size, note_unwritable};
use super::scripts::{self, Wanted};
use super::{ExportOptions, ExportPlan, FileAction, HookFiles, Orphan};
use super::{bindings, deploy, render};
use crate::model::{DesiredSecret, Diagnostic, Kind, LiveState, Name, SecretValue};
use crate::source::codes;
use crate::source::definition::{Context, Parsed, check, script};
use crate::source::leftover;
use crate::source::native::{Gathered, ParsedBindings};
use crate::source::walk::{Root, display};
use crate::source::write::{Batch, NewContent};

/// A folder as it is.
pub(crate) struct Tree<'a> {
    form: Form,
    /// `None` if the folder isn't there yet.
    root: Option<Root>,
    definitions: Vec<Parsed>,
    /// The files of bindings, if actions are meant.
    orders: Vec<ParsedBindings>,
    stems: Stems,
    context: Context<'a>,
}

impl<'a> Tree<'a> {
    /// Reads a folder. A missing one is an empty one.
    pub(crate) fn read(
        dir: &Path,
        options: &'a ExportOptions<'_>,
    ) -> Result<Self, Vec<Diagnostic>> {
        let ExportOptions { keywords, kind, .. } = options;
        let Some(mut form) = Form::of(dir, options) else {
            let message = "this folder is a Deploy CLI tree in another layout";
            let found = Diagnostic::error(codes::OTHER_LAYOUT, message).in_file(display(dir));
            return Err(vec![found.hint("export to another folder, or without `--layout`")]);
        };
        let mut context = Context::new(keywords, true);
        let mut stems = Stems::default();
        if std::fs::symlink_metadata(form.folder()).is_err() {
            let (definitions, orders) = (Vec::new(), Vec::new());
            return Ok(Self { form, root: None, definitions, orders, stems, context });
        }
        let root = Root::open(&form.folder()).map_err(|found| vec![*found])?;
        context.default_kind = *kind;
        let mut gathered = form.read(&root, *kind, &mut context);
        let count = *gathered.count_of(*kind);
        let Gathered { definitions, bindings: orders, .. } = gathered;
        check::identities(&definitions.iter().collect::<Vec<_>>(), &mut context.found);
        let usable = definitions.iter().filter(|definition| definition.name.is_some()).count();
        let clash = context.found.iter().any(|found| found.code == codes::SAME_IDENTITY);
        // A file that can't be read at all has no definitions to count.
        let broken = !form.has_literals()
            && definitions.is_empty()
            && context.found.iter().any(Diagnostic::is_error);
        if usable < count || clash || broken {
            let mut errors = context.found;
            errors.retain(Diagnostic::is_error);
            errors.sort();
            return Err(errors);
        }
        // names are taken below it, too
        let depth = if form.has_literals() { usize::MAX } else { 1 };
        let walk = WalkDir::new(form.scripts().0).min_depth(1).max_depth(depth).into_iter();
        walk.flatten().for_each(|entry| stems.take(&entry.file_name().to_string_lossy()));
        Ok(Self { form, root: Some(root), definitions, orders, stems, context })
    }

    /// What has to change.
    pub(crate) fn plan(
        mut self,
        live: &LiveState,
        options: &ExportOptions<'_>,
    ) -> Result<ExportPlan, Vec<Diagnostic>> {
        let mut plan = ExportPlan {
            hooks: Vec::new(),
            orphans: Vec::new(),
            notes: Vec::new(),
            batch: Batch { folder: self.form.folder(), ..Batch::default() },
            secrets: self.definitions.iter().flat_map(secret_values).cloned().collect(),
        };
        let chosen = choose(live, options, &mut plan.notes);
        let (mut known, mut new) = (Vec::new(), Vec::new());
        let mut unmatched: BTreeSet<usize> = (0..self.definitions.len()).collect();
        for one in chosen {
            match self.find(&one.hook.name, live, &unmatched) {
                Some(index) => {
                    unmatched.remove(&index);
                    known.push((index, one));
                }
                None => new.push(one),
            }
        }
        self.update(&known, &unmatched, &mut plan);
        new.iter().for_each(|one| self.create(one, &mut plan));
        self.orphans(&unmatched, live, options, &mut plan);
        if options.kind == Kind::Action {
            match &self.form {
                Form::Native { new, .. } => {
                    bindings::export(&self.orders, new, live, &mut plan);
                }
                Form::Json { .. } | Form::Yaml(_) => {
                    bindings::export_deploy(&self.orders, &mut self.form, live, &mut plan);
                }
            }
        }
        self.leftovers(live, options, &mut plan);
        let source = display(&self.form.folder());
        match self.form.finish(&mut plan.batch) {
            Outcome::InPlace | Outcome::Nothing => {}
            Outcome::Rewritten => note_rewritten(&source, &mut plan),
            Outcome::Impossible => {
                let message = "the list of hooks or actions can't be rewritten without changing other parts of the file";
                let hint = "an anchor (`&name`) in it may be used elsewhere, or the \
                            file may be one map in braces; write it out, or export to a new folder";
                let found = Diagnostic::error(codes::NOT_EXPORTED, message).in_file(source);
                return Err(vec![found.hint(hint)]);
            }
        }
        Ok(plan)
    }

    /// The definition of a live hook: the one with its name, else one that
    /// had it before.
    fn find(&self, name: &Name, live: &LiveState, free: &BTreeSet<usize>) -> Option<usize> {
        let named = |definition: &Parsed, name: &Name| {
            definition.name.as_ref().is_some_and(|placed| placed.value == *name)
        };
        let is_live = |definition: &Parsed| {
            live.of(definition.kind).any(|hook| named(definition, &hook.name))
        };
        let own = free.iter().find(|&&index| named(&self.definitions[index], name));
        let former = || {
            free.iter().find(|&&index| {
                let definition = &self.definitions[index];
                definition.renamed_from.iter().any(|former| former.value == *name)
                    && !is_live(definition)
            })
        };
        own.or_else(former).copied()
    }

    fn update(
        &mut self,
        known: &[(usize, Chosen<'_>)],
        unmatched: &BTreeSet<usize>,
        plan: &mut ExportPlan,
    ) {
        let Some(root) = self.root.clone() else { return };
        let mut wanted: Vec<Wanted> = known
            .iter()
            .map(|(index, Chosen { hook, .. })| {
                scripts::wanted(&root, &self.definitions[*index], hook, &mut self.context)
            })
            .collect();
        let still: BTreeSet<PathBuf> = unmatched
            .iter()
            .filter_map(|&index| script::path_of(&self.definitions[index])?.canonicalize().ok())
            .collect();
        scripts::untangle(&mut wanted, &still);
        for ((index, chosen), wanted) in known.iter().zip(wanted) {
            self.update_one(*index, chosen, wanted, plan);
        }
    }

    fn update_one(
        &mut self,
        index: usize,
        &Chosen { hook, with_enabled }: &Chosen<'_>,
        wanted: Wanted,
        plan: &mut ExportPlan,
    ) {
        let Self { definitions, stems, form, .. } = self;
        let definition = &definitions[index];
        let source = definition.text.file.clone();
        let mut files = HookFiles {
            kind: hook.kind(),
            name: hook.name.clone(),
            action: FileAction::Unchanged,
            source: source.clone(),
            written: Vec::new(),
        };
        let folder = definition.at.path.parent().unwrap_or(Path::new(""));
        let Wanted { path, before, becomes: script } = wanted;
        let has_none = script::has_no_code(definition) && script.text.is_empty();
        let new_script = (path.is_none() && !has_none).then(|| {
            let stem = match form.has_deploy_actions() {
                true => form.own_folder(definition).unwrap_or_else(|| stems.give_whole(&hook.name)),
                false => stems.give(&hook.name),
            };
            form.new_script(&stem, Some(folder))
        });
        let (new_path, new_name) = new_script.unzip();
        let path = new_path.or(path);
        let literal: BTreeSet<String> =
            script.literal.union(&render::literal_values(hook)).cloned().collect();
        let lists = form.has_literals();
        let listed = if lists { literal.clone() } else { BTreeSet::new() };
        let beside = Beside { script: new_name, literal: listed, with_enabled };
        let (edits, mut lost) = fields::edits(definition, hook, &beside);
        lost.extend(script.lost);
        note_markers(&source, &lost, &literal, &definition.literal, lists, plan);
        if !edits.is_empty() || form.has_deploy_actions() {
            match form.update(index, (definition, hook), edits, &mut plan.batch) {
                Outcome::Nothing => {}
                Outcome::InPlace => files.written.push(source),
                Outcome::Rewritten => {
                    note_rewritten(&source, plan);
                    files.written.push(source);
                }
                Outcome::Impossible => return note_unwritable(hook, plan),
            }
        }
        if let Some(path) = path.filter(|_| before.as_ref() != Some(&script.text)) {
            files.written.push(display(&path));
            note_size(&path, &script.text, plan);
            let before = before.or_else(|| std::fs::read_to_string(&path).ok());
            plan.batch.writes.insert(path, NewContent { text: script.text, before });
        }
        if !files.written.is_empty() {
            files.action = FileAction::Updated;
        }
        plan.hooks.push(files);
    }

    fn create(&mut self, &Chosen { hook, with_enabled }: &Chosen<'_>, plan: &mut ExportPlan) {
        let stem = match self.form.has_deploy_actions() {
            true => self.stems.give_whole(&hook.name),
            false => self.stems.give(&hook.name),
        };
        let script = hook.script.clone().unwrap_or_default().as_str().to_owned();
        // the Deploy CLI writes no file where there is no code
        let has_none = self.form.has_deploy_actions() && script.is_empty();
        let new_script = (!has_none).then(|| self.form.new_script(&stem, None));
        let script_name = new_script.as_ref().map_or("", |(_, name)| name.as_str());
        let literal = render::literal_markers(hook);
        let lists = self.form.has_literals();
        let listed = if lists { literal.clone() } else { BTreeSet::new() };
        let tree = match self.form.has_deploy_actions() {
            true => deploy::definition(hook, script_name),
            false => {
                let (folder, _) = self.form.scripts();
                render::definition(hook, script_name, &listed, with_enabled, &folder)
            }
        };
        let Some(source) = self.form.create(&stem, tree, &mut plan.batch) else {
            return note_unwritable(hook, plan);
        };
        let none = BTreeSet::new();
        note_markers(&display(&source), &none, &literal, &none, lists, plan);
        let mut written = vec![display(&source)];
        if let Some((path, _)) = new_script {
            note_size(&path, &script, plan);
            written.push(display(&path));
            plan.batch.create(path, script);
        }
        plan.hooks.push(HookFiles {
            kind: hook.kind(),
            name: hook.name.clone(),
            action: FileAction::Created,
            source: display(&source),
            written,
        });
    }

    /// Scripts that no definition uses; and a trace of the export in a folder
    /// that is new or bare and stays so: it says that there are none.
    fn leftovers(&self, live: &LiveState, options: &ExportOptions<'_>, plan: &mut ExportPlan) {
        let new = match &self.form {
            Form::Native { new, .. } => new,
            other => return other.leave_empty(&mut plan.batch),
        };
        match &self.root {
            root if root.as_ref().is_none_or(Root::is_bare)
                && live.of(options.kind).next().is_none() =>
            {
                add_schema(new, options.kind, &mut plan.batch);
            }
            // one folder for both kinds is looked through once
            Some(root) if options.prune_scripts && !(options.both && options.under.is_some()) => {
                for at in leftover::in_folder(root, &options.keywords) {
                    let stem = at.path.file_stem().unwrap_or_default().to_string_lossy();
                    let name = Name::action(&*stem);
                    let removed = vec![at.file.clone()];
                    let kind = options.kind;
                    plan.orphans.push(Orphan { kind, name, source: at.file, removed });
                    plan.batch.removals.insert(at.path);
                }
            }
            _ => {}
        }
    }

    /// Definitions that no live hook has. Their scripts go with them unless
    /// another definition uses them.
    fn orphans(
        &mut self,
        unmatched: &BTreeSet<usize>,
        live: &LiveState,
        options: &ExportOptions<'_>,
        plan: &mut ExportPlan,
    ) {
        let real = |index: usize| script::path_of(&self.definitions[index])?.canonicalize().ok();
        // A live hook that can't be exported doesn't make its definition an orphan.
        let is_live = |name: &Name| live.of(options.kind).any(|hook| hook.name == *name);
        let meant: BTreeSet<usize> = unmatched
            .iter()
            .copied()
            .filter(|&index| {
                let name = self.definitions[index].name.as_ref();
                name.is_some_and(|name| (options.only)(&name.value) && !is_live(&name.value))
            })
            .collect();
        let others = (0..self.definitions.len()).filter(|index| !meant.contains(index));
        let used: BTreeSet<PathBuf> = others.filter_map(real).collect();
        for &index in &meant {
            let definition = &self.definitions[index];
            let Some(name) = &definition.name else { continue };
            let mut removed = Vec::new();
            if options.prune {
                let inside = |path: &PathBuf| {
                    self.root.as_ref().is_some_and(|root| root.holds(path).unwrap_or(false))
                };
                let script = script::path_of(definition).filter(inside);
                let script =
                    script.filter(|_| real(index).is_some_and(|path| !used.contains(&path)));
                removed.push(self.form.remove(index, definition, &mut plan.batch));
                if let Some(path) = script {
                    removed.push(display(&path));
                    plan.batch.removals.insert(path);
                }
            }
            let source = definition.text.file.clone();
            let (kind, name) = (definition.kind, name.value.clone());
            plan.orphans.push(Orphan { kind, name, source, removed });
        }
    }
}

fn secret_values(definition: &Parsed) -> impl Iterator<Item = &SecretValue> {
    definition.secrets.iter().flat_map(|secrets| secrets.values()).filter_map(|secret| match secret
    {
        DesiredSecret::Value(value) => Some(value),
        DesiredSecret::Kept | DesiredSecret::Reference(_) | DesiredSecret::Unresolved { .. } => {
            None
        }
    })
}
