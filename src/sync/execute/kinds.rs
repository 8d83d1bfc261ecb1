//! Where kinds come in while a plan is carried out: what a write of each is, how
//! one is looked at again, and what is to be said of it.
//!
//! Must not decide which write is next.

use std::sync::Arc;

use tokio::time::Instant;

use super::Ending;
use super::perform::Job;
use crate::api::{ApiError, Look, Seen, Urgency, Writer};
use crate::model::{Kind, Live};
use crate::plan::Op;
use crate::sync::{actions, hooks};

/// Why a cutover doesn't begin.
pub(super) const NOT_IN_TRAFFIC: &str =
    "the action's version is not in traffic, so the hook stays as it is; run apply again";

/// What a run has seen since its plan was made.
#[derive(Debug)]
pub(super) struct Looks {
    /// When the reading for the plan began.
    pub(super) read_at: Instant,
    hooks: Seen,
    pub(super) builds: Arc<Seen>,
}

impl Looks {
    pub(super) fn new(read_at: Instant, builds: &Arc<Seen>) -> Self {
        Self { read_at, hooks: Seen::default(), builds: Arc::clone(builds) }
    }

    /// Something live, looked at again; `None` inside where it is gone.
    pub(super) async fn again(
        &self,
        before: &Live,
        writer: &Writer,
        urgency: Urgency,
    ) -> Result<Look<Option<Live>>, ApiError> {
        let id = &before.id;
        match before.kind() {
            Kind::Hook => writer.look_at_hook(id, &self.hooks, urgency).await,
            Kind::Action | Kind::Bindings => {
                let find = |all: &[Live]| all.iter().find(|live| live.id == *id).cloned();
                writer.look_at_actions(&self.builds, urgency, find).await
            }
        }
    }
}

impl Job {
    pub(super) async fn carry_out(&self, writer: &Writer) -> Ending {
        match &self.op {
            Op::Hook(op) => hooks::carry_out(self, op, writer).await,
            Op::Action(op) => actions::carry_out(self, op, writer).await,
            Op::Bind(op) => {
                let patient = !self.at_once;
                actions::bind(writer, &op.trigger, &self.bound, self.urgency, patient).await
            }
        }
    }
}

/// What to say where nobody knows whether a write came through whose place
/// something else gave up for it.
pub(super) fn unsure_of(op: &Op) -> &'static str {
    match op.target() {
        None if matches!(op, Op::Bind(_)) => {
            "the previous hook is still switched off, because it is not known whether the action is bound now; run apply again"
        }
        Some(_) if op.switches() == Some(false) => {
            "the action is bound, and it is not known whether the hook is off; run apply again"
        }
        None => "the hook that it replaces still waits under another name; run apply again",
        Some(_) => {
            "the hook that ran before it is still switched off, because it is not known whether this one is on now; run apply again"
        }
    }
}
