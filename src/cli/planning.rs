//! From settings to plans: what `plan` and `apply` do alike.
//!
//! Both call [`prepare`], so that what was reviewed and what is applied come
//! from one function. Must not write anything.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use tokio::time::Instant;

use super::args::{self, ScopeArgs};
use super::backup;
use super::definitions::{self, Checked};
use super::session::{Session, Shared};
use super::settings::TenantSettings;
use super::{CliError, Context};
use crate::api::{ApiError, ApiErrorKind};
use crate::lint::RuleSettings;
use crate::model::{BoundAction, DesiredState, Kind, LiveState, Name, Trigger};
use crate::plan::judge::Scripts;
use crate::plan::traced::Traces;
use crate::plan::{Change, Options, Plan, SecretsMode, blocked, diff, frozen, policy, twins, veil};
use crate::source::{self, Manifest};
use crate::sync;

/// How much longer than twice the expected time an apply may take: answers are
/// slow, and other clients use the tenant too.
const SPARE: Duration = Duration::from_secs(10);

/// One environment's plan, and what is needed to carry it out.
pub(super) struct Prepared {
    /// The environment of hooksync.yaml, if one was chosen.
    pub(super) environment: Option<String>,
    /// The folder of definitions.
    pub(super) dir: PathBuf,
    /// The plan.
    pub(super) plan: Plan,
    /// The definitions, with the values of secrets.
    pub(super) desired: DesiredState,
    /// The tenant.
    pub(super) session: Session,
    /// What shaped the plan.
    pub(super) options: Options,
    /// When the tenant was read; the reading began then.
    pub(super) read_at: Instant,
    /// Who wrote last what differs, where that was looked for.
    pub(super) traces: Traces,
    /// Some definitions are left out of it.
    pub(super) incomplete: bool,
}

impl Prepared {
    /// Whether the tenant is still as it was when the plan was made.
    ///
    /// # Errors
    /// When it can't be read.
    pub(super) async fn is_current(&mut self) -> Result<bool, CliError> {
        self.read_at = Instant::now();
        let live = sync::fetch(&self.session.reader, &self.desired, &self.options).await?;
        let now = diff::plan(&self.desired, &live, &self.plan.tenant, &self.options);
        let desired = policy::reshape(&self.desired, &self.options);
        Ok(now.fingerprint == self.plan.fingerprint && twins::named(&desired, &live).is_empty())
    }

    /// What to say where the access token is likely to end before an apply
    /// does, and no other can be had.
    ///
    /// # Errors
    /// When no token is to be had.
    pub(super) async fn token_ends_early(&self) -> Result<Option<String>, CliError> {
        let left = self.session.reader.token_expires_in().await?;
        let needed = self.estimate().unwrap_or_default();
        Ok(left.filter(|left| !self.session.renewable && *left < needed * 2 + SPARE).map(|left| {
            format!(
                "The access token expires in {} s: later writes will fail. Get a new one, or set AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET, so that hooksync can renew it.",
                left.as_secs()
            )
        }))
    }

    /// About how long an apply would take at this tenant's rate. How long a
    /// build takes, nobody knows.
    pub(super) fn estimate(&self) -> Option<Duration> {
        if self.plan.changes.iter().any(Change::deploys) {
            return None;
        }
        self.session.reader.estimate(self.plan.requests())
    }
}

/// An environment for which there is no plan.
pub(super) struct Unplanned {
    /// The environment of hooksync.yaml, if one was chosen.
    pub(super) environment: Option<String>,
    /// Why.
    pub(super) error: CliError,
}

impl Unplanned {
    /// Why, in words.
    pub(super) fn why(&self) -> String {
        match self.error.faults.first() {
            // a message of several lines has to stand in one
            Some(fault) => fault.message.replace('\n', "; "),
            None => "the definitions have errors".to_owned(),
        }
    }
}

/// What a plan is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To be looked at; what applies it may have another token.
    Review,
    /// To see what was changed on the tenant: what has one name with another there is
    /// left out.
    Drift,
    /// To be carried out with the very same token.
    Apply,
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
    let each = prepare_each(all, scope, rules, Purpose::Apply, shared, context).await?;
    let at = |Unplanned { environment, error }: Unplanned| {
        error.at(environment.as_deref().filter(|_| all.len() > 1))
    };
    each.into_iter().map(|one| one.map_err(at)).collect()
}

/// The same, where the plan of one environment is of use without the others'.
///
/// # Errors
/// When there can be no plan of any.
pub(super) async fn prepare_each(
    all: &[TenantSettings],
    scope: &ScopeArgs,
    rules: &RuleSettings,
    purpose: Purpose,
    shared: &Shared,
    context: &Context<'_>,
) -> Result<Vec<Result<Prepared, Unplanned>>, CliError> {
    let mut checked = Vec::new();
    for settings in all {
        let restores = backup::manifest(&settings.project.dir.value)?;
        let mut definitions = definitions::check(&settings.project, rules);
        if settings.allow_delete.value || settings.allow_delete_actions {
            definitions.demand_complete();
        }
        definitions.demand_readable(context)?;
        checked.push((definitions, restores));
    }
    let each = all.iter().zip(checked).map(|(settings, definitions)| async {
        let plan = one(settings, definitions, (scope, purpose), shared, context).await;
        plan.map_err(|error| {
            let environment = settings.project.environment.clone();
            Unplanned { environment, error }
        })
    });
    shared.unless_interrupted(async { Ok(futures_util::future::join_all(each).await) }).await
}

