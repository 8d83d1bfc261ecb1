//! Rate buckets, as Auth0 documents and records them: a token bucket whose
//! `reset` is the moment at which it will be *full* again.
//!
//! Main type: [`Bucket`]. Auth0's pages describe two refills, so both are here. Whole numbers only: a bucket's content is
//! exact at every millisecond. Must not know HTTP or read a clock.

use std::str::FromStr;

use clap::Args;

use super::choice::{Invalid, choice};

/// How many tokens come back in how long, as in `16/s`, `150/min`, `1/10s`;
/// a number alone is per second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    tokens: u32,
    interval_ms: u64,
}

impl Rate {
    /// `tokens` per second.
    #[must_use]
    pub const fn per_second(tokens: u32) -> Self {
        Self { tokens, interval_ms: 1000 }
    }
}

impl FromStr for Rate {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let parse = || {
            // A bare number is per second, as everywhere else.
            let (tokens, interval) = text.trim().split_once('/').unwrap_or((text.trim(), "s"));
            let tokens = tokens.trim().parse().ok()?;
            let interval = interval.trim();
            let digits = interval.len() - interval.trim_start_matches(char::is_numeric).len();
            let (count, unit) = interval.split_at(digits);
            let count: u64 = if count.is_empty() { 1 } else { count.parse().ok()? };
            let unit_ms = match unit.trim() {
                "ms" => 1,
                "s" | "sec" | "second" => 1000,
                "m" | "min" | "minute" => 60_000,
                "h" | "hour" => 3_600_000,
                "d" | "day" => 86_400_000,
                _ => return None,
            };
            let interval_ms = count.checked_mul(unit_ms)?;
            // A year is more than any bucket needs and keeps the sums small.
            (1..=366 * 86_400_000).contains(&interval_ms).then_some(Self { tokens, interval_ms })
        };
        let form = "is no rate; write tokens per interval, such as 16/s, 150/min or 1/10s";
        parse().ok_or_else(|| Invalid(text.to_owned(), form))
    }
}

choice! {
    /// When tokens come back. Auth0's rate limit policy says: continuously;
    /// its page of use cases says: at the top of each window.
    Refill {
        Continuous = "continuous": "Millisecond by millisecond.",
        FixedWindow = "fixed-window": "All at once, at each whole interval of the clock.",
    }
}

/// A bucket's size and refill, as flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Args)]
pub struct Limit {
    /// Size of the rate limit's bucket, in requests
    #[arg(
        long,
        value_name = "N",
        default_value_t = 50,
        value_parser = clap::value_parser!(u32).range(1..)
    )]
    pub burst: u32,
    /// Rate at which it refills, such as 16/s or 150/min
    #[arg(long, value_name = "N/TIME", default_value = "50/s")]
    pub rate: Rate,
    /// How it refills
    #[arg(long, value_name = "HOW", value_enum, default_value_t)]
    pub refill: Refill,
}

impl Limit {
    /// A bucket that is refilled continuously.
    #[must_use]
    pub const fn new(burst: u32, rate: Rate) -> Self {
        Self { burst, rate, refill: Refill::Continuous }
    }
}

/// Auth0's tables (2026-07), by the names that a limit may be written with:
/// hooks have no bucket of their own there and fall under the whole API's.
const PLANS: [(&str, &str); 7] = [
    ("free", "2:2/s"),
    ("self-service", "10:150/min"),
    ("enterprise", "50:16/s"),
    ("enterprise-dev", "10:2/s"),
    ("private-dev", "20:20/s"),
    ("private", "50:50/s"),
    ("private-5x", "250:250/s"),
];

impl FromStr for Limit {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let named = PLANS.iter().find(|(plan, _)| *plan == text.trim());
        let parse = || {
            let (burst, rate) = named.map_or(text, |(_, limit)| limit).split_once(':')?;
            Some(Self::new(burst.trim().parse().ok()?, rate.parse().ok()?))
        };
        let form = "is no limit; write BURST:RATE, such as 10:150/min, or one of free, \
                    self-service, enterprise, enterprise-dev, private-dev, private, private-5x";
        parse().ok_or_else(|| Invalid(text.to_owned(), form))
    }
}

/// A bucket with its content at one moment.
#[derive(Debug, Clone)]
pub(super) struct Bucket {
    limit: Limit,
    /// What another client of the same tenant takes all the time.
    rival: Option<Rate>,
    /// In fractions of a token; `unit` of them are one.
    content: i128,
    /// Up to where `content` has been brought, in epoch milliseconds.
    counted_to: Option<u64>,
}

