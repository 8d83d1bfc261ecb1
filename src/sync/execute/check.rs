//! Looks again at what is about to be written, if it was read some time ago.
//!
//! A step's first request has to leave while what was read is fresh. If its
//! turn comes later, what it writes to is looked at, for at most one request
//! of its own, and it goes on only if that is still what the plan was made
//! from. Must not decide what follows from a change.

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio::time::Instant;

use super::Run;
use super::kinds::Looks;
use super::perform::{Failure, Job};
use crate::api::{FRESH, Look, Urgency, Writer};
use crate::model::{Id, Live, LiveBindings, Name, Trigger};
use crate::plan::actions::Bind;
use crate::plan::{Op, Ref, Step, StepId, WriteSort, meanwhile};

/// What has to be as it was before a step may write.
#[derive(Debug, Clone)]
pub(super) struct Check {
    looks: Arc<Looks>,
    of: Vec<Subject>,
}

#[derive(Debug, Clone)]
enum Subject {
    Live(Live),
    /// No action of this name may have come since.
    NewAction(Name, Trigger, BTreeSet<Id>),
    Order(Trigger, Option<LiveBindings>),
}

impl Check {
    /// Makes the step's requests, after a look where one is due.
    pub(super) async fn before(&self, mut job: Job, writer: &Writer) -> super::Ending {
        let mut by = self.looks.read_at + FRESH;
        loop {
            match job.carry_out(&writer.leaving_by(by)).await {
                Err(failure) if failure.is_overdue() => {}
                other => return other,
            }
            let (at, own) = self.look(writer, job.urgency, &job.op).await?;
            if own {
                // one request for each object: now it goes, and before others
                job.urgency = job.urgency.begun();
                return job.carry_out(writer).await;
            }
            by = at + FRESH;
        }
    }

    async fn look(
        &self,
        writer: &Writer,
        urgency: Urgency,
        op: &Op,
    ) -> Result<(Instant, bool), Failure> {
        let (mut oldest, mut asked) = (Instant::now(), false);
        for subject in &self.of {
            let (at, own) = self.look_at(subject, writer, urgency, op).await?;
            (oldest, asked) = (oldest.min(at), asked || own);
        }
        Ok((oldest, asked))
    }

    async fn look_at(
        &self,
        subject: &Subject,
        writer: &Writer,
        urgency: Urgency,
        op: &Op,
    ) -> Result<(Instant, bool), Failure> {
        match subject {
            Subject::Live(before) => {
                let look = self.looks.again(before, writer, urgency).await;
                let Look { found, at, own } = look.map_err(Failure::of)?;
                let changed = match found {
                    Some(now) => meanwhile::changed(before, &now, None),
                    // its delete will say that it is gone
                    None if op.deletes() => Vec::new(),
                    None => return Err(Failure::changed_meanwhile(&["its id"], false)),
                };
                demand_unchanged(&changed)?;
                Ok((at, own))
            }
            Subject::NewAction(name, trigger, known) => {
                let ours = |live: &&Live| live.name == *name && live.trigger == *trigger;
                let find = |all: &[Live]| all.iter().filter(ours).any(|it| !known.contains(&it.id));
                let look = writer.look_at_actions(&self.looks.builds, urgency, find).await;
                let Look { found, at, own } = look.map_err(Failure::of)?;
                demand_unchanged(if found { &["name"] } else { &[] })?;
                Ok((at, own))
            }
            Subject::Order(trigger, before) => {
                let look = writer.look_at_bindings(trigger, urgency).await;
                let Look { found, at, own } = look.map_err(Failure::of)?;
                let same = meanwhile::same_order(before.as_ref(), &found);
                demand_unchanged(if same { &[] } else { &["bindings"] })?;
                Ok((at, own))
            }
        }
    }
}

fn demand_unchanged(changed: &[&str]) -> Result<(), Failure> {
    if changed.is_empty() { Ok(()) } else { Err(Failure::changed_meanwhile(changed, false)) }
}

impl Run<'_> {
    /// What has to be looked at before a step. What this run has written to
    /// already is its own: the answers to its writes are compared.
    pub(super) fn check(&self, at: StepId) -> Option<Check> {
        let (looks, steps) = (Arc::clone(self.looks.as_ref()?), &self.plan.steps);
        let step = &steps[at];
        if step.takes_over_from.iter().any(|&first| !steps[first].awaits.is_empty()) {
            // was looked at before the first half
            return None;
        }
        let mut of: Vec<Subject> = self.subject(step).into_iter().collect();
        if !step.awaits.is_empty() {
            let seconds = steps.iter().filter(|second| second.takes_over_from.contains(&at));
            of.extend(seconds.filter_map(|second| self.subject(second)));
        }
        (!of.is_empty()).then_some(Check { looks, of })
    }

    fn subject(&self, step: &Step) -> Option<Subject> {
        if let Some((name, trigger, known)) = step.op.creates_among() {
            let known = known.iter().chain(self.made.values()).cloned().collect();
            return Some(Subject::NewAction(name.clone(), trigger.clone(), known));
        }
        // a deploy looks at the draft that it waits for
        if step.op.write().sort == WriteSort::Deploy {
            return None;
        }
        match &step.op {
            Op::Bind(Bind { trigger, before, .. }) if !self.bound.contains(trigger) => {
                Some(Subject::Order(trigger.clone(), before.clone()))
            }
            _ => Some(Subject::Live(self.unwritten(step)?)),
        }
    }

    /// What a step writes to, as the plan saw it, if this run has not written
    /// to it yet.
    fn unwritten(&self, step: &Step) -> Option<Live> {
        let Ref::Live(id) = step.op.target()? else { return None };
        if self.known.contains_key(id) || self.written.contains(id) {
            return None;
        }
        self.as_planned(step, id)
    }

    fn as_planned(&self, step: &Step, id: &Id) -> Option<Live> {
        self.plan.changes[step.change].live.clone().filter(|live| live.id == *id)
    }

    /// What a step writes to, as it was seen last: the answer to the last
    /// write, else as the plan saw it. `None` where nothing is looked at.
    pub(super) fn seen_last(&self, step: &Step) -> Option<Live> {
        self.looks.as_ref()?;
        let id = self.id_of(step.op.target()?)?;
        self.known.get(&id).cloned().or_else(|| self.as_planned(step, &id))
    }

    /// A step has written, or may have.
    pub(super) fn note_write(&mut self, step: usize, answer: Option<Live>) {
        let step = &self.plan.steps[step];
        if let Op::Bind(Bind { trigger, .. }) = &step.op {
            self.bound.insert(trigger.clone());
        }
        if let Some(id) = step.op.target().and_then(|target| self.id_of(target)) {
            self.written.insert(id);
        }
        self.known.extend(answer.map(|live| (live.id.clone(), live)));
    }
}
