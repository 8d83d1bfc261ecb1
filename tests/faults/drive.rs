//! One run: an apply while things go wrong, and one while they don't.

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use fastrand::Rng;
use hooksync::api::{
    self, Credentials, Domain, Gates, Headroom, Patience, RateSettings, Session, Settings,
};
use hooksync::model::{DesiredState, LiveState, SecretValue};
use hooksync::plan::guard::{self, Allowed};
use hooksync::plan::{ApplyReport, Options, Plan, RequestCounts, diff};
use hooksync::report::{PlanView, Style, json, markdown, text};
use hooksync::source::{self, LoadOptions};
use hooksync::sync::{Executor, execute, fetch};
use hooksync::tenant::{self, Limit, Limits, Rate, Running, State};
use secrecy::ExposeSecret;
use tokio_util::sync::CancellationToken;

use crate::{chance, check, plans};

/// The client's secret, which nothing may show either.
const CLIENT_SECRET: &str = "canary-7f3a-client-secret";

/// Everything that was written or said, to be searched.
#[derive(Default)]
pub(crate) struct Heard(Mutex<Vec<String>>);

impl Heard {
    pub(crate) fn add(&self, text: impl Into<String>) {
        self.0.lock().unwrap().push(text.into());
    }

    fn check(&self) -> Result<(), String> {
        let all = self.0.lock().unwrap();
        match all.iter().find(|text| text.contains(chance::CANARY)) {
            Some(text) => Err(format!("a secret was shown: {text}")),
            None => Ok(()),
        }
    }
}

/// What an apply came to.
pub(crate) struct Applied {
    pub(crate) plan: Plan,
    pub(crate) report: ApplyReport,
}

pub(crate) enum Attempt {
    /// It could not even be planned.
    Unread,
    /// It was refused before the first write.
    Refused,
    Done(Box<Applied>),
}

struct Run {
    seed: u64,
    tenant: Running,
    desired: DesiredState,
    options: Options,
    heard: Heard,
    dir: tempfile::TempDir,
}

/// How a run is interrupted: after so many events.
#[derive(Default, Clone, Copy)]
struct Interrupts {
    stop: Option<usize>,
    abort: Option<usize>,
}

/// One run; gives in a word how its faulty half ended.
pub(crate) async fn run(seed: u64) -> Result<String, String> {
    let mut rng = Rng::with_seed(seed);
    let behaviour = chance::behaviour(&mut rng);
    let hooks = chance::live(&mut rng);
    let dir = tempfile::tempdir().map_err(|error| error.to_string())?;
    let files = dir.path().join("hooks");
    std::fs::create_dir(&files).map_err(|error| error.to_string())?;
    chance::definitions(&mut rng, seed, &hooks, &files);
    let tenant = tenant::start(tenant::Options {
        behaviour,
        limits: Limits {
            api: Limit::new(1_000_000, Rate::per_second(1_000_000)),
            token: Limit::new(1_000_000, Rate::per_second(1_000_000)),
            ..Limits::default()
        },
        client_secret: CLIENT_SECRET.into(),
        state: seed.is_multiple_of(8).then(|| dir.path().join("tenant.json")),
        log: Some(dir.path().join("tenant.log")),
        seed: Some(seed),
        ..tenant::Options::default()
    })
    .await
    .map_err(|error| error.to_string())?;
    tenant.edit(|state| state.hooks = hooks).map_err(|error| error.to_string())?;
    let loaded = source::load(&files, &LoadOptions::default());
    if let Some(error) = loaded.diagnostics.iter().find(|found| found.is_error()) {
        return Err(format!("the definitions are faulty: {error:?}"));
    }
    let options = Options { allow_delete: rng.u8(..4) != 0, ..Options::default() };
    let run = Run { seed, tenant, desired: loaded.desired, options, heard: Heard::default(), dir };
    let faults = chance::faults(&mut rng);
    run.whole(&mut rng, &faults).await.map_err(|problem| {
        let requests = run.tenant.requests();
        let lines: Vec<String> = requests.iter().map(tenant::Entry::to_line).collect();
        let log = if std::env::var_os("HOOKSYNC_FAULT_SEED").is_some() {
            lines.join("\n")
        } else {
            String::new()
        };
        format!("{problem}\n  {behaviour:?} {faults:?}\n{log}")
    })
}

