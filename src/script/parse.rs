//! From a script's text to its syntax tree, under the conditions in which
//! Auth0 compiles it.
//!
//! Auth0's published compiler puts the trigger's error classes in front of
//! the script and compiles both as the body of a CommonJS module. So that
//! everything that follows from it holds without being reported twice (a
//! top-level `return` is fine, `"use strict"` is no directive, the classes'
//! names are taken), the script is parsed inside that very wrapper; places
//! are then counted back.

use std::cell::Cell;

use oxc::allocator::Allocator;
use oxc::ast::AstKind;
use oxc::ast::ast::{
    AssignmentOperator, Expression, FunctionBody, IdentifierReference, Program, Statement,
};
use oxc::diagnostics::OxcDiagnostic;
use oxc::parser::{ParseOptions, Parser};
use oxc::semantic::{NodeId, ScopeId, Semantic, SemanticBuilder, SymbolId};
use oxc::span::{SourceType, Span};
use oxc::str::Ident;

use super::hooks::{BASE_ERROR_CLASS, error_classes};
use super::tree::{Constant, constant, symbol_of};
use crate::model::{Kind, Trigger};

const OPEN: &str = "(function (exports, require, module, __filename, __dirname) {";
const CLOSE: &str = "\n})";

/// Auth0's runtime of Actions compiles the code as the body of a function with
/// these parameters, inside a module that has `require`.
const OPEN_ACTION: &str = "(function (require) { return (function (module, exports, console) {\n";
const CLOSE_ACTION: &str = "\n}); })";

/// A script inside its wrapper.
pub(crate) struct Wrapped {
    /// Wrapper and script.
    pub(crate) text: String,
    /// Where the script begins.
    pub(crate) start: usize,
    /// Where it ends.
    pub(crate) end: usize,
    /// Whose wrapper it is.
    pub(crate) trigger: Trigger,
    /// Whether that is the wrapper of hooks or of actions.
    pub(crate) kind: Kind,
}

impl Wrapped {
    pub(crate) fn new(script: &str, trigger: &Trigger) -> Self {
        let mut text = String::with_capacity(script.len() + 320);
        text.push_str(OPEN);
        text.push_str(&format!("class {BASE_ERROR_CLASS} extends Error {{}}\n"));
        for class in error_classes(trigger) {
            text.push_str(&format!("class {class} extends {BASE_ERROR_CLASS} {{}}\n"));
        }
        let start = text.len();
        text.push_str(script);
        let end = text.len();
        text.push_str(CLOSE);
        Self { text, start, end, trigger: trigger.clone(), kind: Kind::Hook }
    }

    /// The code of an action, in the wrapper of its runtime. Unlike that of
    /// hooks it honours a leading `"use strict"`, and knows no `__dirname`.
    pub(crate) fn action(code: &str, trigger: &Trigger) -> Self {
        let text = format!("{OPEN_ACTION}{code}{CLOSE_ACTION}");
        let (start, end) = (OPEN_ACTION.len(), OPEN_ACTION.len() + code.len());
        Self { text, start, end, trigger: trigger.clone(), kind: Kind::Action }
    }

    /// The script alone.
    pub(crate) fn script(&self) -> &str {
        self.text.get(self.start..self.end).unwrap_or_default()
    }

    /// The bytes of the script that a span of the wrapped text covers.
    pub(crate) fn in_script(&self, span: Span) -> std::ops::Range<usize> {
        let place = |at: u32| (at as usize).clamp(self.start, self.end) - self.start;
        place(span.start)..place(span.end)
    }
}

/// A script that could be parsed.
pub(crate) struct Parsed<'a> {
    /// The tree with its scopes, symbols and references.
    pub(crate) semantic: Semantic<'a>,
    /// The wrapper's body: the error classes, then the script.
    pub(crate) body: &'a FunctionBody<'a>,
    /// The wrapped text.
    pub(crate) wrapped: &'a Wrapped,
    /// The scope of the wrapper: the module's parameters and the script's own names.
    pub(crate) scope: Option<ScopeId>,
}

