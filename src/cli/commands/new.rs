//! `hooksync new`: a definition and a script from their trigger's template.
//!
//! Must not overwrite anything.

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::cli::args::{NewArgs, ProjectArgs};
use crate::cli::settings::{self, ConfigFile};
use crate::cli::{CliError, Context, Exit};
use crate::model::{Name, Trigger};
use crate::source::{self, LoadOptions, schema};

/// Writes the two files and tells what to do next.
pub(super) fn run(args: &NewArgs, context: &Context<'_>) -> Result<Exit, CliError> {
    let project = ProjectArgs { dir: args.dir.clone(), ..ProjectArgs::default() };
    // What is wrong with hooksync.yaml is for `validate` to tell.
    let (file, _) = ConfigFile::find(args.dir.as_deref());
    let settings = settings::project(&project, context.environment, &file)?;
    let dir = settings.into_iter().next().map_or_else(|| PathBuf::from("hooks"), |s| s.dir.value);
    refuse_second(&args.name, &dir)?;
    let definition = write_hook(&dir, &args.name, &args.trigger())?;
    write_schemas(&dir)?;
    context.say(&format!(
        "{} and its script are there. It is switched off; `hooksync validate` checks it.",
        definition.display()
    ));
    Ok(Exit::Done)
}

/// Refuses a name that a definition has already, wherever its file lies.
fn refuse_second(name: &Name, dir: &Path) -> Result<(), CliError> {
    if !dir.is_dir() {
        return Ok(());
    }
    let there = source::load(dir, &LoadOptions { allow_unresolved: true, ..Default::default() });
    match there.desired.definitions.iter().find(|hook| hook.name == *name) {
        Some(hook) => {
            Err(CliError::new(format!("there is a hook {name} already: {}", hook.place.file))
                .hint("choose another name, or edit that one"))
        }
        None => Ok(()),
    }
}

/// Writes a hook's two files; gives the definition's.
pub(super) fn write_hook(dir: &Path, name: &Name, trigger: &Trigger) -> Result<PathBuf, CliError> {
    fs_err::create_dir_all(dir)?;
    let definition = dir.join(format!("{name}.yaml"));
    let script = dir.join(format!("{name}.js"));
    if let Some(there) = [&definition, &script].into_iter().find(|path| path.exists()) {
        return Err(already_there(there));
    }
    write_new(&script, starter(trigger))?;
    write_new(&definition, &definition_text(name, trigger))?;
    Ok(definition)
}

/// Writes the schemas that this version has, for editors.
pub(super) fn write_schemas(dir: &Path) -> Result<(), CliError> {
    let folder = dir.join(schema::FOLDER);
    fs_err::create_dir_all(&folder)?;
    for (file, text) in [(schema::HOOK_FILE, schema::hook()), ("config.json", schema::config())] {
        fs_err::write(folder.join(file), text)?;
    }
    Ok(())
}

/// Writes a file that must not be there yet.
pub(super) fn write_new(path: &Path, text: &str) -> Result<(), CliError> {
    let file = fs_err::OpenOptions::new().write(true).create_new(true).open(path);
    match file {
        Ok(mut file) => Ok(file.write_all(text.as_bytes())?),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(already_there(path)),
        Err(error) => Err(error.into()),
    }
}

fn already_there(path: &Path) -> CliError {
    CliError::new(format!("{} is there already", path.display()))
        .hint("choose another name, or another folder with --dir")
}

fn definition_text(name: &Name, trigger: &Trigger) -> String {
    format!(
        "{header}\
         name: {name}\n\
         triggerId: {trigger}\n\
         script: {name}.js\n\
         # Off until it was tried: switching it on is a change of its own.\n\
         enabled: false\n\
         # npm packages and their versions, such as axios: \"1.21.1\"\n\
         dependencies: {{}}\n\
         # read in the script as context.webtask.secrets.NAME; a value such as\n\
         # \"##NAME##\" is taken from the environment variable NAME\n\
         secrets: {{}}\n",
        header = schema::HEADER
    )
}

/// The starter script of a trigger.
fn starter(trigger: &Trigger) -> &'static str {
    match trigger {
        Trigger::CredentialsExchange => include_str!("../templates/credentials-exchange.js"),
        Trigger::PreUserRegistration => include_str!("../templates/pre-user-registration.js"),
        Trigger::PostUserRegistration => include_str!("../templates/post-user-registration.js"),
        Trigger::PostChangePassword => include_str!("../templates/post-change-password.js"),
        Trigger::SendPhoneMessage => include_str!("../templates/send-phone-message.js"),
        // The command line takes the known ones only.
        Trigger::Other(_) => "module.exports = function () {};\n",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::{RuleSettings, check};

    #[test]
    fn every_template_is_a_definition_without_findings() {
        let dir = tempfile::tempdir().unwrap();
        for trigger in Trigger::KNOWN {
            let name = Name::hook(trigger.as_str()).unwrap();
            write_hook(dir.path(), &name, &trigger).unwrap();
        }
        write_schemas(dir.path()).unwrap();
        let loaded = source::load(dir.path(), &LoadOptions::default());
        assert_eq!((loaded.definitions, &loaded.diagnostics[..]), (5, &[][..]));
        for hook in &loaded.desired.definitions {
            assert_eq!(hook.trigger.as_str(), hook.name.as_str());
            assert_eq!(check(hook, &RuleSettings::default()), [], "{}", hook.name);
            // the second YAML engine reads the same
            let second: serde_yaml::Value = serde_yaml::from_str(&hook.source_text).unwrap();
            assert_eq!(second["name"].as_str(), Some(hook.name.as_str()));
        }
    }

    #[test]
    fn nothing_is_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        let name = Name::hook("a").unwrap();
        std::fs::write(dir.path().join("a.js"), "mine").unwrap();
        let error = write_hook(dir.path(), &name, &Trigger::SendPhoneMessage).unwrap_err();
        assert!(error.render().contains("a.js is there already"), "{}", error.render());
        assert!(!dir.path().join("a.yaml").exists());
    }

    #[test]
    fn a_name_is_taken_wherever_its_file_lies() {
        let dir = tempfile::tempdir().unwrap();
        let name = Name::hook("my-hook").unwrap();
        write_hook(&dir.path().join("deep"), &name, &Trigger::SendPhoneMessage).unwrap();
        let error = refuse_second(&Name::hook("My Hook").unwrap(), dir.path()).unwrap_err();
        assert!(error.render().contains("deep/my-hook.yaml"), "{}", error.render());
    }
}
