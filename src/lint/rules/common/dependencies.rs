//! What a script requires against what its definition declares.

use std::collections::BTreeSet;

use oxc::ast::AstKind;
use oxc::ast::ast::{Argument, CallExpression, Expression};
use oxc::span::{GetSpan, Span};

use crate::lint::finding::Findings;
use crate::lint::rule::{
    BUILTIN_DEPENDENCY, RELATIVE_REQUIRE, TOO_MANY_DEPENDENCIES, UNDECLARED_DEPENDENCY,
    UNUSED_DEPENDENCY, VERSIONED_REQUIRE,
};
use crate::model::Kind;
use crate::script::tree::Script;

/// Node.js's modules, without `node:`. Those of 18 and 22, and their paths.
const BUILT_IN: [&str; 41] = [
    "assert",
    "async_hooks",
    "buffer",
    "child_process",
    "cluster",
    "console",
    "constants",
    "crypto",
    "dgram",
    "diagnostics_channel",
    "dns",
    "domain",
    "events",
    "fs",
    "http",
    "http2",
    "https",
    "inspector",
    "module",
    "net",
    "os",
    "path",
    "perf_hooks",
    "process",
    "punycode",
    "querystring",
    "readline",
    "repl",
    "stream",
    "string_decoder",
    "sys",
    "timers",
    "tls",
    "trace_events",
    "tty",
    "url",
    "util",
    "v8",
    "vm",
    "wasi",
    "worker_threads",
];

/// Modules that exist with `node:` only, and `zlib`.
const BUILT_IN_MORE: [&str; 4] = ["zlib", "test", "sea", "sqlite"];

/// Database drivers that such packages load by themselves.
const LOADS_DRIVERS: [&str; 4] = ["knex", "sequelize", "typeorm", "bookshelf"];
const DRIVERS: [&str; 9] = [
    "pg",
    "pg-hstore",
    "pg-native",
    "mysql",
    "mysql2",
    "tedious",
    "sqlite3",
    "mariadb",
    "oracledb",
];

pub(crate) fn is_built_in(module: &str) -> bool {
    let (name, prefixed) = match module.strip_prefix("node:") {
        Some(name) => (name, true),
        None => (module, false),
    };
    let root = name.split('/').next().unwrap_or(name);
    BUILT_IN.contains(&root) || root == "zlib" || (prefixed && BUILT_IN_MORE.contains(&root))
}

/// One `require("…")` or `import("…")`.
struct Required<'a> {
    module: &'a str,
    span: Span,
}

/// A module's name taken apart: `@a/b@1.2/c` is the package `@a/b` with a version.
fn package_of(module: &str) -> (&str, Option<&str>) {
    let scope = if module.starts_with('@') { module.find('/').map_or(0, |at| at + 1) } else { 0 };
    let rest = module.get(scope..).unwrap_or_default();
    let end = rest.find(['@', '/']).map_or(module.len(), |at| scope + at);
    let (package, rest) = module.split_at(end);
    let version = rest.strip_prefix('@');
    (package, version.map(|rest| rest.split('/').next().unwrap_or(rest)))
}

pub(crate) fn check(script: &Script<'_>, findings: &mut Findings<'_>) {
    let mut required = Vec::new();
    let mut all_known = true;
    for node in script.nodes() {
        let argument = match node.kind() {
            AstKind::CallExpression(call) if calls_require(script, call) => {
                call.arguments.first().and_then(Argument::as_expression)
            }
            AstKind::ImportExpression(import) => Some(&import.source),
            AstKind::IdentifierReference(name) if name.name == "require" => {
                all_known &= is_called_or_harmless(script, node.id());
                continue;
            }
            _ => continue,
        };
        match argument.and_then(|argument| Some((text(argument)?, argument.span()))) {
            Some((module, span)) => required.push(Required { module, span }),
            None => all_known = false,
        }
    }
    for one in &required {
        check_one(script, one, findings);
    }
    if all_known {
        check_unused(&required, findings);
    }
}

fn text<'a>(expression: &Expression<'a>) -> Option<&'a str> {
    match expression {
        Expression::StringLiteral(literal) => Some(literal.value.as_str()),
        Expression::TemplateLiteral(template) => template.single_quasi().map(|text| text.as_str()),
        _ => None,
    }
}

/// Whether this is the module's own `require`, which is a parameter of the
/// wrapper, and not some other function of that name.
fn calls_require(script: &Script<'_>, call: &CallExpression<'_>) -> bool {
    matches!(&call.callee, Expression::Identifier(name)
        if name.name == "require" && script.is_given(name))
}

