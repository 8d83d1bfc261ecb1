//! `hooksync new`: a definition, a script and a first test from their
//! trigger's template.
//!
//! Must not overwrite anything.

use std::path::{Path, PathBuf};

use crate::cli::args::{NewArgs, NewKind, ProjectArgs};
use crate::cli::settings::{self, ConfigFile};
use crate::cli::{CliError, Context, Exit, starters};
use crate::model::{Kind, Name};
use crate::source::{self, LoadOptions};

/// Writes the files and says what to do next.
pub(super) fn run(args: &NewArgs, context: &Context<'_>) -> Result<Exit, CliError> {
    let kind = match args.kind {
        NewKind::Action => Kind::Action,
        NewKind::Hook => Kind::Hook,
    };
    let name = name(kind, &args.name)?;
    // What is wrong with hooksync.yaml is for `validate` to tell.
    let (file, _) = ConfigFile::find(args.dir.as_deref());
    let dir = folder(kind, args.dir.as_deref(), &file, context)?;
    refuse_second(kind, &name, &dir)?;
    let files = starters::write(&dir, kind, &name, &args.trigger())?;
    starters::write_schemas(&dir, kind)?;
    let project = ProjectArgs { dir: args.dir.clone(), ..ProjectArgs::default() };
    let again = context.again_in(&project, None);
    let next = match kind {
        Kind::Hook => {
            let validate = again.command(&["validate"], &[]);
            format!("It is switched off; `{validate}` checks it.")
        }
        Kind::Action | Kind::Bindings => format!(
            "It runs once it is in the bindings of {} ({}); `{}` runs the test.",
            args.trigger,
            dir.join("bindings.yaml").display(),
            again.command(&["test"], &[])
        ),
    };
    for file in &files {
        context.say(&starters::named("created", file));
    }
    context.say(&format!("\n{next}"));
    Ok(Exit::Done)
}

fn name(kind: Kind, written: &str) -> Result<Name, CliError> {
    let refuse = |why: String| CliError::usage(format!("invalid value for the name: {why}"));
    if kind == Kind::Hook {
        return Name::hook(written).map_err(|invalid| refuse(invalid.to_string()));
    }
    if written.trim().is_empty() || written.chars().any(char::is_control) {
        return Err(refuse("an action has any text without control characters".to_owned()));
    }
    Ok(Name::action(written))
}

/// The folder of a kind. A DIR of another name is for both kinds.
fn folder(
    kind: Kind,
    dir: Option<&Path>,
    file: &ConfigFile,
    context: &Context<'_>,
) -> Result<PathBuf, CliError> {
    if let Some(dir) = dir {
        return match (source::kind_of_folder(dir), kind) {
            (Some(own), _) if own != kind => Err(CliError::usage(format!(
                "{} is a folder of {own}s, but this is a new {kind}",
                dir.display()
            ))
            .hint(format!("name another folder, or choose with --kind {own}"))),
            (None, Kind::Action) => Ok(dir.join("actions")),
            _ => Ok(dir.to_owned()),
        };
    }
    // a folder that hooksync.yaml must not name is refused here
    settings::project(&ProjectArgs::default(), context.environment, file)?;
    let (given, default) = match kind {
        Kind::Hook => (&file.config.hooks, "hooks"),
        Kind::Action | Kind::Bindings => (&file.config.actions, "actions"),
    };
    Ok(given.clone().unwrap_or_else(|| file.beside(default)))
}

/// Refuses a name that a definition has already, wherever its file lies.
fn refuse_second(kind: Kind, name: &Name, dir: &Path) -> Result<(), CliError> {
    if !dir.is_dir() {
        return Ok(());
    }
    let options = LoadOptions { allow_unresolved: true, ..Default::default() };
    let there = match kind {
        Kind::Hook => source::load_kinds(Some(dir), None, &options),
        Kind::Action | Kind::Bindings => source::load_kinds(None, Some(dir), &options),
    };
    match there.desired.of(kind).find(|own| own.name == *name) {
        Some(own) => {
            Err(CliError::new(format!("a {kind} named {name} already exists: {}", own.place.file))
                .hint("choose another name, or edit that one"))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::args::GlobalArgs;
    use crate::model::Trigger;

    #[test]
    fn a_name_is_taken_wherever_its_file_lies() {
        let dir = tempfile::tempdir().unwrap();
        let deep = dir.path().join("deep");
        let name = Name::hook("my-hook").unwrap();
        starters::write(&deep, Kind::Hook, &name, &Trigger::SendPhoneMessage).unwrap();
        let taken = |kind, name: Name| refuse_second(kind, &name, dir.path());
        let error = taken(Kind::Hook, Name::hook("My Hook").unwrap()).unwrap_err();
        assert!(error.render().contains("deep/my-hook.yaml"), "{}", error.render());
        // an action's name is compared to the letter
        let actions = dir.path().join("actions");
        let name = Name::action("Add roles");
        starters::write(&actions, Kind::Action, &name, &Trigger::from_tenant("post-login"))
            .unwrap();
        assert!(refuse_second(Kind::Action, &name, &actions).is_err());
        assert_eq!(refuse_second(Kind::Action, &Name::action("add roles"), &actions), Ok(()));
    }

    #[test]
    fn a_folder_stands_for_its_kind() {
        let environment = crate::cli::Environment::default();
        let (output, _) = crate::cli::Output::captured(crate::cli::output::Verbosity::Normal);
        let context =
            Context { environment: &environment, output: &output, given: &GlobalArgs::default() };
        let file = ConfigFile::default();
        let check = |kind, dir: &str, expected: &str| {
            let found = folder(kind, Some(Path::new(dir)), &file, &context);
            assert_eq!(found, Ok(PathBuf::from(expected)), "{dir}");
        };
        check(Kind::Action, "auth0", "auth0/actions");
        check(Kind::Action, "auth0/actions", "auth0/actions");
        check(Kind::Hook, "auth0", "auth0");
        check(Kind::Hook, "auth0/hooks", "auth0/hooks");
        assert!(folder(Kind::Action, Some(Path::new("hooks")), &file, &context).is_err());
    }

    #[test]
    fn names_that_no_action_can_have_are_refused() {
        assert!(name(Kind::Action, "役割 (v2): add").is_ok());
        for wrong in ["", " ", "a\n", "\u{1b}[31m"] {
            assert!(name(Kind::Action, wrong).is_err(), "{wrong:?}");
        }
        assert!(name(Kind::Hook, "役割").is_err());
    }
}
