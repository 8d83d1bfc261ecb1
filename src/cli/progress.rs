//! What a run is doing just now: one live line for all its tenants on a
//! terminal, calm lines elsewhere.
//!
//! Must not change what is done, or tell of what takes no time.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use super::Output;
use crate::api::{Status, Waiting};
use crate::plan::{Outcome, Plan, StepId};
use crate::report::Style;
use crate::report::progress::{self, Doing, Progress};
use crate::sync::Event;

/// How often a terminal's line is drawn again.
const LIVE: Duration = Duration::from_millis(250);
/// What takes less than this is over before it could be read.
const SHORT: Duration = Duration::from_secs(1);
/// What takes as long as this is noted in a log.
const LONG: Duration = Duration::from_secs(5);
/// How often a log gets a line.
const CALM: Duration = Duration::from_secs(30);
/// As many tenants that are asked at once have lines of their own in a log;
/// more share one.
const FEW: usize = 4;

/// What all tenants of a run are asked for just now. Clones are the same.
#[derive(Clone)]
pub(super) struct Board {
    output: Output,
    style: Style,
    lanes: Arc<Mutex<Vec<Lane>>>,
}

/// Which of a board's tenants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LaneId(usize);

/// One tenant.
struct Lane {
    /// The environment of hooksync.yaml, if one was chosen.
    name: Option<String>,
    status: watch::Receiver<Status>,
    /// What was over with when this stretch of work began.
    before: u64,
    /// When it began; `None` while nothing is asked for.
    began: Option<Instant>,
    /// Whether several requests were under way, so that their number says
    /// something.
    counts: bool,
    /// The steps of a plan that is carried out.
    steps: Option<Steps>,
    /// When a log was last written to.
    reported: Option<Instant>,
}

struct Steps {
    total: usize,
    done: usize,
    running: Vec<(StepId, String)>,
    began: Instant,
    over: bool,
}

/// What of a lane is shown.
struct Sight {
    done: usize,
    total: Option<usize>,
    elapsed: Duration,
    waiting: Option<Waiting>,
    applying: bool,
}

