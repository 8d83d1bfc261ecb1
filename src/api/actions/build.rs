//! Waiting for builds: one list request for all that wait.
//!
//! A first look shortly after the write, for most drafts without packages are
//! built by then; later ones are further apart, as each costs a token of the
//! tenant's rate. Must not deploy anything.

use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::api::{ApiError, ApiErrorKind, Urgency, Writer};
use crate::model::{BuildStatus, Id, Live, LiveModule, ModuleUse};

/// How long after a write the first look comes.
const FIRST: Duration = Duration::from_millis(300);
/// How long the looks after it are apart, at least.
const NEXT: Duration = Duration::from_secs(2);

/// What was seen last of all builds of a run.
#[derive(Debug, Default)]
pub struct Builds {
    seen: Mutex<Option<(Instant, Vec<Live>)>>,
}

/// How a build ended.
#[derive(Debug, Clone)]
pub enum Built {
    /// The draft can be deployed.
    Ready(Live),
    /// It can't be built.
    Failed(Live),
}

impl Writer {
    /// Waits until the draft of an action is built, or can't be.
    ///
    /// # Errors
    /// When the action isn't there, the tenant fails, or the run's time is over.
    pub async fn wait_for_build(
        &self,
        id: &Id,
        builds: &Builds,
        urgency: Urgency,
    ) -> Result<Built, ApiError> {
        let class = urgency.following();
        let mut looked = Instant::now();
        let mut pause = FIRST;
        loop {
            self.client.run.sleep(pause, class, "builds").await?;
            let mut seen = builds.seen.lock().await;
            // another one that waits may have looked meanwhile
            let is_old = seen.as_ref().is_none_or(|(at, _)| *at <= looked);
            if is_old {
                let actions = self.reader.all_actions(class).await?;
                *seen = Some((Instant::now(), actions));
            }
            let Some((at, actions)) = seen.as_ref() else { continue };
            looked = *at;
            pause = NEXT;
            let Some(live) = actions.iter().find(|live| live.id == *id) else {
                return Err(ApiError::new(ApiErrorKind::ActionMissing));
            };
            match live.action().map(|action| &action.build) {
                Some(BuildStatus::Built) => return Ok(Built::Ready(live.clone())),
                Some(BuildStatus::Failed) => return Ok(Built::Failed(live.clone())),
                _ => {}
            }
        }
    }

    /// The ids of the modules that are used.
    ///
    /// # Errors
    /// As [`crate::api::Reader::modules`].
    pub async fn modules(&self, used: &[ModuleUse]) -> Result<Vec<LiveModule>, ApiError> {
        self.reader.modules(used).await
    }
}
