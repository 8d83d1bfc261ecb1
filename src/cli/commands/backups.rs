//! `hooksync backups`: the live state that earlier applies saved, by name.
//!
//! Restoring is an ordinary apply of the backup's folder, with all its checks.
//! Must not write anything itself.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::cli::args::{BackupArgs, BackupsCommand, BackupsDiffArgs, BackupsPlace};
use crate::cli::planning::Purpose;
use crate::cli::session::LOCAL_TENANT;
use crate::cli::{CliError, Context, Exit, backup, definitions, steps};
use crate::model::{BoundAction, Kind};
use crate::report::text::{self, BackupView};
use crate::report::{counted, safe};
use crate::source::{self, ASIDE, DRAFTS, LoadOptions, Manifest};

/// Runs it.
///
/// # Errors
/// When there is no such backup, and as plan and apply fail.
pub(super) fn run(command: BackupsCommand, context: &Context<'_>) -> Result<Exit, CliError> {
    match command {
        BackupsCommand::List(place) => list(&place, context),
        BackupsCommand::Show(args) => show(&args, context),
        BackupsCommand::Diff(BackupsDiffArgs { mut plan, place }) => {
            let dir = place.backup_dir.as_deref();
            plan.project.dir = Some(named(plan.project.dir.as_deref(), dir, context)?);
            steps::plan(&plan, Purpose::Review, context)
        }
        BackupsCommand::Restore(mut args) => {
            let dir = args.backup_dir.as_deref();
            let folder = named(args.project.dir.as_deref(), dir, context)?;
            args.project.dir = Some(folder);
            steps::apply(&args, context)
        }
    }
}

fn list(place: &BackupsPlace, context: &Context<'_>) -> Result<Exit, CliError> {
    let dir = place.backup_dir.as_deref().unwrap_or(Path::new(backup::DEFAULT));
    let mut text = String::new();
    for folder in backup::all(dir) {
        let Some(manifest) = backup::manifest(&folder)? else { continue };
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        let orders = folder.join("actions").join("bindings.yaml").is_file();
        let number = definitions(&folder) + definitions(&folder.join("actions"));
        let hooks = match number - usize::from(orders) {
            0 if orders => "bindings".to_owned(),
            number => {
                let plural = if number == 1 { "" } else { "s" };
                let bindings = if orders { ", bindings" } else { "" };
                format!("{number} definition{plural}{bindings}")
            }
        };
        let made = match manifest.made.len() + manifest.made_actions.len() {
            0 => String::new(),
            number => format!(", {} created by that apply", number),
        };
        let (name, tenant) = (safe::inline(&name, true), safe::inline(&manifest.tenant, true));
        text.push_str(&format!("{name}  {tenant}  {hooks}{made}\n"));
    }
    if text.is_empty() {
        context.say(&format!("No backups in {}.", dir.display()));
    }
    context.output.data(&text)?;
    Ok(Exit::Done)
}

/// How many definitions are right in a folder.
fn definitions(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter(|entry| entry.path().extension().is_some_and(|end| end == "yaml")).count()
}

fn show(args: &BackupArgs, context: &Context<'_>) -> Result<Exit, CliError> {
    let dir = args.place.backup_dir.as_deref();
    let folder = named(Some(&args.name), dir, context)?;
    let manifest = backup::manifest(&folder)?;
    let Some(Manifest { tenant, made, made_actions, environment, command }) = manifest else {
        return Err(no_backup(&args.name, dir, context));
    };
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let of_kind = |kind: Kind, names: Vec<String>| {
        names.into_iter().map(move |name| (kind.to_string(), name))
    };
    // a name is found in the usual place alone
    let is_found = Path::new(backup::DEFAULT).join(&name) == folder;
    let view = BackupView {
        time: backup::time_of(&name),
        name: if is_found { name } else { folder.display().to_string() },
        holds: held(&folder, &remarks(&folder), context),
        drafts: match folder.join(DRAFTS) {
            drafts if drafts.is_dir() => held(&drafts, &BTreeMap::new(), context),
            _ => Vec::new(),
        },
        aside: aside(&folder),
        folder: folder.display().to_string(),
        tenant: tenant.clone(),
        environment: environment.clone(),
        command,
        made: of_kind(Kind::Hook, made).chain(of_kind(Kind::Action, made_actions)).collect(),
    };
    let mut again = context.again();
    again.after.extend((tenant == LOCAL_TENANT).then(|| "--local".to_owned()));
    if let Some(name) = environment {
        again.after.extend(["--env".to_owned(), name]);
    }
    context.output.data(&text::backup(&view, &again, &context.output.stdout_style()))?;
    Ok(Exit::Done)
}

