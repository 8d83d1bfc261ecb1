//! What is believed of one of the tenant's buckets.
//!
//! Everything is reckoned from one answer, the *anchor*: what was left then,
//! less what is under way since, plus what has come in for sure by now
//! ([`super::refill`] knows that). Every answer that tells more becomes the
//! new anchor, so that no error can add up. Must not sleep or pause.

mod admit;

use super::blind::Blind;
use super::burst::Burst;
use super::company::{Company, Level};
use super::forecast::{Forecast, Rates, Time};
use super::hidden::Hidden;
use super::pace::Pace;
use super::refill::Refill;
use super::signal::{BucketHeaders, Signal};
use super::steady::Steady;
use super::traffic::Traffic;
use super::{Headroom, LimitSeen};

/// Buckets with less room than this are paced instead of reckoned with, and
/// those with less than that as soon as others take from them.
const TINY: f64 = 3.0;
const SMALL: f64 = 3.5;
/// A bucket of one is either full or refuses: there is nothing to pace by.
const SINGLE: f64 = 1.5;

/// A rate that is only a guess is not waited for any longer after a refusal.
const LONGEST_GUESS: f64 = 10.0;

/// One bucket.
#[derive(Debug)]
pub(super) struct Bucket {
    headroom: Headroom,
    rng: fastrand::Rng,
    traffic: Traffic,
    /// Requests that took from the bucket and were answered.
    taken: f64,
    answered: bool,
    anchor: Option<Anchor>,
    refill: Refill,
    /// For a small bucket.
    pace: Option<Pace>,
    /// Where others were seen to take, too.
    company: Option<Company>,
    blind: Blind,
    forecast: Forecast,
    /// Whether something that no header tells of refuses requests.
    hidden: Hidden,
    burst: Burst,
    steady: Steady,
}

/// The answer that everything is reckoned from.
#[derive(Debug, Clone, Copy)]
struct Anchor {
    limit: f64,
    /// What was left after this request.
    remaining: f64,
    sent: f64,
}

impl Bucket {
    pub(super) fn new(headroom: Headroom, seed: u64) -> Self {
        Self {
            headroom,
            rng: fastrand::Rng::with_seed(seed),
            traffic: Traffic::new(),
            taken: 0.0,
            answered: false,
            anchor: None,
            refill: Refill::default(),
            pace: None,
            company: None,
            blind: Blind::new(),
            forecast: Forecast::new(),
            hidden: Hidden::default(),
            burst: Burst::new(),
            steady: Steady::new(),
        }
    }

    /// How many requests may be under way at once, if the user doesn't say.
    pub(super) fn concurrency(&self) -> usize {
        // What fits into the time of one answer, twice over.
        let limit = self.anchor.map_or(self.blind.rate(), |anchor| anchor.limit);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
        let most = (limit * self.traffic.rtt() * 2.0).clamp(16.0, 512.0) as usize;
        most
    }

    fn level(&self, limit: f64, remaining: f64) -> Level {
        let headroom = self.headroom.of(limit);
        let window = (!self.refill.is_smooth()).then(|| self.refill.window());
        let (leaps, slowest) = (self.refill.leaps(), self.refill.slowest());
        Level { remaining, headroom, room: limit - headroom, window, leaps, slowest }
    }

    pub(super) fn sent(&mut self, now: f64) {
        self.traffic.sent(now);
        self.steady.sent(now);
        self.blind.sent(now);
        self.forecast.sent(now);
        if let Some(pace) = &mut self.pace {
            pace.sent(now);
        }
        if let Some(company) = &mut self.company {
            company.sent(now, self.rng.f64());
        }
    }

