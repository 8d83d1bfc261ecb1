//! Which paths through a function call the hook's callback.
//!
//! Main types: [`Touches`], where the callback is used, and [`walk()`], which
//! follows a function's statements and reports paths that end without it and
//! paths that call it twice. It follows what is written, not what is true:
//! where two conditions may depend on each other, it keeps silent.

mod condition;
mod conditions;
mod later;
mod messages;
mod paths;
mod touches;
mod walk;

pub(crate) use later::{CALLED_OFTEN, calls_often};
pub(crate) use touches::{Touches, USUAL_NAMES, stray_names};
pub(crate) use walk::{Fault, Role, walk};
