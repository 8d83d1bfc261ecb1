//! Calls to Auth0's own APIs: their rate limit, and unbounded retries.

use oxc::ast::AstKind;
use oxc::ast::ast::{AssignmentOperator, BinaryOperator, Expression, Statement};
use oxc::semantic::{AstNode, NodeId};
use oxc::span::{GetSpan, Span};

use crate::lint::finding::Findings;
use crate::lint::rule::{RATE_LIMIT_IGNORED, UNBOUNDED_RETRY};
use crate::script::tree::{Func, Script, last_name, word};

/// Words of code that knows of the limit, or leaves it to a package that does.
const KNOWS_THE_LIMIT: [&str; 7] =
    ["429", "ratelimit", "rate-limit", "rate_limit", "retry", "retries", "toomanyrequests"];

/// Paths that nothing but Auth0's Management API has.
const RESOURCES: [&str; 12] = [
    "/api/v2/users",
    "/api/v2/roles",
    "/api/v2/clients",
    "/api/v2/connections",
    "/api/v2/organizations",
    "/api/v2/jobs",
    "/api/v2/tickets",
    "/api/v2/device-credentials",
    "/api/v2/grants",
    "/api/v2/client-grants",
    "/api/v2/tenants",
    "/dbconnections/",
];

pub(crate) fn check(script: &Script<'_>, findings: &mut Findings<'_>) {
    check_limit(script, findings);
    check_retries(script, findings);
}

fn check_limit(script: &Script<'_>, findings: &mut Findings<'_>) {
    let Some(at) = script.nodes().find_map(|node| called_address(script, node.id(), node.kind()))
    else {
        return;
    };
    if script.nodes().filter_map(|node| word(node.kind())).any(knows_the_limit)
        || script.nodes().any(|node| looks_at_status(script, node))
    {
        return;
    }
    findings.script(
        RATE_LIMIT_IGNORED,
        script.place(at),
        "This calls an Auth0 API, whose rate limit the whole tenant shares, and nothing here looks at `X-RateLimit-Remaining` or handles status 429.",
        "when the limit is near, do without the call; on 429 back off and give up after a few tries",
    );
}

fn knows_the_limit(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    KNOWS_THE_LIMIT.iter().any(|known| word.contains(known))
}

/// Whether a node asks how a request ended: `!response.ok`, `status !== 200`. What
/// is refused with 429 doesn't get past that.
fn looks_at_status(script: &Script<'_>, node: &AstNode<'_>) -> bool {
    let AstKind::StaticMemberExpression(member) = node.kind() else { return false };
    match member.property.name.as_str() {
        "ok" => true,
        "status" | "statusCode" => matches!(
            script.semantic.nodes().parent_kind(node.id()),
            AstKind::BinaryExpression(it) if it.operator.is_equality() || it.operator.is_compare()
        ),
        _ => false,
    }
}

/// Paths of Auth0's that no other service is known to have.
const ONLY_AUTH0: [&str; 5] = [
    "/api/v2/users-by-email",
    "/api/v2/device-credentials",
    "/api/v2/client-grants",
    "/api/v2/users/auth0|",
    "/dbconnections/",
];

/// The text of an address of an Auth0 API that is called.
fn called_address(script: &Script<'_>, id: NodeId, kind: AstKind<'_>) -> Option<Span> {
    let (text, span) = match kind {
        AstKind::StringLiteral(literal) => (literal.value.as_str(), literal.span),
        AstKind::TemplateLiteral(template) => (script.text(template.span), template.span),
        _ => return None,
    };
    let is_auth0 = text.to_ascii_lowercase().contains("auth0")
        || ONLY_AUTH0.iter().any(|path| text.contains(path));
    let may_be_auth0 = ["https://${", "${", "/"]
        .iter()
        .any(|start| text.trim_start_matches('`').starts_with(start));
    let is_api = text.contains("/oauth/token")
        || RESOURCES.iter().any(|path| text.contains(path))
        || (is_auth0 && text.contains("/api/v2/"));
    (is_api && (is_auth0 || may_be_auth0) && is_address(script, id, span, true)).then_some(span)
}

