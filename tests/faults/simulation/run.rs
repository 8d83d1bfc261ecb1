//! One run: an apply while things go wrong, which may be dropped anywhere, and
//! one while they don't. Then what the tenant has is looked at.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use fastrand::Rng;
use hooksync::api::{Patience, Session};
use hooksync::model::{BindingsMode, DesiredState, LiveState, Script};
use hooksync::plan::guard::Allowed;
use hooksync::plan::{Options, Outcome, Plan, policy, twins};
use hooksync::tenant::actions::{Behaviour, Version};
use hooksync::tenant::{self, Fault, State};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::chance::{self, FOREIGN};
use super::world::{BEGIN, CLIENT, HOST, World};
use crate::attempt::{self, Applied, Attempt, Client};
use crate::mixed_chance::{TRIGGERS, live};
use crate::plans;
use crate::story::{Story, ids, no_twins};

/// How long what is under way when a program dies may still arrive: longer than
/// any way, and less than a person needs to start it again.
const SETTLED: Duration = Duration::from_secs(3);
/// How long somebody looks at a build that failed: until it is over, too.
const LOOKED_AT: Duration = Duration::from_secs(30);
/// No run takes longer by its own limits.
const ENDLESS: Duration = Duration::from_secs(4 * 3600);

/// What a run came to.
pub(super) struct Ended {
    pub(super) outcome: Result<String, String>,
    pub(super) trace: String,
}

/// The run of a seed.
pub(super) fn one(seed: u64) -> Ended {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    // jitter of the product comes from here
    fastrand::seed(seed);
    runtime.block_on(async {
        let bench = Bench::new(seed);
        let whole = tokio::time::timeout(ENDLESS, bench.whole()).await;
        let outcome = whole.unwrap_or_else(|_| Err("it never ends".into()));
        Ended { outcome, trace: bench.world.trace() }
    })
}

struct Bench {
    world: World,
    desired: DesiredState,
    options: Options,
    allowed: Allowed,
    faults: Vec<String>,
    behaviour: Behaviour,
    /// A build fails, until somebody mends the code or for no reason of its own.
    build_fails: Option<Cause>,
    stop_after: Option<usize>,
    crash_after: Option<u64>,
}

/// Why a build fails.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    Code,
    Passing,
}

/// What came of an apply that may have been dropped in the middle.
enum Ending {
    Crashed(Option<Box<Plan>>),
    Whole(Applied),
}

impl Bench {
    fn new(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let spares = rng.u8(..3) == 0;
        let mut before = live(&mut rng);
        chance::with_foreign(&mut rng, &mut before);
        let desired = chance::definitions(&mut rng, &before, spares);
        let (behaviour, build_fails) = chance::behaviour(&mut rng);
        let options = tenant::Options {
            actions: behaviour.clone(),
            limits: chance::limits(&mut rng),
            seed: Some(seed),
            ..tenant::Options::default()
        };
        let state = State::from_text(&before.to_string(), rng.fork(), BEGIN - 3_600_000).unwrap();
        let faults = chance::faults(&mut rng);
        let deletes = !spares;
        Self {
            world: World::new(&options, state, rng.fork()),
            desired,
            options: Options {
                allow_delete: deletes,
                allow_delete_actions: deletes,
                ..Options::default()
            },
            allowed: Allowed {
                deletes,
                deletes_actions: deletes,
                force: true,
                ..Allowed::default()
            },
            faults,
            behaviour,
            build_fails,
            stop_after: (rng.u8(..6) == 0).then(|| rng.usize(1..12)),
            crash_after: (rng.u8(..4) == 0).then(|| rng.u64(1..70)),
        }
    }

