//! Which kinds an export is about, and what is live of them.
//!
//! A kind that the folder speaks of has to be readable. Where nothing on disk
//! says which kinds are meant, both are, as far as the token may read them.
//! Must not write.

use std::path::PathBuf;

use super::settings::{Kinds, Origin, ProjectSettings};
use super::{CliError, definitions};
use crate::api::{ApiError, ApiErrorKind, Reader};
use crate::model::{InPlay, Kind, Live, LiveState};
use crate::source::{self, Layout};
use crate::sync;

/// One kind of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    /// It. Bindings go with actions.
    pub(super) kind: Kind,
    /// The folder.
    pub(super) dir: PathBuf,
    /// Whether the folder is for both kinds, so that new definitions go to a
    /// folder of the kind's name in it.
    pub(super) both: bool,
    /// Whether nothing on disk says that this kind is meant: then it is left
    /// out where the tenant doesn't let it be read.
    pub(super) offered: bool,
}

/// The kinds of a project, and where each goes.
pub(super) fn targets(project: &ProjectSettings, layout: Option<Layout>) -> Vec<Target> {
    let dir = &project.dir.value;
    let target =
        |kind, dir: &PathBuf, both, offered| Target { kind, dir: dir.clone(), both, offered };
    let (hook, action) = (Kind::Hook, Kind::Action);
    if let Some(Kinds { hooks, actions }) = &project.kinds {
        let named = project.dir.origin != Origin::Default;
        return match (hooks, actions) {
            (Some(hooks), None) if !named && !hooks.exists() => {
                let actions = hooks.with_file_name("actions");
                vec![target(hook, hooks, false, true), target(action, &actions, false, true)]
            }
            (Some(hooks), None) => {
                let in_play = definitions::in_play(project);
                let more = in_play.actions.then(|| target(action, hooks, true, false));
                [target(hook, hooks, false, false)].into_iter().chain(more).collect()
            }
            (hooks, actions) => {
                // an empty folder of hooks beside actions ends a migration
                let in_play = definitions::in_play(project);
                let hooks = hooks.iter().filter(|_| in_play.hooks);
                let hooks = hooks.map(|dir| target(hook, dir, false, false));
                let actions = actions.iter().map(|dir| target(action, dir, false, false));
                hooks.chain(actions).collect()
            }
        };
    }
    if let Some(kind) = source::kind_of_folder(dir) {
        return vec![target(kind, dir, false, false)];
    }
    let tree = source::contents_of_tree(dir);
    let is_tree = tree.is_some() || layout.is_some_and(|layout| layout != Layout::Native);
    let source::Contents { hooks, actions, hooks_right_in_it } =
        tree.unwrap_or_else(|| source::contents(dir));
    match (hooks, actions) {
        // the Deploy CLI's layouts have a folder or section of each kind anyway
        (false, false) if is_tree => {
            vec![target(hook, dir, false, true), target(action, dir, false, true)]
        }
        (false, false) => vec![target(hook, dir, true, true), target(action, dir, true, true)],
        _ => {
            let hooks = hooks.then(|| target(hook, dir, !hooks_right_in_it, false));
            let actions = actions.then(|| target(action, dir, true, false));
            hooks.into_iter().chain(actions).collect()
        }
    }
}

/// What is live of the targets, and why others are left out; those are taken
/// off the list.
///
/// # Errors
/// When a kind that is meant can't be read, or none can.
pub(super) async fn fetch(
    reader: &Reader,
    targets: &mut Vec<Target>,
    chosen: &(dyn Fn(&Live) -> bool + Sync),
) -> Result<(LiveState, Vec<String>), CliError> {
    let of = |kind: Kind| async move {
        let in_play = InPlay { hooks: kind == Kind::Hook, actions: kind == Kind::Action };
        sync::fetch_all(reader, in_play, chosen).await
    };
    let kinds: Vec<Kind> = targets.iter().map(|target| target.kind).collect();
    let read = futures_util::future::join_all(kinds.iter().map(|&kind| of(kind))).await;
    let (mut live, mut left_out, mut refused) = (LiveState::default(), Vec::new(), None);
    for (kind, read) in kinds.iter().copied().zip(read) {
        let offered = targets.iter().any(|target| target.kind == kind && target.offered);
        let alone = targets.len() == 1;
        match read {
            Ok(LiveState { resources, bindings, triggers, ended: _ }) => {
                live.resources.extend(resources);
                live.bindings.extend(bindings);
                live.triggers.extend(triggers);
            }
            Err(error) if (offered && is_refusal(&error)) || (!alone && error.ends_hooks()) => {
                left_out.push(match error.ends_hooks() {
                    true => {
                        format!("The tenant has ended hooks; their files are left alone: {error}.")
                    }
                    false if kind == Kind::Hook => format!("Hooks are left out: {error}"),
                    false => format!("Actions are left out: {error}"),
                });
                targets.retain(|target| target.kind != kind);
                refused.get_or_insert(error);
            }
            Err(error) => return Err(error.into()),
        }
    }
    match refused.filter(|_| targets.is_empty()) {
        Some(error) => Err(error.into()),
        None => Ok((live, left_out)),
    }
}

/// Whether the tenant doesn't let a kind be read, rather than fails to.
fn is_refusal(error: &ApiError) -> bool {
    let refused = matches!(
        error.kind,
        ApiErrorKind::MissingScope { .. }
            | ApiErrorKind::Forbidden
            | ApiErrorKind::FeatureRefused
            | ApiErrorKind::FeatureGone
    );
    refused || error.ends_hooks()
}
