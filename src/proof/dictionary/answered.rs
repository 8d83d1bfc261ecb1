//! What code reads of what comes back from elsewhere: the fields of a
//! response's body and of what a package's call gives.
//!
//! Main type: [`Shape`]. A service's answer that lacks what is read of it meets
//! no branch but the one for a broken answer. Must not know any service.

use oxc::ast::AstKind;
use oxc::ast::ast::{BindingPattern, CallExpression, ChainElement, Expression, MemberExpression};
use oxc::semantic::{NodeId, Semantic, SymbolId};
use oxc::span::GetSpan;
use std::cell::Cell;
use std::collections::BTreeMap;

use crate::proof::values::is_method;
use crate::script::tree::symbol_of;

/// How far declarations are followed.
const DEPTH: usize = 24;

/// How many steps one question may take: declarations can be made to branch.
const STEPS: u32 = 300;

/// How many fields are kept of one object.
const MOST: usize = 40;

/// What is read of a value.
#[derive(Debug, Clone, Default, PartialEq)]
pub(in crate::proof) struct Shape {
    /// What is read of its fields.
    pub(in crate::proof) fields: BTreeMap<String, Shape>,
    /// What is read of its items, if it is used as a list.
    pub(in crate::proof) item: Option<Box<Shape>>,
    /// Whether a method of texts is called of it.
    pub(in crate::proof) is_text: bool,
}

/// Where a value comes from.
enum Source {
    /// From a response, at this path; items of lists are [`ITEM`].
    Answer(Vec<String>),
    /// From a package: what its calls give is an answer.
    Package,
    /// From the event, or from the code itself.
    Own,
}

impl Source {
    /// What a property of it is.
    fn then(mut self, name: &str) -> Self {
        if let Self::Answer(path) = &mut self {
            path.push(name.to_owned());
        }
        self
    }

    /// What a call of it gives.
    fn called(self) -> Self {
        match self {
            Self::Package => Self::Answer(Vec::new()),
            other => other,
        }
    }
}

const ITEM: &str = "[]";

/// Names that hooks and Actions have for what they are given.
const GIVEN: [&str; 11] = [
    "event",
    "api",
    "user",
    "context",
    "client",
    "scope",
    "audience",
    "recipient",
    "text",
    "cb",
    "callback",
];

/// What wraps the body of a response in some client.
const ENVELOPES: [&str; 3] = ["response", "body", "data"];

/// Properties of a response and of an error that are none of its body.
const NO_FIELDS: [&str; 5] = ["statusCode", "headers", "statusText", "stack", "isAxiosError"];

const TEXT: [&str; 10] = [
    "split",
    "toLowerCase",
    "toUpperCase",
    "startsWith",
    "endsWith",
    "trim",
    "replace",
    "match",
    "substring",
    "substr",
];
const LIST: [&str; 10] =
    ["length", "push", "filter", "map", "forEach", "some", "every", "find", "join", "reduce"];

/// Adds what a code reads of answers.
pub(super) fn read(semantic: &Semantic<'_>, shape: &mut Shape) {
    let nodes = semantic.nodes();
    let reader = Reader { semantic, steps: Cell::new(0) };
    for node in nodes.iter() {
        let kind = node.kind();
        reader.steps.set(0);
        if let AstKind::IdentifierReference(it) = kind {
            let symbol = symbol_of(semantic, it);
            if let Source::Answer(path) = symbol.map_or(Source::Own, |it| reader.variable(it, 0)) {
                shape.add(&path, None);
            }
            continue;
        }
        let Some(member) = kind.as_member_expression_kind() else { continue };
        let Source::Answer(mut path) = reader.of(member.object(), 0) else { continue };
        match member.static_property_name() {
            Some(name) if is_called(semantic, node.id()) || is_method(&name) => {
                shape.add(&path, Some(&name));
            }
            name => {
                path.push(name.map_or(ITEM, |name| name.as_str()).to_owned());
                shape.add(&path, None);
            }
        }
    }
}