/// What a bucket said to one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Verdict {
    /// Whether the request may go on.
    pub taken: bool,
    /// The bucket's size.
    pub limit: u32,
    /// Whole tokens left.
    pub remaining: u32,
    /// When the bucket is full again: epoch seconds, rounded up.
    pub reset: u64,
    /// How long until there is a token, in milliseconds.
    pub retry_in_ms: u64,
}

impl Bucket {
    /// A full bucket.
    #[must_use]
    pub(super) fn new(limit: Limit, rival: Option<Rate>) -> Self {
        let mut bucket = Self { limit, rival, content: 0, counted_to: None };
        bucket.content = bucket.size();
        bucket
    }

    /// Takes a token if there is one. A refused request takes nothing.
    pub(super) fn take(&mut self, now_ms: u64) -> Verdict {
        self.bring_to(now_ms);
        let taken = self.content >= self.unit();
        if taken {
            self.content -= self.unit();
        }
        self.verdict(taken, now_ms)
    }

    /// Leaves at most `left` tokens, as a burst of somebody else's would.
    pub(super) fn drain_to(&mut self, left: u32, now_ms: u64) -> Verdict {
        self.bring_to(now_ms);
        self.content = self.content.min(i128::from(left) * self.unit());
        self.verdict(false, now_ms)
    }

    /// One token in fractions: fine enough that refill and rival both move
    /// the content by whole fractions each millisecond.
    fn unit(&self) -> i128 {
        let rival = self.rival.map_or(1, |rival| rival.interval_ms);
        i128::from(self.limit.rate.interval_ms) * i128::from(rival)
    }

    fn size(&self) -> i128 {
        i128::from(self.limit.burst) * self.unit()
    }

    /// Fractions that the refill puts in each millisecond.
    fn gain(&self) -> i128 {
        i128::from(self.limit.rate.tokens) * self.unit() / i128::from(self.limit.rate.interval_ms)
    }

    /// Fractions that the rival takes out each millisecond.
    fn loss(&self) -> i128 {
        self.rival.map_or(0, |rival| {
            i128::from(rival.tokens) * self.unit() / i128::from(rival.interval_ms)
        })
    }

    fn bring_to(&mut self, now_ms: u64) {
        let from = self.counted_to.unwrap_or(now_ms);
        // A clock that goes back gives nothing and takes nothing.
        let elapsed = i128::from(now_ms.saturating_sub(from));
        let refilled = match self.limit.refill {
            Refill::Continuous => elapsed.saturating_mul(self.gain()),
            Refill::FixedWindow => {
                let window = self.limit.rate.interval_ms;
                let windows = (now_ms / window).saturating_sub(from / window);
                (i128::from(windows) * i128::from(window)).saturating_mul(self.gain())
            }
        };
        let lost = elapsed.saturating_mul(self.loss());
        let net = self.content.saturating_add(refilled).saturating_sub(lost);
        self.content = net.clamp(0, self.size());
        self.counted_to = Some(from.max(now_ms));
    }

    fn verdict(&self, taken: bool, now_ms: u64) -> Verdict {
        let missing = self.size() - self.content;
        let until_one = (self.unit() - self.content).max(0);
        Verdict {
            taken,
            limit: self.limit.burst,
            remaining: u32::try_from(self.content / self.unit()).unwrap_or(u32::MAX),
            reset: self.moment_of(missing, now_ms).div_ceil(1000),
            retry_in_ms: self.moment_of(until_one, now_ms).saturating_sub(now_ms),
        }
    }

