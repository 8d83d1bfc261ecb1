//! Each rule on small scripts: what it finds, and what it leaves alone.

mod actions;
mod paths;
mod small;
mod variants;