impl Shape {
    /// Notes a path, and the method that is called of what lies there.
    fn add(&mut self, path: &[String], method: Option<&str>) {
        let is_field = |name: &String| !NO_FIELDS.contains(&name.as_str());
        if path.iter().all(is_field) {
            self.insert(path, method);
        }
        if let Some((first, rest)) = path.split_first()
            && ENVELOPES.contains(&first.as_str())
        {
            self.add(rest, method);
        }
    }

    fn insert(&mut self, path: &[String], method: Option<&str>) {
        let mut at = self;
        for name in path {
            at = if name == ITEM {
                at.item.get_or_insert_default()
            } else {
                if at.fields.len() >= MOST && !at.fields.contains_key(name) {
                    return;
                }
                at.fields.entry(name.clone()).or_default()
            };
        }
        let Some(method) = method else { return };
        at.is_text |= TEXT.contains(&method);
        if LIST.contains(&method) && !path.is_empty() {
            at.item.get_or_insert_default();
        }
    }
}

fn is_called(semantic: &Semantic<'_>, node: NodeId) -> bool {
    let nodes = semantic.nodes();
    let own = nodes.kind(node).span();
    matches!(nodes.parent_kind(node), AstKind::CallExpression(it) if it.callee.span() == own)
}

struct Reader<'s, 'a> {
    semantic: &'s Semantic<'a>,
    steps: Cell<u32>,
}

impl Reader<'_, '_> {
    fn of(&self, expression: &Expression<'_>, depth: usize) -> Source {
        self.steps.set(self.steps.get() + 1);
        if depth > DEPTH || self.steps.get() > STEPS {
            return Source::Own;
        }
        let depth = depth + 1;
        match expression {
            Expression::Identifier(it) => match symbol_of(self.semantic, it) {
                Some(symbol) => self.variable(symbol, depth),
                None if it.name == "fetch" => Source::Package,
                None => Source::Own,
            },
            Expression::AwaitExpression(it) => self.of(&it.argument, depth),
            Expression::ParenthesizedExpression(it) => self.of(&it.expression, depth),
            Expression::LogicalExpression(it) => self.either(&it.left, &it.right, depth),
            Expression::ConditionalExpression(it) => {
                self.either(&it.consequent, &it.alternate, depth)
            }
            Expression::CallExpression(it) => self.call(it, depth),
            Expression::NewExpression(it) => self.of(&it.callee, depth),
            Expression::ChainExpression(it) => match &it.expression {
                ChainElement::CallExpression(it) => self.call(it, depth),
                other => self.member(other.as_member_expression(), depth),
            },
            other => self.member(other.as_member_expression(), depth),
        }
    }

    fn either(&self, one: &Expression<'_>, other: &Expression<'_>, depth: usize) -> Source {
        match self.of(one, depth) {
            Source::Own => self.of(other, depth),
            found => found,
        }
    }

    fn member(&self, member: Option<&MemberExpression<'_>>, depth: usize) -> Source {
        let Some(member) = member else { return Source::Own };
        let of = self.of(member.object(), depth);
        of.then(member.static_property_name().unwrap_or(ITEM))
    }

    fn call(&self, call: &CallExpression<'_>, depth: usize) -> Source {
        if call.common_js_require().is_some() {
            return Source::Package;
        }
        let first = call.arguments.first().and_then(|it| it.as_expression());
        let Some(member) = call.callee.as_member_expression() else {
            // `axios(…)`, `fetch(…)`
            return self.of(&call.callee, depth).called();
        };
        let name = member.static_property_name().unwrap_or_default();
        match (self.of(member.object(), depth), name) {
            (Source::Own, "parse") => first.map_or(Source::Own, |it| self.of(it, depth)),
            (Source::Own, _) => Source::Own,
            (Source::Package, _) => Source::Answer(Vec::new()),
            (list @ Source::Answer(_), "filter" | "slice" | "sort" | "reverse" | "concat") => list,
            (list @ Source::Answer(_), "find" | "pop" | "shift") => list.then(ITEM),
            (Source::Answer(_), "json" | "text" | "then" | "catch" | "promise") => {
                Source::Answer(Vec::new())
            }
            // what another method makes of it is no part of it
            (Source::Answer(_), _) => Source::Own,
        }
    }

