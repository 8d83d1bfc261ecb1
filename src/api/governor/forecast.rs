//! How fast requests will go, told from few answers.
//!
//! The rate is learned while requests wait for it; a plan is made with the
//! first few answers, before that. They bound the rate: `reset` says when what
//! is missing will have come in, and what is left plus what we took shows what
//! came in meanwhile. Auth0 publishes the rates of its buckets: one that fits
//! all answers is the likely one. Must not decide when a request may go.

use std::collections::VecDeque;

use super::signal::Signal;

/// Size and requests a second of the buckets that Auth0 publishes.
pub(super) const PUBLISHED: [(f64, f64); 7] = [
    (2.0, 2.0),
    (10.0, 2.0),
    (10.0, 2.5),
    (20.0, 20.0),
    (50.0, 16.0),
    (50.0, 50.0),
    (250.0, 250.0),
];

/// The windows by which a bucket may be topped up, in seconds: the usual one,
/// and the one of a rate that is published for a minute.
const SECOND: f64 = 1.0;
const MINUTE: f64 = 60.0;

/// A `reset` that is further away is not one: another unit, or another clock.
const LONGEST_RESET: f64 = 3600.0;

/// So much may the clock behind `Date` be late, in seconds.
const LATE: f64 = 0.02;

/// How many answers are kept.
const MOST_KEPT: usize = 32;

/// What would be seen this rarely is taken for a contradiction.
const RARE: f64 = 0.1;

/// Bounds no further apart than this tell the rate.
const CLOSE: f64 = 3.0;

/// A bound that is no further away than this, and by so many seconds, tells
/// nothing new.
const NEAR: f64 = 1.5;
const NEAR_SECONDS: f64 = 5.0;

/// A bucket is used up to this part of its rate, at worst.
const USED: f64 = 0.9;

/// In so many parts the first burst goes, each answered before the next.
const FIRST_ROUNDS: f64 = 3.0;

/// What the answers say of the rate, in requests a second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rates {
    /// It is likely between these two: slowest, fastest.
    pub(super) likely: Option<(f64, f64)>,
    /// It is no less than this, as long as nobody else takes more than so far.
    pub(super) least: Option<f64>,
}

impl Rates {
    /// One that is learned.
    pub(super) fn of(rate: f64) -> Self {
        Self { likely: Some((rate, rate)), least: None }
    }

    /// How long so many requests take beyond what the bucket holds, with
    /// answers that take `rtt` each.
    pub(super) fn time(self, requests: f64, rtt: f64) -> Option<Time> {
        let answers = FIRST_ROUNDS * rtt;
        if requests <= 0.0 {
            return Some(Time::of(answers));
        }
        let time_at = |rate: f64| requests / rate + answers;
        let about = self.likely.map(|(slow, fast)| (time_at(fast), time_at(slow)));
        let at_most = self.least.map(|least| time_at(USED * least));
        match (about, at_most) {
            (Some((from, to)), at_most) => {
                let far = (NEAR * to).max(to + NEAR_SECONDS);
                let at_most = at_most.filter(|at_most| *at_most > far);
                Some(Time::About { from, to, at_most })
            }
            (None, at_most) => at_most.map(Time::AtMost),
        }
    }
}

/// How long requests take, in seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Time {
    About { from: f64, to: f64, at_most: Option<f64> },
    AtMost(f64),
}

impl Time {
    /// So long, by all that is known.
    pub(super) fn of(seconds: f64) -> Self {
        Self::About { from: seconds, to: seconds, at_most: None }
    }
}

/// The answers so far.
#[derive(Debug)]
pub(super) struct Forecast {
    /// Oldest first.
    seen: VecDeque<Seen>,
    /// What has to be added to our clock to get the server's: from, to.
    clock: (f64, f64),
    /// When the requests under way were sent, and what we had taken by then.
    under_way: Vec<(f64, f64)>,
    /// What we have taken for sure, and what we may have taken beside that.
    taken: f64,
    lost: f64,
    limit: f64,
    /// Whether others were there before or beside us.
    others: bool,
}

