//! Each setting's own order of precedence, and what they make together.

use std::path::PathBuf;
use std::time::Duration;

use super::{
    ConfigFile, Kinds, Origin, ProjectSettings, RateSettings, Remote, Setting, Target,
    TenantSettings, Variables, inside, keywords, proxy, suffix,
};
use crate::api::Headroom;
use crate::cli::CliError;
use crate::cli::args::shared::LOCAL_STATE;
use crate::cli::args::{ConnectionArgs, ProjectArgs};
use crate::cli::environment::Environment;
use crate::source::config::{self, EnvironmentConfig};

pub(super) const AUDIENCE: &str = "AUTH0_AUDIENCE";
const ALLOW_DELETE: &str = "AUTH0_ALLOW_DELETE";
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(15 * 60);

/// Takes a folder behind `--local` as the folder of definitions if there is no
/// other: no tenant is kept in a folder, and `--local DIR` reads as if it were
/// meant so. To be done before anything else.
pub fn untangle(args: &mut ProjectArgs, connection: &mut ConnectionArgs) {
    if args.dir.is_none()
        && let Some(dir) = connection.local.as_ref().filter(|state| state.is_dir())
    {
        args.dir = Some(dir.clone());
        connection.local = Some(PathBuf::from(LOCAL_STATE));
    }
}

/// The settings of a command without a network, one for each environment.
///
/// # Errors
/// With everything that is missing or wrong.
pub fn project(
    args: &ProjectArgs,
    environment: &Environment,
    file: &ConfigFile,
) -> Result<Vec<ProjectSettings>, CliError> {
    let chosen = chosen_environments(args, file)?;
    collect(
        chosen
            .into_iter()
            .map(|chosen| Parts { args, connection: None, environment, file, chosen }.project()),
    )
}

/// The settings of a command with a network, one for each environment.
///
/// # Errors
/// With everything that is missing or wrong.
pub fn tenant(
    args: &ProjectArgs,
    connection: &ConnectionArgs,
    allow_delete: Option<bool>,
    environment: &Environment,
    file: &ConfigFile,
) -> Result<Vec<TenantSettings>, CliError> {
    let chosen = chosen_environments(args, file)?;
    if chosen.len() > 1 && (connection.domain.is_some() || connection.local.is_some()) {
        let flag = if connection.domain.is_some() { "--domain" } else { "--local" };
        return Err(CliError::usage(format!(
            "{flag} names one tenant, and {} environments are chosen",
            chosen.len()
        ))
        .hint("choose one with --env"));
    }
    collect(chosen.into_iter().map(|chosen| {
        let parts = Parts { args, connection: Some(connection), environment, file, chosen };
        parts.tenant(allow_delete)
    }))
}

/// Which of the file's environments a run is for; `None` for a run without.
pub(super) fn chosen_environments<'a>(
    args: &ProjectArgs,
    file: &'a ConfigFile,
) -> Result<Vec<Option<&'a EnvironmentConfig>>, CliError> {
    let environments = &file.config.environments;
    let known = || match environment_names(file) {
        names if names.is_empty() => "hooksync.yaml has no `environments:`".to_owned(),
        names => format!("hooksync.yaml has {names}"),
    };
    if args.all_envs {
        return match environments.is_empty() {
            true => Err(CliError::usage("--all-envs finds no environment").hint(known())),
            false => Ok(environments.iter().map(Some).collect()),
        };
    }
    let mut chosen: Vec<Option<&EnvironmentConfig>> = Vec::new();
    for name in &args.env {
        let Some(environment) = file.config.environment(name) else {
            return Err(CliError::usage(format!("unknown environment: {name}")).hint(known()));
        };
        if !chosen.iter().flatten().any(|already| already.name == *name) {
            chosen.push(Some(environment));
        }
    }
    if chosen.is_empty() { Ok(vec![None]) } else { Ok(chosen) }
}

pub(super) fn environment_names(file: &ConfigFile) -> String {
    let names = file.config.environments.iter().map(|environment| environment.name.as_str());
    names.collect::<Vec<_>>().join(", ")
}

/// Everything that the settings of one environment are made from.
#[derive(Clone, Copy)]
pub(super) struct Parts<'a> {
    pub(super) args: &'a ProjectArgs,
    pub(super) connection: Option<&'a ConnectionArgs>,
    pub(super) environment: &'a Environment,
    pub(super) file: &'a ConfigFile,
    pub(super) chosen: Option<&'a EnvironmentConfig>,
}

