//! What the lines say, and that they fit.

use proptest::prelude::*;

use super::*;
use crate::report::samples::*;

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

const LIMIT: &str = "the tenant's rate limit";

fn wait() -> Waiting<'static> {
    Waiting { who: None, what: LIMIT, left: Duration::from_millis(3_200) }
}

#[test]
fn an_apply_is_told_in_one_line() {
    let running = step(&full_plan(), 1, &Style::plain(80));
    let mut progress = Progress {
        doing: Doing::Applying(Some(&running)),
        done: 3,
        total: Some(1_200),
        waiting: None,
        elapsed: seconds(72),
    };
    let at = |progress: &Progress<'_>, columns| line(progress, &Style::plain(columns));
    assert_eq!(
        at(&progress, 110),
        "[3/1,200] block-disposable-mail: add the secrets LIST_URL, TOKEN (1 min 12 s, about 7 h 58 min left)"
    );
    assert_eq!(at(&progress, 40), "[3/1,200] block-disposabl\u{2026} (1 min 12 s)");
    progress.waiting = Some(wait());
    let whole = "[3/1,200] waiting 4 s for the tenant's rate limit (1 min 12 s)";
    assert_eq!(at(&progress, 80), whole);
    assert_eq!(at(&progress, 200), whole.replace("12 s)", "12 s, about 7 h 58 min left)"));
    assert_eq!(at(&progress, 40), "[3/1,200] waiting 4 s (1 min 12 s)");
    progress.waiting = Some(Waiting { who: Some("live"), ..wait() });
    assert_eq!(
        at(&progress, 80),
        "[3/1,200] live: waiting 4 s for the tenant's rate limit (1 min 12 s)"
    );
    let reported = ended(4, 12, &running, Outcome::Applied, &Style::plain(80));
    assert_eq!(reported, "[4/12] block-disposable-mail: add the secrets LIST_URL, TOKEN: done");
}

#[test]
fn reading_is_told_in_one_line() {
    let mut progress = Progress {
        doing: Doing::Reading(1),
        done: 12,
        total: Some(30),
        waiting: Some(wait()),
        elapsed: seconds(8),
    };
    let at = |progress: &Progress<'_>, columns| line(progress, &Style::plain(columns));
    assert_eq!(
        at(&progress, 200),
        "Reading the tenant: 12 of 30 requests (8 s, about 12 s left), waiting 4 s for the tenant's rate limit"
    );
    assert_eq!(
        at(&progress, 80),
        "Reading: 12 of 30 requests (8 s), waiting 4 s for the tenant's rate limit"
    );
    assert_eq!(at(&progress, 40), "Reading: 12 of 30 (8 s), waiting 4 s");
    progress.total = None;
    progress.done = 1;
    progress.waiting = None;
    assert_eq!(at(&progress, 80), "Reading the tenant: 1 request (8 s)");
    progress.doing = Doing::Reading(2);
    assert_eq!(at(&progress, 80), "Reading 2 tenants: 1 request (8 s)");
}

#[test]
fn a_log_is_told_of_long_waits() {
    let style = Style::plain(110);
    let progress = Progress {
        doing: Doing::Applying(None),
        done: 4,
        total: Some(14),
        waiting: None,
        elapsed: seconds(9),
    };
    let reported = waits(&progress, &wait(), &style);
    assert_eq!(reported, "Waiting 4 s for the tenant's rate limit (4 of 14 requests done).");
    let reported = waits(&progress, &Waiting { who: Some("live"), ..wait() }, &style);
    assert_eq!(reported, "live: Waiting 4 s for the tenant's rate limit (4 of 14 requests done).");
    assert_eq!(
        goes_on(&progress, Some("live"), LIMIT, &style),
        "live: Still applying: 4 of 14 requests done after 9 s, about 23 s left; waiting for the tenant's rate limit."
    );
    let reported =
        "Stopping: 2 requests under way are finished first; interrupt again to stop at once.";
    assert_eq!(stopping(2, &style), reported);
    let reported =
        "Stopping: 1 request under way is finished first; interrupt again to stop at once.";
    assert_eq!(stopping(1, &style), reported);
}

#[test]
fn many_tenants_are_one_line_of_a_log() {
    let check = |open, waiting, what, left, expected: &str| {
        let progress = Progress {
            doing: Doing::Reading(200),
            done: 3_812,
            total: Some(4_200),
            waiting: None,
            elapsed: seconds(12),
        };
        let all = Together { tenants: 200, open, waiting, what, left: seconds(left) };
        assert_eq!(together(&progress, &all, &Style::plain(200)), expected);
    };
    let begin = "tenants: 3,812 of 4,200 requests done after 12 s";
    let end = "for the tenant's rate limit, up to 8 s.";
    check(57, 43, Some(LIMIT), 8, &format!("Still reading 57 of 200 {begin}; 43 wait {end}"));
    check(57, 1, Some(LIMIT), 8, &format!("Still reading 57 of 200 {begin}; 1 waits {end}"));
    check(5, 5, None, 8, &format!("Still reading 5 of 200 {begin}; 5 wait, up to 8 s."));
    check(5, 2, Some("x"), 0, &format!("Still reading 5 of 200 {begin}; 2 wait for x."));
    check(5, 0, None, 0, &format!("Still reading 5 of 200 {begin}."));
}

proptest! {
    #[test]
    fn the_line_never_wraps(
        text in hostile(),
        columns in 24..100usize,
        unicode: bool,
        reads: bool,
        waits: bool,
    ) {
        let style = Style { unicode, ..Style::plain(columns) };
        let waiting = Waiting { who: Some(&text), what: &text, left: seconds(1) };
        let progress = Progress {
            doing: if reads { Doing::Reading(1) } else { Doing::Applying(Some(&text)) },
            done: 1,
            total: Some(2),
            waiting: waits.then_some(waiting),
            elapsed: seconds(1),
        };
        let shown = line(&progress, &style);
        prop_assert!(width(&shown) < columns, "{}", shown);
        prop_assert!(!shown.chars().any(safe::is_unsafe));
        prop_assert!(shown.contains("(1 s)"), "{}", shown);
    }
}
