//! `hooksync init`: a project's first files.
//!
//! Must not overwrite anything: what is there is kept, and said so.

use std::path::{Path, PathBuf};

use crate::cli::args::{Ci, ExportArgs, InitArgs, NewKind, ProjectArgs};
use crate::cli::starters::{self, named, write_missing, write_new, write_schemas};
use crate::cli::{CliError, Context, Exit, again, editors, steps};
use crate::model::{Kind, Name, Trigger};
use crate::report::word;
use crate::source::{config, schema};

/// Writes what is missing and says what to do next.
pub(super) fn run(args: &InitArgs, context: &Context<'_>) -> Result<Exit, CliError> {
    fs_err::create_dir_all(&args.dir)?;
    // so that files in this folder are reported without a `./`
    let dir = args.dir.strip_prefix(".").unwrap_or(&args.dir);
    let mut lines = match (args.from_tenant, args.kind) {
        (true, _) => vec![what_is_live(dir, args, context)?],
        (false, NewKind::Action) => first_action(dir)?,
        (false, NewKind::Hook) => first_hook(dir)?,
    };
    for (kind, folder) in [(Kind::Hook, "hooks"), (Kind::Action, "actions")] {
        let folder = dir.join(folder);
        if folder.is_dir() {
            write_schemas(&folder, kind)?;
        }
    }
    if !args.no_editors {
        lines.extend(editors::write(dir)?);
    }
    lines.push(write_missing(&dir.join(config::FILE), &settings(dir))?);
    lines.push(ignore_state(&dir.join(".gitignore"))?);
    if let Some((path, text)) = pipeline(args.ci) {
        lines.push(write_missing(&dir.join(path), text)?);
    }
    let has_test = lines.iter().any(|line| line.ends_with(".test.yaml"));
    for line in lines {
        context.say(&line);
    }
    // from where the command was typed
    let from_there = match &context.given.directory {
        Some(at) if dir == Path::new("") => at.clone(),
        Some(at) => at.join(dir),
        None => dir.to_owned(),
    };
    context.say(&next_steps(&from_there, args.ci, has_test));
    Ok(Exit::Done)
}

/// What the tenant has, as `export` writes it: a folder for each kind.
fn what_is_live(dir: &Path, args: &InitArgs, context: &Context<'_>) -> Result<String, CliError> {
    let to = if dir == Path::new("") { Path::new(".") } else { dir };
    let export = ExportArgs {
        project: ProjectArgs { dir: Some(to.to_owned()), ..ProjectArgs::default() },
        connection: args.connection.clone(),
        ..ExportArgs::default()
    };
    steps::export(&export, context)?;
    let folders = ["hooks", "actions"].map(|name| dir.join(name));
    let there = folders.iter().filter(|folder| folder.is_dir());
    let there: Vec<String> = there.map(|folder| folder.display().to_string()).collect();
    Ok(format!("exported {}", if there.is_empty() { "nothing".into() } else { there.join(", ") }))
}

/// An action that does no harm, and the order that runs it, unless there are
/// definitions already.
fn first_action(dir: &Path) -> Result<Vec<String>, CliError> {
    let actions = dir.join("actions");
    let folders = [&actions, &dir.join("hooks")];
    if let Some(there) = folders.into_iter().find(|folder| folder.exists()) {
        return Ok(vec![named("kept", there)]);
    }
    let name = Name::action("Announce new users");
    let mut files = starters::write(&actions, Kind::Action, &name, &Trigger::PostUserRegistration)?;
    let bindings = actions.join("bindings.yaml");
    let text = format!(
        "{header}\
         # Which actions run at each trigger, in which order. `append` keeps what the\n\
         # tenant runs already; without it the list is all that runs.\n\
         kind: bindings\n\
         bindings:\n\
         \x20 {trigger}:\n\
         \x20   append: true\n\
         \x20   actions:\n\
         \x20     - {name}\n",
        header = schema::BINDINGS_HEADER,
        trigger = Trigger::PostUserRegistration,
    );
    write_new(&bindings, &text)?;
    files.push(bindings);
    Ok(files.iter().map(|file| named("created", file)).collect())
}

/// A hook that does no harm, unless there are definitions already.
fn first_hook(dir: &Path) -> Result<Vec<String>, CliError> {
    let hooks = dir.join("hooks");
    if hooks.exists() {
        return Ok(vec![named("kept", &hooks)]);
    }
    // A name that is in kebab-case already is its own stored form.
    let name = Name::of_live_hook(Some("announce-new-users"), "");
    let files = starters::write(&hooks, Kind::Hook, &name, &Trigger::PostUserRegistration)?;
    Ok(files.iter().map(|file| named("created", file)).collect())
}

/// The settings' file, with the folders that there are.
fn settings(dir: &Path) -> String {
    let there = ["actions", "hooks"].into_iter().filter(|name| dir.join(name).is_dir());
    let there: Vec<&str> = there.collect();
    let first = there.first().copied().unwrap_or("actions");
    let folders: Vec<String> = there.iter().map(|name| format!("{name}: {name}\n")).collect();
    include_str!("../templates/hooksync.yaml")
        .replace("FIRST_FOLDER", first)
        .replace("FOLDERS\n", &folders.concat())
}

