//! What of a hook has no equivalent in an Action, each with its place.
//!
//! Main function: [`find`]. Must not change anything, and must not judge what
//! the linter judges.

use oxc::ast::AstKind;
use oxc::ast::ast::{Argument, BindingPattern, Expression};
use oxc::span::GetSpan;

use super::findings::{
    ENVIRONMENT_WRITTEN, FACTOR_TYPE, FRIENDLY_MESSAGE, Finding, GLOBAL_CACHE, PASSWORD,
    PASSWORDLESS_METADATA, PHONE_LANGUAGE, SCOPE_CHANGED, VERIFIED_BEFORE, WEBTASK, WHOLE_CONTEXT,
};
use super::uses::{Role, Use};
use crate::model::Trigger;
use crate::script::event::{Missing, Target, target};
use crate::script::hooks::parameters;
use crate::script::tree::Script;

/// Methods that change the array they are called on.
const CHANGES_ARRAY: [&str; 9] =
    ["push", "pop", "shift", "unshift", "splice", "sort", "reverse", "fill", "copyWithin"];

/// Everything that has no equivalent, and what behaves differently.
pub(super) fn find(script: &Script<'_>, uses: &[Use]) -> Vec<Finding> {
    let mut found = Vec::new();
    for it in uses {
        of_use(script, it, &mut found);
    }
    patterns(script, &mut found);
    globals(script, &mut found);
    friendly(script, &mut found);
    super::answered::find(script, &mut found);
    found.sort_by_key(|it| (it.at.start, it.code.0));
    found.dedup();
    found
}

fn of_use(script: &Script<'_>, it: &Use, found: &mut Vec<Finding>) {
    let trigger = &script.trigger;
    let at = || it.range(script);
    if it.argument == "scope" && changes_scope(it) {
        found.push(scope_changed(at()));
        return;
    }
    match target(trigger, it.argument, &it.path) {
        // `context.webtask` alone may be on its way to the secrets.
        Some((taken, Target::None(Missing::Webtask)))
            if it.path.len() == taken && is_taken_apart(script, it) => {}
        Some((_, Target::None(missing))) => found.push(missing_value(missing, at())),
        Some((0, Target::Parts))
            if it.argument == "context" && it.path.is_empty() && is_given_away(script, it) =>
        {
            found.push(Finding::error(
                WHOLE_CONTEXT,
                at(),
                "The whole context is logged or passed on: an Action has no such object, and it holds every secret.",
                "pass on the values that are needed, by name",
            ));
        }
        _ => {}
    }
    if it.argument == "context" && it.path == ["language"] && *trigger == Trigger::SendPhoneMessage
    {
        found.push(Finding::warning(
            PHONE_LANGUAGE,
            at(),
            "`context.language` is a language of the tenant or `N/A`; an Action has the language of the request.",
            "check the values that the script compares it with",
        ));
    }
    let sets_metadata = it.role == Role::Write
        && it.argument == "user"
        && it.path.first().is_some_and(|first| first.ends_with("_metadata"));
    if sets_metadata && *trigger == Trigger::PreUserRegistration {
        found.push(passwordless(at()));
    }
}

pub(super) fn changes_array(method: &str) -> bool {
    CHANGES_ARRAY.contains(&method)
}

fn changes_scope(it: &Use) -> bool {
    it.role == Role::Write
        || (it.role == Role::Call && matches!(it.path.as_slice(), [name] if changes_array(name)))
}

pub(super) fn scope_changed(at: std::ops::Range<usize>) -> Finding {
    Finding::error(
        SCOPE_CHANGED,
        at,
        "The scopes of the token are changed. Actions have no generally available call for that.",
        "deny what may not be asked for; or ask Auth0 for the Early Access calls `api.transaction.addTargetScope`, `removeTargetScope` and `setTargetScopes` (their result is limited to what the client is granted)",
    )
}

pub(super) fn passwordless(at: std::ops::Range<usize>) -> Finding {
    Finding::warning(
        PASSWORDLESS_METADATA,
        at,
        "A pre-user-registration Action can't add metadata to passwordless users; a hook could.",
        "set it in a post-login Action for those connections",
    )
}

fn missing_value(missing: Missing, at: std::ops::Range<usize>) -> Finding {
    match missing {
        Missing::Password => Finding::error(
            PASSWORD,
            at,
            "The password is not part of an Action's event.",
            "use the password policy of the connection",
        ),
        Missing::VerifiedBefore => Finding::error(
            VERIFIED_BEFORE,
            at,
            "Whether an address or number is verified is not part of the event before registration.",
            "check it in a post-user-registration or post-login Action",
        ),
        Missing::Webtask => Finding::error(
            WEBTASK,
            at,
            "Of `context.webtask` an Action has the secrets alone.",
            "keep such values as secrets, or read the request from `event.request`",
        ),
        Missing::FactorType => Finding::error(
            FACTOR_TYPE,
            at,
            "`context.factor_type` is not part of an Action's event.",
            "use `event.message_options.message_type`",
        ),
    }
}

