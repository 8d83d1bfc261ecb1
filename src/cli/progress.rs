//! What an apply is doing just now: a live line on a terminal, calm lines
//! elsewhere.
//!
//! Must not change what is done.

use std::convert::Infallible;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::Output;
use crate::api::Status;
use crate::plan::{Outcome, Plan, StepId};
use crate::report::Style;
use crate::report::progress::{self, Waiting};
use crate::sync::Event;

/// How often a log is told of a long wait.
const CALM: Duration = Duration::from_secs(15);
/// How often a terminal's line is drawn anew while something is waited for.
const LIVE: Duration = Duration::from_millis(250);

/// The progress of one plan.
pub(super) struct Progress<'a> {
    plan: &'a Plan,
    output: &'a Output,
    style: Style,
    began: Instant,
    ended: AtomicUsize,
    last: Mutex<Option<StepId>>,
}

impl<'a> Progress<'a> {
    pub(super) fn new(plan: &'a Plan, output: &'a Output) -> Self {
        Self {
            plan,
            output,
            style: output.stderr_style(),
            began: Instant::now(),
            ended: AtomicUsize::new(0),
            last: Mutex::new(None),
        }
    }

    /// A step began or ended.
    pub(super) fn told(&self, event: Event) {
        let (id, outcome) = match event {
            Event::Started(id) => {
                *self.lock() = Some(id);
                self.draw(None);
                return;
            }
            Event::Done(id) => (id, Outcome::Applied),
            Event::Failed(id) => (id, Outcome::Failed),
            Event::Skipped(id) => (id, Outcome::NotAttempted),
        };
        let ended = self.ended.fetch_add(1, Ordering::Relaxed) + 1;
        let what = progress::step(self.plan, id, &self.style);
        let total = self.plan.steps.len();
        self.output.detail(&progress::ended(ended, total, &what, outcome, &self.style));
        self.draw(None);
    }

    /// Tells of waits until the run ends; never comes back.
    pub(super) async fn watch(&self, mut status: watch::Receiver<Status>) -> Infallible {
        let mut told = self.began;
        loop {
            let changed = tokio::time::timeout(LIVE, status.changed()).await;
            let waiting = status.borrow_and_update().waiting.clone();
            if let Some(waiting) = waiting {
                let until = waiting.until.unwrap_or_else(Instant::now);
                let left = until.saturating_duration_since(Instant::now());
                let waiting = Waiting { what: waiting.why, left };
                self.draw(Some(waiting));
                if told.elapsed() >= CALM {
                    told = Instant::now();
                    self.output.calm(&progress::waits(&waiting, &self.style));
                }
            }
            if matches!(changed, Ok(Err(_))) {
                std::future::pending::<()>().await;
            }
        }
    }

    fn draw(&self, waiting: Option<Waiting<'_>>) {
        let running = self.lock().map(|id| progress::step(self.plan, id, &self.style));
        let shown = progress::Progress {
            done: self.ended.load(Ordering::Relaxed),
            total: self.plan.steps.len(),
            running: running.as_deref(),
            waiting,
            elapsed: self.began.elapsed(),
        };
        self.output.progress(&progress::line(&shown, &self.style));
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<StepId>> {
        self.last.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
