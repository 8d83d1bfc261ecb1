//! The fields of a definition, one function each: from a node to what it says.
//!
//! Must not look at one field for the sake of another.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;

use jiff::Timestamp;

use super::{Placed, Shape, Style, action};
use crate::model::secret::NOT_SHOWN;
use crate::model::{
    Dependencies, DesiredSecret, InvalidName, Kind, Name, Reference, SecretKey, Severity, Trigger,
};
use crate::source::codes;
use crate::source::fields::{Fields, list, nearest, short, suggest};
use crate::source::node::{Entry, Node, Value};
use crate::source::walk::{Found, relative, within};

/// The name. The Deploy CLI sends it in lower case with hyphens for blanks, so
/// that is the name its trees mean.
pub(super) fn name(
    fields: &mut Fields<'_>,
    entry: &Entry,
    Shape { kind, style }: Shape,
) -> Option<(Placed<Name>, String)> {
    let Entry { value: node, .. } = entry;
    let written = fields.text(node, "`name`")?;
    if kind == Kind::Action {
        let value = action_name(fields, node, written)?;
        return Some((Placed { value, span: node.span.clone() }, written.to_owned()));
    }
    let sent = match style {
        Style::Native => written.to_owned(),
        Style::Deploy => written.to_lowercase().replace(char::is_whitespace, "-"),
    };
    let Ok(name) = Name::hook(&sent) else {
        let after = if node.replaced { " after keyword replacement" } else { "" };
        let message = format!("Auth0 does not accept this hook name{after}");
        fields.advise(codes::INVALID_NAME, message, &node.span, InvalidName.to_string());
        return None;
    };
    if name.as_str() != written {
        let message = format!("the tenant will store this name as `{name}`");
        let hint = Some(format!("write `{name}`, so that the file says what the tenant has"));
        let code = codes::NAME_IS_REWRITTEN;
        fields.report(Severity::Warning, code, message, &node.span, hint);
    }
    Some((Placed { value: name, span: node.span.clone() }, written.to_owned()))
}

/// An action's name: any text that can be shown on a line.
pub(super) fn action_name(fields: &mut Fields<'_>, node: &Node, written: &str) -> Option<Name> {
    let after = if node.replaced { ", after keyword replacement," } else { "" };
    let fault = if written.trim().is_empty() {
        "is empty"
    } else if written.chars().any(char::is_control) {
        "holds a control character"
    } else {
        return Some(Name::action(written));
    };
    fields.error(codes::INVALID_NAME, format!("the name of an action{after} {fault}"), &node.span);
    None
}

/// The triggers of actions that Auth0 documents.
pub(crate) const ACTION_TRIGGERS: [&str; 15] = [
    "post-login",
    "credentials-exchange",
    "pre-user-registration",
    "post-user-registration",
    "post-change-password",
    "send-phone-message",
    "password-reset-post-challenge",
    "custom-phone-provider",
    "custom-email-provider",
    "custom-token-exchange",
    "event-stream",
    "login-post-identifier",
    "signup-post-identifier",
    "password-hash-migration",
    "post-credential-validation",
];

/// The documented trigger that a misspelt one is nearest to.
pub(crate) fn nearest_trigger(id: &str) -> Option<&'static str> {
    nearest(id, &ACTION_TRIGGERS).filter(|_| !ACTION_TRIGGERS.contains(&id))
}

/// An action's trigger. Auth0 adds new ones from time to time, so an unknown
/// one is passed on.
pub(super) fn action_trigger(fields: &mut Fields<'_>, node: &Node, id: &str) -> Option<Trigger> {
    let is_id = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if id.is_empty() || !id.chars().all(is_id) {
        let message = "this cannot be a trigger's id";
        let hint = format!("the triggers are {}", list(&ACTION_TRIGGERS));
        fields.advise(codes::UNKNOWN_TRIGGER, message, &node.span, hint);
        return None;
    }
    if !ACTION_TRIGGERS.contains(&id) {
        let message = "this trigger is not a documented one; the tenant will be asked for it";
        let hint = nearest_trigger(id).map(|near| format!("did you mean `{near}`?"));
        let severity = if hint.is_some() { Severity::Warning } else { Severity::Note };
        fields.report(severity, codes::UNUSUAL_TRIGGER, message, &node.span, hint);
    }
    Some(Trigger::from_tenant(id))
}

