//! The live state of every hook, action and order that an apply touches, saved
//! before its first write.
//!
//! Must not remove a backup without saying so, nor a folder that is none.

use std::path::{Component, Path, PathBuf};

use super::planning::Prepared;
use super::{CliError, Context};
use crate::model::{Address, Kind, LiveBindings};
use crate::plan::{Change, Field, Op, Plan, SecretVerb, Verb};
use crate::source::{Backup, Manifest, Saved, export};

/// What the names of backups begin with.
const TIME: &str = "2026-01-31T12-00-00Z";

/// Where backups lie unless the user says otherwise.
pub(super) const DEFAULT: &str = ".hooksync/backups";

/// Where backups go, and how many are kept there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    /// The folder of all backups; `None` for the default.
    pub(super) dir: Option<&'a Path>,
    /// How many are kept.
    pub(super) keep: usize,
}

/// Saves what the plans touch.
///
/// # Errors
/// As [`save`].
pub(super) fn save_all(
    plans: &[Prepared],
    dir: Option<&Path>,
    keep: u32,
    context: &Context<'_>,
) -> Result<(), CliError> {
    let place = Place { dir, keep: usize::try_from(keep).unwrap_or(usize::MAX) };
    plans.iter().try_for_each(|prepared| save(prepared, place, context))
}

/// Saves what the plan touches. Nothing is saved where nothing live changes
/// but the values of secrets, which nobody can read.
///
/// # Errors
/// When it can't be saved: then nothing may be written to the tenant either.
fn save(prepared: &Prepared, place: Place<'_>, context: &Context<'_>) -> Result<(), CliError> {
    let plan = &prepared.plan;
    let environment = prepared.environment.as_deref();
    let backup = of_plan(plan, environment);
    if backup.saved.is_empty() && backup.bindings.iter().all(|order| order.entries.is_empty()) {
        match plan.is_clean() {
            true => {
                context.say("No backup: only secrets are sent again, and secrets can't be read.")
            }
            false => context.detail("No backup: nothing live changes."),
        }
        return Ok(());
    }
    let dir = place.dir.unwrap_or_else(|| Path::new(DEFAULT));
    demand_outside(dir, &prepared.dir)?;
    write(&backup, environment, place, context)
}

/// Saves an action whose draft will be overwritten.
///
/// # Errors
/// When it can't be saved: then nothing may be written to the tenant either.
pub(super) fn save_draft(
    tenant: &str,
    change: &Change,
    environment: Option<&str>,
    place: Place<'_>,
    context: &Context<'_>,
) -> Result<(), CliError> {
    let Some(live) = &change.live else { return Ok(()) };
    let saved =
        Saved { live, becomes: None, goes_live: true, loses: std::collections::BTreeSet::new() };
    let backup = Backup {
        tenant,
        environment,
        command: "rollback",
        saved: vec![saved],
        ..Backup::default()
    };
    write(&backup, environment, place, context)
}

fn write(
    backup: &Backup<'_>,
    environment: Option<&str>,
    place: Place<'_>,
    context: &Context<'_>,
) -> Result<(), CliError> {
    let dir = place.dir.unwrap_or_else(|| Path::new(DEFAULT));
    let folder = free_folder(dir, environment);
    export::backup(&folder, backup).map_err(|error| {
        CliError::new(format!("no backup could be made, so nothing was written: {error}")).hint(
            "choose another folder with --backup-dir, or apply without a backup with --no-backup",
        )
    })?;
    context.say(&format!("Backup: {}", folder.display()));
    keep_some(dir, place.keep, &folder, context);
    Ok(())
}

/// What a plan touches, as it is now.
fn of_plan<'a>(plan: &'a Plan, environment: Option<&'a str>) -> Backup<'a> {
    let saved = plan.changed().filter_map(|change| {
        let live = change.live.as_ref()?;
        let deploys = change.field(Field::Deploy).and_then(|field| field.new.flag()) == Some(true);
        Some(Saved {
            live,
            becomes: Some(&change.name).filter(|name| **name != live.name),
            goes_live: deploys || matches!(change.verb, Verb::Delete | Verb::Replace),
            loses: change.secrets_to(SecretVerb::Delete).cloned().collect(),
        })
    });
    let orders = plan.steps.iter().filter_map(|step| match &step.op {
        Op::Bind(bind) => {
            let none = LiveBindings { trigger: bind.trigger.clone(), entries: Vec::new() };
            Some(bind.before.clone().unwrap_or(none))
        }
        _ => None,
    });
    let mut bindings: Vec<LiveBindings> = orders.collect();
    bindings.sort_by(|a, b| a.trigger.cmp(&b.trigger));
    bindings.dedup_by(|a, b| a.trigger == b.trigger);
    let made = plan
        .changed()
        .filter(|change| change.kind != Kind::Bindings && change.verb == Verb::Create);
    Backup {
        tenant: &plan.tenant,
        environment,
        command: "apply",
        saved: saved.collect(),
        bindings,
        made: made.map(|change| Address { kind: change.kind, name: change.name.clone() }).collect(),
    }
}

/// What is known of a folder of definitions, if it is a backup or holds one.
///
/// # Errors
/// When it says that it is one and can't be read, and when it holds several.
pub(super) fn manifest(dir: &Path) -> Result<Option<Manifest>, CliError> {
    let read = |dir: &Path| {
        Manifest::read(dir).map_err(|error| {
            CliError::new(format!("{}: the backup can't be read: {error}", dir.display()))
        })
    };
    match (read(dir)?, all(dir).as_slice()) {
        (Some(manifest), _) => Ok(Some(manifest)),
        (None, []) => Ok(None),
        (None, [one]) => read(one),
        (None, [.., newest]) => {
            Err(CliError::new(format!("{} has several backups, so none was read", dir.display()))
                .hint(format!("choose one: the newest is {}", newest.display())))
        }
    }
}

