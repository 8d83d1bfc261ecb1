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
use crate::plan::{Op, Plan, StepId};
use crate::report::safe;
use crate::sync::Event;

/// How often a log is told of a long wait.
const CALM: Duration = Duration::from_secs(15);
/// How often a terminal's line is drawn anew while something is waited for.
const LIVE: Duration = Duration::from_millis(250);

/// The progress of one plan.
pub(super) struct Progress<'a> {
    plan: &'a Plan,
    output: &'a Output,
    ended: AtomicUsize,
    last: Mutex<Option<StepId>>,
}

impl<'a> Progress<'a> {
    pub(super) fn new(plan: &'a Plan, output: &'a Output) -> Self {
        Self { plan, output, ended: AtomicUsize::new(0), last: Mutex::new(None) }
    }

    /// A step began or ended.
    pub(super) fn told(&self, event: Event) {
        let (id, word) = match event {
            Event::Started(id) => {
                *self.lock() = Some(id);
                self.draw("");
                return;
            }
            Event::Done(id) => (id, "done"),
            Event::Failed(id) => (id, "failed"),
            Event::Skipped(id) => (id, "not attempted"),
        };
        let count = self.ended.fetch_add(1, Ordering::Relaxed) + 1;
        let total = self.plan.steps.len();
        self.output.detail(&format!("[{count}/{total}] {}: {word}", self.words(id)));
        self.draw("");
    }

    /// Tells of waits until the run ends; never comes back.
    pub(super) async fn watch(&self, mut status: watch::Receiver<Status>) -> Infallible {
        let mut told = Instant::now();
        loop {
            let changed = tokio::time::timeout(LIVE, status.changed()).await;
            let waiting = status.borrow_and_update().waiting.clone();
            if let Some(waiting) = waiting {
                let left =
                    waiting.until.map(|until| until.saturating_duration_since(Instant::now()));
                let time =
                    left.map(|left| format!(", {}s", left.as_secs() + 1)).unwrap_or_default();
                let wait = format!("waits for {}{time}", waiting.why);
                self.draw(&wait);
                if told.elapsed() >= CALM {
                    told = Instant::now();
                    self.output.calm(&format!("{} {wait}", self.count()));
                }
            }
            if matches!(changed, Ok(Err(_))) {
                std::future::pending::<()>().await;
            }
        }
    }

    fn draw(&self, wait: &str) {
        let what = self.lock().map(|id| self.words(id)).unwrap_or_default();
        self.output.progress(&format!(
            "{} {}",
            self.count(),
            if wait.is_empty() { &what } else { wait }
        ));
    }

    fn count(&self) -> String {
        format!("[{}/{}]", self.ended.load(Ordering::Relaxed), self.plan.steps.len())
    }

    fn words(&self, id: StepId) -> String {
        let step = &self.plan.steps[id];
        let what = match &step.op {
            Op::Create { .. } => "create",
            Op::Patch { .. } => "change",
            Op::Delete { .. } => "delete",
            Op::AddSecrets { .. } => "add secrets of",
            Op::UpdateSecrets { .. } => "write secrets of",
            Op::RemoveSecrets { .. } => "remove secrets of",
        };
        format!("{what} {}", safe::inline(self.plan.owner_name(step.owner).as_str(), true))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<StepId>> {
        self.last.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
