//! A file of `kind: bindings`: which actions run at a trigger, in which order.
//!
//! Must not know which actions there are.

use super::{Context, values};
use crate::model::{BindingEntry, BindingsMode, BindingsOrder, BoundAction, Id, Trigger};
use crate::source::codes;
use crate::source::fields::Fields;
use crate::source::file::Text;
use crate::source::node::{Entry, Node, Value};

/// More entries than this are hostile: Auth0 binds 20 actions to a trigger.
const MOST_ENTRIES: usize = 1000;

/// The orders that a file defines; what is wrong is in `context`.
pub(crate) fn read(text: &Text, tree: &Node, context: &mut Context<'_>) -> Vec<BindingsOrder> {
    let mut fields = Fields { text, found: &mut context.found };
    let known = ["kind", "bindings", "literalMarkers"];
    if fields.record(tree, "a file of bindings", &known).is_none() {
        return Vec::new();
    }
    let Some(Entry { value, .. }) = tree.get("bindings") else {
        let hint = "as in `bindings: {post-login: [My Action]}`";
        let at = tree.span.start..tree.span.start;
        fields.advise(codes::MISSING_FIELD, "`bindings` is missing", &at, hint);
        return Vec::new();
    };
    let Some(triggers) = fields.map(value, "`bindings`") else { return Vec::new() };
    triggers
        .into_iter()
        .filter_map(|(id, Entry { key, value })| {
            let trigger = values::action_trigger(&mut fields, key, id)?;
            order(&mut fields, trigger, key, value)
        })
        .collect()
}

/// The order of one trigger: a list, or a map that says what becomes of others.
fn order(
    fields: &mut Fields<'_>,
    trigger: Trigger,
    key: &Node,
    node: &Node,
) -> Option<BindingsOrder> {
    let (mode, list) = match &node.value {
        Value::List(_) => (BindingsMode::Whole, node),
        Value::Map(_) => extended(fields, node)?,
        Value::Null => {
            let hint = "write `[]` to bind none, or remove the line to leave them unmanaged";
            fields.advise(codes::WRONG_KIND, "the trigger has no list", &key.span, hint);
            return None;
        }
        other => {
            fields.wrong_kind(node, "the bindings of a trigger", "a list", other);
            return None;
        }
    };
    let Value::List(items) = &list.value else {
        fields.wrong_kind(list, "`actions`", "a list", &list.value);
        return None;
    };
    if items.len() > MOST_ENTRIES {
        let message = format!("the list has more than {MOST_ENTRIES} entries");
        fields.error(codes::TOO_COMPLEX, message, &list.span);
        return None;
    }
    let entries: Vec<Option<BindingEntry>> =
        items.iter().map(|item| binding(fields, item)).collect();
    let entries = entries.into_iter().collect::<Option<Vec<_>>>()?;
    let place = fields.text.place(&key.span);
    Some(BindingsOrder { trigger, mode, entries, place })
}

/// `{ append: true, actions: […] }`, or `prepend`.
fn extended<'n>(fields: &mut Fields<'_>, node: &'n Node) -> Option<(BindingsMode, &'n Node)> {
    let known = ["append", "prepend", "actions"];
    fields.record(node, "the bindings of a trigger", &known)?;
    let mut flag = |name: &str| match node.get(name) {
        Some(entry) => fields.boolean(&entry.value, &format!("`{name}`")),
        None => Some(false),
    };
    let (append, prepend) = (flag("append")?, flag("prepend")?);
    let mode = match (append, prepend) {
        (false, false) => BindingsMode::Whole,
        (true, false) => BindingsMode::Append,
        (false, true) => BindingsMode::Prepend,
        (true, true) => {
            let message = "`append` and `prepend` exclude each other";
            fields.advise(codes::WRONG_KIND, message, &node.span, "remove one of the two");
            return None;
        }
    };
    match node.get("actions") {
        Some(entry) => Some((mode, &entry.value)),
        None => {
            let hint = "list the actions in it, in the order in which they are to run";
            fields.advise(codes::MISSING_FIELD, "`actions` is missing", &node.span, hint);
            None
        }
    }
}

/// One entry: an action's name, or a map.
fn binding(fields: &mut Fields<'_>, node: &Node) -> Option<BindingEntry> {
    let place = fields.text.place(&node.span);
    let Value::Map(_) = &node.value else {
        let written = fields.text(node, "an entry")?;
        let action = BoundAction::Name(values::action_name(fields, node, written)?);
        return Some(BindingEntry { action, display_name: None, place });
    };
    fields.record(node, "an entry", &["action", "id", "displayName"])?;
    let action = match (node.get("action"), node.get("id")) {
        (Some(Entry { value, .. }), None) => {
            let written = fields.text(value, "`action`")?;
            BoundAction::Name(values::action_name(fields, value, written)?)
        }
        (None, Some(Entry { value, .. })) => BoundAction::Id(Id::new(fields.text(value, "`id`")?)),
        _ => {
            let message = "an entry names an action, by `action` or by `id`";
            let hint = "`action` is its name; `id` is for installed actions alone";
            fields.advise(codes::MISSING_FIELD, message, &node.span, hint);
            return None;
        }
    };
    let display_name = match node.get("displayName") {
        None => None,
        Some(Entry { value, .. }) => Some(fields.text(value, "`displayName`")?.to_owned()),
    };
    Some(BindingEntry { action, display_name, place })
}
