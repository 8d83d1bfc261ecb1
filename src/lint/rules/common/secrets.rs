//! The secrets that a script reads against those its definition declares, and
//! what it writes into the log.

use std::collections::BTreeSet;

use oxc::ast::AstKind;
use oxc::ast::ast::{
    Argument, BinaryExpression, BinaryOperator, CallExpression, Expression, ObjectPropertyKind,
};
use oxc::semantic::{AstNode, NodeId};
use oxc::span::{GetSpan, Span};

use crate::lint::finding::Findings;
use crate::lint::rule::{CONTEXT_LOGGED, SECRET_KEY_DOT, UNDECLARED_SECRET, UNUSED_SECRET};
use crate::model::Kind;
use crate::script::origin::{Origin, of_member, of_name, origin, patterns};
use crate::script::tree::{Script, last_name};

/// A secret that the platform puts among the hook's own.
const INTERNAL: &str = "auth0-extension-secret";

/// The secrets that a script reads.
#[derive(Default)]
struct Reads {
    keys: Vec<(String, Span)>,
    /// Whether others may be read in ways that can't be followed.
    others: bool,
}

pub(crate) fn check(script: &Script<'_>, findings: &mut Findings<'_>) {
    let reads = reads(script);
    let dashed = check_dots(script, findings);
    check_log(script, findings);
    let hook = findings.hook;
    let Some(declared) = &hook.secrets else { return };
    let mut reported = BTreeSet::new();
    for (key, span) in &reads.keys {
        let is_known = declared.contains_key(key) || key == INTERNAL;
        if is_known || !reported.insert(key) || dashed.contains(&span.end) {
            continue;
        }
        let nearest = declared.keys().find(|name| {
            key.len() > 3
                && strsim::damerau_levenshtein(&name.to_lowercase(), &key.to_lowercase()) <= 1
        });
        findings.script(
            UNDECLARED_SECRET,
            script.place(*span),
            format!("The secret `{key}` is not declared, so the script reads `undefined`."),
            match nearest {
                Some(name) => format!("did you mean `{name}`?"),
                None => format!("add `{key}` below `secrets` in {}", hook.place.file),
            },
        );
    }
    if reads.others {
        return;
    }
    let read: BTreeSet<&str> = reads.keys.iter().map(|(key, _)| key.as_str()).collect();
    for key in declared.keys() {
        let dashed = key.split('-').next().unwrap_or(key);
        if read.contains(key.as_str()) || read.contains(dashed) {
            continue;
        }
        findings.definition(
            UNUSED_SECRET,
            hook.written.place_in(&hook.written.secrets, key),
            format!("The script never reads the secret `{key}`."),
            "remove it, or correct the name where the script reads it",
        );
    }
}

fn reads(script: &Script<'_>) -> Reads {
    let mut reads = Reads::default();
    for node in script.nodes() {
        if let Some(from) = origin_of_node(script, node) {
            read_at(script, node.id(), from, &mut reads);
        }
    }
    for (from, pattern) in patterns(script) {
        for property in &pattern.properties {
            match (from, property.key.static_name()) {
                (Origin::Secrets | Origin::Data, Some(key)) => {
                    reads.keys.push((key.into_owned(), property.key.span()));
                }
                (Origin::Secrets | Origin::Data, None) => reads.others = true,
                _ => {}
            }
        }
        reads.others |= pattern.rest.is_some();
    }
    reads
}

fn origin_of_node(script: &Script<'_>, node: &AstNode<'_>) -> Option<Origin> {
    match node.kind() {
        AstKind::IdentifierReference(name) => of_name(script, script.symbol(name)?),
        kind => {
            let member = kind.as_member_expression_kind()?;
            of_member(script, member.object(), member.static_property_name()?.as_str())
        }
    }
}

/// What happens to a thing that leads to the secrets, at one place.
fn read_at(script: &Script<'_>, id: NodeId, from: Origin, reads: &mut Reads) {
    let is_map = matches!(from, Origin::Secrets | Origin::Data);
    match script.parent(id) {
        AstKind::StaticMemberExpression(member) => {
            let key = member.property.name.as_str();
            if is_map {
                reads.keys.push((key.to_owned(), member.property.span));
            }
        }
        AstKind::ComputedMemberExpression(member) => {
            if member.expression.span() == script.semantic.nodes().kind(id).span() {
                return;
            }
            match member.static_property_name() {
                Some(key) if is_map => {
                    reads.keys.push((key.to_string(), member.expression.span()));
                }
                Some(_) => {}
                None => reads.others = true,
            }
        }
        // Taken apart or given another name, and followed from there.
        AstKind::VariableDeclarator(_) | AstKind::ExpressionStatement(_) => {}
        AstKind::ChainExpression(_) | AstKind::LogicalExpression(_) | AstKind::IfStatement(_) => {
            reads.others |= is_map;
        }
        _ => reads.others = true,
    }
}

