//! `hooksync rollback`: makes an old version of an action live again.
//!
//! Shown and confirmed as an apply is. What was shown is what is done: the
//! action is looked at again right before the write.

use super::versions::named;
use crate::api::{ActionVersion, ApiError, Reader, Seen, Urgency};
use crate::cli::args::{ResultFormat, RollbackArgs};
use crate::cli::project::Project;
use crate::cli::session::{Session, Shared, block_on};
use crate::cli::{CliError, Context, Exit, backup, consent};
use crate::model::{BuildStatus, Live};
use crate::plan::actions;
use crate::report::rollback::{Rollback, RolledBack};
use crate::report::{Again, json, safe, text};
use crate::sync::failed_request;

/// Runs it.
///
/// # Errors
/// When there is no such action or version, when it is refused, and when the
/// tenant can't be read or refuses.
pub(super) fn run(args: &RollbackArgs, context: &Context<'_>) -> Result<Exit, CliError> {
    let project = Project::open(&args.project, context)?;
    let settings = project.tenant(&args.connection, "rollback works on one tenant", context)?;
    block_on(async {
        let shared = Shared::new(context.output);
        let session = shared.connect(&settings).await?;
        let look = look(&session, args, context);
        let (rollback, version) = shared.unless_interrupted(look).await?;
        let shown = |style: &_| text::rollback(&rollback, style);
        consent::show(shown, args.format, args.yes, context)?;
        if rollback.is_clean() {
            return finish(&rollback, &RolledBack::Unchanged, &session, args, context);
        }
        let hint = "check what would go live above, then pass --yes";
        consent::demand(args.yes, hint, context)?;
        if !args.yes {
            agree(&rollback, &session, &shared, context).await?;
        }
        if args.update_draft && rollback.has_other_draft() && !shared.stop.is_cancelled() {
            let place = backup::Place { dir: args.backup_dir.as_deref(), keep: usize::MAX };
            let change = &rollback.change;
            let environment = settings.project.environment.as_deref();
            backup::save_draft(&session.tenant, change, environment, place, context)?;
        }
        shared.demand_uninterrupted().await?;
        match deploy(&rollback, &version, &session).await {
            Ok(done) => finish(&rollback, &done, &session, args, context),
            Err(error) if args.format == ResultFormat::Json => {
                let failed = RolledBack::Failed(failed_request(&error));
                let exit = CliError::from(error).exit;
                finish(&rollback, &failed, &session, args, context)?;
                Ok(exit)
            }
            Err(error) => Err(error.into()),
        }
    })
}

/// What a printed command repeats.
fn again(args: &RollbackArgs, context: &Context<'_>) -> Again {
    let environment = args.project.env.first();
    context.again_on(&args.project, &args.connection, environment.map(String::as_str))
}

/// What the tenant has, and what would change.
async fn look(
    session: &Session,
    args: &RollbackArgs,
    context: &Context<'_>,
) -> Result<(Rollback, ActionVersion), CliError> {
    let reader = &session.reader;
    let action = named(&args.name, reader.actions().await?)?;
    if action.action().is_some_and(|action| action.installed) {
        let name = safe::short(&args.name, 200, true);
        return Err(CliError::new(format!(
            "`{name}` comes from the marketplace; it has no versions here"
        ))
        .hint("its version is chosen in the Dashboard"));
    }
    let versions = reader.versions(&action.id).await?;
    let bindings = reader.bindings(&action.trigger).await?;
    let version = chosen(args.to, versions, &action, &again(args, context))?;
    let change = actions::rollback(&action, &version.version);
    let made = version.created_at.map(|time| format!("{time:.0}"));
    let rollback = Rollback {
        tenant: session.tenant.clone(),
        change,
        to: version.version.clone(),
        made,
        bindings,
        update_draft: args.update_draft,
    };
    Ok((rollback, version))
}

