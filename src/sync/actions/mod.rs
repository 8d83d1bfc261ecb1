//! Actions and bindings: how their live state is read, and how each write is
//! carried out.
//!
//! Must not know hooks.

mod fetch;
mod named;
mod perform;

pub(super) use fetch::{fetch, fetch_all};
pub(super) use perform::{bind, carry_out};
