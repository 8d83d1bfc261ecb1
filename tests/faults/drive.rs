//! One run: an apply while things go wrong, and one while they don't.

use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use fastrand::Rng;
use hooksync::api::{Patience, Session};
use hooksync::model::{DesiredState, LiveState};
use hooksync::plan::guard::Allowed;
use hooksync::plan::{ApplyReport, Options, Plan, RequestCounts};
use hooksync::report::{PlanView, Style, json, markdown, text};
use hooksync::source::{self, LoadOptions};
use hooksync::tenant::{self, Limit, Limits, Rate, Running, State};
use tokio_util::sync::CancellationToken;

use crate::attempt::{Applied, Attempt, Client};
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

struct Run {
    seed: u64,
    tenant: Running,
    desired: DesiredState,
    options: Options,
    allowed: Allowed,
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
    let allowed = Allowed { deletes: options.allow_delete, force: true, ..Allowed::default() };
    let (desired, heard) = (loaded.desired, Heard::default());
    let run = Run { seed, tenant, desired, options, allowed, heard, dir };
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
        let attempt = self.apply("faulty", patience, interrupts, &before).await?;
        let log = self.tenant.requests();
        let after = self.tenant.state();
        let edited = log.iter().any(|entry| entry.faults.iter().any(|f| f.starts_with("edit")));
        let story = check::Story { before: &before, after: &after, edited };
        let ending = match &attempt {
            Applied::Unread(_) | Applied::Refused(..) => {
                if !edited && after.hooks != before.hooks {
                    return Err("something was written without a plan".to_owned());
                }
                if matches!(attempt, Applied::Unread(_)) { "unread" } else { "refused" }
            }
            Applied::Done(plan, report) => {
                check::after_faults(&story, (plan, report), &self.desired)?
            }
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
        let attempt = self.apply("calm", patience, Interrupts::default(), &before).await?;
        let after = self.tenant.state();
        let (plan, report) = match attempt {
            Applied::Done(plan, report) => (plan, report),
            Applied::Refused(..) if !self.options.allow_delete => return Ok(()),
            Applied::Refused(..) => return Err("the second apply was refused".to_owned()),
            Applied::Unread(_) => return Err("the second apply could not read".to_owned()),
        };
        let applied = (&*plan, &report);
        check::converged(self.seed, &after, applied, &self.desired, &self.options, edited)?;
        let (stop, abort) = (CancellationToken::new(), CancellationToken::new());
        let session = self.session(patience, &stop, abort);
        let next = self.attempt(&session, &stop).next().await?;
        if next.is_clean() {
            Ok(())
        } else {
            Err(format!("not clean at last: {}", plans::reported(&next)))
        }
    }

    fn session(
        &self,
        patience: Patience,
        stop: &CancellationToken,
        abort: CancellationToken,
    ) -> Session {
        Client::of(&self.tenant, patience, Duration::from_secs(60), (stop, abort))
    }

    fn attempt<'a>(&'a self, session: &'a Session, stop: &'a CancellationToken) -> Attempt<'a> {
        let Self { desired, options, allowed, .. } = self;
        Attempt { session, desired, options, allowed, stop, fail_fast: self.seed % 16 == 3 }
    }

    async fn apply(
        &self,
        what: &str,
        patience: Patience,
        interrupts: Interrupts,
        before: &State,
    ) -> Result<Applied, String> {
        let (stop, abort) = (CancellationToken::new(), CancellationToken::new());
        let session = self.session(patience, &stop, abort.clone());
        let crowded = Mutex::new(None);
        let crowds = check::crowds(before);
        let on_event = |count| {
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
        };
        let look = |plan: &Plan, _: &LiveState| {
            self.tell_plan(plan);
            Ok(())
        };
        let applied = self.attempt(&session, &stop).run(look, &on_event).await;
        match &applied {
            Applied::Unread(why) | Applied::Refused(_, why) => self.heard.add(why),
            Applied::Done(plan, report) => {
                plans::save(plan, &self.dir.path().join(format!("backup-{what}")))?;
                self.tell_report(report, plan);
            }
        }
        let edited = || {
            let log = self.tenant.requests();
            log.iter().any(|entry| entry.faults.iter().any(|fault| fault.starts_with("edit")))
        };
        let crowded = crowded.into_inner().unwrap().filter(|_| !edited());
        match (crowded, &applied) {
            (Some(trigger), Applied::Done(plan, _)) => {
                Err(format!("{what}: two hooks ran at {trigger}\n{}", plans::reported(plan)))
            }
            _ => Ok(applied),
        }
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
