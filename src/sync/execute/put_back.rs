//! Puts back what gave way to something that then could not come.
//!
//! Goes on beside everything else: what is off for nothing is off for
//! as short as can be, and what doesn't depend on it doesn't wait. Must not
//! begin anything that the plan doesn't know.

use super::kinds;
use super::perform::{self, Failure};
use super::{Ended, Run, Running, State};
use crate::api::Writer;
use crate::model::Id;
use crate::plan::{Op, StepId};

/// What has to be done so that a trigger is as it was.
struct Task {
    /// What has to be undone first, because nobody knows whether it came
    /// through.
    first: Option<(Option<Id>, Op)>,
    undo: Vec<(StepId, Option<Id>, Op)>,
}

/// What came of it.
pub(super) enum PutBack {
    /// The successor may be on: those before it stay as they are.
    Unsafe,
    /// Each was asked for.
    Asked(Vec<(StepId, Result<(), Failure>)>),
}

impl Task {
    async fn run(self, writer: &Writer) -> PutBack {
        if let Some((id, op)) = self.first
            && perform::undo(writer, id, op).await.is_err()
        {
            return PutBack::Unsafe;
        }
        let mut asked = Vec::new();
        for (step, id, op) in self.undo {
            asked.push((step, perform::undo(writer, id, op).await));
        }
        PutBack::Asked(asked)
    }
}

impl Run<'_> {
    /// Where a step that takes over from others isn't done and will not be,
    /// those are put back.
    pub(super) fn put_back_what_is_owed(&mut self, running: &mut Running) {
        for id in 0..self.states.len() {
            let failure = match &self.states[id] {
                State::Failed(failure) => Some(failure),
                State::Skipped(_) => None,
                _ => continue,
            };
            let unsure = failure.is_some_and(Failure::maybe_done);
            let step = &self.plan.steps[id];
            let owed: Vec<StepId> = step
                .takes_over_from
                .iter()
                .copied()
                .filter(|&from| self.is_done(from) || self.is_uncertain(from))
                .filter(|&from| !self.put_back.contains(&(id, from)))
                .collect();
            if owed.is_empty() {
                continue;
            }
            self.put_back.extend(owed.iter().map(|&from| (id, from)));
            let first = if unsure { self.makes_sure(id) } else { None };
            if unsure && first.is_none() {
                self.remark_unsafe(id);
                continue;
            }
            let undo: Vec<_> = owed.iter().filter_map(|&from| self.inverse(from)).collect();
            self.putting_back.extend(undo.iter().map(|(from, ..)| *from));
            let task = Task { first, undo };
            let writer = self.executor.writer.clone();
            running.spawn(async move { Ended::PuttingBack(id, task.run(&writer).await) });
        }
    }

    /// The write after which it is certain that a step which may have come
    /// through is not done; `None` where it creates something.
    fn makes_sure(&self, id: StepId) -> Option<(Option<Id>, Op)> {
        let op = &self.plan.steps[id].op;
        if op.switches() == Some(true) {
            let id = self.id_of(op.target()?)?;
            return Some((Some(id.clone()), Op::switch(id, false)));
        }
        self.inverse(id).map(|(_, target, op)| (target, op))
    }

    /// What takes a step back.
    pub(super) fn inverse(&self, from: StepId) -> Option<(StepId, Option<Id>, Op)> {
        let step = &self.plan.steps[from];
        let live = self.plan.changes[step.change].live.as_ref();
        let only_off = matches!(self.states[from], State::OnlySwitchedOff(_));
        let undo = step.op.undo(live, only_off)?;
        let target = match undo.target() {
            Some(target) => Some(self.id_of(target)?),
            None => None,
        };
        Some((from, target, undo))
    }

    pub(super) fn ended_putting_back(&mut self, for_step: StepId, ended: PutBack) {
        let asked = match ended {
            PutBack::Asked(asked) => asked,
            PutBack::Unsafe => {
                let of_it = |(id, from): &(StepId, StepId)| (*id == for_step).then_some(*from);
                for from in self.put_back.iter().filter_map(of_it) {
                    self.putting_back.remove(&from);
                }
                self.remark_unsafe(for_step);
                return;
            }
        };
        for (from, answer) in asked {
            self.putting_back.remove(&from);
            // what nobody knew to be done stays a failure of its own
            let uncertain = self.is_uncertain(from);
            if !uncertain {
                self.states[from] = State::TakenBack(for_step);
            }
            let change = self.plan.steps[from].change;
            match answer {
                Ok(()) if uncertain => self.remark(change, "put back as it was".to_owned()),
                Ok(()) => {}
                Err(failure) => {
                    self.left_behind |= !uncertain;
                    let why = failure.why();
                    self.remark(change, format!("could not be put back as it was: {why}"));
                }
            }
        }
    }

    fn remark_unsafe(&mut self, id: StepId) {
        let step = &self.plan.steps[id];
        let remark = kinds::unsure_of(&step.op);
        self.remark(step.change, remark.to_owned());
    }
}
