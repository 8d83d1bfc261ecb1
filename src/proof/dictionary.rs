//! The values that a script compares its input with, tied to the names of the
//! properties that stand with them.
//!
//! Main type: [`Dictionary`]. A value that is put anywhere rarely meets
//! `client.id === 'x' && metadata.y === 'true'`; one that is put where its
//! name stands does. Must not run anything.

mod answered;
mod constants;

use std::collections::{BTreeMap, BTreeSet};

use oxc::allocator::Allocator;
use oxc::ast::AstKind;
use oxc::ast::ast::{BindingPattern, Expression, SourceType};
use oxc::parser::Parser;
use oxc::semantic::{NodeId, Semantic, SemanticBuilder};
use oxc::span::GetSpan;
use serde_json::Value;

pub(super) use answered::Shape;

use crate::sandbox::PLAYED;
use crate::script::tree::symbol_of;

/// How many values and names of one script are kept.
const MOST: usize = 400;

/// What a script knows of its input.
#[derive(Debug, Default)]
pub(super) struct Dictionary {
    /// Values by the name of a property that stands with them.
    pub(super) tied: BTreeMap<String, Vec<Value>>,
    /// All values.
    pub(super) values: Vec<Value>,
    /// The names of all properties that are read, with what they are read of.
    pub(super) reads: BTreeSet<(String, String)>,
    /// What is read of answers of services and packages.
    pub(super) answered: Shape,
}

/// Values that are known before the code is read.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Those of secrets and of an action's configuration, by name.
    pub(super) settings: BTreeMap<String, String>,
    /// Texts of the sample event, by the last name of their path.
    pub(super) inputs: BTreeMap<String, String>,
}

/// What the codes know; a code that can't be parsed knows nothing.
pub(super) fn of(codes: &[&str], known: &Known) -> Dictionary {
    let mut dictionary = Dictionary::default();
    for code in codes {
        look(code, |semantic| read(semantic, known, &mut dictionary));
    }
    dictionary
}

/// Parses a code and looks at it; nothing is seen of one that can't be parsed.
fn look<T: Default>(code: &str, at: impl FnOnce(&Semantic<'_>) -> T) -> T {
    let wrapped = format!("(function (exports, require, module) {{{code}\n}})");
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, &wrapped, SourceType::script()).parse();
    if parsed.panicked || parsed.diagnostics.has_errors() {
        return T::default();
    }
    let builder = SemanticBuilder::new_compiler().with_build_nodes(true);
    at(&builder.build(&parsed.program).semantic)
}

fn read(semantic: &Semantic<'_>, known: &Known, dictionary: &mut Dictionary) {
    answered::read(semantic, &mut dictionary.answered);
    for node in semantic.nodes().iter() {
        if let Some(member) = node.kind().as_member_expression_kind()
            && let Some(name) = member.static_property_name()
            && dictionary.reads.len() < MOST
        {
            dictionary.reads.insert((owner(member.object()), name.to_string()));
        }
        if let AstKind::BindingProperty(property) = node.kind()
            && let Some(name) = property.key.static_name()
            && dictionary.reads.len() < MOST
        {
            dictionary.reads.insert((String::new(), name.to_string()));
        }
        let value = match node.kind() {
            AstKind::StringLiteral(text) => Value::from(text.value.as_str()),
            AstKind::NumericLiteral(number) => number_value(number.value),
            AstKind::BooleanLiteral(flag) if constants::is_compared(semantic, node.id()) => {
                Value::from(flag.value)
            }
            AstKind::TemplateElement(part) => match &part.value.cooked {
                Some(text) if !text.trim().is_empty() => Value::from(text.as_str()),
                _ => continue,
            },
            AstKind::RegExpLiteral(pattern) => {
                match literal_part(pattern.regex.pattern.text.as_str()) {
                    Some(text) => Value::from(text),
                    None => continue,
                }
            }
            _ => {
                let values = constants::of(semantic, known, node.id());
                if !values.is_empty() {
                    let mut names = BTreeSet::new();
                    let chain = constants::chain(semantic, node.id());
                    collect(semantic, chain, &mut names, 0);
                    names_near(semantic, chain, &mut names, 0);
                    values.into_iter().for_each(|value| dictionary.tie(&names, value));
                }
                continue;
            }
        };
        if dictionary.values.len() >= MOST {
            return;
        }
        let mut names = BTreeSet::new();
        names_near(semantic, node.id(), &mut names, 0);
        dictionary.tie(&names, value);
    }
}

