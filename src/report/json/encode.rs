//! JSON text that is safe to look at.
//!
//! Characters that would act on a terminal or in a pipeline's log are written
//! as `\uXXXX`, which any reader of JSON takes as the same text. Must not
//! know what is encoded.

use std::fmt::Write as _;

use serde::Serialize;

use crate::report::safe;

/// Indented by two blanks, with a newline at the end.
pub(crate) fn pretty(value: &impl Serialize) -> String {
    // Shapes with text keys only, written to memory: neither can fail.
    let plain = serde_json::to_string_pretty(value);
    debug_assert!(plain.is_ok(), "a shape that JSON can't hold");
    let mut out = harmless(&plain.unwrap_or_default());
    out.push('\n');
    out
}

/// The same JSON. What is unsafe in it stands in texts: around them are ASCII signs,
/// blanks and line ends, and in them a line end is an escape.
fn harmless(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for (at, found) in json.char_indices() {
        let is_command = found == '#' && out.ends_with('#') && {
            let after = json.get(at + 1..).unwrap_or_default();
            after.trim_start_matches(|it: char| it.is_ascii_alphabetic()).starts_with('[')
        };
        if is_command || (found != '\n' && safe::is_unsafe(found)) {
            for unit in found.encode_utf16(&mut [0; 2]) {
                // writing to a String can't fail
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(found);
        }
    }
    out
}
