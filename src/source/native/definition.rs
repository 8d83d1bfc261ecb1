//! One definition: from the text of its file to what it says.
//!
//! The main type is [`Definition`], read as far as it can be: a fault in one
//! field leaves the others usable. Must not look at other definitions, nor
//! open the script.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::PathBuf;

use crate::model::{Dependencies, DesiredSecret, Diagnostic, HookName, SecretKey, Trigger};
use crate::source::codes;
use crate::source::fields::{Fields, list, nearest, short};
use crate::source::file::Text;
use crate::source::keyword::{Keywords, Resolver, Within, is_key};
use crate::source::node::{Entry, Node, Value};
use crate::source::walk::{Found, relative};
use crate::source::yaml;

/// The fields of a definition, in the order in which they are written.
pub(crate) const FIELDS: [&str; 8] = [
    "name",
    "triggerId",
    "enabled",
    "script",
    "dependencies",
    "secrets",
    "renamedFrom",
    "literalMarkers",
];

/// The most secrets a hook can have (Auth0's API description:
/// `maxProperties: 20`).
pub(crate) const MAX_SECRETS: usize = 20;

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Placed<T> {
    pub(crate) value: T,
    pub(crate) span: Range<usize>,
}

/// What a definition's file says, as far as it can be understood. `None` is a
/// field that is missing or faulty; [`Self::written`] tells which.
#[derive(Clone)]
pub(crate) struct Definition {
    pub(crate) at: Found,
    pub(crate) text: Text,
    /// The tree before keyword replacement.
    pub(crate) written: Node,
    pub(crate) name: Option<Placed<HookName>>,
    /// The name as it is written, after keyword replacement.
    pub(crate) written_name: String,
    pub(crate) trigger: Option<Placed<Trigger>>,
    pub(crate) enabled: Option<Placed<bool>>,
    pub(crate) dependencies: Option<Dependencies>,
    pub(crate) secrets: Option<BTreeMap<SecretKey, DesiredSecret>>,
    pub(crate) renamed_from: Vec<Placed<HookName>>,
    /// Markers that are text in this definition and its script.
    pub(crate) literal: BTreeSet<String>,
    /// The script's path, relative to the definition's folder; `None` where
    /// the definition gives one that can't be used.
    pub(crate) script: Option<PathBuf>,
    /// Where the script's path stands, if it does.
    pub(crate) script_span: Option<Range<usize>>,
}

/// What reading definitions needs, and what it gathers.
pub(crate) struct Context<'a> {
    pub(crate) keywords: &'a Keywords,
    pub(crate) allow_unresolved: bool,
    pub(crate) used: BTreeSet<String>,
    pub(crate) found: Vec<Diagnostic>,
}

impl Context<'_> {
    /// The resolver of one definition, with the markers that are text there.
    pub(crate) fn resolver(&mut self, literal: &BTreeSet<String>) -> Resolver<'_> {
        Resolver {
            keywords: self.keywords,
            literal: literal.clone(),
            allow_unresolved: self.allow_unresolved,
            used: &mut self.used,
            found: &mut self.found,
        }
    }
}

