//! A parsed script with the questions that rules ask of it.
//!
//! Main types: [`Script`], [`Func`] and [`Handler`]. Must not find anything
//! by itself.

use std::collections::HashSet;
use std::ops::Range;

use oxc::ast::ast::{
    BindingPattern, ChainElement, Expression, Function, IdentifierReference, UnaryOperator,
};
use oxc::ast::{AstKind, MemberExpressionKind};
use oxc::semantic::{AstNode, NodeId, Reference, Semantic, SymbolId};
use oxc::span::{GetSpan, Span};

pub(crate) use super::func::Func;
use super::hooks::parameters;
use super::parse::{Parsed, Wrapped};
use crate::model::{Kind, Trigger};

/// The function that Auth0 calls.
pub(crate) struct Handler<'a> {
    pub(crate) func: Func<'a>,
    /// Its parameters, in order; `None` for one that is taken apart.
    pub(crate) params: Vec<Option<SymbolId>>,
    /// The parameter at the callback's place, when it has one.
    pub(crate) callback: Option<SymbolId>,
    /// The parameter at the context's place, when it has one.
    pub(crate) context: Option<SymbolId>,
    context_at: Option<usize>,
}

impl<'a> Handler<'a> {
    fn new(func: Func<'a>, trigger: &Trigger) -> Self {
        let params: Vec<_> = func
            .params()
            .items
            .iter()
            .map(|param| match &param.pattern {
                BindingPattern::BindingIdentifier(name) => name.symbol_id.get(),
                _ => None,
            })
            .collect();
        let at = |name: &str| {
            let index = parameters(trigger).iter().position(|known| *known == name)?;
            params.get(index).copied().flatten()
        };
        let context_at = parameters(trigger).iter().position(|known| *known == "context");
        Self { func, callback: at("cb"), context: at("context"), params, context_at }
    }

    /// The pattern at the context's place, when the context is taken apart
    /// right in the parameters.
    pub(crate) fn context_pattern(&self) -> Option<&'a BindingPattern<'a>> {
        let parameter = self.func.params().items.get(self.context_at?)?;
        Some(&parameter.pattern)
    }
}

/// A parsed script.
pub(crate) struct Script<'a> {
    pub(crate) semantic: Semantic<'a>,
    pub(crate) wrapped: &'a Wrapped,
    pub(crate) handler: Option<Handler<'a>>,
    pub(crate) trigger: Trigger,
    pub(crate) kind: Kind,
    /// The functions of an action that Auth0 calls.
    pub(crate) entries: Vec<Func<'a>>,
    /// The names that an action's event goes by: the first argument of each
    /// entry, and what is given on to functions of the script.
    pub(crate) events: HashSet<SymbolId>,
    /// The same for `api`.
    pub(crate) apis: HashSet<SymbolId>,
    /// Names that are assigned to after they were declared.
    mutated: HashSet<SymbolId>,
    /// Where each line of the script ends.
    line_ends: Vec<usize>,
}

impl<'a> Script<'a> {
    pub(crate) fn new(parsed: Parsed<'a>, handler: Option<Func<'a>>) -> Self {
        let Parsed { semantic, wrapped, .. } = parsed;
        let handler = handler.map(|func| Handler::new(func, &wrapped.trigger));
        let script = wrapped.script();
        let line_ends = script.match_indices('\n').map(|(at, _)| at).collect();
        // Asked of one name at a time, each question would cost all of its uses.
        let references = semantic.nodes().iter().filter_map(|node| match node.kind() {
            AstKind::IdentifierReference(name) => name.reference_id.get(),
            _ => None,
        });
        let writes = references.map(|id| semantic.scoping().get_reference(id));
        let mutated = writes.filter(|it| it.is_write()).filter_map(|it| it.symbol_id()).collect();
        Self {
            semantic,
            wrapped,
            handler,
            trigger: wrapped.trigger.clone(),
            kind: wrapped.kind,
            entries: Vec::new(),
            events: HashSet::new(),
            apis: HashSet::new(),
            mutated,
            line_ends,
        }
    }

