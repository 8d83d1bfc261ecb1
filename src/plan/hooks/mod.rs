//! Hooks: how they are compared, in which order their writes are safe, and how
//! one gives way to another or to an action.
//!
//! Must not know actions, but for [`cutover`].

pub mod cutover;
mod diff;
pub mod frozen;
mod lock_out;
pub mod needs;
mod op;
pub(super) mod order;
pub mod takeover;

pub(super) use diff::{all_fields, update};
pub(super) use lock_out::{LOCK_OUT, can_lock_out};
pub use op::HookOp;
pub use order::MAX_SECRETS;
pub(super) use takeover::is_left_over;
