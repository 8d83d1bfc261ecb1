//! The governor in a simulated world: real governors, one bucket, one clock.

mod aims;
mod cell;
mod estimate;
mod invariants;
mod robust;
mod signal;
mod table;
mod world;

use super::{Admission, BucketHeaders, Family, Governor, Headroom, RateSettings, Signal};
