//! Looks at hooks again, right before they are written.
//!
//! Where lists carry scripts, one list serves all writes that follow at once;
//! else each hook is asked for by itself. Must not judge what changed.

use std::sync::atomic::Ordering;

use tokio::time::Instant;

use crate::api::look::{Look, Seen};
use crate::api::{ApiError, ApiErrorKind, Urgency, Writer};
use crate::model::{Id, Live};

impl Writer {
    /// A hook as it is now; `None` where it isn't there any more.
    ///
    /// # Errors
    /// When the tenant refuses, fails, or answers something else than hooks.
    pub async fn look_at_hook(
        &self,
        id: &Id,
        seen: &Seen,
        urgency: Urgency,
    ) -> Result<Look<Option<Live>>, ApiError> {
        let reader = self.reader.at(urgency.following());
        let find = |hooks: &[Live]| hooks.iter().find(|hook| hook.id == *id).cloned();
        if self.client.lists_scripts.load(Ordering::Relaxed) {
            return seen.look_now(reader.hooks(), find).await;
        }
        let at = Instant::now();
        let found = match reader.hook(id).await {
            Err(error) if error.kind == ApiErrorKind::HookMissing => None,
            other => Some(other?),
        };
        Ok(Look { found, at, own: true })
    }
}
