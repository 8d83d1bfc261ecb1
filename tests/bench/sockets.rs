//! Several processes of the real binary at one local tenant, all at once.
//!
//! Used by the tests, for a few cells, and by the benchmark, for all.

use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use hooksync::tenant::{
    self, Behaviour, Hook, Latency, Limit, Limits, ListDetail, Options, Ordered, Rate, Refill,
};
use secrecy::ExposeSecret;

/// So many processes that each read so many hooks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cell {
    pub(crate) burst: u32,
    /// Requests a second.
    pub(crate) rate: u32,
    pub(crate) refill: Refill,
    pub(crate) processes: u32,
    /// Two requests each, for the script and for the secrets.
    pub(crate) hooks: u32,
    /// How many of the rate another client takes.
    pub(crate) rival: u32,
}

/// What came of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Outcome {
    /// From the start of the first process to the end of the last.
    pub(crate) wall: f64,
    pub(crate) requests: u32,
    pub(crate) refused: u32,
    /// The least time that the limit allows.
    pub(crate) bound: f64,
}

const LATENCY: Latency = Latency { fixed_ms: 40, jitter_ms: 40 };
/// A process takes a moment to start, to read its files and to get a token.
const START: f64 = 0.25;

impl Cell {
    pub(crate) const fn new(burst: u32, rate: u32, processes: u32, hooks: u32) -> Self {
        Self { burst, rate, refill: Refill::Continuous, processes, hooks, rival: 0 }
    }

    fn bound(&self, requests: u32) -> f64 {
        let beyond = requests.saturating_sub(self.burst - self.burst / 5);
        f64::from(beyond) / f64::from(self.rate - self.rival) + 4.0 * 0.06 + START
    }
}

fn hook(number: u32) -> Hook {
    Hook {
        id: format!("01{number:024}"),
        name: Some(format!("h{number}")),
        script: "module.exports = function (user, context, cb) { cb(null, {}); };".to_owned(),
        dependencies: Ordered::default(),
        enabled: false,
        trigger_id: "post-user-registration".to_owned(),
        secrets: Ordered::default(),
    }
}

/// Runs a cell: every process exports all hooks of a tenant whose lists carry
/// no scripts.
pub(crate) async fn run(cell: Cell) -> Outcome {
    let Cell { burst, rate, refill, processes, hooks, rival } = cell;
    let rival = (rival > 0).then(|| Rate::per_second(rival));
    let api = Limit { refill, ..Limit::new(burst, Rate::per_second(rate)) };
    let running = tenant::start(Options {
        limits: Limits {
            api,
            rival,
            token: Limit::new(1000, Rate::per_second(1000)),
            ..Limits::default()
        },
        behaviour: Behaviour { list: ListDetail::Summary, ..Behaviour::default() },
        latency: LATENCY,
        ..Options::default()
    })
    .await
    .expect("a local tenant starts");
    running.edit(|state| state.hooks = (0..hooks).map(hook).collect()).expect("memory is enough");
    let dir = tempfile::tempdir().expect("a temporary folder");
    let out = |number: u32| dir.path().join(format!("{number}"));
    let begun = Instant::now();
    let mut children: Vec<_> = (0..processes)
        .map(|number| {
            fs::create_dir(out(number)).expect("a folder");
            Command::new(env!("CARGO_BIN_EXE_hooksync"))
                .args(["export", "hooks"])
                .current_dir(out(number))
                .env_clear()
                .envs(std::env::var_os("SystemRoot").map(|root| ("SystemRoot", root)))
                .env("AUTH0_DOMAIN", running.url())
                .env("AUTH0_CLIENT_ID", running.client_id())
                .env("AUTH0_CLIENT_SECRET", running.client_secret().expose_secret())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .expect("the binary starts")
        })
        .collect();
    while !children.is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
        children.retain_mut(|child| match child.try_wait().expect("a child can be waited for") {
            None => true,
            Some(status) => {
                assert!(status.success(), "{cell:?}: {status}");
                false
            }
        });
    }
    let wall = begun.elapsed().as_secs_f64();
    let log = running.requests();
    let asked = log.iter().filter(|entry| entry.path != "/oauth/token");
    let (mut requests, mut refused) = (0, 0);
    for entry in asked {
        requests += 1;
        refused += u32::from(entry.status == Some(429));
    }
    Outcome { wall, requests, refused, bound: cell.bound(requests - refused) }
}
