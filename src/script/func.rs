//! A function of a script, in either of the two forms that JavaScript has.
//!
//! Main type: [`Func`].

use oxc::ast::AstKind;
use oxc::ast::ast::{
    Argument, ArrowFunctionExpression, BindingIdentifier, CallExpression, Expression,
    FormalParameters, Function, FunctionBody,
};
use oxc::semantic::NodeId;
use oxc::span::Span;

use super::tree::Script;

/// A function or an arrow function.
#[derive(Clone, Copy)]
pub(crate) enum Func<'a> {
    Function(&'a Function<'a>),
    Arrow(&'a ArrowFunctionExpression<'a>),
}

impl<'a> Func<'a> {
    pub(crate) fn of_expression(expression: &'a Expression<'a>) -> Option<Self> {
        match expression {
            Expression::FunctionExpression(function) => Some(Self::Function(function)),
            Expression::ArrowFunctionExpression(arrow) => Some(Self::Arrow(arrow)),
            _ => None,
        }
    }

    /// The same for an expression of a script that is held for a shorter time.
    pub(crate) fn in_tree(script: &Script<'a>, expression: &Expression<'a>) -> Option<Self> {
        Self::of_kind(script.semantic.nodes().kind(expression.node_id()))
    }

    /// The function that is the last argument of a call.
    pub(crate) fn last_of(call: &'a CallExpression<'a>) -> Option<Self> {
        Self::of_expression(call.arguments.last().and_then(Argument::as_expression)?)
    }

    pub(crate) fn of_kind(kind: AstKind<'a>) -> Option<Self> {
        match kind {
            AstKind::Function(function) => Some(Self::Function(function)),
            AstKind::ArrowFunctionExpression(arrow) => Some(Self::Arrow(arrow)),
            _ => None,
        }
    }

    pub(crate) fn params(self) -> &'a FormalParameters<'a> {
        match self {
            Self::Function(function) => &function.params,
            Self::Arrow(arrow) => &arrow.params,
        }
    }

    /// The name of a parameter that is not taken apart.
    pub(crate) fn param(self, at: usize) -> Option<&'a BindingIdentifier<'a>> {
        self.params().items.get(at)?.pattern.get_binding_identifier()
    }

    pub(crate) fn body(self) -> Option<&'a FunctionBody<'a>> {
        match self {
            Self::Function(function) => function.body.as_deref(),
            Self::Arrow(arrow) => arrow.get_function_body(),
        }
    }

    /// The expression of `() => expression`.
    pub(crate) fn expression(self) -> Option<&'a Expression<'a>> {
        match self {
            Self::Function(_) => None,
            Self::Arrow(arrow) => arrow.get_expression(),
        }
    }

    pub(crate) fn is_async(self) -> bool {
        match self {
            Self::Function(function) => function.r#async,
            Self::Arrow(arrow) => arrow.r#async,
        }
    }

    pub(crate) fn is_generator(self) -> bool {
        matches!(self, Self::Function(function) if function.generator)
    }

    pub(crate) fn span(self) -> Span {
        match self {
            Self::Function(function) => function.span,
            Self::Arrow(arrow) => arrow.span,
        }
    }

    pub(crate) fn node_id(self) -> NodeId {
        match self {
            Self::Function(function) => function.node_id.get(),
            Self::Arrow(arrow) => arrow.node_id.get(),
        }
    }

    /// Whether its first parameter is an error, as in `(err, result)`.
    pub(crate) fn takes_error(self) -> bool {
        let Some(first) = self.param(0) else { return false };
        let name = first.name.as_str().trim_start_matches('_').to_ascii_lowercase();
        matches!(name.as_str(), "e" | "er" | "err" | "error")
            || name.ends_with("error")
            || name.ends_with("err")
    }

    /// The part worth underlining: from `function` or `(` to the end of the
    /// parameters.
    pub(crate) fn head(self) -> Span {
        Span::new(self.span().start, self.params().span.end.max(self.span().start))
    }
}