    async fn whole(&self) -> Result<String, String> {
        self.world.note(&format!(
            "{:?} stop {:?} crash {:?}",
            self.faults, self.stop_after, self.crash_after
        ));
        let before = self.world.state();
        let faults = self.faults.iter().map(|fault| fault.parse::<Fault>().unwrap()).collect();
        self.world.set_faults(faults);
        let applied = self.apply(&self.desired, self.stop_after, self.crash_after).await;
        if matches!(applied, Ending::Crashed(_)) {
            sleep(SETTLED).await;
        }
        let (after, edited) = (self.world.state(), self.world.edited());
        let story = Story { before: &before, after: &after, desired: &self.desired };
        let ending = self.judge(&story, &applied, edited)?;
        no_twins(&before, &after, edited)?;
        self.world.note(ending);
        self.world.set_faults(Vec::new());
        let mut desired = self.desired.clone();
        if let Some(cause) = self.build_fails {
            // a person looks at it, and mends the file if it was that
            sleep(LOOKED_AT).await;
            let behaviour = Behaviour { failing: Vec::new(), ..self.behaviour.clone() };
            self.world.set_actions(behaviour);
            for definition in desired.definitions.iter_mut().filter(|_| cause == Cause::Code) {
                definition.script =
                    Script::new(format!("{}// mended\n", definition.script.as_str()));
            }
        }
        // what is refused once is refused again: it would be blocked, or delete
        // what it has no leave for
        if matches!(applied, Ending::Whole(Applied::Refused(..))) && !edited {
            return Ok(ending.to_owned());
        }
        let approved =
            matches!(applied, Ending::Whole(Applied::Done(..)) | Ending::Crashed(Some(_)));
        self.converges(&desired, &before, edited, approved).await?;
        Ok(ending.to_owned())
    }

