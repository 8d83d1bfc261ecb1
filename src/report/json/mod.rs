//! For programs: the plan, the report of an apply and the findings as JSON,
//! format version 1.
//!
//! The shapes in [`output`] are what is written and what the published
//! schemas are made from. The same input gives the same bytes. Must not leave
//! anything out for brevity, nor hold a secret's value.

mod convert;
mod encode;
pub mod output;
mod schema;

#[cfg(test)]
mod tests;

pub(crate) use encode::pretty;
pub use output::{Apply, Plan, Validate};
pub use schema::{Kind, schema};

use crate::model::Diagnostic;
use crate::plan::{self, ApplyReport, RequestCounts};

/// A plan as JSON, with a newline at the end.
#[must_use]
pub fn plan(plan: &plan::Plan, requests: &RequestCounts) -> String {
    pretty(&Plan::of(plan, requests))
}

/// The plans of several environments as one array.
#[must_use]
pub fn plans(plans: &[(&plan::Plan, RequestCounts)]) -> String {
    pretty(&plans.iter().map(|(plan, requests)| Plan::of(plan, requests)).collect::<Vec<_>>())
}

/// The report of an apply as JSON, with a newline at the end.
#[must_use]
pub fn apply(report: &ApplyReport, requests: &RequestCounts) -> String {
    pretty(&Apply::of(report, requests))
}

/// The reports of several environments as one array.
#[must_use]
pub fn applies(reports: &[(&ApplyReport, RequestCounts)]) -> String {
    pretty(
        &reports.iter().map(|(report, requests)| Apply::of(report, requests)).collect::<Vec<_>>(),
    )
}

/// What `validate` found, as JSON, with a newline at the end.
#[must_use]
pub fn validate(definitions: usize, found: &[Diagnostic]) -> String {
    pretty(&Validate::of(definitions, found))
}