impl Dictionary {
    /// Notes that a value stands with some names.
    fn tie(&mut self, names: &BTreeSet<String>, value: Value) {
        for name in names {
            let tied = self.tied.entry(name.clone()).or_default();
            if !tied.contains(&value) {
                tied.push(value.clone());
            }
        }
        if self.values.len() < MOST && !self.values.contains(&value) {
            self.values.push(value);
        }
    }
}

fn number_value(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < 9e15 {
        #[allow(clippy::cast_possible_truncation, reason = "it is a whole number in range")]
        return Value::from(number as i64);
    }
    Value::from(number)
}

/// A text that a regular expression may match: its longest run of plain
/// characters, else one that its first class holds.
fn literal_part(pattern: &str) -> Option<String> {
    let run = pattern
        .split(|c: char| !(c.is_alphanumeric() || matches!(c, '@' | '-' | '_' | ' ')))
        .max_by_key(|part| part.len())
        .filter(|part| part.len() > 2);
    if let Some(run) = run {
        return Some(run.to_owned());
    }
    let class = pattern.split_once('[')?.1;
    let first = class.chars().find(|c| !matches!(c, '^' | '\\' | ']'))?;
    Some(first.to_string())
}

/// The packages that a code loads.
fn packages(code: &str) -> BTreeSet<String> {
    look(code, |semantic| {
        let required = semantic.nodes().iter().filter_map(|node| match node.kind() {
            AstKind::CallExpression(call) => {
                call.common_js_require().map(|it| it.value.to_string())
            }
            _ => None,
        });
        required.take(MOST).collect()
    })
}

/// The packages of some codes whose calls are recorded and not run, in order.
#[must_use]
pub fn stubbed(codes: &[&str]) -> Vec<String> {
    let all: BTreeSet<String> = codes.iter().flat_map(|code| packages(code)).collect();
    let plain = all.iter().map(|name| name.trim_start_matches("node:").to_owned());
    let mut stubbed: Vec<String> = plain.filter(|name| !PLAYED.contains(&name.as_str())).collect();
    stubbed.dedup();
    stubbed
}

/// The last name of what a property is read of.
fn owner(object: &Expression<'_>) -> String {
    match object {
        Expression::Identifier(name) => name.name.to_string(),
        Expression::StaticMemberExpression(inner) => inner.property.name.to_string(),
        _ => String::new(),
    }
}

/// The names of properties in the expression, condition or declaration around
/// a node, and in what the variables of it were declared with.
fn names_near(semantic: &Semantic<'_>, node: NodeId, names: &mut BTreeSet<String>, depth: usize) {
    let nodes = semantic.nodes();
    let around = nodes.ancestors_enumerated(node).find(|(_, ancestor)| {
        matches!(
            ancestor.kind(),
            AstKind::BinaryExpression(_)
                | AstKind::CallExpression(_)
                | AstKind::SwitchStatement(_)
                | AstKind::VariableDeclarator(_)
                | AstKind::IfStatement(_)
                | AstKind::ConditionalExpression(_)
        )
    });
    let Some((around, _)) = around else { return };
    collect(semantic, around, names, depth);
}

