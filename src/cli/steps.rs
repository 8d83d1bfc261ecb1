//! What `plan`, `apply` and `export` do, step by step.
//!
//! Whoever opens the crate begins here: a line is a step, and how it is done is
//! in the module that the line names. Must not hold anything else.

use super::args::{ApplyArgs, ExportArgs, PlanArgs};
use super::commands::{apply, export, plan};
use super::planning::{self, Purpose};
use super::project::Project;
use super::secrets::Errand;
use super::session::{Shared, block_on};
use super::{CliError, Context, Exit, backup, behaviour, tested, traces};

/// `hooksync plan` and `hooksync drift`: reads, fetches, shows what differs.
///
/// # Errors
/// When no plan can be made.
pub(super) fn plan(
    args: &PlanArgs,
    purpose: Purpose,
    context: &Context<'_>,
) -> Result<Exit, CliError> {
    block_on(async {
        plan::demand(args, purpose)?;
        let shared = Shared::new(context.output);
        let project = Project::open(&args.project, context)?;
        let tenants = project.tenants(&args.connection, args.scope.allow_delete, context)?;
        let mut each = planning::prepare_each(
            &tenants,
            &args.scope,
            &project.rules,
            purpose,
            &shared,
            context,
        )
        .await?;
        if args.behaviour {
            behaviour::compare_each(&mut each, args.behaviour_limit, &shared, context).await?;
        }
        if purpose == Purpose::Drift {
            traces::look_up(&mut each, args, &shared).await?;
        }
        let review = plan::Review::of(each, &tenants, args, purpose, context)?;
        review.save()?;
        review.print()?;
        review.summarize()?;
        Ok(review.exit())
    })
}

/// `hooksync apply`: plans, shows it, asks, saves what is live, carries it out.
///
/// # Errors
/// When nothing could be applied; what was applied is in the result.
pub(super) fn apply(args: &ApplyArgs, context: &Context<'_>) -> Result<Exit, CliError> {
    block_on(async {
        let shared = Shared::new(context.output);
        let reviewed = apply::reviewed(args)?;
        let project = Project::open(&args.project, context)?;
        let tenants = project.tenants(&args.connection, args.scope.allow_delete, context)?;
        let mut plans =
            planning::prepare(&tenants, &args.scope, &project.rules, &shared, context).await?;
        apply::show(&plans, args, context)?;
        let approved = apply::approve(&plans, &reviewed, args, context)?;
        if approved.iter().all(|plan| plan.plan().steps.is_empty() && plan.plan().is_clean()) {
            return apply::finish(&plans, &apply::nothing(&plans), args.format, context);
        }
        tested::demand(&plans, &project, &shared, context).await?;
        apply::warn_of_tokens(&plans, context).await?;
        let secrets = Errand::of(&plans, context)?;
        apply::demand_consent(args, context)?;
        if !args.yes {
            apply::agree(&mut plans, &shared, context).await?;
        }
        secrets.fetch(&mut plans, &shared).await?;
        if !args.no_backup && !shared.stop.is_cancelled() {
            backup::save_all(&plans, args.backup_dir.as_deref(), args.keep_backups, context)?;
        }
        shared.demand_uninterrupted().await?;
        let reports = apply::carry_out(&plans, &approved, args, &shared).await;
        apply::finish(&plans, &reports, args.format, context)
    })
}

/// `hooksync export`: fetches, and writes what is live to files.
///
/// # Errors
/// When the tenant can't be read, a file can't be written, or content would be
/// lost.
pub(super) fn export(args: &ExportArgs, context: &Context<'_>) -> Result<Exit, CliError> {
    let project = Project::open(&args.project, context)?;
    let tenant = project.tenant(&args.connection, "export works on one tenant", context)?;
    let mut chosen = export::Chosen::of(args, &tenant);
    let live = chosen.fetch(context)?;
    let mut files = chosen.files(live, &project, context)?;
    if args.check {
        return files.check();
    }
    files.demand_nothing_lost(args.force)?;
    files.write()?;
    files.report()
}
