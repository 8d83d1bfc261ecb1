//! Why a script doesn't load: what the parser refused, in the words of
//! somebody who knows what hooks run into.
//!
//! Must not judge a script that can be parsed: that is `export`'s.

use oxc::allocator::Allocator;
use oxc::ast::ast::Statement;
use oxc::parser::Parser;
use oxc::span::{GetSpan, SourceType};

use super::finding::Findings;
use super::rule::{ES_MODULE, RESERVED_NAME, RULE_STYLE_FUNCTION, SYNTAX_ERROR, TOP_LEVEL_AWAIT};
use crate::model::Kind;
use crate::script::hooks::{BASE_ERROR_CLASS, error_classes};
use crate::script::parse::{SyntaxError, options};

/// The names that a CommonJS module gets as parameters.
const MODULE_NAMES: [&str; 5] = ["exports", "require", "module", "__filename", "__dirname"];
/// The names that the code of an action gets as parameters.
const ACTION_NAMES: [&str; 3] = ["module", "exports", "console"];

/// How many syntax errors of one script are reported: the later ones are mostly
/// echoes of the first.
const REPORTED: usize = 5;

/// Reports why a script can't be parsed.
pub(super) fn tell(errors: Vec<SyntaxError>, findings: &mut Findings<'_>) {
    let script = findings.hook.script.as_str();
    if script.starts_with("#!") {
        findings.script(
            SYNTAX_ERROR,
            0..script.find('\n').unwrap_or(script.len()),
            "The script can't begin with `#!`: Auth0 puts its own code in front of it, and on any other line this is no JavaScript.",
            "remove this line",
        );
        return;
    }
    if tell_es_module(script, findings) || tell_rule_style(script, findings) {
        return;
    }
    let end = script.trim_end().len();
    let at_end = errors.iter().all(|error| error.place.start >= end);
    if at_end && let Some(error) = standalone_error(script) {
        // Inside the wrapper a `}` too many only shows at the wrapper's end.
        let hint = error.help.unwrap_or_default();
        findings.script(SYNTAX_ERROR, error.place, sentence(&error.message), hint);
        return;
    }
    if at_end {
        findings.script(
            SYNTAX_ERROR,
            end.saturating_sub(1)..end,
            "The script ends before everything that it opened is closed.",
            "look for a missing `}`, `)`, quote or `*/`",
        );
        return;
    }
    for error in errors.into_iter().take(REPORTED) {
        tell_one(error, findings);
    }
}

fn tell_one(error: SyntaxError, findings: &mut Findings<'_>) {
    let trigger = &findings.hook.trigger;
    if let Some(name) = redeclared_name(&error.message) {
        let is_action = findings.kind() == Kind::Action;
        let is_class = name == BASE_ERROR_CLASS || error_classes(trigger).contains(&name);
        let is_first = error.other.is_none();
        let other_name = "choose another name".to_owned();
        let reserved = if is_action {
            (is_first && ACTION_NAMES.contains(&name)).then(|| ("Auth0 runs the code of an action inside a function with a parameter of that name, so this one doesn't compile, on every run".to_owned(), other_name))
        } else if is_class && is_first {
            let why = format!(
                "Auth0 puts the class of that name in front of every {trigger} hook, so this script doesn't compile"
            );
            Some((why, format!("remove this declaration; `{name}` is there without it")))
        } else {
            let why = "it is a parameter of every CommonJS module".to_owned();
            MODULE_NAMES.contains(&name).then_some((why, other_name))
        };
        if let Some((why, hint)) = reserved {
            let message = format!("`{name}` is already declared: {why}.");
            findings.script(RESERVED_NAME, error.place, message, hint);
            return;
        }
    }
    if error.message.contains("`await`") || error.message.contains("`for await`") {
        findings.script(
            TOP_LEVEL_AWAIT,
            error.place,
            "`await` only works inside an async function: the script doesn't compile.",
            format!(
                "make the function around it `async`, or move the call into the {}'s function",
                findings.noun()
            ),
        );
        return;
    }
    let message = match &error.other {
        Some((place, note)) if !note.is_empty() => {
            let before = findings.hook.script.as_str().get(..place.start).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            format!("{} (line {line}: {note}).", error.message.trim_end_matches('.'))
        }
        _ => sentence(&error.message),
    };
    findings.script(SYNTAX_ERROR, error.place, message, error.help.unwrap_or_default());
}

/// The name in ``Identifier `x` has already been declared``.
fn redeclared_name(message: &str) -> Option<&str> {
    message.strip_prefix("Identifier `")?.strip_suffix("` has already been declared")
}

fn sentence(message: &str) -> String {
    format!("{}.", message.trim_end_matches('.'))
}

