//! Whether a live action is still what a plan was made from, as far as only
//! actions have it.
//!
//! Every field of a live action has to be thought of here. Must not compare
//! what all kinds have.

use crate::model::{LiveAction, SecretTimes};
use crate::plan::Field;
use crate::plan::meanwhile::both;

/// How far two times of one secret may be apart, in seconds: answers round
/// them in their own ways.
const SAME_TIME: i64 = 1;

/// Says of each field whether it is not as it was. Those that a write of ours
/// brings with it are left out.
pub(in crate::plan) fn changed(
    before: &LiveAction,
    now: &LiveAction,
    wrote: &impl Fn(Field) -> bool,
    differs: &mut impl FnMut(Field, bool),
) {
    let LiveAction {
        trigger_version,
        runtime,
        modules,
        secrets: _,
        build: _,
        deployed,
        all_changes_deployed: _,
        updated_at: _,
        installed: _,
    } = before;
    let version = both(trigger_version.as_ref(), now.trigger_version.as_ref(), |a, b| a != b);
    differs(Field::TriggerVersion, version);
    // another version of the trigger can bring another runtime with it
    let runtime = both(runtime.as_ref(), now.runtime.as_ref(), |a, b| a != b);
    differs(Field::Runtime, runtime && !wrote(Field::TriggerVersion));
    let uses = |modules: &[crate::model::LiveModule]| {
        let mut uses: Vec<_> = modules.iter().map(|module| module.uses.clone()).collect();
        uses.sort();
        uses
    };
    differs(Field::Modules, uses(modules) != uses(&now.modules));
    let version = match (deployed, &now.deployed) {
        (Some(before), Some(now)) => before.id != now.id,
        (None, Some(_)) => true,
        // an answer need not carry it
        (_, None) => false,
    };
    differs(Field::Deploy, version);
}

/// Whether secrets have the times that they had, as far as both are known.
pub(in crate::plan) fn same_times(a: &SecretTimes, b: &SecretTimes) -> bool {
    let apart = |a: jiff::Timestamp, b: jiff::Timestamp| a.as_second() - b.as_second();
    a.iter().all(|(key, a)| {
        let b = b.get(key).copied().flatten();
        a.zip(b).is_none_or(|(a, b)| apart(a, b).abs() <= SAME_TIME)
    })
}
