//! From settings to plans: what `plan` and `apply` do alike.
//!
//! Both call [`prepare`], so that what was reviewed and what is applied come
//! from one function. Must not write anything.

use std::time::Duration;

use super::args::{self, ScopeArgs};
use super::definitions::{self, Checked};
use super::session::{Session, Shared};
use super::settings::TenantSettings;
use super::{CliError, Context, Exit};
use crate::lint::RuleSettings;
use crate::model::{DesiredState, HookName};
use crate::plan::{Options, Plan, RequestCounts, SecretsMode, blocked, diff, policy};
use crate::sync;

/// One environment's plan, and what is needed to carry it out.
pub(super) struct Prepared {
    /// The environment of hooksync.yaml, if one was chosen.
    pub(super) environment: Option<String>,
    /// The plan.
    pub(super) plan: Plan,
    /// The definitions, with the values of secrets.
    pub(super) desired: DesiredState,
    /// The tenant.
    pub(super) session: Session,
    /// Whether deletes are allowed.
    pub(super) allow_delete: bool,
}

impl Prepared {
    /// What the governor counted so far.
    pub(super) fn counts(&self) -> RequestCounts {
        let counts = self.session.reader.counts();
        RequestCounts {
            total: counts.total,
            throttled: counts.throttled,
            retried: counts.retried,
            waited_ms: counts.waited_ms,
        }
    }

    /// About how long an apply would take at this tenant's rate.
    pub(super) fn estimate(&self) -> Option<Duration> {
        self.session.reader.estimate(self.plan.requests())
    }
}

/// Makes the plans of all environments, side by side.
///
/// # Errors
/// The first thing that went wrong in the order of the environments.
pub(super) async fn prepare(
    all: &[TenantSettings],
    scope: &ScopeArgs,
    rules: &RuleSettings,
    shared: &Shared,
    context: &Context<'_>,
) -> Result<Vec<Prepared>, CliError> {
    let mut checked = Vec::new();
    for settings in all {
        let definitions = definitions::check(&settings.project, rules);
        definitions.demand_readable(context)?;
        checked.push(definitions);
    }
    let each = all
        .iter()
        .zip(checked)
        .map(|(settings, definitions)| one(settings, definitions, scope, shared, context));
    futures_util::future::join_all(each).await.into_iter().collect()
}

async fn one(
    settings: &TenantSettings,
    definitions: Checked,
    scope: &ScopeArgs,
    shared: &Shared,
    context: &Context<'_>,
) -> Result<Prepared, CliError> {
    let options = options(settings, scope);
    let session = shared.connect(settings).await?;
    let live = sync::fetch(&session.reader, &definitions.desired, &options).await?;
    let names: Vec<HookName> = live.hooks.iter().map(|hook| hook.name.clone()).collect();
    let unused = policy::unused_patterns(&options, &definitions.desired, &names);
    if !unused.is_empty() {
        let unused: Vec<&str> = unused.into_iter().map(policy::NamePattern::as_str).collect();
        return Err(CliError::new(format!(
            "--only {}: neither a definition nor a live hook has such a name",
            unused.join(" ")
        ))
        .hint("names are compared as the tenant stores them, in kebab-case")
        .exit(Exit::Error));
    }
    let mut plan = diff::plan(&definitions.desired, &live, &session.tenant, &options);
    if let Some(scopes) = session.reader.scopes().await? {
        blocked::mark(&mut plan, &scopes);
    }
    definitions.judge(&mut plan, context)?;
    Ok(Prepared {
        environment: settings.project.environment.clone(),
        plan,
        desired: definitions.desired,
        session,
        allow_delete: options.allow_delete,
    })
}

fn options(settings: &TenantSettings, scope: &ScopeArgs) -> Options {
    Options {
        allow_delete: settings.allow_delete.value,
        only: scope.only.clone(),
        secrets: match scope.secrets {
            args::SecretsMode::Always => SecretsMode::Always,
            args::SecretsMode::Missing => SecretsMode::Missing,
            args::SecretsMode::Never => SecretsMode::Never,
        },
        strict_newlines: scope.strict_newlines,
    }
}
