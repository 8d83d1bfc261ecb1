//! Whether something live is still what a plan was made from.
//!
//! Compares what was read when the plan was made with what is there right
//! before a write, or in its answer. What only one of the two knows is no
//! difference. Must not decide what follows from one.

use super::{Deed, Field, Op, actions};
use crate::model::content::draft_is_deployed;
use crate::model::{Dependencies, Live, LiveBindings, Trigger};

/// The code in JSON of a change that failed for this reason.
pub const CODE: &str = "changed_meanwhile";

/// The next step.
pub const HINT: &str = "Another client wrote to it after it was read. Run plan again, look at what \
                        is there now, and apply that plan.";

/// The fields that are not as they were, by their names in definitions. Those
/// that `sent` wrote itself are left out.
#[must_use]
pub fn changed(before: &Live, now: &Live, sent: Option<&Op>) -> Vec<&'static str> {
    // every field of what is live has to be thought of here
    let Live { id: _, name: _, stored_name, trigger, runs, script, dependencies, secrets, body: _ } =
        before;
    let deeds = sent.map(Op::deeds).unwrap_or_default();
    let wrote = |field| deeds.iter().any(|deed| field_of(deed) == Some(field));
    let wrote_secrets = deeds.iter().any(|deed| matches!(deed, Deed::Secrets(..)));
    let mut found = Vec::new();
    let mut differs = |field: Field, differs: bool| {
        if differs && !wrote(field) {
            found.push(field.as_str());
        }
    };
    differs(Field::Name, both(stored_name.as_ref(), now.stored_name.as_ref(), |a, b| a != b));
    let known = |trigger: &Trigger| !trigger.as_str().is_empty();
    let says_trigger = known(trigger) && known(&now.trigger);
    differs(Field::Trigger, says_trigger && *trigger != now.trigger);
    differs(Field::Enabled, before.kind().has_switch() && *runs != now.runs);
    differs(
        Field::Dependencies,
        both(dependencies.as_ref(), now.dependencies.as_ref(), |a, b| !same_packages(a, b)),
    );
    differs(
        Field::Script,
        both(script.as_ref(), now.script.as_ref(), |a, b| a != b && !a.same_but_newlines(b)),
    );
    let others = before.action().zip(now.action());
    if let Some((before, now)) = others {
        actions::changed(before, now, &wrote, &mut differs);
    }
    let names = both(secrets.as_ref(), now.secrets.as_ref(), |a, b| a != b);
    let times = others.is_some_and(|(a, b)| !actions::same_times(&a.secrets, &b.secrets));
    if (names || times) && !wrote_secrets {
        found.push("secrets");
    }
    found
}

/// Whether the only thing that happened is what a deploy was to do: the draft
/// is as it was, and what is deployed now is that draft, secrets included. An
/// earlier run of ours or somebody in the Dashboard has deployed it.
#[must_use]
pub fn deployed_already(before: &Live, now: &Live) -> bool {
    changed(before, now, None) == [Field::Deploy.as_str()] && draft_is_deployed(now, true)
}

pub(super) fn both<T>(a: Option<&T>, b: Option<&T>, differ: impl Fn(&T, &T) -> bool) -> bool {
    a.zip(b).is_some_and(|(a, b)| differ(a, b))
}

/// `latest` becomes a number once it is resolved.
fn same_packages(a: &Dependencies, b: &Dependencies) -> bool {
    let latest = |version: &String| version == "latest";
    a.len() == b.len()
        && a.iter().all(|(name, a)| b.get(name).is_some_and(|b| a == b || latest(a) || latest(b)))
}

fn field_of(deed: &Deed) -> Option<Field> {
    match deed {
        Deed::Rename(_) => Some(Field::Name),
        Deed::Send(field) => Some(*field),
        Deed::Switch(_) => Some(Field::Enabled),
        Deed::Deploy => Some(Field::Deploy),
        Deed::Create(_) | Deed::Secrets(..) | Deed::Bind(_) | Deed::Delete => None,
    }
}

/// Whether a trigger runs what it ran, in the same order.
#[must_use]
pub fn same_order(before: Option<&LiveBindings>, now: &LiveBindings) -> bool {
    let entry =
        |entry: &crate::model::LiveBinding| (entry.action_id.clone(), entry.display_name.clone());
    let before = before.iter().flat_map(|bindings| &bindings.entries).map(entry);
    before.eq(now.entries.iter().map(entry))
}

/// Why a change failed, in words. `written`: what was found is in the answer
/// to a write.
#[must_use]
pub fn in_words(fields: &[&str], written: bool) -> String {
    let is = if fields.len() == 1 { "is" } else { "are" };
    let after = if written {
        "only what this plan changes was overwritten"
    } else {
        "nothing of it was written"
    };
    format!(
        "changed in the meantime: {} {is} not what the plan was made from; {after}",
        fields.join(", ")
    )
}