impl<'a> Parsed<'a> {
    /// What stands behind a name that is never assigned again.
    pub(super) fn constant(&self, name: &IdentifierReference<'a>) -> Option<Constant<'a>> {
        constant(&self.semantic, symbol_of(&self.semantic, name)?)
    }

    /// A parameter of the module that the script is.
    pub(crate) fn parameter(&self, name: &str) -> Option<SymbolId> {
        let scope = self.scope?;
        self.semantic.scoping().get_binding(scope, Ident::from(name))
    }

    /// Whether an expression is evaluated whenever the script runs to its end.
    pub(crate) fn always(&self, expression: NodeId) -> bool {
        let nodes = self.semantic.nodes();
        for (id, ancestor) in nodes.ancestors_enumerated(expression) {
            match ancestor.kind() {
                AstKind::AssignmentExpression(assignment)
                    if assignment.operator == AssignmentOperator::Assign => {}
                AstKind::ExpressionStatement(_)
                | AstKind::SequenceExpression(_)
                | AstKind::VariableDeclarator(_)
                | AstKind::VariableDeclaration(_) => {}
                AstKind::FunctionBody(_) => return id == self.body.node_id.get(),
                _ => return false,
            }
        }
        false
    }

    /// How much there is to see around all nodes together: what it costs to
    /// look from every place of a script to what is around it.
    pub(crate) fn surroundings(&self) -> u64 {
        let nodes = self.semantic.nodes();
        let mut depths = vec![0u32; nodes.len()];
        let mut all = 0;
        for (id, _) in nodes.iter_enumerated() {
            let parent = nodes.parent_id(id);
            // Parents come before their children.
            let depth = depths.get(parent.index()).map_or(0, |depth| depth.saturating_add(1));
            if let Some(own) = depths.get_mut(id.index()) {
                *own = depth;
            }
            all += u64::from(depth);
        }
        all
    }
}

/// What kept a script from being parsed.
#[derive(Default)]
pub(crate) struct SyntaxError {
    /// The parser's words.
    pub(crate) message: String,
    /// The parser's advice.
    pub(crate) help: Option<String>,
    /// Where, in the script.
    pub(crate) place: std::ops::Range<usize>,
    /// A second place in the script, with what it has to say.
    pub(crate) other: Option<(std::ops::Range<usize>, String)>,
}

/// The most brackets that one line may hold for its regular expressions to be
/// read. Their parser takes up to 14 KB of stack a level, far more than
/// anything else that nests, and no regular expression spans lines.
const MAX_BRACKETS_A_LINE: usize = 2_000;

pub(crate) fn options(text: &str) -> ParseOptions {
    let shallow = text.split(['\n', '\r', '\u{2028}', '\u{2029}']).all(|line| {
        line.bytes().filter(|byte| matches!(byte, b'(' | b'[')).count() <= MAX_BRACKETS_A_LINE
    });
    ParseOptions {
        parse_regular_expression: shallow,
        allow_return_outside_function: true,
        preserve_parens: false,
        ..ParseOptions::default()
    }
}

/// Parses a wrapped script.
///
/// # Errors
/// With every syntax error that was found; never with none.
pub(crate) fn parse<'a>(
    allocator: &'a Allocator,
    wrapped: &'a Wrapped,
) -> Result<Parsed<'a>, Vec<SyntaxError>> {
    let text = &wrapped.text;
    let parsed =
        Parser::new(allocator, text, SourceType::script()).with_options(options(text)).parse();
    if parsed.diagnostics.has_errors() || parsed.panicked {
        return Err(errors(wrapped, parsed.diagnostics.errors()));
    }
    if let Some(span) = parsed.irregular_whitespaces.iter().find(|span| is_no_blank(wrapped, span))
    {
        return Err(vec![invisible(wrapped, *span)]);
    }
    let program: &'a Program<'a> = allocator.alloc(parsed.program);
    let Some((body, scope)) = whole_body(program, wrapped) else {
        return Err(vec![closed_early(program, wrapped)]);
    };
    let built = SemanticBuilder::new_compiler().with_build_nodes(true).build(program);
    if built.diagnostics.has_errors() {
        return Err(errors(wrapped, built.diagnostics.errors()));
    }
    Ok(Parsed { semantic: built.semantic, body, wrapped, scope: scope.get() })
}

