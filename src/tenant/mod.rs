//! The local tenant: an honest emulation of the Actions and Hooks parts of
//! Auth0's Management API v2, over real HTTP on a loopback port.
//!
//! [`start`] takes [`Options`] and gives a [`Running`] tenant. At its heart is
//! the function [`Service::handle`], which is given the time and does no I/O;
//! around it are a store (in memory or a file), a thin server and nothing else.
//!
//! This room imports nothing of the rest of the crate. It is written from the
//! service's documented and recorded behaviour alone, so that a wrong belief
//! about the service can't hide on both sides of a test.

pub mod actions;
mod answer;
mod assertion;
mod audit;
mod auth;
mod body;
mod choice;
mod clients;
mod delivery;
mod hooks;
mod json;
mod jwt;
mod lab;
mod log;
mod message;
mod options;
mod query;
mod rate;
mod schema;
mod server;
mod service;
mod state;
mod state_file;
mod store;
mod tls;
mod token;
mod wire;

pub use answer::{Answer, Delivery};
pub use choice::Invalid;
pub use json::{Json, Object, Ordered};
pub use lab::fault::{Commit, Edit, Effect, Fault, InvalidFault, RequestKind, When};
pub use log::Entry;
pub use message::{MAX_BODY, Request, Response};
pub use options::{
    ACTION_SCOPES, Behaviour, DEFAULT_CLIENT_ID, DEFAULT_CLIENT_SECRET, HOOK_SCOPES, Latency,
    Limits, ListDetail, Mode, Options, RateHeaders, Refusal, RetryAfter, SecondEnabled,
    UniqueNames,
};
pub use rate::{Limit, Rate, Refill};
pub use server::{Error, Running, start};
pub use service::Service;
pub use state::{Hook, MAX_SECRETS, SecretDigest, SecretKey, State, TRIGGERS};
pub use state_file::Problem;
pub use store::StoreError;
pub use tls::TlsError;

#[cfg(test)]
mod tests;
