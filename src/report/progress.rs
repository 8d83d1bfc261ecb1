//! The state of a run in one line: redrawn on a terminal, a plain line for
//! each step elsewhere.
//!
//! Must not know a clock, or when to draw.

use std::time::Duration;

use super::Style;
use super::facts::{self, Bit};
use super::layout::{broken, fitting, width};
use super::safe;
use super::words::{grouped, time};
use crate::plan::{Outcome, Plan, StepId};

/// How far a run is.
#[derive(Debug, Clone, Copy)]
pub struct Progress<'a> {
    /// Requests done.
    pub done: usize,
    /// Requests in all.
    pub total: usize,
    /// What runs now, as [`step`] tells it.
    pub running: Option<&'a str>,
    /// Why nothing is sent just now.
    pub waiting: Option<Waiting<'a>>,
    /// The time since the start.
    pub elapsed: Duration,
}

/// Why nothing is sent just now.
#[derive(Debug, Clone, Copy)]
pub struct Waiting<'a> {
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
    let line = facts::order_line(plan, id, step);
    let bits = line.what.0.iter().map(|bit| match bit {
        Bit::Ours(text) => text.clone(),
        Bit::Theirs(text) => safe::short(text, 100, style.unicode),
    });
    format!("{}: {}", safe::inline(&line.hook, style.unicode), bits.collect::<String>())
}

/// The line that is redrawn on a terminal, without a line end, one column
/// narrower than the terminal so that it never wraps.
#[must_use]
pub fn line(progress: &Progress<'_>, style: &Style) -> String {
    let Progress { done, total, running, waiting, elapsed } = progress;
    let mut text = format!("[{}/{}]", grouped(*done), grouped(*total));
    if let Some(waiting) = waiting {
        text.push_str(&format!(" waiting {} for {}", time_up(waiting.left), waiting.what));
    }
    if let Some(running) = running {
        text.push_str(if waiting.is_some() { ", then " } else { " " });
        text.push_str(running);
    }
    let end = format!(" ({})", time(*elapsed));
    let columns = style.columns() - 1;
    let dots = if style.unicode { "\u{2026}" } else { "..." };
    let text = safe::inline(&text, style.unicode);
    if width(&text) + width(&end) <= columns {
        return text + &end;
    }
    if width(&text) <= columns {
        return text;
    }
    format!("{}{dots}", &text[..fitting(&text, columns - width(dots))])
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

/// What a log gets when a long wait begins.
#[must_use]
pub fn waits(waiting: &Waiting<'_>, style: &Style) -> String {
    let Waiting { what, left } = waiting;
    let text = format!("Waiting {} for {}.", time_up(*left), safe::inline(what, style.unicode));
    broken(&text, style.columns())
}

/// A time that is still to pass: never told as nothing.
fn time_up(left: Duration) -> String {
    time(left + Duration::from_millis(999))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples::*;
    use proptest::prelude::*;

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_run_is_told_in_one_line() {
        let style = Style::plain(80);
        let running = step(&full_plan(), 1, &style);
        let mut progress = Progress {
            done: 3,
            total: 1_200,
            running: Some(&running),
            waiting: None,
            elapsed: seconds(72),
        };
        assert_eq!(
            line(&progress, &style),
            "[3/1,200] block-disposable-mail: add the secrets LIST_URL, TOKEN (1 min 12 s)"
        );
        assert_eq!(
            line(&progress, &Style::plain(40)),
            "[3/1,200] block-disposable-mail: add t\u{2026}"
        );
        progress.waiting =
            Some(Waiting { what: "the rate limit", left: Duration::from_millis(3_200) });
        assert_eq!(
            line(&progress, &Style::plain(120)),
            "[3/1,200] waiting 4 s for the rate limit, then block-disposable-mail: add the secrets \
             LIST_URL, TOKEN (1 min 12 s)"
        );
        assert_eq!(
            ended(4, 12, &running, Outcome::Applied, &style),
            "[4/12] block-disposable-mail: add the secrets LIST_URL, TOKEN: done"
        );
        let wait = Waiting { what: "the rate limit", left: seconds(4) };
        assert_eq!(waits(&wait, &style), "Waiting 4 s for the rate limit.");
    }

    proptest! {
        #[test]
        fn the_line_never_wraps(text in hostile(), columns in 24..100usize, unicode: bool) {
            let style = Style { unicode, ..Style::plain(columns) };
            let progress = Progress {
                done: 1,
                total: 2,
                running: Some(&text),
                waiting: Some(Waiting { what: &text, left: seconds(1) }),
                elapsed: seconds(1),
            };
            let shown = line(&progress, &style);
            prop_assert!(width(&shown) < columns, "{}", shown);
            prop_assert!(!shown.chars().any(safe::is_unsafe));
        }
    }
}