/// The trigger.
pub(super) fn trigger(
    fields: &mut Fields<'_>,
    entry: &Entry,
    kind: Kind,
) -> Option<Placed<Trigger>> {
    let Entry { value: node, .. } = entry;
    let id = fields.text(node, "`triggerId`")?;
    if kind == Kind::Action {
        let value = action_trigger(fields, node, id)?;
        return Some(Placed { value, span: node.span.clone() });
    }
    if let Some(trigger) = Trigger::known(id) {
        return Some(Placed { value: trigger, span: node.span.clone() });
    }
    let known: Vec<&str> = Trigger::KNOWN.iter().map(Trigger::as_str).collect();
    let hint = match ACTION_TRIGGERS.contains(&id) {
        true => {
            "only actions run there: add `kind: action`, or move the file to a folder `actions`"
                .to_owned()
        }
        false => suggest(id, "triggers", &known),
    };
    fields.advise(codes::UNKNOWN_TRIGGER, "there is no such trigger", &node.span, hint);
    None
}

/// The npm packages.
pub(super) fn dependencies(fields: &mut Fields<'_>, entry: &Entry) -> Option<Dependencies> {
    let Entry { key, value: node } = entry;
    if matches!(node.value, Value::Null) {
        tell_empty(fields, "dependencies", &key.span);
        return None;
    }
    let entries = fields.map(node, "`dependencies`")?;
    let mut complete = true;
    let mut dependencies = Dependencies::new();
    for (package, entry) in entries {
        match fields.text(&entry.value, "a version") {
            Some(version) => {
                dependencies.insert(package.to_owned(), version.to_owned());
            }
            None => complete = false,
        }
    }
    complete.then_some(dependencies)
}

/// The secrets, none of whose values reaches a finding.
pub(super) fn secrets(
    fields: &mut Fields<'_>,
    entry: &Entry,
    mut rotated_at: Option<&mut BTreeMap<SecretKey, Timestamp>>,
) -> Option<BTreeMap<SecretKey, DesiredSecret>> {
    let Entry { key, value: node } = entry;
    match &node.value {
        Value::Null => {
            tell_empty(fields, "secrets", &key.span);
            return None;
        }
        // A single secret may wait for its value; which secrets there are may not.
        Value::Unresolved(keywords) => {
            for keyword in keywords {
                let message = format!(
                    "keyword `{keyword}` has no value, so it isn't known which secrets there are"
                );
                fields.error(codes::UNRESOLVED, message, &node.span);
            }
            return None;
        }
        _ => {}
    }
    let entries = fields.map(node, "`secrets`")?;
    let mut complete = true;
    let mut secrets = BTreeMap::new();
    for (key, entry) in entries {
        let value = match rotated_at.as_deref_mut() {
            Some(rotated_at) => action::secret(fields, key, entry, rotated_at),
            None => Some(entry),
        };
        match value.and_then(|entry| secret(fields, key, entry)) {
            Some(secret) => {
                secrets.insert(key.to_owned(), secret);
            }
            None => complete = false,
        }
    }
    complete.then_some(secrets)
}