/// A backup of one tenant is not put back on another by mistake.
pub(super) fn of_another_tenant(dir: &Path, backup: &Manifest, tenant: &str) -> CliError {
    CliError::refused(format!(
        "{} is a backup of {}, but the tenant is {tenant}; nothing was written",
        dir.display(),
        backup.tenant.escape_debug()
    ))
    .hint("check AUTH0_DOMAIN, --domain and --env; to use its definitions for another tenant, copy the files")
}

/// A backup among the definitions would be read as definitions by the next
/// run.
fn demand_outside(backups: &Path, definitions: &Path) -> Result<(), CliError> {
    let (Ok(backups_at), Ok(definitions)) = (real(backups), definitions.canonicalize()) else {
        return Ok(());
    };
    let Ok(inside) = backups_at.strip_prefix(&definitions) else { return Ok(()) };
    let hidden = |part: Component<'_>| part.as_os_str().to_string_lossy().starts_with('.');
    if inside.components().any(hidden) {
        return Ok(());
    }
    Err(CliError::usage(format!(
        "the backups would be inside the folder of definitions: {}; nothing was written",
        backups.display()
    ))
    .hint("choose a folder outside it, or a hidden one, with --backup-dir"))
}

/// Where a path leads that need not be there yet.
fn real(path: &Path) -> std::io::Result<PathBuf> {
    match (path.canonicalize(), path.parent(), path.file_name()) {
        (Ok(real), ..) => Ok(real),
        (Err(_), Some(parent), Some(name)) => {
            let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
            Ok(real(parent)?.join(name))
        }
        (Err(error), ..) => Err(error),
    }
}

/// Removes the oldest backups above `keep`, and says which.
fn keep_some(dir: &Path, keep: usize, new: &Path, context: &Context<'_>) {
    let all = all(dir);
    let too_many = all[..all.len().saturating_sub(keep)].iter();
    // whatever the clock says: never the one that this run may need
    for old in too_many.filter(|old| *old != new) {
        let reported = match std::fs::remove_dir_all(old) {
            Ok(()) => format!("Removed the oldest backup, to keep {keep}: {}", old.display()),
            Err(error) => format!("An old backup can't be removed: {}: {error}", old.display()),
        };
        context.say(&reported);
    }
    if all.len() > 1 {
        let kept = all.len().min(keep);
        context.detail(&format!("{kept} backups in {}:", dir.display()));
        for one in &all[all.len() - kept..] {
            context.detail(&format!("  {}", one.display()));
        }
    }
}

/// When a backup was made, as its name says: `2026-01-31 12:00:00 UTC`.
pub(super) fn time_of(name: &str) -> Option<String> {
    let stamp = name.get(..TIME.len())?;
    let time = jiff::civil::DateTime::strptime("%Y-%m-%dT%H-%M-%SZ", stamp).ok()?;
    Some(time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string())
}

/// The backups in a folder, oldest first: their names begin with the time, and
/// end with a number where several were made within a second.
pub(super) fn all(dir: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    let backup = |path: &PathBuf| path.is_dir() && matches!(Manifest::read(path), Ok(Some(_)));
    let mut all: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(backup).collect();
    all.sort_by_cached_key(|path| age(path));
    all
}

fn age(path: &Path) -> (String, u32, String) {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let time = name.chars().take(TIME.len()).collect();
    let number = name.get(TIME.len()..).and_then(|rest| rest.rsplit_once('-')?.1.parse().ok());
    (time, number.unwrap_or(1), name)
}

/// `TIME`, with the environment's name, numbered if several runs share a
/// second: higher than all that are there, so that the newest stays the last.
fn free_folder(dir: &Path, environment: Option<&str>) -> PathBuf {
    let now = jiff::Timestamp::now().strftime("%Y-%m-%dT%H-%M-%SZ").to_string();
    let environment = environment.map(|name| format!("-{}", crate::model::name::kebab_case(name)));
    let name = format!("{now}{}", environment.unwrap_or_default());
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let numbers = names.filter_map(|other| match other.strip_prefix(&name)? {
        "" => Some(1),
        rest => rest.strip_prefix('-')?.parse::<u32>().ok(),
    });
    let last = numbers.max();
    let numbered = (last.map_or(1, |last| last.saturating_add(1))..).map(|number| match number {
        1 => dir.join(&name),
        _ => dir.join(format!("{name}-{number}")),
    });
    let mut numbered = numbered.filter(|folder| !folder.exists());
    numbered.next().unwrap_or_else(|| dir.join(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_backup_has_its_time() {
        let time = Some("2026-11-23 05:23:38 UTC".to_owned());
        assert_eq!(time_of("2026-11-23T05-23-38Z-prod-3"), time);
        assert_eq!(time_of("2026-13-23T05-23-38Z"), None);
        assert_eq!(time_of("before"), None);
    }

    #[test]
    fn the_oldest_backup_comes_first() {
        let mut names = [
            "2026-11-23T05-23-39Z",
            "2026-11-23T05-23-38Z-10",
            "2026-11-23T05-23-38Z-prod-3",
            "2026-11-23T05-23-38Z-2",
            "2026-11-23T05-23-38Z",
        ];
        names.sort_by_cached_key(|name| age(Path::new(name)));
        names.reverse();
        assert_eq!(
            names,
            [
                "2026-11-23T05-23-39Z",
                "2026-11-23T05-23-38Z-10",
                "2026-11-23T05-23-38Z-prod-3",
                "2026-11-23T05-23-38Z-2",
                "2026-11-23T05-23-38Z",
            ]
        );
    }
}
