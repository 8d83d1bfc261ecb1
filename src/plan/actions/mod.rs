//! Actions and bindings: how they are compared, and in which order their
//! writes are safe.
//!
//! Must not know hooks.

mod op;

pub use op::{ActionOp, Bind, BindEntry};
