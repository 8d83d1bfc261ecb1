//! The governor: decides when the next request to a tenant may go.
//!
//! A pure state machine: it is given the time and every answer, and says go,
//! wait until then, wait for an answer, or give up. [`Governor`] is the main
//! type. Must not sleep, read a clock, or know what a request is about.

mod backoff;
mod bucket;
mod clock;
mod flight;
mod refill;
mod settings;
mod share;
mod signal;
mod unmetered;

#[cfg(test)]
mod tests;

use std::time::Duration;

use backoff::Backoff;
use bucket::Bucket;
use flight::Departure;
pub use settings::{Headroom, RateSettings};
pub use signal::{BucketHeaders, Signal};

/// Which of the tenant's buckets a request draws from. The token endpoint has
/// one of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// `/api/v2`
    Management,
    /// `/oauth/token`
    Token,
}

/// A request that was let go. Has to be given back with
/// [`Governor::answered`] or [`Governor::lost`].
#[derive(Debug)]
pub struct Ticket {
    family: Family,
    departure: Departure,
}

/// What to do with the next request.
#[derive(Debug)]
pub enum Admission {
    /// Send it now.
    Go(Ticket),
    /// Ask again then.
    At(Duration, Wait),
    /// Ask again when an answer has come.
    AfterAnswer(Wait),
    /// Don't: so many answers in a row were refusals for the rate limit.
    Never {
        /// How many.
        answers: u32,
    },
}

/// What a request waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// The tenant's bucket has to fill up.
    RateLimit,
    /// The tenant answered 429.
    Pause,
    /// The user's ceiling on requests a second.
    MaxRps,
    /// Requests under way have to come back first.
    Concurrency,
}

impl Wait {
    /// What is waited for, in words.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RateLimit => "the tenant's rate limit",
            Self::Pause => "the tenant, which answered 429",
            Self::MaxRps => "the chosen --max-rps",
            Self::Concurrency => "requests under way",
        }
    }
}

/// What is known of the tenant's limit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LimitSeen {
    /// The bucket's size.
    pub limit: u32,
    /// What was left in it when last heard of.
    pub remaining: u32,
}

/// Decides when requests to one tenant may go.
#[derive(Debug)]
pub struct Governor {
    settings: RateSettings,
    management: Bucket,
    token: Bucket,
    backoff: Backoff,
    in_flight: usize,
    /// When `max_rps` allows the next request.
    next_slot: f64,
}

impl Governor {
    /// A governor that knows nothing of its tenant yet. `seed` makes the
    /// jitter.
    #[must_use]
    pub fn new(settings: RateSettings, seed: u64) -> Self {
        Self {
            settings,
            management: Bucket::new(settings.headroom, seed),
            token: Bucket::new(Headroom::Count(0), seed),
            backoff: Backoff::new(seed),
            in_flight: 0,
            next_slot: 0.0,
        }
    }

    /// What to do with the next request, at `now` since any fixed moment.
    pub fn admit(&mut self, now: Duration, family: Family) -> Admission {
        let at = now.as_secs_f64();
        if let Some(answers) = self.backoff.exhausted() {
            return Admission::Never { answers };
        }
        if let Some(until) = self.backoff.paused_until(at, self.in_flight) {
            let Some(until) = until else { return Admission::AfterAnswer(Wait::Pause) };
            // What can't fit into a run's time is to be known at once.
            let ready = match self.bucket_mut(family).next(until) {
                Next::At(ready) => ready.max(until),
                Next::Now | Next::AfterAnswer => until,
            };
            return Admission::At(moment(ready), Wait::Pause);
        }
        let most = self.settings.concurrency.unwrap_or_else(|| self.bucket(family).concurrency());
        if self.in_flight >= most.max(1) {
            return Admission::AfterAnswer(Wait::Concurrency);
        }
        if at < self.next_slot {
            return Admission::At(moment(self.next_slot), Wait::MaxRps);
        }
        match self.bucket_mut(family).next(at) {
            Next::Now => {}
            Next::At(when) => return Admission::At(moment(when), Wait::RateLimit),
            Next::AfterAnswer => return Admission::AfterAnswer(Wait::RateLimit),
        }
        self.in_flight += 1;
        if let Some(rps) = self.settings.max_rps.filter(|rps| *rps > 0.0) {
            self.next_slot = self.next_slot.max(at) + 1.0 / rps;
        }
        let departure = self.bucket_mut(family).sent(at);
        Admission::Go(Ticket { family, departure })
    }

    /// A request was answered.
    pub fn answered(&mut self, ticket: Ticket, now: Duration, signal: &Signal) {
        let at = now.as_secs_f64();
        let Ticket { family, departure } = ticket;
        let sent = departure.at;
        self.in_flight = self.in_flight.saturating_sub(1);
        self.bucket_mut(family).answered(departure, at, signal);
        if signal.throttled {
            let hint = self.bucket_mut(family).refusal_hint(at);
            self.backoff.throttled(sent, at, signal.retry_after, hint);
        } else {
            self.backoff.succeeded(sent);
        }
    }

    /// A request ended without an answer.
    pub fn lost(&mut self, ticket: Ticket) {
        self.in_flight = self.in_flight.saturating_sub(1);
        self.bucket_mut(ticket.family).lost(ticket.departure);
    }

    /// How many requests are under way.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.in_flight
    }

    /// What is known of the Management API's limit.
    #[must_use]
    pub fn limit_seen(&self) -> Option<LimitSeen> {
        self.management.limit_seen()
    }

    /// About how long so many more requests take; `None` where nothing is known
    /// of the rate.
    #[must_use]
    pub fn estimate(&self, requests: usize) -> Option<Duration> {
        #[expect(clippy::cast_precision_loss, reason = "an estimate")]
        let requests = requests as f64;
        let by_user = self.settings.max_rps.map_or(0.0, |rps| requests / rps);
        let seconds = self.management.estimate(requests)?.max(by_user);
        Duration::try_from_secs_f64(seconds).ok()
    }

    fn bucket(&self, family: Family) -> &Bucket {
        match family {
            Family::Management => &self.management,
            Family::Token => &self.token,
        }
    }

    fn bucket_mut(&mut self, family: Family) -> &mut Bucket {
        match family {
            Family::Management => &mut self.management,
            Family::Token => &mut self.token,
        }
    }
}

/// What a bucket says to the next request. Times are seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Next {
    Now,
    At(f64),
    AfterAnswer,
}

/// Seconds as a duration, a little rounded up so that a sleeper never wakes
/// too early.
fn moment(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds.max(0.0))
        .unwrap_or(Duration::MAX)
        .saturating_add(Duration::from_micros(1))
}