async fn one(
    settings: &TenantSettings,
    (mut definitions, restores): (Checked, Option<Manifest>),
    (scope, purpose): (&ScopeArgs, Purpose),
    shared: &Shared,
    context: &Context<'_>,
) -> Result<Prepared, CliError> {
    let dir = &settings.project.dir.value;
    let mut options = options(settings, scope, restores.as_ref());
    if definitions.alone && options.only.is_empty() {
        options.only = definitions.names();
    }
    let session = shared.connect(settings).await?;
    if let Some(backup) = restores.as_ref().filter(|backup| backup.tenant != session.tenant) {
        return Err(backup::of_another_tenant(dir, backup, &session.tenant));
    }
    let read_at = Instant::now();
    let live = sync::fetch(&session.reader, &definitions.desired, &options).await;
    let mut live = live.map_err(|error| unknown_trigger(error, &definitions.desired))?;
    let unused = policy::unused_patterns(&options, &definitions.desired, &live);
    if !unused.is_empty() {
        let unused: Vec<&str> = unused.into_iter().map(policy::NamePattern::as_str).collect();
        return Err(CliError::new(format!(
            "--only {}: no definition and no live hook matches",
            unused.join(" ")
        ))
        .hint("names of hooks are compared as the tenant stores them, in kebab-case"));
    }
    let shaped = policy::reshape(&definitions.desired, &options);
    let twins = twins::named(&shaped, &live);
    let incomplete = purpose == Purpose::Drift && !twins.is_empty();
    if incomplete {
        leave_out(&twins, &mut definitions.desired, &mut live, context);
    } else {
        demand_one_of_each(twins)?;
    }
    let plan = diff::plan(&definitions.desired, &live, &session.tenant, &options);
    let mut plan = veil::veiled(plan, &definitions.desired);
    if let Some(scopes) = session.reader.scopes().await? {
        plan = blocked::marked(plan, &scopes, purpose != Purpose::Apply);
    }
    plan = frozen::warned(plan);
    // what lived can be put back, whatever the rules say of it
    let scripts = if restores.is_some() { Scripts::LivedBefore } else { Scripts::New };
    let plan = definitions.judge(plan, scripts, context)?;
    Ok(Prepared {
        environment: settings.project.environment.clone(),
        dir: dir.clone(),
        plan,
        desired: definitions.desired,
        session,
        options,
        read_at,
        traces: Traces::Found(BTreeMap::new()),
        incomplete,
    })
}

/// Goes on without what several on the tenant go by the name of.
fn leave_out(
    twins: &[twins::Twins],
    desired: &mut DesiredState,
    live: &mut LiveState,
    context: &Context<'_>,
) {
    let is_one = |kind: Kind, name: &Name| {
        twins.iter().any(|twins| twins.kind == kind && twins.name == *name)
    };
    desired.definitions.retain(|own| {
        let names = std::iter::once(&own.name).chain(&own.renamed_from);
        !names.into_iter().any(|name| is_one(own.kind(), name))
    });
    desired.bindings.retain(|order| {
        !order.entries.iter().any(|entry| match &entry.action {
            BoundAction::Name(name) => is_one(Kind::Action, name),
            BoundAction::Id(_) => false,
        })
    });
    live.resources.retain(|own| !is_one(own.kind(), &own.name));
    for twins in twins {
        context.say(&format!(
            "warning: {twins}. What the files say of that name is left out here: delete or rename \
             the others on the tenant"
        ));
    }
}

/// A trigger that the tenant does not have is a slip in a file, where one names it.
fn unknown_trigger(error: ApiError, desired: &DesiredState) -> CliError {
    let asked = |trigger: &Trigger| {
        let end = format!("/triggers/{trigger}/bindings");
        error.path.as_ref().is_some_and(|path| path.ends_with(&end))
    };
    let orders = desired.bindings.iter().map(|order| (&order.trigger, &order.place));
    let actions = desired.of(Kind::Action).map(|action| (&action.trigger, &action.place));
    let named = orders.chain(actions).find(|(trigger, _)| asked(trigger));
    let Some((trigger, place)) = named.filter(|_| error.kind == ApiErrorKind::ActionMissing) else {
        return error.into();
    };
    let hint = match source::nearest_trigger(trigger.as_str()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`hooksync schema action` has the triggers that are documented".to_owned(),
    };
    let place = place.in_words();
    CliError::new(format!("{place}: the tenant has no trigger `{trigger}`")).hint(hint)
}

/// Refuses to choose between live hooks or actions of one name.
///
/// # Errors
/// When there are any.
pub(super) fn demand_one_of_each(twins: Vec<twins::Twins>) -> Result<(), CliError> {
    if twins.is_empty() {
        return Ok(());
    }
    let hint = "choose one: delete or rename the others on the tenant. Until then, `--only` with \
                other names leaves them alone";
    let refused = twins.iter().map(|twins| CliError::refused(twins.to_string()).hint(hint));
    Err(CliError::together(refused))
}

fn options(settings: &TenantSettings, scope: &ScopeArgs, restores: Option<&Manifest>) -> Options {
    Options {
        allow_delete: settings.allow_delete.value,
        deletable: restores.map(Manifest::deletable),
        only: scope.only.clone(),
        allow_delete_actions: settings.allow_delete_actions,
        secrets: scope.secrets.map(|mode| match mode {
            args::SecretsMode::Always => SecretsMode::Always,
            args::SecretsMode::Missing => SecretsMode::Missing,
            args::SecretsMode::Never => SecretsMode::Never,
        }),
        now: Some(jiff::Timestamp::now()),
        strict_newlines: scope.strict_newlines,
    }
}
