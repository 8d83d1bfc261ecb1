//! What a tenant's log says of one write. Must not say what was written.

use jiff::Timestamp;

/// A write that the tenant carried out, by its own log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEntry {
    /// When.
    pub at: Timestamp,
    /// The request's method.
    pub method: String,
    /// The request's path.
    pub path: String,
    /// The user or the application, where it is named.
    pub who: Option<String>,
}
