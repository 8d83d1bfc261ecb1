//! What is reported of tenants in a made-up state.

use super::*;
use crate::cli::output::{Look, Verbosity};

const WHY: &str = "the tenant's rate limit";

fn waits(wanted: u64, settled: u64, seconds: u64) -> Status {
    let until = Some(Instant::now() + Duration::from_secs(seconds));
    Status { wanted, settled, waiting: Some(Waiting { why: WHY, until }), ..Status::default() }
}

/// What stderr gets of tenants that stay in these states for so long.
async fn reported(live: bool, verbosity: Verbosity, lanes: &[Status], time: Duration) -> String {
    let look = Look { color: false, width: Some(80), live };
    let (output, captured) = Output::captured_as(look, verbosity);
    let board = Board::new(&output);
    let senders: Vec<watch::Sender<Status>> =
        lanes.iter().cloned().map(watch::Sender::new).collect();
    for (name, sender) in ["dev", "live"].iter().zip(&senders) {
        board.add(Some((*name).to_owned()), sender.subscribe());
    }
    tokio::time::sleep(time).await;
    // the last answers came
    senders.iter().for_each(|sender| sender.send_modify(|status| status.settled = status.wanted));
    tokio::time::sleep(LIVE * 2).await;
    captured.stderr()
}

#[tokio::test(start_paused = true)]
async fn a_terminal_sees_one_line_for_all_that_is_taken_away() {
    let lanes = [waits(20, 8, 60), waits(10, 4, 60)];
    let shown = reported(true, Verbosity::Normal, &lanes, Duration::from_millis(1_800)).await;
    let lines: Vec<&str> = shown.split('\r').collect();
    assert!(lines.len() > 3, "{shown:?}");
    assert!(lines[1].starts_with("Reading: 12 of 30 requests (1 s), dev: waiting "), "{shown:?}");
    let last = &lines[lines.len() - 2..];
    assert!(last.iter().all(|line| line.trim().is_empty()), "{shown:?}");
    assert!(!shown.contains('\n'), "{shown:?}");
}

#[tokio::test(start_paused = true)]
async fn short_work_quiet_runs_and_other_streams_see_none() {
    let lanes = [waits(20, 8, 3)];
    let long = Duration::from_millis(1_400);
    let short = Duration::from_millis(600);
    assert_eq!(reported(true, Verbosity::Normal, &lanes, short).await, "");
    assert_eq!(reported(true, Verbosity::Quiet, &lanes, long).await, "");
    assert_eq!(reported(false, Verbosity::Normal, &lanes, long).await, "");
}

#[tokio::test(start_paused = true)]
async fn a_log_is_told_once_of_a_long_wait_and_whose_it_is() {
    let lanes = [waits(20, 8, 3), waits(10, 4, 12)];
    let time = Duration::from_millis(1_200);
    assert_eq!(
        reported(false, Verbosity::Normal, &lanes, time).await,
        "live: Waiting 12 s for the tenant's rate limit (4 of 10 requests done).\n"
    );
    assert_eq!(reported(false, Verbosity::Quiet, &lanes, time).await, "");
}

/// What a log gets of tenants that are `until` then done, one after the other,
/// within a minute and a half. No clock is asked.
fn log_of(tenants: usize, is_done: impl Fn(usize, u64) -> bool) -> Vec<String> {
    let look = Look { color: false, width: Some(200), live: false };
    let (output, captured) = Output::captured_as(look, Verbosity::Normal);
    let board = Board::silent(&output);
    let senders: Vec<watch::Sender<Status>> = (0..tenants)
        .map(|nth| {
            let sender = watch::Sender::new(waits(20, 8, 0));
            board.add(Some(format!("e{nth}")), sender.subscribe());
            sender
        })
        .collect();
    let start = Instant::now();
    for quarter in 0..90 * 4 {
        let now = start + LIVE * quarter;
        for (nth, sender) in senders.iter().enumerate() {
            let done = is_done(nth, u64::from(quarter / 4));
            sender.send_modify(|status| {
                status.settled = if done { status.wanted } else { 8 };
                let until = Some(now + Duration::from_secs(12));
                status.waiting = (!done).then_some(Waiting { why: WHY, until });
            });
        }
        board.tick(now);
    }
    captured.stderr().lines().map(str::to_owned).collect()
}

#[test]
fn many_tenants_share_a_line_of_a_log_now_and_then() {
    let lines = log_of(200, |_, _| false);
    let wait = "200 wait for the tenant's rate limit, up to 12 s.";
    let expected: Vec<String> = ["less than 1 s", "30 s", "1 min"]
        .iter()
        .map(|at| {
            format!("Still reading 200 of 200 tenants: 1,600 of 4,000 requests done after {at}; ")
        })
        .collect();
    let joined = lines.join(" ");
    for begin in &expected {
        assert!(joined.contains(begin.trim_end()), "{lines:#?}");
    }
    assert_eq!(joined.matches(wait).count(), 3, "{lines:#?}");
}

#[test]
fn the_last_few_are_named() {
    // all but two are done after ten seconds
    let lines = log_of(200, |nth, second| nth >= 2 && second >= 10);
    let begins: Vec<&str> = lines.iter().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(begins.iter().filter(|begin| **begin == "Still").count(), 1, "{lines:#?}");
    assert_eq!(begins.iter().filter(|begin| **begin == "e0:").count(), 2, "{lines:#?}");
    assert_eq!(begins.iter().filter(|begin| **begin == "e1:").count(), 2, "{lines:#?}");
    // and a few from the start
    let lines = log_of(4, |_, second| second >= 10);
    assert_eq!(lines.len(), 4, "{lines:#?}");
    assert!(lines.iter().all(|line| line.starts_with('e')), "{lines:#?}");
}