    fn judge(
        &self,
        story: &Story<'_>,
        applied: &Ending,
        edited: bool,
    ) -> Result<&'static str, String> {
        let told = |plan: &Plan, why: String| format!("{why}\n{}", plans::reported(plan));
        let (ending, wrote) = match applied {
            Ending::Whole(Applied::Unread(_)) => ("unread", None),
            Ending::Whole(Applied::Refused(..)) => ("refused", None),
            Ending::Crashed(None) => ("crashed before its plan", None),
            Ending::Crashed(Some(plan)) => {
                if !edited {
                    story.keeps(plan).map_err(|why| told(plan, format!("crashed: {why}")))?;
                }
                ("crashed", Some(()))
            }
            Ending::Whole(Applied::Done(plan, report)) => {
                if !edited {
                    story
                        .check(plan, report)
                        .map_err(|why| told(plan, format!("{why}\n{:#?}", report.results)))?;
                }
                (attempt::ending(plan, report), Some(()))
            }
        };
        let same = story.before.hooks == story.after.hooks
            && story.before.actions == story.after.actions
            && story.before.bindings == story.after.bindings;
        match wrote.is_none() && !same && !edited {
            true => Err(format!("{ending}, and something was written")),
            false => Ok(ending),
        }
    }

    /// The next run does the rest, and nothing is there twice, lost, or
    /// deployed twice on the way.
    async fn converges(
        &self,
        desired: &DesiredState,
        before: &State,
        edited: bool,
        approved: bool,
    ) -> Result<(), String> {
        let (plan, report) = match self.apply(desired, None, None).await {
            Ending::Whole(Applied::Done(plan, report)) => (plan, report),
            Ending::Whole(Applied::Refused(plan, _)) => {
                // another administrator's edit may need leave that this run has not
                return match edited || !approved {
                    true => Ok(()),
                    false => Err(format!("refused at last\n{}", plans::reported(&plan))),
                };
            }
            Ending::Whole(Applied::Unread(_)) | Ending::Crashed(_) => {
                return Err("can't be read at last".into());
            }
        };
        if let Some(bad) = report.results.iter().find(|one| one.outcome != Outcome::Applied) {
            // with what another administrator deleted went the value of a secret
            if edited && plan.changes.iter().any(|change| change.withheld.is_some()) {
                return Ok(());
            }
            return Err(format!("calm: {bad:?}\n{}", plans::reported(&plan)));
        }
        sleep(SETTLED).await;
        let stop = CancellationToken::new();
        let next = self.attempt(desired, &self.session(&stop), &stop).next().await?;
        if !next.is_clean() {
            return Err(format!("not clean at last: {}", plans::reported(&next)));
        }
        let after = self.world.state();
        no_twins(before, &after, edited)?;
        if edited {
            return Ok(());
        }
        self.foreign_stays(before, &after)?;
        deployed_once(before, &after)
    }

    /// What no file mentions is bound as it was, where nothing may be deleted;
    /// and where an order leaves what it doesn't mention.
    fn foreign_stays(&self, before: &State, after: &State) -> Result<(), String> {
        for trigger in TRIGGERS {
            let order = self.desired.bindings.iter().find(|it| it.trigger.as_str() == trigger);
            let leaves = order.is_none_or(|order| order.mode != BindingsMode::Whole);
            let foreign = before.action_named(FOREIGN).ok_or("there was none")?;
            let theirs = foreign.id.clone();
            let was = ids(before, trigger).contains(&theirs);
            let deletable = foreign.installed.is_none() && self.options.allow_delete_actions;
            if was && leaves && !deletable {
                if !ids(after, trigger).contains(&theirs) {
                    return Err(format!("{trigger} lost the binding of another team"));
                }
                let action = after.action(&theirs).ok_or("another team's action is gone")?;
                if Some(action) != before.action(&theirs) {
                    return Err("another team's action was written".to_owned());
                }
            }
        }
        Ok(())
    }

    fn session(&self, stop: &CancellationToken) -> Session {
        let client = Client {
            url: &format!("http://{HOST}"),
            credentials: CLIENT,
            patience: Patience::default(),
            deadline: Duration::from_secs(900),
            abort: CancellationToken::new(),
            transport: Some(Arc::new(self.world.clone())),
        };
        client.session(stop)
    }

    fn attempt<'a>(
        &'a self,
        desired: &'a DesiredState,
        session: &'a Session,
        stop: &'a CancellationToken,
    ) -> Attempt<'a> {
        let Self { options, allowed, .. } = self;
        Attempt { session, desired, options, allowed, stop, fail_fast: false }
    }

    /// An apply; `crash_after` so many events on the wire it is dropped where it
    /// is.
    async fn apply(
        &self,
        desired: &DesiredState,
        stop_after: Option<usize>,
        crash_after: Option<u64>,
    ) -> Ending {
        let planned = Mutex::new(None);
        let crash = crash_after.map(|events| self.world.crash_after(events));
        let crashed = async {
            match &crash {
                Some(crash) => crash.cancelled().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = crashed => {}
            applied = self.applied(desired, stop_after, &planned) => return Ending::Whole(applied),
        }
        self.world.note("dropped");
        Ending::Crashed(planned.into_inner().unwrap().map(Box::new))
    }

    async fn applied(
        &self,
        desired: &DesiredState,
        stop_after: Option<usize>,
        planned: &Mutex<Option<Plan>>,
    ) -> Applied {
        let stop = CancellationToken::new();
        let session = self.session(&stop);
        let look = |plan: &Plan, live: &LiveState| {
            self.world.note(&format!("plan\n{}", plans::reported(plan)));
            // another administrator can make a second action of a name
            let twins = twins::named(&policy::reshape(desired, &self.options), live);
            if !twins.is_empty() {
                return Err("two of one name".to_owned());
            }
            *planned.lock().unwrap() = Some(plan.clone());
            Ok(())
        };
        let on_event = |count| {
            if Some(count) == stop_after {
                stop.cancel();
            }
        };
        let applied = self.attempt(desired, &session, &stop).run(look, &on_event).await;
        if let Applied::Done(_, report) = &applied {
            self.world.note(&format!("{:?}", report.results));
        }
        applied
    }
}

/// No two versions in a row that are the same: one change, one deploy.
fn deployed_once(before: &State, after: &State) -> Result<(), String> {
    for action in &after.actions {
        let old = before.action(&action.id).map_or(0, |old| old.versions.len());
        let from = old.saturating_sub(1);
        let made: &[Version] = &action.versions[from..];
        if made.windows(2).any(|pair| pair[0].content == pair[1].content) {
            return Err(format!("{} was deployed twice for one change", action.name));
        }
    }
    Ok(())
}
