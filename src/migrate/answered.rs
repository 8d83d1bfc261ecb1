//! What of a hook's answers has no equivalent: scopes, claims that Auth0
//! dropped, no answer at all.
//!
//! Main function: [`find`]. Must not change anything.

use oxc::ast::AstKind;
use oxc::ast::ast::{Argument, CallExpression, Expression, ObjectExpression};
use oxc::semantic::SymbolId;
use oxc::span::{GetSpan, Span};

use super::findings::{CLAIM_WITHOUT_NAMESPACE, Finding, NEVER_ANSWERED, SCOPE_LEFT_OUT};
use super::obstacles::{changes_array, passwordless, scope_changed};
use super::result::{Key, beginning, is_namespaced, object, without_default, write};
use super::uses::{Role, of_argument};
use crate::model::Trigger;
use crate::script::hooks::parameters;
use crate::script::tree::{Handler, Script};

pub(super) fn find(script: &Script<'_>, found: &mut Vec<Finding>) {
    let Some(handler) = &script.handler else { return };
    let Some(callback) = answering(script, handler, found) else { return };
    if script.trigger == Trigger::PreUserRegistration {
        metadata(script, callback, found);
    }
    if script.trigger != Trigger::CredentialsExchange {
        return;
    }
    let scope = script.argument("scope");
    let mut results = Results { script, scope, found, seen: Vec::new() };
    for node in script.uses(callback) {
        let parent = script.parent(node.id());
        if let AstKind::CallExpression(call) = parent
            && call.callee.span() == node.kind().span()
        {
            results.call(call);
        }
    }
}

/// The callback, if the hook has one and uses it.
fn answering(
    script: &Script<'_>,
    handler: &Handler<'_>,
    found: &mut Vec<Finding>,
) -> Option<SymbolId> {
    let params = handler.func.params();
    let has_place = params.rest.is_some()
        || params.items.len() >= parameters(&script.trigger).len()
        || script.has_global("arguments");
    let used = handler.callback.filter(|it| script.uses(*it).next().is_some());
    if used.is_some() || (has_place && handler.callback.is_none()) {
        return used;
    }
    let blocks =
        !matches!(script.trigger, Trigger::PostUserRegistration | Trigger::PostChangePassword);
    let at = script.place(handler.func.head());
    let message = "The hook never calls back, so Auth0 waited until the time limit.";
    found.push(if blocks {
        Finding::error(NEVER_ANSWERED, at, message, "say what the hook should answer first")
    } else {
        Finding::warning(NEVER_ANSWERED, at, message, "the Action ends where its code ends")
    });
    None
}

/// Metadata in what the hook answers with, written as a literal in the call or
/// in the variable that is handed to it.
fn metadata(script: &Script<'_>, callback: SymbolId, found: &mut Vec<Finding>) {
    let mut places = Vec::new();
    for node in script.uses(callback) {
        let AstKind::CallExpression(call) = script.parent(node.id()) else { continue };
        match call.arguments.get(1).and_then(Argument::as_expression) {
            Some(Expression::ObjectExpression(it)) => places.push(it.span),
            Some(Expression::Identifier(name)) => {
                let declared = script.symbol(name).map(|it| script.semantic.symbol_declaration(it));
                if let Some(AstKind::VariableDeclarator(it)) = declared.map(|it| it.kind())
                    && let Some(Expression::ObjectExpression(value)) = &it.init
                {
                    places.push(value.span);
                }
            }
            _ => {}
        }
    }
    for node in script.nodes() {
        let AstKind::ObjectProperty(property) = node.kind() else { continue };
        let Some(name) = property.key.static_name() else { continue };
        // handed back as it came
        let is_same = matches!(&property.value, Expression::StaticMemberExpression(member)
            if member.property.name == name.as_ref());
        if matches!(name.as_ref(), "user_metadata" | "app_metadata")
            && !is_same
            && places.iter().any(|place| place.contains_inclusive(property.span))
        {
            found.push(passwordless(script.place(property.key.span())));
            return;
        }
    }
}

/// Whether a call says that all is well, without a result.
fn succeeds(call: &CallExpression<'_>) -> bool {
    match call.arguments.first() {
        None | Some(Argument::NullLiteral(_)) => true,
        Some(Argument::Identifier(name)) => name.name == "undefined",
        Some(_) => false,
    }
}

