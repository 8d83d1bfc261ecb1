//! Credentials that are written out: in the script, and in the definition.
//!
//! A finding never names or shows what it found, and neither does any other
//! finding on that line: each place is hidden from all excerpts.

use std::borrow::Cow;
use std::ops::Range;

use oxc::ast::AstKind;
use oxc::ast::ast::{CallExpression, Expression};
use oxc::semantic::NodeId;
use oxc::span::{GetSpan, Span};

use super::tokens::{Looks, is_credential_name, is_key_material, known_token, looks};
use crate::lint::finding::Findings;
use crate::lint::rule::{HARDCODED_CREDENTIAL, LITERAL_SECRET};
use crate::model::Kind;
use crate::model::secret::NOT_SHOWN;
use crate::script::packages::comes_from;
use crate::script::tree::Script;

pub(crate) fn check(script: &Script<'_>, findings: &mut Findings<'_>) {
    let mut told_lines = Vec::new();
    for comment in script.semantic.comments() {
        let text = script.text(comment.span);
        if let Some(kind) = known_token(text) {
            let place = script.place(comment.span);
            findings.hide_in_script(&place);
            told_lines.push(script.line(comment.span));
            tell_script(findings, place, kind);
        }
    }
    for node in script.nodes() {
        let (text, span) = match node.kind() {
            AstKind::StringLiteral(literal) => (literal.value.as_str(), literal.span),
            AstKind::TemplateElement(element) => (element.value.raw.as_str(), element.span),
            _ => continue,
        };
        let place = script.place(span);
        if findings.is_from_keyword(&place) {
            continue;
        }
        let kind = match known_token(text) {
            Some(kind) => kind,
            None if is_named_credential(script, node.id(), span, text) => "a credential",
            None => continue,
        };
        findings.hide_in_script(&place);
        let line = script.line(span);
        if told_lines.contains(&line) {
            continue;
        }
        told_lines.push(line);
        tell_script(findings, place, kind);
    }
}

fn tell_script(findings: &mut Findings<'_>, at: Range<usize>, kind: &str) {
    let secrets = match findings.kind() {
        Kind::Action => "event.secrets",
        _ => "context.webtask.secrets",
    };
    findings.script(
        HARDCODED_CREDENTIAL,
        at,
        format!(
            "This looks like {kind}: whoever can read the file or the {} can use it.",
            findings.noun()
        ),
        format!(
            "put it into `secrets`, read it as `{secrets}.NAME`, and replace it where it was issued"
        ),
    );
}

/// Whether a text is given to a name that says what it is, and looks the part.
fn is_named_credential(script: &Script<'_>, id: NodeId, span: Span, text: &str) -> bool {
    let name = match script.parent(id) {
        AstKind::VariableDeclarator(it) => it.id.get_identifier_name().map(|it| it.as_str().into()),
        AstKind::ObjectProperty(it) if it.value.span() == span => it.key.static_name(),
        AstKind::AssignmentExpression(it) if it.right.span() == span => {
            it.left.get_identifier_name().map(Cow::from)
        }
        AstKind::CallExpression(call) => return is_key_of(script, call, span, text),
        _ => None,
    };
    name.is_some_and(|name| is_credential_name(&name)) && looks(text) != Looks::Harmless
}

/// Whether a text is the key in `jwt.sign(payload, key)`, `createHmac(kind,
/// key)` or `require('twilio')(account, token)`.
fn is_key_of(script: &Script<'_>, call: &CallExpression<'_>, span: Span, text: &str) -> bool {
    if call.arguments.get(1).is_none_or(|second| second.span() != span) {
        return false;
    }
    let comes_from = |package: &str| comes_from(script, &call.callee, &|it| it == package);
    match &call.callee {
        Expression::StaticMemberExpression(member) => match member.property.name.as_str() {
            "sign" | "verify" => is_key_material(text) && comes_from("jsonwebtoken"),
            "createHmac" | "createCipheriv" => is_key_material(text) && comes_from("crypto"),
            _ => false,
        },
        _ => looks(text) != Looks::Harmless && comes_from("twilio"),
    }
}

/// The same for the definition: secrets whose values stand in the file, and
/// tokens anywhere in it.
pub(crate) fn check_definition(findings: &mut Findings<'_>) {
    let hook = findings.hook;
    let value_at = |at: &Range<usize>| hook.written.slice(at).trim_matches(['"', '\'']);
    for at in &hook.written.values {
        if let Some(kind) = known_token(value_at(at)) {
            findings.hide_in_definition(at.clone());
            tell_definition(findings, at.clone(), kind);
        }
    }
    let Some(declared) = &hook.secrets else { return };
    for (key, (_, at)) in &hook.written.secrets.entries {
        findings.hide_in_definition(at.clone());
        let value = value_at(at);
        if !declared.contains_key(key) || known_token(value).is_some() {
            continue;
        }
        let is_marker = value.contains("##") || value.contains("@@") || value == NOT_SHOWN;
        let real = match looks(value) {
            Looks::Random => true,
            Looks::Real => is_credential_name(key),
            Looks::Harmless => false,
        };
        if real && !is_marker {
            tell_definition(findings, at.clone(), "a credential");
        }
    }
}

fn tell_definition(findings: &mut Findings<'_>, at: Range<usize>, kind: &str) {
    findings.definition(
        LITERAL_SECRET,
        at,
        format!("This looks like {kind}: whoever can read the file, or its history, can use it."),
        "write a marker such as `##API_KEY##`, give its value from the environment, and replace the credential where it was issued",
    );
}
