//! Actions and bindings: how their live state is read.
//!
//! Must not know hooks.

mod fetch;

pub(super) use fetch::{fetch, fetch_all};
