//! What the campaigns do alike: many seeds at once, a session with a tenant, and
//! one apply by the product's own steps.
//!
//! Must not judge what came of it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::stream::{StreamExt, iter};
use hooksync::api::{
    self, Credentials, Domain, Gates, Headroom, Patience, RateSettings, Session, Settings,
    Transport,
};
use hooksync::model::{DesiredState, LiveState, SecretValue};
use hooksync::plan::guard::{self, Allowed};
use hooksync::plan::{ApplyReport, Options, Outcome, Plan, diff};
use hooksync::sync::{Executor, execute, fetch};
use hooksync::tenant::Running;
use secrecy::ExposeSecret;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::number;

/// Longer than any run may take by its own time limits.
const ENDLESS: Duration = Duration::from_secs(200);
/// How many runs are under way at once: most of them wait.
const AT_ONCE: usize = 64;

/// Runs many seeds and says what they came to; `count` is the variable that sets
/// how many, and how many it is by default.
pub(crate) async fn campaign<R>(count: (&str, u64), one: impl Fn(u64) -> R)
where
    R: Future<Output = Result<String, String>> + Send + 'static,
{
    let (runs, first) = (number(count.0, count.1), number("HOOKSYNC_FAULT_SEED", 1));
    let begun = Instant::now();
    let mut endings: BTreeMap<String, usize> = BTreeMap::new();
    let mut failures = Vec::new();
    let mut ended = iter(first..first + runs)
        .map(|seed| {
            let run = one(seed);
            async move { (seed, tokio::spawn(timeout(ENDLESS, run)).await) }
        })
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

/// A client's session with a tenant.
pub(crate) struct Client<'a> {
    pub(crate) url: &'a str,
    /// Its id and its secret.
    pub(crate) credentials: (&'a str, &'a str),
    pub(crate) patience: Patience,
    pub(crate) deadline: Duration,
    pub(crate) abort: CancellationToken,
    /// In place of sockets.
    pub(crate) transport: Option<Arc<dyn Transport>>,
}

impl Client<'_> {
    /// The session of a client that knows a running tenant's secret.
    pub(crate) fn of(
        tenant: &Running,
        patience: Patience,
        deadline: Duration,
        (stop, abort): (&CancellationToken, CancellationToken),
    ) -> Session {
        let secret = tenant.client_secret().expose_secret();
        let credentials = (tenant.client_id(), secret);
        let url = &tenant.url();
        Client { url, credentials, patience, deadline, abort, transport: None }.session(stop)
    }

    pub(crate) fn session(self, stop: &CancellationToken) -> Session {
        let settings = Settings {
            domain: Domain::parse(self.url).unwrap(),
            audience: None,
            credentials: Credentials::ClientSecret {
                client_id: self.credentials.0.to_owned(),
                client_secret: SecretValue::new(self.credentials.1.to_owned()),
            },
            rate: RateSettings { headroom: Headroom::Count(0), ..RateSettings::default() },
            deadline: self.deadline,
            patience: self.patience,
            stop: stop.clone(),
            abort: self.abort,
            gates: Gates::default(),
        };
        api::connect(settings, self.transport).unwrap()
    }
}

/// An apply, from reading what is live on.
pub(crate) struct Attempt<'a> {
    pub(crate) session: &'a Session,
    pub(crate) desired: &'a DesiredState,
    pub(crate) options: &'a Options,
    pub(crate) allowed: &'a Allowed,
    pub(crate) stop: &'a CancellationToken,
    pub(crate) fail_fast: bool,
}

/// What came of it.
pub(crate) enum Applied {
    Unread(String),
    Refused(Box<Plan>, String),
    Done(Box<Plan>, ApplyReport),
}

impl Attempt<'_> {
    /// `look` sees the plan before anything is written, and whether it is let
    /// through; `on_event` the number of each step.
    pub(crate) async fn run(
        &self,
        look: impl FnOnce(&Plan, &LiveState) -> Result<(), String>,
        on_event: &(dyn Fn(usize) + Sync),
    ) -> Applied {
        let read_at = tokio::time::Instant::now();
        let live = match fetch(&self.session.reader(), self.desired, self.options).await {
            Ok(live) => live,
            Err(error) => return Applied::Unread(format!("{error} {error:?}")),
        };
        let plan = diff::plan(self.desired, &live, "t", self.options);
        let looked = look(&plan, &live);
        let approved = guard::approve(plan.clone(), self.allowed);
        let approved = approved.map_err(|refusals| format!("{refusals:?}"));
        let approved = match looked.and(approved) {
            Ok(approved) => approved,
            Err(why) => return Applied::Refused(Box::new(plan), why),
        };
        let events = AtomicUsize::new(0);
        let executor = Executor {
            writer: &self.session.writer(),
            desired: self.desired,
            stop: self.stop,
            recheck: Some(read_at),
            fail_fast: self.fail_fast,
            on_event: &|_| on_event(events.fetch_add(1, Ordering::Relaxed) + 1),
        };
        let report = execute(&approved, &executor).await;
        Applied::Done(Box::new(plan), report)
    }

    /// The plan that is left.
    pub(crate) async fn next(&self) -> Result<Plan, String> {
        let live = fetch(&self.session.reader(), self.desired, self.options).await;
        let live = live.map_err(|error| format!("third read: {error}"))?;
        Ok(diff::plan(self.desired, &live, "t", self.options))
    }
}

/// How a run with a report ended, in a word.
pub(crate) fn ending(plan: &Plan, report: &ApplyReport) -> &'static str {
    let all = report.results.iter().all(|one| one.outcome == Outcome::Applied);
    match (all, plan.cutovers.is_empty()) {
        (true, true) => "applied",
        (true, false) => "applied, a cutover among it",
        (false, true) => "in part",
        (false, false) => "in part, a cutover among it",
    }
}