/// Whether the parser forgives a character as a blank that JavaScript doesn't
/// know as one.
fn is_no_blank(wrapped: &Wrapped, span: &Span) -> bool {
    let text = wrapped.text.get(span.start as usize..span.end as usize).unwrap_or_default();
    text.contains(['\u{200b}', '\u{85}', '\u{180e}'])
}

fn invisible(wrapped: &Wrapped, span: Span) -> SyntaxError {
    SyntaxError {
        message: "An invisible character (such as a zero-width space) stands in the code".into(),
        help: Some("delete it; it often comes along with copied text".into()),
        place: wrapped.in_script(span),
        ..SyntaxError::default()
    }
}

/// The body of the wrapper, if the script didn't close it by itself.
fn whole_body<'a>(
    program: &'a Program<'a>,
    wrapped: &Wrapped,
) -> Option<(&'a FunctionBody<'a>, &'a Cell<Option<ScopeId>>)> {
    let [Statement::ExpressionStatement(statement)] = program.body.as_slice() else {
        return None;
    };
    let Expression::FunctionExpression(wrapper) = &statement.expression else {
        return None;
    };
    let mut body = wrapper.body.as_deref()?;
    let mut scope = &wrapper.scope_id;
    if wrapped.kind == Kind::Action {
        let [Statement::ReturnStatement(returned)] = body.statements.as_slice() else {
            return None;
        };
        let Some(Expression::FunctionExpression(inner)) = &returned.argument else { return None };
        (body, scope) = (inner.body.as_deref()?, &inner.scope_id);
    }
    // Both wrappers end with a new line and the brace of the body.
    (body.span.end as usize == wrapped.end + 2).then_some((body, scope))
}

/// The script has a `}` too many, and goes on after it in a way that happens
/// to fit the wrapper.
fn closed_early(program: &Program<'_>, wrapped: &Wrapped) -> SyntaxError {
    let mut finder = BodyEnd { start: wrapped.start as u32, found: None };
    oxc::ast_visit::Visit::visit_program(&mut finder, program);
    let end = finder.found.unwrap_or(0);
    SyntaxError {
        message: "Unexpected token `}`".into(),
        place: wrapped.in_script(Span::new(end.saturating_sub(1), end)),
        ..SyntaxError::default()
    }
}

/// Finds where the innermost function around the script's beginning ends: the
/// wrapper.
struct BodyEnd {
    start: u32,
    found: Option<u32>,
}

impl<'a> oxc::ast_visit::Visit<'a> for BodyEnd {
    fn visit_function_body(&mut self, body: &FunctionBody<'a>) {
        if body.span.start < self.start {
            self.found = Some(body.span.end);
            oxc::ast_visit::walk::walk_function_body(self, body);
        }
    }
}

fn errors<'e>(
    wrapped: &Wrapped,
    found: impl Iterator<Item = &'e OxcDiagnostic>,
) -> Vec<SyntaxError> {
    let mut errors: Vec<_> = found.map(|error| one_error(wrapped, error)).collect();
    if errors.is_empty() {
        let message = "the script can't be parsed".into();
        errors.push(SyntaxError { message, ..SyntaxError::default() });
    }
    errors
}

fn one_error(wrapped: &Wrapped, error: &OxcDiagnostic) -> SyntaxError {
    let span = |label: &oxc::diagnostics::LabeledSpan| Span::sized(label.offset(), label.len());
    // Of two labels (a name declared twice) the last one is the newcomer.
    let mut labels: Vec<_> = error.labels.iter().collect();
    labels.sort_by_key(|label| label.offset());
    let inside = |label: &oxc::diagnostics::LabeledSpan| label.offset() as usize >= wrapped.start;
    SyntaxError {
        message: error.message.to_string(),
        help: error.help.as_ref().map(ToString::to_string),
        place: labels.last().map_or(0..0, |label| wrapped.in_script(span(label))),
        other: labels.first().filter(|label| labels.len() > 1 && inside(label)).map(|label| {
            (wrapped.in_script(span(label)), label.label().unwrap_or_default().to_owned())
        }),
    }
}
