//! Hooks over the Management API: their JSON, reading, writing, and what the
//! tenant answered held against what was sent.
//!
//! Must not know other kinds.

pub mod compare;
mod look;
mod read;
mod wire;
mod write;

pub use write::Created;