/// Reads a definition's text. `None` if it is no map at all, which is told.
pub(crate) fn read(at: Found, text: Text, context: &mut Context<'_>) -> Option<Definition> {
    let written = match yaml::parse(&text.text, yaml::SMALL) {
        Ok(tree) => tree,
        Err(fault) => {
            let found = text.error(fault.code, fault.message, &fault.span);
            context.found.push(Diagnostic { hint: fault.hint, ..found });
            return None;
        }
    };
    if written.as_map().is_none() {
        let message = match &written.value {
            Value::Null => "the file is empty; a definition is a map".to_owned(),
            other => format!("a definition is a map, and this is {}", other.kind()),
        };
        let hint = "it begins with `name:` and `triggerId:`";
        context.found.push(text.error(codes::NOT_A_MAP, message, &written.span).hint(hint));
        return None;
    }
    let literal = literal_markers(&written, &text, &mut context.found);
    let resolved = resolve(&written, &text, &literal, context);
    let mut fields = Fields { text: &text, found: &mut context.found };
    let entries = fields.record(&resolved, "a definition", &FIELDS)?;
    let entry =
        |field: &str| entries.iter().find(|(key, _)| *key == field).map(|(_, entry)| *entry);
    for field in ["name", "triggerId"] {
        if entry(field).is_none() {
            let message = format!("`{field}` is missing");
            fields.error(codes::MISSING_FIELD, message, &(0..0));
        }
    }
    let (name, written_name) =
        entry("name").and_then(|entry| read_name(&mut fields, entry)).unzip();
    let trigger = entry("triggerId").and_then(|entry| read_trigger(&mut fields, entry));
    let enabled = entry("enabled").and_then(|Entry { value, .. }| {
        let span = value.span.clone();
        Some(Placed { value: fields.boolean(value, "`enabled`")?, span })
    });
    let dependencies =
        entry("dependencies").and_then(|entry| read_dependencies(&mut fields, entry));
    let secrets = entry("secrets").and_then(|entry| read_secrets(&mut fields, entry));
    let renamed_from =
        entry("renamedFrom").map(|entry| read_former_names(&mut fields, entry)).unwrap_or_default();
    let (script, script_span) = read_script_path(&mut fields, entry("script"), &at);
    drop(entries);
    Some(Definition {
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

/// The tree after keyword replacement. `literalMarkers` itself is left alone,
/// and inside `secrets` the process environment answers too.
fn resolve(
    written: &Node,
    text: &Text,
    literal: &BTreeSet<String>,
    context: &mut Context<'_>,
) -> Node {
    let mut resolver = context.resolver(literal);
    let entries =
        written.as_map().unwrap_or_default().iter().map(|entry| match entry.key.as_text() {
            Some("literalMarkers") => entry.clone(),
            Some("secrets") => resolver.entry(text, entry, Within::Secret),
            _ => resolver.entry(text, entry, Within::Other),
        });
    let value = Value::Map(entries.collect());
    Node { value, span: written.span.clone(), replaced: false }
}

fn literal_markers(tree: &Node, text: &Text, found: &mut Vec<Diagnostic>) -> BTreeSet<String> {
    let Some(Entry { value, .. }) = tree.get("literalMarkers") else {
        return BTreeSet::new();
    };
    let mut fields = Fields { text, found };
    let texts = fields.texts(value, "an entry of `literalMarkers`");
    let mut literal = BTreeSet::new();
    for (marker, node) in texts {
        let is_marker = ["##", "@@"].into_iter().any(|sign| {
            marker.strip_prefix(sign).and_then(|rest| rest.strip_suffix(sign)).is_some_and(is_key)
        });
        if is_marker {
            literal.insert(marker.to_owned());
        } else {
            fields.advise(
                codes::NOT_A_MARKER,
                "this is no keyword marker",
                &node.span,
                "a marker is written \"##KEY##\" or \"@@KEY@@\", in quotes",
            );
        }
    }
    literal
}

fn read_name(fields: &mut Fields<'_>, entry: &Entry) -> Option<(Placed<HookName>, String)> {
    let Entry { value: node, .. } = entry;
    let written = fields.text(node, "`name`")?;
    let Ok(name) = HookName::parse(written) else {
        let after = if node.replaced { " after keyword replacement" } else { "" };
        fields.advise(
            codes::INVALID_NAME,
            format!("this is no name that Auth0 takes for a hook{after}"),
            &node.span,
            crate::model::InvalidName.to_string(),
        );
        return None;
    };
    if name.as_str() != written {
        fields.warn(
            codes::NAME_IS_REWRITTEN,
            format!("the tenant will store this name as `{name}`"),
            &node.span,
            format!("write `{name}`, so that the file says what the tenant has"),
        );
    }
    Some((Placed { value: name, span: node.span.clone() }, written.to_owned()))
}

fn read_trigger(fields: &mut Fields<'_>, entry: &Entry) -> Option<Placed<Trigger>> {
    let Entry { value: node, .. } = entry;
    let id = fields.text(node, "`triggerId`")?;
    if let Some(trigger) = Trigger::known(id) {
        return Some(Placed { value: trigger, span: node.span.clone() });
    }
    let known = Trigger::KNOWN;
    let known: Vec<&str> = known.iter().map(Trigger::as_str).collect();
    let hint = match nearest(id, &known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("the triggers are {}", list(&known)),
    };
    fields.advise(codes::UNKNOWN_TRIGGER, "there is no such trigger", &node.span, hint);
    None
}

fn read_dependencies(fields: &mut Fields<'_>, entry: &Entry) -> Option<Dependencies> {
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

fn read_secrets(
    fields: &mut Fields<'_>,
    entry: &Entry,
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
    if entries.len() > MAX_SECRETS {
        let message = format!("{} secrets; a hook can have {MAX_SECRETS}", entries.len());
        fields.error(codes::TOO_MANY_SECRETS, message, &key.span);
    }
    let mut complete = true;
    let mut secrets = BTreeMap::new();
    for (key, entry) in entries {
        match read_secret(fields, key, entry) {
            Some(secret) => {
                secrets.insert(key.to_owned(), secret);
            }
            None => complete = false,
        }
    }
    complete.then_some(secrets)
}

/// One secret. Nothing of its value may reach a message.
fn read_secret(fields: &mut Fields<'_>, key: &str, entry: &Entry) -> Option<DesiredSecret> {
    let Entry { key: key_node, value: node } = entry;
    match &node.value {
        Value::Text(text) if text.is_empty() => {
            let after = if node.replaced { " after keyword replacement" } else { "" };
            fields.advise(
                codes::EMPTY_SECRET,
                format!("secret `{}` is empty{after}", short(key)),
                &key_node.span,
                format!(
                    "give it a value, or write {} to keep the tenant's",
                    crate::model::secret::NOT_SHOWN
                ),
            );
            None
        }
        Value::Text(text) => Some(DesiredSecret::from_text(text.clone())),
        Value::Unresolved(keywords) if !keywords.is_empty() => {
            Some(DesiredSecret::Unresolved { keywords: keywords.clone() })
        }
        Value::Unresolved(_) => None,
        Value::Number(_) | Value::Bool(_) if !node.replaced => {
            let message = format!(
                "secret `{}` is a text, and YAML reads it as {}",
                short(key),
                node.value.kind()
            );
            fields.advise(codes::QUOTE_IT, message, &key_node.span, "put it in quotes");
            None
        }
        other => {
            let after = if node.replaced { ", after keyword replacement," } else { "" };
            let message =
                format!("secret `{}` is a text, and this{after} is {}", short(key), other.kind());
            fields.error(codes::WRONG_KIND, message, &key_node.span);
            None
        }
    }
}

fn tell_empty(fields: &mut Fields<'_>, field: &str, span: &Range<usize>) {
    fields.advise(
        codes::WRONG_KIND,
        format!("`{field}` has no value"),
        span,
        format!("write `{field}: {{}}` for none, or remove the line to leave them unmanaged"),
    );
}

fn read_former_names(fields: &mut Fields<'_>, entry: &Entry) -> Vec<Placed<HookName>> {
    let texts = fields.texts(&entry.value, "`renamedFrom`");
    let mut names = Vec::new();
    for (written, node) in texts {
        match HookName::parse(written) {
            Ok(value) => names.push(Placed { value, span: node.span.clone() }),
            Err(invalid) => fields.advise(
                codes::INVALID_NAME,
                "no hook can have had this name",
                &node.span,
                invalid.to_string(),
            ),
        }
    }
    names
}

/// The script's path relative to the definition, and where it stands.
fn read_script_path(
    fields: &mut Fields<'_>,
    entry: Option<&Entry>,
    at: &Found,
) -> (Option<PathBuf>, Option<Range<usize>>) {
    let Some(Entry { value: node, .. }) = entry else {
        let stem = at.path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        return (Some(PathBuf::from(format!("{stem}.js"))), None);
    };
    let span = Some(node.span.clone());
    let Some(written) = fields.text(node, "`script`") else {
        return (None, span);
    };
    match relative(written) {
        Ok(path) => (Some(path), span),
        Err(bad) => {
            fields.error(
                codes::SCRIPT_PATH,
                format!("this is no script's path: {bad}"),
                &node.span,
            );
            (None, span)
        }
    }
}
