//! The files that a new action or hook starts with: a definition, a script
//! from its trigger's template, and a first test that passes.
//!
//! Must not overwrite anything, or decide where they go.

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::CliError;
use crate::model::{Kind, Name, Trigger};
use crate::source::{export, schema};

/// Writes the three files; gives them, the definition first.
///
/// # Errors
/// When one of them is there already, or can't be written.
pub(super) fn write(
    dir: &Path,
    kind: Kind,
    name: &Name,
    trigger: &Trigger,
) -> Result<Vec<PathBuf>, CliError> {
    let Some((code, test)) = template(kind, trigger) else {
        return Err(CliError::usage(format!("no {kind} runs at {trigger}"))
            .hint("`hooksync new --help` lists the triggers"));
    };
    let stem = match kind {
        Kind::Hook => name.to_string(),
        Kind::Action | Kind::Bindings => export::stem(name).to_lowercase(),
    };
    fs_err::create_dir_all(dir)?;
    let file = |ending: &str| dir.join(format!("{stem}.{ending}"));
    let files = [
        (file("js"), code.to_owned()),
        (file("test.yaml"), format!("{}{test}", schema::TEST_HEADER)),
        (file("yaml"), definition(kind, name, trigger, &stem)),
    ];
    if let Some((there, _)) = files.iter().find(|(path, _)| path.exists()) {
        return Err(already_there(there));
    }
    for (path, text) in &files {
        write_new(path, text)?;
    }
    Ok(["yaml", "js", "test.yaml"].map(file).into())
}

/// `created  actions/enrich.yaml`: how a file is named that is there now; `kept` is one
/// that was there and stays, `updated` one that was changed.
pub(super) fn named(what: &str, path: &Path) -> String {
    format!("{what:<7}  {}", path.display())
}

/// Writes a file where none is, and its folder; says what became of it.
///
/// # Errors
/// When it can't be written.
pub(super) fn write_missing(path: &Path, text: &str) -> Result<String, CliError> {
    if path.exists() {
        return Ok(named("kept", path));
    }
    if let Some(folder) = path.parent().filter(|folder| *folder != Path::new("")) {
        fs_err::create_dir_all(folder)?;
    }
    write_new(path, text)?;
    Ok(named("created", path))
}

/// Writes the schemas that this version has, for editors.
///
/// # Errors
/// When one can't be written.
pub(super) fn write_schemas(dir: &Path, kind: Kind) -> Result<(), CliError> {
    let folder = dir.join(schema::FOLDER);
    fs_err::create_dir_all(&folder)?;
    let own = match kind {
        Kind::Hook => vec![(schema::HOOK_FILE, schema::hook())],
        Kind::Action | Kind::Bindings => vec![
            (schema::ACTION_FILE, schema::action()),
            (schema::BINDINGS_FILE, schema::bindings()),
        ],
    };
    let both = [(schema::TEST_FILE, schema::test()), ("config.json", schema::config())];
    for (file, text) in own.into_iter().chain(both) {
        fs_err::write(folder.join(file), text)?;
    }
    Ok(())
}

/// Writes a file that must not be there yet.
///
/// # Errors
/// When it is, or can't be written.
pub(super) fn write_new(path: &Path, text: &str) -> Result<(), CliError> {
    let file = fs_err::OpenOptions::new().write(true).create_new(true).open(path);
    match file {
        Ok(mut file) => Ok(file.write_all(text.as_bytes())?),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(already_there(path)),
        Err(error) => Err(error.into()),
    }
}

fn already_there(path: &Path) -> CliError {
    CliError::new(format!("{} already exists", path.display()))
        .hint("choose another name, or another folder with --dir")
}

fn definition(kind: Kind, name: &Name, trigger: &Trigger, stem: &str) -> String {
    let name = plain_or_quoted(name.as_str());
    match kind {
        Kind::Hook => format!(
            "{header}\
             name: {name}\n\
             triggerId: {trigger}\n\
             script: {stem}.js\n\
             # Off until it was tried: switching it on is a change of its own.\n\
             enabled: false\n\
             # npm packages and their versions, such as axios: \"1.21.1\"\n\
             dependencies: {{}}\n\
             # read in the script as context.webtask.secrets.NAME; a value such as\n\
             # \"##NAME##\" is taken from the environment variable NAME\n\
             secrets: {{}}\n",
            header = schema::HEADER
        ),
        Kind::Action | Kind::Bindings => format!(
            "{header}\
             name: {name}\n\
             triggerId: {trigger}\n\
             script: {stem}.js\n\
             # npm packages and their versions, such as axios: \"1.21.1\"\n\
             dependencies: {{}}\n\
             # read in the script as event.secrets.NAME; a value such as \"##NAME##\" is\n\
             # taken from the environment variable NAME\n\
             secrets: {{}}\n",
            header = schema::ACTION_HEADER
        ),
    }
}