/// The version of a number, if it can run.
fn chosen(
    to: u64,
    all: Vec<ActionVersion>,
    action: &Live,
    again: &Again,
) -> Result<ActionVersion, CliError> {
    let name = safe::short(action.name.as_str(), 200, true);
    let known: Vec<String> =
        all.iter().filter_map(|found| found.version.number).map(|n| n.to_string()).collect();
    let listed = all.len();
    let Some(found) = all.into_iter().find(|found| found.version.number == Some(to)) else {
        let error = CliError::new(format!("`{name}` has no version {to} on the tenant"));
        return Err(match known.as_slice() {
            [] => {
                let deployed = action.action().is_some_and(|action| action.deployed.is_some());
                error.hint(why_none(listed, deployed))
            }
            known => error.hint(format!(
                "it has {}; a tenant keeps the last 50 versions of an action",
                known.join(", ")
            )),
        });
    };
    if found.build == BuildStatus::Failed || !found.errors.is_empty() {
        let why: Vec<String> = found.errors.iter().map(|why| safe::short(why, 300, true)).collect();
        let why = if why.is_empty() { String::new() } else { format!(": {}", why.join("; ")) };
        return Err(CliError::new(format!("version {to} of `{name}` failed to build{why}")).hint(
            format!(
                "choose another one; `{}` lists them",
                again.command(&["versions", action.name.as_str()], &[])
            ),
        ));
    }
    Ok(found)
}

/// Why no version has a number, of so many that the tenant lists.
fn why_none(listed: usize, is_deployed: bool) -> &'static str {
    match (listed, is_deployed) {
        (0, false) => "it was never deployed",
        (0, true) => "the tenant lists no versions of it, though one is deployed",
        _ => "the tenant lists its versions without numbers",
    }
}

/// Asks whether to go on, and looks whether what was shown still holds.
async fn agree(
    rollback: &Rollback,
    session: &Session,
    shared: &Shared,
    context: &Context<'_>,
) -> Result<(), CliError> {
    let question = format!("Make it live on {}?", rollback.tenant);
    if !consent::ask(&question, shared, context).await? {
        return Ok(());
    }
    let is_current = shared.unless_interrupted(is_current(rollback, &session.reader)).await?;
    if is_current {
        return Ok(());
    }
    Err(CliError::refused(format!(
        "{} was changed by another client since this was shown; nothing was written",
        safe::short(rollback.change.name.as_str(), 200, true)
    ))
    .hint("run the command again and look at what goes live now"))
}

async fn is_current(rollback: &Rollback, reader: &Reader) -> Result<bool, CliError> {
    let Some(before) = &rollback.change.live else { return Ok(true) };
    let now = reader.action(&before.id).await?;
    let state = |live: &Live| {
        let action = live.action().cloned().unwrap_or_default();
        (live.script.clone(), action.updated_at, action.deployed.map(|version| version.id))
    };
    Ok(state(before) == state(&now))
}

async fn deploy(
    rollback: &Rollback,
    version: &ActionVersion,
    session: &Session,
) -> Result<RolledBack, ApiError> {
    let Some(live) = &rollback.change.live else { return Ok(RolledBack::Unchanged) };
    let update_draft = rollback.update_draft;
    let done = session
        .writer
        .deploy_version(&live.id, version, rollback.from(), update_draft, Urgency::Begin)
        .await?;
    // Accepted is not yet in traffic. Who looks next has to see it: an apply that
    // read the version before would take files for live that are not.
    let made = &done.version;
    let in_traffic = made.deployed || {
        let builds = Seen::default();
        let waited = session.writer.wait_for_traffic(&live.id, &made.id, &builds, Urgency::Begin);
        waited.await.is_some()
    };
    Ok(RolledBack::Deployed { version: made.number, in_traffic })
}

fn finish(
    rollback: &Rollback,
    result: &RolledBack,
    session: &Session,
    args: &RollbackArgs,
    context: &Context<'_>,
) -> Result<Exit, CliError> {
    let shown = match args.format {
        ResultFormat::Json => json::rollback(rollback, result, &session.counts()),
        ResultFormat::Text => {
            let again = again(args, context);
            let style = context.output.stdout_style();
            let done = text::rolled_back(rollback, result, &again, &style);
            if done.is_empty() { done } else { format!("\n{done}") }
        }
    };
    context.output.data_in_any_case(&shown)?;
    Ok(Exit::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_that_is_deployed_is_not_called_never_deployed() {
        assert_eq!(why_none(0, false), "it was never deployed");
        assert!(!why_none(0, true).contains("never deployed"));
        assert!(!why_none(2, false).contains("never deployed"));
    }
}
