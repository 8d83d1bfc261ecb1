//! Auth0 Actions and hooks as code.
//!
//! ```text
//! plan    dir ─source─▶ DesiredState ─┐
//!                                     ├─ policy ─▶ diff ─▶ Plan ─ report ─▶ text │ markdown │ json
//!         tenant ─api─▶ LiveState ────┘
//! apply   … Plan ─ guard ─▶ ApprovedPlan ─ execute ─▶ ApplyReport ─ report ─▶ …
//! export  tenant ─api─▶ LiveState ─ render ─▶ files ─▶ disk
//! ```

// A slice of text at a place that is not a character's start panics. Tests may.
#![cfg_attr(not(test), warn(clippy::string_slice))]

pub mod api;
pub mod behaviour;
pub mod cli;
pub mod forge;
pub mod lint;
pub mod migrate;
pub mod model;
pub mod plan;
pub mod proof;
pub mod report;
pub mod sandbox;
mod script;
pub mod source;
pub mod sync;
pub mod tenant;
