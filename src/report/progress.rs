//! The state of a run in one line: redrawn on a terminal, calm lines
//! elsewhere.
//!
//! Must not know a clock, or when to draw.

use std::time::Duration;

use super::layout::{broken, fitting, width};
use super::order;
use super::safe;
use super::words::{count, grouped, time};
use super::{StepView, Style};
use crate::plan::{Outcome, Plan, StepId};

/// How far a run is.
#[derive(Debug, Clone, Copy)]
pub struct Progress<'a> {
    /// What it does.
    pub doing: Doing<'a>,
    /// Requests done.
    pub done: usize,
    /// Requests in all, where that is known.
    pub total: Option<usize>,
    /// Why nothing is sent just now.
    pub waiting: Option<Waiting<'a>>,
    /// The time since the start.
    pub elapsed: Duration,
}

/// What a run does.
#[derive(Debug, Clone, Copy)]
pub enum Doing<'a> {
    /// It reads so many tenants.
    Reading(usize),
    /// It carries out a plan; with the step that runs now, as [`step`] shows
    /// it.
    Applying(Option<&'a str>),
}

/// Why nothing is sent just now.
#[derive(Debug, Clone, Copy)]
pub struct Waiting<'a> {
    /// The environment, where there are several.
    pub who: Option<&'a str>,
    /// What is waited for, such as `the rate limit`.
    pub what: &'a str,
    /// How long yet.
    pub left: Duration,
}

/// A step in words: `enrich-token: send the script`.
#[must_use]
pub fn step(plan: &Plan, id: StepId, style: &Style) -> String {
    let Some(step) = plan.steps.get(id) else {
        return String::new();
    };
    let step = StepView::of(step);
    let what = order::phrase(plan, &step).shown(|text| safe::short(text, 100, style.unicode));
    format!("{}: {what}", safe::inline(&step.shown_as, style.unicode))
}

/// The line that is redrawn on a terminal, without a line end, one column
/// narrower than the terminal so that it never wraps. Where it is too long the
/// numbers and times stay.
#[must_use]
pub fn line(progress: &Progress<'_>, style: &Style) -> String {
    let elapsed = time(progress.elapsed);
    let clock = match left(progress) {
        Some(left) => format!("{elapsed}, about {} left", time_up(left)),
        None => elapsed.clone(),
    };
    match progress.doing {
        Doing::Reading(tenants) => {
            let tenants = match tenants {
                0 | 1 => "the tenant".to_owned(),
                several => format!("{} tenants", grouped(several)),
            };
            let (short, long) = (counted(progress, ""), counted(progress, " requests"));
            let (brief, full) = waits_in(progress.waiting.as_ref());
            let forms = [
                format!("Reading {tenants}: {long} ({clock}){full}"),
                format!("Reading {tenants}: {long} ({elapsed}){full}"),
                format!("Reading: {long} ({elapsed}){full}"),
                format!("Reading: {long} ({elapsed}){brief}"),
                format!("Reading: {short} ({elapsed}){brief}"),
                format!("{short} ({elapsed}){brief}"),
            ];
            first_fitting(&forms, style)
        }
        Doing::Applying(running) => {
            let start = match progress.total {
                Some(total) => format!("[{}/{}]", grouped(progress.done), grouped(total)),
                None => format!("[{}]", grouped(progress.done)),
            };
            if progress.waiting.is_some() {
                let (brief, full) = waits_in(progress.waiting.as_ref());
                let after = |wait: &str| wait.replacen(", ", " ", 1);
                let forms = [
                    format!("{start}{} ({clock})", after(&full)),
                    format!("{start}{} ({elapsed})", after(&full)),
                    format!("{start}{} ({elapsed})", after(&brief)),
                    format!("{start} ({elapsed})"),
                ];
                return first_fitting(&forms, style);
            }
            let roomy = style.columns() > ROOM_FOR_LEFT;
            let end = format!(" ({})", if roomy { &clock } else { &elapsed });
            let Some(running) = running else { return cut(&format!("{start}{end}"), style) };
            let taken = width(&start) + width(&end) + 1;
            let columns = (style.columns() - 1).saturating_sub(taken);
            let running = shortened(&safe::inline(running, style.unicode), columns, style);
            cut(&format!("{start} {running}{end}"), style)
        }
    }
}

/// Columns from which on what is left stands beside the step.
const ROOM_FOR_LEFT: usize = 70;

/// How long it goes on at the pace so far; nothing while that says little.
fn left(progress: &Progress<'_>) -> Option<Duration> {
    let Progress { done, total, elapsed, .. } = *progress;
    let open = total?.checked_sub(done).filter(|open| *open > 0)?;
    let says_enough = done >= 3 && elapsed >= Duration::from_secs(3);
    let pace = |done: usize| elapsed.as_secs_f64() / done as f64;
    says_enough.then(|| Duration::from_secs_f64(pace(done) * open as f64))
}

/// `12 of 30 requests`, or `12 requests` where the end isn't known.
fn counted(progress: &Progress<'_>, noun: &str) -> String {
    let done = grouped(progress.done);
    match progress.total {
        Some(total) => format!("{done} of {}{noun}", grouped(total)),
        None if progress.done == 1 => format!("1{}", noun.trim_end_matches('s')),
        None => format!("{done}{noun}"),
    }
}

