//! Actions and bindings: how they are compared, and in which order their
//! writes are safe.
//!
//! Must not know hooks.

mod bindable;
mod bindings;
mod diff;
mod limits;
mod lock_out;
mod meanwhile;
mod op;
pub(super) mod order;
mod rollback;
pub mod rotation;

pub(super) use bindings::{Order, complete};
pub(super) use diff::{all_fields, body, loses_secrets, update};
pub(super) use lock_out::{can_lock_out, lock_out};
pub(super) use meanwhile::{changed, same_times};
pub use op::{ActionOp, Bind, BindEntry};
pub use rollback::rollback;
