//! What is known of hook scripts without running them: whether Auth0 can load
//! one, and which of the faults that repeat in real scripts it has.
//!
//! Main functions: [`check_all`] and [`check`]; the rules are the table
//! [`RULES`], and `docs/rules.md` says why each is there. The reference for
//! what loads is Auth0's own published compiler of hooks (npm
//! `auth0-ext-compilers` 6.1.0). Must not change its input, and must not call
//! something an error that Auth0 would load: what can't be decided is a note.

mod allow;
mod entry;
mod export;
mod finding;
mod load;
mod rule;
mod rules;
mod run;
mod syntax;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use rule::{RULES, Rule, RuleSettingError, RuleSettings};
pub(crate) use run::panics_are_caught;
pub use run::{check, check_all};
