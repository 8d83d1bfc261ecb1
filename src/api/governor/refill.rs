//! How a bucket fills up, learned from what was left in it.
//!
//! What is left plus what we took grows only by the refill (and shrinks only
//! by what others take): its slope is the rate left to us. Whether the bucket
//! fills all the time or by windows is found out too, for until that is known
//! nothing may be counted on before a whole window has passed. Must not know
//! what is under way.

use std::collections::VecDeque;

use super::flow::Flow;
use super::noise::Noise;
use super::signal::{BucketHeaders, Signal};
use super::tops::{Tops, snapped};

/// The shortest window that anybody is known to use.
const WINDOW: f64 = 1.0;
/// How far back the slope is taken, in seconds, and by how many samples.
const SPAN: f64 = 15.0;
const MOST_SAMPLES: usize = 32;

/// A `reset` that is further away is not one: another unit, or another clock.
const LONGEST_RESET: f64 = 3600.0;

/// As many a second got through so clearly that it is no matter of rounding.
const CLEAR_FLOW: f64 = 5.0;

/// A rise by this part of the room is no gradual one, even over half a window.
const CLEARLY: f64 = 0.6;

/// A window that brings this part of the room fills the bucket.
const MOST_OF_IT: f64 = 0.7;

/// With less room than this, a window may yield a single request.
const SEVERAL: f64 = 6.0;

/// One answer: when it was asked for, and what was left then plus what we had
/// taken by then.
#[derive(Debug, Clone, Copy)]
struct Sample {
    at: f64,
    sum: f64,
    /// How many more we may have taken by then: requests whose answers are
    /// still to come and that may have arrived before this one.
    unsure: f64,
}

/// What is known of a bucket's refill.
#[derive(Debug, Default)]
pub(super) struct Refill {
    /// Since the bucket was last full, oldest first.
    samples: VecDeque<Sample>,
    /// What got through lately, full or not.
    flow: Flow,
    /// Within how many seconds it can't be told what was taken first.
    apart: f64,
    /// The first answer since the bucket was full, for the slope of `reset`.
    reset_base: Option<(f64, f64, Sample)>,
    /// The last `reset` that was seen.
    last_reset: Option<f64>,
    /// The smallest step between two `reset`s of a bucket that fills by
    /// windows.
    reset_step: Option<f64>,
    /// Seconds until `reset`, as of the newest answer.
    reset_in: Option<f64>,
    /// The longest that it was.
    longest_reset: Option<f64>,
    /// Whether the bucket is known to fill all the time.
    smooth: bool,
    /// Whether that follows from `reset` alone.
    by_reset: bool,
    /// Whether it was believed once and turned out wrong.
    doubtful: bool,
    /// The rate that follows from `reset`, once that is known to say when the
    /// bucket is full.
    reset_rate: Option<f64>,
    /// The newest sample before the last rise.
    last_rise: Option<f64>,
    /// The largest sum lately, and when it was seen.
    peak: Option<(f64, f64)>,
    latest: Option<Sample>,
    /// The least of the samples that were taken together lately, and since
    /// when; and the least of those before.
    together: Option<(f64, Sample)>,
    before: Option<Sample>,
    /// When windows were seen to begin.
    tops: Tops,
    /// What the rate was at least, when the bucket was last found full.
    least_rate: Option<f64>,
    /// How unevenly others take.
    noise: Noise,
    /// How much was missing unexpectedly, by the newest answer.
    short: f64,
    limit: f64,
    /// What the bucket holds above the headroom.
    room: f64,
}

impl Refill {
    /// Takes in one answer. `taken` is what we took from the bucket so far,
    /// this request included. Gives whether there is no sign of others.
    pub(super) fn learn(
        &mut self,
        seen: &BucketHeaders,
        at: f64,
        taken: f64,
        signal: &Signal,
        room: f64,
        (unsure, apart): (f64, f64),
    ) -> bool {
        let BucketHeaders { limit, remaining, reset } = *seen;
        (self.limit, self.room) = (limit, room);
        if signal.throttled && self.smooth && self.by_reset {
            (self.smooth, self.doubtful) = (false, true);
        }
        let sample = Sample { at, sum: remaining + taken, unsure };
        self.flow.learn(at, sample.sum);
        self.apart = apart;
        if let (Some(reset), Some(date)) = (reset, signal.date) {
            // One is rounded up and the other down: it is not later than this.
            self.reset_in =
                Some((reset - date).max(0.0)).filter(|seconds| *seconds <= LONGEST_RESET);
        }
        if self.reset_in > self.longest_reset {
            self.longest_reset = self.reset_in;
        }
        if let Some(reset) = reset {
            self.learn_reset(reset, remaining, sample, signal);
        }
        self.learn_sum(sample, remaining >= limit - 1.0, apart)
    }

