//! The nouns: what a hook is, on disk and on the tenant, in words that belong
//! to neither YAML nor HTTP.
//!
//! Everything here is plain, comparable data. This room must not know serde,
//! files or HTTP: the three shapes of a hook (file, wire, model) meet only in
//! explicit conversions that live with the file or the wire.

pub mod diagnostic;
pub mod hook;
pub mod name;
pub mod script;
pub mod secret;
pub mod state;
pub mod trigger;

pub use diagnostic::{Code, Diagnostic, Excerpt, Places, Position, Severity};
pub use hook::{Dependencies, HookId, HookPatch, LiveHook, NewHook};
pub use name::{HookName, InvalidName};
pub use script::{Script, Sha256};
pub use secret::{DesiredSecret, SecretKey, SecretValue};
pub use state::{DesiredHook, DesiredState, LiveState, ScriptSource};
pub use trigger::Trigger;