    /// An action, with the functions that Auth0 calls.
    pub(crate) fn action(parsed: Parsed<'a>, entries: Vec<Func<'a>>) -> Self {
        let mut script = Self::new(parsed, None);
        for func in &entries {
            script.events.extend(func.param(0).and_then(|it| it.symbol_id.get()));
            script.apis.extend(func.param(1).and_then(|it| it.symbol_id.get()));
        }
        script.entries = entries;
        script.follow_arguments();
        script
    }

    /// Finds the parameters to which the event and `api` are given on.
    fn follow_arguments(&mut self) {
        /// How many functions may give them on to each other.
        const ROUNDS: usize = 3;
        for _ in 0..ROUNDS {
            let (mut events, mut apis) = (Vec::new(), Vec::new());
            for node in self.nodes() {
                let AstKind::CallExpression(call) = node.kind() else { continue };
                let Expression::Identifier(name) = &call.callee else { continue };
                let Some(func) = self.function(name) else { continue };
                for (at, argument) in call.arguments.iter().enumerate() {
                    let Some(Expression::Identifier(given)) = argument.as_expression() else {
                        continue;
                    };
                    let Some(given) = self.symbol(given) else { continue };
                    let taken = func.param(at).and_then(|it| it.symbol_id.get());
                    if self.events.contains(&given) {
                        events.extend(taken);
                    }
                    if self.apis.contains(&given) {
                        apis.extend(taken);
                    }
                }
            }
            let before = self.events.len() + self.apis.len();
            self.events.extend(events);
            self.apis.extend(apis);
            if self.events.len() + self.apis.len() == before {
                break;
            }
        }
    }

    /// Whether Auth0 calls a function of an action.
    pub(crate) fn is_entry(&self, func: Func<'a>) -> bool {
        self.entries.iter().any(|entry| entry.node_id() == func.node_id())
    }

    /// Whether a pattern takes an action's event apart right in the parameters
    /// of an entry.
    pub(crate) fn is_event_pattern(&self, pattern: &BindingPattern<'_>) -> bool {
        self.entries.iter().any(|entry| {
            let first = entry.params().items.first();
            first.is_some_and(|first| first.pattern.span() == pattern.span())
        })
    }

    /// Where a span of the wrapped text lies in the script.
    pub(crate) fn place(&self, span: Span) -> Range<usize> {
        self.wrapped.in_script(span)
    }

    /// The text of a span.
    pub(crate) fn text(&self, span: Span) -> &'a str {
        self.wrapped.text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    /// The line that a span begins on, counted from 1 in the script.
    pub(crate) fn line(&self, span: Span) -> usize {
        let start = self.place(span).start;
        self.line_ends.partition_point(|end| *end < start) + 1
    }

