//! Hooks: how they are compared, and in which order their writes are safe.
//!
//! Must not know actions.

mod diff;
mod op;
pub(super) mod order;

pub(super) use diff::{all_fields, changed_fields};
pub use op::HookOp;
pub use order::MAX_SECRETS;
