//! Which actions run at which trigger, as files.
//!
//! A list that says what is live stays as it is written; others are set, and
//! triggers that no file mentions go to `bindings.yaml`. Must not touch the
//! disk but to read that file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::deploy;
use super::form::{self, Form, add_schema};
use super::merge::written;
use super::notes::warn;
use super::render::{map, node, text, texts};
use super::{ExportPlan, FileAction, HookFiles};
use crate::model::{
    BindingEntry, BindingsMode, BindingsOrder, BoundAction, Diagnostic, Id, Kind, LiveBinding,
    LiveBindings, LiveState, Name,
};
use crate::source::codes;
use crate::source::native::ParsedBindings;
use crate::source::node::Value;
use crate::source::schema;
use crate::source::walk::display;
use crate::source::write::NewContent;
use crate::source::yaml::{self, Edit, SMALL};

/// The usual file.
pub(super) const FILE: &str = "bindings.yaml";

/// The field that lists markers which are text.
const LITERAL: &str = "literalMarkers";

/// Why an order is in no file.
const UNWRITABLE: &str = "the bindings can't be written as YAML that all readers understand";

/// Adds what has to change so that files say the live order of each trigger.
pub(crate) fn export(
    files: &[ParsedBindings],
    folder: &Path,
    live: &LiveState,
    plan: &mut ExportPlan,
) {
    let manner = Manner::of(live);
    let mut changed: Vec<Vec<&LiveBindings>> = files.iter().map(|_| Vec::new()).collect();
    let mut new: Vec<&LiveBindings> = Vec::new();
    for order in &live.bindings {
        let place = files.iter().enumerate().find_map(|(at, file)| {
            let own = file.orders.iter().find(|own| own.trigger == order.trigger)?;
            Some((at, own))
        });
        match place {
            Some((_, own)) if says(own, &order.entries, &manner) => {}
            Some((at, _)) => changed[at].push(order),
            None if order.entries.is_empty() => {}
            None => new.push(order),
        }
    }
    // new triggers go where others are already
    let home = files
        .iter()
        .position(|file| file.at.path.ends_with(FILE))
        .or_else(|| (!files.is_empty()).then_some(0));
    match home {
        Some(at) => changed[at].extend(new),
        None if !new.is_empty() => create(&new, &manner, folder, plan),
        None => {}
    }
    for (file, orders) in files.iter().zip(changed) {
        let mut files = files_of(FileAction::Unchanged, file.at.file.clone(), Vec::new());
        if !orders.is_empty() {
            let text = &file.text.text;
            let edited = edits_of(file, &orders, &manner)
                .and_then(|edits| form::edit(text, &file.written, &edits, schema::BINDINGS_HEADER));
            let Some(edited) = edited else {
                warn(plan, codes::NOT_EXPORTED, UNWRITABLE, &file.at.file);
                continue;
            };
            if edited.rewritten {
                let message = "the file has to be written again; its comments are lost";
                warn(plan, codes::REWRITTEN, message, &file.at.file);
            }
            let content = NewContent { text: edited.text, before: Some(text.to_string()) };
            plan.batch.writes.insert(file.at.path.clone(), content);
            files.action = FileAction::Updated;
            files.written.push(file.at.file.clone());
        }
        plan.hooks.push(files);
    }
}

/// The same in the Deploy CLI's layouts, which know names alone.
pub(crate) fn export_deploy(
    files: &[ParsedBindings],
    form: &mut Form,
    live: &LiveState,
    plan: &mut ExportPlan,
) {
    let manner = Manner::of(live);
    let file = files.first();
    let own = |order: &LiveBindings| file?.orders.iter().find(|own| own.trigger == order.trigger);
    let mut changed: Vec<&LiveBindings> = live
        .bindings
        .iter()
        .filter(|order| match own(order) {
            Some(own) => !says(own, &order.entries, &Manner::default()),
            None => !order.entries.is_empty(),
        })
        .collect();
    changed.sort_by_key(|order| deploy::rank(order.trigger.as_str()));
    for entry in live.bindings.iter().flat_map(|order| &order.entries) {
        if manner.doubles.contains(&entry.action_name) {
            let message = format!(
                "two actions are called `{}`, and this layout binds by name",
                entry.action_name
            );
            plan.notes.push(Diagnostic::warning(codes::NOT_EXPORTED, message));
        }
    }
    let orders: Vec<_> = changed
        .iter()
        .map(|order| (order.trigger.as_str().to_owned(), deploy::order(order)))
        .collect();
    let source = file.map(|file| file.at.file.clone());
    if orders.is_empty() {
        let of_file = |source| files_of(FileAction::Unchanged, source, Vec::new());
        return plan.hooks.extend(source.map(of_file));
    }
    let action = if file.is_some() { FileAction::Updated } else { FileAction::Created };
    if let Some(path) = form.set_orders(file, orders, &mut plan.batch) {
        let source = display(&path);
        plan.hooks.push(files_of(action, source.clone(), vec![source]));
    }
}

fn files_of(action: FileAction, source: String, written: Vec<String>) -> HookFiles {
    HookFiles { kind: Kind::Bindings, name: Name::action("bindings"), action, source, written }
}

/// A file that holds these orders; `None` for no orders, and if no text was
/// found that says them.
pub(super) fn as_text(orders: &[&LiveBindings], manner: &Manner<'_>) -> Option<String> {
    if orders.is_empty() {
        return None;
    }
    let all = orders.iter().map(|order| (order.trigger.as_str(), list(&order.entries, manner)));
    let mut fields = vec![("kind", text("bindings")), ("bindings", map(all))];
    let literal: BTreeSet<String> = orders.iter().flat_map(|order| markers_of(order)).collect();
    if !literal.is_empty() {
        fields.push((LITERAL, texts(&literal)));
    }
    yaml::emit(&node(map(fields)), SMALL)
}

