//! Carries out an approved plan, step by step, as its `after`s allow.
//!
//! What doesn't depend on a failed step goes on. A kind of write that the
//! tenant refuses is not tried again. A switch from one to another is
//! finished or taken back, also when the run is interrupted. Must not decide
//! what is written, wait or retry.

mod check;
mod kinds;
mod perform;
mod put_back;
mod switch;
mod tally;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::api::actions::BindingRef;
use crate::api::{ApiError, Seen, Urgency, Writer};
use crate::model::{DesiredState, Id, Live, Trigger};
use crate::plan::actions::BindEntry;
use crate::plan::{ApplyReport, ApprovedPlan, Plan, Ref, Step, StepId, Write, WriteSort};
use kinds::Looks;
pub(super) use perform::{Done, Failure, Job};
use put_back::PutBack;
use switch::Again;
pub use tally::failed_request;

/// Something happened, for whoever shows progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// A step's request is on its way.
    Started(StepId),
    /// A step is done.
    Done(StepId),
    /// A step failed.
    Failed(StepId),
    /// A step is not attempted.
    Skipped(StepId),
}

/// What an execution needs besides its plan.
pub struct Executor<'a> {
    /// The only way to write.
    pub writer: &'a Writer,
    /// Where the values of secrets are.
    pub desired: &'a DesiredState,
    /// The user's interrupt: nothing new is begun.
    pub stop: &'a CancellationToken,
    /// When the reading for the plan began: what is about to be written is
    /// looked at again if that is some time ago. `None` never looks.
    pub recheck: Option<Instant>,
    /// The first failure stops the run as an interrupt would.
    pub fail_fast: bool,
    /// Called with every step.
    pub on_event: &'a (dyn Fn(Event) + Sync),
}

/// Carries out the plan and reports what became of each change.
pub async fn execute(approved: &ApprovedPlan, executor: &Executor<'_>) -> ApplyReport {
    let plan = approved.plan();
    let builds = Arc::default();
    let looks = executor.recheck.map(|read_at| Arc::new(Looks::new(read_at, &builds)));
    let mut run = Run {
        plan,
        executor,
        states: vec![State::Waiting; plan.steps.len()],
        made: BTreeMap::new(),
        builds,
        looks,
        known: BTreeMap::new(),
        written: BTreeSet::new(),
        bound: BTreeSet::new(),
        deployed: BTreeMap::new(),
        retries: BTreeMap::new(),
        putting_back: BTreeSet::new(),
        put_back: BTreeSet::new(),
        left_behind: false,
        refused: BTreeMap::new(),
        proven: BTreeSet::new(),
        failed: false,
        notes: Vec::new(),
        remarks: BTreeMap::new(),
    };
    run.finish().await;
    tally::report(&run)
}

/// How far a step is.
#[derive(Debug, Clone)]
enum State {
    Waiting,
    Running,
    Done,
    /// Failed, but what it writes to was switched off, which was part of it.
    OnlySwitchedOff(ApiError),
    Failed(Failure),
    /// Done, and taken back because the step that was to follow failed.
    TakenBack(StepId),
    Skipped(Why),
}

/// Why a step isn't attempted.
#[derive(Debug, Clone)]
enum Why {
    After(StepId),
    Refused(ApiError),
    /// Its request never left: the run was over first.
    Unsent(ApiError),
    Stopped,
}

/// What is under way. Each goes on by itself, also while this run waits for
/// something else: one that held what the other needs would stop both.
type Running = JoinSet<Ended>;

/// How a step ended.
type Ending = Result<Done, Failure>;

/// What has ended of that.
enum Ended {
    Step(StepId, Ending),
    PuttingBack(StepId, PutBack),
    Again(StepId, Box<Again>),
}

struct Run<'a> {
    plan: &'a Plan,
    executor: &'a Executor<'a>,
    states: Vec<State>,
    made: BTreeMap<StepId, Id>,
    builds: Arc<Seen>,
    looks: Option<Arc<Looks>>,
    /// What this run has written to, as the last answer showed it.
    known: BTreeMap<Id, Live>,
    /// Everything that it has written to.
    written: BTreeSet<Id>,
    /// The triggers whose order it has written.
    bound: BTreeSet<Trigger>,
    /// Since when what it has deployed is in traffic, as far as it is.
    deployed: BTreeMap<Id, Option<Instant>>,
    /// How often the second half of a cutover was tried again.
    retries: BTreeMap<StepId, usize>,
    /// Steps that are being put back: nothing that comes after them begins.
    putting_back: BTreeSet<StepId>,
    /// What has been put back, or tried to: a step, for the sake of another.
    put_back: BTreeSet<(StepId, StepId)>,
    /// Whether something that was done could not be put back.
    left_behind: bool,
    refused: BTreeMap<Write, ApiError>,
    /// Kinds of write that the tenant has let through once.
    proven: BTreeSet<Write>,
    failed: bool,
    notes: Vec<String>,
    /// What has to be said of a change, such as a switch-off that could not
    /// be taken back.
    remarks: BTreeMap<usize, Vec<String>>,
}

