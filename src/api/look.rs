//! Looking again at what is about to be written, or waited for: for how long a
//! look counts, and whom it serves.
//!
//! What is looked at of each kind is beside that kind. Must not judge what
//! changed.

use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use super::ApiError;
use crate::model::Live;

/// For how long what was read counts as what is there.
pub const FRESH: Duration = Duration::from_secs(2);

/// What a look found.
#[derive(Debug, Clone)]
pub struct Look<T> {
    /// What was looked for.
    pub found: T,
    /// When the reading began.
    pub at: Instant,
    /// Whether a request was made for it; else an earlier one served.
    pub own: bool,
}

/// What a run saw last of all resources of a kind, and when that reading began.
#[derive(Debug, Default)]
pub struct Seen(Mutex<Option<(Instant, Vec<Live>)>>);

impl Seen {
    /// Looks at the list, which is read unless what was seen last counts.
    pub(super) async fn look<T>(
        &self,
        counts: impl FnOnce(Instant) -> bool,
        list: impl Future<Output = Result<Vec<Live>, ApiError>>,
        find: impl FnOnce(&[Live]) -> T,
    ) -> Result<Look<T>, ApiError> {
        let mut seen = self.0.lock().await;
        if let Some((at, all)) = seen.as_ref().filter(|(at, _)| counts(*at)) {
            return Ok(Look { found: find(all), at: *at, own: false });
        }
        let at = Instant::now();
        let all = list.await?;
        let found = find(&all);
        *seen = Some((at, all));
        Ok(Look { found, at, own: true })
    }

    /// Looks at the list as it is now.
    pub(super) async fn look_now<T>(
        &self,
        list: impl Future<Output = Result<Vec<Live>, ApiError>>,
        find: impl FnOnce(&[Live]) -> T,
    ) -> Result<Look<T>, ApiError> {
        self.look(|at| at.elapsed() < FRESH, list, find).await
    }
}
