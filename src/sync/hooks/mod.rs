//! Hooks: how their live state is read, and each write carried out.
//!
//! Must not know actions.

mod fetch;
mod perform;

pub(super) use fetch::{fetch, fetch_all};
pub(super) use perform::carry_out;
