//! The command line as types: every command, flag and alias.
//!
//! One file a command, [`shared`] for what several take, [`values`] for texts
//! that become typed values. Must not read the environment or a file: what a
//! flag means together with those is [`super::settings`]'s.

mod apply;
mod backups;
mod beginnings;
mod behaviour;
mod ci;
mod export;
mod extras;
mod migrate;
mod plan;
mod rollback;
pub mod shared;
mod show;
mod tenant;
mod validate;
pub mod values;
mod versions;

pub use apply::ApplyArgs;
pub use backups::{BackupArgs, BackupsArgs, BackupsCommand, BackupsDiffArgs, BackupsPlace};
#[cfg(test)]
pub(crate) use beginnings::TRIGGERS;
pub use beginnings::{Ci, InitArgs, NewArgs, NewKind};
pub use behaviour::{Engine, RunArgs, TestArgs, TestFormat};
pub use ci::CiArgs;
pub use export::{ExportArgs, Layout};
pub use extras::{CompletionsArgs, DoctorArgs, ManArgs, SchemaArgs, SchemaKind};
pub use migrate::{MigrateArgs, MigrateFormat, MigrateStyle};
pub use plan::{PlanArgs, PlanFormat};
pub use rollback::RollbackArgs;
pub use shared::{
    ColorWhen, ConnectionArgs, GlobalArgs, ProjectArgs, ResultFormat, ScopeArgs, SecretsMode,
};
pub use show::ShowArgs;
pub use tenant::{ServeArgs, TenantArgs, TenantCommand};
pub use validate::{ValidateArgs, ValidateFormat};
pub use versions::VersionsArgs;

use clap::{Parser, Subcommand};

use super::exit::Exit;

/// The whole command line.
#[derive(Debug, Parser)]
#[command(
    name = "hooksync",
    version,
    about = "Auth0 Actions and hooks as code: plan in pull requests, apply on merge, export what is live",
    long_about = "Auth0 Actions and hooks as code.\n\n\
        Definitions (YAML and JavaScript) live in a folder. `plan` shows what would change on the \
        tenant, `apply` changes it, `export` writes what is live to disk, `validate` checks \
        everything that can be checked without a network.",
    after_help = after_help(),
    subcommand_required = true,
    arg_required_else_help = true,
    max_term_width = 100
)]
pub struct Cli {
    /// Flags of every command.
    #[command(flatten)]
    pub global: GlobalArgs,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show what would change on the tenant
    #[command(visible_alias = "diff")]
    Plan(PlanArgs),
    /// Show a saved plan, without contacting a tenant
    Show(ShowArgs),
    /// Post a saved plan to its pull request, from a pipeline
    Ci(CiArgs),
    /// Change the tenant to what the definitions say
    #[command(visible_alias = "import")]
    Apply(ApplyArgs),
    /// Write the tenant's hooks, actions and bindings to files
    #[command(visible_alias = "dump")]
    Export(ExportArgs),
    /// Check definitions and scripts, without a network
    #[command(visible_alias = "check")]
    Validate(ValidateArgs),
    /// List the versions of an action
    Versions(VersionsArgs),
    /// Make an old version of an action live again
    Rollback(RollbackArgs),
    /// Run the behaviour tests (*.test.yaml)
    Test(TestArgs),
    /// Run one hook or action once, without deploying it
    Run(RunArgs),
    /// Show what was changed on the tenant, and how to keep or undo it
    #[command(after_help = "\
Examples:
  hooksync drift                           what differs on $AUTH0_DOMAIN; exit 2 if anything does
  hooksync drift --only 'crm-*'            of these alone
  hooksync drift --format markdown         for an issue or a chat")]
    Drift(PlanArgs),
    /// List, show, compare and restore what earlier applies saved
    Backups(BackupsArgs),
    /// Convert hooks to actions, and prove that they behave alike
    Migrate(MigrateArgs),
    /// Run a local tenant to try things out
    Tenant(TenantArgs),
    /// Start a project: a first action with its test, bindings and a pipeline
    Init(InitArgs),
    /// Add an action, or a hook, with a first test
    New(NewArgs),
    /// Check the connection and show where each setting comes from
    Doctor(DoctorArgs),
    /// Print a JSON Schema
    Schema(SchemaArgs),
    /// Print a completion script for a shell
    Completions(CompletionsArgs),
    /// Print a manual page
    Man(ManArgs),
}

impl Command {
    /// The folder and the tenant of a command that has both.
    pub fn place(&mut self) -> Option<(&mut ProjectArgs, &mut ConnectionArgs)> {
        match self {
            Self::Plan(args) | Self::Drift(args) => Some((&mut args.project, &mut args.connection)),
            Self::Apply(args) => Some((&mut args.project, &mut args.connection)),
            Self::Export(args) => Some((&mut args.project, &mut args.connection)),
            Self::Versions(args) => Some((&mut args.project, &mut args.connection)),
            Self::Rollback(args) => Some((&mut args.project, &mut args.connection)),
            Self::Doctor(args) => Some((&mut args.project, &mut args.connection)),
            Self::Migrate(args) if args.from_tenant => {
                Some((&mut args.project, &mut args.connection))
            }
            Self::Backups(args) => match &mut args.command {
                BackupsCommand::Diff(args) => {
                    Some((&mut args.plan.project, &mut args.plan.connection))
                }
                BackupsCommand::Restore(args) => Some((&mut args.project, &mut args.connection)),
                BackupsCommand::List(_) | BackupsCommand::Show(_) => None,
            },
            Self::Validate(_) | Self::Tenant(_) | Self::Init(_) | Self::New(_) => None,
            Self::Test(_) | Self::Run(_) | Self::Migrate(_) | Self::Show(_) | Self::Ci(_) => None,
            Self::Schema(_) | Self::Completions(_) | Self::Man(_) => None,
        }
    }
}

/// What stands below the list of commands.
fn after_help() -> String {
    let mut text = String::from(
        "Examples:\n  \
         hooksync plan fixtures/demo --local    try the demo; needs no account\n  \
         hooksync plan                          show what would change on $AUTH0_DOMAIN\n  \
         hooksync apply                         change it, after a question\n\n\
         Connection (from the environment, never from arguments):\n  \
         AUTH0_DOMAIN                    the tenant, such as acme.eu.auth0.com\n  \
         AUTH0_ACCESS_TOKEN              a Management API token; or\n  \
         AUTH0_CLIENT_ID                 a machine-to-machine application, with\n  \
         AUTH0_CLIENT_SECRET             its secret, or\n  \
         AUTH0_CLIENT_SIGNING_KEY_PATH   its private key (PEM), and\n  \
         AUTH0_CLIENT_SIGNING_ALGORITHM  RS256, RS384 or PS256\n  \
         AUTH0_AUDIENCE                  default https://$AUTH0_DOMAIN/api/v2/\n  \
         AUTH0_ALLOW_DELETE              the same as --allow-delete\n\n\
         Exit codes:\n",
    );
    for exit in Exit::ALL {
        text.push_str(&format!("  {:<5}{}\n", exit.code(), exit.meaning()));
    }
    text.trim_end().to_owned()
}

#[cfg(test)]
mod tests;