/// One secret. Nothing of its value may reach a message.
fn secret(fields: &mut Fields<'_>, key: &str, entry: &Entry) -> Option<DesiredSecret> {
    let Entry { key: key_node, value: node } = entry;
    match &node.value {
        Value::Text(text) if text.is_empty() => {
            let after = if node.replaced { " after keyword replacement" } else { "" };
            let message = format!("secret `{}` is empty{after}", short(key));
            let hint = format!("give it a value, or write {NOT_SHOWN} to keep the tenant's");
            fields.advise(codes::EMPTY_SECRET, message, &key_node.span, hint);
            None
        }
        Value::Text(text) if Reference::begins(text) && is_written(fields, node) => {
            let reference = Reference::new(text.clone());
            if let Some(why) = reference.wrong() {
                let message = format!("the reference of secret `{}` {why}", short(key));
                fields.error(codes::WRONG_KIND, message, &node.span);
                return None;
            }
            Some(DesiredSecret::Reference(reference))
        }
        Value::Text(text) => Some(DesiredSecret::from_text(text.clone())),
        Value::Unresolved(keywords) if !keywords.is_empty() => {
            Some(DesiredSecret::Unresolved { keywords: keywords.clone() })
        }
        Value::Unresolved(_) => None,
        Value::Number(_) | Value::Bool(_) if !node.replaced => {
            let (key, is) = (short(key), node.value.kind());
            let message = format!("secret `{key}` must be text, and YAML reads it as {is}");
            fields.advise(codes::QUOTE_IT, message, &key_node.span, "put it in quotes");
            None
        }
        other => {
            let after = if node.replaced { ", after keyword replacement," } else { "" };
            let (key, is) = (short(key), other.kind());
            let message = format!("secret `{key}` must be text, and this{after} is {is}");
            fields.error(codes::WRONG_KIND, message, &key_node.span);
            None
        }
    }
}

/// Whether a text is a reference by what the file says: a keyword's value that
/// begins like one is a value.
fn is_written(fields: &Fields<'_>, node: &Node) -> bool {
    let written = fields.text.text.get(node.span.clone()).unwrap_or_default();
    !node.replaced || Reference::begins(written.trim_start_matches(['"', '\'']))
}

/// Reports a map without a value.
pub(super) fn tell_empty(fields: &mut Fields<'_>, field: &str, span: &Range<usize>) {
    let hint =
        format!("write `{field}: {{}}` for none, or remove the line to leave them unmanaged");
    fields.advise(codes::WRONG_KIND, format!("`{field}` has no value"), span, hint);
}

/// The former names.
pub(super) fn former_names(
    fields: &mut Fields<'_>,
    entry: &Entry,
    kind: Kind,
) -> Vec<Placed<Name>> {
    let mut names = Vec::new();
    for (written, node) in fields.texts(&entry.value, "`renamedFrom`") {
        let name = match kind {
            Kind::Action => action_name(fields, node, written),
            Kind::Hook | Kind::Bindings => Name::hook(written)
                .inspect_err(|invalid| {
                    let message = "no hook can have had this name";
                    fields.advise(codes::INVALID_NAME, message, &node.span, invalid.to_string());
                })
                .ok(),
        };
        names.extend(name.map(|value| Placed { value, span: node.span.clone() }));
    }
    names
}

/// The script's path relative to the definition, and where it stands.
pub(super) fn script_path(
    fields: &mut Fields<'_>,
    entry: Option<&Entry>,
    at: &Found,
    shape: Shape,
) -> (Option<PathBuf>, Option<Range<usize>>) {
    let Some(Entry { value: node, .. }) = entry else {
        if shape.style == Style::Deploy {
            return (None, None);
        }
        let stem = at.path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        return (Some(PathBuf::from(format!("{stem}.js"))), None);
    };
    let span = Some(node.span.clone());
    let Some(written) = fields.text(node, "`script`") else { return (None, span) };
    let path = match (shape.style, shape.kind) {
        (Style::Deploy, Kind::Action) if written.is_empty() => Ok(PathBuf::new()),
        (Style::Deploy, _) => within(written),
        (Style::Native, _) => relative(written),
    };
    match path {
        Ok(path) => (Some(path), span),
        Err(bad) => {
            let message = format!("this is not a script's path: {bad}");
            fields.error(codes::SCRIPT_PATH, message, &node.span);
            (None, span)
        }
    }
}
