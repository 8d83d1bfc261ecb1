//! How close real processes come to the limit's own speed, over real sockets.
//!
//! `cargo bench --bench governor` runs every cell against a local tenant and
//! prints the time taken over the least possible, and the share of refusals;
//! `-- "20 at 20"` runs those of one bucket.
//! `-- --picture` draws `docs/images/governor.svg` from a run against a little
//! tenant that knows nothing of the governor.

#![allow(clippy::print_stdout, reason = "a benchmark reports on stdout")]
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts of requests"
)]

mod picture;
mod sockets;
mod tenant;

use std::time::Duration;

use futures_util::future::join_all;
use hooksync::api::{self, Credentials, Domain, Gates, RateSettings};
use hooksync::model::SecretValue;
use hooksync::tenant::Refill;
use sockets::{Cell, Outcome};
use tenant::{Limit, Tenant};
use tokio_util::sync::CancellationToken;

/// One process of ours: all its requests are wanted at once.
async fn process(tenant: &Tenant, requests: usize) -> api::Counts {
    let settings = api::Settings {
        domain: Domain::parse(&tenant.address()).expect("a loopback address is a domain"),
        audience: None,
        credentials: Credentials::Token(SecretValue::new("token".into())),
        rate: RateSettings::default(),
        deadline: Duration::from_secs(600),
        patience: api::Patience::default(),
        stop: CancellationToken::new(),
        abort: CancellationToken::new(),
        gates: Gates::default(),
    };
    let session = api::connect(settings, None).expect("loopback needs no certificates");
    let reader = session.reader();
    let answers = join_all((0..requests).map(|_| reader.hooks_page(0))).await;
    assert!(answers.iter().all(Result::is_ok), "a request was lost");
    reader.counts()
}

/// Every cell: buckets, and who takes from them.
fn cells() -> Vec<(&'static str, Cell)> {
    let mut cells = Vec::new();
    for (burst, rate) in [(2, 2), (7, 3), (10, 2), (30, 8), (37, 11), (50, 16), (20, 20), (50, 50)]
    {
        // Half a minute beyond the burst; and the short runs of a pipeline.
        let hooks = burst + 15 * rate;
        for (company, processes, hooks) in [
            ("alone", 1, hooks),
            ("two", 2, hooks / 2),
            ("four", 4, hooks / 4),
            ("eight", 8, hooks / 8),
            ("four, 10 hooks each", 4, 10),
        ] {
            cells.push((company, Cell::new(burst, rate, processes, hooks)));
        }
        let windows = Cell { refill: Refill::FixedWindow, ..Cell::new(burst, rate, 1, hooks) };
        cells.push(("alone, windows", windows));
        cells.push(("four, windows", Cell { processes: 4, hooks: hooks / 4, ..windows }));
        let rival = (rate * 3 / 10).max(1);
        let hooks = burst + 15 * (rate - rival);
        cells.push(("a rival of 30 %", Cell { rival, ..Cell::new(burst, rate, 1, hooks) }));
    }
    cells
}

/// A run against the little tenant, beside somebody who takes 30 %.
async fn draw() -> String {
    let limit = Limit { name: "50@16/s", size: 50.0, rate: 16.0, window: None };
    let tenant = Tenant::start(limit, 0.12).await;
    let rival = tenant.rival(limit.rate * 0.3);
    process(&tenant, 175).await;
    rival.abort();
    picture::draw(&limit, 10.0, &tenant.log())
}

fn row((company, cell): &(&str, Cell), outcome: &Outcome) -> String {
    let Outcome { wall, requests, refused, bound } = outcome;
    format!(
        "| {} at {}/s | {company} | {requests} | {wall:.1} | {bound:.1} | {:.2} | {:.1} % |",
        cell.burst,
        cell.rate,
        wall / bound,
        100.0 * f64::from(*refused) / f64::from(*requests),
    )
}

const HEAD: &str = "| bucket | company | requests | seconds | bound | ratio | refused |
|---|---|--:|--:|--:|--:|--:|";

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let has = |wanted: &str| arguments.iter().any(|argument| argument == wanted);
    // `cargo test --all-targets` starts benchmarks, too, without this.
    if !has("--bench") {
        return;
    }
    let docs = concat!(env!("CARGO_MANIFEST_DIR"), "/docs");
    if has("--picture") {
        std::fs::write(format!("{docs}/images/governor.svg"), draw().await)
            .expect("docs/images can be written");
        return;
    }
    let wanted: Vec<&String> =
        arguments.iter().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let is_wanted = |cell: &Cell| {
        let bucket = format!("{} at {}/s", cell.burst, cell.rate);
        wanted.is_empty() || wanted.iter().any(|one| bucket.starts_with(one.as_str()))
    };
    let cells: Vec<_> = cells().into_iter().filter(|(_, cell)| is_wanted(cell)).collect();
    println!("{HEAD}");
    // Some side by side, for most of the time is waiting; not all at once, for
    // the tenants and their clients share this machine.
    for group in cells.chunks(4) {
        let outcomes = join_all(group.iter().map(|(_, cell)| sockets::run(*cell))).await;
        for (cell, outcome) in group.iter().zip(&outcomes) {
            println!("{}", row(cell, outcome));
        }
    }
}
