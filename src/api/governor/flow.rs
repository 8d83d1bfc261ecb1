//! How much comes in at least, by what got through lately.
//!
//! Where a request is under way for as long as the bucket takes to fill, next
//! to nothing is certain of the bucket when the request arrives. But what got
//! through, over the last second or two, must have come in, whichever way the
//! bucket fills and whether or not it was full at times. Must not know what is
//! left, nor what is under way.

use std::collections::VecDeque;

/// Seconds that are looked back: whole ones, so that as many windows count as
/// have gone by. The more, the steadier; the fewer, the sooner.
const SPANS: [f64; 2] = [2.0, 1.0];
/// Seconds between two samples.
const APART: f64 = 1.0 / 16.0;

/// Sums of what was left and what we had taken, lately.
#[derive(Debug, Default)]
pub(super) struct Flow {
    samples: VecDeque<(f64, f64)>,
    rate: Option<f64>,
}

impl Flow {
    pub(super) fn learn(&mut self, at: f64, sum: f64) {
        match self.samples.back_mut() {
            Some(last) if at - last.0 < APART => last.1 = sum.max(last.1),
            _ => {
                self.samples.push_back((at, sum));
                self.rate = self.reckoned();
            }
        }
        while self.samples.len() > 2 && at - self.samples[1].0 > SPANS[0] + 0.5 {
            self.samples.pop_front();
        }
    }

    /// Requests a second that came in at least.
    pub(super) fn rate(&self) -> Option<f64> {
        self.rate
    }

    fn reckoned(&self) -> Option<f64> {
        // The newest one is not complete yet.
        let (now, sum) = *self.samples.get(self.samples.len().checked_sub(2)?)?;
        SPANS.iter().find_map(|span| {
            let since = now - span;
            let after = self.samples.partition_point(|(at, _)| *at < since);
            let (to_at, to) = *self.samples.get(after)?;
            let (from_at, from) = *self.samples.get(after.checked_sub(1)?)?;
            let part = (since - from_at) / (to_at - from_at).max(APART);
            Some(((sum - from - part * (to - from)) / span).max(0.0))
        })
    }

    /// How many samples are kept.
    #[cfg(test)]
    pub(super) fn remembered(&self) -> usize {
        self.samples.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_what_got_through_over_whole_seconds() {
        let rate = |per_second: f64, seconds: f64| {
            let mut flow = Flow::default();
            for number in 0..(per_second * seconds) as u32 {
                flow.learn(f64::from(number) / per_second, f64::from(number));
            }
            flow.rate()
        };
        assert_eq!(rate(20.0, 0.5), None);
        for (per_second, seconds) in [(20.0, 1.5), (20.0, 10.0), (250.0, 3.0)] {
            let rate = rate(per_second, seconds).unwrap();
            assert!((rate / per_second - 1.0).abs() < 0.03, "{rate} of {per_second}");
        }
    }

    #[test]
    fn it_keeps_the_last_few_seconds_only() {
        let mut flow = Flow::default();
        (0..10_000).for_each(|number| flow.learn(f64::from(number) * 0.01, f64::from(number)));
        assert!(flow.remembered() < 60, "{}", flow.remembered());
        // A pause counts.
        let before = flow.rate().unwrap();
        flow.learn(102.0, 10_000.0);
        flow.learn(102.1, 10_001.0);
        assert!(flow.rate().unwrap() < 0.2 * before);
    }
}