impl Run {
    async fn whole(&self, rng: &mut Rng, faults: &[String]) -> Result<String, String> {
        let before = self.tenant.state();
        let read = |fault: &String| fault.parse::<tenant::Fault>().map_err(|e| e.to_string());
        self.tenant.set_faults(faults.iter().map(read).collect::<Result<_, _>>()?);
        let interrupts = match rng.u8(..10) {
            0 | 1 => Interrupts { stop: Some(rng.usize(1..12)), abort: None },
            2 => Interrupts { stop: Some(rng.usize(1..6)), abort: Some(rng.usize(6..12)) },
            _ => Interrupts::default(),
        };
        let patience = Patience {
            answer: Duration::from_millis(400),
            first_pause: Duration::from_millis(5),
            longest_pause: Duration::from_millis(40),
            grace: Duration::from_secs(10),
        };
        let attempt = self.attempt("faulty", patience, interrupts, &before).await?;
        let log = self.tenant.requests();
        let after = self.tenant.state();
        let edited = log.iter().any(|entry| entry.faults.iter().any(|f| f.starts_with("edit")));
        let story = check::Story { before: &before, after: &after, edited };
        let ending = match &attempt {
            Attempt::Unread | Attempt::Refused => {
                if !edited && after.hooks != before.hooks {
                    return Err("something was written without a plan".to_owned());
                }
                if matches!(attempt, Attempt::Unread) { "unread" } else { "refused" }
            }
            Attempt::Done(applied) => check::after_faults(&story, applied, &self.desired)?,
        };
        self.tenant.set_faults(Vec::new());
        self.converge(edited).await?;
        for entry in std::fs::read_dir(self.dir.path()).map_err(|error| error.to_string())? {
            let path = entry.map_err(|error| error.to_string())?.path();
            if path.file_name().is_some_and(|name| name != "hooks") {
                hear_files(&self.heard, &path);
            }
        }
        self.heard.check()?;
        Ok(ending.to_owned())
    }

    /// Without faults one more run makes it good, and the next has nothing to
    /// do.
    async fn converge(&self, edited: bool) -> Result<(), String> {
        let patience = Patience { first_pause: Duration::from_millis(50), ..Patience::default() };
        let before = self.tenant.state();
        let attempt = self.attempt("calm", patience, Interrupts::default(), &before).await?;
        let after = self.tenant.state();
        let applied = match attempt {
            Attempt::Done(applied) => applied,
            Attempt::Refused if !self.options.allow_delete => return Ok(()),
            Attempt::Refused => return Err("the second apply was refused".to_owned()),
            Attempt::Unread => return Err("the second apply could not read".to_owned()),
        };
        check::converged(self.seed, &after, &applied, &self.desired, &self.options, edited)?;
        let session = self.session(patience, CancellationToken::new(), CancellationToken::new())?;
        let live = self.live(&session).await.map_err(|error| format!("third read: {error}"))?;
        let next = diff::plan(&self.desired, &live, "t", &self.options);
        if next.is_clean() {
            Ok(())
        } else {
            Err(format!("not clean at last: {}", plans::reported(&next)))
        }
    }

    async fn live(&self, session: &Session) -> Result<LiveState, String> {
        let read = fetch(&session.reader(), &self.desired, &self.options).await;
        read.map_err(|error| format!("{error} {error:?}"))
    }

