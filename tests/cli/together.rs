//! Pipelines that start at the same moment and share a tenant's rate limit.

use hooksync::tenant::Refill;

use crate::sockets::{Cell, run};

/// The governor's own tests hold the figures closely; here the machine is busy
/// and the clock is real, so there is room.
async fn check(cell: Cell) {
    let outcome = run(cell).await;
    let slower = outcome.wall / outcome.bound;
    let refused = f64::from(outcome.refused) / f64::from(outcome.requests);
    assert!(slower <= 1.8 && refused <= 0.2, "{slower:.2}, {refused:.2}: {outcome:?} of {cell:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_alone() {
    check(Cell::new(10, 4, 1, 24)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn four_that_start_together() {
    check(Cell::new(30, 8, 4, 20)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn four_short_ones_at_a_small_bucket() {
    check(Cell::new(10, 2, 4, 7)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_that_start_together() {
    check(Cell::new(50, 16, 8, 20)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_at_a_tenant_that_is_topped_up_every_second() {
    check(Cell { refill: Refill::FixedWindow, ..Cell::new(30, 8, 1, 80) }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_beside_another_client() {
    check(Cell { rival: 4, ..Cell::new(30, 8, 1, 50) }).await;
}