impl Run<'_> {
    async fn finish(&mut self) {
        let mut running = Running::new();
        loop {
            self.settle();
            self.put_back_what_is_owed(&mut running);
            self.start(&mut running);
            match running.join_next().await {
                Some(Ok(Ended::Step(id, result))) => self.ended(id, result, &mut running),
                Some(Ok(Ended::Again(id, again))) => self.ended_again(id, *again),
                Some(Ok(Ended::PuttingBack(id, ended))) => self.ended_putting_back(id, ended),
                // nothing aborts a request, so it panicked
                Some(Err(panic)) => std::panic::resume_unwind(panic.into_panic()),
                None if !self.give_up_the_rest() => break,
                None => {}
            }
        }
    }

    /// What still waits while nothing is under way can't come any more.
    fn give_up_the_rest(&mut self) -> bool {
        let waiting = |id: &StepId| matches!(self.states[*id], State::Waiting);
        let rest: Vec<StepId> = (0..self.states.len()).filter(waiting).collect();
        for &id in &rest {
            self.skip(id, Why::Stopped);
        }
        !rest.is_empty()
    }

    fn stopping(&self) -> bool {
        self.executor.stop.is_cancelled() || (self.failed && self.executor.fail_fast)
    }

    /// Gives up the steps that can't come any more.
    fn settle(&mut self) {
        for id in 0..self.states.len() {
            if !matches!(self.states[id], State::Waiting) {
                continue;
            }
            let step = &self.plan.steps[id];
            if let Some(&before) = step.after.iter().find(|&&before| self.is_lost(id, before)) {
                self.skip(id, Why::After(before));
            } else if let Some(error) = self.refused.get(&step.op.write())
                && !self.can_switch_off_alone(step)
            {
                self.skip(id, Why::Refused(error.clone()));
            }
        }
    }

    fn skip(&mut self, id: StepId, why: Why) {
        self.states[id] = State::Skipped(why);
        (self.executor.on_event)(Event::Skipped(id));
    }

    /// Whether a step that `id` waits for will not be done.
    fn is_lost(&self, id: StepId, before: StepId) -> bool {
        match &self.states[before] {
            State::Waiting | State::Running | State::Done => false,
            State::OnlySwitchedOff(_) => !self.plan.steps[id].takes_over_from.contains(&before),
            State::Failed(_) | State::TakenBack(_) | State::Skipped(_) => true,
        }
    }

    fn is_done(&self, id: StepId) -> bool {
        matches!(self.states[id], State::Done | State::OnlySwitchedOff(_))
    }

    /// Whether a step is done and stays so, as far as can be seen.
    fn is_settled(&self, id: StepId) -> bool {
        self.is_done(id) && !self.putting_back.contains(&id)
    }

    /// Whether a step failed that the tenant may have carried out all the same.
    fn is_uncertain(&self, id: StepId) -> bool {
        matches!(&self.states[id], State::Failed(failure) if failure.maybe_done())
    }

    /// A switch-off is still carried out where the rest of its patch is
    /// refused.
    fn can_switch_off_alone(&self, step: &Step) -> bool {
        step.op.switches() == Some(false)
            && step.op.write().sort == WriteSort::Content
            && !self.refused.contains_key(&Write { sort: WriteSort::Switch, ..step.op.write() })
    }

    fn start(&mut self, running: &mut Running) {
        for id in 0..self.states.len() {
            let step = &self.plan.steps[id];
            let ready = matches!(self.states[id], State::Waiting)
                && step.after.iter().all(|&before| self.is_settled(before));
            if !ready || self.must_hold(step) {
                continue;
            }
            // something is off for the sake of this step: an interrupt now would
            // leave its trigger without one
            let owed = step.takes_over_from.iter().any(|&from| self.is_done(from));
            if self.stopping() && !owed {
                continue;
            }
            let urgency = match (owed, step.awaits.is_empty()) {
                (true, _) => Urgency::MustFinish,
                (false, true) => self.urgency(step),
                // nothing of this run may come between the halves of a cutover
                (false, false) => Urgency::Finish,
            };
            let refused = self.refused.get(&step.op.write()).cloned();
            let Some(job) = self.job(id, urgency, refused) else { continue };
            let writer = self.executor.writer.clone();
            running.spawn(async move { Ended::Step(id, job.run(&writer).await) });
            self.states[id] = State::Running;
            (self.executor.on_event)(Event::Started(id));
        }
    }

    /// A change that has begun comes before those that have not.
    fn urgency(&self, step: &Step) -> Urgency {
        let begun = self
            .states
            .iter()
            .zip(&self.plan.steps)
            .any(|(state, other)| matches!(state, State::Done) && other.change == step.change);
        if begun { Urgency::Finish } else { Urgency::Begin }
    }

    /// Until a tenant has let one create, or one change of a script through,
    /// only one is on its way: many refuse them all.
    fn must_hold(&self, step: &Step) -> bool {
        let write = step.op.write();
        matches!(write.sort, WriteSort::Create | WriteSort::Content)
            && !self.proven.contains(&write)
            && self
                .states
                .iter()
                .zip(&self.plan.steps)
                .any(|(state, other)| matches!(state, State::Running) && other.op.write() == write)
    }

    fn job(&self, at: StepId, urgency: Urgency, refused: Option<ApiError>) -> Option<Job> {
        let step = &self.plan.steps[at];
        let id = step.op.target().map(|target| self.id_of(target).ok_or(())).transpose().ok()?;
        let values = perform::values(&step.op, self.executor.desired);
        let bound = step.op.bound().iter().map(|entry| self.bound(entry)).collect::<Option<_>>()?;
        let builds = Arc::clone(&self.builds);
        let before = self.seen_last(step);
        // of a refused patch a switch-off is left, which is right in any case
        let check = if refused.is_none() { self.check(at) } else { None };
        let (op, opening) = (step.op.clone(), self.opening(step));
        let at_once = Self::is_binding_owed(step);
        let untouched =
            matches!(step.op.target(), Some(Ref::Live(id)) if !self.written.contains(id));
        Some(Job {
            op,
            id,
            values,
            urgency,
            refused,
            bound,
            builds,
            before,
            check,
            opening,
            at_once,
            untouched,
        })
    }

    fn bound(&self, entry: &BindEntry) -> Option<BindingRef> {
        let action = self.id_of(&entry.action)?;
        Some(BindingRef { action, display_name: entry.display_name.clone() })
    }

    fn id_of(&self, target: &Ref) -> Option<Id> {
        match target {
            Ref::Live(id) => Some(id.clone()),
            Ref::MadeBy(step) => self.made.get(step).cloned(),
        }
    }

    fn ended(&mut self, id: StepId, result: Ending, running: &mut Running) {
        let step = &self.plan.steps[id];
        let write = step.op.write();
        match result {
            Ok(done) => {
                self.proven.insert(write);
                if write.sort == WriteSort::Deploy
                    && let Some(target) = step.op.target().and_then(|target| self.id_of(target))
                {
                    self.deployed.insert(target, done.in_traffic);
                }
                self.note_write(id, done.live.map(|live| *live));
                self.made.extend(done.id.map(|made| (id, made)));
                let name = &self.plan.changes[step.change].name;
                self.notes.extend(done.notes.into_iter().map(|note| format!("{name}: {note}")));
                self.states[id] = State::Done;
                (self.executor.on_event)(Event::Done(id));
            }
            Err(failure) if failure.never_left() => {
                let why = failure.error.map_or(Why::Stopped, Why::Unsent);
                self.skip(id, why);
            }
            Err(failure) => {
                if let Some(failure) = self.retry_switch(id, failure, running) {
                    self.failed(id, failure);
                }
            }
        }
    }

    fn failed(&mut self, id: StepId, failure: Failure) {
        let write = self.plan.steps[id].op.write();
        self.failed = true;
        if failure.maybe_done() {
            self.note_write(id, None);
        }
        self.made.extend(failure.id.clone().map(|made| (id, made)));
        if let Some(error) = failure.refusal() {
            self.refused.entry(write).or_insert_with(|| error.clone());
        }
        (self.executor.on_event)(Event::Failed(id));
        self.states[id] = match failure {
            Failure { switched_off: true, error: Some(error), .. } => State::OnlySwitchedOff(error),
            failure => State::Failed(failure),
        };
    }

    fn remark(&mut self, change: usize, remark: String) {
        let remarks = self.remarks.entry(change).or_default();
        if !remarks.contains(&remark) {
            remarks.push(remark);
        }
    }
}