/// `const { … } = context.webtask` and the like: what is taken out is looked
/// at where the pattern is.
fn is_taken_apart(script: &Script<'_>, it: &Use) -> bool {
    matches!(script.parent(it.node), AstKind::VariableDeclarator(variable)
        if !matches!(variable.id, BindingPattern::ArrayPattern(_)))
}

/// Whether a value leaves the script as it is: an argument of a call that is
/// not its own method, or a part of an object or an array.
fn is_given_away(script: &Script<'_>, it: &Use) -> bool {
    let own = script.semantic.nodes().kind(it.node).span();
    let holds = |arguments: &[Argument<'_>]| arguments.iter().any(|it| it.span() == own);
    match script.parent(it.node) {
        AstKind::CallExpression(call) => holds(&call.arguments),
        AstKind::NewExpression(call) => holds(&call.arguments),
        kind => matches!(
            kind,
            AstKind::ObjectProperty(_)
                | AstKind::ArrayExpression(_)
                | AstKind::SpreadElement(_)
                | AstKind::TemplateLiteral(_)
        ),
    }
}

/// `const { headers } = context.webtask`, and `{ password }` of a user.
fn patterns(script: &Script<'_>, found: &mut Vec<Finding>) {
    for (origin, pattern) in crate::script::origin::patterns(script) {
        if origin != crate::script::origin::Origin::Webtask {
            continue;
        }
        for property in &pattern.properties {
            let name = property.key.static_name();
            if name.as_deref() != Some("secrets") {
                found.push(missing_value(Missing::Webtask, script.place(property.span)));
            }
        }
    }
    let Some(handler) = &script.handler else { return };
    let names = parameters(&script.trigger);
    for (name, parameter) in names.iter().zip(&handler.func.params().items) {
        taken_apart(script, name, &parameter.pattern, found);
    }
    for node in script.nodes() {
        let AstKind::VariableDeclarator(variable) = node.kind() else { continue };
        let Some(Expression::Identifier(value)) = &variable.init else { continue };
        let symbol = script.symbol(value);
        let argument =
            names.iter().zip(&handler.params).find(|(_, own)| own.is_some() && **own == symbol);
        if let Some((name, _)) = argument {
            taken_apart(script, name, &variable.id, found);
        }
    }
}

fn taken_apart(
    script: &Script<'_>,
    argument: &str,
    pattern: &BindingPattern<'_>,
    found: &mut Vec<Finding>,
) {
    let BindingPattern::ObjectPattern(object) = pattern else { return };
    for property in &object.properties {
        let Some(key) = property.key.static_name() else { continue };
        if let Some((1, Target::None(missing))) =
            target(&script.trigger, argument, &[key.to_string()])
            && missing != Missing::Webtask
        {
            found.push(missing_value(missing, script.place(property.span)));
        }
    }
}

fn globals(script: &Script<'_>, found: &mut Vec<Finding>) {
    for node in script.nodes() {
        let Some(member) = node.kind().as_member_expression_kind() else { continue };
        let Expression::Identifier(name) = member.object() else { continue };
        if script.symbol(name).is_some() {
            continue;
        }
        if matches!(name.name.as_str(), "global" | "globalThis")
            && member.is_assigned_to_in_parent(&script.parent(node.id()))
        {
            found.push(Finding::error(
                GLOBAL_CACHE,
                script.place(node.kind().span()),
                "A value is kept in `global` for later runs. An Action can't rely on it.",
                "use `api.cache.set` and `api.cache.get` (strings, 4 kB each, 8 kB in all, 15 minutes unless said otherwise)",
            ));
        }
        if name.name == "process" && member.static_property_name().is_some_and(|it| it == "env") {
            let outer = script.semantic.nodes().parent_id(node.id());
            if let Some(inner) = script.semantic.nodes().kind(outer).as_member_expression_kind()
                && inner.is_assigned_to_in_parent(&script.parent(outer))
            {
                found.push(Finding::warning(
                    ENVIRONMENT_WRITTEN,
                    script.place(node.kind().span()),
                    "`process.env` is written: other Actions of the tenant may share the process.",
                    "pass the value on instead",
                ));
            }
        }
    }
}

/// The second argument of `SendPhoneMessageError` has no place to go.
fn friendly(script: &Script<'_>, found: &mut Vec<Finding>) {
    for node in script.nodes() {
        let AstKind::NewExpression(new) = node.kind() else { continue };
        let Expression::Identifier(class) = &new.callee else { continue };
        if class.name == "SendPhoneMessageError" && new.arguments.len() > 1 {
            found.push(Finding::warning(
                FRIENDLY_MESSAGE,
                script.place(new.span),
                "The message for the user is lost: a send-phone-message Action has nothing to deny with.",
                "",
            ));
        }
    }
}
