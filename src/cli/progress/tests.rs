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

#[tokio::test]
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

#[tokio::test]
async fn short_work_quiet_runs_and_other_streams_see_none() {
    let lanes = [waits(20, 8, 3)];
    let long = Duration::from_millis(1_400);
    let short = Duration::from_millis(600);
    assert_eq!(reported(true, Verbosity::Normal, &lanes, short).await, "");
    assert_eq!(reported(true, Verbosity::Quiet, &lanes, long).await, "");
    assert_eq!(reported(false, Verbosity::Normal, &lanes, long).await, "");
}

#[tokio::test]
async fn a_log_is_told_once_of_a_long_wait_and_whose_it_is() {
    let lanes = [waits(20, 8, 3), waits(10, 4, 12)];
    let time = Duration::from_millis(1_200);
    assert_eq!(
        reported(false, Verbosity::Normal, &lanes, time).await,
        "live: Waiting 12 s for the tenant's rate limit (4 of 10 requests done).\n"
    );
    assert_eq!(reported(false, Verbosity::Quiet, &lanes, time).await, "");
}