/// One answer. It was taken in between `sent` and `came`.
#[derive(Debug, Clone, Copy)]
struct Seen {
    sent: f64,
    came: f64,
    remaining: f64,
    reset: Option<f64>,
    /// `reset` less `Date`, both whole seconds.
    ahead: Option<f64>,
    /// What we had taken by then, this request included: at least, at most.
    taken: (f64, f64),
    /// Whether the bucket was full before it.
    full: bool,
    /// Whether it was full at any time since the answer before.
    was_full: bool,
}

/// What came in between two answers, and the seconds between them.
struct Stretch {
    gain: (f64, f64),
    seconds: (f64, f64),
    /// Whether the bucket was full meanwhile: what came in then is lost.
    full: bool,
}

impl Forecast {
    pub(super) fn new() -> Self {
        Self {
            seen: VecDeque::new(),
            clock: (f64::NEG_INFINITY, f64::INFINITY),
            under_way: Vec::new(),
            taken: 0.0,
            lost: 0.0,
            limit: 0.0,
            others: false,
        }
    }

    pub(super) fn sent(&mut self, now: f64) {
        self.under_way.push((now, self.taken));
    }

    pub(super) fn lost(&mut self, sent: f64) {
        self.ended(sent);
        self.lost += 1.0;
    }

    pub(super) fn answered(&mut self, sent: f64, now: f64, signal: &Signal) {
        let before = self.ended(sent);
        if signal.throttled {
            self.others = true;
            return;
        }
        self.taken += 1.0;
        if let Some(date) = signal.date {
            self.learn_clock(sent, now, date);
        }
        let Some(bucket) = signal.bucket else { return };
        if bucket.limit != self.limit {
            // Another bucket: what was seen of the one before says nothing.
            self.seen.clear();
            self.limit = bucket.limit;
        }
        #[expect(clippy::cast_precision_loss, reason = "a few hundred at most")]
        let under_way = self.under_way.len() as f64;
        let full = bucket.remaining >= bucket.limit - 1.0;
        self.others |= self.seen.is_empty() && !full;
        self.seen.push_back(Seen {
            sent,
            came: now,
            remaining: bucket.remaining,
            reset: bucket.reset.filter(|_| signal.date.is_some()),
            ahead: bucket.reset.zip(signal.date).map(|(reset, date)| reset - date),
            taken: (before + 1.0, self.taken + self.lost + under_way),
            full,
            was_full: full,
        });
        if self.seen.len() > MOST_KEPT {
            self.thin_out();
        }
    }

    /// Whether others were there: the bucket wasn't full when we came, or it
    /// refused us.
    pub(super) fn has_others(&self) -> bool {
        self.others
    }

    /// What is known of the rate. `known` is the one that was learned from how
    /// the bucket fills, and `room` what it holds above the headroom.
    pub(super) fn rates(&self, known: Option<f64>, room: f64) -> Rates {
        let (least, most) = self.bounds();
        let likely = self.published(SECOND, room).or_else(|| self.published(MINUTE, room));
        let close = || match (least, most) {
            (Some(least), Some(most)) if least <= most && most <= CLOSE * least => {
                let known = known.map(|rate| rate.clamp(least, most));
                Some(known.map_or((least, most), |rate| (rate, rate)))
            }
            _ => None,
        };
        Rates { likely: likely.or_else(close), least }
    }

    fn ended(&mut self, sent: f64) -> f64 {
        match self.under_way.iter().position(|(at, _)| *at == sent) {
            Some(at) => self.under_way.swap_remove(at).1,
            None => 0.0,
        }
    }

    /// `Date` is rounded down to whole seconds; each answer narrows down what
    /// is behind the point.
    fn learn_clock(&mut self, sent: f64, now: f64, date: f64) {
        let (from, to) = (date - now, date + SECOND + LATE - sent);
        let both = (self.clock.0.max(from), self.clock.1.min(to));
        // Somebody set one of the clocks.
        self.clock = if both.0 <= both.1 { both } else { (from, to) };
    }

    /// Every other answer is enough, but not what it knew of a full bucket.
    fn thin_out(&mut self) {
        let mut kept = VecDeque::with_capacity(MOST_KEPT + 1);
        let mut was_full = false;
        for (number, mut seen) in self.seen.drain(..).enumerate() {
            was_full |= seen.was_full;
            if number % 2 == 0 {
                seen.was_full = was_full;
                was_full = false;
                kept.push_back(seen);
            }
        }
        self.seen = kept;
    }

