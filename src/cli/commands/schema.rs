//! `hooksync schema`: the JSON Schemas of what is read and printed.

use crate::cli::args::{SchemaArgs, SchemaKind};
use crate::cli::{CliError, Context, Exit};
use crate::report::json;
use crate::source::schema;

/// Runs it.
///
/// # Errors
/// When stdout can't be written to.
pub(super) fn run(args: &SchemaArgs, context: &Context<'_>) -> Result<Exit, CliError> {
    context.output.data(&match args.kind {
        SchemaKind::Hook => schema::hook(),
        SchemaKind::Action => schema::action(),
        SchemaKind::Bindings => schema::bindings(),
        SchemaKind::Test => schema::test(),
        SchemaKind::Config => schema::config(),
        SchemaKind::Plan => json::schema(json::Kind::Plan),
        SchemaKind::Result => json::schema(json::Kind::Result),
        SchemaKind::Validate => json::schema(json::Kind::Validate),
    })?;
    Ok(Exit::Done)
}
