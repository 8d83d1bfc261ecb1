//! What is under way to a bucket, and how long answers take.
//!
//! Must not know what is left in the bucket, or how it fills.

use std::collections::VecDeque;

/// No answer is overdue any sooner, in seconds.
const SHORTEST_OVERDUE: f64 = 0.5;
/// Requests that were sent within less than this may arrive in any order.
const LEAST_APART: f64 = 0.002;

/// The requests that were sent. Times are seconds.
#[derive(Debug)]
pub(super) struct Traffic {
    /// When those under way were sent, oldest first.
    under_way: VecDeque<f64>,
    last_sent: f64,
    /// Round-trip time and how much it varies.
    rtt: f64,
    jitter: f64,
}

impl Traffic {
    pub(super) fn new() -> Self {
        Self { under_way: VecDeque::new(), last_sent: f64::NEG_INFINITY, rtt: 0.0, jitter: 0.0 }
    }

    pub(super) fn sent(&mut self, now: f64) {
        self.under_way.push_back(now);
        self.last_sent = now;
    }

    /// A request that was sent at `sent` is not under way any more.
    pub(super) fn ended(&mut self, sent: f64) {
        if let Some(at) = self.under_way.iter().position(|other| *other == sent) {
            self.under_way.remove(at);
        }
    }

    /// It was answered.
    pub(super) fn answered(&mut self, sent: f64, now: f64) {
        self.ended(sent);
        let rtt = now - sent;
        if self.rtt == 0.0 {
            self.rtt = rtt;
            self.jitter = rtt / 8.0;
        }
        self.jitter += ((rtt - self.rtt).abs() - self.jitter) / 8.0;
        self.rtt += (rtt - self.rtt) / 8.0;
    }

    /// When the last request was sent.
    pub(super) fn last_sent(&self) -> f64 {
        self.last_sent
    }

    pub(super) fn rtt(&self) -> f64 {
        self.rtt
    }

    pub(super) fn jitter(&self) -> f64 {
        self.jitter
    }

    /// Within how many seconds of each other requests may arrive in any order.
    pub(super) fn apart(&self) -> f64 {
        (4.0 * self.jitter).max(LEAST_APART)
    }

    /// How many are under way.
    pub(super) fn count(&self) -> f64 {
        count(self.under_way.len())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.under_way.is_empty()
    }

    /// How many of those under way were sent until `at`.
    pub(super) fn count_until(&self, at: f64) -> f64 {
        count(self.under_way.iter().filter(|sent| **sent <= at).count())
    }

    /// How many requests are kept.
    #[cfg(test)]
    pub(super) fn remembered(&self) -> usize {
        self.under_way.len()
    }

    /// How long an answer is waited for that others depend on. A request that
    /// hangs must not hold up those beside it.
    pub(super) fn overdue(&self) -> f64 {
        (4.0 * (self.rtt + self.jitter)).max(SHORTEST_OVERDUE)
    }

    /// The oldest request under way that is not overdue, and how many such
    /// there are.
    pub(super) fn fresh(&self, now: f64) -> Option<(f64, f64)> {
        let since = now - self.overdue();
        let from = self.under_way.partition_point(|sent| *sent <= since);
        let oldest = *self.under_way.get(from)?;
        Some((oldest, count(self.under_way.len() - from)))
    }

    /// What comes in at `rate` and is lost, because a bucket of `limit` with
    /// `level` at `at` is full, until all that is under way has arrived.
    pub(super) fn lost_on_the_way(&self, limit: f64, level: f64, at: f64, rate: f64) -> f64 {
        if level + rate * (self.last_sent - at).max(0.0) <= limit {
            return 0.0;
        }
        let (mut level, mut at, mut lost) = (level, at, 0.0);
        for sent in &self.under_way {
            level += rate * (sent - at).max(0.0);
            lost += (level - limit).max(0.0);
            (level, at) = (level.min(limit) - 1.0, at.max(*sent));
        }
        lost
    }
}

#[expect(clippy::cast_precision_loss, reason = "a few hundred at most")]
fn count(requests: usize) -> f64 {
    requests as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_bucket_gains_nothing() {
        let check = |sent: &[f64], level: f64, lost: f64| {
            let mut traffic = Traffic::new();
            sent.iter().for_each(|at| traffic.sent(*at));
            assert_eq!(traffic.lost_on_the_way(10.0, level, 0.0, 2.0), lost, "{sent:?} {level}");
        };
        check(&[], 10.0, 0.0);
        check(&[1.0], 5.0, 0.0);
        // Two come in, and there is room for one.
        check(&[1.0], 9.0, 1.0);
        // After the first there is room for the second's time.
        check(&[1.0, 1.5], 9.0, 1.0);
        check(&[1.0, 2.0], 9.0, 2.0);
    }

    #[test]
    fn what_hangs_is_not_waited_for() {
        let mut traffic = Traffic::new();
        for sent in [0.0, 10.0, 10.1] {
            traffic.sent(sent);
        }
        traffic.answered(10.0, 10.02);
        assert_eq!(traffic.fresh(10.2), Some((10.1, 1.0)));
        assert_eq!(traffic.fresh(11.0), None);
        assert_eq!(traffic.count(), 2.0);
    }
}
