//! A simulated world: one tenant's bucket, other clients of it, and any
//! number of our processes, all under one clock that costs nothing.
//!
//! Written from what Auth0 documents of its limits, and from the limiter that
//! it publishes; shares nothing with the governor.

use std::collections::BinaryHeap;
use std::time::Duration;

use super::super::{Admission, BucketHeaders, Family, Governor, RateSettings, Signal, Ticket};
use super::cell::{Cell, Headers, Manner, Plan};

/// What came of it.
#[derive(Debug, Clone, Default)]
pub(super) struct Outcome {
    pub(super) wall: f64,
    pub(super) wanted: usize,
    pub(super) sent: usize,
    pub(super) throttled: usize,
    /// The lowest level that one of our own requests left, from the first
    /// answer on.
    pub(super) lowest: f64,
    pub(super) failed: bool,
    /// The longest time, in tokens, that somebody with work to do let pass
    /// beside a level above the headroom and one.
    pub(super) idle: f64,
}

/// One bucket, exactly.
struct Bucket {
    plan: Plan,
    level: f64,
    /// When the level was last brought up to date (for windows: the last top).
    at: f64,
}

impl Bucket {
    /// A full one whose window has lasted for `phase` seconds.
    fn full(plan: Plan, phase: f64) -> Self {
        Self { plan, level: plan.size, at: -phase }
    }

    fn fill(&mut self, now: f64) {
        let step = match self.plan.window {
            Some(window) => ((now - self.at) / window + 1e-9).floor() * window,
            None => now - self.at,
        };
        if step > 0.0 {
            self.level = (self.level + step * self.plan.rate).min(self.plan.size);
            self.at += step;
        }
    }

    fn take(&mut self, now: f64) -> bool {
        self.fill(now);
        let ok = self.level >= 1.0 - 1e-9;
        if ok {
            self.level -= 1.0;
        }
        ok
    }

    fn headers(&self, now: f64, epoch: f64) -> BucketHeaders {
        let full = match self.plan.window {
            Some(window) if self.plan.full => {
                let missing = self.plan.size - self.level;
                self.at + (missing / (window * self.plan.rate)).ceil().max(1.0) * window
            }
            Some(window) => self.at + window,
            None => now + (self.plan.size - self.level) / self.plan.rate,
        };
        BucketHeaders {
            limit: self.plan.size,
            remaining: self.level.max(0.0).floor(),
            reset: Some((epoch + full).ceil()),
        }
    }
}

/// Something that happens, soonest first.
#[derive(Debug)]
struct Event {
    at: f64,
    number: u64,
    what: What,
}

#[derive(Debug)]
enum What {
    Wake(usize),
    Arrive(usize, Ticket),
    Answer(usize, usize, Ticket, Signal),
    Rival,
    /// The rival once more asks for what was refused, for the nth time.
    RivalAgain(i32),
}

impl PartialEq for Event {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}
impl Eq for Event {}
impl PartialOrd for Event {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Event {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        other.at.total_cmp(&self.at).then(other.number.cmp(&self.number))
    }
}

struct World {
    cell: Cell,
    bucket: Bucket,
    hidden: Bucket,
    governors: Vec<Governor>,
    clients: Vec<Client>,
    keep: f64,
    events: BinaryHeap<Event>,
    next: u64,
    rng: fastrand::Rng,
    epoch: f64,
    learned: bool,
    done: usize,
    /// Requests that came to the tenant, in its order.
    served: usize,
    outcome: Outcome,
}

/// One process of ours.
#[derive(Debug)]
struct Client {
    left: usize,
    /// When it wakes next.
    wakes: f64,
    under_way: usize,
    /// The newest answer by the tenant's order: its number, and what was left.
    newest: (usize, f64),
    /// Since when it could have sent something.
    free: f64,
}

/// Runs a cell to its end.
pub(super) fn run(cell: Cell, settings: RateSettings) -> Outcome {
    let mut rng = fastrand::Rng::with_seed(cell.seed);
    let phase = rng.f64() * cell.plan.window.unwrap_or(0.0);
    let hidden = Plan { size: cell.hidden.max(1.0), rate: 2.0, ..Plan::default() };
    let governors = (0..cell.processes).map(|n| Governor::new(settings, cell.seed + n as u64));
    let mut world = World {
        bucket: Bucket { level: cell.start * cell.plan.size, ..Bucket::full(cell.plan, phase) },
        hidden: Bucket::full(hidden, 0.0),
        governors: governors.collect(),
        clients: Vec::new(),
        keep: settings.headroom.of(cell.plan.size),
        events: BinaryHeap::new(),
        next: 0,
        epoch: 1_700_000_000.0 + rng.f64() + cell.skew,
        rng,
        learned: false,
        done: 0,
        served: 0,
        outcome: Outcome { lowest: f64::INFINITY, ..Outcome::default() },
        cell,
    };
    world.go();
    world.outcome
}

