//! What is believed of one of the tenant's buckets.
//!
//! Everything is reckoned from the newest answer: what was left then, less
//! what was sent since, plus what came in since. Must not sleep or pause.

use super::blind::Blind;
use super::signal::{BucketHeaders, Signal};
use super::{Headroom, LimitSeen, Next};

/// One bucket.
#[derive(Debug)]
pub(super) struct Bucket {
    headroom: Headroom,
    /// Requests sent so far.
    count: u64,
    in_flight: usize,
    answered: bool,
    seen: Option<Seen>,
    blind: Blind,
    rtt: f64,
}

/// The newest answer with headers.
#[derive(Debug, Clone, Copy)]
struct Seen {
    limit: f64,
    remaining: f64,
    /// The request's number and when it was sent.
    number: u64,
    sent: f64,
    /// Requests a second that come in for sure.
    rate: f64,
    /// When the bucket is full, if nobody takes.
    full_in: f64,
}

impl Bucket {
    pub(super) fn new(headroom: Headroom) -> Self {
        Self {
            headroom,
            count: 0,
            in_flight: 0,
            answered: false,
            seen: None,
            blind: Blind::new(),
            rtt: 0.1,
        }
    }

    pub(super) fn concurrency(&self) -> usize {
        let limit = self.seen.map_or(10.0, |seen| seen.limit);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
        let most = (limit * self.rtt * 2.0).clamp(16.0, 256.0) as usize;
        most
    }

    pub(super) fn next(&mut self, now: f64) -> Next {
        if !self.answered && self.in_flight > 0 {
            return Next::AfterAnswer;
        }
        let Some(seen) = self.seen else {
            let at = self.blind.ready_at(now);
            return if at <= now { Next::Now } else { Next::At(at) };
        };
        #[expect(clippy::cast_precision_loss, reason = "no run sends 2^52 requests")]
        let sent_since = (self.count - seen.number) as f64;
        let needed = self.headroom.of(seen.limit) + 1.0;
        let missing = needed + sent_since - seen.remaining;
        let wait = if missing <= 0.0 { 0.0 } else { missing / seen.rate };
        let ready = (seen.sent + wait).max(now);
        if ready <= now { Next::Now } else { Next::At(ready) }
    }

    pub(super) fn sent(&mut self, now: f64) -> u64 {
        self.count += 1;
        self.in_flight += 1;
        self.blind.sent(now);
        self.count
    }

    pub(super) fn answered(&mut self, number: u64, sent: f64, now: f64, signal: &Signal) {
        self.in_flight = self.in_flight.saturating_sub(1);
        self.answered = true;
        self.rtt = self.rtt * 0.8 + (now - sent) * 0.2;
        if signal.throttled {
            self.blind.refused(now);
        } else {
            self.blind.succeeded();
        }
        let Some(BucketHeaders { limit, remaining, reset }) = signal.bucket else {
            return;
        };
        if self.seen.is_some_and(|seen| number < seen.number) {
            return;
        }
        // `reset` is rounded up and `date` down, so the time until the bucket
        // is full is at most this.
        let full_in = match (reset, signal.date) {
            (Some(reset), Some(date)) => (reset - date).max(1.0),
            _ => limit.max(1.0),
        };
        let gained = (limit - remaining - 1.0).max(0.5);
        self.seen = Some(Seen { limit, remaining, number, sent, rate: gained / full_in, full_in });
    }

    pub(super) fn lost(&mut self, _number: u64) {
        self.in_flight = self.in_flight.saturating_sub(1);
    }

    pub(super) fn refusal_hint(&self, _now: f64) -> Option<f64> {
        self.seen.map(|seen| (1.0 / seen.rate).clamp(0.5, seen.full_in.max(0.5)))
    }

    pub(super) fn limit_seen(&self) -> Option<LimitSeen> {
        self.seen.map(|seen| LimitSeen {
            limit: seen.limit as u32,
            remaining: seen.remaining as u32,
            refill_per_second: Some(seen.rate),
        })
    }

    pub(super) fn estimate(&self, _now: f64, requests: f64) -> Option<f64> {
        let (burst, rate) = match self.seen {
            Some(seen) => (seen.remaining - self.headroom.of(seen.limit), seen.rate),
            None if self.answered => (0.0, self.blind.rate()),
            None => return None,
        };
        Some(((requests - burst) / rate).max(0.0) + self.rtt)
    }
}