    fn session(
        &self,
        patience: Patience,
        stop: CancellationToken,
        abort: CancellationToken,
    ) -> Result<Session, String> {
        let secret = self.tenant.client_secret().expose_secret().to_owned();
        let settings = Settings {
            domain: Domain::parse(&self.tenant.url()).map_err(|error| error.to_string())?,
            audience: None,
            credentials: Credentials::ClientSecret {
                client_id: self.tenant.client_id().to_owned(),
                client_secret: SecretValue::new(secret),
            },
            rate: RateSettings { headroom: Headroom::Count(0), ..RateSettings::default() },
            deadline: Duration::from_secs(60),
            patience,
            stop,
            abort,
            gates: Gates::default(),
        };
        api::connect(settings, None).map_err(|error| error.to_string())
    }

    async fn attempt(
        &self,
        what: &str,
        patience: Patience,
        interrupts: Interrupts,
        before: &State,
    ) -> Result<Attempt, String> {
        let (stop, abort) = (CancellationToken::new(), CancellationToken::new());
        let session = self.session(patience, stop.clone(), abort.clone())?;
        let read_at = tokio::time::Instant::now();
        let live = match self.live(&session).await {
            Ok(live) => live,
            Err(error) => {
                self.heard.add(error);
                return Ok(Attempt::Unread);
            }
        };
        let plan = diff::plan(&self.desired, &live, "t", &self.options);
        self.tell_plan(&plan);
        let allowed =
            Allowed { deletes: self.options.allow_delete, force: true, ..Allowed::default() };
        let approved = match guard::approve(plan.clone(), &allowed) {
            Ok(approved) => approved,
            Err(refusals) => {
                self.heard.add(format!("{refusals:?}"));
                return Ok(Attempt::Refused);
            }
        };
        plans::save(&plan, &self.dir.path().join(format!("backup-{what}")))?;
        let events = AtomicUsize::new(0);
        let crowded = Mutex::new(None);
        let crowds = check::crowds(before);
        let executor = Executor {
            writer: &session.writer(),
            desired: &self.desired,
            stop: &stop,
            recheck: Some(read_at),
            fail_fast: self.seed % 16 == 3,
            on_event: &|_| {
                let count = events.fetch_add(1, Ordering::Relaxed) + 1;
                if interrupts.stop == Some(count) {
                    stop.cancel();
                }
                if interrupts.abort == Some(count) {
                    abort.cancel();
                }
                let now = check::crowds(&self.tenant.state());
                if let Some(trigger) = now.difference(&crowds).next() {
                    *crowded.lock().unwrap() = Some(trigger.clone());
                }
            },
        };
        let report = execute(&approved, &executor).await;
        self.tell_report(&report, &plan);
        let edited = || {
            let log = self.tenant.requests();
            log.iter().any(|entry| entry.faults.iter().any(|fault| fault.starts_with("edit")))
        };
        if let Some(trigger) = crowded.into_inner().unwrap().filter(|_| !edited()) {
            return Err(format!("{what}: two hooks ran at {trigger}\n{}", plans::reported(&plan)));
        }
        Ok(Attempt::Done(Box::new(Applied { plan, report })))
    }

    fn tell_plan(&self, plan: &Plan) {
        self.heard.add(format!("{plan:?}"));
        self.heard.add(text::plan(&PlanView::of(plan), &Style::plain(100)));
        self.heard.add(json::plan(&PlanView::of(plan), &RequestCounts::default()));
    }

    fn tell_report(&self, report: &ApplyReport, plan: &Plan) {
        self.heard.add(format!("{report:?} {:?}", self.desired));
        let spent = None;
        let view = markdown::ApplyView { environment: None, report, spent };
        self.heard.add(text::apply(&view, plan, &Style::plain(100)));
        self.heard.add(json::apply(report, &RequestCounts::default()));
        self.heard.add(markdown::apply(&[view]));
    }
}

/// Everything in a file, or in all files of a folder.
pub(crate) fn hear_files(heard: &Heard, path: &Path) {
    if path.is_dir() {
        for entry in std::fs::read_dir(path).unwrap() {
            hear_files(heard, &entry.unwrap().path());
        }
    } else {
        heard.add(String::from_utf8_lossy(&std::fs::read(path).unwrap()));
    }
}