    /// The published rates that fit what was seen, slowest and fastest, if
    /// buckets are topped up by this window or fill all the time.
    fn published(&self, window: f64, room: f64) -> Option<(f64, f64)> {
        let mut range: Option<(f64, f64)> = None;
        for (size, rate) in PUBLISHED {
            // A rate that is none of whole requests a second is a minute's.
            let of_minute = window >= MINUTE;
            if size != self.limit || (of_minute && rate.fract() == 0.0) {
                continue;
            }
            if !of_minute && self.is_unlikely(rate) {
                continue;
            }
            // What a window puts in beyond a full bucket is lost, and so is
            // what is kept of it.
            let by_windows = rate.min(room / window);
            let step = (rate * window).min(size);
            let slow = self.fits_windows(step, window).then_some(by_windows);
            let fast = (!of_minute && self.fits(rate)).then_some(rate);
            for rate in [slow, fast].into_iter().flatten() {
                range = Some(range.map_or((rate, rate), |(a, b)| (a.min(rate), b.max(rate))));
            }
        }
        range
    }

    /// Whether the requests that found the bucket full were mostly told a
    /// `reset` that is hardly ever told at this rate: what comes in within a
    /// sixteenth of a second rarely does so after the next full second.
    fn is_unlikely(&self, rate: f64) -> bool {
        let told = self.seen.iter().filter(|seen| seen.full).filter_map(|seen| seen.ahead);
        let odds = told.map(|ahead| 1.0 - (ahead - 1.0 - 1.0 / rate).abs());
        let (rare, all) =
            odds.fold((0, 0), |(rare, all), odds| (rare + usize::from(odds < RARE), all + 1));
        all > 0 && 2 * rare >= all
    }

    /// Whether all answers could come from a bucket that fills all the time.
    fn fits(&self, rate: f64) -> bool {
        let resets = self.seen.iter().all(|seen| {
            let (least, most) = self.missing(seen);
            self.reset_in(seen).is_none_or(|(from, to)| least / rate <= to && most / rate >= from)
        });
        resets
            && self.stretches().all(|Stretch { gain, seconds, full }| {
                rate * seconds.1 >= gain.0 && (full || rate * seconds.0 <= gain.1)
            })
    }

    /// Whether all answers could come from one that is topped up by windows.
    /// `reset` may be the next one or that which fills the bucket.
    fn fits_windows(&self, step: f64, window: f64) -> bool {
        let (mut next, mut filling) = (true, true);
        for seen in &self.seen {
            let Some((from, to)) = self.reset_in(seen) else { continue };
            let (least, most) = self.missing(seen);
            next &= from <= window;
            filling &= from <= (most / step).ceil() * window;
            filling &= to >= ((least / step).ceil() - 1.0) * window;
        }
        (next || filling)
            && self.stretches().all(|Stretch { gain, seconds, full }| {
                let (least, most) = ((seconds.0 / window).floor(), seconds.1 / window);
                step * (most.floor() + 1.0) >= gain.0 && (full || step * least <= gain.1)
            })
    }

    /// What the rate is at least and at most, whatever the bucket.
    fn bounds(&self) -> (Option<f64>, Option<f64>) {
        let step = self.reset_step();
        let (least, most) = self.bounds_of_filling(step);
        let longest = self.resets().map(|(_, (_, to))| to).fold(SECOND, f64::max);
        let (window, reset_least, reset_most) = if least.zip(most).is_some_and(|(a, b)| a > b) {
            // It means something else.
            (longest, Some(1.0 / longest), None)
        } else if self.tells_of_windows() {
            // It may be the next window, of which is only known that it brings
            // something.
            (SECOND, least.map(|least| least.min(1.0 / SECOND)), None)
        } else {
            (step, least, most)
        };
        let least = self
            .stretches()
            .filter(|stretch| stretch.gain.0 > 0.0)
            .map(|Stretch { gain, seconds, .. }| gain.0 / (seconds.1 + window))
            .reduce(f64::max);
        let most = self
            .stretches()
            .filter(|stretch| !stretch.full && stretch.seconds.0 > window)
            .map(|Stretch { gain, seconds, .. }| gain.1.max(0.0) / (seconds.0 - window))
            .reduce(f64::min);
        // `reset` knows nothing of what others take.
        let reset_least = reset_least.filter(|least| most.is_none_or(|most| *least <= most));
        let least = least.into_iter().chain(reset_least).reduce(f64::max);
        (least, most.into_iter().chain(reset_most).reduce(f64::min))
    }

