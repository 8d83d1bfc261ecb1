//! When the next request to a bucket may go.
//!
//! The law, in one place: what was left at the newest answer, less what is
//! under way, may be spent down to the headroom at once; after that requests
//! go as fast as tokens come in, times our share of them. Must not sleep.

use super::clock::Clock;
use super::flight::{Departure, Flight};
use super::refill::{self, Refill, Shape};
use super::share::{self, Share};
use super::signal::{BucketHeaders, Signal};
use super::unmetered::Unmetered;
use super::{Headroom, LimitSeen, Next};

/// So many rounds of requests are answered in whole before the next one, for
/// others may have started at the same moment: what they take in a round shows
/// when all of it is answered.
const ROUNDS: u32 = 3;

/// So many windows are let pass for others at most.
const MOST_WINDOWS: f64 = 2.0;

/// No bucket is left alone for longer, in seconds.
const LONGEST_WAIT: f64 = 3600.0;

/// One bucket.
#[derive(Debug)]
pub(super) struct Bucket {
    headroom: Headroom,
    rng: fastrand::Rng,
    flight: Flight,
    clock: Clock,
    refill: Refill,
    share: Share,
    seen: Option<Seen>,
    answered: bool,
    /// The first few go in rounds; whether this one is over but for answers.
    rounds: u32,
    closing: bool,
    /// Stretches the next wait, so that equals don't march in step.
    stretch: f64,
    unmetered: Unmetered,
}

/// What was left, as far as answers have shown.
#[derive(Debug, Clone, Copy)]
struct Seen {
    limit: f64,
    /// What was left and what we had taken by then. It grows by what comes in
    /// and shrinks by what others take; what we take doesn't change it, so
    /// that answers may come in any order.
    sum: f64,
    /// When the request was sent that it was seen by.
    at: f64,
    /// The least that it can have been at any answer of those that were under
    /// way together, and when: when all are answered, it was just that.
    lowest: (f64, f64),
}

impl Bucket {
    pub(super) fn new(headroom: Headroom, seed: u64) -> Self {
        Self {
            headroom,
            rng: fastrand::Rng::with_seed(seed),
            flight: Flight::default(),
            clock: Clock::default(),
            refill: Refill::new(),
            share: Share::new(),
            seen: None,
            answered: false,
            rounds: 0,
            closing: false,
            stretch: 1.0,
            unmetered: Unmetered::new(),
        }
    }

    /// How many requests may be under way at once, if the user doesn't say.
    pub(super) fn concurrency(&self) -> usize {
        // What fits into the time of one answer, twice over.
        let limit = self.seen.map_or(self.unmetered.rate(), |seen| seen.limit);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
        let most = (limit * self.flight.rtt() * 2.0).clamp(16.0, 512.0) as usize;
        most
    }

    pub(super) fn sent(&mut self, now: f64) -> Departure {
        self.unmetered.sent(now);
        self.stretch = if self.share.is_shared() { 1.0 + 0.5 * self.rng.f64() } else { 1.0 };
        self.flight.depart(now)
    }

    pub(super) fn lost(&mut self, departure: Departure) {
        self.flight.lost(departure);
    }

    pub(super) fn answered(&mut self, departure: Departure, now: f64, signal: &Signal) {
        self.flight.answered(departure, now, signal.throttled);
        let taken = self.flight.taken_by(departure, signal.throttled);
        self.answered = true;
        // Beside others, what was left says nothing about why this was refused.
        let left = self.seen.filter(|_| !self.share.is_shared()).map(|seen| seen.sum - taken[2]);
        self.unmetered.answered(departure.at, now, signal, left);
        if let Some(date) = signal.date {
            self.clock.learn(departure.at, now, date);
        }
        if signal.throttled {
            self.share.refused();
        }
        let (limit, level) = match (signal.bucket, self.seen) {
            (Some(bucket), _) => (bucket.limit, bucket.remaining),
            // A refusal says enough without headers, if the bucket is known.
            (None, Some(seen)) if signal.throttled => (seen.limit, 0.0),
            _ => return,
        };
        if let Some(bucket) = signal.bucket {
            self.learn_refill(departure, now, &taken, bucket, signal.date);
        }
        self.learn_level(departure, limit, level, &taken);
        self.closing = !self.flight.is_empty();
        if !self.closing {
            self.rounds += 1;
            if self.rounds == 2 {
                self.share.trust();
            }
        }
    }

