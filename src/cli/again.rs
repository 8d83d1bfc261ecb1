//! What a printed command repeats of this command line, so that it reaches the
//! same project and tenant.
//!
//! Must not repeat the value of a keyword: it may be a secret's. A command without
//! it is refused or asks, and no value is printed.

use std::path::Path;

use clap::ValueEnum;

use super::Context;
use super::args::shared::LOCAL_STATE;
use super::args::{ConnectionArgs, ProjectArgs, ScopeArgs};
use crate::report::Again;

impl Context<'_> {
    /// What every printed command repeats.
    pub(super) fn again(&self) -> Again {
        let mut before = Vec::new();
        if let Some(dir) = &self.given.directory {
            before.extend(["-C".to_owned(), shown(dir)]);
        }
        if let Some(file) = &self.given.env_file {
            before.extend(["--env-file".to_owned(), shown(file)]);
        }
        Again { before, ..Again::default() }
    }

    /// What a command on this project repeats; of several environments the one
    /// that it is about.
    pub(super) fn again_in(&self, project: &ProjectArgs, environment: Option<&str>) -> Again {
        let ProjectArgs { dir, env: _, all_envs, keyword: _, allow_unresolved, config } = project;
        let mut after = Vec::new();
        match environment {
            Some(name) => after.extend(["--env".to_owned(), name.to_owned()]),
            None => after.extend(all_envs.then(|| "--all-envs".to_owned())),
        }
        if *allow_unresolved {
            after.push("--allow-unresolved".to_owned());
        }
        if let Some(file) = config {
            after.extend(["--config".to_owned(), shown(file)]);
        }
        Again { dir: dir.as_deref().map(shown), after, ..self.again() }
    }

    /// The same for a command that talks to a tenant.
    pub(super) fn again_on(
        &self,
        project: &ProjectArgs,
        connection: &ConnectionArgs,
        environment: Option<&str>,
    ) -> Again {
        let mut again = self.again_in(project, environment);
        if let Some(domain) = &connection.domain {
            again.after.extend(["--domain".to_owned(), domain.clone()]);
        }
        if let Some(state) = &connection.local {
            again.after.push("--local".to_owned());
            let is_default = state == Path::new(LOCAL_STATE);
            again.after.extend((!is_default).then(|| shown(state)));
        }
        again
    }
}

/// How plan and apply compare, where something else was asked for.
pub(super) fn compared(scope: &ScopeArgs) -> Vec<String> {
    let ScopeArgs { only: _, secrets, strict_newlines, allow_delete: _ } = scope;
    let mut words = Vec::new();
    if let Some(which) = secrets.and_then(|which| which.to_possible_value()) {
        words.extend(["--secrets".to_owned(), which.get_name().to_owned()]);
    }
    words.extend(strict_newlines.then(|| "--strict-newlines".to_owned()));
    words
}

/// A path as an argument: one that begins with `-` would be a flag.
pub(super) fn shown(path: &Path) -> String {
    let text = path.display().to_string();
    if text.starts_with('-') { format!("./{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::args::values::Keyword;
    use crate::cli::args::{GlobalArgs, SecretsMode};
    use crate::cli::output::Verbosity;
    use crate::cli::{Environment, Output};

    #[test]
    fn what_was_typed_is_repeated_and_no_keyword() {
        let environment = Environment::default();
        let (output, _) = Output::captured(Verbosity::Normal);
        let given = GlobalArgs {
            directory: Some("my repo".into()),
            env_file: Some("ci.env".into()),
            ..GlobalArgs::default()
        };
        let context = Context { environment: &environment, output: &output, given: &given };
        let project = ProjectArgs {
            dir: Some("-auth".into()),
            env: vec!["staging".to_owned(), "prod".to_owned()],
            keyword: vec![Keyword { key: "API_KEY".to_owned(), value: "hunter2".to_owned() }],
            ..ProjectArgs::default()
        };
        let connection = ConnectionArgs { local: Some(LOCAL_STATE.into()), ..Default::default() };
        let scope = ScopeArgs {
            secrets: Some(SecretsMode::Never),
            strict_newlines: true,
            ..ScopeArgs::default()
        };
        let again = Again {
            compared: compared(&scope),
            ..context.again_on(&project, &connection, Some("prod"))
        };
        assert_eq!(
            again.command(&["apply"], &["--only", "Add roles"]),
            "hooksync -C 'my repo' --env-file ci.env apply ./-auth --only 'Add roles' \
             --secrets never --strict-newlines --env prod --local"
        );
        assert_eq!(
            again.command(&["export"], &[]),
            "hooksync -C 'my repo' --env-file ci.env export ./-auth --env prod --local"
        );
    }
}
