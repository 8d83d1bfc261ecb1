//! A plan that was saved as JSON, read back to be shown.
//!
//! The file may come from anybody: all that it says is taken as what it
//! claims to be or refused with its place, and nothing of it can be carried
//! out, for the plan that comes of it has no steps. Of a changed script the file
//! holds the lines around each difference; what lies between is filled with
//! stand-ins, which are equal on both sides and so never shown. Must not read
//! files.

mod script;
#[cfg(test)]
mod tests;
mod unknown;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use unknown::{beyond, not_shown, unknown_members};

use super::json::FORMAT_VERSION;
use super::json::output;
use super::json::{field_of, kind_of, secret_verb};
use super::kinds;
use super::{PlanView, Repository, StepView, UNRESOLVED_SECRET};
use crate::model::{Id, Kind, Live, Name, Position, Reference, Trigger};
use crate::plan::cutover::{Cutover, First};
use crate::plan::{
    Change, FieldChange, Plan, SecretChange, SecretVerb, Unmanaged, UnresolvedSecret, Value, Verb,
    Warning,
};

/// The most entries of one list that are read.
const MOST: usize = 20_000;

/// The most bytes that the sizes of live scripts may add up to.
const MOST_LIVE: usize = 256 << 20;

/// A plan from a file, with all that a renderer needs.
#[derive(Debug, Clone)]
pub struct Saved {
    plan: Plan,
    steps: Vec<StepView>,
    environment: Option<String>,
    directory: Option<String>,
    base: Option<String>,
}

impl Saved {
    /// The plan as it is shown. It has no steps of its own.
    #[must_use]
    pub fn view(&self) -> PlanView<'_> {
        PlanView {
            environment: self.environment.as_deref(),
            plan: &self.plan,
            estimate: None,
            directory: self.directory.as_deref(),
            base: self.base.as_deref(),
            saved_steps: Some(&self.steps),
        }
    }

    /// How the plan's files are called in the repository.
    #[must_use]
    pub fn repository(&self) -> Repository {
        match &self.base {
            Some(base) => Repository::below(base),
            None => Repository::default(),
        }
    }
}

/// Reads one plan. An error says which part of it can't be read, and why.
///
/// # Errors
/// When it is not a plan that this version writes.
pub fn read(value: &Json) -> Result<Saved, String> {
    match value.get("format_version") {
        Some(Json::String(version)) if version == FORMAT_VERSION => {}
        Some(Json::String(version)) => {
            let by = value.get("hooksync_version").and_then(Json::as_str);
            let by = by.map_or("another version".to_owned(), |by| format!("hooksync {by}"));
            return Err(format!(
                "format_version is `{version}`, and hooksync {} reads `{FORMAT_VERSION}`; the plan \
                 was made by {by}, which can show it",
                env!("CARGO_PKG_VERSION")
            ));
        }
        _ => return Err("not a plan (it has no format_version)".to_owned()),
    }
    if value.get("results").is_some() {
        return Err("the result of an apply, not a plan".to_owned());
    }
    if value.get("steps").is_none() && value.get("changes").is_some() {
        let version = value.get("hooksync_version").and_then(Json::as_str).unwrap_or("unknown");
        return Err(format!(
            "written by an older hooksync ({version}), which did not save all that is shown"
        ));
    }
    let mut unknown = unknown_members(value);
    let mut budget = MOST_LIVE;
    let changes = list(value, &mut unknown, "changes", |at| change(at, &mut budget))?;
    let resent = list(value, &mut unknown, "secret_writes", secret_write)?;
    let unresolved = list(value, &mut unknown, "unresolved", |one: output::Unresolved| {
        let output::Unresolved { name, key, keywords, source } = one;
        Ok(UnresolvedSecret { name: Name::action(name), key, keywords, source })
    })?;
    let warnings = list(value, &mut unknown, "warnings", warning)?;
    let cutovers = list(value, &mut unknown, "cutovers", |one| cutover(one, &changes))?;
    let unchanged = list(value, &mut unknown, "unchanged", |name: String| Ok(Name::action(name)))?;
    let unmanaged = list(value, &mut unknown, "unmanaged", unmanaged)?;
    let token_lacks = list(value, &mut unknown, "token_lacks", Ok::<String, String>)?;
    let steps = list(value, &mut unknown, "steps", super::json::Step::read)?;
    // those have a list of their own
    let mut warnings: Vec<Warning> =
        warnings.into_iter().filter(|one| one.code != UNRESOLVED_SECRET).collect();
    if !unknown.is_empty() {
        let written_by = value.get("hooksync_version").and_then(Json::as_str);
        warnings.push(not_shown(&unknown, written_by.unwrap_or("of an unknown version")));
    }
    member::<output::Requests>(value, "requests")?;
    Ok(Saved {
        plan: Plan {
            tenant: member(value, "tenant")?,
            fingerprint: member::<String>(value, "fingerprint")?
                .parse()
                .map_err(|_| "fingerprint: not a fingerprint".to_owned())?,
            changes: changes.into_iter().chain(resent).collect(),
            unchanged,
            unmanaged,
            warnings,
            unresolved,
            cutovers,
            ended: BTreeSet::new(),
            steps: Vec::new(),
            unordered: Vec::new(),
            live_total: live_total(member(value, "live_total")?)?,
            deletes_allowed: member(value, "deletes_allowed")?,
            token_lacks,
        },
        steps,
        environment: member(value, "environment")?,
        directory: member(value, "directory")?,
        base: member(value, "base")?,
    })
}

