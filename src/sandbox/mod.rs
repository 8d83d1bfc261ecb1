//! Runs a hook or an Action on an event and says what it did, as plain data.
//!
//! ```text
//! Job { program, world, limits } ─ Pool ─▶ a process of its own ─ engine ─▶ Outcome
//!                                                        effect(trigger, world, outcome) ─▶ Effect
//! ```
//!
//! [`Pool::run`] is what the rest of the program calls: it hands a [`Job`] to
//! a child process of the same binary, which has no environment, no files and
//! no network, and kills it at the wall-clock limit. [`Outcome`] is everything
//! that was seen; [`effect()`] boils it down to what a user of the tenant would
//! notice, in words that are the same for hooks and Actions.
//!
//! [`run_on_node`] runs a job in Node.js instead, without a sandbox, where a user
//! asks for that.
//!
//! This room is the only one that names the JavaScript engine. It must not
//! read definitions, print, or look at the environment, and it is not async.

mod compile;
mod effect;
mod engine;
mod events;
mod limits;
mod node;
mod outcome;
mod pool;
mod worker;
mod world;

pub use compile::Branch;
pub use effect::{Effect, Ended, effect};
pub use engine::run;
pub use events::{sample, triggers};
pub use node::{NodeError, find_node, node_limits, run_on_node};
pub use outcome::{
    Answer, ApiCall, Call, Fault, Log, Outcome, Request, Settled, Stop, Stopped, Unmatched,
};
pub use pool::{Pool, PoolError};
pub use worker::serve;
pub use world::{
    HttpReply, HttpStub, Job, Limits, Module, ModuleAnswer, PLAYED, Program, ReplyKind, World,
    url_matches,
};

#[cfg(test)]
mod node_tests;
#[cfg(test)]
mod tests;
