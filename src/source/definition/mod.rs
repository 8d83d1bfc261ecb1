//! One hook or action as a file describes it, whatever the layout.
//!
//! The main type is [`Parsed`], read as far as it can be: a fault in one
//! field leaves the others usable. Must not open the script, nor know where in
//! a folder definitions lie.

mod action;
pub(crate) mod bindings;
pub(crate) mod check;
pub(crate) mod script;
mod values;
mod written;

pub(crate) use values::nearest_trigger;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::PathBuf;
use std::rc::Rc;

use super::codes;
use super::fields::Fields;
use super::file::{MAX_BYTES, Text};
use super::keyword::{Budget, Keywords, Resolver};
use super::node::{Entry, Node};
use super::walk::{Found, Root};
use crate::model::{
    ActionBody, Body, Definition, Dependencies, DesiredSecret, Diagnostic, Kind, Name, Script,
    SecretKey, Severity, Trigger,
};

/// The fields of a hook's definition, in the order in which they are written.
/// The last three are hooksync's own.
pub(crate) const HOOK_FIELDS: [&str; 9] = [
    "name",
    "triggerId",
    "enabled",
    "script",
    "dependencies",
    "secrets",
    "renamedFrom",
    "literalMarkers",
    "kind",
];

/// The fields of an action's definition.
pub(crate) const ACTION_FIELDS: [&str; 12] = [
    "kind",
    "name",
    "triggerId",
    "triggerVersion",
    "runtime",
    "script",
    "dependencies",
    "modules",
    "secrets",
    "deploy",
    "renamedFrom",
    "literalMarkers",
];

/// What a definition is of, and whose habits its file has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) kind: Kind,
    pub(crate) style: Style,
}

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Placed<T> {
    pub(crate) value: T,
    pub(crate) span: Range<usize>,
}

/// What a definition's file says, as far as it can be understood. `None` is a
/// field that is missing or faulty; [`Self::written`] says which.
#[derive(Clone)]
pub(crate) struct Parsed {
    pub(crate) kind: Kind,
    pub(crate) style: Style,
    pub(crate) at: Found,
    pub(crate) text: Rc<Text>,
    /// What only an action has.
    pub(crate) action: ActionBody,
    /// The tree before keyword replacement.
    pub(crate) written: Node,
    pub(crate) name: Option<Placed<Name>>,
    /// The name as it is written, after keyword replacement.
    pub(crate) written_name: String,
    pub(crate) trigger: Option<Placed<Trigger>>,
    pub(crate) enabled: Option<Placed<bool>>,
    pub(crate) dependencies: Option<Dependencies>,
    pub(crate) secrets: Option<BTreeMap<SecretKey, DesiredSecret>>,
    pub(crate) renamed_from: Vec<Placed<Name>>,
    /// Markers that are text in this definition and its script.
    pub(crate) literal: BTreeSet<String>,
    /// The script's path, relative to the definition's folder; `None` where
    /// the definition gives one that can't be used, empty where it says that
    /// there is no code.
    pub(crate) script: Option<PathBuf>,
    /// Where the script's path stands, if it does.
    pub(crate) script_span: Option<Range<usize>>,
}

/// What reading definitions needs, and what it gathers.
pub(crate) struct Context<'a> {
    pub(crate) keywords: &'a Keywords,
    pub(crate) allow_unresolved: bool,
    /// Whether definitions can say which markers are text.
    pub(crate) has_literals: bool,
    /// The kind of a definition that neither says it nor lies in a folder that
    /// does.
    pub(crate) default_kind: Kind,
    pub(crate) used: BTreeSet<String>,
    pub(crate) found: Vec<Diagnostic>,
}

impl<'a> Context<'a> {
    /// A context for one run.
    pub(crate) fn new(keywords: &'a Keywords, allow_unresolved: bool) -> Self {
        Self {
            keywords,
            allow_unresolved,
            has_literals: true,
            default_kind: Kind::Hook,
            used: BTreeSet::new(),
            found: Vec::new(),
        }
    }

    /// The resolver of one definition, with the markers that are text there.
    pub(crate) fn resolver(&mut self, literal: &BTreeSet<String>, text: &Text) -> Resolver<'_, 'a> {
        let budget = Budget::new(text.text.len(), MAX_BYTES);
        Resolver { context: self, literal: literal.clone(), budget }
    }
}

/// The habits of the layout that a definition is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// hooksync's own: strict, and with all of its fields.
    Native,
    /// The Deploy CLI's: its names are lower-cased before the tenant sees
    /// them, `null` means nothing is said, and it ignores fields that it
    /// doesn't know.
    Deploy,
}

