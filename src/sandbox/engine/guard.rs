//! The limits inside the engine, and the one place that says which was met.

use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

use crate::sandbox::outcome::{Stop, Stopped};
use crate::sandbox::world::Limits;

/// Counts what a run has cost.
pub(super) struct Guard {
    deadline: Instant,
    wall_ms: u64,
    ticks: Cell<u32>,
    jobs: Cell<u32>,
    output: Cell<usize>,
    stopped: RefCell<Option<Stopped>>,
}

impl Guard {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            deadline: Instant::now() + Duration::from_millis(limits.wall_ms),
            wall_ms: limits.wall_ms,
            ticks: Cell::new(limits.ticks),
            jobs: Cell::new(limits.jobs),
            output: Cell::new(limits.output),
            stopped: RefCell::new(None),
        }
    }

    /// Called by the engine every ten thousand steps: whether it has to stop.
    pub(super) fn tick(&self) -> bool {
        if self.is_stopped() {
            return true;
        }
        let left = self.ticks.get().saturating_sub(1);
        self.ticks.set(left);
        if left == 0 {
            self.stop(Stop::Time, "it ran past its time limit");
        }
        self.clock();
        self.is_stopped()
    }

    fn clock(&self) {
        if Instant::now() >= self.deadline {
            self.stop(Stop::Time, format!("it ran longer than {} s", self.wall_ms as f64 / 1000.0));
        }
    }

    /// One job of a promise or a timer is done.
    pub(super) fn job(&self) {
        let left = self.jobs.get().saturating_sub(1);
        self.jobs.set(left);
        if left == 0 {
            self.stop(Stop::Time, "it had more promises and timers than the limit of a run");
        }
        if left.is_multiple_of(64) {
            self.clock();
        }
    }

    /// Takes room for something that is recorded; `false` if there is none.
    pub(super) fn room(&self, bytes: usize) -> bool {
        match self.output.get().checked_sub(bytes) {
            Some(left) => {
                self.output.set(left);
                true
            }
            None => {
                self.stop(Stop::Memory, "it recorded more than the limit of a run");
                false
            }
        }
    }

    /// Stops the run; the first cause stands.
    pub(super) fn stop(&self, by: Stop, detail: impl Into<String>) {
        let mut stopped = self.stopped.borrow_mut();
        if stopped.is_none() {
            *stopped = Some(Stopped { by, detail: detail.into() });
        }
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.stopped.borrow().is_some()
    }

    pub(super) fn cause(&self) -> Option<Stopped> {
        self.stopped.borrow().clone()
    }
}
