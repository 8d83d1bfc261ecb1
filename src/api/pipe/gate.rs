//! The one place where requests queue, wait and are counted.
//!
//! A [`Gate`] belongs to a tenant and is shared by all that talk to it; it
//! asks the governor and sleeps as it says. The first of the queue drives: it
//! alone sleeps for the rate limit, everybody else waits to become first.
//! Must not know what a request is about, or retry.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::run::{Class, Run, out_of_time};
use super::status::{Exchange, Waiting};
use super::transport::Transports;
use crate::api::error::{ApiError, ApiErrorKind};
use crate::api::governor::{
    Admission, Family, Governor, LimitSeen, RateSettings, Signal, Ticket, Wait,
};

/// The queue in front of one tenant.
#[derive(Debug)]
pub(in crate::api) struct Gate {
    start: Instant,
    state: Mutex<State>,
    tell: Option<Tell>,
}

/// Who hears of every request.
#[derive(Clone)]
struct Tell(Arc<dyn Fn(&Exchange<'_>) + Send + Sync>);

impl fmt::Debug for Tell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tell")
    }
}

#[derive(Debug)]
struct State {
    governor: Governor,
    queue: BTreeMap<(Class, u64), Arc<Notify>>,
    next: u64,
}

impl State {
    fn wake_first(&self) {
        if let Some(first) = self.queue.values().next() {
            first.notify_one();
        }
    }
}

impl Gate {
    fn new(settings: RateSettings, tell: Option<Tell>) -> Self {
        let state = State {
            governor: Governor::new(settings, fastrand::u64(..)),
            queue: BTreeMap::new(),
            next: 0,
        };
        Self { start: Instant::now(), state: Mutex::new(state), tell }
    }

    /// A request is over.
    pub(in crate::api) fn tell(&self, exchange: &Exchange<'_>) {
        if let Some(Tell(tell)) = &self.tell {
            tell(exchange);
        }
    }

    pub(in crate::api) fn limit_seen(&self) -> Option<LimitSeen> {
        self.lock().governor.limit_seen()
    }

    pub(in crate::api) fn estimate(&self, requests: usize) -> Option<Duration> {
        self.lock().governor.estimate(requests)
    }

    /// Waits for a request's turn. One that was to leave by a moment that is
    /// over when its turn comes is not let through: it costs no token.
    pub(in crate::api) async fn pass(
        self: &Arc<Self>,
        run: &Run,
        class: Class,
        family: Family,
        leave_by: Option<Instant>,
    ) -> Result<Pass, ApiError> {
        let place = Place::take(self, run, class);
        loop {
            if run.is_stopped(class) {
                return Err(ApiError::new(ApiErrorKind::Interrupted));
            }
            let (until, why) = match self.ask(&place, family, leave_by) {
                Turn::NotYet => (None, None),
                Turn::Overdue => return Err(ApiError::new(ApiErrorKind::Overdue)),
                Turn::Said(Admission::Go(ticket)) => {
                    return Ok(Pass { gate: Arc::clone(self), ticket: Some(ticket) });
                }
                Turn::Said(Admission::Never { answers }) => {
                    return Err(ApiError::new(ApiErrorKind::RateLimited { answers }));
                }
                Turn::Said(Admission::At(at, why)) => (Some(self.start + at), Some(why)),
                Turn::Said(Admission::AfterAnswer(why)) => (None, Some(why)),
            };
            if let (Some(until), Some(why)) = (until, why)
                && until > run.ends(class)
            {
                let needed = until.saturating_duration_since(Instant::now());
                return Err(out_of_time(why.as_str(), Some(needed)));
            }
            place.wait(until, why).await?;
        }
    }

