//! Hooks over the Management API: their JSON, reading, writing, and what the
//! tenant answered held against what was sent.
//!
//! Must not know other kinds.

pub mod compare;
mod read;
mod wire;
mod write;

pub use read::HooksPage;
pub use write::Created;
