//! What is believed of one of the tenant's buckets.
//!
//! Everything is reckoned from one answer, the *anchor*: what was left then,
//! less what is under way since, plus what has come in for sure by now
//! ([`super::refill`] knows that). Every answer that tells more becomes the
//! new anchor, so that no error can add up. Must not sleep or pause.

use std::collections::VecDeque;

use super::blind::Blind;
use super::company::{Company, Level};
use super::forecast::{Forecast, Rates, Time};
use super::hidden::Hidden;
use super::pace::Pace;
use super::refill::Refill;
use super::signal::{BucketHeaders, Signal};
use super::steady::{Steady, Through};
use super::{Headroom, LimitSeen, Next};

/// Buckets with less room than this are paced instead of reckoned with, and
/// those with less than that as soon as others take from them.
const TINY: f64 = 3.0;
const SMALL: f64 = 3.5;
/// A bucket of one is either full or refuses: there is nothing to pace by.
const SINGLE: f64 = 1.5;

/// The part of what is left that is taken at once to begin with: four of us
/// may begin at the same moment.
const FIRST_SHARE: f64 = 0.25;
/// And after that, if nobody showed.
const SECOND_SHARE: f64 = 0.5;

/// Seconds within which the requests of a burst are sent.
const BURST: f64 = 0.003;

/// Seconds between requests that are to show how the bucket fills: three of
/// them fit into the shortest window.
const PROBE: f64 = 0.3;

/// A rate that is only a guess is not waited for any longer after a refusal.
const LONGEST_GUESS: f64 = 10.0;

/// No answer is overdue any sooner, in seconds.
const SHORTEST_OVERDUE: f64 = 0.5;

