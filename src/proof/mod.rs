//! Whether two programs do the same: both run on the same generated events,
//! and what a user of the tenant would notice is compared.
//!
//! Main function: [`compare`]. Events are generated from a sample, from what
//! the code compares its input with, and from events that met new branches;
//! all of it follows from a seed. It is evidence, not a proof by logic, and
//! what was not met is part of the report. Must not know where the code came
//! from, and must not read or write files.

mod dictionary;
mod examples;
mod generate;
mod notice;
mod pairs;
mod run;
mod secrets;
mod tree;
mod values;
mod words;

pub use dictionary::stubbed;
pub use examples::{Example, examples};
pub use generate::Inputs;
pub use pairs::Sides;
pub use run::{Difference, Report, Runner, compare};
pub use secrets::secret;
