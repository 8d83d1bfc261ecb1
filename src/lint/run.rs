//! Runs every check over one hook or all of them.
//!
//! The parser recurses as deep as a script nests, so it runs on threads with
//! stacks to match. [`check_all`] is what the program runs: a fault of its own
//! in one script is reported as that script's, and the others are checked.
//! [`check`] is what tests run: a panic goes through. Must not know a single
//! rule.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use oxc::allocator::Allocator;

use super::finding::Findings;
use super::rule::{NOT_CHECKED, RuleSettings, SCRIPT_TOO_LARGE};
use super::{allow, entry, export, load, rules, syntax};
use crate::model::{Definition, DesiredState, Diagnostic, Kind};
use crate::script::parse::{Wrapped, parse};
use crate::script::tree::Script;
use crate::script::{entries, exported};

/// Beyond this a script isn't parsed at all.
const MAX_SCRIPT: usize = 1024 * 1024;
/// What a worker's stack is large enough for, whatever the script nests.
const USUAL_SCRIPT: usize = 100 * 1024;
/// Many rules look from a place to what is around it. A script in which they
/// would look at more than this is only checked by those that don't: an
/// expression of 6,000 terms is within it, one of 10,000 is not.
const MAX_SURROUNDINGS: u64 = 20_000_000;
/// Enough for [`USUAL_SCRIPT`] bytes of the most expensive nesting, in a
/// debug build too. Address space only: pages that nobody touches cost nothing.
const USUAL_STACK: usize = 288 * 1024 * 1024;
/// More threads than this don't pay.
const MAX_WORKERS: usize = 8;

/// Checks every hook, on several threads. The findings are in their order,
/// the same for the same input.
#[must_use]
pub fn check_all(state: &DesiredState, settings: &RuleSettings) -> Vec<Diagnostic> {
    let hooks = &state.definitions;
    let next = AtomicUsize::new(0);
    let work = || {
        let mut found = Vec::new();
        while let Some(hook) = hooks.get(next.fetch_add(1, Ordering::Relaxed)) {
            found.extend(check_here(hook, settings, guarded));
        }
        found
    };
    let workers = thread::available_parallelism().map_or(1, usize::from).min(MAX_WORKERS);
    let mut found: Vec<_> = thread::scope(|scope| {
        let started: Vec<_> = (0..workers.min(hooks.len()))
            .filter_map(|_| {
                thread::Builder::new().stack_size(USUAL_STACK).spawn_scoped(scope, work).ok()
            })
            .collect();
        started
            .into_iter()
            .flat_map(|worker| worker.join().unwrap_or_else(|panic| resume_unwind(panic)))
            .collect()
    });
    // Left over only if not one thread could be started.
    while let Some(hook) = hooks.get(next.fetch_add(1, Ordering::Relaxed)) {
        found.extend(not_checked(hook, settings, "no thread could be started for it"));
    }
    found.sort();
    found
}

/// Checks one hook. The findings are in their order.
///
/// # Panics
/// If a check has a fault, which [`check_all`] reports.
#[must_use]
pub fn check(hook: &Definition, settings: &RuleSettings) -> Vec<Diagnostic> {
    on_stack(hook, settings, all_checks)
}

/// A way to check one hook.
type Check = fn(&Definition, &RuleSettings) -> Vec<Diagnostic>;

/// Checks one hook on this thread, which has [`USUAL_STACK`], or on one with
/// more if the script is longer than that allows.
fn check_here(hook: &Definition, settings: &RuleSettings, check: Check) -> Vec<Diagnostic> {
    let length = hook.script.as_str().len();
    if length > USUAL_SCRIPT && length <= MAX_SCRIPT {
        on_stack(hook, settings, check)
    } else {
        check(hook, settings)
    }
}