impl<'a> Parts<'a> {
    pub(super) fn name(self) -> Option<&'a str> {
        self.chosen.map(|chosen| chosen.name.as_str())
    }

    fn project(self) -> Result<ProjectSettings, CliError> {
        let Self { args, file, .. } = self;
        let suffix = self.name().map(suffix);
        let variables = self.variables(suffix.as_deref());
        Ok(ProjectSettings {
            environment: self.name().map(str::to_owned),
            dir: self.contained()?,
            kinds: self.args.dir.is_none().then(|| self.kinds()),
            keywords: keywords::gather(&args.keyword, file, self.name(), variables)?,
            allow_unresolved: args.allow_unresolved,
        })
    }

    fn tenant(self, flag: Option<bool>) -> Result<TenantSettings, CliError> {
        let suffix = self.name().map(suffix);
        let variables = self.variables(suffix.as_deref());
        let allow_delete = self.allow_delete(flag, variables);
        match (self.project(), self.target(variables), allow_delete) {
            (Ok(project), Ok(target), Ok(allow_delete)) => Ok(TenantSettings {
                project,
                target,
                allow_delete,
                allow_delete_actions: self.allow_delete_actions(flag),
                rate: self.rate(),
                timeout: self.timeout(),
            }),
            (project, target, allow_delete) => {
                let errors = [project.err(), target.err(), allow_delete.err()];
                Err(CliError::together(errors.into_iter().flatten()))
            }
        }
    }

    pub(super) fn variables<'s>(self, suffix: Option<&'s str>) -> Variables<'s>
    where
        'a: 's,
    {
        Variables { environment: self.environment, suffix, deploy: self.file.deploy.as_ref() }
    }

    /// The folder that was named, else the file's, else `hooks`, else
    /// `actions` where there are no hooks.
    fn dir(self) -> Setting<PathBuf> {
        if let Some(dir) = &self.args.dir {
            return Setting::new(dir.clone(), Origin::Flag("DIR"));
        }
        let Kinds { hooks, actions } = self.kinds();
        let config = &self.file.config;
        let (dir, given, key) = match (hooks, actions) {
            (None, Some(actions)) => (actions, config.actions.is_some(), "actions"),
            (hooks, _) => {
                let hooks = hooks.unwrap_or_else(|| self.file.beside("hooks"));
                (hooks, config.hooks.is_some(), "hooks")
            }
        };
        let origin = if given { self.file.origin(key) } else { Origin::Default };
        Setting::new(dir, origin)
    }

    /// The same, if it and the folder of each kind are what a file may name.
    pub(super) fn contained(self) -> Result<Setting<PathBuf>, CliError> {
        let dir = self.dir();
        if self.args.dir.is_none() {
            let base = self.file.beside("");
            inside::demand(&dir, &base)?;
            let Kinds { hooks, actions } = self.kinds();
            for (kind, folder) in [("hooks", hooks), ("actions", actions)] {
                if let Some(folder) = folder {
                    inside::demand(&Setting::new(folder, self.file.origin(kind)), &base)?;
                }
            }
        }
        Ok(dir)
    }

    /// The folder of each kind: the file's, else the default beside the file,
    /// as far as they are there. Where neither is, that of hooks is asked for.
    fn kinds(self) -> Kinds {
        let config = &self.file.config;
        let folder = |given: &Option<PathBuf>, default: &str| {
            let folder = given.clone().unwrap_or_else(|| self.file.beside(default));
            folder.exists().then_some(folder)
        };
        let (hooks, actions) = (folder(&config.hooks, "hooks"), folder(&config.actions, "actions"));
        match (&hooks, &actions) {
            (None, None) if config.hooks.is_none() && config.actions.is_some() => {
                Kinds { hooks: None, actions: config.actions.clone() }
            }
            (None, None) => {
                let asked = config.hooks.clone().unwrap_or_else(|| self.file.beside("hooks"));
                Kinds { hooks: Some(asked), actions: None }
            }
            // one folder for both
            _ if hooks == actions => Kinds { hooks, actions: None },
            _ => Kinds { hooks, actions },
        }
    }

    pub(super) fn local(self) -> Option<&'a PathBuf> {
        self.connection.and_then(|connection| connection.local.as_ref())
    }

    fn target(self, variables: Variables<'_>) -> Result<Target, CliError> {
        if let Some(state) = self.local() {
            return Ok(Target::Local { state: state.clone() });
        }
        let (domain, credentials) = self.destination(variables);
        let audience = variables.get(AUDIENCE);
        let near = domain.as_ref().is_ok_and(|domain| domain.value.is_loopback());
        let proxy = if near { Ok(()) } else { proxy::demand(self.environment) };
        match (domain, credentials, audience, proxy) {
            (Ok(domain), Ok(credentials), Ok(audience), Ok(())) => {
                Ok(Target::Remote(Box::new(Remote {
                    domain,
                    credentials,
                    audience: audience.map(|audience| audience.map(str::to_owned)),
                })))
            }
            (domain, credentials, audience, proxy) => {
                let errors = [domain.err(), credentials.err(), audience.err(), proxy.err()];
                Err(CliError::together(errors.into_iter().flatten()))
            }
        }
    }

    pub(super) fn allow_delete(
        self,
        flag: Option<bool>,
        variables: Variables<'_>,
    ) -> Result<Setting<bool>, CliError> {
        if let Some(flag) = flag {
            return Ok(Setting::new(flag, Origin::Flag("--allow-delete")));
        }
        if let Some(given) = variables.get(ALLOW_DELETE)? {
            let value = match given.value.to_ascii_lowercase().as_str() {
                "true" | "1" => Ok(true),
                "false" | "0" => Ok(false),
                _ => Err(CliError::new(format!("{} must be true or false", given.origin))),
            };
            return value.map(|value| Setting::new(value, given.origin));
        }
        let own = self.chosen.and_then(|chosen| {
            let key = format!("environments.{}.allowDelete", chosen.name);
            Some(Setting::new(chosen.allow_delete?, self.file.origin(key)))
        });
        let of_all =
            || Some(Setting::new(self.file.config.allow_delete?, self.file.origin("allowDelete")));
        let deploy = || {
            let deploy = self.file.deploy.as_ref()?;
            let origin = Origin::File { path: deploy.file.clone(), key: ALLOW_DELETE.to_owned() };
            Some(Setting::new(deploy.allow_delete?, origin))
        };
        let given = own.or_else(of_all).or_else(deploy);
        Ok(given.unwrap_or(Setting::new(false, Origin::Default)))
    }

    fn allow_delete_actions(self, flag: Option<bool>) -> bool {
        let own = self.chosen.and_then(|chosen| chosen.allow_delete_actions);
        flag.or(own).or(self.file.config.allow_delete_actions) == Some(true)
    }

    pub(super) fn rate(self) -> RateSettings {
        let file = &self.file.config.rate_limit;
        let flags = self.connection;
        let headroom = flags.and_then(|flags| flags.headroom);
        let max_rps = flags.and_then(|flags| flags.max_rps);
        let concurrency = flags.and_then(|flags| flags.concurrency);
        RateSettings {
            headroom: self
                .flag_or_file(headroom, "--headroom", file.headroom, "headroom")
                .map(|given| given.map(as_asked))
                .unwrap_or(Setting::new(Headroom::default(), Origin::Default)),
            max_rps: self.flag_or_file(max_rps, "--max-rps", file.max_rps, "maxRps"),
            concurrency: self.flag_or_file(
                concurrency,
                "--concurrency",
                file.concurrency,
                "concurrency",
            ),
        }
    }

    fn flag_or_file<T>(
        self,
        flag: Option<T>,
        flag_name: &'static str,
        in_file: Option<T>,
        key: &str,
    ) -> Option<Setting<T>> {
        match (flag, in_file) {
            (Some(value), _) => Some(Setting::new(value, Origin::Flag(flag_name))),
            (None, Some(value)) => {
                Some(Setting::new(value, self.file.origin(format!("rateLimit.{key}"))))
            }
            (None, None) => None,
        }
    }

    pub(super) fn timeout(self) -> Setting<Duration> {
        let flag = self.connection.and_then(|connection| connection.timeout);
        let in_file = self.file.config.rate_limit.timeout;
        self.flag_or_file(flag, "--timeout", in_file, "timeout")
            .unwrap_or(Setting::new(DEFAULT_TIMEOUT, Origin::Default))
    }
}

/// What was written, as the governor takes it.
fn as_asked(headroom: config::Headroom) -> Headroom {
    match headroom {
        config::Headroom::Requests(count) => Headroom::Count(count),
        config::Headroom::Percent(share) => Headroom::Percent(share),
    }
}

/// All values, or what is wrong with any. What is wrong for every environment
/// alike is reported once.
fn collect<T>(each: impl IntoIterator<Item = Result<T, CliError>>) -> Result<Vec<T>, CliError> {
    let (mut values, mut errors) = (Vec::new(), Vec::new());
    for result in each {
        match result {
            Ok(value) => values.push(value),
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() { Ok(values) } else { Err(CliError::together(errors)) }
}