/// The markers in the names of an order: text, not keywords.
fn markers_of(order: &LiveBindings) -> BTreeSet<String> {
    let of_entry = |entry: &LiveBinding| {
        let name = written(entry.action_name.as_str());
        let title = entry.display_name.iter().flat_map(|title| written(title));
        name.into_iter().chain(title).collect::<Vec<_>>()
    };
    order.entries.iter().flat_map(of_entry).collect()
}

/// The edits of a file's orders, with the markers in them listed as text.
/// `None` if one of those is a keyword elsewhere in the file.
fn edits_of(
    file: &ParsedBindings,
    orders: &[&LiveBindings],
    manner: &Manner<'_>,
) -> Option<Vec<Edit>> {
    let mut edits: Vec<Edit> = orders.iter().map(|order| set(order, manner)).collect();
    let listed = file.written.get(LITERAL).and_then(|entry| entry.value.as_list());
    let listed = listed.unwrap_or_default().iter().filter_map(|item| item.as_text());
    let listed: BTreeSet<String> = listed.map(str::to_owned).collect();
    let markers: BTreeSet<String> = orders.iter().flat_map(|order| markers_of(order)).collect();
    if markers.iter().any(|marker| !listed.contains(marker) && file.text.text.contains(marker)) {
        return None;
    }
    if !markers.is_subset(&listed) {
        let all = listed.union(&markers).cloned().collect::<BTreeSet<_>>();
        edits.push(Edit::Set(vec![LITERAL.to_owned()], texts(&all)));
    }
    Some(edits)
}

/// How entries are written.
#[derive(Default)]
pub(super) struct Manner<'a> {
    /// Names that more than one action has: an entry by such a name could mean
    /// either, so it is written by its id.
    doubles: BTreeSet<&'a Name>,
    /// Whether a display name is written that is the action's own name. A
    /// definition leaves it out; what goes back has to say all.
    all_titles: bool,
}

impl<'a> Manner<'a> {
    /// For definitions of what is live.
    fn of(live: &'a LiveState) -> Self {
        let actions = live.of(Kind::Action).map(|live| (&live.name, &live.id));
        Self { doubles: doubles(actions.chain(named(&live.bindings))), all_titles: false }
    }

    /// For orders that are put by.
    pub(super) fn of_backup(orders: &'a [LiveBindings]) -> Self {
        Self { doubles: doubles(named(orders)), all_titles: true }
    }
}

fn named(orders: &[LiveBindings]) -> impl Iterator<Item = (&Name, &Id)> {
    let entries = orders.iter().flat_map(|order| &order.entries);
    entries.map(|entry| (&entry.action_name, &entry.action_id))
}

fn doubles<'a>(all: impl Iterator<Item = (&'a Name, &'a Id)>) -> BTreeSet<&'a Name> {
    let mut first: BTreeMap<&Name, &Id> = BTreeMap::new();
    all.filter(|(name, id)| first.entry(name).or_insert(id) != id).map(|(name, _)| name).collect()
}

fn create(orders: &[&LiveBindings], manner: &Manner<'_>, folder: &Path, plan: &mut ExportPlan) {
    let path = folder.join(FILE);
    let Some(body) = as_text(orders, manner) else {
        return warn(plan, codes::NOT_EXPORTED, UNWRITABLE, &display(&path));
    };
    add_schema(folder, Kind::Bindings, &mut plan.batch);
    let text = format!("{}{body}", schema::BINDINGS_HEADER);
    plan.batch.create(path.clone(), text);
    let source = display(&path);
    plan.hooks.push(files_of(FileAction::Created, source.clone(), vec![source]));
}

fn set(order: &LiveBindings, manner: &Manner<'_>) -> Edit {
    let path = vec!["bindings".to_owned(), order.trigger.as_str().to_owned()];
    Edit::Set(path, list(&order.entries, manner))
}

fn list(entries: &[LiveBinding], manner: &Manner<'_>) -> Value {
    Value::List(entries.iter().map(|entry| node(entry_of(entry, manner))).collect())
}

/// One entry: a name where that says everything.
fn entry_of(live: &LiveBinding, manner: &Manner<'_>) -> Value {
    let LiveBinding { action_id, action_name, display_name, installed } = live;
    let by_id = *installed || manner.doubles.contains(action_name);
    let title = display_name
        .as_ref()
        .filter(|title| by_id || manner.all_titles || *title != action_name.as_str());
    if !by_id && title.is_none() {
        return text(action_name.as_str());
    }
    let own = match by_id {
        true => ("id", text(action_id.as_str())),
        false => ("action", text(action_name.as_str())),
    };
    let title = title.map(|title| ("displayName", text(title)));
    map([own].into_iter().chain(title))
}

/// Whether an order says what is live, as a plan would compare them.
fn says(order: &BindingsOrder, live: &[LiveBinding], manner: &Manner<'_>) -> bool {
    let BindingsOrder { trigger: _, mode, entries, place: _ } = order;
    let is = |own: &BindingEntry, live: &LiveBinding| {
        let action = match &own.action {
            BoundAction::Name(name) => *name == live.action_name && !manner.doubles.contains(name),
            BoundAction::Id(id) => *id == live.action_id,
        };
        action
            && own.display_name.as_ref().is_none_or(|name| live.display_name.as_ref() == Some(name))
    };
    let Some(others) = live.len().checked_sub(entries.len()) else { return false };
    let own = match mode {
        BindingsMode::Whole if others > 0 => return false,
        BindingsMode::Whole | BindingsMode::Prepend => &live[..entries.len()],
        BindingsMode::Append => &live[others..],
    };
    entries.iter().zip(own).all(|(entry, live)| is(entry, live))
}
