//! Every place in a script at which the callback may get called.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use oxc::ast::AstKind;
use oxc::ast::ast::Expression;
use oxc::semantic::{AstNode, NodeId, SymbolId};
use oxc::span::{GetSpan, Span};

use super::walk::{Role, walk};
use crate::script::tree::{Func, Handler, Script};

/// Names by which callbacks go, in hooks, rules and elsewhere.
pub(crate) const USUAL_NAMES: [&str; 4] = ["cb", "callback", "done", "next"];

/// The places at which the callback, or a function of the script that calls
/// it, is used.
pub(crate) struct Touches {
    /// The callback.
    pub(crate) callback: SymbolId,
    /// Where each use begins, in order.
    places: Vec<u32>,
    /// Functions that have a name and use the callback: to name one is to
    /// touch the callback, to declare one is not.
    carriers: HashSet<SymbolId>,
    /// Those of them that call the callback whenever they are called.
    callers: HashSet<SymbolId>,
    /// Those of them that see to it that it is called, but later.
    answerers: HashSet<SymbolId>,
    /// Which functions were followed already, by where they begin, and whether
    /// they answer.
    followed: RefCell<HashMap<u32, bool>>,
}

impl Touches {
    /// `None` when there is no callback to follow, or it gets out of sight.
    pub(crate) fn of(script: &Script<'_>, handler: &Handler<'_>) -> Option<Self> {
        let callback = handler.callback?;
        if script.is_mutated(callback) || script.has_global("eval") {
            return None;
        }
        let mut touches = Self {
            callback,
            places: Vec::new(),
            carriers: HashSet::new(),
            callers: HashSet::new(),
            answerers: HashSet::new(),
            followed: RefCell::default(),
        };
        let named = named_functions(script, handler);
        touches.find_carriers(script, &named);
        // Twice, since one may call another that is declared below it.
        for (symbol, func) in named.iter().chain(&named) {
            if func.is_generator()
                || !touches.carriers.contains(symbol)
                || touches.callers.contains(symbol)
            {
                continue;
            }
            let walked = walk(script, &touches, *func, Role::Callback);
            touches.followed.borrow_mut().clear();
            if walked.always_calls && !func.is_async() {
                touches.callers.insert(*symbol);
            } else if walked.always_answers {
                touches.answerers.insert(*symbol);
            }
        }
        Some(touches)
    }

    /// Finds every use of the callback, and of the named functions that use it.
    fn find_carriers(&mut self, script: &Script<'_>, named: &[(SymbolId, Func<'_>)]) {
        let nodes = script.semantic.nodes();
        let names: HashMap<NodeId, SymbolId> =
            named.iter().map(|(symbol, func)| (func.node_id(), *symbol)).collect();
        let mut uses: Vec<NodeId> = script.uses(self.callback).map(AstNode::id).collect();
        // Meant as a call of the callback; that it isn't one is reported elsewhere.
        for name in stray_names(script, self.callback) {
            uses.extend(script.globals(name));
        }
        while let Some(id) = uses.pop() {
            self.places.push(nodes.kind(id).span().start);
            for around in nodes.ancestor_ids(id) {
                let Some(symbol) = names.get(&around) else { continue };
                if !self.carriers.insert(*symbol) {
                    break;
                }
                uses.extend(script.uses(*symbol).map(AstNode::id));
            }
        }
        self.places.sort_unstable();
    }

    /// Whether the callback is used anywhere.
    pub(crate) fn any(&self) -> bool {
        !self.places.is_empty()
    }

    /// Whether the callback is used inside a span.
    pub(crate) fn within(&self, span: Span) -> bool {
        let first = self.places.partition_point(|place| *place < span.start);
        self.places.get(first).is_some_and(|place| *place < span.end)
    }

    /// Where the callback is used first inside a span.
    pub(crate) fn first(&self, span: Span) -> Option<Span> {
        let first = self.places.partition_point(|place| *place < span.start);
        let place = *self.places.get(first).filter(|place| **place < span.end)?;
        Some(Span::new(place, place))
    }

    /// Whether to call an expression is to call the callback at once, by itself
    /// or through a function that always does.
    pub(crate) fn is_callback(&self, script: &Script<'_>, function: &Expression<'_>) -> bool {
        let Expression::Identifier(name) = function else { return false };
        let symbol = script.symbol(name);
        symbol == Some(self.callback) || symbol.is_some_and(|it| self.callers.contains(&it))
    }

    /// Whether to call an expression is to see to it that the callback is
    /// called later.
    pub(super) fn answers_if_called(&self, script: &Script<'_>, function: &Expression<'_>) -> bool {
        let Expression::Identifier(name) = function else { return false };
        script.symbol(name).is_some_and(|symbol| self.answerers.contains(&symbol))
    }

    /// What was found out about a function that begins at a place, once.
    pub(super) fn remembered(&self, at: Span, find_out: impl FnOnce() -> bool) -> bool {
        if let Some(answers) = self.followed.borrow().get(&at.start) {
            return *answers;
        }
        let answers = find_out();
        self.followed.borrow_mut().insert(at.start, answers);
        answers
    }

    /// Whether a symbol is a function that uses the callback.
    pub(crate) fn is_carrier(&self, symbol: Option<SymbolId>) -> bool {
        symbol.is_some_and(|symbol| self.carriers.contains(&symbol))
    }
}

/// Names that nothing declares and that are meant for the callback: one of the
/// usual ones, or nearly its own.
pub(crate) fn stray_names<'s>(script: &'s Script<'_>, callback: SymbolId) -> Vec<&'s str> {
    let own = script.semantic.scoping().symbol_name(callback);
    let reach = if own.len() <= 3 { 1 } else { 2 };
    let is_near = |name: &str| {
        name.eq_ignore_ascii_case(own)
            || (name.starts_with(|first: char| own.starts_with(first))
                && strsim::damerau_levenshtein(name, own) <= reach)
    };
    let globals = script.semantic.scoping().root_unresolved_references().keys();
    globals
        .map(|name| name.as_str())
        .filter(|name| USUAL_NAMES.contains(name) || is_near(name))
        .filter(|name| !script.is_assigned_global(name))
        .collect()
}

/// The functions inside the handler that have a name which never changes.
fn named_functions<'a>(script: &Script<'a>, handler: &Handler<'a>) -> Vec<(SymbolId, Func<'a>)> {
    let inside = handler.func.span();
    let mut named = Vec::new();
    for node in script.nodes() {
        if !inside.contains_inclusive(node.kind().span()) {
            continue;
        }
        let found = match node.kind() {
            AstKind::Function(it) if it.is_function_declaration() => {
                it.id.as_ref().zip(Some(Func::Function(it)))
            }
            AstKind::VariableDeclarator(it) => {
                it.id.get_binding_identifier().zip(it.init.as_ref().and_then(Func::of_expression))
            }
            _ => None,
        };
        let found = found.and_then(|(id, func)| Some((id.symbol_id.get()?, func)));
        named.extend(found.filter(|(symbol, _)| !script.is_mutated(*symbol)));
    }
    named
}

/// The expression that is really evaluated: without `await`, `void` and `?.`.
pub(crate) fn bare<'e, 'a>(expression: &'e Expression<'a>) -> &'e Expression<'a> {
    match expression {
        Expression::AwaitExpression(awaited) => bare(&awaited.argument),
        Expression::UnaryExpression(unary) => bare(&unary.argument),
        other => other,
    }
}