    pub(super) fn answered(&mut self, sent: f64, now: f64, signal: &Signal) {
        self.traffic.answered(sent, now);
        self.answered = true;
        self.forecast.answered(sent, now, signal);
        if signal.throttled {
            self.blind.refused(sent, now);
        } else {
            self.blind.succeeded(now);
            self.taken += 1.0;
        }
        self.learn_hidden(sent, signal);
        if let Some(company) = &mut self.company {
            company.answered(now);
        }
        let seen = match (signal.bucket, self.anchor) {
            (Some(seen), _) => Some(seen),
            // A refusal says enough without headers, if the bucket is known.
            (None, Some(anchor)) if signal.throttled && !self.hidden.is_found() => {
                Some(BucketHeaders { limit: anchor.limit, remaining: 0.0, reset: None })
            }
            _ => None,
        };
        match seen {
            Some(seen) => {
                self.learn(seen, sent, now, signal);
                self.learn_pace(seen, sent, now, signal.throttled);
                let all = self.traffic.fresh(now).is_none();
                self.burst.answered(sent, now, all);
            }
            None if signal.throttled => {}
            None => self.spent(),
        }
    }

    /// A request was answered without a word on the bucket: it took one.
    fn spent(&mut self) {
        if let Some(anchor) = &mut self.anchor {
            anchor.remaining -= 1.0;
        }
    }

    pub(super) fn lost(&mut self, sent: f64) {
        self.traffic.ended(sent);
        self.forecast.lost(sent);
        self.taken += 1.0;
        self.spent();
    }

    /// Makes an answer the anchor, unless it is older than the one there is.
    fn learn(&mut self, seen: BucketHeaders, sent: f64, now: f64, signal: &Signal) {
        let BucketHeaders { limit, remaining, .. } = seen;
        let apart = self.traffic.apart();
        let (mut believed, mut earlier) = (remaining, false);
        if let Some(anchor) = self.anchor.as_mut().filter(|anchor| anchor.limit == limit) {
            let together = (sent - anchor.sent).abs() <= apart;
            let gained = self.refill.expected((sent - anchor.sent).max(0.0));
            let late = sent < anchor.sent || !self.refill.is_smooth();
            if sent < anchor.sent - apart || (late && together && remaining > anchor.remaining) {
                // It was overtaken. Where it can't be told whether the tenant
                // took it in before or after, it counts for half.
                let near = anchor.remaining + self.refill.expected(apart) + 1.0;
                if self.refill.is_smooth() && together && remaining <= near {
                    anchor.remaining -= 0.5;
                }
                if !signal.throttled {
                    self.refill.also_taken();
                }
                return;
            }
            let reckoned = anchor.remaining + gained - 1.0;
            if together && !signal.throttled && remaining > reckoned && self.refill.is_smooth() {
                // Requests that were sent together may have arrived in any
                // order: whether this one came before or after can't be told.
                believed = remaining.min(reckoned + 0.5);
                // More than can have come in: it was taken before.
                earlier = remaining > reckoned + 1.0;
            }
            anchor.sent = anchor.sent.max(sent);
        }
        let sent = self.anchor.map_or(sent, |anchor| anchor.sent.max(sent));
        self.anchor = Some(Anchor { limit, remaining: believed, sent });
        if earlier {
            self.refill.also_taken();
            return;
        }
        let room = limit - self.headroom.of(limit);
        let doubt = (self.traffic.count_until(sent + apart), apart);
        let alone = self.refill.learn(&seen, sent, self.taken, signal, room, doubt);
        if room >= TINY {
            self.learn_company(self.level(limit, remaining), now, signal, alone);
        }
        let begins_with_others = !self.burst.is_over() && self.refill.is_short();
        if signal.throttled || !alone || begins_with_others {
            self.burst.restart(now);
        }
    }

    fn learn_company(&mut self, level: Level, now: f64, signal: &Signal, alone: bool) {
        if self.pace.is_some() {
            return;
        }
        // What was empty to begin with may have been emptied by an earlier run.
        let begun = self.taken >= 1.0;
        if let Some(company) = &mut self.company {
            company.learn(level, now, self.traffic.rtt(), signal.throttled);
        } else if (signal.throttled && level.remaining < 1.0) || !alone {
            if level.room < SMALL {
                let window = self.refill.window();
                let rate = self.refill.seen_rate().map_or(0.4 / window, |rate| 0.8 * rate);
                self.pace = Some(Pace::among(rate, level.room, window, self.traffic.last_sent()));
                return;
            }
            let guess = self.refill.guess(level.remaining);
            let (guess, share) = if begun {
                // Four may have begun at the same moment; in a small bucket more
                // than their share is too much.
                (guess, if level.slowest > 0.0 { 4.0 } else { 6.0 })
            } else {
                (guess.max(0.5 / self.refill.window()), 2.0)
            };
            let rate = guess.clamp(0.01 * level.room, 0.25 * level.room) / share;
            self.company = Some(Company::new(rate.max(level.slowest), now));
        }
    }