    /// The same by `reset` alone, if it is when what is missing will have come
    /// in, by windows of `step` seconds maybe.
    fn bounds_of_filling(&self, step: f64) -> (Option<f64>, Option<f64>) {
        let least = self.resets().map(|(seen, (_, to))| {
            // The one that is missing comes with the next window at the latest.
            self.missing(seen).0 / if seen.full { to } else { to + step }
        });
        let most = self
            .resets()
            .filter(|(_, (from, _))| *from > step)
            .map(|(seen, (from, _))| self.missing(seen).1 / (from - step));
        (least.reduce(f64::max), most.reduce(f64::min))
    }

    /// Whether `reset` may be the beginning of the next second's window. It
    /// isn't if it is further away, or moved on too far or too early.
    fn tells_of_windows(&self) -> bool {
        let far = self.resets().any(|(_, (from, _))| from > SECOND);
        let moved = self.pairs().any(|(first, last)| {
            let (Some(before), Some(reset)) = (first.reset, last.reset) else { return false };
            let meanwhile = (last.came - first.sent).max(0.0);
            let early = reset > before && before - SECOND >= last.came + self.clock.1;
            early || reset - before > meanwhile + SECOND + LATE
        });
        !far && !moved
    }

    /// The smallest step that `reset` was seen to make.
    fn reset_step(&self) -> f64 {
        let steps = self.pairs().filter_map(|(first, last)| Some(last.reset? - first.reset?));
        let step = steps.map(f64::abs).filter(|step| *step > 0.0).reduce(f64::min);
        step.unwrap_or(SECOND).max(SECOND)
    }

    /// Any two answers, in the order in which they came.
    fn pairs(&self) -> impl Iterator<Item = (&Seen, &Seen)> {
        let all = self.seen.iter().enumerate();
        all.flat_map(|(at, first)| self.seen.iter().skip(at + 1).map(move |last| (first, last)))
    }

    /// The answers with a `reset`, and in how many seconds that was.
    fn resets(&self) -> impl Iterator<Item = (&Seen, (f64, f64))> {
        self.seen.iter().filter_map(|seen| Some((seen, self.reset_in(seen)?)))
    }

    /// How many seconds after an answer its `reset` is: from, to. `reset` is
    /// rounded up to whole seconds.
    fn reset_in(&self, seen: &Seen) -> Option<(f64, f64)> {
        let reset = seen.reset?;
        let to = reset - seen.sent - self.clock.0;
        let from = (reset - SECOND - seen.came - self.clock.1).max(0.0);
        (from..=LONGEST_RESET).contains(&to).then_some((from, to))
    }

    /// What is missing in the bucket after an answer: at least, at most. Only
    /// whole requests are told of.
    fn missing(&self, seen: &Seen) -> (f64, f64) {
        let most = self.limit - seen.remaining;
        (if seen.full { most } else { (most - 1.0).max(1.0) }, most)
    }

    /// Between any two answers of which one was asked for after the other came.
    fn stretches(&self) -> impl Iterator<Item = Stretch> {
        self.pairs().filter(|(first, last)| last.sent >= first.came).map(|(first, last)| {
            let ours = (last.taken.0 - first.taken.1, last.taken.1 - first.taken.0);
            let whole = last.remaining - first.remaining;
            let part = if first.full { 0.0 } else { 1.0 };
            let full = self
                .seen
                .iter()
                .any(|other| other.was_full && other.came > first.came && other.sent < last.came);
            Stretch {
                gain: (whole - part + ours.0, whole + 1.0 + ours.1),
                seconds: (last.sent - first.came, last.came - first.sent),
                full,
            }
        })
    }
}
