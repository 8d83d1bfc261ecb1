//! Names that nothing declares: to read one throws a ReferenceError.

use oxc::span::{GetSpan, Span};

use super::super::hook::callback::stray_callbacks;
use super::super::hook::errors;
use crate::lint::finding::Findings;
use crate::lint::rule::UNDEFINED_NAME;
use crate::model::Kind;
use crate::script::globals;
use crate::script::hooks::error_classes;
use crate::script::tree::Script;

/// Packages that were globals in the sandbox of Node.js 12, and no longer are.
const ONCE_GLOBAL: &[&str] = &[
    "_",
    "async",
    "Auth0",
    "azure_storage",
    "bcrypt",
    "cql",
    "ip",
    "jwt",
    "Knex",
    "mongo",
    "mysql",
    "mysql_pool",
    "ObjectID",
    "pbkdf2",
    "pg",
    "postgres",
    "Pubnub",
    "q",
    "querystring",
    "sqlserver",
    "uuid",
    "xml2js",
    "xmldom",
    "xpath",
    "xtend",
    "Couchbase",
    "couchbase",
];

/// Beyond this a script is a bundle, whose parts find out by themselves where
/// they run.
const BUNDLE: usize = 64 * 1024;

pub(crate) fn check(script: &Script<'_>, findings: &mut Findings<'_>) {
    let scoping = script.semantic.scoping();
    let length = script.wrapped.end - script.wrapped.start;
    if length > BUNDLE || script.has_global("eval") || globals::may_change(&script.semantic) {
        return;
    }
    let own = error_classes(&script.trigger);
    let is_action = script.kind == Kind::Action;
    let stray = if is_action { Vec::new() } else { stray_callbacks(script) };
    let mut found: Vec<(Span, &str)> = Vec::new();
    for (name, references) in scoping.root_unresolved_references() {
        let name = name.as_str();
        // The wrapper of an action has no folder.
        let has_no_path = is_action && matches!(name, "__dirname" | "__filename");
        let is_known = (globals::is_part_of_node(name) && !has_no_path)
            || globals::is_known_elsewhere(name)
            || stray.contains(&name)
            || (!is_action && errors::is_unknown(script, own, name))
            // The runtime's object with the secrets of modules.
            || (is_action && name == "actions")
            || script.is_assigned_global(name);
        if is_known {
            continue;
        }
        let first = references
            .iter()
            .map(|it| script.semantic.nodes().kind(scoping.get_reference(*it).node_id()).span())
            .filter(|span| span.start as usize >= script.wrapped.start)
            .min_by_key(|span| span.start);
        found.extend(first.map(|span| (span, name)));
    }
    for (span, name) in found {
        if findings.is_reported(&script.place(span)) {
            continue;
        }
        let hint = if ONCE_GLOBAL.contains(&name) {
            format!(
                "up to Node.js 12 it was there by itself; write `const {name} = require(...)` and add the package to `dependencies`"
            )
        } else if let Some(instead) = of_hooks(script, name) {
            instead.to_owned()
        } else {
            "declare it, or correct its name".to_owned()
        };
        findings.script(
            UNDEFINED_NAME,
            script.place(span),
            format!("`{name}` is not defined: this line throws a ReferenceError when it runs."),
            hint,
        );
    }
}

/// What to write in an action for the arguments of a hook.
fn of_hooks(script: &Script<'_>, name: &str) -> Option<&'static str> {
    let instead = match name {
        "cb" | "callback" | "done" | "next" => {
            "an action has no callback: return when the work is done, or refuse with `api.access.deny`"
        }
        "context" => "an action has no context: what it held is in `event`",
        "user" => "write `event.user`",
        "client" => "write `event.client`",
        "scope" => "write `event.transaction.requested_scopes`",
        _ => return None,
    };
    (script.kind == Kind::Action).then_some(instead)
}