/// Whether a text goes into a call as its address: not as an audience, which
/// looks the same, and not into a comparison. A name for it is followed once.
fn is_address(script: &Script<'_>, id: NodeId, mut span: Span, may_be_named: bool) -> bool {
    for kind in script.semantic.nodes().ancestor_kinds(id) {
        match kind {
            AstKind::BinaryExpression(sum) if !sum.operator.is_equality() => span = sum.span,
            AstKind::TemplateLiteral(it) => span = it.span,
            AstKind::ConditionalExpression(it) => span = it.span,
            AstKind::ObjectProperty(property) => {
                return property.value.span() == span
                    && property.key.static_name().is_some_and(|key| {
                        ["url", "uri", "path", "baseurl", "endpoint"]
                            .contains(&&*key.to_ascii_lowercase())
                    });
            }
            // `const url = …`, and later `axios.get(url)`
            AstKind::VariableDeclarator(variable)
                if may_be_named && variable.init.as_ref().is_some_and(|it| it.span() == span) =>
            {
                let name = variable.id.get_binding_identifier();
                return name.and_then(|name| name.symbol_id.get()).is_some_and(|symbol| {
                    let mut uses = script.uses(symbol);
                    uses.any(|node| is_address(script, node.id(), node.kind().span(), false))
                });
            }
            AstKind::CallExpression(call) => {
                let is_first = call.arguments.first().is_some_and(|first| first.span() == span);
                return is_first && makes_requests(&call.callee);
            }
            _ => return false,
        }
    }
    false
}

/// `axios.get(…)`, `fetch(…)`, `request.post(…)` and the like.
fn makes_requests(callee: &Expression<'_>) -> bool {
    const NAMES: [&str; 11] = [
        "get", "post", "patch", "put", "delete", "request", "fetch", "axios", "got", "rp", "needle",
    ];
    last_name(callee).is_some_and(|last| NAMES.contains(&&*last.to_ascii_lowercase()))
}

/// Names by which code counts its tries.
const COUNTS: [&str; 9] =
    ["attempt", "tries", "retries", "count", "max", "left", "remaining", "deadline", "limit"];

fn check_retries(script: &Script<'_>, findings: &mut Findings<'_>) {
    // Most scripts have no 429 in them at all.
    if !script.nodes().any(|node| is_429(node.kind())) {
        return;
    }
    for node in script.nodes() {
        let asks = |test: Span| asks_for_429(script, node.id(), test);
        let at = match node.kind() {
            AstKind::IfStatement(it) if asks(it.test.span()) => {
                recursion(script, node.id(), &it.consequent)
            }
            AstKind::WhileStatement(it) if asks(it.test.span()) => {
                (!counts(script, node.id())).then(|| Span::new(it.span.start, it.test.span().end))
            }
            AstKind::DoWhileStatement(it) if asks(it.test.span()) => {
                (!counts(script, node.id())).then(|| it.test.span())
            }
            _ => None,
        };
        let Some(at) = at else { continue };
        findings.script(
            UNBOUNDED_RETRY,
            script.place(at),
            "This tries again for as long as the answer is 429: it never gives up, and makes the limit's end come later for everyone.",
            "count the tries, wait longer before each, and give up after a few",
        );
    }
}

fn is_429(kind: AstKind<'_>) -> bool {
    match kind {
        AstKind::NumericLiteral(it) => it.value == 429.0,
        AstKind::StringLiteral(it) => it.value.contains("429"),
        _ => false,
    }
}

/// Whether the test of a statement asks for the status 429.
fn asks_for_429(script: &Script<'_>, statement: NodeId, test: Span) -> bool {
    let inside = script.inside(statement).map(AstNode::kind);
    inside.filter(|kind| test.contains_inclusive(kind.span())).any(is_429)
}

/// Whether something is counted inside a node.
fn counts(script: &Script<'_>, id: NodeId) -> bool {
    script.inside(id).any(|node| match node.kind() {
        AstKind::UpdateExpression(_) => true,
        AstKind::BinaryExpression(sum) => {
            let is_one = matches!(&sum.right, Expression::NumericLiteral(it) if it.value == 1.0);
            is_one && matches!(sum.operator, BinaryOperator::Addition | BinaryOperator::Subtraction)
        }
        AstKind::AssignmentExpression(it) => {
            matches!(it.operator, AssignmentOperator::Addition | AssignmentOperator::Subtraction)
        }
        kind => word(kind).is_some_and(|word| {
            let word = word.to_ascii_lowercase();
            COUNTS.iter().any(|name| word.contains(name))
        }),
    })
}

/// Inside a branch for 429, a call of the very function that is running.
fn recursion(script: &Script<'_>, id: NodeId, branch: &Statement<'_>) -> Option<Span> {
    let symbol = script.semantic.nodes().ancestor_kinds(id).find_map(|kind| match kind {
        AstKind::Function(function) => function.id.as_ref().and_then(|name| name.symbol_id.get()),
        AstKind::VariableDeclarator(variable) => {
            let is_function =
                variable.init.as_ref().is_some_and(|it| Func::of_expression(it).is_some());
            let name = variable.id.get_binding_identifier().filter(|_| is_function)?;
            name.symbol_id.get()
        }
        _ => None,
    })?;
    if counts(script, script.semantic.symbol_declaration(symbol).id()) {
        return None;
    }
    script
        .uses(symbol)
        .map(|node| node.kind().span())
        .find(|span| branch.span().contains_inclusive(*span))
}
