//! Rules for scripts of either kind.

pub(super) mod api;
pub(super) mod credentials;
pub(super) mod dependencies;
pub(super) mod names;
pub(super) mod requests;
pub(super) mod secrets;
pub(super) mod size;
mod tokens;
pub(super) mod versions;
