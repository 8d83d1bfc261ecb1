//! Which actions run at which trigger, as files.
//!
//! A list that says what is live stays as it is written; others are set, and
//! triggers that no file mentions go to `bindings.yaml`. Must not touch the
//! disk but to read that file.

use std::path::Path;

use super::form::add_schema;
use super::render::{map, node, text};
use super::{ExportPlan, FileAction, HookFiles};
use crate::model::{
    BindingEntry, BindingsMode, BindingsOrder, BoundAction, Diagnostic, Kind, LiveBinding,
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
const FILE: &str = "bindings.yaml";

/// Adds what has to change so that files say the live order of each trigger.
pub(crate) fn export(
    files: &[ParsedBindings],
    folder: &Path,
    live: &LiveState,
    plan: &mut ExportPlan,
) {
    let mut edits: Vec<Vec<Edit>> = files.iter().map(|_| Vec::new()).collect();
    let mut new: Vec<&LiveBindings> = Vec::new();
    for order in &live.bindings {
        let place = files.iter().enumerate().find_map(|(at, file)| {
            let own = file.orders.iter().find(|own| own.trigger == order.trigger)?;
            Some((at, own))
        });
        match place {
            Some((_, own)) if says(own, &order.entries) => {}
            Some((at, _)) => edits[at].push(set(order)),
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
        Some(at) => edits[at].extend(new.into_iter().map(set)),
        None if !new.is_empty() => create(&new, folder, plan),
        None => {}
    }
    for (file, edits) in files.iter().zip(edits) {
        let mut action = FileAction::Unchanged;
        if !edits.is_empty() {
            let Some(edited) = yaml::edit(&file.text.text, &file.written, &edits, SMALL) else {
                let message = "the bindings can't be written so that every reader takes them";
                let found = Diagnostic::warning(codes::NOT_EXPORTED, message);
                plan.notes.push(found.in_file(&file.at.file));
                continue;
            };
            if edited.rewritten {
                let message = "the file has to be written again; its comments are lost";
                let found = Diagnostic::warning(codes::REWRITTEN, message);
                plan.notes.push(found.in_file(&file.at.file));
            }
            let lost = edited.rewritten && file.text.text.starts_with(schema::BINDINGS_HEADER);
            let header = if lost { schema::BINDINGS_HEADER } else { "" };
            let before = Some(file.text.text.clone());
            let content = NewContent { text: format!("{header}{}", edited.text), before };
            plan.batch.writes.insert(file.at.path.clone(), content);
            action = FileAction::Updated;
        }
        let written =
            if action == FileAction::Updated { vec![file.at.file.clone()] } else { Vec::new() };
        plan.hooks.push(files_of(action, file.at.file.clone(), written));
    }
}

fn files_of(action: FileAction, source: String, written: Vec<String>) -> HookFiles {
    HookFiles { name: Name::action("bindings"), action, source, written }
}

fn create(orders: &[&LiveBindings], folder: &Path, plan: &mut ExportPlan) {
    let all = orders.iter().map(|order| (order.trigger.as_str().to_owned(), list(&order.entries)));
    let tree =
        node(map([("kind".to_owned(), text("bindings")), ("bindings".to_owned(), map(all))]));
    let path = folder.join(FILE);
    let Some(body) = yaml::emit(&tree, SMALL) else {
        let message = "the bindings can't be written so that every reader takes them";
        let found = Diagnostic::warning(codes::NOT_EXPORTED, message);
        return plan.notes.push(found.in_file(display(&path)));
    };
    add_schema(folder, Kind::Bindings, &mut plan.batch);
    let text = format!("{}{body}", schema::BINDINGS_HEADER);
    plan.batch.writes.insert(path.clone(), NewContent { text, before: None });
    let source = display(&path);
    plan.hooks.push(files_of(FileAction::Created, source.clone(), vec![source]));
}

fn set(order: &LiveBindings) -> Edit {
    let path = vec!["bindings".to_owned(), order.trigger.as_str().to_owned()];
    Edit::Set(path, list(&order.entries))
}

fn list(entries: &[LiveBinding]) -> Value {
    Value::List(entries.iter().map(|entry| node(entry_of(entry))).collect())
}

/// One entry: a name where that says everything.
fn entry_of(live: &LiveBinding) -> Value {
    let LiveBinding { action_id, action_name, display_name, installed } = live;
    let mut fields = match installed {
        true => vec![("id".to_owned(), text(action_id.as_str()))],
        false => vec![("action".to_owned(), text(action_name.as_str()))],
    };
    match display_name {
        Some(shown) if *installed || shown != action_name.as_str() => {
            fields.push(("displayName".to_owned(), text(shown)));
        }
        _ if !installed => return text(action_name.as_str()),
        _ => {}
    }
    map(fields)
}

/// Whether an order says what is live, as a plan would compare them.
fn says(order: &BindingsOrder, live: &[LiveBinding]) -> bool {
    let BindingsOrder { trigger: _, mode, entries, place: _ } = order;
    let is = |own: &BindingEntry, live: &LiveBinding| {
        let action = match &own.action {
            BoundAction::Name(name) => *name == live.action_name,
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