/// One bucket.
#[derive(Debug)]
pub(super) struct Bucket {
    headroom: Headroom,
    rng: fastrand::Rng,
    /// When the requests under way were sent, oldest first.
    under_way: VecDeque<f64>,
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
    /// The part of what is left that is taken at once, and since when. It
    /// grows while no answer shows that others take as well.
    share: f64,
    share_since: f64,
    last_sent: f64,
    steady: Steady,
    /// Round-trip time and how much it varies, in seconds.
    rtt: f64,
    jitter: f64,
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
            under_way: VecDeque::new(),
            taken: 0.0,
            answered: false,
            anchor: None,
            refill: Refill::default(),
            pace: None,
            company: None,
            blind: Blind::new(),
            forecast: Forecast::new(),
            hidden: Hidden::default(),
            share: FIRST_SHARE / 2.0,
            share_since: 0.0,
            last_sent: f64::NEG_INFINITY,
            steady: Steady::new(),
            rtt: 0.0,
            jitter: 0.0,
        }
    }

    /// How many requests may be under way at once, if the user doesn't say.
    pub(super) fn concurrency(&self) -> usize {
        // What fits into the time of one answer, twice over.
        let limit = self.anchor.map_or(self.blind.rate(), |anchor| anchor.limit);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
        let most = (limit * self.rtt * 2.0).clamp(16.0, 512.0) as usize;
        most
    }

    /// When the next request may go.
    pub(super) fn next(&mut self, now: f64) -> Next {
        if !self.answered && !self.under_way.is_empty() {
            return Next::AfterAnswer;
        }
        self.steady.due(now, now);
        let by_headers = self.anchor.map(|anchor| {
            let next = self.by_headers(anchor, now);
            match self.steady_slot(anchor, now) {
                Some(slot) if slot <= now => {
                    self.steady.due(slot, now);
                    Next::Now
                }
                Some(slot) if next != Next::Now => Next::At(slot),
                _ => next,
            }
        });
        if by_headers.is_some() && !self.hidden.is_found() {
            return by_headers.unwrap_or(Next::Now);
        }
        let blind = self.blind.ready_at(now);
        match by_headers {
            None | Some(Next::Now) if blind <= now => Next::Now,
            None | Some(Next::Now) => Next::At(blind),
            Some(Next::At(at)) => Next::At(at.max(blind)),
            Some(Next::AfterAnswer) => Next::AfterAnswer,
        }
    }

    fn by_headers(&self, anchor: Anchor, now: f64) -> Next {
        let at_or_now = |at: f64| if at <= now { Next::Now } else { Next::At(at) };
        #[expect(clippy::cast_precision_loss, reason = "a few hundred at most")]
        let under_way = self.under_way.len() as f64;
        if let Some(pace) = &self.pace {
            let full = under_way >= anchor.limit;
            return if full { Next::AfterAnswer } else { at_or_now(pace.ready_at()) };
        }
        let headroom = self.headroom.of(anchor.limit);
        // What is reckoned over a long way there is less sure; but where one
        // second fills the bucket, keeping more of it would cost the rate.
        let room = anchor.limit - headroom;
        let rate = self.refill.rate().unwrap_or(0.0);
        let far = if room < 2.0 * rate { 0.0 } else { (0.2 * self.rtt * rate).min(room / 5.0) };
        // Less than half a request is none, where the next comes in much later.
        let whole = !self.refill.is_smooth() && self.refill.window() > 2.0;
        let far = if whole && far < 0.5 { 0.0 } else { far };
        // The older an answer, the less is sure of what others have done since.
        let most = if self.company.is_some() { (0.15 * room).max(1.2) } else { 0.6 * room };
        let lost = self.lost_on_the_way(anchor);
        let missing_at = |at: f64| {
            let margin = (self.refill.margin(at - anchor.sent).min(most) + far).min(room - 1.0);
            headroom + 1.0 + under_way + lost + margin - anchor.remaining
        };
        let missing = missing_at(now);
        if let Some(company) = &self.company {
            let level = self.level(anchor.limit, anchor.remaining - under_way);
            let slot = self.last_sent + company.gap(level);
            let time_of = |missing| self.refill.time_of(missing, anchor.sent, self.jitter);
            if company.is_blind(level, self.rtt) {
                return at_or_now(slot);
            }
            let missing = 1.0 - level.remaining + company.kept(missing - 1.0 + level.remaining);
            let mut enough = if missing <= 0.0 { now } else { time_of(missing) };
            if missing > 0.0 {
                enough += company.astray(level);
            }
            let patience = if anchor.remaining >= 2.0 { 3.0 } else { 6.0 };
            let patience = (patience / company.rate()).min(1.0 / level.slowest);
            let news = anchor.sent + patience + 2.0 * self.rtt;
            return at_or_now(slot.max(enough.min(news)));
        }
        if missing <= 0.0 {
            // The last ones are spread: what comes in meanwhile shows whether
            // the bucket fills all the time.
            let spread = self.last_sent + PROBE;
            if missing > -2.0 && room >= 8.0 && self.refill.is_unknown() && spread > now {
                return Next::At(spread);
            }
            // Others may see the same and be about to take it, too.
            // What comes in during one round trip is no part of that.
            // And so the first burst goes in parts: each is answered as a
            // whole before the next one.
            let fresh = self.fresh(now);
            let overdue = |sent: f64| Next::At(sent + self.overdue());
            if self.share < 1.0 && fresh.is_some() && now - self.last_sent > BURST {
                return overdue(self.last_sent);
            }
            let share = self.share * (anchor.remaining - headroom);
            let most = share.max((1.5 * rate * self.rtt).min(room / 4.0));
            let most = most.max(if self.share < 1.0 { 1.0 } else { 2.0 });
            return match fresh {
                Some((oldest, count)) if count >= most => overdue(oldest),
                _ => Next::Now,
            };
        }
        // A refill of a whole window fills the bucket at most: nothing beyond
        // that can be counted on before an answer says so.
        if !self.refill.is_smooth() && headroom + 1.0 + under_way > anchor.limit {
            return Next::AfterAnswer;
        }
        let time_of = |missing| self.refill.time_of(missing, anchor.sent, self.jitter);
        let mut at = time_of(missing);
        for _ in 0..4 {
            at = time_of(missing_at(at.max(now)));
        }
        if under_way > 0.0 {
            return at_or_now(at);
        }
        // Where others take everything, no answer ever shows a gain: after a
        // while one request asks how things stand.
        at_or_now(at.min(anchor.sent + self.refill.patience(anchor.remaining)))
    }

    /// When the next request may go by what gets through lately, if the bucket
    /// alone can't tell.
    fn steady_slot(&self, anchor: Anchor, now: f64) -> Option<f64> {
        let begun = self.share >= 1.0 && self.pace.is_none() && self.company.is_none();
        let flow = self.refill.flow().filter(|_| begun && now - anchor.sent < 2.0 * self.rtt)?;
        let headroom = self.headroom.of(anchor.limit);
        let (left, room) = (anchor.remaining - headroom, anchor.limit - headroom);
        let (smooth, apart) = (self.refill.is_smooth(), 4.0 * self.jitter);
        self.steady.slot(Through { flow, left, room, smooth, rtt: self.rtt, apart })
    }

    fn level(&self, limit: f64, remaining: f64) -> Level {
        let headroom = self.headroom.of(limit);
        let window = (!self.refill.is_smooth()).then(|| self.refill.window());
        let (leaps, slowest) = (self.refill.leaps(), self.refill.slowest());
        Level { remaining, headroom, room: limit - headroom, window, leaps, slowest }
    }

    /// What came in since the anchor while the bucket was full, by what is
    /// under way: a full bucket gains nothing.
    fn lost_on_the_way(&self, anchor: Anchor) -> f64 {
        if !self.refill.is_smooth() {
            return 0.0;
        }
        let (mut level, mut at, mut lost) = (anchor.remaining, anchor.sent, 0.0);
        let rate = self.refill.rate().unwrap_or(0.0);
        if level + rate * (self.last_sent - at).max(0.0) <= anchor.limit {
            return 0.0;
        }
        for sent in &self.under_way {
            level += rate * (sent - at).max(0.0);
            lost += (level - anchor.limit).max(0.0);
            (level, at) = (level.min(anchor.limit) - 1.0, at.max(*sent));
        }
        lost
    }

    /// How long an answer is waited for that others depend on. A request that
    /// hangs must not hold up those beside it.
    fn overdue(&self) -> f64 {
        (4.0 * (self.rtt + self.jitter)).max(SHORTEST_OVERDUE)
    }

    /// The oldest request under way that is not overdue, and how many such
    /// there are.
    fn fresh(&self, now: f64) -> Option<(f64, f64)> {
        let since = now - self.overdue();
        let from = self.under_way.partition_point(|sent| *sent <= since);
        let oldest = *self.under_way.get(from)?;
        #[expect(clippy::cast_precision_loss, reason = "a few hundred at most")]
        Some((oldest, (self.under_way.len() - from) as f64))
    }

    pub(super) fn sent(&mut self, now: f64) {
        self.under_way.push_back(now);
        self.last_sent = now;
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
        self.ended(sent);
        self.answered = true;
        self.clock(now - sent);
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
                self.learn_share(sent, now);
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
        self.ended(sent);
        self.forecast.lost(sent);
        self.taken += 1.0;
        self.spent();
    }

    fn ended(&mut self, sent: f64) {
        if let Some(at) = self.under_way.iter().position(|other| *other == sent) {
            self.under_way.remove(at);
        }
    }

    fn clock(&mut self, rtt: f64) {
        if self.rtt == 0.0 {
            self.rtt = rtt;
            self.jitter = rtt / 8.0;
        }
        self.jitter += ((rtt - self.rtt).abs() - self.jitter) / 8.0;
        self.rtt += (rtt - self.rtt) / 8.0;
    }

    /// Makes an answer the anchor, unless it is older than the one there is.
    fn learn(&mut self, seen: BucketHeaders, sent: f64, now: f64, signal: &Signal) {
        let BucketHeaders { limit, remaining, .. } = seen;
        let apart = (4.0 * self.jitter).max(0.002);
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
        let unsure = self.under_way.iter().filter(|other| **other <= sent + apart).count();
        #[expect(clippy::cast_precision_loss, reason = "a few hundred at most")]
        let doubt = (unsure as f64, apart);
        let alone = self.refill.learn(&seen, sent, self.taken, signal, room, doubt);
        if room >= TINY {
            self.learn_company(self.level(limit, remaining), now, signal, alone);
        }
        let begins_with_others = self.share < 1.0 && self.refill.is_short();
        if signal.throttled || !alone || begins_with_others {
            (self.share, self.share_since) = (FIRST_SHARE, now);
        }
    }

    /// A part of the first burst was answered, and nobody else showed.
    fn learn_share(&mut self, sent: f64, now: f64) {
        if self.fresh(now).is_none() && sent >= self.share_since {
            // What others have begun with shows no sooner than in the next round.
            let share = match self.share {
                share if share < FIRST_SHARE => FIRST_SHARE,
                share if share < SECOND_SHARE => SECOND_SHARE,
                _ => 2.0,
            };
            (self.share, self.share_since) = (share, now);
        }
    }

    fn learn_company(&mut self, level: Level, now: f64, signal: &Signal, alone: bool) {
        if self.pace.is_some() {
        } else if let Some(company) = &mut self.company {
            company.learn(level, now, self.rtt, signal.throttled);
        } else if (signal.throttled && level.remaining < 1.0) || !alone {
            if level.room < SMALL {
                let window = self.refill.window();
                let rate = self.refill.seen_rate().map_or(0.4 / window, |rate| 0.8 * rate);
                self.pace = Some(Pace::among(rate, level.room, window, self.last_sent));
                return;
            }
            // Four may have begun at the same moment; in a small bucket more than
            // their share is too much.
            let begun = if level.slowest > 0.0 { 4.0 } else { 6.0 };
            let rate =
                self.refill.guess(level.remaining).clamp(0.01 * level.room, 0.25 * level.room);
            self.company = Some(Company::new((rate / begun).max(level.slowest), now));
        }
    }

    /// Notices refusals that the headers don't explain.
    fn learn_hidden(&mut self, sent: f64, signal: &Signal) {
        let expected = self.anchor.filter(|anchor| sent >= anchor.sent).map_or(0.0, |anchor| {
            // Unless others took it: the longer ago, the more likely.
            let known = if self.company.is_some() { 0.0 } else { 1.5 * self.rtt };
            let theirs = anchor.limit * (sent - anchor.sent - known).max(0.0);
            anchor.remaining - self.under_way.len() as f64 - theirs
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
        self.under_way.len() + self.refill.remembered()
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
        Some(self.refill.time_of(1.0 + headroom.min(1.0), anchor.sent, self.jitter) - now)
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
            return self.answered.then(|| Time::of(requests / self.blind.rate() + self.rtt));
        };
        let headroom = self.headroom.of(anchor.limit);
        let beyond = requests - (anchor.remaining - headroom).max(0.0);
        // In company it goes as fast as the others let it.
        let paced = self.pace.as_ref().filter(|_| self.forecast.has_others()).map(Pace::rate);
        let rates = match self.company.as_ref().map(Company::rate).or(paced) {
            Some(rate) => Rates::of(rate),
            None => self.forecast.rates(self.refill.known_rate(), anchor.limit - headroom),
        };
        rates.time(beyond, self.rtt)
    }
}
