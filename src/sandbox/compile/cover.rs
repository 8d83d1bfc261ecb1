//! Counters for branches, put into the text where it is parsed.
//!
//! Must not change what the code does, nor its lines.

use oxc::ast::ast::{
    ArrowFunctionBody, ArrowFunctionExpression, CatchClause, ConditionalExpression, Expression,
    Function, FunctionBody, IfStatement, LogicalExpression, Program, Statement, SwitchStatement,
};
use oxc::ast_visit::{Visit, walk};
use oxc::span::{GetSpan, Span};
use oxc::syntax::scope::ScopeFlags;
use serde::{Deserialize, Serialize};

use super::edits::Edits;
use super::place;

/// The counter's name, a parameter of the wrapper.
pub(super) const COUNTER: &str = "__hooksync_met";

/// One way that the code can take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Branch {
    /// Where it begins; counts from 1.
    pub line: u32,
    /// Counts from 1.
    pub column: u32,
    /// Ways between which one place decides have the same number.
    pub decision: u32,
    /// What it is: `if`, `else`, `case`, `default`, `catch`, `function`, `?`,
    /// `:`, `&&`, `||` or `??`.
    pub kind: String,
}

/// Adds the counters, and gives what they count.
pub(super) fn counters(program: &Program<'_>, code: &str, edits: &mut Edits) -> Vec<Branch> {
    let mut finder = Finder { code, edits, branches: Vec::new(), decisions: 0, outermost: true };
    finder.visit_program(program);
    finder.branches
}

struct Finder<'c> {
    code: &'c str,
    edits: &'c mut Edits,
    branches: Vec<Branch>,
    decisions: u32,
    outermost: bool,
}

impl Finder<'_> {
    fn decision(&mut self) -> u32 {
        self.decisions += 1;
        self.decisions
    }

    /// A counter for a new branch.
    fn met(&mut self, decision: u32, kind: &str, offset: u32) -> String {
        let place = place(self.code, self.edits.at(offset));
        self.branches.push(Branch {
            line: place.line,
            column: place.column,
            decision,
            kind: kind.to_owned(),
        });
        format!("{COUNTER}({})", self.branches.len() - 1)
    }

    fn around(&mut self, span: Span, before: String, after: &str) {
        self.edits.open(span.start, before);
        self.edits.close(span.end, after.to_owned());
    }

    fn expression(&mut self, expression: &Expression<'_>, decision: u32, kind: &str) {
        let span = expression.span();
        let met = self.met(decision, kind, span.start);
        self.around(span, format!("({met}, "), ")");
    }

    /// A statement becomes a block that counts.
    fn statement(&mut self, statement: &Statement<'_>, decision: u32, kind: &str, after: &str) {
        let span = statement.span();
        let met = self.met(decision, kind, span.start);
        if let Statement::BlockStatement(block) = statement {
            self.edits.open(block.span.start + 1, format!("{met};"));
            if !after.is_empty() {
                self.edits.close(span.end, after.to_owned());
            }
        } else {
            self.around(span, format!("{{{met};"), &format!("}}{after}"));
        }
    }

    fn body(&mut self, body: &FunctionBody<'_>, place: u32) {
        let decision = self.decision();
        let met = self.met(decision, "function", place);
        let start = body.directives.last().map_or(body.span.start + 1, |last| last.span.end);
        let text = if body.directives.is_empty() { format!("{met};") } else { format!(";{met};") };
        self.edits.open(start, text);
    }
}

