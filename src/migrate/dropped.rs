//! Calls of packages that nothing waits for, where that may matter.
//!
//! Main function: [`not_waited`]. A run shows which calls gave something that
//! nobody took; whether that was a promise, no run can show, since the package
//! isn't there. So each such call counts as one that sends something, unless its
//! result is plainly used as a value, or the package or the method is known to send nothing.
//! Must not run anything.

use std::collections::BTreeSet;

use oxc::ast::AstKind;
use oxc::ast::ast::{AssignmentTarget, Expression};
use oxc::semantic::{NodeId, SymbolId};
use oxc::span::{GetSpan, Span};

use super::findings::{Finding, NOT_WAITED_FOR};
use super::hook;
use crate::model::Trigger;
use crate::script::packages::{comes_from, name_of};
use crate::script::tree::{Func, Script, last_name};

/// Packages that compute and send nothing.
const PURE: [&str; 33] = [
    "@hapi/joi",
    "ajv",
    "bcryptjs",
    "camelcase",
    "crypto-js",
    "date-fns",
    "dayjs",
    "deepmerge",
    "disposable-email-domains",
    "dotenv",
    "email-validator",
    "google-libphonenumber",
    "ip",
    "ipaddr.js",
    "joi",
    "jsonwebtoken",
    "jws",
    "libphonenumber-js",
    "lodash",
    "luxon",
    "moment",
    "moment-timezone",
    "ms",
    "nanoid",
    "object-hash",
    "psl",
    "qs",
    "ramda",
    "semver",
    "tldts",
    "underscore",
    "uuid",
    "validator",
];

/// Methods that only prepare later calls, whatever package they belong to.
const PREPARES: [&str; 25] = [
    "addListener",
    "append",
    "configure",
    "each",
    "extend",
    "forEach",
    "init",
    "initialize",
    "initializeApp",
    "on",
    "once",
    "setApiKey",
    "setApiVersion",
    "setAuth",
    "setBaseUrl",
    "setEndpoint",
    "setHeader",
    "setHeaders",
    "setKey",
    "setLocale",
    "setProject",
    "setSubstitutionWrappers",
    "setTimeout",
    "setToken",
    "use",
];

/// Methods of lists that ask a function for a yes or a no.
const ASKS: [&str; 6] = ["every", "filter", "find", "findIndex", "some", "sort"];

/// What has to be looked at of the calls of which nothing took what they gave.
#[must_use]
pub fn not_waited(script: &str, trigger: &Trigger, calls: &BTreeSet<String>) -> Vec<Finding> {
    let found = hook::with_parsed(script, trigger, |script| {
        let mut found: Vec<Finding> =
            calls.iter().filter_map(|call| of_call(script, call)).collect();
        found.sort_by_key(|it| it.at.start);
        found.dedup_by_key(|it| it.at.clone());
        found
    });
    found.unwrap_or_default()
}

fn of_call(script: &Script<'_>, call: &str) -> Option<Finding> {
    let (package, path) = split(script, call);
    if PURE.contains(&package) || path == ".config.update" {
        return None;
    }
    let method = path.trim_end_matches("()").rsplit(['.', ')']).next().unwrap_or_default();
    if PREPARES.contains(&method) {
        return None;
    }
    let mut all = Vec::new();
    for node in script.nodes() {
        let callee = match node.kind() {
            AstKind::CallExpression(call) => &call.callee,
            AstKind::NewExpression(new) => &new.callee,
            _ => continue,
        };
        if is_callee(script, callee, package, method) {
            all.push((node.id(), callee.span()));
        }
    }
    let at = match all.iter().find(|(node, _)| !is_value(script, *node, &mut Vec::new())) {
        Some((node, callee)) => {
            let start = script.semantic.nodes().kind(*node).span().start;
            script.place(Span::new(start, callee.end))
        }
        // all that go by its name are values
        None if !all.is_empty() => return None,
        // called by another name, or by one that is made while it runs
        None => script.handler.as_ref().map(|it| script.place(it.func.head())).unwrap_or_default(),
    };
    let shown = call.trim_end_matches("()");
    let message = format!(
        "Nothing waits for `{shown}`: if it sends something, the Action may end before that has left; a hook went on after its answer."
    );
    let hint = "wait for it before the answer, with `await` or in its callback; if it sends nothing, there is nothing to do";
    Some(Finding::warning(NOT_WAITED_FOR, at, &message, hint))
}

