//! The exit codes, each with its meaning. Pipelines rely on the numbers.
//!
//! Must not decide which one a run ends with: that is the command's.

use std::process::ExitCode;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Exit {
    /// Done, or no change.
    Done = 0,
    /// An error. Either nothing was written, or all that is known about what
    /// was written has been reported.
    Error = 1,
    /// `plan --detailed-exitcode` found changes.
    Changes = 2,
    /// Apply ended with a part of the plan applied, or an export left something
    /// out.
    Partial = 3,
    /// Refused as unsafe or stale. Nothing was written.
    Refused = 4,
    /// The tenant refuses: its hooks are read-only or switched off. Nothing
    /// was written.
    TenantRefuses = 5,
    /// The command line can't be understood.
    Usage = 64,
    /// Interrupted. Requests in flight were finished, the rest is reported as
    /// not attempted.
    Interrupted = 130,
}

impl Exit {
    /// Every code, in the order of the numbers.
    pub const ALL: [Self; 8] = [
        Self::Done,
        Self::Error,
        Self::Changes,
        Self::Partial,
        Self::Refused,
        Self::TenantRefuses,
        Self::Usage,
        Self::Interrupted,
    ];

    /// The number the process ends with.
    #[must_use]
    pub fn code(self) -> u8 {
        self as u8
    }

    /// One line for people, as the help and the reference print it.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Done => "done, or no change",
            Self::Error => "an error; anything that was written is reported",
            Self::Changes => "plan --detailed-exitcode found changes",
            Self::Partial => "apply or export was done in part",
            Self::Refused => "refused as unsafe or stale, nothing written",
            Self::TenantRefuses => "the tenant refuses (hooks read-only or off), nothing written",
            Self::Usage => "wrong usage",
            Self::Interrupted => "interrupted; what was not attempted is reported",
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
