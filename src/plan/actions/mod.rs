//! Actions and bindings: how they are compared, and in which order their
//! writes are safe.
//!
//! Must not know hooks.

mod bindable;
mod bindings;
mod diff;
mod limits;
mod op;
pub(super) mod order;
mod rollback;
pub mod rotation;

pub(super) use bindings::{Order, compare as compare_bindings};
pub(super) use diff::{all_fields, body, changed_fields, next_version, rebuilds};
pub(super) use limits::mark as mark_limits;
pub use op::{ActionOp, Bind, BindEntry};
pub use rollback::rollback;