/// The first error of the script without its wrapper.
fn standalone_error(script: &str) -> Option<SyntaxError> {
    let allocator = Allocator::default();
    let parsed =
        Parser::new(&allocator, script, SourceType::cjs()).with_options(options(script)).parse();
    let error = parsed.diagnostics.errors().next()?;
    let label = error.labels.first()?;
    let (start, end) = (label.offset() as usize, (label.offset() + label.len()) as usize);
    (start < script.trim_end().len()).then(|| SyntaxError {
        message: error.message.to_string(),
        help: error.help.as_ref().map(ToString::to_string),
        place: start..end,
        other: None,
    })
}

/// Reports the first `import` or `export`, if that is what the script uses.
fn tell_es_module(script: &str, findings: &mut Findings<'_>) -> bool {
    if !script.contains("import") && !script.contains("export") {
        return false;
    }
    let allocator = Allocator::default();
    let parsed =
        Parser::new(&allocator, script, SourceType::mjs()).with_options(options(script)).parse();
    let of_module = parsed.program.body.iter().find(|statement| {
        matches!(
            statement,
            Statement::ImportDeclaration(_)
                | Statement::ExportAllDeclaration(_)
                | Statement::ExportDefaultDeclaration(_)
                | Statement::ExportDeclaration(_)
                | Statement::ExportFromDeclaration(_)
                | Statement::ExportNamedDeclaration(_)
        )
    });
    let Some(statement) = of_module else { return tell_import_meta(script, &parsed, findings) };
    let (what, instead) = match (statement, findings.kind()) {
        (Statement::ImportDeclaration(_), _) => ("import", "const name = require('package')"),
        (_, Kind::Action) => ("export", "exports.name = ..."),
        _ => ("export", "module.exports = function ..."),
    };
    let place = statement.span().start as usize..statement.span().end as usize;
    let text = script.get(place.clone()).unwrap_or_default();
    let first_line = text.find('\n').map_or(place.end, |at| place.start + at);
    findings.script(
        ES_MODULE,
        place.start..first_line,
        format!("`{what}` belongs to ES modules, and Auth0 compiles hooks and Actions as CommonJS: the script doesn't compile."),
        format!("write `{instead}`"),
    );
    true
}

fn tell_import_meta(
    script: &str,
    parsed: &oxc::parser::ParserReturn<'_>,
    findings: &mut Findings<'_>,
) -> bool {
    let Some(span) = parsed.module_record.import_metas.first() else {
        return false;
    };
    if parsed.diagnostics.has_errors() || (span.end as usize) > script.len() {
        return false;
    }
    findings.script(
        ES_MODULE,
        span.start as usize..span.end as usize,
        "`import.meta` belongs to ES modules, and Auth0 compiles hooks and Actions as CommonJS: the script doesn't compile.",
        "",
    );
    true
}

/// Reports a script that is one anonymous function, as a rule is.
fn tell_rule_style(script: &str, findings: &mut Findings<'_>) -> bool {
    let start = skip_blanks_and_comments(script);
    let rest = script.get(start..).unwrap_or_default();
    let after_async = rest.strip_prefix("async").map_or(rest, str::trim_start);
    let Some(parameters) = after_async.strip_prefix("function") else {
        return false;
    };
    if !parameters.trim_start().trim_start_matches('*').trim_start().starts_with('(') {
        return false;
    }
    let keyword_end = start + (rest.len() - parameters.len());
    let trigger = &findings.hook.trigger;
    let is_action = findings.kind() == Kind::Action;
    let arguments = crate::script::hooks::parameters(trigger).join(", ");
    let export = match crate::script::actions::entries(trigger.as_str()).first() {
        Some(entry) if is_action => {
            format!("export it: `exports.{entry} = async (event, api) => {{ ... }};`")
        }
        _ => format!("export it: `module.exports = function ({arguments}) {{ ... }};`"),
    };
    findings.script(
        RULE_STYLE_FUNCTION,
        start..keyword_end,
        format!("An anonymous function on its own is how rules are written; in {} it doesn't compile (\"Function statements require a function name\").", match is_action { true => "an action", false => "a hook" }),
        export,
    );
    true
}

/// Where the first thing that is neither blank nor comment begins.
fn skip_blanks_and_comments(script: &str) -> usize {
    let mut rest = script;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        let after = if rest.starts_with("//") {
            // U+2028 and U+2029 end a line, too.
            rest.find(['\n', '\r', '\u{2028}', '\u{2029}']).map(|at| rest.split_at(at).1)
        } else if rest.starts_with("/*") {
            rest.split_once("*/").map(|(_, after)| after)
        } else {
            None
        };
        match after {
            Some(after) => rest = after,
            None => return script.len() - rest.len(),
        }
    }
}