fn is_called_or_harmless(script: &Script<'_>, name: oxc::semantic::NodeId) -> bool {
    match script.parent(name) {
        AstKind::CallExpression(call) => {
            call.callee.span() == script.semantic.nodes().kind(name).span()
        }
        AstKind::UnaryExpression(_) => true,
        _ => false,
    }
}

fn check_one(script: &Script<'_>, required: &Required<'_>, findings: &mut Findings<'_>) {
    let Required { module, span } = *required;
    let place = script.place(span);
    if module.starts_with(['.', '/']) {
        findings.script(
            RELATIVE_REQUIRE,
            place,
            format!("`{module}` is a file, and the script is deployed as one file: it isn't there when the {} runs.", findings.noun()),
            "put the code into this script, or bundle both before deploying",
        );
        return;
    }
    let (package, version) = package_of(module);
    if module.is_empty() || is_built_in(module) || is_module_of_auth0(script, module) {
        return;
    }
    let declared = findings.hook.dependencies.as_ref();
    let is_declared = declared.is_some_and(|all| all.contains_key(package));
    if let Some(version) = version {
        let rest = if is_declared { "" } else { " and add it to `dependencies`" };
        findings.script(
            VERSIONED_REQUIRE,
            place,
            format!("A version inside `require` no longer works: since Node.js 16 the version of `{package}` comes from `dependencies`."),
            format!("write `require('{package}')`{rest} with version `{version}`"),
        );
    } else if declared.is_some() && !is_declared {
        findings.script(
            UNDECLARED_DEPENDENCY,
            place,
            format!("`{package}` is not in this {0}'s `dependencies`, so it can't be found when the {0} runs.", findings.noun()),
            format!("add `{package}` with its version to `dependencies` in {}", findings.hook.place.file),
        );
    }
}

/// `actions:name`: one of the tenant's own modules, which are no packages.
fn is_module_of_auth0(script: &Script<'_>, module: &str) -> bool {
    script.kind == Kind::Action && module.starts_with("actions:")
}

fn check_unused(required: &[Required<'_>], findings: &mut Findings<'_>) {
    let hook = findings.hook;
    let Some(declared) = &hook.dependencies else { return };
    let packages: BTreeSet<&str> = required.iter().map(|one| package_of(one.module).0).collect();
    let used = |name: &str| packages.contains(name);
    let drivers = LOADS_DRIVERS.iter().any(|package| used(package));
    for name in declared.keys() {
        let is_driver = drivers && DRIVERS.contains(&name.as_str());
        if is_built_in(name) || used(name) || is_driver {
            continue;
        }
        findings.definition(
            UNUSED_DEPENDENCY,
            hook.written.place_in(&hook.written.dependencies, name),
            format!("`{name}` is in `dependencies`, but the script never requires it."),
            format!("remove it; each package makes the {} slower to build", findings.noun()),
        );
    }
}

/// How many packages an action may have.
const MAX_DEPENDENCIES: usize = 10;

/// The rules that need no script: a Node.js module among the packages, and
/// too many of them.
pub(crate) fn check_declared(findings: &mut Findings<'_>) {
    let hook = findings.hook;
    let packages = hook.dependencies.as_ref().map_or(0, std::collections::BTreeMap::len);
    if findings.kind() == Kind::Action && packages > MAX_DEPENDENCIES {
        findings.definition(
            TOO_MANY_DEPENDENCIES,
            hook.written.place_of(&hook.written.dependencies),
            format!("{packages} packages; an action may have {MAX_DEPENDENCIES}, and the tenant refuses more."),
            "remove those that the code can do without, or bundle some into the script",
        );
    }
    for name in hook.dependencies.iter().flatten().map(|(name, _)| name) {
        if is_built_in(name) {
            findings.definition(
                BUILTIN_DEPENDENCY,
                hook.written.place_in(&hook.written.dependencies, name),
                format!(
                    "`{name}` is part of Node.js; the npm package of that name is something else."
                ),
                "remove it: the script can require it as it is",
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_and_versions_are_told_apart() {
        let check = |module, package, version| assert_eq!(package_of(module), (package, version));
        check("request", "request", None);
        check("lodash/get", "lodash", None);
        check("auth0@2.32.0", "auth0", Some("2.32.0"));
        check("auth0@2/src", "auth0", Some("2"));
        check("@sendgrid/mail", "@sendgrid/mail", None);
        check("@sendgrid/mail@7.0.0", "@sendgrid/mail", Some("7.0.0"));
        check("@", "", Some(""));
    }

    #[test]
    fn built_ins_are_those_of_node() {
        for name in ["fs", "node:fs", "fs/promises", "node:test", "zlib", "crypto"] {
            assert!(is_built_in(name), "{name}");
        }
        for name in ["request", "test", "fs-extra", "node:request", "sqlite", "auth0"] {
            assert!(!is_built_in(name), "{name}");
        }
    }
}
