//! Runs every check over one hook or all of them.
//!
//! Nothing that a script holds may stop the program: the parser recurses as
//! deep as a script nests, so it runs on threads with stacks to match, and a
//! panic in it becomes a note. Must not know a single rule.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use oxc::allocator::Allocator;

use super::finding::Findings;
use super::rule::{NOT_CHECKED, RuleSettings, SCRIPT_TOO_LARGE};
use super::{allow, export, load, rules, syntax};
use crate::model::{Definition, DesiredState, Diagnostic};
use crate::script::exported;
use crate::script::parse::{Wrapped, parse};
use crate::script::tree::Script;

/// Beyond this a script isn't parsed at all.
const MAX_SCRIPT: usize = 1024 * 1024;
/// What a worker's stack is large enough for, whatever the script nests.
const USUAL_SCRIPT: usize = 100 * 1024;
/// Scripts that people write nest some dozens deep, bundles some hundreds.
/// Many rules look from a place to what is around it, so that unbounded depth
/// would mean unbounded time.
const MAX_DEPTH: usize = 1000;
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
            found.extend(check_here(hook, settings));
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
        started.into_iter().flat_map(|worker| worker.join().unwrap_or_default()).collect()
    });
    // Left over only if not one thread could be started.
    while let Some(hook) = hooks.get(next.fetch_add(1, Ordering::Relaxed)) {
        found.extend(not_checked(hook, settings, "no thread could be started for it"));
    }
    found.sort();
    found
}

/// Checks one hook. The findings are in their order.
#[must_use]
pub fn check(hook: &Definition, settings: &RuleSettings) -> Vec<Diagnostic> {
    on_stack(USUAL_STACK, hook, settings)
}

/// Checks one hook on this thread, which has [`USUAL_STACK`], or on one with
/// more if the script is longer than that allows.
fn check_here(hook: &Definition, settings: &RuleSettings) -> Vec<Diagnostic> {
    let length = hook.script.as_str().len();
    if length > USUAL_SCRIPT && length <= MAX_SCRIPT {
        let stack = length.div_ceil(USUAL_SCRIPT) * USUAL_STACK;
        on_stack(stack, hook, settings)
    } else {
        guarded(hook, settings)
    }
}

fn on_stack(stack: usize, hook: &Definition, settings: &RuleSettings) -> Vec<Diagnostic> {
    let length = hook.script.as_str().len().min(MAX_SCRIPT);
    let stack = stack.max(length.div_ceil(USUAL_SCRIPT) * USUAL_STACK);
    thread::scope(|scope| {
        let worker = thread::Builder::new()
            .stack_size(stack)
            .spawn_scoped(scope, || guarded(hook, settings));
        match worker.map(thread::ScopedJoinHandle::join) {
            Ok(Ok(found)) => found,
            _ => not_checked(hook, settings, "no thread with enough stack could be started for it"),
        }
    })
}

/// All checks of one hook; a panic becomes a note.
fn guarded(hook: &Definition, settings: &RuleSettings) -> Vec<Diagnostic> {
    catch_unwind(AssertUnwindSafe(|| all_checks(hook, settings)))
        .unwrap_or_else(|_| not_checked(hook, settings, "the parser gave up on it"))
}

fn not_checked(hook: &Definition, settings: &RuleSettings, why: &str) -> Vec<Diagnostic> {
    let mut findings = Findings::new(hook, settings);
    findings.script(NOT_CHECKED, 0..0, format!("This script was not checked: {why}."), "");
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
    let wrapped = Wrapped::new(text, &hook.trigger);
    let allocator = Allocator::default();
    match parse(&allocator, &wrapped) {
        Err(errors) => {
            load::tell(errors, &mut findings);
            let in_definition = allow::of_definition(hook, findings.yaml());
            findings.allow(Vec::new(), in_definition, false);
        }
        Ok(parsed) => {
            let exported = exported::of(&parsed);
            export::tell(&parsed, &exported, &mut findings);
            if parsed.depth() > MAX_DEPTH {
                findings.script(
                    NOT_CHECKED,
                    0..0,
                    format!("This script nests more than {MAX_DEPTH} levels deep; only whether it loads was checked."),
                    "",
                );
                return findings.finish();
            }
            let in_script = allow::of_script(&parsed.semantic, &wrapped);
            let script = Script::new(parsed, exported.handler);
            syntax::check(&script, &mut findings);
            rules::script(&script, &mut findings);
            let in_definition = allow::of_definition(hook, findings.yaml());
            findings.allow(in_script, in_definition, true);
        }
    }
    findings.finish()
}
