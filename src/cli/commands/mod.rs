//! One file a command. Each takes its arguments and the [`Context`], and
//! gives the code to end with.
//!
//! Must not print but through [`super::output`].

pub(super) mod apply;
mod backups;
mod ci;
mod doctor;
pub(super) mod export;
mod init;
mod man;
mod migrate;
mod new;
pub(super) mod plan;
mod rollback;
mod run;
mod schema;
mod show;
mod tenant;
mod test;
mod validate;
mod versions;

pub(super) use test::pool;

use super::args::Command;
use super::planning::Purpose;
use super::{CliError, Context, Exit, completing, settings, steps};

/// Runs one command.
///
/// # Errors
/// Whatever stopped it, with the code to end with.
pub fn dispatch(mut command: Command, context: &Context<'_>) -> Result<Exit, CliError> {
    if let Some((project, connection)) = command.place() {
        settings::untangle(project, connection);
    }
    match command {
        Command::Plan(args) => steps::plan(&args, Purpose::Review, context),
        Command::Show(args) => show::run(&args, context),
        Command::Ci(args) => ci::run(&args, context),
        Command::Drift(args) => steps::plan(&args, Purpose::Drift, context),
        Command::Backups(args) => backups::run(args.command, context),
        Command::Apply(args) => steps::apply(&args, context),
        Command::Export(args) => steps::export(&args, context),
        Command::Validate(args) => validate::run(&args, context),
        Command::Test(args) => test::run(&args, context),
        Command::Run(args) => run::run(&args, context),
        Command::Migrate(args) => migrate::run(&args, context),
        Command::Tenant(args) => tenant::run(&args, context),
        Command::Init(args) => init::run(&args, context),
        Command::New(args) => new::run(&args, context),
        Command::Completions(args) => completing::run(&args, context),
        Command::Man(args) => man::run(&args, context),
        Command::Rollback(args) => rollback::run(&args, context),
        Command::Versions(args) => versions::run(&args, context),
        Command::Doctor(args) => doctor::run(&args, context),
        Command::Schema(args) => schema::run(&args, context),
    }
}