/// `, waiting 2 s` without and with what is waited for.
fn waits_in(waiting: Option<&Waiting<'_>>) -> (String, String) {
    let Some(Waiting { who, what, left }) = waiting else { return Default::default() };
    let left = time_up(*left);
    let who = who.map(|who| format!("{who}: ")).unwrap_or_default();
    (format!(", waiting {left}"), format!(", {who}waiting {left} for {what}"))
}

fn first_fitting(forms: &[String], style: &Style) -> String {
    let safe = forms.iter().map(|form| safe::inline(form, style.unicode));
    let forms: Vec<_> = safe.collect();
    let fits = forms.iter().find(|form| width(form) < style.columns());
    fits.or(forms.last()).map(|form| cut(form, style)).unwrap_or_default()
}

/// Never as wide as the terminal, whatever it takes.
fn cut(text: &str, style: &Style) -> String {
    shortened(text, style.columns() - 1, style)
}

fn shortened(text: &str, columns: usize, style: &Style) -> String {
    let dots = if style.unicode { "\u{2026}" } else { "..." };
    if width(text) <= columns {
        return text.to_owned();
    }
    let end = fitting(text, columns.saturating_sub(width(dots)));
    format!("{}{dots}", text.get(..end).unwrap_or_default())
}

/// What a log gets when a step has ended.
#[must_use]
pub fn ended(done: usize, total: usize, what: &str, outcome: Outcome, style: &Style) -> String {
    let what = safe::inline(what, style.unicode);
    let end = match outcome {
        Outcome::Applied => "done",
        Outcome::Failed => "failed",
        Outcome::NotAttempted => "not attempted",
    };
    broken(&format!("[{}/{}] {what}: {end}", grouped(done), grouped(total)), style.columns())
}

/// What a log gets when a long wait begins: `live: Waiting 12 s for the
/// tenant's rate limit (4 of 14 requests done).`
#[must_use]
pub fn waits(progress: &Progress<'_>, waiting: &Waiting<'_>, style: &Style) -> String {
    let text = format!(
        "Waiting {} for {} ({} done).",
        time_up(waiting.left),
        waiting.what,
        counted(progress, " requests")
    );
    calm(&text, waiting.who, style)
}

/// What a log gets when many short waits, or answers, take long together.
#[must_use]
pub fn goes_on(progress: &Progress<'_>, who: Option<&str>, why: &str, style: &Style) -> String {
    let doing = match progress.doing {
        Doing::Reading(_) => "reading",
        Doing::Applying(_) => "applying",
    };
    let text = format!(
        "Still {doing}: {} done after {}{}; waiting for {why}.",
        counted(progress, " requests"),
        time(progress.elapsed),
        left(progress).map_or(String::new(), |left| format!(", about {} left", time_up(left))),
    );
    calm(&text, who, style)
}

/// How far many tenants are together, some of which have answered all.
#[derive(Debug, Clone, Copy)]
pub struct Together<'a> {
    /// All of them.
    pub tenants: usize,
    /// Those that are asked still.
    pub open: usize,
    /// Those of them that are asked nothing just now.
    pub waiting: usize,
    /// What those wait for, where it is the same.
    pub what: Option<&'a str>,
    /// How long the last of them has to wait yet.
    pub left: Duration,
}

/// What a log gets of many tenants: one line for all of them.
#[must_use]
pub fn together(progress: &Progress<'_>, all: &Together<'_>, style: &Style) -> String {
    let Together { tenants, open, waiting, what, left } = *all;
    let doing = match progress.doing {
        Doing::Reading(_) => "reading",
        Doing::Applying(_) => "applying to",
    };
    let verb = if waiting == 1 { "waits" } else { "wait" };
    let waiting = match (waiting, what) {
        (0, _) => String::new(),
        (_, Some(what)) => format!("; {} {verb} for {what}", grouped(waiting)),
        (_, None) => format!("; {} {verb}", grouped(waiting)),
    };
    let left = match left {
        Duration::ZERO => String::new(),
        left => format!(", up to {}", time_up(left)),
    };
    let text = format!(
        "Still {doing} {} of {} tenants: {} done after {}{waiting}{left}.",
        grouped(open),
        grouped(tenants),
        counted(progress, " requests"),
        time(progress.elapsed),
    );
    calm(&text, None, style)
}

fn calm(text: &str, who: Option<&str>, style: &Style) -> String {
    let who = who.map(|who| format!("{who}: ")).unwrap_or_default();
    broken(&safe::inline(&format!("{who}{text}"), style.unicode), style.columns())
}

/// What is said once an interrupt was heard while `under_way` requests wait
/// for their answers.
#[must_use]
pub fn stopping(under_way: usize, style: &Style) -> String {
    let first = match under_way {
        0 => "what has begun is finished first".to_owned(),
        1 => "1 request under way is finished first".to_owned(),
        several => format!("{} under way are finished first", count(several, "request")),
    };
    broken(&format!("Stopping: {first}; interrupt again to stop at once."), style.columns())
}

/// A time that is still to pass: never reported as nothing.
fn time_up(left: Duration) -> String {
    time(left + Duration::from_millis(999))
}

#[cfg(test)]
mod tests;
