//! Actions, their versions, triggers and bindings over the Management API:
//! their JSON, reading and writing.
//!
//! Must not know other kinds.

mod body;
mod build;
mod read;
mod wire;
mod write;

pub use body::BindingRef;
pub use build::Built;
pub use wire::ActionVersion;
pub use write::CreatedAction;

/// The path of the collection of actions.
const PATH: &str = "/api/v2/actions/actions";
