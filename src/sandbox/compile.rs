//! From the user's text to what the engine evaluates: checked to be one
//! function body, wrapped as Auth0 wraps it, and with counters for coverage.
//!
//! The wrapper stands on the script's first line, so that lines stay the
//! user's. Wrapping by text would let `}); … (function () {` climb out of the
//! wrapper; so the text is parsed as a body first, and refused if it isn't one.

mod caught;
mod cover;
mod edits;

use oxc::allocator::Allocator;
use oxc::ast::ast::{Expression, Program as Tree, Statement};
use oxc::parser::{ParseOptions, Parser};
use oxc::span::SourceType;

use super::outcome::{Fault, Place};
use super::world::Program;
use crate::model::Trigger;
use crate::script::hooks::{error_classes, takes_friendly_message};
pub use cover::Branch;
pub(super) use edits::Columns;
use edits::Edits;

/// The name of the file in stack traces.
pub(super) const FILE: &str = "script.js";

const BASE: &str = "class ExtensibilityUserError extends Error { constructor(message) { super(message); this.name = this.constructor.name; } } ";
const FRIENDLY: &str = "extends ExtensibilityUserError { constructor(message, friendlyMessage) { super(message); this.friendlyMessage = friendlyMessage || message; } } ";
const PLAIN: &str = "extends ExtensibilityUserError { constructor(message) { super(message); } } ";

const OPEN_HOOK: &str = "(function (exports, require, module, __filename, __dirname) { ";

/// What the engine evaluates.
#[derive(Debug)]
pub(super) struct Compiled {
    /// An expression: the function to call.
    pub(super) text: String,
    /// Where places in it are in the user's text.
    pub(super) columns: Columns,
    /// Whether it takes what looks at it as its first two arguments: what
    /// counts branches, and what is shown the errors that it catches.
    pub(super) is_observed: bool,
    /// What is counted.
    pub(super) branches: Vec<Branch>,
}

/// What is looked at while a program runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Observed {
    /// Nothing inside of it.
    Nothing,
    /// The errors that it catches.
    Errors,
    /// Those, and the branches that it takes.
    Branches,
}

/// Checks and wraps a program.
pub(super) fn compile(program: &Program, observed: Observed) -> Result<Compiled, Box<Fault>> {
    let code = program.code();
    if let Some(at) = code.find('\0') {
        return Err(fault(code, "Invalid or unexpected token (a NUL character)", at));
    }
    let (open, close) = match program {
        Program::Hook { trigger, .. } => (format!("{OPEN_HOOK}{}", prelude(trigger)), "\n})"),
        Program::Action { .. } => (
            "(function (module, exports, require) { return function (module, exports, console) {"
                .to_owned(),
            "\n}})",
        ),
    };
    let (edits, branches) = check(code, observed)?;
    let is_observed = !edits.is_empty();
    let params = format!("(function ({}, {}, ", cover::COUNTER, caught::CAUGHT);
    let open = if is_observed { open.replacen("(function (", &params, 1) } else { open };
    let (text, columns) = edits.apply(code, open.len());
    Ok(Compiled { text: format!("{open}{text}{close}"), columns, is_observed, branches })
}

/// The error classes that Auth0 puts in front of a hook.
fn prelude(trigger: &str) -> String {
    let class = |name: &&str| {
        format!("class {name} {}", if takes_friendly_message(name) { FRIENDLY } else { PLAIN })
    };
    let classes = error_classes(&Trigger::from_tenant(trigger)).iter().map(class);
    format!("{BASE}{}", classes.collect::<String>())
}

const OPEN: &str = "(function () {";

/// Parses the text as the body of a function, and finds where it is looked at.
fn check(code: &str, observed: Observed) -> Result<(Edits, Vec<Branch>), Box<Fault>> {
    let text = format!("{OPEN}{code}\n}})");
    let allocator = Allocator::default();
    let options = ParseOptions {
        parse_regular_expression: false,
        allow_return_outside_function: true,
        preserve_parens: false,
        ..ParseOptions::default()
    };
    let parsed = Parser::new(&allocator, &text, SourceType::script()).with_options(options).parse();
    if parsed.panicked || parsed.diagnostics.has_errors() {
        let first = parsed.diagnostics.errors().next();
        let at = first
            .and_then(|error| error.labels.iter().map(|label| label.offset() as usize).max())
            .unwrap_or(0);
        let message = first
            .map_or_else(|| "Invalid or unexpected token".to_owned(), |e| e.message.to_string());
        return Err(fault(code, &message, at.saturating_sub(OPEN.len())));
    }
    if !is_one_body(&parsed.program, text.len()) {
        return Err(fault(code, "Unexpected token '}'", 0));
    }
    let mut edits = Edits::new(OPEN.len());
    let mut branches = Vec::new();
    if observed == Observed::Branches {
        branches = cover::counters(&parsed.program, code, &mut edits);
    }
    if observed != Observed::Nothing {
        caught::watch(&parsed.program, &mut edits);
    }
    Ok((edits, branches))
}

/// Whether the wrapper is the whole program, and ends where it was made to end.
fn is_one_body(program: &Tree<'_>, length: usize) -> bool {
    let [Statement::ExpressionStatement(statement)] = program.body.as_slice() else { return false };
    let Expression::FunctionExpression(wrapper) = &statement.expression else { return false };
    wrapper.body.as_deref().is_some_and(|body| body.span.end as usize == length - 1)
}

fn fault(code: &str, message: &str, at: usize) -> Box<Fault> {
    Box::new(Fault {
        name: "SyntaxError".to_owned(),
        message: message.to_owned(),
        place: Some(place(code, at)),
        ..Fault::default()
    })
}

/// The line and column of a byte.
fn place(code: &str, at: usize) -> Place {
    let mut at = at.min(code.len());
    while !code.is_char_boundary(at) {
        at -= 1;
    }
    let before = code.get(..at).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
    Place { line: number(line), column: number(column) }
}