/// `secrets.api-key` is `secrets.api` minus `key`. Gives where the first half of
/// each ends.
fn check_dots(script: &Script<'_>, findings: &mut Findings<'_>) -> BTreeSet<u32> {
    let mut found = BTreeSet::new();
    for node in script.nodes() {
        let AstKind::BinaryExpression(binary) = node.kind() else { continue };
        let Some(key) = dashed_key(script, binary) else { continue };
        found.insert(binary.left.span().end);
        findings.script(
            SECRET_KEY_DOT,
            script.place(binary.span),
            format!("This subtracts: `{key}` is no identifier, so a dot can't read it."),
            format!("write `secrets['{key}']`"),
        );
    }
    found
}

fn dashed_key(script: &Script<'_>, binary: &BinaryExpression<'_>) -> Option<String> {
    if binary.operator != BinaryOperator::Subtraction {
        return None;
    }
    let Expression::Identifier(right) = &binary.right else { return None };
    if script.symbol(right).is_some() {
        return None;
    }
    let left = match &binary.left {
        Expression::BinaryExpression(inner) => dashed_key(script, inner)?,
        Expression::StaticMemberExpression(member) => (origin(script, &member.object)
            == Some(Origin::Secrets))
        .then(|| member.property.name.to_string())?,
        _ => return None,
    };
    Some(format!("{left}-{}", right.name))
}

fn check_log(script: &Script<'_>, findings: &mut Findings<'_>) {
    for node in script.nodes() {
        let AstKind::CallExpression(call) = node.kind() else { continue };
        if !is_console(script, call) {
            continue;
        }
        for argument in call.arguments.iter().filter_map(Argument::as_expression) {
            let Some(what) = leaks(script, argument) else { continue };
            findings.script(
                CONTEXT_LOGGED,
                script.place(argument.span()),
                format!(
                    "This writes {what} into the log, where everybody who may read logs sees it."
                ),
                "log the properties that are needed, by name",
            );
        }
    }
}

fn is_console(script: &Script<'_>, call: &CallExpression<'_>) -> bool {
    matches!(&call.callee, Expression::StaticMemberExpression(member)
        if matches!(&member.object, Expression::Identifier(name)
            if name.name == "console" && script.is_given(name)))
}

/// What of the secrets an expression shows when it is printed.
fn leaks(script: &Script<'_>, expression: &Expression<'_>) -> Option<&'static str> {
    match origin(script, expression) {
        Some(Origin::Event) => {
            return Some("every secret of the action (they are in `event.secrets`)");
        }
        Some(_) if script.kind == Kind::Action => return Some("every secret of the action"),
        Some(_) => return Some("every secret of the hook (they are in `context.webtask`)"),
        None => {}
    }
    match expression {
        Expression::CallExpression(call) if prints(call) => {
            leaks(script, call.arguments.first()?.as_expression()?)
        }
        Expression::ObjectExpression(object) => {
            object.properties.iter().find_map(|property| match property {
                ObjectPropertyKind::ObjectProperty(property) => leaks(script, &property.value),
                ObjectPropertyKind::SpreadProperty(spread) => leaks(script, &spread.argument),
            })
        }
        Expression::TemplateLiteral(template) => template
            .expressions
            .iter()
            .filter(|it| !is_object(script, it))
            .find_map(|it| leaks(script, it)),
        Expression::BinaryExpression(sum) if sum.operator == BinaryOperator::Addition => {
            [&sum.left, &sum.right]
                .into_iter()
                .filter(|it| !is_object(script, it))
                .find_map(|it| leaks(script, it))
        }
        other => {
            let member = other.as_member_expression()?;
            let is_secret = origin(script, member.object()) == Some(Origin::Secrets);
            (is_secret && is_confidential(member.static_property_name()?)).then_some("a secret")
        }
    }
}

/// Settings that are no secrets, such as a host, are often kept among them.
fn is_confidential(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    ["key", "token", "secret", "pass", "pwd", "credential"].iter().any(|word| key.contains(word))
}

/// Put into a text, an object shows as `[object Object]`.
fn is_object(script: &Script<'_>, expression: &Expression<'_>) -> bool {
    origin(script, expression).is_some() || matches!(expression, Expression::ObjectExpression(_))
}

/// `JSON.stringify(…)` and `util.inspect(…)`.
fn prints(call: &CallExpression<'_>) -> bool {
    match (&call.callee, last_name(&call.callee)) {
        (_, Some("inspect")) => true,
        (Expression::StaticMemberExpression(member), Some("stringify")) => {
            matches!(&member.object, Expression::Identifier(name) if name.name == "JSON")
        }
        _ => false,
    }
}
