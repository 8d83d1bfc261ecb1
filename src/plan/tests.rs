//! Plans of small states, and what carrying them out would do.

mod cases;
mod properties;
mod world;
