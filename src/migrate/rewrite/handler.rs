//! The head of the handler: its name, its parameters, how it is exported.

use std::ops::Range;

use oxc::ast::AstKind;
use oxc::ast::ast::{BindingPattern, Expression};
use oxc::span::{GetSpan, Span};

use super::answer::is_name_taken;
use super::{NotRewritten, Rewrite, Step};
use crate::script::tree::{Func, Script};

/// How the handler stands in the script.
pub(super) struct Own {
    /// From the beginning of the function to its body.
    head: Range<usize>,
    /// The `module.exports` that it is assigned to.
    target: Range<usize>,
    /// The name, if it is a declaration.
    declared: Option<String>,
    /// The statement that a comment about the handler stands in front of.
    statement: usize,
}

/// Refuses handlers whose head can't be replaced.
pub(super) fn check(script: &Script<'_>, func: Func<'_>, text: &str) -> Step<Own> {
    let not = |because, at: Span| NotRewritten { because, at: script.place(at) };
    let Some(body) = func.body() else {
        return Err(not("the hook's function has no body of its own", func.span()));
    };
    if func.is_generator() {
        return Err(not("the hook's function is a generator", func.head()));
    }
    let params = func.params();
    let plain = params.items.iter().all(|param| {
        matches!(param.pattern, BindingPattern::BindingIdentifier(_)) && param.initializer.is_none()
    });
    if !plain || params.rest.is_some() {
        return Err(not("its parameters are taken apart", params.span));
    }
    for node in script.nodes() {
        match node.kind() {
            AstKind::ThisExpression(it) => return Err(not("`this` is used", it.span)),
            AstKind::IdentifierReference(it)
                if it.name == "arguments" && script.symbol(it).is_none() =>
            {
                return Err(not("`arguments` is used", it.span));
            }
            AstKind::WithStatement(it) => return Err(not("`with` is used", it.span)),
            _ => {}
        }
    }
    if is_name_taken(script, "event") || is_name_taken(script, "api") {
        return Err(not("the name `event` or `api` is taken", func.head()));
    }
    let head = script.place(func.span()).start..script.place(body.span).start;
    let written = text.get(head.clone()).unwrap_or_default();
    if written.contains("//") || written.contains("/*") {
        return Err(not("there is a comment between its parameters", func.head()));
    }
    let (target, exported) =
        exported(script).ok_or_else(|| not("how it is exported can't be followed", func.head()))?;
    let (declared, statement) = match exported {
        Expression::Identifier(name) => {
            let symbol = script
                .symbol(name)
                .ok_or_else(|| not("how it is exported can't be followed", name.span))?;
            if script.uses(symbol).count() != 1 {
                return Err(not("the hook's function is also called by the script", name.span));
            }
            let is_declaration = matches!(func, Func::Function(it) if it.is_function_declaration());
            let declared = script.semantic.symbol_declaration(symbol).kind().span();
            (is_declaration.then(|| name.name.to_string()), declared)
        }
        value if Func::of_expression(value).is_some() => {
            if let Func::Function(it) = func
                && let Some(id) = &it.id
                && id.symbol_id.get().is_some_and(|symbol| script.uses(symbol).count() > 0)
            {
                return Err(not("the hook's function calls itself", id.span));
            }
            (None, target)
        }
        other => return Err(not("how it is exported can't be followed", other.span())),
    };
    let statement = script.place(statement).start;
    Ok(Own { head, target: script.place(target), declared, statement })
}

/// The one `module.exports = …;` of a script.
fn exported<'a>(script: &Script<'a>) -> Option<(Span, &'a Expression<'a>)> {
    let mut found = None;
    for node in script.nodes() {
        match node.kind() {
            AstKind::IdentifierReference(it) if it.name == "exports" => return None,
            AstKind::IdentifierReference(it) if it.name == "module" => {
                let nodes = script.semantic.nodes();
                let member = nodes.parent_id(node.id());
                let assignment = nodes.parent_id(member);
                let AstKind::AssignmentExpression(it) = nodes.kind(assignment) else {
                    return None;
                };
                let left = script.text(it.left.span()).split_whitespace().collect::<String>();
                let is_alone =
                    matches!(nodes.parent_kind(assignment), AstKind::ExpressionStatement(_));
                if left != "module.exports" || !is_alone || found.is_some() {
                    return None;
                }
                found = Some((it.left.span(), &it.right));
            }
            _ => {}
        }
    }
    found
}

impl Rewrite<'_, '_> {
    /// Replaces the head of the handler and what exports it.
    pub(super) fn head(&mut self, own: &Own, entry: &str) {
        let target = format!("exports.{entry}");
        let head = match &own.declared {
            Some(name) => format!("async function {name}(event, api) "),
            None => "async (event, api) => ".to_owned(),
        };
        self.edits.replace(own.target.clone(), vec![target.into()]);
        self.edits.replace(own.head.clone(), vec![head.into()]);
        self.comment(own.statement);
    }

    /// The `@param` lines of the comment in front of the handler say what the
    /// old parameters were.
    fn comment(&mut self, statement: usize) {
        let before = self.text.get(..statement).unwrap_or_default();
        let before = before.trim_end();
        let Some(start) = before.ends_with("*/").then(|| before.rfind("/**")).flatten() else {
            return;
        };
        let comment = before.get(start..).unwrap_or_default();
        if comment.matches("*/").count() != 1 {
            return;
        }
        let mut at = start;
        let mut kept = 0;
        let mut gone = Vec::new();
        let mut in_param = false;
        for line in comment.split_inclusive('\n') {
            let bare = line.trim().trim_start_matches('*').trim_start();
            let ends = line.trim_end().ends_with("*/");
            if bare.starts_with('@') {
                in_param = bare.starts_with("@param");
            }
            if in_param && !ends {
                gone.push(at..at + line.len());
            } else if !bare.is_empty()
                && !bare.starts_with('/')
                && !line.trim_start().starts_with("/**")
            {
                kept += 1;
            }
            at += line.len();
        }
        if kept == 0 && !gone.is_empty() {
            let end = before.len();
            let rest = self.text.get(end..).unwrap_or_default();
            let line = rest.find('\n').map_or(0, |it| it + 1);
            self.edits.remove(start..end + line);
            return;
        }
        // The blank line of the comment in front of them goes, too.
        for (index, range) in gone.iter().enumerate() {
            let mut range = range.clone();
            if index == 0 {
                let front = self.text.get(..range.start).unwrap_or_default();
                let last = front.trim_end_matches('\n').rsplit('\n').next().unwrap_or_default();
                if last.trim() == "*" {
                    range.start -= last.len() + 1;
                }
            }
            self.edits.remove(range);
        }
    }
}