/// The package of a call such as `twilio().messages.create`, and the rest of it.
fn split<'c>(script: &Script<'_>, call: &'c str) -> (&'c str, &'c str) {
    let mut longest = 0;
    for node in script.nodes() {
        let AstKind::CallExpression(it) = node.kind() else { continue };
        let Some(module) = it.common_js_require() else { continue };
        let name = name_of(module.value.as_str());
        let is_own = call
            .strip_prefix(name)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '(']));
        if is_own {
            longest = longest.max(name.len());
        }
    }
    call.split_at_checked(longest).unwrap_or(("", call))
}

fn is_callee(script: &Script<'_>, callee: &Expression<'_>, package: &str, method: &str) -> bool {
    let callee = match callee {
        Expression::ParenthesizedExpression(it) => &it.expression,
        other => other,
    };
    match callee {
        Expression::StaticMemberExpression(it) => it.property.name == method,
        Expression::ComputedMemberExpression(it) => {
            it.static_property_name().is_some_and(|name| name == method)
        }
        // `const { send } = require('crm')`, and the package itself
        Expression::Identifier(name) if !method.is_empty() && name.name == method => true,
        Expression::Identifier(_)
        | Expression::CallExpression(_)
        | Expression::NewExpression(_) => {
            method.is_empty() && comes_from(script, callee, &|name| name == package)
        }
        _ => false,
    }
}

/// Whether what a node gives is taken as a value there and then. `seen` are the
/// names that were followed.
fn is_value(script: &Script<'_>, node: NodeId, seen: &mut Vec<SymbolId>) -> bool {
    let nodes = script.semantic.nodes();
    let mut at = node;
    loop {
        let own = nodes.kind(at).span();
        let parent = nodes.parent_id(at);
        match nodes.kind(parent) {
            AstKind::ParenthesizedExpression(_) | AstKind::ChainExpression(_) => {}
            AstKind::SequenceExpression(it) => {
                if it.expressions.last().is_none_or(|last| last.span() != own) {
                    return false;
                }
            }
            AstKind::LogicalExpression(it) if it.left.span() == own => return true,
            AstKind::ConditionalExpression(it) if it.test.span() == own => return true,
            AstKind::LogicalExpression(_) | AstKind::ConditionalExpression(_) => {}
            AstKind::UnaryExpression(it) => return it.operator.as_str() != "void",
            AstKind::IfStatement(_)
            | AstKind::WhileStatement(_)
            | AstKind::DoWhileStatement(_)
            | AstKind::SwitchStatement(_)
            | AstKind::SwitchCase(_)
            | AstKind::BinaryExpression(_)
            | AstKind::TemplateLiteral(_)
            | AstKind::AwaitExpression(_)
            | AstKind::StaticMemberExpression(_)
            | AstKind::ComputedMemberExpression(_) => return true,
            AstKind::ForStatement(it) => {
                return it.test.as_ref().is_some_and(|test| test.span() == own);
            }
            AstKind::ForOfStatement(it) => return it.right.span() == own,
            AstKind::ForInStatement(it) => return it.right.span() == own,
            AstKind::VariableDeclarator(it) => {
                let name = it.id.get_binding_identifier();
                // taken apart, it is used
                return name.is_none_or(|name| is_name_value(script, name.symbol_id.get(), seen));
            }
            AstKind::AssignmentExpression(it) if it.right.span() == own => {
                let AssignmentTarget::AssignmentTargetIdentifier(name) = &it.left else {
                    return false;
                };
                return is_name_value(script, script.symbol(name), seen);
            }
            AstKind::ReturnStatement(_) => {
                let around = script.function_around(parent);
                return around.is_some_and(|func| is_result_value(script, func, seen));
            }
            kind @ AstKind::ArrowFunctionExpression(_) => {
                return Func::of_kind(kind).is_some_and(|func| is_result_value(script, func, seen));
            }
            _ => return false,
        }
        at = parent;
    }
}

/// Whether any use of a name takes what it holds as a value.
fn is_name_value(script: &Script<'_>, name: Option<SymbolId>, seen: &mut Vec<SymbolId>) -> bool {
    let Some(name) = name.filter(|name| !seen.contains(name)) else { return false };
    seen.push(name);
    let uses: Vec<NodeId> = script.uses(name).map(|node| node.id()).collect();
    uses.into_iter().any(|node| is_value(script, node, seen))
}

