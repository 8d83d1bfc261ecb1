//! The rules about scripts, a file for each subject.
//!
//! Each is a function that reads a [`Script`] or a definition and adds to the
//! [`Findings`]. A rule keeps silent when it isn't sure.

mod callback;
mod dependencies;
mod signature;
mod size;

use super::finding::Findings;
use super::script::Script;

/// The rules that need no syntax tree.
pub(super) fn definition(findings: &mut Findings<'_>) {
    size::check(findings);
    dependencies::check_declared(findings);
}

/// The rules about a script that could be parsed.
pub(super) fn script(script: &Script<'_>, findings: &mut Findings<'_>) {
    signature::check(script, findings);
    callback::check(script, findings);
    dependencies::check(script, findings);
}