impl World {
    fn go(&mut self) {
        for process in 0..self.cell.processes {
            let at = self.rng.f64() * self.cell.apart;
            let part = if self.cell.uneven { 0.25 + 1.5 * self.rng.f64() } else { 1.0 };
            self.clients.push(Client {
                left: ((self.cell.requests as f64 * part) as usize).max(1),
                wakes: at,
                under_way: 0,
                newest: (0, 0.0),
                free: at,
            });
            self.push(at, What::Wake(process));
        }
        if self.cell.rival > 0.0 {
            let at = self.rng.f64() / (self.cell.plan.rate * self.cell.rival);
            self.push(self.cell.rival_from + at, What::Rival);
        }
        let total: usize = self.clients.iter().map(|client| client.left).sum();
        self.outcome.wanted = total;
        while let Some(Event { at, what, .. }) = self.events.pop() {
            if at > 100_000.0 || self.outcome.failed {
                self.outcome.failed = true;
                break;
            }
            match what {
                What::Wake(process) => {
                    // Only the newest timer counts.
                    if (self.clients[process].wakes - at).abs() < 1e-9 {
                        self.admit(process, at);
                    }
                }
                What::Arrive(process, ticket) => self.arrive(process, ticket, at),
                What::Answer(process, served, ticket, signal) => {
                    self.governors[process].answered(ticket, moment(at), &signal);
                    self.learned = true;
                    let client = &mut self.clients[process];
                    client.under_way -= 1;
                    if client.under_way == 0 {
                        client.free = at;
                    }
                    if served > client.newest.0 {
                        client.newest = (served, signal.bucket.map_or(0.0, |seen| seen.remaining));
                    }
                    if signal.throttled {
                        client.left += 1;
                        client.newest.1 = 0.0;
                    } else {
                        self.done += 1;
                    }
                    if self.done == total {
                        self.outcome.wall = at;
                        return;
                    }
                    self.admit(process, at);
                }
                What::Rival => self.rival(at),
                What::RivalAgain(time) => self.rival_takes(at, time),
            }
        }
    }

    fn push(&mut self, at: f64, what: What) {
        self.next += 1;
        self.events.push(Event { at, number: self.next, what });
    }

    fn admit(&mut self, process: usize, now: f64) {
        while self.clients[process].left > 0 {
            match self.governors[process].admit(moment(now), Family::Management) {
                Admission::Go(ticket) => {
                    let client = &mut self.clients[process];
                    client.left -= 1;
                    client.under_way += 1;
                    if client.newest.1 >= self.keep + 1.0 && client.under_way == 1 {
                        let idle = (now - client.free) * self.cell.plan.rate;
                        self.outcome.idle = self.outcome.idle.max(idle);
                    }
                    self.outcome.sent += 1;
                    let there = self.one_way();
                    self.push(now + there, What::Arrive(process, ticket));
                }
                Admission::At(when, _) => {
                    // Timers are never early, and a little late.
                    let at = when.as_secs_f64().max(now) + 0.001 * self.rng.f64() + 1e-5;
                    self.clients[process].wakes = at;
                    self.push(at, What::Wake(process));
                    return;
                }
                Admission::AfterAnswer(_) => return,
                Admission::Never { .. } => {
                    self.outcome.failed = true;
                    return;
                }
            }
        }
    }

    fn one_way(&mut self) -> f64 {
        self.cell.latency / 2.0 * (1.0 + self.cell.spread * self.rng.f64())
    }

    fn arrive(&mut self, process: usize, ticket: Ticket, now: f64) {
        let global = self.cell.hidden <= 0.0 || self.hidden.take(now);
        let ok = global && self.bucket.take(now);
        self.bucket.fill(now);
        if ok && self.learned {
            self.outcome.lowest = self.outcome.lowest.min(self.bucket.level);
        }
        self.outcome.throttled += usize::from(!ok);
        self.served += 1;
        let reported = match self.cell.headers {
            Headers::Always => global,
            Headers::OnlySuccess => ok,
            Headers::Never => false,
        };
        let signal = Signal {
            throttled: !ok,
            bucket: reported.then(|| self.bucket.headers(now, self.epoch)),
            date: Some((self.epoch + now).floor()),
            retry_after: (!ok && self.cell.retry_after)
                .then(|| (1.0 / self.cell.plan.rate).ceil().max(1.0)),
        };
        let served = self.served;
        let back = self.one_way();
        self.push(now + back, What::Answer(process, served, ticket, signal));
    }

    fn rival(&mut self, now: f64) {
        let together = match self.cell.manner {
            Manner::Bursts(together) => together,
            _ => 1,
        };
        for _ in 0..together {
            self.rival_takes(now, 0);
        }
        let mean = together as f64 / (self.cell.plan.rate * self.cell.rival);
        let gap = match self.cell.manner {
            Manner::Random | Manner::Greedy => -mean * (1.0 - self.rng.f64()).ln(),
            Manner::Even | Manner::Bursts(_) => mean,
        };
        if now + gap < self.cell.rival_until {
            self.push(now + gap, What::Rival);
        }
    }

    fn rival_takes(&mut self, now: f64, time: i32) {
        let ok = self.bucket.take(now);
        if !ok && self.cell.manner == Manner::Greedy && time < 8 {
            let wait = 0.3 * 2f64.powi(time) * (0.5 + self.rng.f64());
            self.push(now + wait, What::RivalAgain(time + 1));
        }
    }
}

fn moment(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}