    /// Whether `reset` says when the bucket is full, and the rate if it does.
    fn learn_reset(&mut self, reset: f64, remaining: f64, sample: Sample, signal: &Signal) {
        if let Some(last) = self.last_reset
            && reset > last
            && reset - last <= LONGEST_RESET
        {
            let step = reset - last;
            self.reset_step = Some(self.reset_step.map_or(step, |least| least.min(step)));
        }
        self.last_reset = Some(reset);
        let base = self.reset_base.filter(|(_, _, base)| {
            sample.at - base.at < 1.5 * WINDOW && sample.sum + sample.unsure <= base.sum
        });
        let Some((base_reset, base_remaining, base_sample)) = base else {
            self.reset_base = Some((reset, remaining, sample));
            return;
        };
        // Less is left and nothing came in, yet `reset` moved by more than
        // rounding: it depends on what is left.
        let moved = reset - base_reset - (sample.at - base_sample.at).max(0.0);
        if remaining < base_remaining && moved >= 2.0 && !self.doubtful {
            self.smooth = true;
            self.by_reset = true;
        }
        if self.smooth
            && let (Some(date), true) = (signal.date, self.limit - remaining >= 3.0)
        {
            // The middle of what rounding allows, weighed by how sure it is.
            let missing = self.limit - remaining - 0.5;
            let least = missing / (reset - date + 0.5).max(0.5);
            self.reset_rate = Some(self.reset_rate.map_or(least, |rate| rate * 0.9 + least * 0.1));
        }
    }

    fn learn_sum(&mut self, sample: Sample, full: bool, apart: f64) -> bool {
        let mut alone = true;
        if let Some(last) = self.latest {
            self.learn_rise(sample, last);
        }
        if let Some(before) = self.before(sample, apart) {
            let promised = self.gain(sample.at - before.at).min(3.0);
            let short = before.sum + promised - (sample.sum + sample.unsure + 1.0);
            self.noise.learn(short, sample.at - before.at, self.limit);
            self.short = short;
            if short > 0.0 {
                alone = short <= 1.0 + 0.05 * self.room;
                self.least_rate = self.least_rate.map(|rate| rate * 0.9);
                if !alone {
                    self.tops.forget();
                }
            }
        }
        self.latest = Some(sample);
        if full {
            // What came in while the bucket was full is lost: the slope until
            // here is the least that it can have been.
            if let Some(least) = self.slope() {
                let least = self.least_rate.map_or(least, |rate| least.max(rate * 0.9));
                self.least_rate = Some(least);
            }
            self.samples.clear();
        }
        if self.samples.back().is_none_or(|last| sample.at - last.at >= SPAN / MOST_SAMPLES as f64)
        {
            self.samples.push_back(sample);
        }
        let span = SPAN.max(self.rate().map_or(0.0, |rate| 12.0 / rate));
        while self.samples.len() > 2 && sample.at - self.samples[1].at > span {
            self.samples.pop_front();
        }
        while self.samples.len() > 2 * MOST_SAMPLES {
            let mut keep = true;
            self.samples.retain(|_| {
                keep = !keep;
                !keep
            });
        }
        alone
    }

    /// A rise of the sum can only come from a refill: two of them within less
    /// than any window mean that there are no windows.
    fn learn_rise(&mut self, sample: Sample, last: Sample) {
        let (peak, peak_at) = self.peak.unwrap_or((last.sum + last.unsure, last.at));
        let highest = sample.sum + sample.unsure;
        if sample.sum > peak {
            if self.last_rise.is_some_and(|before| sample.at - before < 0.9 * WINDOW) {
                self.smooth = true;
                self.by_reset = false;
            }
            self.last_rise = Some(last.at);
            // Much at once, and seen soon after: a window began in between.
            // (Unless about as much comes in all the time.)
            let rise = sample.sum - peak;
            let rate = self.rate().unwrap_or(0.0).max(self.flow.rate().unwrap_or(0.0));
            let soon = if rise >= CLEARLY * self.room { 0.5 } else { 0.3 } * self.window();
            if rise >= (2.0 * rate * (sample.at - last.at)).max(3.0) && sample.at - last.at < soon {
                self.tops.learn(last.at, sample.at, rise, self.window());
            }
        }
        // Others take, too: a peak of long ago says nothing any more.
        if highest >= peak || sample.at - peak_at > WINDOW {
            self.peak = Some((highest, sample.at));
        }
    }

