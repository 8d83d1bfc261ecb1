//! Which package an expression comes from, and which of its calls answer
//! later.
//!
//! Must not find anything by itself.

use oxc::ast::AstKind;
use oxc::ast::ast::{CallExpression, Expression};

use super::tree::{Func, Script};

/// Packages that make requests.
const HTTP_CLIENTS: [&str; 18] = [
    "axios",
    "request",
    "request-promise",
    "request-promise-native",
    "requestretry",
    "node-fetch",
    "got",
    "needle",
    "superagent",
    "undici",
    "cross-fetch",
    "isomorphic-fetch",
    "unirest",
    "phin",
    "bent",
    "ky",
    "axios-retry",
    "make-fetch-happen",
];

/// Their methods that start a request. Others make a client, or add to a
/// request that isn't sent yet.
const HTTP_METHODS: [&str; 11] =
    ["get", "post", "put", "patch", "delete", "del", "head", "request", "fetch", "end", "then"];

/// Packages that talk to a service.
const SERVICES: [&str; 17] = [
    "twilio",
    "slack-notify",
    "@slack/webhook",
    "@slack/web-api",
    "@sendgrid/mail",
    "nodemailer",
    "mailgun-js",
    "mailgun.js",
    "postmark",
    "stripe",
    "auth0",
    "aws-sdk",
    "messagebird",
    "nexmo",
    "@vonage/server-sdk",
    "airtable",
    "mongodb",
];

/// Methods by which such packages send something.
const SERVICE_METHODS: [&str; 19] = [
    "create",
    "send",
    "sendMail",
    "sendEmail",
    "sendMessage",
    "sendSms",
    "postMessage",
    "publish",
    "promise",
    "success",
    "alert",
    "bug",
    "note",
    "insertOne",
    "updateUser",
    "updateUserMetadata",
    "updateAppMetadata",
    "assignRolestoUser",
    "requestChangePasswordEmail",
];

/// How many names and calls are followed back.
const MAX_STEPS: usize = 12;

/// Whether a value comes from such a package: from `require('package')`
/// itself, one of its parts, or what a call or `new` made of it.
pub(crate) fn comes_from(
    script: &Script<'_>,
    value: &Expression<'_>,
    is_wanted: &dyn Fn(&str) -> bool,
) -> bool {
    follow(script, value, is_wanted, 0)
}

fn follow(
    script: &Script<'_>,
    value: &Expression<'_>,
    is_wanted: &dyn Fn(&str) -> bool,
    step: usize,
) -> bool {
    if step > MAX_STEPS {
        return false;
    }
    let further = |value: &Expression<'_>| follow(script, value, is_wanted, step + 1);
    match value {
        Expression::CallExpression(call) => match call.common_js_require() {
            Some(module) => is_wanted(name_of(module.value.as_str())),
            None => further(&call.callee),
        },
        Expression::NewExpression(new) => further(&new.callee),
        Expression::AwaitExpression(awaited) => further(&awaited.argument),
        Expression::StaticMemberExpression(member) => further(&member.object),
        Expression::Identifier(name) => {
            let Some(symbol) = script.symbol(name) else { return false };
            if script.is_mutated(symbol) {
                return false;
            }
            match script.semantic.symbol_declaration(symbol).kind() {
                // also for a part: `const { WebClient } = require(…)`
                AstKind::VariableDeclarator(it) => it.init.as_ref().is_some_and(further),
                _ => false,
            }
        }
        _ => false,
    }
}

/// A package's name, without a version and without `node:`.
pub(crate) fn name_of(module: &str) -> &str {
    let name = module.strip_prefix("node:").unwrap_or(module);
    let at = name.char_indices().skip(1).find(|(_, c)| *c == '@');
    at.and_then(|(at, _)| name.get(..at)).unwrap_or(name)
}

/// Whether a call starts a request or sends something, so that its answer
/// comes later.
pub(crate) fn answers_later(script: &Script<'_>, call: &CallExpression<'_>) -> bool {
    match &call.callee {
        // `request(…)`, or `client(…)` of `axios.create(…)`
        Expression::Identifier(_) | Expression::CallExpression(_) => {
            comes_from(script, &call.callee, &|package| HTTP_CLIENTS.contains(&package))
        }
        Expression::StaticMemberExpression(member) => {
            let method = member.property.name.as_str();
            let is_http = HTTP_METHODS.contains(&method);
            let is_service = SERVICE_METHODS.contains(&method);
            (is_http || is_service)
                && comes_from(script, &member.object, &|package| {
                    (is_http && HTTP_CLIENTS.contains(&package))
                        || (is_service && SERVICES.contains(&package))
                })
        }
        _ => false,
    }
}

/// `https.request(…)` and `https.get(…)`.
pub(crate) fn is_http_request(script: &Script<'_>, call: &CallExpression<'_>) -> bool {
    let Expression::StaticMemberExpression(member) = &call.callee else { return false };
    matches!(member.property.name.as_str(), "request" | "get")
        && comes_from(script, &member.object, &|it| matches!(it, "http" | "https"))
}

/// Whether what is called is an async function of the script's own, or `fetch`.
pub(crate) fn is_async_function(script: &Script<'_>, callee: &Expression<'_>) -> bool {
    let func = match callee {
        Expression::Identifier(name) if script.symbol(name).is_none() => {
            return name.name == "fetch";
        }
        Expression::Identifier(name) => script.function(name),
        other => Func::of_expression(other),
    };
    func.is_some_and(Func::is_async)
}
