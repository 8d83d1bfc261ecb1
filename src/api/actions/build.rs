//! Waiting for builds, and looking at actions again before they are written:
//! one list request for all that wait.
//!
//! A first look shortly after the write, for most drafts without packages are
//! built by then; later ones are further apart, as each costs a token of the
//! tenant's rate. A look that another wait made serves as well, but one that came
//! sooner after this write than a first look is no reason to wait that long.
//! Must not deploy anything.

use std::time::Duration;

use tokio::time::Instant;

use super::ActionVersion;
use crate::api::look::{Look, Seen};
use crate::api::text::harmless;
use crate::api::{ApiError, ApiErrorKind, Urgency, Writer};
use crate::model::{BuildStatus, Id, Live, LiveBindings, LiveModule, ModuleUse, Trigger};

/// How long after a write the first look comes.
const FIRST: Duration = Duration::from_millis(300);
/// How long the looks after it are apart, at least.
const NEXT: Duration = Duration::from_secs(2);
/// After so many looks an action that carries no status at all is taken for
/// built: the tenant refuses to deploy it if it is not.
const WITHOUT_STATUS: u32 = 3;
/// How many looks a status gets that nobody knows.
const STRANGE_STATUS: u32 = 30;

/// How many looks a version gets to be in traffic.
const FOR_TRAFFIC: u32 = 4;

/// When one wait looks, and which looks of others serve it.
#[derive(Debug)]
struct Pace {
    began: Instant,
    /// Looks from before are too old.
    after: Instant,
    /// How long until the next look.
    pause: Duration,
    /// The looks so far, without those that came too early.
    looks: u32,
}

impl Pace {
    fn new() -> Self {
        let began = Instant::now();
        Self { began, after: began, pause: FIRST, looks: 0 }
    }

    /// A look that began at `at` has not ended the wait.
    fn looked(&mut self, at: Instant) {
        let first = self.began + FIRST;
        let early = at < first;
        self.after = at.max(first);
        self.pause = if early { FIRST } else { NEXT };
        self.looks += u32::from(!early);
    }
}

/// How often a draft was seen with no status, and with one that nobody knows.
#[derive(Debug, Default)]
struct Looks {
    without: u32,
    strange: u32,
}

impl Looks {
    /// How the waiting ends with a status that was just seen; `None` if it goes on.
    fn end(&mut self, status: &BuildStatus) -> Option<fn(Live) -> Built> {
        match status {
            BuildStatus::Built => Some(Built::Ready),
            BuildStatus::Failed => Some(Built::Failed),
            BuildStatus::Unknown(word) if word.is_empty() => {
                self.without += 1;
                (self.without >= WITHOUT_STATUS).then_some(Built::Ready)
            }
            BuildStatus::Unknown(_) => {
                self.strange += 1;
                (self.strange >= STRANGE_STATUS).then_some(Built::Strange)
            }
            BuildStatus::Pending
            | BuildStatus::Building
            | BuildStatus::Retrying
            | BuildStatus::Packaged => None,
        }
    }
}

/// How a build ended.
#[derive(Debug, Clone)]
pub enum Built {
    /// The draft can be deployed.
    Ready(Live),
    /// It can't be built.
    Failed(Live),
    /// The tenant goes on saying something that is neither.
    Strange(Live),
}

/// What was seen last belongs to a wait that can't go on.
fn with_status(error: ApiError, status: &str) -> ApiError {
    let ApiErrorKind::OutOfTime { waiting_for, needed } = &error.kind else { return error };
    if status.is_empty() {
        return error;
    }
    let waiting_for = format!("{waiting_for} (the tenant says `{}`)", harmless(status, &[]));
    ApiError::new(ApiErrorKind::OutOfTime { waiting_for, needed: *needed })
}

impl Writer {
    /// Waits until the draft of an action is built, or can't be. Says when what
    /// it gives was read. A status that this program doesn't know is waited out
    /// for a minute.
    ///
    /// # Errors
    /// When the action isn't there, the tenant fails, or the run's time is over.
    pub async fn wait_for_build(
        &self,
        id: &Id,
        builds: &Seen,
        urgency: Urgency,
    ) -> Result<(Built, Instant), ApiError> {
        let class = urgency.following();
        let reader = self.reader.at(class);
        let (mut pace, mut looks) = (Pace::new(), Looks::default());
        let mut status = String::new();
        loop {
            let slept = self.client.pipe.run.sleep(pace.pause, class, "builds").await;
            slept.map_err(|error| with_status(error, &status))?;
            let find = |all: &[Live]| all.iter().find(|live| live.id == *id).cloned();
            // another one that waits may have looked meanwhile
            let look = builds.look(|at| at > pace.after, reader.actions(), find).await?;
            pace.looked(look.at);
            let Some(live) = look.found else {
                return Err(ApiError::new(ApiErrorKind::ActionMissing));
            };
            let Some(action) = live.action() else { continue };
            match looks.end(&action.build) {
                Some(end) => return Ok((end(live), look.at)),
                None => action.build.word().clone_into(&mut status),
            }
        }
    }

