//! The same for plans of both kinds: actions, bindings, and the step from a
//! hook to its action.
//!
//! `HOOKSYNC_MIXED_RUNS` sets how many runs there are (default 160);
//! `HOOKSYNC_FAULT_SEED` is the first seed.

use std::time::Duration;

use fastrand::Rng;
use hooksync::api::{Patience, Session};
use hooksync::model::DesiredState;
use hooksync::plan::guard::Allowed;
use hooksync::plan::{Options, Outcome};
use hooksync::source::{self, LoadOptions};
use hooksync::tenant::actions::Behaviour;
use hooksync::tenant::{self, Latency, Limit, Limits, Rate, Running};
use tokio_util::sync::CancellationToken;

use crate::attempt::{self, Applied, Attempt, Client};
use crate::mixed_chance::{definitions, faults, live};
use crate::plans;
use crate::story::{Story, no_twins};

#[tokio::test(flavor = "multi_thread")]
async fn mixed_campaign() {
    attempt::campaign(("HOOKSYNC_MIXED_RUNS", 160), one).await;
}

struct Bench {
    tenant: Running,
    desired: DesiredState,
    options: Options,
    allowed: Allowed,
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
    let allowed =
        Allowed { deletes: true, deletes_actions: true, force: true, ..Allowed::default() };
    let bench = Bench { tenant, desired: loaded.desired, options, allowed, _dir: dir };
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
        let applied = self.apply(patience, stop).await;
        let after = self.tenant.state();
        let edited = self
            .tenant
            .requests()
            .iter()
            .any(|entry| entry.faults.iter().any(|fault| fault.starts_with("edit")));
        let ending = match &applied {
            Applied::Unread(_) | Applied::Refused(..) => "unread or refused",
            Applied::Done(plan, report) => {
                let story = Story { before: &before, after: &after, desired: &self.desired };
                if !edited {
                    story.check(plan, report).map_err(|why| {
                        format!("{why}\n{}\n{:#?}", plans::reported(plan), report.results)
                    })?;
                }
                attempt::ending(plan, report)
            }
        };
        no_twins(&before, &after, edited)?;
        self.tenant.set_faults(Vec::new());
        let patience = Patience { first_pause: Duration::from_millis(50), ..Patience::default() };
        let Applied::Done(plan, report) = self.apply(patience, None).await else {
            return Err("the second apply could not be planned".to_owned());
        };
        let bad = report.results.iter().find(|result| result.outcome != Outcome::Applied);
        if let Some(bad) = bad {
            return Err(format!("calm: {bad:?}\n{}", plans::reported(&plan)));
        }
        let stop = CancellationToken::new();
        let next = self.attempt(&self.session(patience, &stop), &stop).next().await?;
        match next.is_clean() {
            true => no_twins(&before, &self.tenant.state(), edited).map(|()| ending.to_owned()),
            false => Err(format!("not clean at last: {}", plans::reported(&next))),
        }
    }

    fn session(&self, patience: Patience, stop: &CancellationToken) -> Session {
        let deadline = Duration::from_secs(90);
        Client::of(&self.tenant, patience, deadline, (stop, CancellationToken::new()))
    }

    fn attempt<'a>(&'a self, session: &'a Session, stop: &'a CancellationToken) -> Attempt<'a> {
        let Self { desired, options, allowed, .. } = self;
        Attempt { session, desired, options, allowed, stop, fail_fast: false }
    }

    async fn apply(&self, patience: Patience, stop_after: Option<usize>) -> Applied {
        let stop = CancellationToken::new();
        let session = self.session(patience, &stop);
        let on_event = |count| {
            if Some(count) == stop_after {
                stop.cancel();
            }
        };
        self.attempt(&session, &stop).run(|_, _| Ok(()), &on_event).await
    }
}
