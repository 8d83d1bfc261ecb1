//! What became of hooks on their way to actions: for people, pull requests,
//! programs and browsers.
//!
//! Renderers over [`Migrated`]; must not decide what a verdict is.

mod html;
mod json;
mod markdown;
#[cfg(test)]
mod tests;
mod text;

pub use html::html;
pub use json::json;
pub use markdown::markdown;
pub use text::text;

use crate::migrate::outcome::{Counts, Migrated, Verdict};
use crate::report::words::count;

/// What was proven, as a sentence without its end.
fn evidence(hook: &Migrated) -> String {
    let branches = format!("{} of {} branches", hook.branches_met, hook.branches_total);
    let events = count(hook.events, "event");
    match hook.verdict {
        Verdict::Refused => "not migrated".to_owned(),
        _ if hook.differences.is_empty() => {
            format!("no difference in {events}, {branches} reached")
        }
        _ => format!(
            "{} in {events}, {branches} reached",
            count(hook.differences.len(), "difference")
        ),
    }
}

/// `3 hooks: 2 without a difference, 1 with differences`.
fn summary(hooks: &[Migrated]) -> String {
    let Counts { proven, differs, refused } = Counts::of(hooks);
    let mut parts = Vec::new();
    for (number, words) in
        [(proven, "without a difference"), (differs, "to look at"), (refused, "not migrated")]
    {
        if number > 0 {
            parts.push(format!("{number} {words}"));
        }
    }
    if parts.is_empty() {
        return "No hooks to migrate.".to_owned();
    }
    format!("{}: {}.", count(hooks.len(), "hook"), parts.join(", "))
}

/// What the figures mean.
const MEANING: &str = "\"No difference\" is evidence, not a proof by logic: hook and action ran in a sandbox on the same \
     generated events and gave the same outcome, requests and calls. Metadata were absent or objects, as Auth0 \
     stores them; a text, a number or a list in their place was not tried.";