fn member<T: DeserializeOwned>(value: &Json, name: &str) -> Result<T, String> {
    let found = value.get(name).cloned().unwrap_or_default();
    serde_json::from_value(found).map_err(|error| format!("{name}: {error}"))
}

/// Every entry of a list, each refused with its place.
fn list<T: DeserializeOwned + Serialize, U>(
    value: &Json,
    unknown: &mut Vec<String>,
    name: &str,
    mut each: impl FnMut(T) -> Result<U, String>,
) -> Result<Vec<U>, String> {
    let Some(Json::Array(items)) = value.get(name) else {
        return Err(format!("{name}: not a list"));
    };
    if items.len() > MOST {
        return Err(format!("{name}: {} entries, and at most {MOST} are read", items.len()));
    }
    let read = items.iter().enumerate().map(|(at, item)| {
        let place = format!("{name}[{at}]");
        let read = T::deserialize(item).map_err(|error| format!("{place}: {error}"))?;
        // what was read says again all that this version knows
        let known = serde_json::to_value(&read).unwrap_or_default();
        beyond(item, &known, &place, unknown);
        each(read).map_err(|error| format!("{place}: {error}"))
    });
    read.collect()
}

/// A cutover, by the names of what it changes.
fn cutover(one: output::Cutover, changes: &[Change]) -> Result<Cutover, String> {
    let output::Cutover { trigger_id, leaving, actions, first } = one;
    let place = |kind: Kind, name: &str| {
        let of = |change: &Change| change.kind == kind && change.name.as_str() == name;
        let found = changes.iter().position(of);
        found.ok_or_else(|| format!("no change of the {kind} `{name}`"))
    };
    Ok(Cutover {
        leaving: place(Kind::FIRST, &leaving)?,
        bindings: place(Kind::Bindings, &trigger_id)?,
        trigger: Trigger::from_tenant(&trigger_id),
        actions: actions.into_iter().map(Name::action).collect(),
        first: match first.as_str() {
            "bind" => First::Bind,
            "switch_off" => First::SwitchOff,
            _ => return Err(format!("unknown order `{first}`")),
        },
    })
}

fn live_total(found: BTreeMap<String, usize>) -> Result<BTreeMap<Kind, usize>, String> {
    found.into_iter().map(|(kind, number)| Ok((kind_of(&kind)?, number))).collect()
}

