//! What a trigger passes and takes: properties that it doesn't have, claims
//! that it drops.

use oxc::ast::AstKind;
use oxc::ast::ast::{
    Argument, AssignmentTarget, BinaryOperator, BindingPattern, CallExpression, Expression,
    ObjectExpression, ObjectPropertyKind,
};
use oxc::semantic::SymbolId;
use oxc::span::{GetSpan, Span};

use crate::lint::finding::Findings;
use crate::lint::rule::{CLAIM_WITHOUT_NAMESPACE, UNKNOWN_PROPERTY};
use crate::model::Trigger;
use crate::script::hooks::{is_reserved_host, not_in_payload, parameters};
use crate::script::tree::{Constant, Handler, Script, property};

pub(crate) fn check(script: &Script<'_>, findings: &mut Findings<'_>) {
    let Some(handler) = &script.handler else { return };
    check_properties(script, handler, findings);
    if script.trigger == Trigger::CredentialsExchange {
        check_claims(script, handler, findings);
    }
}

fn check_properties(script: &Script<'_>, handler: &Handler<'_>, findings: &mut Findings<'_>) {
    let given = handler.func.params().items.iter().map(|parameter| &parameter.pattern);
    for ((argument, symbol), pattern) in
        parameters(&script.trigger).iter().zip(&handler.params).zip(given)
    {
        let mut read = Vec::new();
        match symbol {
            Some(symbol) if !script.is_mutated(*symbol) => {
                read_properties(script, *symbol, &mut read);
                let written = written_properties(script, *symbol);
                read.retain(|(name, _)| !written.contains(name));
            }
            Some(_) => {}
            None => taken_apart(pattern, &mut read),
        }
        for (name, span) in read {
            let Some(instead) = not_in_payload(&script.trigger, argument, &name) else { continue };
            findings.script(
                UNKNOWN_PROPERTY,
                script.place(span),
                format!("{} passes no `{argument}.{name}`: it is undefined here.", script.trigger),
                instead,
            );
        }
    }
}

/// The properties of an argument that a script reads, each where it does.
fn read_properties(script: &Script<'_>, symbol: SymbolId, read: &mut Vec<(String, Span)>) {
    for node in script.uses(symbol) {
        let own = node.kind().span();
        match script.parent(node.id()) {
            AstKind::VariableDeclarator(variable)
                if variable.init.as_ref().is_some_and(|it| it.span() == own) =>
            {
                taken_apart(&variable.id, read);
            }
            kind => {
                let member = kind.as_member_expression_kind();
                let found =
                    member.filter(|it| it.object().span() == own).and_then(|it| property(&it));
                read.extend(found.map(|(name, at)| (name.to_owned(), at)));
            }
        }
    }
}

/// The properties that a pattern takes out, those with a default excepted.
fn taken_apart(pattern: &BindingPattern<'_>, read: &mut Vec<(String, Span)>) {
    let BindingPattern::ObjectPattern(object) = pattern else { return };
    for property in &object.properties {
        if let Some(name) = property.key.static_name()
            && !matches!(property.value, BindingPattern::AssignmentPattern(_))
        {
            read.push((name.into_owned(), property.key.span()));
        }
    }
}

/// The properties that a script itself gives to an argument.
fn written_properties(script: &Script<'_>, symbol: SymbolId) -> Vec<String> {
    let targets = script.nodes().filter_map(|node| match node.kind() {
        AstKind::AssignmentExpression(assignment) => assignment.left.as_member_expression(),
        _ => None,
    });
    let own = targets.filter(|member| script.is_symbol(member.object(), symbol));
    own.filter_map(|member| member.static_property_name().map(str::to_owned)).collect()
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
    results.retain(|symbol| match script.constant(*symbol) {
        Some(Constant::Value(Expression::ObjectExpression(object))) => {
            check_object(script, object, findings);
            true
        }
        _ => false,
    });
    check_assigned(script, &results, findings);
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

fn check_assigned(script: &Script<'_>, results: &[SymbolId], findings: &mut Findings<'_>) {
    let is_result = |object: &Expression<'_>| {
        matches!(object, Expression::Identifier(name)
            if script.symbol(name).is_some_and(|it| results.binary_search(&it).is_ok()))
    };
    for node in script.nodes() {
        let AstKind::AssignmentExpression(assignment) = node.kind() else { continue };
        let (name, at) = match &assignment.left {
            AssignmentTarget::StaticMemberExpression(member) if is_result(&member.object) => {
                (member.property.name.to_string(), member.property.span)
            }
            AssignmentTarget::ComputedMemberExpression(member) if is_result(&member.object) => {
                let at = member.expression.span();
                match member.static_property_name() {
                    Some(name) => (name.to_string(), at),
                    None => match beginning(script, &member.expression, 0) {
                        Some(start) if start.len() >= LONG_ENOUGH => (format!("{start}…"), at),
                        _ => continue,
                    },
                }
            }
            _ => continue,
        };
        check_claim(script, &name, at, findings);
    }
}

/// A claim's name that is put together is judged by its beginning, if that is
/// at least as long as `https://`.
const LONG_ENOUGH: usize = 8;

/// What a text that is put together begins with, as far as that is written in
/// the script.
fn beginning(script: &Script<'_>, text: &Expression<'_>, step: usize) -> Option<String> {
    const MAX_STEPS: usize = 8;
    if step > MAX_STEPS {
        return None;
    }
    match text {
        Expression::StringLiteral(literal) => Some(literal.value.to_string()),
        Expression::BinaryExpression(sum) if sum.operator == BinaryOperator::Addition => {
            beginning(script, &sum.left, step + 1)
        }
        Expression::TemplateLiteral(template) => {
            let first = template.quasis.first()?.value.cooked.as_ref()?;
            match template.expressions.first() {
                Some(inserted) if first.is_empty() => beginning(script, inserted, step + 1),
                _ => Some(first.to_string()),
            }
        }
        Expression::Identifier(name) => match script.constant(script.symbol(name)?)? {
            Constant::Value(value) => beginning(script, value, step + 1),
            _ => None,
        },
        _ => None,
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
    is_reserved_host(address.split(['/', '?', '#', ':']).next().unwrap_or(address))
}