    /// Every node of the script itself, without those of the wrapper.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = &AstNode<'a>> {
        let start = self.wrapped.start as u32;
        self.semantic.nodes().iter().filter(move |node| node.kind().span().start >= start)
    }

    /// What a name refers to; `None` for a global one.
    pub(crate) fn symbol(&self, name: &IdentifierReference<'a>) -> Option<SymbolId> {
        symbol_of(&self.semantic, name)
    }

    /// The parameter at the place of an argument, which Auth0's documentation
    /// calls by this name.
    pub(crate) fn argument(&self, name: &str) -> Option<SymbolId> {
        let at = parameters(&self.trigger).iter().position(|known| *known == name)?;
        self.handler.as_ref()?.params.get(at).copied().flatten()
    }

    /// The function that a name stands for, if that never changes.
    pub(crate) fn function(&self, name: &IdentifierReference<'a>) -> Option<Func<'a>> {
        match self.constant(self.symbol(name)?)? {
            Constant::Function(function) => Some(Func::Function(function)),
            Constant::Value(value) => Func::of_expression(value),
            Constant::Class => None,
        }
    }

    /// Whether a name is a global, or a parameter of the wrapper: nothing that
    /// the script declares.
    pub(crate) fn is_given(&self, name: &IdentifierReference<'a>) -> bool {
        self.symbol(name).is_none_or(|symbol| {
            let declared = self.semantic.scoping().symbol_span(symbol).start;
            (declared as usize) < self.wrapped.start
        })
    }

    /// Whether an expression is a name that refers to this symbol.
    pub(crate) fn is_symbol(&self, expression: &Expression<'a>, symbol: SymbolId) -> bool {
        matches!(expression, Expression::Identifier(name) if self.symbol(name) == Some(symbol))
    }

    /// The nodes at which a symbol is used.
    pub(crate) fn uses(&self, symbol: SymbolId) -> impl Iterator<Item = &AstNode<'a>> {
        self.semantic
            .symbol_references(symbol)
            .map(|reference| self.semantic.nodes().get_node(reference.node_id()))
    }

    pub(crate) fn parent(&self, node: NodeId) -> AstKind<'a> {
        self.semantic.nodes().parent_kind(node)
    }

    /// Whether the script uses a global of this name.
    pub(crate) fn has_global(&self, name: &str) -> bool {
        self.semantic.scoping().root_unresolved_references().contains_key(name)
    }

    /// Whether the script makes a global of this name by assigning to it, or
    /// asks for it with `typeof` before it relies on it.
    pub(crate) fn is_assigned_global(&self, name: &str) -> bool {
        self.global_references(name).any(|reference| {
            reference.is_write()
                || matches!(
                    self.parent(reference.node_id()),
                    AstKind::UnaryExpression(unary) if unary.operator == UnaryOperator::Typeof
                )
        })
    }

    fn global_references(&self, name: &str) -> impl Iterator<Item = &Reference> {
        let scoping = self.semantic.scoping();
        let all = scoping.root_unresolved_references().get(name);
        all.into_iter().flatten().map(|id| scoping.get_reference(*id))
    }

    /// Where the script uses a global of this name.
    pub(crate) fn globals(&self, name: &str) -> Vec<NodeId> {
        self.global_references(name).map(Reference::node_id).collect()
    }

    /// The innermost function around a node.
    pub(crate) fn function_around(&self, node: NodeId) -> Option<Func<'a>> {
        self.semantic.nodes().ancestor_kinds(node).find_map(Func::of_kind)
    }

    /// The nodes below a node, in the order in which they are visited.
    pub(crate) fn inside(&self, id: NodeId) -> impl Iterator<Item = &AstNode<'a>> {
        let nodes = self.semantic.nodes();
        let whole = nodes.kind(id).span();
        // A node is followed by all that is below it.
        let after = (id.index() + 1)..nodes.len();
        after
            .map(|index| nodes.get_node(NodeId::from_usize(index)))
            .take_while(move |node| whole.contains_inclusive(node.kind().span()))
    }

    /// Whether a function asks for all of its arguments at once.
    pub(crate) fn uses_arguments(&self, func: Func<'a>) -> bool {
        self.global_references("arguments").any(|reference| {
            let mut around = self.semantic.nodes().ancestors_enumerated(reference.node_id());
            around
                .find(|(_, ancestor)| matches!(ancestor.kind(), AstKind::Function(_)))
                .is_some_and(|(around, _)| around == func.node_id())
        })
    }

    /// Whether a `try` with a `catch` is around a node, in its own function.
    pub(crate) fn is_caught(&self, id: NodeId) -> bool {
        let at = self.semantic.nodes().kind(id).span();
        let kinds = self.semantic.nodes().ancestor_kinds(id);
        kinds.take_while(|kind| Func::of_kind(*kind).is_none()).any(|kind| match kind {
            AstKind::TryStatement(it) => {
                it.handler.is_some() && it.block.span.contains_inclusive(at)
            }
            _ => false,
        })
    }

    /// What a node refers to, if it is a name.
    pub(crate) fn symbol_at(&self, kind: AstKind<'a>) -> Option<SymbolId> {
        match kind {
            AstKind::IdentifierReference(name) => self.symbol(name),
            _ => None,
        }
    }

    /// Whether a name is assigned to after it was declared.
    pub(crate) fn is_mutated(&self, symbol: SymbolId) -> bool {
        self.mutated.contains(&symbol)
    }

    /// What a symbol was declared with, if it never changes: the function of
    /// a declaration, or the value of a variable.
    pub(crate) fn constant(&self, symbol: SymbolId) -> Option<Constant<'a>> {
        (!self.is_mutated(symbol)).then(|| declared_as(&self.semantic, symbol)).flatten()
    }
}

