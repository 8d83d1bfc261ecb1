//! The nouns: what hooks, actions and bindings are, on disk and on the tenant,
//! in words that belong to neither YAML nor HTTP.
//!
//! Everything here is plain, comparable data. This room must not know serde,
//! files or HTTP: the three shapes of each (file, wire, model) meet only in
//! explicit conversions that live with the file or the wire.

pub mod action;
pub mod address;
pub mod bindings;
pub mod content;
pub mod definition;
pub mod diagnostic;
pub mod hook;
pub mod id;
pub mod live;
pub mod log;
pub mod mask;
pub mod name;
pub mod near;
pub mod place;
pub mod script;
pub mod secret;
pub mod state;
pub mod trigger;
pub mod written;

pub use action::{
    ActionBody, ActionPatch, BuildStatus, DeployedVersion, LiveAction, LiveModule, ModuleUse,
    NewAction, SecretTimes, SentSecret,
};
pub use address::{Address, Kind};
pub use bindings::{
    BindingEntry, BindingsMode, BindingsOrder, BoundAction, LiveBinding, LiveBindings,
    TriggerVersion,
};
pub use content::Content;
pub use definition::{Body, Definition, ScriptSource};
pub use diagnostic::{Code, Diagnostic, Excerpt, Lines, Position, Severity};
pub use hook::{Dependencies, HookPatch, NewHook};
pub use id::Id;
pub use live::{Live, LiveBody};
pub use log::LogEntry;
pub use mask::Mask;
pub use name::{InvalidName, Name};
pub use place::{Place, Span};
pub use script::{Script, Sha256};
pub use secret::{DesiredSecret, Reference, SecretKey, SecretValue};
pub use state::{DesiredState, InPlay, LiveState};
pub use trigger::Trigger;
pub use written::{Section, Written};