fn on_stack(hook: &Definition, settings: &RuleSettings, check: Check) -> Vec<Diagnostic> {
    let length = hook.script.as_str().len().min(MAX_SCRIPT);
    let stack = length.div_ceil(USUAL_SCRIPT).max(1) * USUAL_STACK;
    thread::scope(|scope| {
        let worker =
            thread::Builder::new().stack_size(stack).spawn_scoped(scope, || check(hook, settings));
        match worker.map(thread::ScopedJoinHandle::join) {
            Ok(found) => found.unwrap_or_else(|panic| resume_unwind(panic)),
            Err(_) => {
                not_checked(hook, settings, "no thread with enough stack could be started for it")
            }
        }
    })
}

thread_local! {
    static IS_CAUGHT: Cell<bool> = const { Cell::new(false) };
}

/// Whether a panic on this thread is about to be caught and reported as a
/// finding, so that nothing else need be said of it.
pub(crate) fn panics_are_caught() -> bool {
    IS_CAUGHT.get()
}

/// All checks of one hook; a fault in them becomes a finding.
fn guarded(hook: &Definition, settings: &RuleSettings) -> Vec<Diagnostic> {
    IS_CAUGHT.set(true);
    let found = catch_unwind(AssertUnwindSafe(|| all_checks(hook, settings)));
    IS_CAUGHT.set(false);
    found.unwrap_or_else(|_| {
        not_checked(hook, settings, "internal error in hooksync; please report it with the script")
    })
}

fn not_checked(hook: &Definition, settings: &RuleSettings, why: &str) -> Vec<Diagnostic> {
    let mut findings = Findings::new(hook, settings);
    findings.script(NOT_CHECKED, 0..0, format!("This script could not be checked: {why}."), "");
    findings.finish()
}

fn all_checks(hook: &Definition, settings: &RuleSettings) -> Vec<Diagnostic> {
    let mut findings = Findings::new(hook, settings);
    rules::definition(&mut findings);
    let text = hook.script.as_str();
    if text.len() > MAX_SCRIPT {
        findings.script(
            SCRIPT_TOO_LARGE,
            0..0,
            format!(
                "The script has {} KB; over 1 MB it can't run as a hook, and it was not checked.",
                text.len() / 1024
            ),
            "move code into an npm package and list it in `dependencies`",
        );
        return findings.finish();
    }
    let wrapped = match hook.kind() {
        Kind::Action => Wrapped::action(text, &hook.trigger),
        _ => Wrapped::new(text, &hook.trigger),
    };
    let allocator = Allocator::default();
    let (in_script, complete) = match parse(&allocator, &wrapped) {
        Err(errors) => {
            load::tell(errors, &mut findings);
            (Vec::new(), false)
        }
        Ok(parsed) if parsed.surroundings() > MAX_SURROUNDINGS => {
            findings.script(
                NOT_CHECKED,
                0..0,
                "This script could not be checked completely: it nests too deep, or has an expression of too many terms. Whether it loads and what it does with its callback is not known.",
                "split what is generated, such as a long sum of texts, into an array or several statements",
            );
            let in_script = allow::of_script(&parsed.semantic, &wrapped);
            let script = Script::new(parsed, None);
            syntax::check(&script, &mut findings);
            rules::shallow(&script, &mut findings);
            (in_script, false)
        }
        Ok(parsed) => {
            let in_script = allow::of_script(&parsed.semantic, &wrapped);
            let script = match hook.kind() {
                Kind::Action => {
                    let entries = entries::of(&parsed);
                    let called = entry::tell(&parsed, &entries, &mut findings);
                    Script::action(parsed, called)
                }
                _ => {
                    let exported = exported::of(&parsed);
                    export::tell(&parsed, &exported, &mut findings);
                    Script::new(parsed, exported.handler)
                }
            };
            syntax::check(&script, &mut findings);
            rules::script(&script, &mut findings);
            (in_script, true)
        }
    };
    findings.allow(in_script, allow::of_definition(hook), complete);
    findings.finish()
}