fn collect(semantic: &Semantic<'_>, around: NodeId, names: &mut BTreeSet<String>, depth: usize) {
    let nodes = semantic.nodes();
    let span = match nodes.kind(around) {
        AstKind::IfStatement(it) => it.test.span(),
        AstKind::SwitchStatement(it) => it.discriminant.span(),
        other => other.span(),
    };
    for node in nodes.iter().filter(|node| span.contains_inclusive(node.kind().span())) {
        match node.kind() {
            AstKind::StaticMemberExpression(member) => {
                names.insert(member.property.name.to_string());
            }
            AstKind::IdentifierReference(name) => {
                names.insert(name.name.to_string());
                let Some(symbol) = symbol_of(semantic, name).filter(|_| depth < 3) else {
                    continue;
                };
                let declared = semantic.symbol_declaration(symbol);
                if let AstKind::VariableDeclarator(variable) = declared.kind()
                    && matches!(variable.id, BindingPattern::BindingIdentifier(_))
                    && declared.id() != around
                {
                    collect(semantic, declared.id(), names, depth + 1);
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_tied_to_the_names_that_stand_with_them() {
        let dictionary = of(
            &["
            module.exports = function (user, context, cb) {
              const domain = user.email.split('@').pop();
              if (domain === 'bad.example') return cb(new Error('no'));
              if (context.connection.name === 'x' && user.app_metadata.level > 3) cb();
            };"],
            &Known::default(),
        );
        let tied = |name: &str| dictionary.tied.get(name).cloned().unwrap_or_default();
        assert!(tied("email").contains(&"bad.example".into()), "{dictionary:?}");
        assert_eq!(tied("name"), [Value::from("x")]);
        assert_eq!(tied("level"), [Value::from(3)]);
        assert!(dictionary.reads.contains(&("app_metadata".into(), "level".into())));
    }

    #[test]
    fn values_that_code_gets_elsewhere_are_tied_as_if_they_stood_there() {
        let known = Known {
            settings: [("KEY".into(), "k-1".into()), ("LIST".into(), "l-1".into())].into(),
            inputs: [("username".into(), "ada".into())].into(),
        };
        let check = |code: &str, name: &str, expected: &str| {
            let code = format!("exports.onExecutePostLogin = async (event, api) => {{ {code} }};");
            let tied = of(&[&code], &known).tied.remove(name).unwrap_or_default();
            assert!(tied.contains(&expected.into()), "{code}\n{name}: {tied:?}");
        };
        check("if (event.secrets.KEY === event.request.query.k) api.deny();", "k", "k-1");
        check("if (event.request.query.k !== event.secrets['KEY']) api.deny();", "k", "k-1");
        check("const { KEY } = event.secrets; if (KEY == event.request.query.k) f();", "k", "k-1");
        check("const { KEY: own } = event.secrets; if (own == event.user.x) f();", "x", "k-1");
        check(
            "const own = event.secrets.KEY; const x = event.user.x; if (x === own) f();",
            "x",
            "k-1",
        );
        check("if (event.user.x === `Bearer ${event.secrets.KEY}`) f();", "x", "Bearer k-1");
        check(
            "const own = 'Bearer ' + event.secrets.KEY; if (own === event.user.x) f();",
            "x",
            "Bearer k-1",
        );
        check("if (event.secrets.LIST.split(',').includes(event.user.x)) f();", "x", "l-1");
        check("if (event.user.x.endsWith(event.secrets.KEY)) f();", "x", "k-1");
        check("if (event.user.x === event.user.username) f();", "x", "ada");
        check(
            "const bad = ['a.example', 'b.example']; if (bad.includes(event.user.x)) f();",
            "x",
            "b.example",
        );
        check(
            "const plans = { 'a.example': 1, gold: 2 }; const plan = plans[event.user.x];",
            "x",
            "gold",
        );
    }

    #[test]
    fn what_is_read_of_answers_has_a_shape() {
        fn shown(shape: &Shape) -> String {
            let fields = shape.fields.iter().map(|(name, inner)| format!("{name}{}", shown(inner)));
            let mut all: Vec<String> = fields.collect();
            all.extend(shape.item.iter().map(|item| format!("[]{}", shown(item))));
            all.extend(shape.is_text.then(|| "text".to_owned()));
            if all.is_empty() { String::new() } else { format!("({})", all.join(" ")) }
        }
        let check = |code: &str, expected: &str| {
            let code = format!(
                "const axios = require('axios'), request = require('request');
                module.exports = async function (user, context, cb) {{ {code} }};"
            );
            assert_eq!(shown(&of(&[&code], &Known::default()).answered), expected, "{code}");
        };
        check(
            "request.get('u', (err, res, body) => { if (body.country === 'x') cb(); });",
            "(country)",
        );
        check(
            "const res = await axios.get('u'); cb(res.data.items[0].id);",
            "(data(items([](id))) items([](id)))",
        );
        check(
            "const { data } = await axios.get('u'); if (data.ok) cb(data.name.trim());",
            "(data(name(text) ok) name(text) ok)",
        );
        check(
            "axios.get('u').then(({ data: { rows } }) => rows.find((row) => row.id === 1));",
            "(data(rows([](id))) rows([](id)))",
        );
        check(
            "const r = await fetch('u'); for (const it of await r.json()) cb(it.kind);",
            "([](kind))",
        );
        check(
            "request('u', function (err, res, body) { const it = JSON.parse(body); cb(it.a.b); });",
            "(a(b))",
        );
        check(
            "let all; try { all = JSON.parse((await axios.get('u')).data); } catch (e) {} cb(all.x);",
            "(data(x) x)",
        );
        check("if (user.email.split('@')[1] === context.connection.name) cb(err.code);", "");
    }
}
