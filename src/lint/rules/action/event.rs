//! What an action reads of its event: fields that the trigger doesn't have,
//! and objects that are not always there.

use std::collections::BTreeSet;

use oxc::ast::AstKind;
use oxc::ast::ast::Expression;
use oxc::semantic::NodeId;
use oxc::span::{GetSpan, Span};

use crate::lint::finding::Findings;
use crate::lint::rule::{MAYBE_MISSING, UNKNOWN_EVENT_FIELD, UNSAFE_JSON_PARSE};
use crate::script::actions::{is_optional, not_in_event};
use crate::script::paths::{EventPaths, Read};
use crate::script::tree::Script;

pub(crate) fn check(script: &Script<'_>, findings: &mut Findings<'_>) {
    let paths = EventPaths::of(script);
    let written: BTreeSet<(&str, &str)> = paths
        .reads
        .iter()
        .filter(|read| read.is_written)
        .map(|read| (read.object.as_str(), read.property.as_str()))
        .collect();
    let mut reported = BTreeSet::new();
    for read in &paths.reads {
        if written.contains(&(read.object.as_str(), read.property.as_str())) {
            continue;
        }
        check_field(script, read, findings);
        let is_reported = reported.contains(read.object.as_str());
        if !is_reported && check_object(script, &paths, read, findings) {
            reported.insert(read.object.as_str());
        }
    }
    for node in script.nodes() {
        if let AstKind::CallExpression(call) = node.kind()
            && let [argument] = call.arguments.as_slice()
            && let Some(argument) = argument.as_expression()
            && is_json_parse(&call.callee)
        {
            check_parse(script, &paths, node.id(), argument, findings);
        }
    }
}

fn check_field(script: &Script<'_>, read: &Read, findings: &mut Findings<'_>) {
    let trigger = script.trigger.as_str();
    let Some(instead) = not_in_event(trigger, &read.object, &read.property) else { return };
    findings.script(
        UNKNOWN_EVENT_FIELD,
        script.place(read.at),
        format!("{trigger} passes no `{}.{}`: it is undefined here.", read.object, read.property),
        instead,
    );
}

/// Reports a property that is read of something that may not be there.
fn check_object(
    script: &Script<'_>,
    paths: &EventPaths,
    read: &Read,
    findings: &mut Findings<'_>,
) -> bool {
    let trigger = script.trigger.as_str();
    if read.is_safe || paths.is_asked(&read.object) || script.is_caught(read.node) {
        return false;
    }
    let why = if is_optional(trigger, &read.object) {
        format!("{trigger} doesn't always pass `{}`", read.object)
    } else if is_in_metadata(&read.object) {
        format!("`{}` is only there for those for whom somebody set it", read.object)
    } else {
        return false;
    };
    findings.script(
        MAYBE_MISSING,
        script.place(read.at),
        format!("{why}, and where it is missing this throws a TypeError."),
        format!("write `{}?.{}`, or ask for it first", read.object, read.property),
    );
    true
}

/// One property of some metadata: what was never set is not there.
fn is_in_metadata(path: &str) -> bool {
    const METADATA: [&str; 5] = [
        "event.user.app_metadata.",
        "event.user.user_metadata.",
        "event.client.metadata.",
        "event.organization.metadata.",
        "event.connection.metadata.",
    ];
    METADATA
        .iter()
        .find_map(|start| path.strip_prefix(start))
        .is_some_and(|property| !property.contains('.'))
}

fn is_json_parse(callee: &Expression<'_>) -> bool {
    matches!(callee, Expression::StaticMemberExpression(member)
        if member.property.name == "parse"
            && matches!(&member.object, Expression::Identifier(name) if name.name == "JSON"))
}

/// What whoever logs in or registers can write.
const USERS_WRITE: [&str; 2] = ["event.user.user_metadata.", "event.request."];

/// `JSON.parse` of something that others write, outside of any `try`.
fn check_parse(
    script: &Script<'_>,
    paths: &EventPaths,
    call: NodeId,
    argument: &Expression<'_>,
    findings: &mut Findings<'_>,
) {
    let Some(path) = paths.path(script, argument) else { return };
    let is_foreign =
        ["event.user.", "event.request.", "event.transaction.", "event.client.metadata."]
            .iter()
            .any(|start| path.starts_with(start));
    if !is_foreign || script.is_caught(call) {
        return;
    }
    let why = match is_guarded(script, paths, call, &path) {
        false => "may be missing, or not JSON",
        // what administrators write is right where it is there
        true if !USERS_WRITE.iter().any(|start| path.starts_with(start)) => return,
        true => "need not be JSON",
    };
    findings.script(
        UNSAFE_JSON_PARSE,
        script.place(argument.span()),
        format!("`{path}` {why}: then this throws, and the transaction fails."),
        "put it into `try { ... } catch { ... }`",
    );
}

/// Whether a node is only reached where a part of the event is there: it stands behind
/// `if (…)`, `… && ` or `… ?` that reads it.
fn is_guarded(script: &Script<'_>, paths: &EventPaths, id: NodeId, path: &str) -> bool {
    let at = script.semantic.nodes().kind(id).span();
    let reads_it = |test: Span| {
        let of_path = |read: &&Read| path == format!("{}.{}", read.object, read.property);
        !test.contains_inclusive(at)
            && paths.reads.iter().filter(of_path).any(|read| test.contains_inclusive(read.at))
    };
    script.semantic.nodes().ancestor_kinds(id).any(|kind| match kind {
        AstKind::IfStatement(it) => reads_it(it.test.span()),
        AstKind::ConditionalExpression(it) => reads_it(it.test.span()),
        AstKind::LogicalExpression(it) => reads_it(it.left.span()),
        _ => false,
    })
}
