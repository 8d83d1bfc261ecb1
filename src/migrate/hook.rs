//! A hook's script, parsed with its keyword markers still in it.
//!
//! Main function: [`with_parsed`]. Must not know what becomes of the script.

use std::ops::Range;

use oxc::allocator::Allocator;

use super::findings::{Finding, NEVER_LOADED};
use crate::model::Trigger;
use crate::script::exported::{self, Verdict};
use crate::script::parse::{Wrapped, parse};
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
    let masked = masked(text);
    let wrapped = Wrapped::new(&masked, trigger);
    let allocator = Allocator::default();
    let parsed = match parse(&allocator, &wrapped) {
        Ok(parsed) => parsed,
        Err(errors) => {
            let (place, message) = errors
                .into_iter()
                .next()
                .map_or((0..0, String::new()), |error| (error.place, error.message));
            let message = format!("The script does not load, so the hook never ran: {message}.");
            return Err(Finding::error(NEVER_LOADED, place, &message, "correct the script first"));
        }
    };
    let found = exported::of(&parsed);
    let handler = found.handler;
    if matches!(found.verdict, Verdict::NoFunction | Verdict::Throws(..)) {
        return Err(Finding::error(
            NEVER_LOADED,
            0..0,
            "The script exports no function, so the hook never ran.",
            "assign the hook's function to `module.exports` first",
        ));
    }
    Ok(then(&Script::new(parsed, handler)))
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
