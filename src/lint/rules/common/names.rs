//! Names that nothing declares: to read one throws a ReferenceError.

use oxc::span::{GetSpan, Span};

use super::super::hook::callback::stray_callbacks;
use super::super::hook::errors;
use crate::lint::finding::Findings;
use crate::lint::rule::UNDEFINED_NAME;
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
    let stray = stray_callbacks(script);
    let mut found: Vec<(Span, &str)> = Vec::new();
    for (name, references) in scoping.root_unresolved_references() {
        let name = name.as_str();
        let is_known = globals::is_part_of_node(name)
            || globals::is_known_elsewhere(name)
            || stray.contains(&name)
            || errors::is_unknown(script, own, name)
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
        if findings.is_told(&script.place(span)) {
            continue;
        }
        let hint = if ONCE_GLOBAL.contains(&name) {
            format!(
                "up to Node.js 12 it was there by itself; write `const {name} = require(...)` and add the package to `dependencies`"
            )
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
