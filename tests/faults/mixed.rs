//! The same for plans of both kinds: actions, bindings, and the step from a
//! hook to its action.
//!
//! `HOOKSYNC_MIXED_RUNS` sets how many runs there are (default 160);
//! `HOOKSYNC_FAULT_SEED` is the first seed.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use fastrand::Rng;
use futures_util::stream::{StreamExt, iter};
use hooksync::api::{
    self, Credentials, Domain, Gates, Headroom, Patience, RateSettings, Session, Settings,
};
use hooksync::model::{DesiredState, SecretValue};
use hooksync::plan::guard::{self, Allowed};
use hooksync::plan::{ApplyReport, Options, Outcome, Plan, diff};
use hooksync::source::{self, LoadOptions};
use hooksync::sync::{Executor, execute, fetch};
use hooksync::tenant::actions::Behaviour;
use hooksync::tenant::{self, Latency, Limit, Limits, Rate, Running};
use secrecy::ExposeSecret;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::mixed_chance::{definitions, faults, live};
use crate::story::{Story, no_twins};
use crate::{AT_ONCE, ENDLESS, number, plans};

#[tokio::test(flavor = "multi_thread")]
async fn mixed_campaign() {
    let runs = number("HOOKSYNC_MIXED_RUNS", 160);
    let first = number("HOOKSYNC_FAULT_SEED", 1);
    let begun = std::time::Instant::now();
    let mut endings: BTreeMap<String, usize> = BTreeMap::new();
    let mut failures = Vec::new();
    let mut ended = iter(first..first + runs)
        .map(|seed| async move { (seed, tokio::spawn(timeout(ENDLESS, one(seed))).await) })
        .buffer_unordered(AT_ONCE);
    while let Some((seed, outcome)) = ended.next().await {
        let outcome = outcome.map(|ended| ended.unwrap_or_else(|_| Err("it never ends".into())));
        match outcome.unwrap_or_else(|panic| Err(format!("panicked: {panic}"))) {
            Ok(ending) => *endings.entry(ending).or_default() += 1,
            Err(problem) => failures.push(format!("seed {seed}: {problem}")),
        }
    }
    println!("{runs} runs from seed {first} in {:.0?}: {endings:#?}", begun.elapsed());
    assert!(failures.is_empty(), "{} of {runs}:\n{}", failures.len(), failures.join("\n"));
}

struct Bench {
    tenant: Running,
    desired: DesiredState,
    options: Options,
    _dir: tempfile::TempDir,
}

async fn one(seed: u64) -> Result<String, String> {
    let mut rng = Rng::with_seed(seed);
    let dir = tempfile::tempdir().map_err(|error| error.to_string())?;
    let files = dir.path().join("project");
    let before = live(&mut rng);
    definitions(&mut rng, &before, &files);
    let state = dir.path().join("tenant.json");
    std::fs::write(&state, before.to_string()).map_err(|error| error.to_string())?;
    let fixed = |fixed_ms| Latency { fixed_ms, jitter_ms: 0 };
    let plenty = Limit::new(1_000_000, Rate::per_second(1_000_000));
    let tenant = tenant::start(tenant::Options {
        actions: Behaviour {
            bind_lag: fixed([0, 0, 3000][rng.usize(..3)]),
            ..Behaviour::instant()
        },
        limits: Limits { api: plenty, token: plenty, ..Limits::default() },
        state: Some(state),
        seed: Some(seed),
        ..tenant::Options::default()
    })
    .await
    .map_err(|error| error.to_string())?;
    let loaded = source::load(&files, &LoadOptions::default());
    if let Some(error) = loaded.diagnostics.iter().find(|found| found.is_error()) {
        return Err(format!("the definitions are faulty: {error:?}"));
    }
    let options = Options { allow_delete: true, allow_delete_actions: true, ..Options::default() };
    let bench = Bench { tenant, desired: loaded.desired, options, _dir: dir };
    let faults = faults(&mut rng);
    let stop = (rng.u8(..4) == 0).then(|| rng.usize(1..12));
    bench.whole(&faults, stop).await.map_err(|problem| {
        let log = match std::env::var_os("HOOKSYNC_FAULT_SEED") {
            Some(_) => bench.tenant.requests().iter().map(tenant::Entry::to_line).collect(),
            None => Vec::new(),
        };
        format!("{problem}\n  {faults:?} stop {stop:?}\n{}", log.join("\n"))
    })
}