/// What a name refers to; `None` for a global one.
pub(crate) fn symbol_of(
    semantic: &Semantic<'_>,
    name: &IdentifierReference<'_>,
) -> Option<SymbolId> {
    semantic.scoping().get_reference(name.reference_id.get()?).symbol_id()
}

/// The name of a member's property, where it is known, and where it stands.
pub(crate) fn property<'a>(member: &MemberExpressionKind<'a>) -> Option<(&'a str, Span)> {
    let at = match member {
        MemberExpressionKind::Static(it) => it.property.span,
        MemberExpressionKind::Computed(it) => it.expression.span(),
        MemberExpressionKind::PrivateField(_) => return None,
    };
    Some((member.static_property_name()?.as_str(), at))
}

/// The name that an expression ends with: `get` of `client.users.get`.
pub(crate) fn last_name<'e>(expression: &'e Expression<'_>) -> Option<&'e str> {
    match expression {
        Expression::Identifier(name) => Some(name.name.as_str()),
        Expression::StaticMemberExpression(member) => Some(member.property.name.as_str()),
        Expression::ChainExpression(chain) => match &chain.expression {
            ChainElement::StaticMemberExpression(member) => Some(member.property.name.as_str()),
            _ => None,
        },
        _ => None,
    }
}

/// A word that a node writes: a name, or the text of a literal.
pub(crate) fn word<'a>(kind: AstKind<'a>) -> Option<&'a str> {
    match kind {
        AstKind::IdentifierReference(it) => Some(it.name.as_str()),
        AstKind::IdentifierName(it) => Some(it.name.as_str()),
        AstKind::BindingIdentifier(it) => Some(it.name.as_str()),
        AstKind::StringLiteral(it) => Some(it.value.as_str()),
        AstKind::TemplateElement(it) => Some(it.value.raw.as_str()),
        AstKind::NumericLiteral(it) => it.raw.as_ref().map(|raw| raw.as_str()),
        AstKind::RegExpLiteral(it) => it.raw.as_ref().map(|raw| raw.as_str()),
        _ => None,
    }
}

/// What stands behind a name that is never assigned again.
#[derive(Clone, Copy)]
pub(crate) enum Constant<'a> {
    Function(&'a Function<'a>),
    Class,
    Value(&'a Expression<'a>),
}

/// See [`Script::constant`]; for a script that is not one yet.
pub(crate) fn constant<'a>(semantic: &Semantic<'a>, symbol: SymbolId) -> Option<Constant<'a>> {
    let is_mutated = semantic.scoping().symbol_is_mutated(symbol);
    (!is_mutated).then(|| declared_as(semantic, symbol)).flatten()
}

fn declared_as<'a>(semantic: &Semantic<'a>, symbol: SymbolId) -> Option<Constant<'a>> {
    if !semantic.scoping().symbol_redeclarations(symbol).is_empty() {
        return None;
    }
    match semantic.symbol_declaration(symbol).kind() {
        AstKind::Function(function) => Some(Constant::Function(function)),
        AstKind::Class(_) => Some(Constant::Class),
        AstKind::VariableDeclarator(variable) => match (&variable.id, &variable.init) {
            (BindingPattern::BindingIdentifier(_), Some(value)) => Some(Constant::Value(value)),
            _ => None,
        },
        _ => None,
    }
}
