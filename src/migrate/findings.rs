//! What a migration has to say about a hook: uses that have no equivalent in
//! an Action, and things to look at.
//!
//! Main type: [`Finding`]. Codes are `HM1xx` for what can't be carried over
//! and `HM2xx` for what behaves differently or deserves a look. Must not know
//! files: places are bytes of the script as it is on disk.

use std::ops::Range;

use crate::model::{Code, Severity};

/// A scope is added, removed or replaced.
pub(super) const SCOPE_CHANGED: Code = Code("HM101");
/// The result leaves `scope` out, which resets all scopes.
pub(super) const SCOPE_LEFT_OUT: Code = Code("HM102");
/// The password of a user who registers is read.
pub(super) const PASSWORD: Code = Code("HM103");
/// Whether an address or a number is verified is read before registration.
pub(super) const VERIFIED_BEFORE: Code = Code("HM104");
/// More of `context.webtask` than its secrets is read.
pub(super) const WEBTASK: Code = Code("HM105");
/// `context.factor_type` is read.
pub(super) const FACTOR_TYPE: Code = Code("HM106");
/// Values are kept in `global` between runs.
pub(super) const GLOBAL_CACHE: Code = Code("HM107");
/// The whole context is logged, sent or passed on.
pub(super) const WHOLE_CONTEXT: Code = Code("HM108");
/// The hook can't be loaded, so it never worked.
pub const NEVER_LOADED: Code = Code("HM109");
/// The hook takes no callback, so it never answered.
pub(super) const NEVER_ANSWERED: Code = Code("HM110");
/// A claim without a namespace: hooks dropped it.
pub(super) const CLAIM_WITHOUT_NAMESPACE: Code = Code("HM201");
/// What an error shows to the user is lost.
pub(super) const FRIENDLY_MESSAGE: Code = Code("HM205");
/// `context.language` is a tenant's language or `N/A` in hooks.
pub(super) const PHONE_LANGUAGE: Code = Code("HM206");
/// `process.env` is written.
pub(super) const ENVIRONMENT_WRITTEN: Code = Code("HM207");
/// Metadata of passwordless users can't be set by an Action.
pub(super) const PASSWORDLESS_METADATA: Code = Code("HM208");

/// What the hook started is waited for in the rewrite.
pub(super) const WAITED_FOR: Code = Code("HM209");

/// No event met a branch.
pub const NOT_MET: Code = Code("HM301");
/// The hook can't be loaded where it is run.
pub const NOT_RUN: Code = Code("HM302");
/// A text of the JavaScript engine goes out.
pub const ENGINE_TEXT: Code = Code("HM303");
/// A limit of the sandbox stopped hook or action.
pub const STOPPED: Code = Code("HM305");
/// Nothing waits for a call of a package.
pub(super) const NOT_WAITED_FOR: Code = Code("HM304");

/// Something about a hook that whoever migrates it has to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which.
    pub code: Code,
    /// An error: no equivalent, the Action can't do what the hook did.
    pub severity: Severity,
    /// What, in a sentence.
    pub message: String,
    /// The nearest advice.
    pub hint: Option<String>,
    /// Where, in bytes of the script on disk.
    pub at: Range<usize>,
}

impl Finding {
    /// Whether an Action has nothing for what is found: then it never does the
    /// same, whatever was tried.
    #[must_use]
    pub fn has_no_equivalent(&self) -> bool {
        let lost = [FRIENDLY_MESSAGE, PHONE_LANGUAGE, PASSWORDLESS_METADATA];
        self.severity == Severity::Error || lost.contains(&self.code)
    }

    pub(super) fn error(code: Code, at: Range<usize>, message: &str, hint: &str) -> Self {
        Self::new(code, Severity::Error, at, message, hint)
    }

    pub(super) fn warning(code: Code, at: Range<usize>, message: &str, hint: &str) -> Self {
        Self::new(code, Severity::Warning, at, message, hint)
    }

    pub(super) fn note(code: Code, at: Range<usize>, message: &str, hint: &str) -> Self {
        Self::new(code, Severity::Note, at, message, hint)
    }

    fn new(code: Code, severity: Severity, at: Range<usize>, message: &str, hint: &str) -> Self {
        let hint = Some(hint).filter(|hint| !hint.is_empty()).map(str::to_owned);
        Self { code, severity, message: message.to_owned(), hint, at }
    }
}