impl Board {
    /// Begins to tell. Has to be called on the runtime, and ends with it.
    pub(super) fn new(output: &Output) -> Self {
        let board = Self::silent(output);
        let telling = board.clone();
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(LIVE).await;
                telling.tick(Instant::now());
            }
        });
        board
    }

    /// A lane that reports when it is asked to.
    fn silent(output: &Output) -> Self {
        Self { output: output.clone(), style: output.stderr_style(), lanes: Arc::default() }
    }

    /// A tenant that will be asked.
    pub(super) fn add(&self, name: Option<String>, status: watch::Receiver<Status>) -> LaneId {
        let mut lanes = self.lock();
        lanes.push(Lane {
            name,
            status,
            before: 0,
            began: None,
            counts: false,
            steps: None,
            reported: None,
        });
        LaneId(lanes.len() - 1)
    }

    /// Whether environments have to be distinguished.
    pub(super) fn has_several(&self) -> bool {
        self.lock().len() > 1
    }

    /// Reports that an interrupt was heard, where something has to be finished.
    pub(super) fn stopping(&self) {
        let under_way = {
            let lanes = self.lock();
            let mut applying = lanes.iter().filter(|lane| lane.is_applying()).peekable();
            if applying.peek().is_none() {
                return;
            }
            applying.map(|lane| lane.status.borrow().under_way).sum()
        };
        self.output.say(&progress::stopping(under_way, &self.style));
    }

    fn tick(&self, now: Instant) {
        let mut lanes = self.lock();
        let several = lanes.len() > 1;
        let seen: Vec<Option<Sight>> = lanes.iter_mut().map(|lane| lane.look(now)).collect();
        if seen.iter().all(Option::is_none) {
            lanes.iter_mut().for_each(Lane::rest);
        }
        if seen.iter().flatten().count() > FEW {
            self.calm_together(&mut lanes, &seen, now);
        } else {
            for (lane, sight) in lanes.iter_mut().zip(&seen) {
                if let Some(sight) = sight {
                    self.calm(lane, sight, several, now);
                }
            }
        }
        self.draw(&lanes, &seen, now);
    }

    /// Notes in a log how far many tenants are, in one line.
    fn calm_together(&self, lanes: &mut [Lane], seen: &[Option<Sight>], now: Instant) {
        let is_recent = |at: Instant| now.duration_since(at) < CALM;
        if lanes.iter().filter_map(|lane| lane.reported).any(is_recent) {
            return;
        }
        let open = || seen.iter().flatten();
        let waits: Vec<(&str, Duration)> = open()
            .filter_map(|sight| sight.waiting.as_ref())
            .map(|waiting| (waiting.why, left(waiting, now)))
            .collect();
        let longest = waits.iter().map(|(_, left)| *left).max().unwrap_or_default();
        let elapsed = open().map(|sight| sight.elapsed).max().unwrap_or_default();
        if longest + LIVE < LONG && elapsed < LONG {
            return;
        }
        let applying = open().any(|sight| sight.applying);
        let (doing, (done, total)) = sums(lanes, applying);
        let first = waits.first().map(|(why, _)| *why);
        let all = progress::Together {
            tenants: lanes.len(),
            open: open().count(),
            waiting: waits.len(),
            what: first.filter(|first| waits.iter().all(|(why, _)| why == first)),
            left: longest,
        };
        let shown = Progress { doing, done, total, waiting: None, elapsed };
        lanes.iter_mut().for_each(|lane| lane.reported = Some(now));
        self.output.calm(&progress::together(&shown, &all, &self.style));
    }

    /// Notes a long wait in a log.
    fn calm(&self, lane: &mut Lane, sight: &Sight, several: bool, now: Instant) {
        if lane.reported.is_some_and(|reported| now.duration_since(reported) < CALM) {
            return;
        }
        let waiting = sight.waiting.as_ref().map(|waiting| (waiting.why, left(waiting, now)));
        let who = lane.name.as_deref().filter(|_| several);
        let shown = Progress {
            doing: if sight.applying { Doing::Applying(None) } else { Doing::Reading(1) },
            done: sight.done,
            total: sight.total,
            waiting: None,
            elapsed: sight.elapsed,
        };
        let line = match waiting {
            // the clock may have gone on for a moment before this looked
            Some((what, left)) if left + LIVE >= LONG => {
                progress::waits(&shown, &progress::Waiting { who, what, left }, &self.style)
            }
            _ if sight.elapsed < LONG => return,
            Some((what, _)) => progress::goes_on(&shown, who, what, &self.style),
            None => progress::goes_on(&shown, who, "the tenant's answer", &self.style),
        };
        lane.reported = Some(now);
        self.output.calm(&line);
    }

    /// Draws one line for all.
    fn draw(&self, lanes: &[Lane], seen: &[Option<Sight>], now: Instant) {
        let active: Vec<(&Lane, &Sight)> = lanes
            .iter()
            .zip(seen)
            .filter_map(|(lane, sight)| Some((lane, sight.as_ref()?)))
            .collect();
        let Some(elapsed) = active.iter().map(|(_, sight)| sight.elapsed).max() else {
            self.output.settled();
            return;
        };
        if elapsed < SHORT {
            return;
        }
        let several = lanes.len() > 1;
        let name = |lane: &&Lane| lane.name.clone().filter(|_| several);
        let waits = active.iter().find_map(|(lane, sight)| {
            let waiting = sight.waiting.as_ref()?;
            Some((name(lane), waiting.why, left(waiting, now)))
        });
        let waiting = waits.as_ref().map(|(who, what, left)| progress::Waiting {
            who: who.as_deref(),
            what,
            left: *left,
        });
        let running = active.iter().find_map(|(lane, _)| {
            let (_, step) = lane.steps.as_ref()?.running.last()?;
            Some(name(lane).map_or_else(|| step.clone(), |name| format!("{name}: {step}")))
        });
        let applying = active.iter().any(|(_, sight)| sight.applying);
        let (doing, (done, total)) = sums(lanes, applying);
        let doing = match doing {
            Doing::Applying(_) => Doing::Applying(running.as_deref()),
            reading => reading,
        };
        let shown = Progress { doing, done, total, waiting, elapsed };
        self.output.progress(&progress::line(&shown, &self.style));
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Lane>> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lane {
    fn is_applying(&self) -> bool {
        self.steps.as_ref().is_some_and(|steps| !steps.over)
    }

    /// What there is to tell; nothing while nothing is asked for.
    fn look(&mut self, now: Instant) -> Option<Sight> {
        let status = self.status.borrow();
        let waiting = status.waiting.clone().or_else(|| status.recovering.clone());
        if let Some(steps) = self.steps.as_ref().filter(|steps| !steps.over) {
            let (done, total) = (steps.done, Some(steps.total));
            let elapsed = now.duration_since(steps.began);
            return Some(Sight { done, total, elapsed, waiting, applying: true });
        }
        let open = status.wanted - status.settled;
        drop(status);
        if open == 0 {
            return None;
        }
        let began = *self.began.get_or_insert(now);
        self.counts |= open > 1;
        let (done, total) = self.sums();
        let elapsed = now.duration_since(began);
        Some(Sight { done, total, elapsed, waiting, applying: false })
    }

    /// What was done of what was asked for in this stretch of work.
    fn sums(&self) -> (usize, Option<usize>) {
        let status = self.status.borrow();
        let number = |all: u64| usize::try_from(all.saturating_sub(self.before)).unwrap_or(0);
        (number(status.settled), self.counts.then(|| number(status.wanted)))
    }

    /// A stretch of work is over: what comes next is counted again.
    fn rest(&mut self) {
        self.before = self.status.borrow().settled;
        self.began = None;
        self.counts = false;
    }
}

fn left(waiting: &Waiting, now: Instant) -> Duration {
    waiting.until.map(|until| until.saturating_duration_since(now)).unwrap_or_default()
}

/// What all tenants of a stretch of work are asked for, and what of it is done.
fn sums(lanes: &[Lane], applying: bool) -> (Doing<'static>, (usize, Option<usize>)) {
    if applying {
        // what has ended still counts: the line goes on where it was
        let steps = lanes.iter().filter_map(|lane| lane.steps.as_ref());
        return (Doing::Applying(None), sum(steps.map(|steps| (steps.done, Some(steps.total)))));
    }
    let reading = || lanes.iter().filter(|lane| lane.began.is_some());
    (Doing::Reading(reading().count()), sum(reading().map(Lane::sums)))
}

/// The sum of all; of the totals only where each is known.
fn sum(all: impl Iterator<Item = (usize, Option<usize>)>) -> (usize, Option<usize>) {
    all.fold((0, Some(0)), |(done, total), (more, of)| {
        (done + more, total.zip(of).map(|(total, of)| total + of))
    })
}

/// A plan that is being carried out, until this is dropped.
pub(super) struct Applying<'a> {
    plan: &'a Plan,
    board: &'a Board,
    lane: LaneId,
}