    /// When `missing` fractions will have come back, rivals left aside. A
    /// bucket that is never refilled says: in a day.
    fn moment_of(&self, missing: i128, now_ms: u64) -> u64 {
        if missing == 0 {
            return now_ms;
        }
        let whole = |fractions: i128, per: i128| {
            u64::try_from((fractions + per - 1) / per).unwrap_or(u64::MAX)
        };
        let window = self.limit.rate.interval_ms;
        match (self.gain(), self.limit.refill) {
            (0, _) => now_ms.saturating_add(86_400_000),
            (gain, Refill::Continuous) => now_ms.saturating_add(whole(missing, gain)),
            (gain, Refill::FixedWindow) => {
                let windows = whole(missing, gain * i128::from(window));
                (now_ms / window).saturating_add(windows).saturating_mul(window)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(text: &str) -> Rate {
        text.parse().unwrap()
    }

    /// (moment, taken, remaining, reset) of one request after another.
    fn check(limit: Limit, expected: &[(u64, bool, u32, u64)]) {
        check_beside(None, limit, expected);
    }

    fn check_beside(rival: Option<Rate>, limit: Limit, expected: &[(u64, bool, u32, u64)]) {
        let mut bucket = Bucket::new(limit, rival);
        for &(at, taken, remaining, reset) in expected {
            let verdict = bucket.take(at);
            let got = (at, verdict.taken, verdict.remaining, verdict.reset);
            assert_eq!(got, (at, taken, remaining, reset));
        }
    }

    #[test]
    fn the_forms_of_a_rate() {
        assert_eq!(rate("16/s"), Rate::per_second(16));
        assert_eq!(rate("150/min"), Rate { tokens: 150, interval_ms: 60_000 });
        assert_eq!(rate(" 1 / 10s "), Rate { tokens: 1, interval_ms: 10_000 });
        assert_eq!(rate("5/250ms"), Rate { tokens: 5, interval_ms: 250 });
        assert_eq!(rate("0/s"), Rate::per_second(0));
        assert_eq!(rate(" 16 "), Rate::per_second(16));
        for bad in ["", "/s", "16/", "16/0s", "-1/s", "1/99999d", "1/x", "1/99999999999999999999s"]
        {
            assert!(bad.parse::<Rate>().is_err(), "{bad}");
        }
    }

    #[test]
    fn the_forms_of_a_limit() {
        let limit = |text: &str| text.parse::<Limit>();
        assert_eq!(limit("10:150/min"), Ok(Limit::new(10, rate("150/min"))));
        for (plan, written) in PLANS {
            assert_eq!(limit(plan), limit(written), "{plan}");
            assert!(limit("").unwrap_err().to_string().contains(plan));
        }
        assert!(limit("10").is_err() && limit("x:1/s").is_err() && limit("10:x").is_err());
    }

    #[test]
    fn two_a_second_and_two_at_once() {
        // Half a second brings one token back; reset is when both are back.
        check(
            Limit::new(2, rate("2/s")),
            &[
                (10_000, true, 1, 11),
                (10_000, true, 0, 11),
                (10_000, false, 0, 11),
                (10_499, false, 0, 11),
                (10_500, true, 0, 12),
                (11_500, true, 1, 12),
                (20_000, true, 1, 21),
            ],
        );
    }

    #[test]
    fn ten_at_two_a_second_are_full_again_after_five_seconds() {
        // As a recorded 429 has it: limit 10, 2 a second, reset = date + 5 s.
        let mut bucket = Bucket::new(Limit::new(10, rate("2/s")), None);
        for _ in 0..10 {
            assert!(bucket.take(1_508_253_295_000).taken);
        }
        let refused = bucket.take(1_508_253_295_000);
        assert_eq!((refused.taken, refused.remaining), (false, 0));
        assert_eq!((refused.reset, refused.retry_in_ms), (1_508_253_300, 500));
    }

    #[test]
    fn recorded_resets_of_a_slow_bucket() {
        // 100 tokens, one in 864 s: 97, 96, 95, 94 left gave +2592 ... +5185 s.
        let mut bucket = Bucket::new(Limit::new(100, rate("100/d")), None);
        let resets: Vec<u64> = (0..6).map(|_| bucket.take(1_000_000).reset - 1000).collect();
        assert_eq!(resets, [864, 1728, 2592, 3456, 4320, 5184]);
    }

    #[test]
    fn a_fixed_window_refills_at_the_top_of_the_second() {
        let limit = Limit { refill: Refill::FixedWindow, ..Limit::new(2, rate("1/s")) };
        check(
            limit,
            &[
                (10_900, true, 1, 11),
                (10_950, true, 0, 12),
                (10_999, false, 0, 12),
                (11_000, true, 0, 13),
                (11_999, false, 0, 13),
                (13_000, true, 1, 14),
            ],
        );
    }

    #[test]
    fn a_rival_takes_its_share_and_no_more_than_there_is() {
        let limit = Limit::new(4, rate("4/s"));
        // Refill 4, rival 3: one token a second is left for us.
        check_beside(
            Some(rate("3/s")),
            limit,
            &[
                (0, true, 3, 1),
                (0, true, 2, 1),
                (0, true, 1, 1),
                (0, true, 0, 1),
                (500, false, 0, 2),
                (1000, true, 0, 2),
                (1999, false, 0, 3),
            ],
        );
        check_beside(Some(rate("9/s")), limit, &[(0, true, 3, 1), (5000, false, 0, 6)]);
    }

    #[test]
    fn a_clock_that_goes_back_gives_nothing() {
        check(
            Limit::new(1, rate("1/s")),
            &[(9000, true, 0, 10), (3000, false, 0, 4), (10_000, true, 0, 11)],
        );
    }

    #[test]
    fn never_refilled() {
        let mut bucket = Bucket::new(Limit::new(1, rate("0/s")), None);
        assert!(bucket.take(0).taken);
        assert_eq!(bucket.take(1_000_000).retry_in_ms, 86_400_000);
        assert_eq!(bucket.drain_to(0, 1_000_000).remaining, 0);
    }
}