/// What the note beside a backup says of each file that the file itself doesn't:
/// the version that was deployed, and what can't be put back.
fn remarks(folder: &Path) -> BTreeMap<String, Vec<String>> {
    let note = std::fs::read_to_string(folder.join("README.md")).unwrap_or_default();
    let one = |line: &str| {
        let (stem, said) = line.strip_prefix("- `")?.split_once("`: ")?;
        let mut parts = said.split("; ");
        // id and trigger, and of a hook the first remark
        let first = parts.next().and_then(|first| first.splitn(3, ", ").nth(2));
        let is_known = |part: &&str| *part != "complete" && !part.starts_with("secrets without");
        let parts = first.into_iter().chain(parts).filter(is_known).map(str::to_owned);
        Some((stem.to_owned(), parts.collect()))
    };
    note.lines().filter_map(one).collect()
}

/// What restoring puts back. Somebody may have edited the files: what is wrong
/// with them is reported.
fn held(
    folder: &Path,
    remarks: &BTreeMap<String, Vec<String>>,
    context: &Context<'_>,
) -> Vec<(String, String, String)> {
    let options = LoadOptions { allow_unresolved: true, ..LoadOptions::default() };
    let loaded = source::load(folder, &options);
    let wrong: Vec<_> = loaded.diagnostics.iter().filter(|it| it.is_error()).cloned().collect();
    definitions::tell(&wrong, context);
    let definitions = loaded.desired.definitions.iter().map(|it| {
        let mut parts = vec![it.trigger.to_string()];
        let state = it.enabled().map(|on| if on { "enabled" } else { "disabled" });
        parts.extend(state.map(str::to_owned));
        parts.push(counted(it.script.as_str().lines().count(), "line"));
        let keys: Vec<String> = it.secrets.iter().flatten().map(|(key, _)| key.clone()).collect();
        if !keys.is_empty() {
            let noun = if keys.len() == 1 { "secret" } else { "secrets" };
            parts.push(format!("{noun} {}", keys.join(", ")));
        }
        let file = Path::new(&it.place.file).with_extension("");
        let stem = file.strip_prefix(folder).unwrap_or(&file).display().to_string();
        parts.extend(remarks.get(&stem.replace('\\', "/")).into_iter().flatten().cloned());
        (it.kind().to_string(), it.name.to_string(), parts.join(", "))
    });
    let orders = loaded.desired.bindings.iter().map(|order| {
        let names: Vec<&str> = order
            .entries
            .iter()
            .map(|it| match &it.action {
                BoundAction::Name(name) => name.as_str(),
                BoundAction::Id(id) => id.as_str(),
            })
            .collect();
        let names = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
        (Kind::Bindings.to_string(), order.trigger.to_string(), names)
    });
    definitions.chain(orders).collect()
}

/// The files of what can't be a definition.
fn aside(folder: &Path) -> Vec<String> {
    let files = walkdir::WalkDir::new(folder.join(ASIDE)).sort_by_file_name().into_iter().flatten();
    let facts = files.filter(|file| file.path().extension().is_some_and(|end| end == "yaml"));
    facts.map(|file| file.path().display().to_string()).collect()
}

/// The folder of a backup that was named by its name or its path.
fn named(
    name: Option<&Path>,
    dir: Option<&Path>,
    context: &Context<'_>,
) -> Result<PathBuf, CliError> {
    let Some(name) = name else {
        return Err(CliError::usage("which backup?").hint(list_shows(dir, context)));
    };
    let inside = dir.unwrap_or(Path::new(backup::DEFAULT)).join(name);
    for folder in [inside, name.to_owned()] {
        if folder.is_dir() && backup::manifest(&folder)?.is_some() {
            return Ok(folder);
        }
    }
    Err(no_backup(name, dir, context))
}

fn no_backup(name: &Path, dir: Option<&Path>, context: &Context<'_>) -> CliError {
    CliError::new(format!("there is no backup {}", name.display())).hint(list_shows(dir, context))
}

fn list_shows(dir: Option<&Path>, context: &Context<'_>) -> String {
    let dir = dir.map(|dir| dir.display().to_string());
    let given: Vec<&str> = dir.iter().flat_map(|dir| ["--backup-dir", dir]).collect();
    format!("`{}` shows their names", context.again().elsewhere(&["backups", "list"], &given))
}