/// Whether all that calls a function of the script's own takes what it returns.
fn is_result_value(script: &Script<'_>, func: Func<'_>, seen: &mut Vec<SymbolId>) -> bool {
    if func.is_async() || script.handler.as_ref().is_some_and(|it| it.func.span() == func.span()) {
        return false;
    }
    let nodes = script.semantic.nodes();
    let name = match (nodes.kind(func.node_id()), nodes.parent_kind(func.node_id())) {
        (AstKind::Function(it), _) if it.is_function_declaration() => it.id.as_ref(),
        (_, AstKind::VariableDeclarator(it)) => it.id.get_binding_identifier(),
        (_, AstKind::CallExpression(call)) => {
            return last_name(&call.callee).is_some_and(|name| ASKS.contains(&name));
        }
        _ => None,
    };
    let name = name.and_then(|id| id.symbol_id.get()).filter(|name| !seen.contains(name));
    let Some(name) = name else { return false };
    seen.push(name);
    let uses: Vec<NodeId> = script.uses(name).map(|node| node.id()).collect();
    !uses.is_empty()
        && uses.into_iter().all(|used| {
            let called = nodes.parent_id(used);
            let AstKind::CallExpression(call) = nodes.kind(called) else { return false };
            call.callee.span() == nodes.kind(used).span() && is_value(script, called, seen)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is found of one call in the body of a hook.
    #[track_caller]
    fn check(body: &str, call: &str, expected: &[&str]) {
        let script = format!(
            "const crm = require('crm@1.2.0');\nconst _ = require('lodash');\nmodule.exports = function (user, context, cb) {{ {body} }};"
        );
        let calls = BTreeSet::from([call.to_owned()]);
        let found = not_waited(&script, &Trigger::PostUserRegistration, &calls);
        let found: Vec<_> = found.iter().map(|it| &script[it.at.clone()]).collect();
        assert_eq!(found, expected, "{body}");
    }

    #[test]
    fn a_call_whose_result_nobody_takes_may_send_something() {
        check("crm.send(user.email); cb();", "crm.send", &["crm.send"]);
        check("if (user.email) crm.send(1), cb();", "crm.send", &["crm.send"]);
        check("user.email && crm.send(1); cb();", "crm.send", &["crm.send"]);
        check("const sent = crm.send(1); cb();", "crm.send", &["crm.send"]);
        check("const sent = crm.send(1); console.log(sent); cb();", "crm.send", &["crm.send"]);
        check("function log(x) { return crm.send(x); } log(1); cb();", "crm.send", &["crm.send"]);
        check("[1].forEach((it) => crm.send(it)); cb();", "crm.send", &["crm.send"]);
        check("new crm.Client(1).send(2); cb();", "crm.Client().send", &["new crm.Client(1).send"]);
        check("crm(1); cb();", "crm", &["crm"]);
        check("crm.for(1)(2); cb();", "crm.for()", &["crm.for"]);
        check(
            "const name = 'se' + 'nd'; crm[name](1); cb();",
            "crm.send",
            &["function (user, context, cb)"],
        );
    }

    #[test]
    fn a_result_that_is_used_as_a_value_is_no_promise() {
        check("if (crm.knows(user.email)) return cb(); cb();", "crm.knows", &[]);
        check("const known = crm.knows(1); cb(known ? null : 'no');", "crm.knows", &[]);
        check(
            "function ok(x) { return crm.knows(x); } if (!ok(1)) return cb(); cb();",
            "crm.knows",
            &[],
        );
        check("const ok = (x) => crm.knows(x) === 1; cb(ok(1) && 'no');", "crm.knows", &[]);
        check("const bad = [1].filter((it) => !crm.knows(it)); cb(null, bad);", "crm.knows", &[]);
        check("cb([1].some((it) => crm.knows(it)) ? 'no' : null);", "crm.knows", &[]);
        check(
            "let all; all = crm.list(); for (const one of all) user.x = one; cb();",
            "crm.list",
            &[],
        );
    }

    #[test]
    fn what_only_prepares_sends_nothing() {
        check("crm.setApiKey(1); cb();", "crm.setApiKey", &[]);
        check("_.forEach([], cb); _.pull([], 1); cb();", "lodash.pull", &[]);
    }
}
