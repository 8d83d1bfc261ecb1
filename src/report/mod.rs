//! What was planned, done or found, shown: for people, pull requests,
//! pipelines and programs.
//!
//! Every renderer is a pure function from plain data to text: [`text`],
//! [`json`], [`markdown`], [`html`], [`github`] and [`sarif`] are siblings over
//! the same values; [`saved`] reads back a plan that [`json`] wrote, and [`progress`] draws one line. Whatever came from a file or a
//! tenant passes [`safe`] on its way out. Must not print, read the
//! environment or look at a clock.

mod again;
pub mod behaviour;
mod diff;
mod drift;
mod effects;
mod facts;
pub mod github;
pub mod html;
mod ink;
pub mod json;
mod kinds;
mod layout;
pub mod markdown;
pub mod migration;
mod order;
mod page;
pub mod progress;
mod repository;
pub mod rollback;
mod rows;
pub mod safe;
#[cfg(test)]
pub(crate) mod samples;
pub mod sarif;
pub mod saved;
pub mod text;
mod traffic;
pub mod versions;
mod words;

use std::time::Duration;

pub use again::{Again, word};
pub use order::StepView;
pub use repository::Repository;
pub use words::count as counted;

use crate::plan::{ApplyReport, Plan};

/// One environment's plan.
#[derive(Debug, Clone, Copy)]
pub struct PlanView<'a> {
    /// The environment's name, where there are several.
    pub environment: Option<&'a str>,
    /// Its plan.
    pub plan: &'a Plan,
    /// How long an apply will take, where that is known.
    pub estimate: Option<Duration>,
    /// The folder of definitions, as the repository calls it.
    pub directory: Option<&'a str>,
    /// The folder that files are named from, as the repository calls it.
    pub base: Option<&'a str>,
    /// The writes of a plan that was read from a file: such a plan has no
    /// steps that could be carried out.
    pub saved_steps: Option<&'a [StepView]>,
}

impl<'a> PlanView<'a> {
    /// A plan, and nothing known around it.
    #[must_use]
    pub fn of(plan: &'a Plan) -> Self {
        Self {
            environment: None,
            plan,
            estimate: None,
            directory: None,
            base: None,
            saved_steps: None,
        }
    }
}

/// One environment for which there is no plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoPlan<'a> {
    /// The environment's name, where there are several.
    pub environment: Option<&'a str>,
    /// Why, in a sentence or two.
    pub why: String,
}

/// One environment's report of an apply.
#[derive(Debug, Clone, Copy)]
pub struct ApplyView<'a> {
    /// The environment's name, where there are several.
    pub environment: Option<&'a str>,
    /// Its report.
    pub report: &'a ApplyReport,
    /// What carrying it out took, where that is known.
    pub spent: Option<Spent>,
}

/// What carrying out a plan took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spent {
    /// From the first request to the last answer.
    pub time: Duration,
    /// Requests sent, retries included.
    pub requests: u64,
    /// Those of them that write.
    pub writes: u64,
}

/// How text is laid out for the place where it will be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Columns of the terminal. Less than [`Style::NARROWEST`] is taken as
    /// that; [`Style::ENDLESS`] where lines may be as long as they are.
    pub width: usize,
    /// Whether colours are wanted.
    pub color: bool,
    /// Whether the place can show more than ASCII. Without it, every other
    /// character is written as an escape such as `\u{e9}`.
    pub unicode: bool,
    /// Show all: the scripts of what is new, and long differences to their end.
    pub full: bool,
}

impl Style {
    /// The narrowest width that text is laid out for.
    pub const NARROWEST: usize = 24;

    /// No line has to be broken.
    pub const ENDLESS: usize = 1_000_000;

    /// No colours, Unicode, nothing beyond what a reader needs.
    #[must_use]
    pub fn plain(width: usize) -> Self {
        Self { width, color: false, unicode: true, full: false }
    }

    /// The columns to lay out for.
    pub(crate) fn columns(&self) -> usize {
        self.width.clamp(Self::NARROWEST, Self::ENDLESS)
    }
}

/// The code under which a plan's secrets without a value are reported where they
/// have to be a warning.
pub const UNRESOLVED_SECRET: &str = "HS590";

/// The code under which it is reported that a saved plan holds what this
/// version doesn't show.
pub const UNKNOWN_FIELDS: &str = "HS591";
