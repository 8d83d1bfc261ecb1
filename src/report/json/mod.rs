//! For programs: the plan, the report of an apply and the findings as JSON,
//! format version 1.
//!
//! The shapes in [`output`] are what is written and what the published
//! schemas are made from. The same input gives the same bytes. Must not leave
//! anything out for brevity, nor hold a secret's value.

pub mod behaviour;
mod convert;
mod encode;
pub mod output;
pub mod results;
mod rollback;
mod schema;
mod steps;

#[cfg(test)]
mod tests;

pub(in crate::report) use convert::finding;
pub(crate) use encode::pretty;
pub(in crate::report) use output::FORMAT_VERSION;
pub use output::Plan;
pub use results::{Apply, ApplyError, Validate};
pub use rollback::rollback;
pub use schema::{Kind, schema};
pub use steps::Step;
pub(in crate::report) use steps::{field_of, kind_of, secret_verb};

use super::PlanView;
use crate::model::Diagnostic;
use crate::plan::{ApplyReport, RequestCounts};

/// A plan as JSON, with a newline at the end.
#[must_use]
pub fn plan(view: &PlanView<'_>, requests: &RequestCounts) -> String {
    pretty(&Plan::of(view, requests))
}

/// The plans of several environments as one array.
#[must_use]
pub fn plans(views: &[(PlanView<'_>, RequestCounts)]) -> String {
    pretty(&views.iter().map(|(view, requests)| Plan::of(view, requests)).collect::<Vec<_>>())
}

/// Plans as they were read from a file, whatever else they hold: harmless, and
/// as one value where there is one.
#[must_use]
pub fn again(plans: &[serde_json::Value]) -> String {
    match plans {
        [one] => pretty(one),
        several => pretty(&several),
    }
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
