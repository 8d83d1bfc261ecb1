//! The triggers of a tenant, as its list showed them in August 2026, and what
//! their versions accept.
//!
//! Main type: [`Trigger`]. Must not know the state.

use serde_json::json;

use super::moment::Moment;
use super::state::TriggerRef;
use crate::tenant::json::Json;
use crate::tenant::message::Response;

/// One version of a trigger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Trigger {
    pub(super) id: &'static str,
    pub(super) version: &'static str,
    current: bool,
    runtimes: &'static [&'static str],
    default_runtime: &'static str,
    entity: bool,
    compatible: &'static [&'static str],
}

const BOTH: &[&str] = &["node18-actions", "node22"];
const NEW: &[&str] = &["node22"];

const fn current(id: &'static str, version: &'static str) -> Trigger {
    Trigger {
        id,
        version,
        current: true,
        runtimes: BOTH,
        default_runtime: "node22",
        entity: false,
        compatible: &[],
    }
}

/// Recorded: the defaults of old versions are runtimes that their own list
/// doesn't have.
const fn old(id: &'static str, version: &'static str, default_runtime: &'static str) -> Trigger {
    Trigger { default_runtime, runtimes: NEW, current: false, ..current(id, version) }
}

const fn entity(id: &'static str, runtimes: &'static [&'static str]) -> Trigger {
    Trigger { entity: true, runtimes, ..current(id, "v1") }
}

/// All of them.
const TRIGGERS: [Trigger; 20] = [
    Trigger { compatible: &["v2"], ..current("post-login", "v3") },
    Trigger { runtimes: &["node18", "node22"], ..old("post-login", "v2", "node16") },
    old("post-login", "v1", "node12"),
    current("credentials-exchange", "v2"),
    old("credentials-exchange", "v1", "node12"),
    current("pre-user-registration", "v2"),
    old("pre-user-registration", "v1", "node12"),
    current("post-user-registration", "v2"),
    old("post-user-registration", "v1", "node12"),
    current("post-change-password", "v2"),
    old("post-change-password", "v1", "node12"),
    current("send-phone-message", "v2"),
    old("send-phone-message", "v1", "node12"),
    current("password-reset-post-challenge", "v1"),
    current("custom-phone-provider", "v1"),
    current("custom-email-provider", "v1"),
    entity("custom-token-exchange", &["node18", "node22"]),
    entity("event-stream", NEW),
    entity("password-hash-migration", NEW),
    entity("mcp-tool", NEW),
];

/// `GET /actions/triggers`. Recorded: the versions of one trigger come in
/// another order from call to call.
pub(super) fn list(moment: &mut Moment) -> Response {
    let mut triggers = TRIGGERS;
    for same in triggers.chunk_by_mut(|one, other| one.id == other.id) {
        moment.shuffle(same);
    }
    let shown = |trigger: Trigger| {
        let Trigger { id, version, current, runtimes, default_runtime, entity, compatible } =
            trigger;
        let compatible = compatible.iter().map(|version| json!({ "id": id, "version": version }));
        json!({
            "id": id,
            "version": version,
            "status": if current { "CURRENT" } else { "DEPRECATED" },
            "runtimes": runtimes,
            "default_runtime": default_runtime,
            "binding_policy": if entity { "entity-bound" } else { "trigger-bound" },
            "compatible_triggers": compatible.collect::<Json>(),
        })
    };
    Response::json(200, &json!({ "triggers": triggers.map(shown) }))
}

/// The version of a trigger.
pub(super) fn find(of: &TriggerRef) -> Option<&'static Trigger> {
    TRIGGERS.iter().find(|trigger| trigger.id == of.id && trigger.version == of.version)
}

/// Whether there is such a trigger, and whether it is bound to entities.
pub(super) fn known(id: &str) -> Option<bool> {
    TRIGGERS.iter().find(|trigger| trigger.id == id).map(|trigger| trigger.entity)
}

/// The version that is current.
pub(in crate::tenant) fn current_version(id: &str) -> Option<&'static str> {
    let current = TRIGGERS.iter().find(|trigger| trigger.id == id && trigger.current);
    current.map(|trigger| trigger.version)
}

/// Whether an action may move from one trigger to the other.
pub(super) fn upgrades(from: &TriggerRef, to: &TriggerRef) -> bool {
    let compatible = |trigger: &Trigger| trigger.compatible.contains(&from.version.as_str());
    from == to || (from.id == to.id && find(to).is_some_and(compatible))
}

/// Whether an action of this trigger may be bound to that one.
pub(super) fn binds(of: &TriggerRef, trigger: &str) -> bool {
    let here = |found: &&Trigger| found.id == trigger && found.current;
    let current = TRIGGERS.iter().find(here);
    let fits = |current: &Trigger| {
        current.version == of.version || current.compatible.contains(&of.version.as_str())
    };
    of.id == trigger && current.is_some_and(fits)
}

impl Trigger {
    /// The runtime of an action that names none.
    pub(in crate::tenant) fn default_runtime(&self) -> &'static str {
        self.default_runtime
    }

    /// The refusal of a runtime that it doesn't have. `node18` and
    /// `node18-actions` are two names, and each is taken where the other is
    /// listed (recorded for post-login).
    pub(super) fn check_runtime(&self, runtime: &str) -> Result<(), String> {
        let plain = |name: &str| name == "node18" || name == "node18-actions";
        let takes = |listed: &str| listed == runtime || (plain(listed) && plain(runtime));
        if self.runtimes.iter().any(|listed| takes(listed)) || runtime == self.default_runtime {
            return Ok(());
        }
        let (version, runtimes) = (self.version, self.runtimes.join(", "));
        Err(format!(
            "runtime not supported for version {version} of this trigger, supported runtimes: \
             {runtimes}"
        ))
    }
}