/// A text as a YAML value: JSON's quotes are YAML's, too.
pub(super) fn plain_or_quoted(text: &str) -> String {
    const WORDS: [&str; 9] = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"];
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-' | '_' | '(' | ')');
    let plain = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(is_plain)
        && !text.ends_with(' ')
        && !WORDS.contains(&text.to_ascii_lowercase().as_str());
    if plain { text.to_owned() } else { serde_json::Value::from(text).to_string() }
}

/// A trigger's template: a script, and a test that it passes.
fn template(kind: Kind, trigger: &Trigger) -> Option<(&'static str, &'static str)> {
    macro_rules! of {
        ($path:literal) => {
            (
                include_str!(concat!("templates/", $path, ".js")),
                include_str!(concat!("templates/", $path, ".test.yaml")),
            )
        };
    }
    Some(match (kind, trigger.as_str()) {
        (Kind::Hook, "credentials-exchange") => of!("hooks/credentials-exchange"),
        (Kind::Hook, "pre-user-registration") => of!("hooks/pre-user-registration"),
        (Kind::Hook, "post-user-registration") => of!("hooks/post-user-registration"),
        (Kind::Hook, "post-change-password") => of!("hooks/post-change-password"),
        (Kind::Hook, "send-phone-message") => of!("hooks/send-phone-message"),
        (Kind::Hook, _) => return None,
        (_, "credentials-exchange") => of!("actions/credentials-exchange"),
        (_, "pre-user-registration") => of!("actions/pre-user-registration"),
        (_, "post-user-registration") => of!("actions/post-user-registration"),
        (_, "post-change-password") => of!("actions/post-change-password"),
        (_, "send-phone-message") => of!("actions/send-phone-message"),
        (_, "post-login") => of!("actions/post-login"),
        (_, "password-reset-post-challenge") => of!("actions/password-reset-post-challenge"),
        (_, "custom-phone-provider") => of!("actions/custom-phone-provider"),
        (_, "custom-email-provider") => of!("actions/custom-email-provider"),
        (_, "custom-token-exchange") => of!("actions/custom-token-exchange"),
        (_, "event-stream") => of!("actions/event-stream"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::{RuleSettings, check};
    use crate::source::{self, LoadOptions};

    const ACTIONS: [&str; 11] = crate::cli::args::TRIGGERS;

    #[test]
    fn every_template_is_a_definition_without_findings() {
        let dir = tempfile::tempdir().unwrap();
        let hooks = Trigger::KNOWN.map(|trigger| (Kind::Hook, trigger));
        let actions = ACTIONS.map(|trigger| (Kind::Action, Trigger::from_tenant(trigger)));
        for (kind, trigger) in hooks.iter().chain(&actions) {
            let folder = dir.path().join(format!("{kind}s"));
            let name = match kind {
                Kind::Hook => Name::hook(trigger.as_str()).unwrap(),
                _ => Name::action(format!("My {trigger}")),
            };
            write(&folder, *kind, &name, trigger).unwrap();
            write_schemas(&folder, *kind).unwrap();
        }
        let loaded = source::load(dir.path(), &LoadOptions::default());
        assert_eq!((loaded.definitions, &loaded.diagnostics[..]), (16, &[][..]));
        for own in &loaded.desired.definitions {
            assert!(own.name.as_str().ends_with(own.trigger.as_str()));
            assert_eq!(check(own, &RuleSettings::default()), [], "{}", own.name);
            // the second YAML engine reads the same
            let second: serde_yaml::Value = serde_yaml::from_str(&own.written.text).unwrap();
            assert_eq!(second["name"].as_str(), Some(own.written_name.as_str()));
        }
    }

    #[test]
    fn nothing_is_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        let name = Name::hook("a").unwrap();
        std::fs::write(dir.path().join("a.test.yaml"), "mine").unwrap();
        let error = write(dir.path(), Kind::Hook, &name, &Trigger::SendPhoneMessage).unwrap_err();
        assert!(error.render().contains("a.test.yaml already exists"), "{}", error.render());
        assert!(!dir.path().join("a.yaml").exists() && !dir.path().join("a.js").exists());
    }

    #[test]
    fn names_are_quoted_where_yaml_would_read_something_else() {
        for name in ["Add roles", "a-b_c (2)"] {
            assert_eq!(plain_or_quoted(name), name);
        }
        for name in ["null", "Yes", "1.10", "a: b", "a #b", "- a", "役割", "\"", "a "] {
            let yaml = format!("name: {}\n", plain_or_quoted(name));
            let read: serde_yaml::Value = serde_yaml::from_str(&yaml).unwrap();
            assert_eq!(read["name"].as_str(), Some(name), "{yaml}");
        }
    }
}