    /// Notices refusals that the headers don't explain.
    fn learn_hidden(&mut self, sent: f64, signal: &Signal) {
        let expected = self.anchor.filter(|anchor| sent >= anchor.sent).map_or(0.0, |anchor| {
            // Unless others took it: the longer ago, the more likely.
            let known = if self.company.is_some() { 0.0 } else { 1.5 * self.traffic.rtt() };
            let theirs = anchor.limit * (sent - anchor.sent - known).max(0.0);
            anchor.remaining - self.traffic.count() - theirs
        });
        let told = signal.bucket.map(|seen| seen.remaining);
        self.hidden.learn(signal.throttled, told, expected);
    }

    fn learn_pace(&mut self, seen: BucketHeaders, sent: f64, now: f64, refused: bool) {
        let BucketHeaders { limit, remaining, .. } = seen;
        let room = limit - self.headroom.of(limit);
        let found = remaining + 1.0 - (limit - room);
        if let Some(pace) = self.pace.as_mut().filter(|pace| pace.is_for(room)) {
            if refused {
                pace.refused(now, self.rng.f64());
            } else {
                pace.learn(sent, found);
            }
            return;
        }
        self.pace = None;
        if (SINGLE..TINY).contains(&room) {
            let mut pace = Pace::new(self.refill.first_guess(), room, self.refill.window(), sent);
            if refused {
                pace.refused(now, self.rng.f64());
            } else if found < room {
                pace.share();
            }
            self.pace = Some(pace);
        }
    }

    /// How many numbers are kept in lists.
    #[cfg(test)]
    pub(super) fn remembered(&self) -> usize {
        self.traffic.remembered() + self.refill.remembered()
    }

    pub(super) fn refusal_hint(&self, now: f64) -> Option<f64> {
        // What refuses without a header tells nothing of when it will not.
        let anchor = self.anchor.filter(|_| !self.hidden.is_found())?;
        if let Some(pace) = &self.pace {
            return Some(pace.ready_at() - now);
        }
        let headroom = self.headroom.of(anchor.limit);
        if let Some(company) = &self.company {
            return Some((1.0 / company.rate()).min(LONGEST_GUESS));
        }
        Some(self.refill.time_of(1.0 + headroom.min(1.0), anchor.sent, self.traffic.jitter()) - now)
    }

    pub(super) fn limit_seen(&self) -> Option<LimitSeen> {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "at most a million"
        )]
        self.anchor.map(|anchor| LimitSeen {
            limit: anchor.limit as u32,
            remaining: anchor.remaining.max(0.0) as u32,
            refill_per_second: self.rate(),
        })
    }

    /// The rate left to us, if it is learned.
    fn rate(&self) -> Option<f64> {
        let company = self.company.as_ref().map(Company::rate);
        self.pace.as_ref().map(Pace::rate).or(company).or_else(|| self.refill.known_rate())
    }

    /// How long so many more requests take.
    pub(super) fn estimate(&self, requests: f64) -> Option<Time> {
        let Some(anchor) = self.anchor else {
            return self
                .answered
                .then(|| Time::of(requests / self.blind.rate() + self.traffic.rtt()));
        };
        let headroom = self.headroom.of(anchor.limit);
        let beyond = requests - (anchor.remaining - headroom).max(0.0);
        // In company it goes as fast as the others let it.
        let paced = self.pace.as_ref().filter(|_| self.forecast.has_others()).map(Pace::rate);
        let rates = match self.company.as_ref().map(Company::rate).or(paced) {
            Some(rate) => Rates::of(rate),
            None => self.forecast.rates(self.refill.known_rate(), anchor.limit - headroom),
        };
        rates.time(beyond, self.traffic.rtt())
    }
}