    /// One more request turns out to have been taken by the newest sample.
    pub(super) fn also_taken(&mut self) {
        if let Some(latest) = &mut self.latest {
            latest.sum += 1.0;
            self.flow.learn(latest.at, latest.sum);
            if let Some(last) = self.samples.back_mut().filter(|last| last.at >= latest.at) {
                last.sum += 1.0;
            }
        }
    }

    /// The rate that is left to us, in requests a second.
    pub(super) fn rate(&self) -> Option<f64> {
        let by_slope = self.slope();
        let seen = match (by_slope, self.least_rate) {
            _ if self.smooth && self.reset_rate.is_some() && !self.is_long() => self.reset_rate,
            (Some(a), Some(b)) => Some(a.max(b)),
            (a, b) => a.or(b),
        };
        // What got through has come in, though the bucket was full meanwhile.
        let through = self.flow.rate().filter(|rate| self.smooth && *rate >= CLEAR_FLOW);
        match (seen, through) {
            (Some(a), Some(b)) => Some(a.max(0.95 * (b - 1.0))),
            (a, _) => a,
        }
        .or_else(|| Some(1.0 / self.reset_in?.max(1.0)))
    }

    /// What comes in for sure while requests go as they have gone lately.
    pub(super) fn flow(&self) -> Option<f64> {
        self.flow.rate()
    }

    fn is_long(&self) -> bool {
        let (Some(first), Some(last)) = (self.samples.front(), self.latest) else { return false };
        last.sum - first.sum >= 10.0
    }

    fn slope(&self) -> Option<f64> {
        let (first, last) = (self.samples.front()?, self.latest?);
        let (span, gain) = (last.at - first.at, last.sum - first.sum);
        if gain < 1.0 || span <= 0.0 {
            return None;
        }
        if self.smooth {
            return Some(gain / (span + self.apart));
        }
        // One window more may have begun than ended: counting it costs
        // nothing where the bucket has room for what it yields meanwhile.
        let window = self.window();
        let rate = gain / span.max(window);
        let careful = gain / (((span / window).floor() + 1.0) * window);
        Some(if self.room >= 2.0 * rate * window + 2.0 { careful } else { rate })
    }

    /// The window in which something comes in for sure.
    pub(super) fn window(&self) -> f64 {
        let by_reset = match (self.reset_step, self.reset_in) {
            (Some(step), _) => step,
            (None, Some(reset_in)) => reset_in,
            (None, None) => WINDOW,
        };
        // Rounding makes one second look like two.
        if by_reset <= 2.0 { WINDOW } else { by_reset }
    }

    /// What most probably comes in within so many seconds.
    pub(super) fn expected(&self, seconds: f64) -> f64 {
        if self.smooth { self.rate().unwrap_or(0.0) * seconds } else { self.gain(seconds) }
    }

    /// What comes in for sure within so many seconds.
    fn gain(&self, seconds: f64) -> f64 {
        let rate = self.rate().unwrap_or(0.0);
        if self.smooth {
            return rate * seconds * 0.98;
        }
        let window = self.window();
        let step = (rate * window).max(1.0);
        (seconds / window).floor() * step
    }

    /// What others will have taken when the window is over that has begun by
    /// `at`: of what it brought, all that doesn't come to us.
    pub(super) fn theirs(&self, at: f64) -> f64 {
        let window = self.window();
        let Some(rest) = self.tops.rest(at, window).filter(|_| !self.smooth && !self.leaps())
        else {
            return 0.0;
        };
        let ours = self.rate().unwrap_or(0.0) * window;
        (self.tops.leap() - ours - 1.0).max(0.0) * rest
    }

    /// When so much has come in for sure since `since`.
    pub(super) fn time_of(&self, amount: f64, since: f64, jitter: f64) -> f64 {
        let rate = self.rate().unwrap_or(1.0).max(1e-6);
        if self.smooth {
            return since + (amount / (rate * 0.98)).min(LONGEST_RESET);
        }
        let window = self.window();
        let step = snapped((rate * window).max(1.0)).min(self.room.max(1.0));
        // A window that fills the bucket yields all there can be.
        let windows = if self.leaps() { 1.0 } else { (amount / step - 1e-6).ceil().max(1.0) };
        let late = 0.005 * window + 4.0 * jitter;
        let counted = since + (windows * window + late).min(LONGEST_RESET);
        // The windows begin at known times; the next one does so for sure.
        let known = self.tops.after(since + jitter, windows, window);
        known.map_or(counted, |known| counted.min(known + late))
    }

