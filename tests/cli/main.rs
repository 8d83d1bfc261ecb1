//! The program as its users meet it: a cleared environment, a folder of their
//! own, a tenant over real HTTP; what is looked at is stdout, stderr, the exit
//! code, the files and the requests.

// Helpers outside of `#[test]` functions panic as the tests do.
#![allow(clippy::unwrap_used)]

mod actions_apply;
mod actions_on_disk;
mod backups;
mod behaviour;
mod canary;
mod ci;
mod completions;
mod connection;
mod cutover;
mod demo;
mod doctor;
mod drift;
mod edits;
mod ended;
mod export;
mod hard_scripts;
mod hostile;
mod local_changes;
mod masked;
mod meanwhile;
mod odd_actions;
mod odd_answers;
mod pipelines;
mod proven;
mod references;
mod rollback;
mod round_trip;
mod safety;
mod show;
#[path = "../bench/sockets.rs"]
mod sockets;
mod spellings;
mod support;
#[cfg(unix)]
mod terminal;
mod together;
mod twins;
mod usage;
mod versions;
mod waits;
mod what_changes;
mod widths;
mod wrong_input;
