//! `hooksync init`: a project's first files.
//!
//! Must not overwrite anything: what is there is kept, and said so.

use std::path::{Path, PathBuf};

use super::new::{write_hook, write_new, write_schemas};
use crate::cli::args::{Ci, ExportArgs, InitArgs, ProjectArgs};
use crate::cli::{CliError, Context, Exit};
use crate::model::{Name, Trigger};
use crate::source::config;

/// Writes what is missing and tells what to do next.
pub(super) fn run(args: &InitArgs, context: &Context<'_>) -> Result<Exit, CliError> {
    fs_err::create_dir_all(&args.dir)?;
    // so that files in this folder are told without a `./`
    let dir = args.dir.strip_prefix(".").unwrap_or(&args.dir);
    let mut lines = vec![
        if args.from_tenant { tenants_hooks(dir, args, context)? } else { first_hook(dir)? },
        write_missing(&dir.join(config::FILE), include_str!("../templates/hooksync.yaml"))?,
        ignore_state(&dir.join(".gitignore"))?,
    ];
    if let Some((path, text)) = pipeline(args.ci) {
        lines.push(write_missing(&dir.join(path), text)?);
    }
    write_schemas(&dir.join("hooks"))?;
    for line in lines {
        context.say(&line);
    }
    context.say(&next_steps(dir, args.ci));
    Ok(Exit::Done)
}

/// The tenant's hooks, as `export` writes them.
fn tenants_hooks(dir: &Path, args: &InitArgs, context: &Context<'_>) -> Result<String, CliError> {
    let hooks = dir.join("hooks");
    let export = ExportArgs {
        project: ProjectArgs { dir: Some(hooks.clone()), ..ProjectArgs::default() },
        connection: args.connection.clone(),
        only: Vec::new(),
        layout: None,
        prune: false,
        check: false,
        force: false,
    };
    super::export::run(&export, context)?;
    Ok(format!("exported {}", hooks.display()))
}

/// A hook that does no harm, unless there are definitions already.
fn first_hook(dir: &Path) -> Result<String, CliError> {
    let hooks = dir.join("hooks");
    if hooks.exists() {
        return Ok(format!("kept     {}", hooks.display()));
    }
    // A name that is in kebab-case already is its own stored form.
    let name = Name::of_live_hook(Some("tell-of-new-users"), "");
    let definition = write_hook(&hooks, &name, &Trigger::PostUserRegistration)?;
    Ok(format!("created  {}", definition.display()))
}

fn write_missing(path: &Path, text: &str) -> Result<String, CliError> {
    if path.exists() {
        return Ok(format!("kept     {}", path.display()));
    }
    if let Some(folder) = path.parent().filter(|folder| *folder != Path::new("")) {
        fs_err::create_dir_all(folder)?;
    }
    write_new(path, text)?;
    Ok(format!("created  {}", path.display()))
}

/// The local tenant and the backups don't belong into the repository.
const IGNORED: &str = ".hooksync/";

fn ignore_state(path: &Path) -> Result<String, CliError> {
    if !path.exists() {
        return write_missing(path, &format!("{IGNORED}\n"));
    }
    let text = fs_err::read_to_string(path)?;
    if text.lines().any(|line| line.trim().trim_matches('/') == IGNORED.trim_matches('/')) {
        return Ok(format!("kept     {}", path.display()));
    }
    let gap = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    fs_err::write(path, format!("{text}{gap}{IGNORED}\n"))?;
    Ok(format!("extended {}", path.display()))
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

fn next_steps(dir: &Path, ci: Ci) -> String {
    let here = dir == Path::new("");
    // from within, where hooksync.yaml is found
    let enter = if here { String::new() } else { format!("\n  cd {}", shell_word(dir)) };
    let mut text = format!(
        "\nNext:{enter}\n  \
         hooksync validate\n  \
         hooksync plan --local    what would change on a local tenant\n  \
         hooksync apply --local   change it"
    );
    if ci != Ci::None {
        text.push_str("\nThe pipeline's first lines say which variables it needs.");
        if !here {
            text.push_str(" It has to lie at the repository's root.");
        }
    }
    text
}

/// A folder as one word of a shell's line.
fn shell_word(dir: &Path) -> String {
    let text = dir.display().to_string();
    let is_plain = |found: char| found.is_alphanumeric() || "/._-+:\\".contains(found);
    if text.chars().all(is_plain) && !text.starts_with('-') {
        return text;
    }
    format!("-- '{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::args::ConnectionArgs;
    use crate::cli::output::Verbosity;
    use crate::cli::{Environment, Output};

    fn init(dir: &Path, ci: Ci) -> String {
        let (output, captured) = Output::captured(Verbosity::Normal);
        let environment = Environment::default();
        let context = Context { environment: &environment, output: &output };
        let connection = ConnectionArgs::default();
        let args = InitArgs { dir: dir.to_owned(), from_tenant: false, ci, connection };
        assert_eq!(run(&args, &context), Ok(Exit::Done));
        captured.stderr().replace(dir.to_str().unwrap(), "DIR").replace('\\', "/")
    }

    #[test]
    fn a_project_is_started_once() {
        let dir = tempfile::tempdir().unwrap();
        let project = dir.path().join("project");
        insta::assert_snapshot!(init(&project, Ci::Github), @r"
        created  DIR/hooks/tell-of-new-users.yaml
        created  DIR/hooksync.yaml
        created  DIR/.gitignore
        created  DIR/.github/workflows/hooks.yml

        Next:
          cd DIR
          hooksync validate
          hooksync plan --local    what would change on a local tenant
          hooksync apply --local   change it
        The pipeline's first lines say which variables it needs. It has to lie at the repository's root.
        ");
        let (config, findings) = config::read(&project.join("hooksync.yaml"));
        assert_eq!((config.hooks, &findings[..]), (Some(project.join("hooks")), &[][..]));
        std::fs::write(project.join(".gitignore"), "target").unwrap();
        let again = init(&project, Ci::None);
        assert!(again.starts_with("kept     DIR/hooks\nkept     DIR/hooksync.yaml\nextended DIR/"));
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
            ("my hooks", "-- 'my hooks'"),
            ("it's; rm", "-- 'it'\\''s; rm'"),
            ("-x", "-- '-x'"),
        ] {
            assert_eq!(shell_word(Path::new(dir)), word);
        }
    }
}
