//! Looking again at what is about to be written: for how long a look counts.
//!
//! What is looked at of each kind is beside that kind. Must not judge what
//! changed.

use std::time::Duration;

use tokio::time::Instant;

/// For how long what was read counts as what is there.
pub const FRESH: Duration = Duration::from_secs(2);

/// What a look found.
#[derive(Debug, Clone)]
pub struct Look<T> {
    /// What was looked for.
    pub found: T,
    /// When the reading began.
    pub at: Instant,
    /// Whether a request was made for it; else an earlier one served.
    pub own: bool,
}
