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
use hooksync::model::{DesiredState, Kind, Name, SecretValue};
use hooksync::plan::guard::{self, Allowed};
use hooksync::plan::{ApplyReport, Change, Field, Options, Outcome, Plan, Value, Verb, diff};
use hooksync::source::{self, LoadOptions};
use hooksync::sync::{Executor, execute, fetch};
use hooksync::tenant::actions::{Action, Behaviour};
use hooksync::tenant::{self, Latency, Limit, Limits, Rate, Running, State};
use secrecy::ExposeSecret;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::mixed_chance::{TRIGGERS, definitions, faults, live};
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

/// One faulty apply, seen from the tenant.
struct Story<'a> {
    before: &'a State,
    after: &'a State,
    desired: &'a DesiredState,
}

impl Story<'_> {
    fn check(&self, plan: &Plan, report: &ApplyReport) -> Result<(), String> {
        for (change, result) in plan.changes.iter().zip(&report.results) {
            if result.outcome == Outcome::Applied {
                let as_told = self.as_told(change);
                as_told.map_err(|why| format!("{} {} applied: {why}", change.kind, change.name))?;
            }
        }
        self.keeps_secrets(plan)?;
        self.keeps_bindings(plan)?;
        for cutover in &plan.cutovers {
            let trigger = cutover.trigger.as_str();
            let hook = self.after.hooks.iter().any(|it| it.enabled && it.trigger_id == trigger);
            let bound = names(self.after, trigger);
            let taken = cutover.actions.iter().all(|it| bound.contains(&it.to_string()));
            let failed = report.results.iter().any(|result| {
                result.trigger.as_str() == trigger && result.outcome == Outcome::Failed
            });
            if hook == taken && !failed {
                return Err(format!("{trigger}: hook {hook}, action {taken}, and nobody says so"));
            }
        }
        Ok(())
    }

    fn as_told(&self, change: &Change) -> Result<(), String> {
        let name = change.name.as_str();
        let id = change.id.as_ref().map(|id| id.as_str());
        match (change.kind, change.verb) {
            (Kind::Bindings, _) => {
                let Some(Value::Names(new)) = change.field(Field::Bindings).map(|it| &it.new)
                else {
                    return Ok(());
                };
                let got = names(self.after, name);
                if got == *new { Ok(()) } else { Err(format!("{got:?} instead of {new:?}")) }
            }
            (Kind::Action, Verb::Delete) => {
                match self.after.actions.iter().any(|it| Some(it.id.as_str()) == id) {
                    true => Err("it is still there".to_owned()),
                    false => Ok(()),
                }
            }
            (Kind::Action, _) => {
                let wanted = self.desired.of(Kind::Action).find(|it| it.name == change.name);
                let wanted = wanted.ok_or("no definition")?.script.as_str();
                let trigger = change.trigger.as_str();
                let fits = |it: &&Action| {
                    it.name == name && it.draft.triggers.iter().any(|on| on.id == trigger)
                };
                let live = self.after.actions.iter().find(fits).ok_or("it is not there")?;
                if live.draft.code != wanted {
                    return Err("its draft is another".to_owned());
                }
                let deployed = live.versions.last().map(|version| version.content.code.as_str());
                match change.deploys() && deployed != Some(wanted) {
                    true => Err("another version is deployed".to_owned()),
                    false => Ok(()),
                }
            }
            (Kind::Hook, Verb::Delete) => {
                match self.after.hooks.iter().any(|it| Some(it.id.as_str()) == id) {
                    true => Err("it is still there".to_owned()),
                    false => Ok(()),
                }
            }
            (Kind::Hook, _) => {
                let live = self.after.hooks.iter().find(|it| it.name.as_deref() == Some(name));
                let live = live.ok_or("it is not there")?;
                match change.enabled().is_some_and(|on| on != live.enabled) {
                    true => Err("it is not switched as it says".to_owned()),
                    false => Ok(()),
                }
            }
        }
    }

    /// No secret goes that the plan doesn't delete, and none gets a value that
    /// wasn't sent.
    fn keeps_secrets(&self, plan: &Plan) -> Result<(), String> {
        for old in &self.before.actions {
            let Some(new) = self.after.actions.iter().find(|it| it.id == old.id) else { continue };
            let change = plan
                .changes
                .iter()
                .find(|it| it.id.as_ref().is_some_and(|id| id.as_str() == old.id));
            for secret in &old.draft.secrets {
                let sent =
                    change.is_some_and(|it| it.secrets.iter().any(|one| one.key == secret.name));
                let kept = new.draft.secrets.iter().find(|it| it.name == secret.name);
                match kept {
                    _ if sent => {}
                    None => return Err(format!("{} lost its secret {}", old.name, secret.name)),
                    Some(kept) if kept.value != secret.value => {
                        return Err(format!("the secret {} of {} changed", secret.name, old.name));
                    }
                    Some(_) => {}
                }
            }
        }
        Ok(())
    }

    /// A trigger's order is what it was, or what the plan wants.
    fn keeps_bindings(&self, plan: &Plan) -> Result<(), String> {
        for trigger in TRIGGERS {
            let (old, new) = (ids(self.before, trigger), ids(self.after, trigger));
            let change = plan
                .changes
                .iter()
                .find(|it| it.kind == Kind::Bindings && it.name == Name::action(trigger));
            let wanted = change.and_then(|change| match &change.field(Field::Bindings)?.new {
                Value::Names(names) => Some(names.clone()),
                _ => None,
            });
            if old != new && wanted != Some(names(self.after, trigger)) {
                return Err(format!("{trigger} runs {:?}", names(self.after, trigger)));
            }
        }
        Ok(())
    }
}

/// No action is there twice that was not before.
fn no_twins(before: &State, after: &State, edited: bool) -> Result<(), String> {
    let count = |state: &State, name: &str, trigger: &str| {
        let fits =
            |it: &&Action| it.name == name && it.draft.triggers.iter().any(|on| on.id == trigger);
        state.actions.iter().filter(fits).count()
    };
    for action in &after.actions {
        for on in &action.draft.triggers {
            let (was, is) =
                (count(before, &action.name, &on.id), count(after, &action.name, &on.id));
            if is > 1 && is > was && !edited {
                return Err(format!("{} is there {is} times", action.name));
            }
        }
    }
    Ok(())
}

fn ids(state: &State, trigger: &str) -> Vec<String> {
    state.bindings.iter().filter(|it| it.trigger == trigger).map(|it| it.action.clone()).collect()
}

fn names(state: &State, trigger: &str) -> Vec<String> {
    let name = |id: &String| {
        let action = state.actions.iter().find(|it| it.id == *id);
        action.map(|it| it.name.clone()).unwrap_or_default()
    };
    ids(state, trigger).iter().map(name).collect()
}
