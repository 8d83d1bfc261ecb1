//! Whether the hook's function takes what its trigger passes.

use oxc::semantic::SymbolId;

use crate::lint::finding::Findings;
use crate::lint::rule::TRIGGER_SIGNATURE;
use crate::script::hooks::parameters;
use crate::script::tree::{Handler, Script};

/// Names that nobody gives to anything but a callback.
const CALLBACK_NAMES: [&str; 6] = ["cb", "callback", "done", "next", "_cb", "_callback"];

pub(crate) fn check(script: &Script<'_>, findings: &mut Findings<'_>) {
    let expected = parameters(&script.trigger);
    let Some(handler) = &script.handler else { return };
    if expected.is_empty() {
        return;
    }
    let given = handler.func.params();
    let signature = format!("function ({})", expected.join(", "));
    let count = given.items.len();
    let callback = expected.len() - 1;
    let hint = format!("the trigger's signature is `{signature}`");
    let trigger = &script.trigger;
    let mut tell = |message: String, hint: String| {
        findings.script(TRIGGER_SIGNATURE, script.place(handler.func.head()), message, hint);
    };
    if handler.func.is_generator() {
        tell(
            "A generator function only returns an iterator when it is called: no line of it ever runs.".into(),
            "write a plain or an `async` function".into(),
        );
    } else if given.rest.is_some() || script.uses_arguments(handler.func) {
        // It may take its arguments in ways that aren't worth guessing.
    } else if let Some((at, name)) = misplaced_callback(script, handler, callback) {
        let (at, callback) = (at + 1, callback + 1);
        tell(
            format!(
                "`{name}` is parameter {at} here, but {trigger} passes the callback as number {callback}."
            ),
            hint,
        );
    } else if count < expected.len() {
        tell(
            format!(
                "The function takes {count} of the {} arguments of {trigger}; without the last one it can't call back, and the transaction waits until it times out.",
                expected.len()
            ),
            hint,
        );
    } else if given.items.iter().skip(expected.len()).any(|param| param.initializer.is_none()) {
        tell(
            format!(
                "The function takes {count} arguments, but {trigger} passes {}: the last is always undefined.",
                expected.len()
            ),
            hint,
        );
    }
}

/// A parameter that is named like a callback and isn't at its place, while
/// the one at its place isn't named so.
fn misplaced_callback<'a>(
    script: &'a Script<'_>,
    handler: &Handler<'_>,
    callback: usize,
) -> Option<(usize, &'a str)> {
    let name = |symbol: SymbolId| script.semantic.scoping().symbol_name(symbol);
    let is_callback = |symbol: &Option<SymbolId>| {
        symbol.is_some_and(|symbol| CALLBACK_NAMES.contains(&name(symbol)))
    };
    if handler.params.get(callback).is_some_and(is_callback) {
        return None;
    }
    let at = handler.params.iter().position(is_callback)?;
    // One too many at the end is reported as such by the count.
    (handler.params[at]).map(|symbol| (at, name(symbol)))
}