    fn variable(&self, symbol: SymbolId, depth: usize) -> Source {
        if depth > DEPTH || GIVEN.contains(&self.semantic.scoping().symbol_name(symbol)) {
            return Source::Own;
        }
        let declared = self.semantic.symbol_declaration(symbol);
        match declared.kind() {
            AstKind::VariableDeclarator(it) => {
                let from = match &it.init {
                    Some(init) => self.of(init, depth),
                    None => match self.iterated(declared.id(), depth) {
                        Source::Own => self.assigned(symbol, depth),
                        found => found,
                    },
                };
                within(from, &it.id, symbol)
            }
            AstKind::FormalParameter(it) => {
                within(self.parameter(declared.id(), depth), &it.pattern, symbol)
            }
            _ => Source::Own,
        }
    }

    /// What a variable without a first value is given later.
    fn assigned(&self, symbol: SymbolId, depth: usize) -> Source {
        let nodes = self.semantic.nodes();
        let writes = self.semantic.symbol_references(symbol).filter(|it| it.is_write());
        let mut values = writes.filter_map(|write| match nodes.parent_kind(write.node_id()) {
            AstKind::AssignmentExpression(it) => Some(self.of(&it.right, depth)),
            _ => None,
        });
        values.find(|from| !matches!(from, Source::Own)).unwrap_or(Source::Own)
    }

    /// What `for (const it of list)` gives.
    fn iterated(&self, declarator: NodeId, depth: usize) -> Source {
        let nodes = self.semantic.nodes();
        match nodes.parent_kind(nodes.parent_id(declarator)) {
            AstKind::ForOfStatement(it) => item(self.of(&it.right, depth)),
            _ => Source::Own,
        }
    }

    /// What the function that has a parameter is called with.
    fn parameter(&self, parameter: NodeId, depth: usize) -> Source {
        let nodes = self.semantic.nodes();
        let Some((function, _)) = nodes.ancestors_enumerated(parameter).find(|(_, it)| {
            matches!(it.kind(), AstKind::Function(_) | AstKind::ArrowFunctionExpression(_))
        }) else {
            return Source::Own;
        };
        let own = nodes.kind(function).span();
        let call = match nodes.parent_kind(function) {
            AstKind::CallExpression(it) if !it.callee.span().contains_inclusive(own) => it,
            _ => return Source::Own,
        };
        let Some(member) = call.callee.as_member_expression() else {
            // `request(options, (error, response, body) => …)`
            return self.of(&call.callee, depth).called();
        };
        match (self.of(member.object(), depth), member.static_property_name()) {
            (from, Some("map" | "forEach" | "filter" | "find" | "some" | "every")) => item(from),
            (Source::Own, _) => Source::Own,
            (Source::Package | Source::Answer(_), _) => Source::Answer(Vec::new()),
        }
    }
}

fn item(list: Source) -> Source {
    match list {
        Source::Answer(_) => list.then(ITEM),
        Source::Package | Source::Own => Source::Own,
    }
}

/// What a pattern takes out of a value for a variable.
fn within(from: Source, pattern: &BindingPattern<'_>, symbol: SymbolId) -> Source {
    match (from, keys(pattern, symbol)) {
        (Source::Answer(mut path), Some(keys)) => {
            path.extend(keys);
            Source::Answer(path)
        }
        (Source::Answer(_), None) => Source::Own,
        (other, _) => other,
    }
}

/// The properties from the whole of a pattern to one of its variables.
pub(super) fn keys(pattern: &BindingPattern<'_>, symbol: SymbolId) -> Option<Vec<String>> {
    match pattern {
        BindingPattern::BindingIdentifier(id) => {
            (id.symbol_id.get() == Some(symbol)).then(Vec::new)
        }
        BindingPattern::AssignmentPattern(it) => keys(&it.left, symbol),
        BindingPattern::ObjectPattern(it) => it.properties.iter().find_map(|property| {
            let mut rest = keys(&property.value, symbol)?;
            rest.insert(0, property.key.static_name()?.to_string());
            Some(rest)
        }),
        BindingPattern::ArrayPattern(it) => it.elements.iter().flatten().find_map(|element| {
            let mut rest = keys(element, symbol)?;
            rest.insert(0, ITEM.to_owned());
            Some(rest)
        }),
    }
}
