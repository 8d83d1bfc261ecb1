//! What is known of a script without running it, and what Auth0 hands it and
//! expects of it.
//!
//! Main types: [`parse::Parsed`] and [`tree::Script`], a syntax tree with the
//! questions that are asked of it. `lint` draws its rules from here, migration
//! and the sandbox their facts about triggers. Must not judge anything, and
//! must not answer a question about code by looking at its text.

pub(crate) mod actions;
pub(crate) mod entries;
pub(crate) mod event;
pub(crate) mod exported;
pub(crate) mod flow;
mod func;
pub(crate) mod globals;
pub(crate) mod hooks;
mod load_time;
pub(crate) mod origin;
pub(crate) mod packages;
pub(crate) mod parse;
pub(crate) mod paths;
pub(crate) mod tree;
