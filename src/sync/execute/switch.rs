//! A cutover from one kind to another: when it may begin, and how it is tried
//! again.
//!
//! Begins only when the versions are in traffic for some time and the tenant's
//! rate limit leaves room for both halves and the undo. A binding that is
//! refused while the other half is off gives that back at once. Must not decide
//! what is switched.

use std::time::Duration;

use tokio::time::Instant;

use super::kinds;
use super::perform::{self, Failure};
use super::{Ended, Run, Running, State};
use crate::api::{ApiErrorKind, Urgency, Writer};
use crate::model::Id;
use crate::plan::{Op, Step, StepId};

/// For how long a version has to be in traffic before anything is switched to
/// it.
const SETTLED: Duration = Duration::from_secs(2);

/// Both halves, the undo, and a look at what each half writes to.
const REQUESTS: usize = 5;

/// The pauses before a binding that was refused is tried again.
const PAUSES: [u64; 3] = [2, 4, 8];

/// What has to be true before a cutover begins.
#[derive(Debug, Clone)]
pub(super) struct Opening {
    /// Since when each action's version is in traffic; `None` where that
    /// isn't so.
    since: Vec<Option<Instant>>,
}

impl Opening {
    pub(super) async fn wait(&self, writer: &Writer, urgency: Urgency) -> Result<(), Failure> {
        let Some(since) = self.since.iter().copied().collect::<Option<Vec<_>>>() else {
            return Err(Failure::not_sent(kinds::NOT_IN_TRAFFIC));
        };
        let settled = since.into_iter().max().map(|since| since + SETTLED);
        let left = settled.map(|at| at.saturating_duration_since(Instant::now()));
        if let Some(left) = left.filter(|left| !left.is_zero()) {
            writer.wait(left, urgency, "a version to settle").await.map_err(Failure::of)?;
        }
        writer.make_room(REQUESTS, urgency).await.map_err(Failure::of)
    }
}

/// A half that was undone, to be tried again after a pause.
pub(super) struct Again {
    failure: Failure,
    undone: Vec<(StepId, Result<(), Failure>)>,
}

impl Run<'_> {
    /// What has to be waited for before a step that begins a cutover.
    pub(super) fn opening(&self, step: &Step) -> Option<Opening> {
        let in_traffic = |target| match self.id_of(target).and_then(|id| self.deployed.get(&id)) {
            Some(since) => Some(*since),
            // this run has created it, and has not deployed it
            None if matches!(target, crate::plan::Ref::MadeBy(_)) => Some(None),
            // it was live before this run
            None => None,
        };
        let since = step.awaits.iter().filter_map(in_traffic).collect();
        (!step.awaits.is_empty()).then_some(Opening { since })
    }

    /// Whether a binding may not be waited for, because something is off for it.
    pub(super) fn is_binding_owed(step: &Step) -> bool {
        matches!(step.op, Op::Bind(_)) && !step.takes_over_from.is_empty()
    }

    /// A binding that is refused for now gives the other half back at once, and is
    /// tried again after a pause. Gives the failure back where that's over.
    pub(super) fn retry_switch(
        &mut self,
        id: StepId,
        failure: Failure,
        running: &mut Running,
    ) -> Option<Failure> {
        let step = &self.plan.steps[id];
        let for_now = |kind: &ApiErrorKind| {
            matches!(kind, ApiErrorKind::NotBindableYet | ApiErrorKind::RateLimited { .. })
        };
        let is_refused = failure.error.as_ref().is_some_and(|error| for_now(&error.kind));
        let tries = self.retries.get(&id).copied().unwrap_or(0);
        let pause = PAUSES.get(tries).copied().map(Duration::from_secs);
        let (true, true, Some(pause)) = (Self::is_binding_owed(step), is_refused, pause) else {
            return Some(failure);
        };
        let undo: Vec<(StepId, Option<Id>, Op)> =
            step.takes_over_from.iter().filter_map(|&from| self.inverse(from)).collect();
        if undo.len() != step.takes_over_from.len() {
            return Some(failure);
        }
        self.retries.insert(id, tries + 1);
        let both = step.takes_over_from.iter().copied().chain([id]);
        for half in both.collect::<Vec<_>>() {
            self.states[half] = State::Running;
        }
        let writer = self.executor.writer.clone();
        running.spawn(async move {
            let mut undone = Vec::new();
            for (step, target, op) in undo {
                undone.push((step, perform::undo(&writer, target, op).await));
            }
            // an interrupt, or the end of the run's time, is noticed by what follows
            let waited = writer.wait(pause, Urgency::Finish, "an action to be bindable").await;
            drop(waited);
            Ended::Again(id, Box::new(Again { failure, undone }))
        });
        None
    }

    pub(super) fn ended_again(&mut self, id: StepId, again: Again) {
        let Again { failure, undone } = again;
        let is_back = undone.iter().all(|(_, undone)| undone.is_ok());
        for (half, _) in undone {
            self.states[half] = if is_back { State::Waiting } else { State::Done };
        }
        if is_back {
            self.states[id] = State::Waiting;
        } else {
            // it is put back as after any other failure
            self.failed(id, failure);
        }
    }
}
