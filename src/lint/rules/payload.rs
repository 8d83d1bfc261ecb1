//! What a trigger passes and takes: properties that it doesn't have, claims
//! that it drops.

use oxc::ast::AstKind;
use oxc::ast::ast::{
    Argument, AssignmentTarget, CallExpression, Expression, ObjectExpression, ObjectPropertyKind,
};
use oxc::semantic::SymbolId;
use oxc::span::{GetSpan, Span};

use super::super::finding::Findings;
use super::super::rule::{CLAIM_WITHOUT_NAMESPACE, UNKNOWN_PROPERTY};
use super::super::script::{Constant, Handler, Script};
use super::super::trigger::{not_in_payload, parameters};
use crate::model::Trigger;

pub(super) fn check(script: &Script<'_>, findings: &mut Findings<'_>) {
    let Some(handler) = &script.handler else { return };
    check_properties(script, handler, findings);
    if script.trigger == Trigger::CredentialsExchange {
        check_claims(script, handler, findings);
    }
}

fn check_properties(script: &Script<'_>, handler: &Handler<'_>, findings: &mut Findings<'_>) {
    for (argument, symbol) in parameters(&script.trigger).iter().zip(&handler.params) {
        let Some(symbol) = symbol else { continue };
        if script.semantic.scoping().symbol_is_mutated(*symbol) {
            continue;
        }
        let written = written_properties(script, *symbol);
        for node in script.uses(*symbol) {
            let AstKind::StaticMemberExpression(member) = script.parent(node.id()) else {
                continue;
            };
            if member.object.span() != node.kind().span() {
                continue;
            }
            let name = member.property.name.as_str();
            let Some(instead) = not_in_payload(&script.trigger, argument, name) else { continue };
            if written.contains(&name) {
                continue;
            }
            findings.script(
                UNKNOWN_PROPERTY,
                script.place(member.property.span),
                format!("{} passes no `{argument}.{name}`: it is undefined here.", script.trigger),
                instead,
            );
        }
    }
}

/// The properties that a script itself gives to an argument.
fn written_properties<'a>(script: &Script<'a>, symbol: SymbolId) -> Vec<&'a str> {
    let mut written = Vec::new();
    for node in script.nodes() {
        let AstKind::AssignmentExpression(assignment) = node.kind() else { continue };
        if let AssignmentTarget::StaticMemberExpression(member) = &assignment.left
            && script.is_symbol(&member.object, symbol)
        {
            written.push(member.property.name.as_str());
        }
    }
    written
}

/// The keys of what `cb(null, …)` gives back.
fn check_claims(script: &Script<'_>, handler: &Handler<'_>, findings: &mut Findings<'_>) {
    let Some(callback) = handler.callback else { return };
    let mut results: Vec<SymbolId> = Vec::new();
    for node in script.nodes() {
        let AstKind::CallExpression(call) = node.kind() else { continue };
        if !script.is_symbol(&call.callee, callback) {
            continue;
        }
        match result(call) {
            Some(Expression::ObjectExpression(object)) => check_object(script, object, findings),
            Some(Expression::Identifier(name)) => results.extend(script.symbol(name)),
            _ => {}
        }
    }
    results.sort_unstable();
    results.dedup();
    for symbol in results {
        if let Some(Constant::Value(Expression::ObjectExpression(object))) = script.constant(symbol)
        {
            check_object(script, object, findings);
            check_assigned(script, symbol, findings);
        }
    }
}

/// The second argument of `cb(null, result)`.
fn result<'s, 'a>(call: &'s CallExpression<'a>) -> Option<&'s Expression<'a>> {
    call.arguments
        .first()
        .and_then(Argument::as_expression)
        .filter(|error| error.is_null_or_undefined())?;
    call.arguments.get(1).and_then(Argument::as_expression)
}

fn check_object(script: &Script<'_>, object: &ObjectExpression<'_>, findings: &mut Findings<'_>) {
    for property in &object.properties {
        let ObjectPropertyKind::ObjectProperty(property) = property else { continue };
        if property.computed && !property.key.is_expression() {
            continue;
        }
        if let Some(name) = property.key.static_name() {
            check_claim(script, &name, property.key.span(), findings);
        }
    }
}

fn check_assigned(script: &Script<'_>, symbol: SymbolId, findings: &mut Findings<'_>) {
    for node in script.nodes() {
        let AstKind::AssignmentExpression(assignment) = node.kind() else { continue };
        let (name, at) = match &assignment.left {
            AssignmentTarget::StaticMemberExpression(member)
                if script.is_symbol(&member.object, symbol) =>
            {
                (member.property.name.to_string(), member.property.span)
            }
            AssignmentTarget::ComputedMemberExpression(member)
                if script.is_symbol(&member.object, symbol) =>
            {
                let Some(name) = member.static_property_name() else { continue };
                (name.to_string(), member.expression.span())
            }
            _ => continue,
        };
        check_claim(script, &name, at, findings);
    }
}

fn check_claim(script: &Script<'_>, name: &str, at: Span, findings: &mut Findings<'_>) {
    if name == "scope" {
        return;
    }
    let address = name.strip_prefix("https://").or_else(|| name.strip_prefix("http://"));
    let why = match address {
        None => "its name is not a URL",
        Some(address) if is_reserved(address) => "its host belongs to Auth0",
        Some(_) => return,
    };
    findings.script(
        CLAIM_WITHOUT_NAMESPACE,
        script.place(at),
        format!("The claim `{name}` never reaches the token: Auth0 drops it in silence, since {why}."),
        "name it by a URL of your own, such as `https://example.com/claim` (only `scope` needs none)",
    );
}

/// Hosts whose claims Auth0 drops, and everything below them.
fn is_reserved(address: &str) -> bool {
    let host = address.split(['/', '?', '#', ':']).next().unwrap_or(address);
    ["auth0.com", "webtask.io", "webtask.run"]
        .iter()
        .any(|reserved| host == *reserved || host.ends_with(&format!(".{reserved}")))
}
