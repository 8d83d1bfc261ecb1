//! Plans of small states, and what carrying them out would do.

mod actions;
mod cases;
mod properties;
mod world;