fn change(one: output::Change, budget: &mut usize) -> Result<Change, String> {
    let output::Change {
        action,
        kind,
        name,
        trigger_id,
        id,
        source,
        fields,
        secrets,
        blocked,
        behaviour,
        withheld,
        runs_after,
        version,
        // found again from the rest of the plan
        traffic: _,
        live,
    } = one;
    let verb = Verb::CHANGES.into_iter().find(|verb| verb.as_str() == action);
    let verb = verb.ok_or_else(|| format!("unknown action `{action}`"))?;
    let kind = kind_of(&kind)?;
    let name = kinds::stored_name(kind, name)?;
    let live = live.map(|live| live_before(live, id.as_deref(), name.clone(), budget));
    Ok(Change {
        id: id.map(Id::new),
        source,
        live: live.transpose()?,
        fields: fields.into_iter().map(field).collect::<Result<_, _>>()?,
        secrets: secrets.into_iter().map(secret).collect::<Result<_, _>>()?,
        runs_after,
        version,
        // the file says why something stays off in both places
        blocked: blocked.filter(|why| Some(why) != withheld.as_ref()),
        withheld,
        behaviour: behaviour.map(output::Behaviour::read).transpose()?,
        ..Change::new(verb, kind, name, Trigger::from_tenant(&trigger_id))
    })
}

fn live_before(
    live: output::LiveBefore,
    id: Option<&str>,
    name: Name,
    budget: &mut usize,
) -> Result<Live, String> {
    let output::LiveBefore { trigger_id, runs, secrets, script_lines, script_bytes } = live;
    let script = match script_lines.zip(script_bytes) {
        None => None,
        Some((lines, bytes)) => {
            let left = budget.checked_sub(lines.max(bytes));
            *budget = left.ok_or("the live scripts are too large")?;
            Some(script::of_size(lines, bytes))
        }
    };
    Ok(Live {
        id: Id::new(id.unwrap_or_default()),
        name,
        stored_name: None,
        trigger: Trigger::from_tenant(&trigger_id),
        runs,
        script,
        dependencies: None,
        secrets,
        // no renderer looks at what only one kind has
        body: Default::default(),
    })
}

fn field(one: output::Field) -> Result<FieldChange, String> {
    let (field, old, new) = match one {
        output::Field::Text { field, old, new } => (field, old.map(Value::Text), Value::Text(new)),
        output::Field::Flag { field, old, new } => (field, old.map(Value::Flag), Value::Flag(new)),
        output::Field::Packages { field, old, new } => {
            (field, old.map(Value::Packages), Value::Packages(new))
        }
        output::Field::Names { field, old, new } => {
            (field, old.map(Value::Names), Value::Names(new))
        }
        output::Field::Script { field, old_sha256, new_sha256, diff } => {
            let (old, new) = script::both(&diff)?;
            // the text says nothing where nothing differs
            let same = old_sha256.as_ref() == Some(&new_sha256);
            let old = old_sha256.map(|_| Value::Script(if same { new.clone() } else { old }));
            (field, old, Value::Script(new))
        }
    };
    Ok(FieldChange { field: field_of(&field)?, old, new })
}

fn secret(one: output::Secret) -> Result<SecretChange, String> {
    let output::Secret { key, action, reference } = one;
    let reference = reference.map(Reference::new);
    Ok(SecretChange { reference, ..SecretChange::new(key, secret_verb(&action)?) })
}

fn secret_write(one: output::SecretWrite) -> Result<Change, String> {
    let output::SecretWrite { kind, name, trigger_id, keys, mut references, blocked } = one;
    let kind = kind_of(&kind)?;
    let secrets = keys.into_iter().map(|key| {
        let reference = references.remove(&key).map(Reference::new);
        SecretChange { reference, ..SecretChange::new(key, SecretVerb::Write) }
    });
    let trigger = Trigger::from_tenant(&trigger_id);
    let change = Change::new(Verb::Resend, kind, kinds::stored_name(kind, name)?, trigger);
    Ok(Change { secrets: secrets.collect(), blocked, ..change })
}

fn unmanaged(one: output::Unmanaged) -> Result<Unmanaged, String> {
    let output::Unmanaged { kind, name, trigger_id, id } = one;
    Ok(Unmanaged {
        kind: kind_of(&kind)?,
        name: Name::action(name),
        trigger: Trigger::from_tenant(&trigger_id),
        id: Id::new(id),
    })
}

fn warning(one: output::Warning) -> Result<Warning, String> {
    let output::Warning { code, message, source, line, column } = one;
    let position = line.zip(column).map(|(line, column)| Position { line, column });
    Ok(Warning { code: code.into(), message, source, position })
}
