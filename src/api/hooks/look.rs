//! Looks at hooks again, right before they are written.
//!
//! Where lists carry scripts, one list serves all writes that follow at once;
//! else each hook is asked for by itself. Must not judge what changed.

use std::sync::atomic::Ordering;

use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::api::look::{FRESH, Look};
use crate::api::{ApiError, ApiErrorKind, Urgency, Writer};
use crate::model::{Id, Live};

/// What a run saw last of a tenant's hooks, and when that reading began.
#[derive(Debug, Default)]
pub struct HooksSeen(Mutex<Option<(Instant, Vec<Live>)>>);

impl Writer {
    /// A hook as it is now; `None` where it isn't there any more.
    ///
    /// # Errors
    /// When the tenant refuses, fails, or answers something else than hooks.
    pub async fn look_at_hook(
        &self,
        id: &Id,
        seen: &HooksSeen,
        urgency: Urgency,
    ) -> Result<Look<Option<Live>>, ApiError> {
        let class = urgency.following();
        let at = Instant::now();
        if !self.client.lists_scripts.load(Ordering::Relaxed) {
            let found = match self.reader.one(id, class).await {
                Err(error) if error.kind == ApiErrorKind::HookMissing => None,
                other => Some(other?),
            };
            return Ok(Look { found, at, own: true });
        }
        let mut seen = seen.0.lock().await;
        let of = |hooks: &[Live]| hooks.iter().find(|hook| hook.id == *id).cloned();
        if let Some((at, hooks)) = seen.as_ref().filter(|(at, _)| at.elapsed() < FRESH) {
            return Ok(Look { found: of(hooks), at: *at, own: false });
        }
        let at = Instant::now();
        let hooks = self.reader.all(class).await?;
        let found = of(&hooks);
        *seen = Some((at, hooks));
        Ok(Look { found, at, own: true })
    }
}
