//! A hook's script, parsed with its keyword markers still in it.
//!
//! Main function: [`with_parsed`]. Must not know what becomes of the script.

use std::ops::Range;

use oxc::allocator::Allocator;
use oxc::ast::AstKind;
use oxc::span::Span;

use super::findings::{Finding, NEVER_LOADED};
use crate::model::Trigger;
use crate::script::exported::{self, Verdict};
use crate::script::parse::{Parsed, SyntaxError, Wrapped, parse};
use crate::script::tree::Script;

/// The text with every keyword marker as a name of the same length, so that
/// `const list = @@LIST@@;` parses and every place stays what it is.
fn masked(text: &str) -> String {
    let mut out = text.to_owned();
    let mut at = 0;
    while let Some((range, key)) = next_marker(text, at) {
        let name: String =
            key.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        out.replace_range(range.clone(), &format!("$${name}$$"));
        at = range.end;
    }
    out
}

/// The first keyword marker at or after a byte, with its name.
fn next_marker(text: &str, from: usize) -> Option<(Range<usize>, &str)> {
    let rest = text.get(from..)?;
    rest.char_indices().filter(|(_, c)| matches!(c, '#' | '@')).find_map(|(at, sign)| {
        let sign = if sign == '#' { "##" } else { "@@" };
        let inner = rest.get(at..)?.strip_prefix(sign)?;
        let is_key = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        let length = inner.find(|c| !is_key(c))?;
        let key = inner.get(..length).filter(|key| !key.is_empty())?;
        inner.get(length..)?.starts_with(sign).then(|| {
            let start = from + at;
            (start..start + length + 4, key)
        })
    })
}

/// Parses a hook's script and hands it on. An error is why it never loaded.
pub(super) fn with_parsed<T>(
    text: &str,
    trigger: &Trigger,
    then: impl FnOnce(&Script<'_>) -> T,
) -> Result<T, Finding> {
    let never = |at, message: &str, hint| Err(Finding::error(NEVER_LOADED, at, message, hint));
    let masked = masked(text);
    let wrapped = Wrapped::new(&masked, trigger);
    let allocator = Allocator::default();
    let parsed = match parse(&allocator, &wrapped) {
        Ok(parsed) => parsed,
        Err(errors) => {
            let SyntaxError { place, message, .. } = errors.into_iter().next().unwrap_or_default();
            let message = format!("The script does not load, so the hook never ran: {message}.");
            return never(place, &message, "correct the script first");
        }
    };
    let found = exported::of(&parsed);
    let handler = found.handler;
    let local = local_file(&parsed);
    match (found.verdict, local) {
        (Verdict::Throws(at, why), local)
            if local.as_ref().is_none_or(|(it, _)| at.start < it.start) =>
        {
            let message = format!("The hook never ran. {why}");
            return never(wrapped.in_script(at), &message, "correct the script first");
        }
        (_, Some((at, name))) => {
            let message = format!(
                "A hook is one script without files beside it, so `require('{name}')` failed whenever it was loaded, and the hook never ran."
            );
            let hint = "put the code of that file into the script first";
            return never(wrapped.in_script(at), &message, hint);
        }
        (Verdict::NoFunction, None) => {
            let message = "The script exports no function, so the hook never ran.";
            return never(0..0, message, "assign the hook's function to `module.exports` first");
        }
        _ => {}
    }
    Ok(then(&Script::new(parsed, handler)))
}

/// The first `require` of a file that runs whenever the script is loaded.
fn local_file(parsed: &Parsed<'_>) -> Option<(Span, String)> {
    let nodes = parsed.semantic.nodes();
    nodes.iter().find_map(|node| {
        let AstKind::CallExpression(call) = node.kind() else { return None };
        let name = call.common_js_require()?.value.as_str();
        let is_file = name.starts_with(['.', '/']);
        let is_package = name.starts_with("./node_modules/") || name.starts_with("/node_modules/");
        let body = parsed.body.node_id.get();
        let always = nodes
            .ancestors_enumerated(node.id())
            .take_while(|(id, _)| *id != body)
            .all(|(_, around)| !may_be_left_out(around.kind()));
        (is_file && !is_package && always).then(|| (call.span, name.to_owned()))
    })
}

/// Whether what is inside of it may not run, or not end the script where it throws.
fn may_be_left_out(around: AstKind<'_>) -> bool {
    matches!(
        around,
        AstKind::FunctionBody(_)
            | AstKind::ArrowFunctionExpression(_)
            | AstKind::Class(_)
            | AstKind::IfStatement(_)
            | AstKind::TryStatement(_)
            | AstKind::SwitchStatement(_)
            | AstKind::ForStatement(_)
            | AstKind::ForInStatement(_)
            | AstKind::ForOfStatement(_)
            | AstKind::WhileStatement(_)
            | AstKind::ConditionalExpression(_)
            | AstKind::LogicalExpression(_)
    )
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn markers_become_names_of_the_same_length() {
        let check = |text, expected: &str| assert_eq!(masked(text), expected);
        check("const a = @@LIST@@;", "const a = $$LIST$$;");
        check("'##NS##/plan'", "'$$NS$$/plan'");
        check("a ### b ## c ##", "a ### b ## c ##");
        check("é##A-B.C##ü@@D@@", "é$$A_B_C$$ü$$D$$");
        check("####", "####");
    }
}
