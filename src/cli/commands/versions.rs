//! `hooksync versions`: the versions of an action that the tenant has kept.

use crate::api::ActionVersion;
use crate::cli::args::{ResultFormat, VersionsArgs};
use crate::cli::project::Project;
use crate::cli::session::{Shared, block_on};
use crate::cli::{CliError, Context, Exit};
use crate::model::near::nearest;
use crate::model::{Kind, Live, Script};
use crate::plan::policy::kind_and_name;
use crate::report::safe;
use crate::report::versions::{Version, Versions};

/// Runs it.
///
/// # Errors
/// When there is no such action, or more than one, or it can't be read.
pub(super) fn run(args: &VersionsArgs, context: &Context<'_>) -> Result<Exit, CliError> {
    let project = Project::open(&args.project, context)?;
    let settings = project.tenant(&args.connection, "versions works on one tenant", context)?;
    let found = block_on(async {
        let shared = Shared::new(context.output);
        let read = async {
            let session = shared.connect(&settings).await?;
            let reader = &session.reader;
            let action = named(&args.name, reader.actions().await?)?;
            let versions = reader.versions(&action.id).await?;
            Ok(shown(session.tenant.clone(), &action, versions))
        };
        shared.unless_interrupted(read).await
    })?;
    context.output.data(&match args.format {
        ResultFormat::Text => found.text(&context.output.stdout_style()),
        ResultFormat::Json => found.json(),
    })?;
    Ok(Exit::Done)
}

/// The one action of this name.
pub(super) fn named(name: &str, actions: Vec<Live>) -> Result<Live, CliError> {
    let name = match kind_and_name(name) {
        (Some(Kind::Action), name) => name,
        // a name may hold a colon
        (Some(kind), _) if !actions.iter().any(|action| action.name.as_str() == name) => {
            let message = format!("only actions have versions, and `{name}` is of the kind {kind}");
            return Err(CliError::new(message).hint("write NAME or action:NAME"));
        }
        _ => name,
    };
    let (mut found, others): (Vec<Live>, Vec<Live>) =
        actions.into_iter().partition(|action| action.name.as_str() == name);
    let names: Vec<&str> = others.iter().map(|action| action.name.as_str()).collect();
    let near = nearest(name, &names).map(|near| safe::short(near, 200, true));
    let name = safe::short(name, 200, true);
    match found.len() {
        1 => Ok(found.remove(0)),
        0 => Err(CliError::new(format!("the tenant has no action called `{name}`")).hint(
            match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => "names are case-sensitive; quote names that contain spaces".to_owned(),
            },
        )),
        count => Err(CliError::new(format!("the tenant has {count} actions called `{name}`"))
            .hint("rename all but one of them in the Dashboard")),
    }
}

fn shown(tenant: String, action: &Live, versions: Vec<ActionVersion>) -> Versions {
    let deployed = action.action().and_then(|action| action.deployed.as_ref());
    let version = |found: ActionVersion| {
        let ActionVersion { version, created_at, .. } = found;
        let script = version.script.as_ref();
        Version {
            number: version.number,
            deployed: deployed.is_some_and(|deployed| deployed.id == version.id),
            id: version.id.as_str().to_owned(),
            created_at: created_at.map(|time| format!("{time:.0}")),
            runtime: version.runtime.clone(),
            script_sha256: script.map(Script::sha256).map(|sum| sum.to_string()),
            same_script_as_draft: script.is_some() && script == action.script.as_ref(),
            dependencies: version.dependencies.clone().unwrap_or_default(),
            secrets: version.secrets.keys().cloned().collect(),
        }
    };
    Versions {
        format_version: "1",
        tenant,
        name: action.name.as_str().to_owned(),
        id: action.id.as_str().to_owned(),
        trigger_id: action.trigger.as_str().to_owned(),
        versions: versions.into_iter().map(version).collect(),
    }
}