impl Bench {
    async fn whole(&self, faults: &[String], stop: Option<usize>) -> Result<String, String> {
        let before = self.tenant.state();
        let read = |fault: &String| fault.parse::<tenant::Fault>().map_err(|e| e.to_string());
        self.tenant.set_faults(faults.iter().map(read).collect::<Result<_, _>>()?);
        let patience = Patience {
            answer: Duration::from_millis(400),
            first_pause: Duration::from_millis(5),
            longest_pause: Duration::from_millis(40),
            grace: Duration::from_secs(10),
        };
        let applied = self.apply(patience, stop).await?;
        let after = self.tenant.state();
        let edited = self
            .tenant
            .requests()
            .iter()
            .any(|entry| entry.faults.iter().any(|fault| fault.starts_with("edit")));
        let ending = match &applied {
            None => "unread or refused",
            Some((plan, report)) => {
                let story = Story { before: &before, after: &after, desired: &self.desired };
                if !edited {
                    story.check(plan, report).map_err(|why| {
                        format!("{why}\n{}\n{:#?}", plans::reported(plan), report.results)
                    })?;
                }
                match report.results.iter().all(|result| result.outcome == Outcome::Applied) {
                    true if plan.cutovers.is_empty() => "applied",
                    true => "applied, a cutover among it",
                    false if plan.cutovers.is_empty() => "in part",
                    false => "in part, a cutover among it",
                }
            }
        };
        no_twins(&before, &after, edited)?;
        self.tenant.set_faults(Vec::new());
        let patience = Patience { first_pause: Duration::from_millis(50), ..Patience::default() };
        let Some((plan, report)) = self.apply(patience, None).await? else {
            return Err("the second apply could not be planned".to_owned());
        };
        let bad = report.results.iter().find(|result| result.outcome != Outcome::Applied);
        if let Some(bad) = bad {
            return Err(format!("calm: {bad:?}\n{}", plans::reported(&plan)));
        }
        let session = self.session(patience, &CancellationToken::new())?;
        let live = fetch(&session.reader(), &self.desired, &self.options).await;
        let live = live.map_err(|error| format!("third read: {error}"))?;
        let next = diff::plan(&self.desired, &live, "t", &self.options);
        match next.is_clean() {
            true => no_twins(&before, &self.tenant.state(), edited).map(|()| ending.to_owned()),
            false => Err(format!("not clean at last: {}", plans::reported(&next))),
        }
    }

    fn session(&self, patience: Patience, stop: &CancellationToken) -> Result<Session, String> {
        let secret = self.tenant.client_secret().expose_secret().to_owned();
        let settings = Settings {
            domain: Domain::parse(&self.tenant.url()).map_err(|error| error.to_string())?,
            audience: None,
            credentials: Credentials::ClientSecret {
                client_id: self.tenant.client_id().to_owned(),
                client_secret: SecretValue::new(secret),
            },
            rate: RateSettings { headroom: Headroom::Count(0), ..RateSettings::default() },
            deadline: Duration::from_secs(90),
            patience,
            stop: stop.clone(),
            abort: CancellationToken::new(),
            gates: Gates::default(),
        };
        api::connect(settings, None).map_err(|error| error.to_string())
    }

    async fn apply(
        &self,
        patience: Patience,
        stop_after: Option<usize>,
    ) -> Result<Option<(Plan, ApplyReport)>, String> {
        let stop = CancellationToken::new();
        let session = self.session(patience, &stop)?;
        let read_at = tokio::time::Instant::now();
        let Ok(live) = fetch(&session.reader(), &self.desired, &self.options).await else {
            return Ok(None);
        };
        let plan = diff::plan(&self.desired, &live, "t", &self.options);
        let allowed =
            Allowed { deletes: true, deletes_actions: true, force: true, ..Allowed::default() };
        let Ok(approved) = guard::approve(plan.clone(), &allowed) else { return Ok(None) };
        let events = AtomicUsize::new(0);
        let executor = Executor {
            writer: &session.writer(),
            desired: &self.desired,
            stop: &stop,
            recheck: Some(read_at),
            fail_fast: false,
            on_event: &|_| {
                if Some(events.fetch_add(1, Ordering::Relaxed) + 1) == stop_after {
                    stop.cancel();
                }
            },
        };
        let report = execute(&approved, &executor).await;
        Ok(Some((plan, report)))
    }
}
