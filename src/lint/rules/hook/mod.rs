//! Rules for hooks: their callback, their arguments, their error classes.

pub(super) mod callback;
pub(super) mod errors;
pub(super) mod paths;
pub(super) mod payload;
pub(super) mod signature;
pub(super) mod work;