/// Takes a definition's tree apart. `resolved` is `written` with its keywords
/// replaced. `None` if it is no map, which is reported.
pub(crate) fn read(
    at: Found,
    text: Rc<Text>,
    written: Node,
    resolved: &Node,
    literal: BTreeSet<String>,
    shape: Shape,
    context: &mut Context<'_>,
) -> Option<Parsed> {
    let Shape { kind, style } = shape;
    let mut fields = Fields { text: &text, found: &mut context.found };
    let (what, known) = match (style, kind) {
        (Style::Native, Kind::Action) => ("an action", &ACTION_FIELDS[..]),
        (Style::Native, _) => ("a hook", &HOOK_FIELDS[..]),
        (Style::Deploy, Kind::Action) => ("an action", &ACTION_FIELDS[1..10]),
        (Style::Deploy, _) => ("a hook", &HOOK_FIELDS[..6]),
    };
    let entries = match style {
        Style::Native => fields.record(resolved, what, known)?,
        Style::Deploy => fields.lenient_record(resolved, what, known)?,
    };
    let entry =
        |field: &str| entries.iter().find(|(key, _)| *key == field).map(|(_, entry)| *entry);
    let required: &[&str] = match style {
        Style::Native => &["name", "triggerId"],
        Style::Deploy => &["name", "triggerId", "script"],
    };
    let start = resolved.span.start..resolved.span.start;
    for field in required.iter().filter(|field| entry(field).is_none()) {
        let shown = match (style, kind, *field) {
            (Style::Deploy, Kind::Action, "triggerId") => "supported_triggers",
            (Style::Deploy, Kind::Action, "script") => "code",
            (_, _, field) => field,
        };
        let message = format!("`{shown}` is missing");
        let hint = match (*field, kind) {
            ("script", Kind::Action) => {
                Some("name the file of the code, as in `./actions/NAME/code.js`")
            }
            ("script", _) => Some("name the script's file, as in `script: ./my-hook.js`"),
            _ => None,
        };
        let hint = hint.map(str::to_owned);
        fields.report(Severity::Error, codes::MISSING_FIELD, message, &start, hint);
    }
    let (name, written_name) =
        entry("name").and_then(|entry| values::name(&mut fields, entry, shape)).unzip();
    let trigger = entry("triggerId").and_then(|entry| values::trigger(&mut fields, entry, kind));
    let enabled = entry("enabled").and_then(|Entry { value, .. }| {
        let span = value.span.clone();
        Some(Placed { value: fields.boolean(value, "`enabled`")?, span })
    });
    let dependencies =
        entry("dependencies").and_then(|entry| values::dependencies(&mut fields, entry));
    let mut action = action::read(&mut fields, entry);
    let secrets = entry("secrets").and_then(|entry| {
        let rotated_at = (kind == Kind::Action).then_some(&mut action.rotated_at);
        values::secrets(&mut fields, entry, rotated_at)
    });
    let renamed_from = entry("renamedFrom")
        .map(|entry| values::former_names(&mut fields, entry, kind))
        .unwrap_or_default();
    let (script, script_span) = values::script_path(&mut fields, entry("script"), &at, shape);
    drop(entries);
    Some(Parsed {
        kind,
        style,
        action,
        written_name: written_name.unwrap_or_default(),
        at,
        text,
        written,
        name,
        trigger,
        enabled,
        dependencies,
        secrets,
        renamed_from,
        literal,
        script,
        script_span,
    })
}

/// The definition that a file describes, if nothing of it is missing. Reads
/// its script.
pub(crate) fn complete(
    root: &Root,
    parsed: Parsed,
    context: &mut Context<'_>,
) -> Option<Definition> {
    let text = match script::read(root, &parsed)? {
        Ok(text) => text,
        Err(found) => {
            context.found.push(*found);
            return None;
        }
    };
    context.has_literals = parsed.style == Style::Native;
    let (script, script_source) = context.resolver(&parsed.literal, &text).script(&text);
    let written = written::written(&parsed);
    let name = parsed.name?;
    Some(Definition {
        place: parsed.text.place(&name.span),
        name: name.value,
        written_name: parsed.written_name,
        trigger: parsed.trigger?.value,
        script: Script::new(script),
        script_source,
        dependencies: parsed.dependencies,
        secrets: parsed.secrets,
        renamed_from: parsed.renamed_from.into_iter().map(|placed| placed.value).collect(),
        written,
        body: match parsed.kind {
            Kind::Action => Body::Action(parsed.action),
            Kind::Hook | Kind::Bindings => {
                Body::Hook { enabled: parsed.enabled.map(|placed| placed.value) }
            }
        },
    })
}
