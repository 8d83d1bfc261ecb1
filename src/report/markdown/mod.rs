//! For a pull request's comment or a job's summary: the plan and the report
//! of an apply as GitHub-flavoured Markdown.
//!
//! What a reviewer must not miss comes first; each change's difference is folded
//! away. A comment never exceeds what GitHub takes, whatever the input: what
//! doesn't fit is left out and said to be. Must not let foreign text act:
//! [`escape`] is its only way in.

mod apply;
mod details;
mod drift;
mod effects;
mod escape;
mod marker;
mod plan;

#[cfg(test)]
mod tests;

pub use apply::apply;
pub use drift::{DriftView, drift};
pub use marker::{BEGINNING, marker};
pub use plan::plan;

pub(in crate::report) use escape::{code, fence, prose};

pub use super::{ApplyView, NoPlan, PlanView};

use crate::plan::Verb;

/// The characters that a comment may have: GitHub takes 65,536.
const MOST: usize = 65_000;

/// Environments that are reported in one comment.
const MOST_ENVIRONMENTS: usize = 30;

/// Joins as many items as fit into `most` characters. Returns how many are
/// left out; those aren't even made.
fn fitting<T>(
    items: impl IntoIterator<Item = T>,
    most: usize,
    text: impl Fn(T) -> String,
) -> (String, usize) {
    let mut out = String::new();
    let mut used = 0;
    let mut items = items.into_iter();
    for item in items.by_ref() {
        let item = text(item);
        used += escape::length(&item);
        if used > most {
            return (out, 1 + items.count());
        }
        out.push_str(&item);
    }
    (out, 0)
}

/// The word of a verb as a table shows it.
fn action_word(verb: Verb) -> &'static str {
    match verb {
        Verb::Create => "`+` create",
        Verb::Update => "`~` update",
        Verb::Replace => "`-/+` **replace**",
        Verb::Delete => "`-` **delete**",
        Verb::Resend => "`=` secrets",
    }
}
