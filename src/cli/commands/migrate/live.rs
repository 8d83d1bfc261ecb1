//! Hooks as they live on a tenant, in place of files.
//!
//! Reads, and must not write to the tenant or the disk.

use std::collections::BTreeMap;

use crate::cli::args::MigrateArgs;
use crate::cli::planning::demand_one_of_each;
use crate::cli::project::Project;
use crate::cli::session::{Shared, block_on};
use crate::cli::{CliError, Context, Exit};
use crate::model::{
    Body, Definition, DesiredSecret, InPlay, Kind, Live, LiveBindings, Place, Script, ScriptSource,
    Written,
};
use crate::plan::twins;
use crate::sync;

/// What is live of hooks, and what is bound to triggers beside them.
pub(super) struct Tenant {
    /// Its hooks, as definitions without a file.
    pub(super) hooks: Vec<Definition>,
    /// The bindings of every trigger that has some.
    pub(super) bindings: Vec<LiveBindings>,
}

/// Reads the tenant.
///
/// # Errors
/// When it can't be read, has no hooks any more, or has several hooks of one
/// name.
pub(super) fn read(
    args: &MigrateArgs,
    project: &Project<'_>,
    context: &Context<'_>,
) -> Result<Tenant, CliError> {
    let settings = project.tenant(&args.connection, "migrate works on one tenant", context)?;
    let (live, tenant) = block_on(async {
        let shared = Shared::new(context.output);
        let read = async {
            let session = shared.connect(&settings).await?;
            let in_play = InPlay { hooks: true, actions: true };
            let chosen = |live: &Live| live.kind() == Kind::Hook;
            Ok((sync::fetch_all(&session.reader, in_play, &chosen).await?, session.tenant))
        };
        shared.unless_interrupted(read).await
    })?;
    if let Some(why) = live.ended.get(&Kind::Hook) {
        return Err(CliError::new(format!("{tenant} no longer has hooks: {why}"))
            .hint("migrate from an earlier export: `hooksync migrate DIR`")
            .exit(Exit::TenantRefuses));
    }
    demand_one_of_each(twins::differing(&live, |own| own.kind() == Kind::Hook))?;
    let mut hooks: Vec<&Live> = live.of(Kind::Hook).collect();
    // of two that are alike the one that plan means
    hooks.sort_by(|a, b| a.name.cmp(&b.name).then_with(|| a.precedence().cmp(&b.precedence())));
    hooks.dedup_by(|b, a| a.name == b.name);
    let hooks = hooks.into_iter().map(|hook| definition(hook, &tenant)).collect();
    Ok(Tenant { hooks, bindings: live.bindings })
}

fn definition(hook: &Live, tenant: &str) -> Definition {
    let place = format!("{tenant}/hooks/{}", hook.name);
    let script = hook.script.clone().unwrap_or_else(|| Script::new(""));
    let secrets = hook.secrets.iter().flatten();
    let secrets: BTreeMap<_, _> = secrets.map(|key| (key.clone(), DesiredSecret::Kept)).collect();
    Definition {
        name: hook.name.clone(),
        written_name: hook.name.to_string(),
        trigger: hook.trigger.clone(),
        script_source: ScriptSource {
            file: format!("{place}.js"),
            text: script.as_str().to_owned(),
            replaced: Vec::new(),
        },
        script,
        dependencies: hook.dependencies.clone(),
        secrets: Some(secrets),
        renamed_from: Vec::new(),
        place: Place::file(place),
        written: Written::default(),
        body: Body::Hook { enabled: Some(hook.runs) },
    }
}
