//! How close the governor comes to the limit's own speed, over real sockets.
//!
//! `cargo bench --bench governor` runs every cell against a little tenant that
//! knows nothing of the governor, and prints the time taken over the least
//! possible, and the share of refusals. With `-- --picture` it also draws
//! `docs/images/governor.svg` from one of the runs.

#![allow(clippy::print_stdout, reason = "a benchmark reports on stdout")]
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts of requests"
)]

mod picture;
mod tenant;

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use hooksync::api::{self, Credentials, Domain, Gates, Headroom, RateSettings};
use hooksync::model::SecretValue;
use tenant::{Limit, Tenant};
use tokio_util::sync::CancellationToken;

/// One run.
#[derive(Clone, Copy)]
struct Cell {
    limit: Limit,
    /// Seconds there and back.
    latency: f64,
    /// The part of the rate that somebody else takes.
    rival: f64,
    processes: usize,
    /// Seconds that it takes at least, beyond the burst.
    seconds: f64,
}

impl Cell {
    fn headroom(&self) -> f64 {
        Headroom::default().of(self.limit.size)
    }

    fn requests(&self) -> usize {
        let burst = self.limit.size - self.headroom();
        let each = (burst + self.rate() * self.seconds) / self.processes as f64;
        each.ceil() as usize
    }

    /// What is left to us a second.
    fn rate(&self) -> f64 {
        let all = match self.limit.window {
            Some(window) => self.limit.rate.min((self.limit.size - self.headroom()) / window),
            None => self.limit.rate,
        };
        all - self.limit.rate * self.rival
    }

    fn bound(&self) -> f64 {
        let burst = self.limit.size - self.headroom();
        let total = (self.requests() * self.processes) as f64;
        ((total - burst) / self.rate()).max(2.0 * self.latency)
    }
}

/// What came of it.
struct Outcome {
    wall: f64,
    total: u64,
    throttled: u64,
    lowest: f64,
    log: Vec<tenant::Taken>,
}

async fn run(cell: Cell) -> Outcome {
    let tenant = Tenant::start(cell.limit, cell.latency).await;
    let rival = (cell.rival > 0.0).then(|| tenant.rival(cell.limit.rate * cell.rival));
    let begun = Instant::now();
    let counts = join_all((0..cell.processes).map(|_| process(&tenant, cell.requests()))).await;
    let wall = begun.elapsed().as_secs_f64();
    if let Some(rival) = rival {
        rival.abort();
    }
    let log = tenant.log();
    let ours = log.iter().filter(|taken| taken.ours && taken.ok);
    // The first answer tells the limit; what came before can't know it.
    let learned = begun.elapsed().as_secs_f64().min(cell.latency);
    Outcome {
        wall,
        total: counts.iter().map(|counts| counts.total).sum(),
        throttled: counts.iter().map(|counts| counts.throttled).sum(),
        lowest: ours
            .filter(|taken| taken.at > learned)
            .map(|taken| taken.level)
            .fold(f64::INFINITY, f64::min),
        log,
    }
}

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

fn cells() -> Vec<Cell> {
    let mut cells = Vec::new();
    for (name, size, rate, window, seconds) in [
        ("2@2/s", 2.0, 2.0, 1.0, 30.0),
        ("10@150/min", 10.0, 2.5, 1.0, 30.0),
        ("10@2/s", 10.0, 2.0, 1.0, 30.0),
        ("50@16/s", 50.0, 16.0, 1.0, 20.0),
        ("250@250/s", 250.0, 250.0, 1.0, 12.0),
        ("5@1/10s", 5.0, 0.1, 10.0, 120.0),
    ] {
        for window in [None, Some(window)] {
            let limit = Limit { name, size, rate, window };
            let cell = Cell { limit, latency: 0.02, rival: 0.0, processes: 1, seconds };
            cells.push(cell);
            cells.push(Cell { latency: 0.12, ..cell });
            cells.push(Cell { latency: 0.8, ..cell });
            if rate < 100.0 {
                cells.push(Cell { rival: 0.3, ..cell });
                cells.push(Cell { rival: 0.8, ..cell });
            }
            cells.push(Cell { processes: 4, ..cell });
        }
    }
    cells
}

fn show(cell: &Cell, outcome: &Outcome) {
    println!(
        "{:<11} {:<10} {:>4.0} ms  {:>3.0} %  {:>2}  {:>5}  {:>6.2} s  {:>6.2} s  {:>5.3}  {:>5.1} %  {:>6.1}",
        cell.limit.name,
        if cell.limit.window.is_some() { "windows" } else { "continuous" },
        cell.latency * 1000.0,
        cell.rival * 100.0,
        cell.processes,
        outcome.total,
        outcome.wall,
        cell.bound(),
        outcome.wall / cell.bound(),
        100.0 * outcome.throttled as f64 / outcome.total.max(1) as f64,
        outcome.lowest,
    );
}

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    // `cargo test --all-targets` starts benchmarks, too, without this.
    if !arguments.iter().any(|argument| argument == "--bench") {
        return;
    }
    println!(
        "limit       refill     latency rival  processes requests  wall    bound  ratio  refused  lowest"
    );
    // Side by side, for most of the time is waiting; not all at once, for the
    // tenants and their clients share this machine.
    for group in cells().chunks(6) {
        let outcomes = join_all(group.iter().map(|cell| run(*cell))).await;
        for (cell, outcome) in group.iter().zip(&outcomes) {
            show(cell, outcome);
        }
    }
    if arguments.iter().any(|argument| argument == "--picture") {
        let limit = Limit { name: "50@16/s", size: 50.0, rate: 16.0, window: None };
        let cell = Cell { limit, latency: 0.12, rival: 0.3, processes: 1, seconds: 12.0 };
        let outcome = run(cell).await;
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/images/governor.svg");
        std::fs::write(path, picture::draw(&limit, cell.headroom(), &outcome.log))
            .expect("docs/images can be written");
        println!("drawn: {path}");
    }
}
