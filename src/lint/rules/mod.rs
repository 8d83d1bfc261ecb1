//! The rules about scripts, a file for each subject.
//!
//! Each is a function that reads a [`Script`] or a definition and adds to the
//! [`Findings`]. A rule keeps silent when it isn't sure.

mod action;
mod common;
mod hook;

#[cfg(test)]
mod tests;

use common::{api, credentials, dependencies, names, requests, secrets, size, versions};
use hook::{callback, errors, paths, payload, signature, work};

use super::finding::Findings;
use crate::model::Kind;
use crate::script::tree::Script;

/// The rules that need no syntax tree.
pub(super) fn definition(findings: &mut Findings<'_>) {
    size::check(findings);
    dependencies::check_declared(findings);
    versions::check(findings);
    credentials::check_definition(findings);
}

/// The rules that never look from a place to what is around it.
pub(super) fn shallow(script: &Script<'_>, findings: &mut Findings<'_>) {
    dependencies::check(script, findings);
    secrets::check(script, findings);
    if script.kind != Kind::Action {
        errors::check(script, findings);
    }
    names::check(script, findings);
    credentials::check(script, findings);
}

/// The rules about a script that could be parsed.
pub(super) fn script(script: &Script<'_>, findings: &mut Findings<'_>) {
    match script.kind {
        Kind::Action => {
            action::api::check(script, findings);
            action::event::check(script, findings);
            action::work::check(script, findings);
        }
        _ => {
            signature::check(script, findings);
            paths::check(script, findings);
            callback::check(script, findings);
            payload::check(script, findings);
            errors::check(script, findings);
            work::check(script, findings);
        }
    }
    dependencies::check(script, findings);
    secrets::check(script, findings);
    names::check(script, findings);
    requests::check(script, findings);
    api::check(script, findings);
    credentials::check(script, findings);
}
