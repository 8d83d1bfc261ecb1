//! Pipelines that start at the same moment and share a tenant's rate limit.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use hooksync::tenant::{self, Behaviour, Limit, Limits, ListDetail, Options, Rate, Refill};
use secrecy::ExposeSecret;

use crate::sockets::{Cell, run};
use crate::support::{Project, Run, hook, script};

const REGISTRATION: &str = "post-user-registration";

/// What is wrong with how a cell's processes shared their limit. The governor's own
/// tests hold the figures closely; here the machine is busy and the clock is real,
/// so there is room.
async fn check(cell: Cell) -> Option<String> {
    let outcome = run(cell).await;
    let slower = outcome.wall / outcome.bound;
    let refused = f64::from(outcome.refused) / f64::from(outcome.requests);
    let is_well = slower <= 1.8 && refused <= 0.2;
    (!is_well).then(|| format!("{slower:.2}, {refused:.2}: {outcome:?} of {cell:?}"))
}

/// All at once, for they do little but wait, each for a tenant of its own.
#[tokio::test(flavor = "multi_thread")]
async fn processes_that_share_a_limit_are_as_fast_as_it_allows() {
    let cells = [
        // one alone
        Cell::new(10, 4, 1, 20),
        // four that start together
        Cell::new(30, 8, 4, 15),
        // four short ones at a small bucket
        Cell::new(10, 2, 4, 4),
        // eight that start together
        Cell::new(50, 16, 8, 15),
        // one at a tenant that is topped up every second
        Cell { refill: Refill::FixedWindow, ..Cell::new(30, 8, 1, 40) },
        // one beside another client
        Cell { rival: 4, ..Cell::new(30, 8, 1, 30) },
    ];
    let wrong: Vec<String> = join_all(cells.map(check)).await.into_iter().flatten().collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Each tenant has a limit of its own, so that all take as long as one.
#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_environments_take_as_long_as_one() {
    // Of 21 requests some 8 fit into the burst; the others take 6 s, so that there
    // is something to report however quick the machine is.
    let (hooks, burst, rate) = (20, 10, 2);
    let api = Limit::new(burst, Rate::per_second(rate));
    let project = Project::new();
    for number in 0..hooks {
        let definition = format!("name: h{number}\ntriggerId: {REGISTRATION}\n");
        project.write(&format!("hooks/h{number}.yaml"), definition);
        project.write(&format!("hooks/h{number}.js"), script(REGISTRATION, ""));
    }
    let mut yaml = "hooks: hooks\nenvironments:\n".to_owned();
    let mut command = project.command(&["plan", "--all-envs"]);
    let mut tenants = Vec::new();
    for number in 0..200 {
        let running = tenant::start(Options {
            limits: Limits { api, ..Limits::default() },
            behaviour: Behaviour { list: ListDetail::Summary, ..Behaviour::default() },
            ..Options::default()
        })
        .await
        .unwrap();
        let live = (0..hooks).map(|it| hook(it, &format!("h{it}"), REGISTRATION));
        running.edit(|state| state.hooks = live.collect()).unwrap();
        yaml += &format!("  e{number}:\n    domain: {}\n", running.url());
        command
            .env(format!("AUTH0_DOMAIN_E{number}"), running.url())
            .env(format!("AUTH0_ACCESS_TOKEN_E{number}"), running.access_token().expose_secret());
        tenants.push(running);
    }
    project.write("hooksync.yaml", yaml);
    let begun = Instant::now();
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let wall = begun.elapsed();
    let run = Run::of(output, "plan --all-envs").expect(0);
    assert_eq!(run.stdout.matches("Plan for 127.0.0.1:").count(), 200, "{run}");
    // calm: a line each half minute of them all, then of the last four at most
    let lines = run.stderr.split("Still reading ").count() - 1;
    assert!((1..=1 + usize::try_from(wall.as_secs()).unwrap() / 30).contains(&lines), "{run}");
    let named = run.stderr.lines().filter(|line| line.contains(": Waiting ")).count();
    assert!(named <= 4 * (usize::try_from(wall.as_secs()).unwrap() / 30), "{run}");
    let asked: Vec<_> = tenants.iter().flat_map(|tenant| tenant.requests()).collect();
    assert!(asked.len() >= 200 * hooks, "{} requests", asked.len());
    assert!(asked.iter().all(|entry| entry.status == Some(200)));
    // One after the other they would take 20 minutes.
    assert!(wall < Duration::from_secs(100), "{wall:?}");
}
