//! What is to be done, decided: the difference of two states as plain data.
//!
//! [`diff::plan`] is a total, synchronous function of the desired and the live
//! state; [`order`] lays its steps out; [`guard`] is the only way from a
//! [`Plan`] to something that can be executed. Nothing in this room may be
//! async, fail half-way, log, print, or hold a secret's value.

pub mod actions;
pub mod behaviour;
pub mod blocked;
pub mod change;
pub mod codes;
pub mod diff;
mod draft;
pub mod field;
pub mod fingerprint;
mod graph;
pub mod guard;
pub mod hooks;
pub mod judge;
mod kinds;
mod lock_out;
pub mod matching;
pub mod meanwhile;
pub mod order;
pub mod outcome;
pub mod policy;
pub mod reviewed;
pub mod step;
#[cfg(test)]
mod tests;
pub mod traced;
pub mod twins;
pub mod veil;

pub use behaviour::{Behaviour, Compared, Differs};
pub use change::{
    Change, Plan, SecretChange, SecretVerb, Unmanaged, UnresolvedSecret, Verb, Warning,
};
pub use field::{Field, FieldChange, Value};
pub use fingerprint::Fingerprint;
pub use guard::{ApprovedPlan, Refusal};
pub use hooks::{cutover, frozen, needs, takeover};
pub use outcome::{ApplyReport, ChangeResult, FailedRequest, Outcome, RequestCounts};
pub use policy::{Options, SecretsMode};
pub use step::{Deed, Op, Ref, Step, StepId, Write, WriteSort};