impl<'a> Applying<'a> {
    pub(super) fn begin(plan: &'a Plan, board: &'a Board, lane: LaneId) -> Self {
        if let Some(lane) = board.lock().get_mut(lane.0) {
            let (total, began) = (plan.steps.len(), Instant::now());
            lane.steps = Some(Steps { total, done: 0, running: Vec::new(), began, over: false });
        }
        Self { plan, board, lane }
    }

    /// A step began or ended.
    pub(super) fn reported(&self, event: Event) {
        let style = &self.board.style;
        let what = |id| progress::step(self.plan, id, style);
        let (id, outcome) = match event {
            Event::Started(id) => {
                self.with(|_, steps| steps.running.push((id, what(id))));
                return;
            }
            Event::Done(id) => (id, Outcome::Applied),
            Event::Failed(id) => (id, Outcome::Failed),
            Event::Skipped(id) => (id, Outcome::NotAttempted),
        };
        let several = self.board.has_several();
        let line = self.with(|name, steps| {
            steps.running.retain(|(running, _)| *running != id);
            if outcome != Outcome::NotAttempted {
                steps.done += 1;
            }
            let place = name.filter(|_| several).map(|name| format!("{name}: "));
            let what = place.unwrap_or_default() + &what(id);
            progress::ended(steps.done, steps.total, &what, outcome, style)
        });
        if let Some(line) = line {
            self.board.output.detail(&line);
        }
    }

    fn with<T>(&self, work: impl FnOnce(Option<&str>, &mut Steps) -> T) -> Option<T> {
        let mut lanes = self.board.lock();
        let lane = lanes.get_mut(self.lane.0)?;
        Some(work(lane.name.as_deref(), lane.steps.as_mut()?))
    }
}

impl Drop for Applying<'_> {
    fn drop(&mut self) {
        self.with(|_, steps| steps.over = true);
    }
}

#[cfg(test)]
mod tests;
