//! What a name or a property is known to hold while the code runs: secrets,
//! constants, and texts put together from them.
//!
//! Main function: [`of`]. Must not guess: what is not known has no value.

use oxc::ast::AstKind;
use oxc::ast::ast::{BinaryOperator, BindingPattern, Expression, ObjectPropertyKind};
use oxc::semantic::{NodeId, Semantic, SymbolId};
use oxc::span::GetSpan;
use serde_json::Value;

use super::answered::keys;
use super::{Known, number_value};
use crate::script::tree::symbol_of;

/// How many values of a list are taken, and how far declarations are followed.
const MOST: usize = 24;
const DEPTH: usize = 4;

/// The values that are known of a node: of a text put together, of a property,
/// of a variable. Literals are none of its business.
pub(super) fn of(semantic: &Semantic<'_>, known: &Known, node: NodeId) -> Vec<Value> {
    let own = Reader { semantic, known };
    let kind = semantic.nodes().kind(node);
    match kind {
        AstKind::BinaryExpression(it) if it.operator == BinaryOperator::Addition => {
            let parts = [&it.left, &it.right].map(|part| own.text(part, 0));
            let [Some(left), Some(right)] = parts else { return Vec::new() };
            vec![Value::from(left + &right)]
        }
        AstKind::TemplateLiteral(it) if !it.expressions.is_empty() => {
            own.template(it, 0).map(Value::from).into_iter().collect()
        }
        AstKind::IdentifierReference(it) => {
            symbol_of(semantic, it).map(|symbol| own.variable(symbol, 0)).unwrap_or_default()
        }
        _ => {
            let name = kind.as_member_expression_kind().and_then(|it| it.static_property_name());
            let Some(name) = name else { return Vec::new() };
            let setting = known.settings.get(name.as_str());
            // An input's sample value is only worth something where it is
            // compared with another input as a whole.
            let input = known.inputs.get(name.as_str()).filter(|_| is_compared(semantic, node));
            setting.or(input).map(|text| text.as_str().into()).into_iter().collect()
        }
    }
}

/// The whole of the chain of properties and calls that a node begins.
pub(super) fn chain(semantic: &Semantic<'_>, from: NodeId) -> NodeId {
    let nodes = semantic.nodes();
    let mut node = from;
    loop {
        let (own, parent) = (nodes.kind(node).span(), nodes.parent_id(node));
        let kind = nodes.kind(parent);
        let goes_on = match kind {
            AstKind::CallExpression(call) => call.callee.span() == own,
            _ => kind.as_member_expression_kind().is_some_and(|it| it.object().span() == own),
        };
        if !goes_on {
            return node;
        }
        node = parent;
    }
}

/// Whether a node is one side of a comparison for equality.
pub(super) fn is_compared(semantic: &Semantic<'_>, node: NodeId) -> bool {
    matches!(semantic.nodes().parent_kind(node),
        AstKind::BinaryExpression(it) if it.operator.is_equality())
}

struct Reader<'s, 'a> {
    semantic: &'s Semantic<'a>,
    known: &'s Known,
}

impl Reader<'_, '_> {
    /// A text that is known to its end.
    fn text(&self, expression: &Expression<'_>, depth: usize) -> Option<String> {
        if depth > DEPTH {
            return None;
        }
        match expression {
            Expression::StringLiteral(it) => Some(it.value.to_string()),
            Expression::TemplateLiteral(it) => self.template(it, depth),
            Expression::BinaryExpression(it) if it.operator == BinaryOperator::Addition => {
                Some(self.text(&it.left, depth + 1)? + &self.text(&it.right, depth + 1)?)
            }
            Expression::Identifier(it) => {
                match self.variable(symbol_of(self.semantic, it)?, depth + 1).as_slice() {
                    [Value::String(text)] => Some(text.clone()),
                    _ => None,
                }
            }
            other => {
                let name = other.as_member_expression()?.static_property_name()?;
                self.known.settings.get(name).cloned()
            }
        }
    }

    fn template(&self, it: &oxc::ast::ast::TemplateLiteral<'_>, depth: usize) -> Option<String> {
        let mut text = String::new();
        for (at, part) in it.quasis.iter().enumerate() {
            text.push_str(part.value.cooked.as_ref()?);
            if let Some(inserted) = it.expressions.get(at) {
                text.push_str(&self.text(inserted, depth + 1)?);
            }
        }
        Some(text)
    }

    /// The values of a variable that is written once.
    fn variable(&self, symbol: SymbolId, depth: usize) -> Vec<Value> {
        let declared = self.semantic.symbol_declaration(symbol).kind();
        let AstKind::VariableDeclarator(variable) = declared else { return Vec::new() };
        if depth > DEPTH || self.semantic.scoping().symbol_is_mutated(symbol) {
            return Vec::new();
        }
        match &variable.id {
            BindingPattern::BindingIdentifier(_) => {
                variable.init.as_ref().map(|init| self.values(init, depth)).unwrap_or_default()
            }
            pattern @ BindingPattern::ObjectPattern(_) => {
                let setting = match keys(pattern, symbol).as_deref() {
                    Some([name]) => self.known.settings.get(name),
                    _ => None,
                };
                setting.map(|text| text.as_str().into()).into_iter().collect()
            }
            _ => Vec::new(),
        }
    }

    fn values(&self, init: &Expression<'_>, depth: usize) -> Vec<Value> {
        match init {
            Expression::NumericLiteral(it) => vec![number_value(it.value)],
            Expression::ArrayExpression(it) => {
                let items = it.elements.iter().filter_map(|item| item.as_expression());
                items
                    .filter_map(|item| self.text(item, depth + 1))
                    .map(Value::from)
                    .take(MOST)
                    .collect()
            }
            Expression::ObjectExpression(it) => {
                let keys = it.properties.iter().filter_map(|property| match property {
                    ObjectPropertyKind::ObjectProperty(it) => it.key.static_name(),
                    ObjectPropertyKind::SpreadProperty(_) => None,
                });
                keys.map(|key| Value::from(key.as_ref())).take(MOST).collect()
            }
            other => self.text(other, depth).map(Value::from).into_iter().collect(),
        }
    }
}
