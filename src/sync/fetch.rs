//! Reads the live state of the kinds in play, and no more of it than the
//! answer needs.
//!
//! A kind that is not in play is never read and needs no scope. Where the
//! tenant has ended hooks, that is part of the state, so that actions go on.
//! Must not take a failed read for "nothing there".

use futures_util::future;

use super::{actions, hooks};
use crate::api::{ApiError, Reader};
use crate::model::{DesiredState, InPlay, Kind, Live, LiveState};
use crate::plan::{Options, policy};

/// The live state as far as a plan for `desired` needs it.
///
/// # Errors
/// The first read that failed.
pub async fn fetch(
    reader: &Reader,
    desired: &DesiredState,
    options: &Options,
) -> Result<LiveState, ApiError> {
    let desired = policy::reshape(desired, options);
    let in_play = desired.in_play;
    let hooks = async {
        if in_play.hooks { hooks::fetch(reader, &desired, options).await } else { Ok(Vec::new()) }
    };
    let actions = async {
        match in_play.actions {
            true => actions::fetch(reader, &desired, options).await,
            false => Ok(LiveState::default()),
        }
    };
    together(true, future::join(hooks, actions).await)
}

/// All of every live resource of these kinds that is chosen, secrets' names
/// included; of the other hooks what the list carries.
///
/// # Errors
/// The first read that failed; the end of hooks, where nothing else is read.
pub async fn fetch_all(
    reader: &Reader,
    in_play: InPlay,
    chosen: &(dyn Fn(&Live) -> bool + Sync),
) -> Result<LiveState, ApiError> {
    let hooks = async {
        if in_play.hooks { hooks::fetch_all(reader, chosen).await } else { Ok(Vec::new()) }
    };
    let actions = async {
        match in_play.actions {
            true => actions::fetch_all(reader, chosen).await,
            false => Ok(LiveState::default()),
        }
    };
    together(in_play.actions, future::join(hooks, actions).await)
}

type Both = (Result<Vec<Live>, ApiError>, Result<LiveState, ApiError>);

/// `goes_on`: that the tenant has ended hooks is part of the answer.
fn together(goes_on: bool, (hooks, actions): Both) -> Result<LiveState, ApiError> {
    let mut state = actions?;
    match hooks {
        Ok(hooks) => state.resources.extend(hooks),
        Err(error) if goes_on && error.ends_hooks() => {
            state.ended.insert(Kind::Hook, error.to_string());
        }
        Err(error) => return Err(error),
    }
    let order = |live: &Live| (live.kind(), live.name.clone(), live.id.clone());
    state.resources.sort_by_cached_key(order);
    Ok(state)
}