    /// Asks the governor, if this is the first of the queue and not too late.
    /// Both are decided under one lock: whoever was ahead may leave at any time.
    fn ask(&self, place: &Place<'_>, family: Family, leave_by: Option<Instant>) -> Turn {
        let mut state = self.lock();
        if state.queue.keys().next() != Some(&place.key) {
            return Turn::NotYet;
        }
        if leave_by.is_some_and(|by| Instant::now() > by) {
            return Turn::Overdue;
        }
        Turn::Said(state.governor.admit(self.start.elapsed(), family))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing that holds the lock can leave the state half-changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a request hears that asks for its turn.
enum Turn {
    /// Others are ahead.
    NotYet,
    /// It is first, and was to leave before now.
    Overdue,
    /// What the governor says.
    Said(Admission),
}

/// A place in the queue, given up when dropped.
struct Place<'a> {
    gate: &'a Gate,
    run: &'a Run,
    key: (Class, u64),
    turn: Arc<Notify>,
}

impl<'a> Place<'a> {
    fn take(gate: &'a Gate, run: &'a Run, class: Class) -> Self {
        let turn = Arc::new(Notify::new());
        let mut state = gate.lock();
        // Whoever was first so far has to see that it isn't any more.
        state.wake_first();
        let key = (class, state.next);
        state.next += 1;
        state.queue.insert(key, Arc::clone(&turn));
        drop(state);
        run.status.send_modify(|status| status.queued += 1);
        Self { gate, run, key, turn }
    }

    /// Waits until `until`, or until something changes, or until the run ends.
    async fn wait(&self, until: Option<Instant>, why: Option<Wait>) -> Result<(), ApiError> {
        let begun = Instant::now();
        let limited = why.filter(|why| *why != Wait::Concurrency);
        if let Some(why) = limited {
            let waiting = Waiting { why: why.as_str(), until };
            self.run.status.send_modify(|status| status.waiting = Some(waiting));
        }
        let deadline = self.run.ends(self.key.0);
        let ended = tokio::select! {
            biased;
            () = self.run.stopped(self.key.0) => Err(ApiError::new(ApiErrorKind::Interrupted)),
            () = self.turn.notified() => Ok(()),
            () = tokio::time::sleep_until(until.unwrap_or(deadline)) => match until {
                Some(_) => Ok(()),
                None => Err(out_of_time(why.map_or("its turn", Wait::as_str), None)),
            },
        };
        if limited.is_some() {
            let waited = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
            self.run.status.send_modify(|status| {
                status.waiting = None;
                status.counts.waited_ms = status.counts.waited_ms.saturating_add(waited);
            });
        }
        ended
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut state = self.gate.lock();
        state.queue.remove(&self.key);
        state.wake_first();
        drop(state);
        self.run.status.send_modify(|status| status.queued = status.queued.saturating_sub(1));
    }
}

/// The right to send one request. If it is dropped without an answer, the
/// governor takes the request for lost.
pub(in crate::api) struct Pass {
    gate: Arc<Gate>,
    ticket: Option<Ticket>,
}

impl Pass {
    /// Passes on to the governor what the answer said.
    pub(in crate::api) fn answered(mut self, signal: &Signal) {
        if let Some(ticket) = self.ticket.take() {
            let mut state = self.gate.lock();
            let now = self.gate.start.elapsed();
            state.governor.answered(ticket, now, signal);
            state.wake_first();
        }
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket.take() {
            let mut state = self.gate.lock();
            state.governor.lost(ticket);
            state.wake_first();
        }
    }
}

/// The gates of a process, one for each tenant: environments that share a
/// tenant share its rate limit. And what all of them send through.
#[derive(Debug, Clone, Default)]
pub struct Gates {
    gates: Arc<Mutex<BTreeMap<String, Arc<Gate>>>>,
    tell: Option<Tell>,
    pub(in crate::api) transports: Transports,
}

impl Gates {
    /// Gates that tell of every request that passes one of them.
    #[must_use]
    pub fn telling(tell: impl Fn(&Exchange<'_>) + Send + Sync + 'static) -> Self {
        Self { tell: Some(Tell(Arc::new(tell))), ..Self::default() }
    }

    /// The gate of a tenant. The settings count when it is made.
    pub(in crate::api) fn of(&self, tenant: &str, settings: RateSettings) -> Arc<Gate> {
        let mut gates = self.gates.lock().unwrap_or_else(PoisonError::into_inner);
        let gate = gates
            .entry(tenant.to_owned())
            .or_insert_with(|| Arc::new(Gate::new(settings, self.tell.clone())));
        Arc::clone(gate)
    }
}
