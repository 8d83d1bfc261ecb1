//! What is under way to a bucket, and how long answers take.
//!
//! Must not know what is left in the bucket, or how it refills.

use std::collections::VecDeque;

/// No answer is overdue any sooner, in seconds.
const SHORTEST_OVERDUE: f64 = 0.5;

/// One request on its way.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Departure {
    /// When it was sent, in seconds.
    pub(super) at: f64,
    /// Its number, counted from 1.
    pub(super) number: u64,
    /// How many requests had taken their token and been answered by then: all
    /// of them were served before this one.
    pub(super) before: u64,
}

/// The requests of one bucket.
#[derive(Debug, Default)]
pub(super) struct Flight {
    /// Those under way, oldest first.
    under_way: VecDeque<(u64, f64)>,
    sent: u64,
    taken: u64,
    refused: u64,
    last_sent: Option<f64>,
    rtt: f64,
    jitter: f64,
}

impl Flight {
    pub(super) fn depart(&mut self, now: f64) -> Departure {
        self.sent += 1;
        self.last_sent = Some(now);
        self.under_way.push_back((self.sent, now));
        Departure { at: now, number: self.sent, before: self.taken }
    }

    /// A request was answered at `now`.
    pub(super) fn answered(&mut self, departure: Departure, now: f64, refused: bool) {
        self.land(departure.number);
        if refused {
            self.refused += 1;
        } else {
            self.taken += 1;
        }
        let rtt = now - departure.at;
        if self.rtt == 0.0 {
            (self.rtt, self.jitter) = (rtt, rtt / 8.0);
        }
        self.jitter += ((rtt - self.rtt).abs() - self.jitter) / 8.0;
        self.rtt += (rtt - self.rtt) / 8.0;
    }

    /// A request ended without an answer: it may have taken a token.
    pub(super) fn lost(&mut self, departure: Departure) {
        self.land(departure.number);
        self.taken += 1;
    }

    fn land(&mut self, number: u64) {
        if let Some(at) = self.under_way.iter().position(|(other, _)| *other == number) {
            self.under_way.remove(at);
        }
    }

    /// How many tokens we had taken when this request had been served: at
    /// least, most likely (the tenant serves in order), and at most. To be
    /// asked when it has been answered.
    pub(super) fn taken_by(&self, departure: Departure, refused: bool) -> [f64; 3] {
        let least = departure.before + u64::from(!refused);
        let most = self.sent - self.refused;
        let likely = departure.number.saturating_sub(self.refused);
        [least, likely.clamp(least, most.max(least)), most].map(count)
    }

    /// How many tokens we have taken, or will have.
    pub(super) fn committed(&self) -> f64 {
        count(self.sent - self.refused)
    }

    pub(super) fn rtt(&self) -> f64 {
        self.rtt
    }

    pub(super) fn jitter(&self) -> f64 {
        self.jitter
    }

    pub(super) fn last_sent(&self) -> Option<f64> {
        self.last_sent
    }

    pub(super) fn is_empty(&self) -> bool {
        self.under_way.is_empty()
    }

    /// How many are under way.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.under_way.len()
    }

    /// How long an answer is waited for that others depend on.
    fn overdue(&self) -> f64 {
        (4.0 * (self.rtt + self.jitter)).max(SHORTEST_OVERDUE)
    }

    /// How many are under way and not overdue, and when the oldest of those
    /// will be: a request that hangs must not hold up those beside it.
    pub(super) fn fresh(&self, now: f64) -> (f64, Option<f64>) {
        let overdue = self.overdue();
        let from = self.under_way.partition_point(|(_, sent)| sent + overdue <= now);
        let due = self.under_way.get(from).map(|(_, sent)| sent + overdue);
        (count((self.under_way.len() - from) as u64), due)
    }
}

#[expect(clippy::cast_precision_loss, reason = "no run has 2^53 requests")]
fn count(requests: u64) -> f64 {
    requests as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hangs_is_not_waited_for() {
        let mut flight = Flight::default();
        flight.depart(0.0);
        let second = flight.depart(10.0);
        flight.depart(10.1);
        flight.answered(second, 10.02, false);
        assert_eq!(flight.fresh(10.2), (1.0, Some(10.6)));
        assert_eq!(flight.fresh(11.0), (0.0, None));
        assert_eq!(flight.len(), 2);
    }

    #[test]
    fn answers_that_overtake_leave_the_order_open() {
        let mut flight = Flight::default();
        let first = flight.depart(0.0);
        let second = flight.depart(0.0);
        flight.answered(second, 0.1, false);
        assert_eq!(flight.taken_by(second, false), [1.0, 2.0, 2.0]);
        let third = flight.depart(0.1);
        flight.answered(first, 0.2, true);
        flight.answered(third, 0.2, false);
        assert_eq!(flight.taken_by(third, false), [2.0, 2.0, 2.0]);
    }
}
