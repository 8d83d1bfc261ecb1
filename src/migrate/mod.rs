//! From a hook to an Action: its code, its packages, and what has no
//! equivalent.
//!
//! Main function: [`convert`]. Two styles: a *rewrite*, the Action that an
//! engineer would write, where the script can be followed; and a *wrapper*, the
//! script unchanged inside an adapter, for all that load. Must not run anything
//! and must not know files; what proves that both do the same is in `proof`.

mod answered;
mod answers;
mod dropped;
mod edits;
mod findings;
mod hook;
mod obstacles;
pub mod outcome;
mod packages;
mod result;
mod rewrite;
#[cfg(test)]
mod tests;
mod uses;
mod wrap;

pub use dropped::not_waited;
pub use findings::{ENGINE_TEXT, Finding, NEVER_LOADED, NOT_MET, NOT_RUN, STOPPED};
pub use rewrite::NotRewritten;

use edits::Edits;

use crate::model::{Dependencies, Trigger};

/// What some editors put in front of a file.
const BOM: char = '\u{feff}';

/// How an Action came from a hook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// As an engineer would write it.
    Rewrite,
    /// The script unchanged, inside an adapter.
    Wrap,
}

impl Style {
    /// The word for it in flags and JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rewrite => "rewrite",
            Self::Wrap => "wrap",
        }
    }
}

/// The Action that an engineer would write.
#[derive(Debug, Clone)]
pub struct Rewritten {
    /// Its code.
    pub code: String,
    /// What it does in another way than the hook.
    pub findings: Vec<Finding>,
}

/// What a hook can become.
#[derive(Debug, Clone)]
pub struct Converted {
    /// The rewrite, or why there is none.
    pub rewrite: Result<Rewritten, NotRewritten>,
    /// The wrapped code.
    pub wrap: String,
    /// The packages that the Action lists: those of the hook, and versions
    /// that its `require` calls named.
    pub dependencies: Dependencies,
    /// What has no equivalent, and what behaves differently.
    pub findings: Vec<Finding>,
}

/// Where a hook first uses its callback, in bytes of its script.
#[must_use]
pub fn first_answer(script: &str, trigger: &Trigger) -> Option<usize> {
    use oxc::span::GetSpan as _;
    let first = hook::with_parsed(script, trigger, |parsed| {
        let callback = parsed.handler.as_ref()?.callback?;
        let uses = parsed.uses(callback).map(|node| parsed.place(node.kind().span()).start);
        uses.min()
    });
    first.ok().flatten()
}

/// Converts a hook's script as it is on disk, keyword markers included.
///
/// # Errors
/// When the script never loaded as a hook.
pub fn convert(
    script: &str,
    trigger: &Trigger,
    dependencies: &Dependencies,
) -> Result<Converted, Finding> {
    hook::with_parsed(script, trigger, |parsed| {
        let uses = uses::all(parsed);
        let mut edits = Edits::default();
        let dependencies = packages::pin(parsed, dependencies, &mut edits);
        let unversioned = edits.clone().apply(script);
        Converted {
            rewrite: rewrite::rewrite(parsed, script, &uses, edits).map(|(edits, findings)| {
                let code = edits.apply(script);
                // a comment will stand in front of it
                let code = code.strip_prefix(BOM).map_or(code.clone(), str::to_owned);
                Rewritten { code, findings }
            }),
            wrap: wrap::wrap(unversioned.strip_prefix(BOM).unwrap_or(&unversioned), trigger)
                .unwrap_or_default(),
            dependencies,
            findings: obstacles::find(parsed, &uses),
        }
    })
}