    /// Waits until a version that was deployed is in traffic, and gives since
    /// when; `None` where that isn't seen within some seconds. The deploy is
    /// done in either case, so that no failure of a look is one of it.
    pub async fn wait_for_traffic(
        &self,
        id: &Id,
        version: &Id,
        builds: &Seen,
        urgency: Urgency,
    ) -> Option<Instant> {
        let class = urgency.following();
        let reader = self.reader.at(class);
        let mut pace = Pace::new();
        while pace.looks < FOR_TRAFFIC {
            let run = &self.client.pipe.run;
            run.sleep(pace.pause, class, "a version to be in traffic").await.ok()?;
            let in_traffic = |all: &[Live]| {
                let live = all.iter().find(|live| live.id == *id)?.action()?;
                let deployed = live.deployed.as_ref();
                Some(deployed.is_some_and(|it| it.id == *version && it.deployed))
            };
            let look =
                builds.look(|at| at > pace.after, reader.actions(), in_traffic).await.ok()?;
            pace.looked(look.at);
            if look.found? {
                return Some(look.at);
            }
        }
        None
    }

    /// Whether an action's list of versions calls one of them deployed.
    ///
    /// # Errors
    /// As [`crate::api::Reader::versions`].
    pub async fn is_listed_as_deployed(
        &self,
        id: &Id,
        version: &Id,
        urgency: Urgency,
    ) -> Result<bool, ApiError> {
        let all = self.reader.at(urgency.following()).versions(id).await?;
        Ok(all.iter().any(|found| found.version.id == *version && found.version.deployed))
    }

    /// The newest version of an action, which need not be in traffic yet.
    ///
    /// # Errors
    /// As [`crate::api::Reader::versions`].
    pub async fn newest_version(
        &self,
        id: &Id,
        urgency: Urgency,
    ) -> Result<Option<ActionVersion>, ApiError> {
        Ok(self.reader.at(urgency.following()).versions(id).await?.into_iter().next())
    }

    /// What the newest version of an action says of its build; nothing where
    /// that can't be read.
    pub async fn build_errors(&self, id: &Id, urgency: Urgency) -> Vec<String> {
        let newest = self.newest_version(id, urgency).await.ok().flatten();
        let errors = newest.map(|version| version.errors).unwrap_or_default();
        errors.iter().map(|error| harmless(error, &[])).collect()
    }

    /// The actions as they are now, one list for all that look at once.
    ///
    /// # Errors
    /// As [`crate::api::Reader::actions`].
    pub async fn look_at_actions<T>(
        &self,
        builds: &Seen,
        urgency: Urgency,
        find: impl FnOnce(&[Live]) -> T,
    ) -> Result<Look<T>, ApiError> {
        builds.look_now(self.reader.at(urgency.following()).actions(), find).await
    }

    /// The bindings of a trigger as they are now.
    ///
    /// # Errors
    /// As [`crate::api::Reader::bindings`].
    pub async fn look_at_bindings(
        &self,
        trigger: &Trigger,
        urgency: Urgency,
    ) -> Result<Look<LiveBindings>, ApiError> {
        let at = Instant::now();
        let found = self.reader.at(urgency.following()).bindings(trigger).await?;
        Ok(Look { found, at, own: true })
    }

    /// The ids of the modules that are used.
    ///
    /// # Errors
    /// As [`crate::api::Reader::modules`].
    pub async fn modules(&self, used: &[ModuleUse]) -> Result<Vec<LiveModule>, ApiError> {
        self.reader.modules(used).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::actions::wire;

    /// The look that ends the waiting, counted from 1, and how it ends.
    fn end(statuses: impl IntoIterator<Item = &'static str>) -> Option<(usize, &'static str)> {
        let mut looks = Looks::default();
        statuses.into_iter().enumerate().find_map(|(at, status)| {
            let body = format!(r#"{{"id":"1","status":"{status}"}}"#);
            let live = wire::action(body.as_bytes()).unwrap();
            let build = live.action().unwrap().build.clone();
            let end = looks.end(&build)?(live);
            let word = match end {
                Built::Ready(_) => "ready",
                Built::Failed(_) => "failed",
                Built::Strange(_) => "strange",
            };
            Some((at + 1, word))
        })
    }

    #[test]
    fn a_build_is_waited_for_until_its_status_says_how_it_ended() {
        assert_eq!(end(["pending", "building", "built"]), Some((3, "ready")));
        assert_eq!(end(["building", "failed"]), Some((2, "failed")));
        assert_eq!(end(std::iter::repeat_n("building", 500)), None);
    }

    #[test]
    fn an_unknown_status_ends_it_and_a_missing_one_counts_as_built() {
        assert_eq!(end(["", "", ""]), Some((3, "ready")));
        // a look without a status does not end what was seen building
        assert_eq!(end(["building", "building", "", "built"]), Some((4, "ready")));
        assert_eq!(end(std::iter::repeat_n("sleeping", 100)), Some((30, "strange")));
        let late = std::iter::repeat_n("building", 40).chain(["sleeping", "built"]);
        assert_eq!(end(late), Some((42, "ready")));
    }
}
