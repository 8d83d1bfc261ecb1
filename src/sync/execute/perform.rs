//! One step, as its kind carries it out.
//!
//! Must not know of other steps.

use std::sync::Arc;

use tokio::time::Instant;

use super::Ending;
use super::check::Check;
use super::switch::Opening;
use crate::api::actions::BindingRef;
use crate::api::{ApiError, ApiErrorKind, Seen, Urgency, Writer};
use crate::model::{DesiredSecret, DesiredState, Id, Live, SecretKey, SecretValue};
use crate::plan::actions::BindEntry;
use crate::plan::{Op, Ref, meanwhile};

/// A step with all that its request needs.
pub(in crate::sync) struct Job {
    pub(in crate::sync) op: Op,
    /// What is written to, unless it is created.
    pub(in crate::sync) id: Option<Id>,
    pub(in crate::sync) values: Vec<(SecretKey, SecretValue)>,
    pub(in crate::sync) urgency: Urgency,
    /// The tenant refuses this kind of write; only a switch-off is left of it.
    pub(in crate::sync) refused: Option<ApiError>,
    /// The entries of a trigger's order.
    pub(in crate::sync) bound: Vec<BindingRef>,
    /// The builds that this run waits for.
    pub(in crate::sync) builds: Arc<Seen>,
    /// What it writes to as it was seen last; `None` where that isn't to be
    /// compared.
    pub(in crate::sync) before: Option<Live>,
    /// What has to be as it was.
    pub(super) check: Option<Check>,
    /// What has to be waited for.
    pub(super) opening: Option<Opening>,
    /// A binding that is refused for now is not waited for.
    pub(super) at_once: bool,
    /// This run has not written to it before.
    pub(in crate::sync) untouched: bool,
}

/// A step that is done.
#[derive(Debug, Default)]
pub(in crate::sync) struct Done {
    /// What was created.
    pub(in crate::sync) id: Option<Id>,
    pub(in crate::sync) notes: Vec<String>,
    /// What was written to, as the answer has it.
    pub(in crate::sync) live: Option<Box<Live>>,
    /// Since when what was deployed is in traffic.
    pub(in crate::sync) in_traffic: Option<Instant>,
}

/// A step that isn't.
#[derive(Debug, Clone, Default)]
pub(in crate::sync) struct Failure {
    /// The request that failed; `None` where the answer was not as sent.
    pub(in crate::sync) error: Option<ApiError>,
    /// What was wrong with the answer.
    pub(in crate::sync) wrong: String,
    /// The tenant took the write, but not as it was sent.
    pub(in crate::sync) accepted: bool,
    /// What was created anyway.
    pub(in crate::sync) id: Option<Id>,
    /// Of a refused patch, the switch-off came through alone.
    pub(in crate::sync) switched_off: bool,
    /// For a reason of our own, no write was sent.
    pub(in crate::sync) unsent: bool,
    /// Another client changed it after it was read.
    pub(in crate::sync) meanwhile: bool,
}

impl Failure {
    pub(in crate::sync) fn of(error: ApiError) -> Self {
        Self { error: Some(error), ..Self::default() }
    }

    /// Why, in words.
    pub(in crate::sync) fn why(&self) -> String {
        self.error.as_ref().map_or_else(|| self.wrong.clone(), ToString::to_string)
    }

    /// Nothing was sent, for a reason of our own.
    pub(in crate::sync) fn not_sent(wrong: &str) -> Self {
        Self { wrong: wrong.to_owned(), unsent: true, ..Self::default() }
    }

    /// These fields are not what the plan was made from.
    pub(in crate::sync) fn changed_meanwhile(fields: &[&str], written: bool) -> Self {
        Self {
            wrong: meanwhile::in_words(fields, written),
            accepted: written,
            unsent: !written,
            meanwhile: true,
            ..Self::default()
        }
    }

    /// Whether it was not sent because a look is due.
    pub(super) fn is_overdue(&self) -> bool {
        self.error.as_ref().is_some_and(|error| error.kind == ApiErrorKind::Overdue)
    }

    /// The tenant's refusal of this kind of write, if it is one.
    pub(in crate::sync) fn refusal(&self) -> Option<&ApiError> {
        self.error.as_ref().filter(|error| error.is_refusal())
    }

    /// Whether no request was made: the run was interrupted, or its time was
    /// over, while the request waited for its turn.
    pub(in crate::sync) fn never_left(&self) -> bool {
        self.error.as_ref().is_some_and(|error| {
            let over =
                matches!(error.kind, ApiErrorKind::Interrupted | ApiErrorKind::OutOfTime { .. });
            over && !error.maybe_done
        })
    }

    /// Whether the tenant may have carried it out all the same.
    pub(in crate::sync) fn maybe_done(&self) -> bool {
        self.error.as_ref().map_or(!self.unsent, |error| error.maybe_done)
    }
}

impl Job {
    pub(in crate::sync) async fn run(mut self, writer: &Writer) -> Ending {
        if let Some(opening) = self.opening.take() {
            opening.wait(writer, self.urgency).await?;
        }
        match self.check.take() {
            Some(check) => check.before(self, writer).await,
            None => self.carry_out(writer).await,
        }
    }

    /// A write is done only if what it did not send is as it was, too.
    pub(in crate::sync) fn same_but_sent(&self, done: Done) -> Ending {
        let changed = match self.before.as_ref().zip(done.live.as_deref()) {
            Some((before, now)) => meanwhile::changed(before, now, Some(&self.op)),
            None => Vec::new(),
        };
        if changed.is_empty() { Ok(done) } else { Err(Failure::changed_meanwhile(&changed, true)) }
    }
}

/// Carries out what takes a step back, also in a run that is being stopped.
pub(in crate::sync) async fn undo(writer: &Writer, id: Option<Id>, op: Op) -> Result<(), Failure> {
    let urgency = Urgency::MustFinish;
    let bound = op.bound().iter().filter_map(was_bound).collect();
    let job = Job {
        op,
        id,
        values: Vec::new(),
        urgency,
        refused: None,
        bound,
        builds: Arc::default(),
        before: None,
        check: None,
        opening: None,
        at_once: false,
        untouched: false,
    };
    job.run(writer).await.map(drop)
}

/// An entry of an order as it was.
fn was_bound(entry: &BindEntry) -> Option<BindingRef> {
    let Ref::Live(action) = &entry.action else { return None };
    Some(BindingRef { action: action.clone(), display_name: entry.display_name.clone() })
}

/// The values of the secrets that a step sends. A patch of an action that says
/// which secrets there are gets all that are known: the tenant may want them.
pub(in crate::sync) fn values(op: &Op, desired: &DesiredState) -> Vec<(SecretKey, SecretValue)> {
    let Some((name, keys)) = op.sends() else { return Vec::new() };
    let definition = desired.of(op.kind()).find(|definition| definition.name == *name);
    let Some(secrets) = definition.and_then(|definition| definition.secrets.as_ref()) else {
        return Vec::new();
    };
    let lists_all = op.lists_secrets();
    let value = |(key, secret): (&SecretKey, &DesiredSecret)| match secret {
        DesiredSecret::Value(value) => Some((key.clone(), value.clone())),
        DesiredSecret::Kept | DesiredSecret::Reference(_) | DesiredSecret::Unresolved { .. } => {
            None
        }
    };
    secrets.iter().filter(|(key, _)| lists_all || keys.contains(key)).filter_map(value).collect()
}