impl<'a> Visit<'a> for Finder<'_> {
    fn visit_function(&mut self, function: &Function<'a>, flags: ScopeFlags) {
        if std::mem::take(&mut self.outermost) {
            // the wrapper itself
        } else if let Some(body) = &function.body {
            self.body(body, function.span.start);
        }
        walk::walk_function(self, function, flags);
    }

    fn visit_arrow_function_expression(&mut self, arrow: &ArrowFunctionExpression<'a>) {
        if let ArrowFunctionBody::FunctionBody(body) = &arrow.body {
            self.body(body, arrow.span.start);
        } else {
            let decision = self.decision();
            let met = self.met(decision, "function", arrow.span.start);
            self.around(arrow.body.span(), format!("({met}, "), ")");
        }
        walk::walk_arrow_function_expression(self, arrow);
    }

    fn visit_if_statement(&mut self, statement: &IfStatement<'a>) {
        let decision = self.decision();
        if !matches!(statement.consequent, Statement::FunctionDeclaration(_)) {
            match &statement.alternate {
                None => {
                    let met = self.met(decision, "else", statement.span.start);
                    let after = format!(" else {{{met};}}");
                    self.statement(&statement.consequent, decision, "if", &after);
                }
                Some(alternate) => {
                    self.statement(&statement.consequent, decision, "if", "");
                    if !matches!(alternate, Statement::FunctionDeclaration(_)) {
                        self.statement(alternate, decision, "else", "");
                    }
                }
            }
        }
        walk::walk_if_statement(self, statement);
    }

    fn visit_conditional_expression(&mut self, expression: &ConditionalExpression<'a>) {
        let decision = self.decision();
        self.expression(&expression.consequent, decision, "?");
        self.expression(&expression.alternate, decision, ":");
        walk::walk_conditional_expression(self, expression);
    }

    fn visit_logical_expression(&mut self, expression: &LogicalExpression<'a>) {
        let decision = self.decision();
        self.expression(&expression.right, decision, expression.operator.as_str());
        walk::walk_logical_expression(self, expression);
    }

    fn visit_switch_statement(&mut self, statement: &SwitchStatement<'a>) {
        let decision = self.decision();
        for case in &statement.cases {
            let Some(first) = case.consequent.first() else { continue };
            let kind = if case.test.is_some() { "case" } else { "default" };
            let met = self.met(decision, kind, case.span.start);
            self.edits.open(first.span().start, format!("{met};"));
        }
        walk::walk_switch_statement(self, statement);
    }

    fn visit_catch_clause(&mut self, clause: &CatchClause<'a>) {
        let decision = self.decision();
        let met = self.met(decision, "catch", clause.span.start);
        self.edits.open(clause.body.span.start + 1, format!("{met};"));
        walk::walk_catch_clause(self, clause);
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Observed, check};

    #[test]
    fn counters_leave_the_code_as_it_is() {
        let check = |code: &str, expected: &str, count: usize| {
            let (edits, branches) = check(code, Observed::Branches).unwrap();
            let (text, _) = edits.apply(code, 0);
            let text = text.replace(super::COUNTER, "m").replace("__hooksync_caught(e);", "");
            assert_eq!(text, expected, "{code}");
            assert_eq!(branches.len(), count, "{code}");
        };
        check("if (a) b();", "if (a) {m(1);b();} else {m(0);}", 2);
        check("if (a) { b() } else c()", "if (a) {m(0); b() } else {m(1);c()}", 2);
        check(
            "if (a) if (b) x; else y;",
            "if (a) {m(1);if (b) {m(2);x;} else {m(3);y;}} else {m(0);}",
            4,
        );
        check("x = a ? b && c : d", "x = a ? (m(0), b && (m(2), c)) : (m(1), d)", 3);
        check("f = x => ({ a: 1 })", "f = x => ((m(0), { a: 1 }))", 1);
        check(
            "f = function () { 'use strict'; g() }",
            "f = function () { 'use strict';;m(0); g() }",
            1,
        );
        check(
            "switch (a) { case 1: case 2: b(); default: c() }",
            "switch (a) { case 1: case 2: m(0);b(); default: m(1);c() }",
            2,
        );
        check("try { a } catch (e) { b }", "try { a } catch (e) {m(0); b }", 1);
        check("é = a ?? b", "é = a ?? (m(0), b)", 1);
    }
}