    fn learn_refill(
        &mut self,
        departure: Departure,
        now: f64,
        taken: &[f64; 3],
        bucket: BucketHeaders,
        date: Option<f64>,
    ) {
        let served = self.clock.theirs(departure.at).zip(self.clock.theirs(now)).map(
            |((least, _), (_, most))| match date {
                Some(date) => (least.max(date), most.min(date + 1.0)),
                None => (least, most),
            },
        );
        self.refill.learn(&refill::Look {
            limit: bucket.limit,
            level: bucket.remaining,
            taken: (taken[0], taken[2]),
            sent: departure.at,
            now,
            served,
            reset: bucket.reset,
            alone: !self.share.is_shared(),
        });
    }

    fn learn_level(&mut self, departure: Departure, limit: f64, level: f64, taken: &[f64; 3]) {
        let [least, likely, most] = taken.map(|taken| level + taken);
        let known = self.seen.filter(|seen| seen.limit == limit);
        let (expected, at) = known.map_or((likely, departure.at), |seen| {
            let at = seen.at.max(departure.at);
            (seen.sum + self.sure_rate() * self.share.value() * (at - seen.at), at)
        });
        // The less the order of answers says, the more the expected counts.
        let sum = expected + (likely - expected) / (1.0 + most - least);
        let mut sum = sum.clamp(least, most);
        let mut lowest = known.map_or((most, departure.at), |seen| seen.lowest);
        if most <= lowest.0 {
            lowest = (most, departure.at);
        }
        if self.flight.is_empty() {
            sum = sum.max(lowest.0);
            let since = (at - lowest.1).max(0.0);
            if self.refill.shape() == Shape::Continuous && since <= self.flight.rtt() {
                sum = sum.min(lowest.0 + self.refill.rate() * since);
            }
            lowest = (f64::INFINITY, at);
        }
        self.seen = Some(Seen { limit, sum, at, lowest });
        let taken = taken[1];
        let look = share::Look { sent: at, level: sum - taken, taken };
        if known.is_none() {
            self.share.restart(look);
        }
        match self.refill.shape() {
            Shape::Windows if self.refill.has_moved() => {
                // Others begin at the same moment.
                if self.share.restart(look) {
                    self.rounds = 0;
                }
            }
            Shape::Windows => self.share.learn(look, 0.0, limit, 0.0),
            _ => self.share.learn(look, self.refill.rate(), limit, self.flight.rtt()),
        }
    }

    /// What surely comes in a second.
    fn sure_rate(&self) -> f64 {
        if self.refill.shape() == Shape::Continuous { self.refill.rate() } else { 0.0 }
    }

    /// When the next request may go.
    pub(super) fn next(&self, now: f64) -> Next {
        let (flying, due) = self.flight.fresh(now);
        if !self.answered && flying > 0.0 {
            return due.map_or(Next::AfterAnswer, Next::At);
        }
        let by_headers = self.seen.map(|seen| self.by_headers(seen, flying, due, now));
        if by_headers.is_some() && !self.unmetered.is_found(now) {
            return by_headers.unwrap_or(Next::Now);
        }
        let ready = self.unmetered.ready_at(now);
        match by_headers {
            None | Some(Next::Now) => at_or_now(ready, now),
            Some(Next::At(at)) => Next::At(at.max(ready)),
            Some(Next::AfterAnswer) => Next::AfterAnswer,
        }
    }