    /// The rate to begin with, when one request was taken from a full bucket
    /// and `reset` says, rounded up, when it is full again.
    pub(super) fn first_guess(&self) -> f64 {
        1.0 / (0.5 * self.reset_in.unwrap_or(WINDOW) - 0.25).max(0.5)
    }

    /// The rate at which the bucket fills if `reset` says when it is full.
    pub(super) fn guess(&self, remaining: f64) -> f64 {
        let by_reset = self.reset_in.map(|seconds| (self.limit - remaining) / seconds.max(1.0));
        let by_slope = self.slope();
        by_reset.unwrap_or(0.0).max(by_slope.unwrap_or(0.0))
    }

    /// The slowest that makes sense: until `reset`, the whole bucket comes in, or
    /// a window's worth of it. (That may be a single request in a small bucket.)
    pub(super) fn slowest(&self) -> f64 {
        let longest = self.longest_reset.filter(|_| self.room >= SEVERAL);
        longest.map_or(0.0, |seconds| 0.5 / seconds.max(WINDOW))
    }

    /// Whether each window fills most of the bucket.
    pub(super) fn leaps(&self) -> bool {
        !self.smooth && self.tops.leap() >= MOST_OF_IT * self.room
    }

    /// The rate, if enough was seen to tell it.
    pub(super) fn known_rate(&self) -> Option<f64> {
        let (first, last) = (self.samples.front()?, self.latest?);
        let seen = last.sum - first.sum >= 3.0 && last.at - first.at >= WINDOW;
        let learned =
            seen || self.least_rate.is_some() || (self.smooth && self.reset_rate.is_some());
        if learned { self.rate() } else { None }
    }

    /// The rate that was left to us so far, if enough was seen of it: what came
    /// in while the bucket was never full, or before it was.
    pub(super) fn seen_rate(&self) -> Option<f64> {
        let (first, last) = (self.samples.front()?, self.latest?);
        let (gain, span) = (last.sum - first.sum, last.at - first.at);
        let slope = (gain >= 2.0 && span >= self.window()).then(|| gain / span);
        slope.into_iter().chain(self.least_rate).reduce(f64::max)
    }

    /// How long to go without news at most. With next to nothing left the next
    /// request is the more likely to be refused.
    pub(super) fn patience(&self, remaining: f64) -> f64 {
        // Something has come in by `reset`, whatever that means.
        if self.room >= SEVERAL && self.known_rate().is_none() && self.samples.len() < 3 {
            return 1.05 * self.window();
        }
        // With plenty left, one request after a window shows what came in.
        let plenty = !self.smooth && remaining >= 0.15 * self.limit && self.limit >= 10.0;
        self.window()
            * match remaining >= 2.0 {
                true if plenty => 1.05,
                true => 2.5,
                false => 4.0,
            }
    }

    /// Whether the bucket is known to fill all the time.
    pub(super) fn is_smooth(&self) -> bool {
        self.smooth
    }

    /// Whether the newest answer shows the least sign of others.
    pub(super) fn is_short(&self) -> bool {
        self.short > 0.0
    }

    /// Whether it is open in which manner the bucket fills.
    pub(super) fn is_unknown(&self) -> bool {
        !self.smooth && !self.tops.are_known()
    }

    /// How many samples are kept.
    #[cfg(test)]
    pub(super) fn remembered(&self) -> usize {
        self.samples.len() + self.flow.remembered()
    }

    /// The last sample before those that were taken together with this one.
    fn before(&mut self, sample: Sample, apart: f64) -> Option<Sample> {
        match &mut self.together {
            Some((since, least)) if sample.at - *since <= apart => {
                if sample.sum + sample.unsure < least.sum + least.unsure {
                    *least = sample;
                }
            }
            together => self.before = together.replace((sample.at, sample)).map(|(_, least)| least),
        }
        self.before
    }

    /// What is kept above the headroom, so many seconds after an answer.
    pub(super) fn margin(&self, age: f64) -> f64 {
        let floor = if self.smooth { (0.02 * self.room).clamp(0.1, 0.6) } else { 0.0 };
        self.noise.reserve(age).min(0.6 * self.room).max(floor)
    }
}
