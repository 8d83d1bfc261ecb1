//! The fault lab: what goes wrong on purpose, and what other people do to the
//! tenant between two requests.
//!
//! Must not know sockets: what is spoiled on the wire is said in
//! [`Answer`](super::answer::Answer) and done by the server.

pub(in crate::tenant) mod colleague;
pub(in crate::tenant) mod fault;
pub(in crate::tenant) mod stranger;