struct Results<'f, 's, 'a> {
    script: &'s Script<'a>,
    scope: Option<SymbolId>,
    found: &'f mut Vec<Finding>,
    seen: Vec<SymbolId>,
}

impl<'a> Results<'_, '_, 'a> {
    fn call(&mut self, call: &'a CallExpression<'a>) {
        match call.arguments.get(1).and_then(Argument::as_expression) {
            Some(Expression::ObjectExpression(it)) => self.object(it),
            Some(Expression::Identifier(name)) => {
                if let Some(symbol) = self.script.symbol(name)
                    && !self.seen.contains(&symbol)
                {
                    self.seen.push(symbol);
                    self.variable(symbol);
                }
            }
            None if succeeds(call) => self.left_out(call.span),
            _ => {}
        }
    }

    fn object(&mut self, it: &'a ObjectExpression<'a>) {
        let Ok(object) = object(it) else { return };
        let mut has_scope = !object.spread.is_empty();
        for entry in &object.entries {
            match &entry.key {
                Key::Name(name, at) => has_scope |= self.entry(name, entry.value, *at),
                Key::Computed(key) => self.claim(key),
            }
        }
        if !has_scope {
            self.left_out(it.span);
        }
    }

    /// Whether it is the scope.
    fn entry(&mut self, name: &str, value: &Expression<'a>, at: Span) -> bool {
        if name != "scope" {
            if is_namespaced(name, true) == Some(false) {
                self.dropped(at);
            }
            return false;
        }
        let same = self.scope.is_some_and(|it| self.script.is_symbol(without_default(value), it));
        if !same {
            self.found.push(scope_changed(self.script.place(at)));
        }
        true
    }

    fn claim(&mut self, key: &Expression<'a>) {
        let whole = matches!(key, Expression::Identifier(_) | Expression::StringLiteral(_));
        if let Some(text) = beginning(self.script, key)
            && is_namespaced(&text, whole) == Some(false)
        {
            self.dropped(key.span());
        }
    }

    fn dropped(&mut self, at: Span) {
        self.found.push(Finding::warning(
            CLAIM_WITHOUT_NAMESPACE,
            self.script.place(at),
            "Auth0 dropped this claim of the hook, since it has no namespace; an Action would issue it.",
            "the converted code leaves it out; set it in the Action if it is wanted",
        ));
    }

    fn left_out(&mut self, at: Span) {
        self.found.push(Finding::error(
            SCOPE_LEFT_OUT,
            self.script.place(at),
            "The result leaves `scope` out, which takes all scopes from the token. Actions have no generally available call for that.",
            "deny what may not be asked for; or ask Auth0 for the Early Access call `api.transaction.clearTargetScopes`",
        ));
    }

    fn variable(&mut self, symbol: SymbolId) {
        let declared = self.script.semantic.symbol_declaration(symbol);
        let AstKind::VariableDeclarator(variable) = declared.kind() else { return };
        let Some(Expression::ObjectExpression(it)) = &variable.init else { return };
        let Ok(object) = object(it) else { return };
        let mut has_scope = !object.spread.is_empty();
        for entry in &object.entries {
            if let Key::Name(name, at) = &entry.key {
                has_scope |= self.entry(name, entry.value, *at);
            }
        }
        let mut uses = Vec::new();
        of_argument(self.script, "result", symbol, &mut uses);
        for it in &uses {
            match (it.path.as_slice(), it.role) {
                ([name], Role::Write) => match write(self.script, it.name) {
                    Some(write) => has_scope |= self.entry(name, write.value, it.whole()),
                    None if name == "scope" => {
                        has_scope = true;
                        self.found.push(scope_changed(it.range(self.script)));
                    }
                    None => {}
                },
                ([name, method], Role::Call) if name == "scope" && changes_array(method) => {
                    self.found.push(scope_changed(it.range(self.script)));
                }
                ([], Role::Read) => {
                    if let AstKind::ComputedMemberExpression(member) = self.script.parent(it.node) {
                        self.claim(&member.expression);
                    }
                }
                _ => {}
            }
        }
        if !has_scope {
            self.left_out(variable.span);
        }
    }
}
