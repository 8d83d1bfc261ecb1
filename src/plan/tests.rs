//! Plans of small states, and what carrying them out would do.

mod actions;
mod actions_pairs;
mod actions_world;
mod behaviour;
mod cases;
mod frozen;
mod graph;
mod meanwhile;
mod mixed;
mod properties;
mod world;
