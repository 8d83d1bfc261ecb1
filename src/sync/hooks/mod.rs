//! Hooks: how each write is carried out.
//!
//! Must not know actions.

mod perform;

pub(super) use perform::{Job, switch_off};
