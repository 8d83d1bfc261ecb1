//! Rules for Actions: what the trigger passes and takes, and work that goes on
//! after the function has ended.

pub(super) mod api;
pub(super) mod event;
pub(super) mod work;
