//! A phone message is an `sms` or a `voice` call: tests for both need no `else`.

use oxc::ast::AstKind;
use oxc::ast::ast::{IfStatement, Statement};
use oxc::span::GetSpan;

use crate::script::tree::{Script, word};

/// How many tests in a row are looked at.
const MAX_TESTS: usize = 16;

/// Whether an `if` without `else`, together with those that it follows, asks
/// `message_type` for both.
pub(super) fn all_asked(script: &Script<'_>, it: &IfStatement<'_>) -> bool {
    let mut asked = Asked::default();
    if !asked.add(script, it) {
        return false;
    }
    let nodes = script.semantic.nodes();
    let mut first = it;
    for kind in nodes.ancestor_kinds(it.node_id.get()).take(MAX_TESTS) {
        match kind {
            AstKind::IfStatement(around)
                if around.alternate.as_ref().is_some_and(|it| it.span() == first.span) =>
            {
                asked.add(script, around);
                first = around;
            }
            AstKind::BlockStatement(block) => {
                asked.add_before(script, &block.body, first);
                break;
            }
            AstKind::FunctionBody(body) => {
                asked.add_before(script, &body.statements, first);
                break;
            }
            _ => break,
        }
    }
    asked.sms && asked.voice
}

#[derive(Default)]
struct Asked {
    sms: bool,
    voice: bool,
}

impl Asked {
    /// Adds what one test asks for; false if it is about something else.
    fn add(&mut self, script: &Script<'_>, it: &IfStatement<'_>) -> bool {
        let test = it.test.span();
        let inside = script.inside(it.node_id.get());
        let words: Vec<_> = inside
            .take_while(|node| node.kind().span().start < test.end)
            .filter_map(|node| word(node.kind()))
            .collect();
        if !words.contains(&"message_type") {
            return false;
        }
        self.sms |= words.contains(&"sms");
        self.voice |= words.contains(&"voice");
        true
    }

    /// Adds the tests of the `if`s right before one in its block.
    fn add_before(&mut self, script: &Script<'_>, block: &[Statement<'_>], it: &IfStatement<'_>) {
        let at = block.partition_point(|statement| statement.span().start < it.span.start);
        for statement in block.iter().take(at).rev().take(MAX_TESTS) {
            let Statement::IfStatement(before) = statement else { break };
            self.add(script, before);
        }
    }
}