    fn by_headers(&self, seen: Seen, flying: f64, due: Option<f64>, now: f64) -> Next {
        let keep = self.headroom.of(seen.limit);
        let after_answer = due.map_or(Next::Now, Next::At);
        let rate = self.refill.rate();
        let above = seen.sum - self.flight.committed() + flying - keep;
        if above - flying >= 1.0 {
            let part = self.share.proven();
            let closing = self.closing && self.rounds < ROUNDS;
            if flying > 0.0 && (closing || flying >= (above * part).ceil()) {
                return after_answer;
            }
            if above - flying < 2.0 {
                // The last one goes evenly.
                let gap = match self.refill.shape() {
                    Shape::Windows => 0.0,
                    _ if self.rounds < ROUNDS => 0.0,
                    Shape::Continuous => 1.0 / rate,
                    _ if keep < 1.0 => 0.6 * self.refill.even(),
                    _ => 0.2 * self.refill.even(),
                };
                let gap = gap * (1.0 / self.share.value()).min(1.3);
                return at_or_now(self.flight.last_sent().unwrap_or(now) + gap, now);
            }
            return Next::Now;
        }
        // What is missing below the headroom comes in while everybody waits,
        // and then one token for each of ours that is under way.
        let ours = 1.0 + flying - above.max(0.0);
        let missing = (-above).max(0.0);
        let tokens = (ours / self.share.value() + missing) * self.stretch;
        // Where nothing is kept, a token that comes late is a refusal.
        let late = if keep < 1.0 { 2.0 * self.flight.jitter() } else { 0.0 };
        let at = seen.at + tokens / rate + late;
        if self.refill.shape() == Shape::Continuous && !(flying > 0.0 && self.share.is_shared()) {
            return at_or_now(at.min(seen.at + LONGEST_WAIT), now);
        }
        if flying > 0.0 {
            return after_answer;
        }
        let window = self.refill.next_window().and_then(|at| self.clock.ours(at));
        let at = match (self.refill.shape(), window.filter(|window| *window > seen.at)) {
            (Shape::Windows, Some(window)) => {
                // Little is known of what a window brings, so that few are let pass.
                let more = self.refill.window().map_or(0.0, |(step, period)| {
                    period * ((tokens / step).ceil() - 1.0).clamp(0.0, MOST_WINDOWS)
                });
                window + more
            }
            (Shape::Doubtful, Some(window)) => at.max(window),
            (Shape::Unknown, Some(window)) if keep < 1.0 => at.max(window),
            _ => at,
        };
        // Whatever was made of odd answers: now and then one asks.
        at_or_now(at.min(seen.at + LONGEST_WAIT), now)
    }

    /// How long to pause after a refusal that doesn't say.
    pub(super) fn refusal_hint(&mut self, now: f64) -> Option<f64> {
        let seen = self.seen.filter(|_| !self.unmetered.is_found(now))?;
        if self.refill.shape() == Shape::Windows {
            let next = self.refill.next_window().and_then(|at| self.clock.ours(at));
            return next.map(|next| (next - now).max(0.0));
        }
        let keep = self.headroom.of(seen.limit);
        Some((0.5 + self.rng.f64()) * (keep + 1.0) / self.refill.rate())
    }

    pub(super) fn limit_seen(&self) -> Option<LimitSeen> {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "at most a million"
        )]
        self.seen.map(|seen| LimitSeen {
            limit: seen.limit as u32,
            remaining: (seen.sum - self.flight.committed()).max(0.0) as u32,
        })
    }

    /// How long so many more requests take, if the rate is known.
    pub(super) fn estimate(&self, requests: f64) -> Option<f64> {
        let rtt = self.flight.rtt();
        let (beyond, rate) = match self.seen {
            Some(seen) => {
                let left = seen.sum - self.flight.committed() - self.headroom.of(seen.limit);
                (
                    requests - left.max(0.0),
                    self.refill.about().map(|rate| rate * self.share.value()),
                )
            }
            None => (requests, self.answered.then(|| self.unmetered.rate())),
        };
        if beyond > 0.0 { Some(beyond / rate? + rtt) } else { Some(rtt) }
    }
}

fn at_or_now(at: f64, now: f64) -> Next {
    if at <= now { Next::Now } else { Next::At(at) }
}
