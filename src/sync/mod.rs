//! Between the tenant and the plan: fetches the live state, carries out an
//! approved plan.
//!
//! Must not re-decide what the plan decided, wait or retry (the governor in
//! `api` does), or print.

mod actions;
pub mod execute;
pub mod fetch;
mod hooks;

pub use execute::{Event, Executor, execute, failed_request};
pub use fetch::{fetch, fetch_all};