/// The local tenant and the backups don't belong into the repository.
const IGNORED: &str = ".hooksync/";

fn ignore_state(path: &Path) -> Result<String, CliError> {
    if !path.exists() {
        return write_missing(path, &format!("{IGNORED}\n"));
    }
    let text = fs_err::read_to_string(path)?;
    if text.lines().any(|line| line.trim().trim_matches('/') == IGNORED.trim_matches('/')) {
        return Ok(named("kept", path));
    }
    let gap = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    fs_err::write(path, format!("{text}{gap}{IGNORED}\n"))?;
    Ok(named("updated", path))
}

/// Where a pipeline goes, and what it is: the very files that docs/ci shows.
fn pipeline(ci: Ci) -> Option<(PathBuf, &'static str)> {
    match ci {
        Ci::Github => Some((
            Path::new(".github").join("workflows").join("hooks.yml"),
            include_str!("../../../docs/ci/github-actions.yml"),
        )),
        Ci::Gitlab => {
            Some((PathBuf::from(".gitlab-ci.yml"), include_str!("../../../docs/ci/gitlab-ci.yml")))
        }
        Ci::None => None,
    }
}

fn next_steps(dir: &Path, ci: Ci, has_test: bool) -> String {
    let here = dir == Path::new("");
    // from within, where hooksync.yaml is found
    let test = if has_test { "  hooksync test            run the first test\n" } else { "" };
    let enter = if here { String::new() } else { format!("\n  cd {}", shell_word(dir)) };
    let mut text = format!(
        "\nNext:{enter}\n  \
         hooksync validate\n{test}  \
         hooksync plan --local    what would change on a local tenant\n  \
         hooksync apply --local   change it"
    );
    if ci != Ci::None {
        text.push_str("\nThe pipeline's first lines say which variables it needs.");
        if !here {
            text.push_str(" It works only at the root of the repository.");
        }
    }
    text
}

/// A folder as what `cd` is given.
fn shell_word(dir: &Path) -> String {
    word(&again::shown(dir))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::args::{ConnectionArgs, GlobalArgs};
    use crate::cli::output::Verbosity;
    use crate::cli::{Environment, Output};

    fn init(dir: &Path, ci: Ci) -> String {
        let (output, captured) = Output::captured(Verbosity::Normal);
        let environment = Environment::default();
        let context =
            Context { environment: &environment, output: &output, given: &GlobalArgs::default() };
        let connection = ConnectionArgs::default();
        let kind = NewKind::Action;
        let args = InitArgs {
            dir: dir.to_owned(),
            from_tenant: false,
            kind,
            ci,
            no_editors: false,
            connection,
        };
        assert_eq!(run(&args, &context), Ok(Exit::Done));
        captured.stderr().replace(dir.to_str().unwrap(), "DIR").replace('\\', "/")
    }

    #[test]
    fn a_project_is_started_once() {
        let dir = tempfile::tempdir().unwrap();
        let project = dir.path().join("project");
        insta::assert_snapshot!(init(&project, Ci::Github), @r"
        created  DIR/actions/announce-new-users.yaml
        created  DIR/actions/announce-new-users.js
        created  DIR/actions/announce-new-users.test.yaml
        created  DIR/actions/bindings.yaml
        created  DIR/.vscode/settings.json
        created  DIR/.idea/jsonSchemas.xml
        created  DIR/hooksync.yaml
        created  DIR/.gitignore
        created  DIR/.github/workflows/hooks.yml

        Next:
          cd DIR
          hooksync validate
          hooksync test            run the first test
          hooksync plan --local    what would change on a local tenant
          hooksync apply --local   change it
        The pipeline's first lines say which variables it needs. It works only at the root of the repository.
        ");
        let (config, findings) = config::read(&project.join("hooksync.yaml"));
        assert_eq!((config.actions, &findings[..]), (Some(project.join("actions")), &[][..]));
        std::fs::write(project.join(".gitignore"), "target").unwrap();
        let again = init(&project, Ci::None);
        assert!(
            again.starts_with("kept     DIR/actions\nkept     DIR/.vscode/settings.json\n")
                && again.contains("kept     DIR/hooksync.yaml\nupdated  DIR/.gitignore\n"),
            "{again}"
        );
        assert_eq!(
            std::fs::read_to_string(project.join(".gitignore")).unwrap(),
            "target\n.hooksync/\n"
        );
        assert!(init(&project, Ci::None).contains("kept     DIR/.gitignore"));
    }

    #[test]
    fn a_folder_can_be_pasted_into_a_shell() {
        for (dir, word) in [
            ("auth/hooks-1", "auth/hooks-1"),
            ("my hooks", "'my hooks'"),
            ("it's; rm", "'it'\\''s; rm'"),
            ("-x", "./-x"),
        ] {
            assert_eq!(shell_word(Path::new(dir)), word);
        }
    }
}
