//! The project that a command works on: hooksync.yaml, its rules, and the
//! tenants that are chosen of it.
//!
//! Must not read definitions or ask a tenant anything.

use super::args::{ConnectionArgs, ProjectArgs};
use super::definitions::tell;
use super::settings::{self, ConfigFile, ProjectSettings, TenantSettings};
use super::{CliError, Context, Environment, Exit};
use crate::lint::RuleSettings;
use crate::model::Diagnostic;
use crate::source::codes;

/// hooksync.yaml, read and checked, and what the command line chose of it.
pub(super) struct Project<'a> {
    /// What was typed.
    pub(super) args: &'a ProjectArgs,
    /// The file; an empty one where there is none.
    pub(super) file: ConfigFile,
    /// How findings are judged.
    pub(super) rules: RuleSettings,
}

impl<'a> Project<'a> {
    /// Reads hooksync.yaml, and the Deploy CLI's settings if they were named;
    /// their findings are reported, and errors end the run.
    ///
    /// # Errors
    /// When something is wrong with it.
    pub(super) fn open(args: &'a ProjectArgs, context: &Context<'_>) -> Result<Self, CliError> {
        let (mut file, mut found) = ConfigFile::find(args.dir.as_deref());
        if let Some(path) = &args.config {
            let (with, more) = file.with_deploy_config(path);
            file = with;
            found.extend(more);
        }
        let mut rules = RuleSettings::default();
        for setting in &file.config.rules {
            if let Err(error) = rules.set(&setting.code, setting.level) {
                let (path, place) = &setting.place;
                let mut finding = Diagnostic::error(codes::INVALID_SETTING, error.to_string())
                    .in_file(path.clone())
                    .hint("`hooksync validate --help` and docs/rules.md name the rules");
                finding.position = Some(*place);
                found.push(finding);
            }
        }
        found.extend(settings::withheld(context.environment, &file));
        found.sort();
        tell(&found, context);
        if found.iter().any(Diagnostic::is_error) {
            return Err(CliError::reported(Exit::Error));
        }
        Ok(Self { args, file, rules })
    }

    /// The chosen environments, for a command without a network.
    ///
    /// # Errors
    /// With everything that is missing or wrong.
    pub(super) fn environments(
        &self,
        environment: &Environment,
    ) -> Result<Vec<ProjectSettings>, CliError> {
        settings::project(self.args, environment, &self.file)
    }

    /// The chosen tenants, one for each environment, with what to reach them by.
    ///
    /// # Errors
    /// With everything that is missing or wrong.
    pub(super) fn tenants(
        &self,
        connection: &ConnectionArgs,
        allow_delete: Option<bool>,
        context: &Context<'_>,
    ) -> Result<Vec<TenantSettings>, CliError> {
        let environment = context.environment;
        settings::tenant(self.args, connection, allow_delete, environment, &self.file)
    }

    /// The one tenant of a command that works on one; `why` says so.
    ///
    /// # Errors
    /// When several are chosen, and as [`Self::tenants`].
    pub(super) fn tenant(
        &self,
        connection: &ConnectionArgs,
        why: &str,
        context: &Context<'_>,
    ) -> Result<TenantSettings, CliError> {
        let [tenant] = <[_; 1]>::try_from(self.tenants(connection, None, context)?)
            .map_err(|_| CliError::usage(why).hint("choose one environment with --env"))?;
        Ok(tenant)
    }
}
