//! What has to be true, whatever went wrong.

use std::collections::{BTreeMap, BTreeSet};

use hooksync::model::{Definition, DesiredSecret, DesiredState};
use hooksync::plan::{
    ApplyReport, Change, ChangeResult, Field, Options, Outcome, Plan, SecretVerb, Value, Verb,
};
use hooksync::tenant::{Hook, State};

use crate::plans::reported;

/// One faulty apply, seen from the tenant.
pub(crate) struct Story<'a> {
    pub(crate) before: &'a State,
    pub(crate) after: &'a State,
    /// Whether somebody else changed something meanwhile.
    pub(crate) edited: bool,
}

/// Triggers at which more than one hook runs.
pub(crate) fn crowds(state: &State) -> BTreeSet<String> {
    let running = |trigger: &str| {
        state.hooks.iter().filter(|hook| hook.enabled && hook.trigger_id == trigger).count()
    };
    let triggers = state.hooks.iter().map(|hook| hook.trigger_id.clone());
    triggers.filter(|trigger| running(trigger) > 1).collect()
}

/// Checks a run that met faults; gives in a word how it ended.
pub(crate) fn after_faults(
    story: &Story<'_>,
    (plan, report): (&Plan, &ApplyReport),
    desired: &DesiredState,
) -> Result<&'static str, String> {
    let fail = |problem: String| {
        let results: Vec<String> = report
            .results
            .iter()
            .map(|r| {
                format!(
                    "  {:?} {} {:?} {:?} done {:?}",
                    r.verb,
                    r.name,
                    r.outcome,
                    r.error.as_ref().map(|e| &e.message),
                    r.done
                )
            })
            .collect();
        Err(format!(
            "{problem}\nplan\n{}\nresults\n{}\nbefore {:#?}\nafter {:#?}",
            reported(plan),
            results.join("\n"),
            story.before.hooks,
            story.after.hooks
        ))
    };
    if let Some(name) = doubles(story.after).difference(&doubles(story.before)).next() {
        return fail(format!("{name} is there twice"));
    }
    let new_crowds = &crowds(story.after) - &crowds(story.before);
    if let (Some(trigger), false) = (new_crowds.first(), story.edited) {
        return fail(format!("two hooks run at {trigger}"));
    }
    if let Err(problem) = nothing_lost(story, plan, desired) {
        return fail(problem);
    }
    for result in &report.results {
        let change = plan.changes.iter().find(|change| {
            change.name == result.name
                && change.verb == result.verb
                && (change.id.is_none() || change.id == result.id)
        });
        let honest = match (result.outcome, change) {
            (Outcome::Applied, Some(change)) => as_told(story, change, desired),
            (Outcome::Applied, None) => secrets_are(story, result, desired),
            (Outcome::NotAttempted, _) => as_before(story, result),
            (Outcome::Failed, _) => told_why(result),
        };
        if let Err(problem) = honest {
            return fail(format!(
                "{} was reported as {:?}, but {problem}",
                result.name, result.outcome
            ));
        }
    }
    if let Err(problem) = no_trigger_forgotten(story, plan, &report.results) {
        return fail(problem);
    }
    let all = report.results.iter().all(|result| result.outcome == Outcome::Applied);
    Ok(match all {
        true => "applied",
        false if report.interrupted => "interrupted",
        false => "in part",
    })
}

fn doubles(state: &State) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    let identity =
        |hook: &Hook| format!("{} at {}", hook.name.clone().unwrap_or_default(), hook.trigger_id);
    state.hooks.iter().map(identity).filter(|identity| !seen.insert(identity.clone())).collect()
}

/// Every hook is still there, as it was or as it is to be, unless the plan
/// deletes it.
fn nothing_lost(story: &Story<'_>, plan: &Plan, desired: &DesiredState) -> Result<(), String> {
    for hook in &story.before.hooks {
        let change = plan
            .changes
            .iter()
            .find(|change| change.id.as_ref().is_some_and(|id| id.as_str() == hook.id));
        let Some(now) = story.after.hook(&hook.id) else {
            match change {
                _ if story.edited => continue,
                Some(change) if change.verb == Verb::Delete => continue,
                Some(change) if change.verb == Verb::Replace => {
                    let made = wanted(desired, change).is_some_and(|wanted| {
                        story.after.hooks.iter().any(|new| {
                            new.name.as_deref() == Some(change.name.as_str())
                                && new.trigger_id == wanted.trigger.as_str()
                                && new.script == wanted.script.as_str()
                        })
                    });
                    if made {
                        continue;
                    }
                    return Err(format!("{:?} is gone and nothing is in its place", hook.name));
                }
                _ => return Err(format!("{:?} is gone", hook.name)),
            }
        };
        if story.edited {
            continue;
        }
        let new = change.and_then(|change| wanted(desired, change));
        let script = new.map(|new| new.script.as_str());
        if now.script != hook.script && Some(now.script.as_str()) != script {
            return Err(format!("{:?} has a script from nowhere", hook.name));
        }
        if change.is_none()
            && (now.name != hook.name
                || now.enabled != hook.enabled
                || now.dependencies != hook.dependencies)
        {
            return Err(format!("{:?} was touched", hook.name));
        }
        let deletes = |key: &str| {
            change.is_some_and(|change| {
                change
                    .secrets
                    .iter()
                    .any(|secret| secret.key == key && secret.verb == SecretVerb::Delete)
            })
        };
        if let Some(key) =
            hook.secrets.keys().find(|key| !now.secrets.contains_key(*key) && !deletes(key))
        {
            return Err(format!("{:?} lost its secret {key}", hook.name));
        }
    }
    Ok(())
}

fn wanted<'a>(desired: &'a DesiredState, change: &Change) -> Option<&'a Definition> {
    change.source.as_ref()?;
    desired.definitions.iter().find(|hook| hook.name == change.name)
}

/// What is reported as applied is as it was reported.
fn as_told(story: &Story<'_>, change: &Change, desired: &DesiredState) -> Result<(), String> {
    if story.edited {
        return Ok(());
    }
    let old = change.id.as_ref().and_then(|id| story.after.hook(id.as_str()));
    if change.verb == Verb::Delete {
        return if old.is_some() { Err("it is still there".to_owned()) } else { Ok(()) };
    }
    if change.verb == Verb::Replace && old.is_some() {
        return Err("the old one is still there".to_owned());
    }
    let Some(hook) = find(story.after, change) else { return Err("it is not there".to_owned()) };
    for field in &change.fields {
        let fits = match (field.field, &field.new) {
            (Field::Name, Value::Text(new)) => hook.name.as_ref() == Some(new),
            (_, Value::Text(new)) => hook.trigger_id == *new,
            (_, Value::Flag(new)) => hook.enabled == *new,
            (_, Value::Packages(new)) => {
                new.iter().eq(hook.dependencies.iter().collect::<BTreeMap<_, _>>())
            }
            (_, Value::Script(new)) => hook.script == new.as_str(),
            (_, Value::Names(_)) => false,
        };
        if !fits {
            return Err(format!("its {} is not as reported", field.field.as_str()));
        }
    }
    for secret in &change.secrets {
        match secret.verb {
            SecretVerb::Delete if hook.secrets.contains_key(&secret.key) => {
                return Err(format!("secret {} is still there", secret.key));
            }
            SecretVerb::Delete => {}
            SecretVerb::Create | SecretVerb::Write => {
                value_is(story.after, hook, &secret.key, desired, change.name.as_str())?;
            }
        }
    }
    Ok(())
}

fn find<'a>(state: &'a State, change: &Change) -> Option<&'a Hook> {
    match (&change.id, change.verb) {
        (Some(id), Verb::Update | Verb::Resend) => state.hook(id.as_str()),
        _ => state.hooks.iter().find(|hook| {
            hook.name.as_deref() == Some(change.name.as_str())
                && hook.trigger_id == change.trigger.as_str()
        }),
    }
}

fn value_is(
    state: &State,
    hook: &Hook,
    key: &str,
    desired: &DesiredState,
    name: &str,
) -> Result<(), String> {
    let definition = desired.definitions.iter().find(|hook| hook.name.as_str() == name);
    let value = definition.and_then(|hook| hook.secrets.as_ref()).and_then(|all| all.get(key));
    match value {
        Some(DesiredSecret::Value(value))
            if state.secret_is(&hook.id, key, value.expose()) == Some(true) =>
        {
            Ok(())
        }
        _ => Err(format!("secret {key} has another value")),
    }
}

fn secrets_are(
    story: &Story<'_>,
    result: &ChangeResult,
    desired: &DesiredState,
) -> Result<(), String> {
    if story.edited {
        return Ok(());
    }
    let id = result.id.as_ref().map(|id| id.as_str()).unwrap_or_default();
    let Some(hook) = story.after.hook(id) else { return Err("it is not there".to_owned()) };
    let definition = desired.definitions.iter().find(|hook| hook.name == result.name);
    let keys =
        definition.and_then(|hook| hook.secrets.as_ref()).into_iter().flat_map(|all| all.keys());
    for key in keys {
        value_is(story.after, hook, key, desired, result.name.as_str())?;
    }
    Ok(())
}

/// What is reported as not attempted is as it was.
fn as_before(story: &Story<'_>, result: &ChangeResult) -> Result<(), String> {
    if story.edited {
        return Ok(());
    }
    match &result.id {
        Some(id) if story.before.hook(id.as_str()) != story.after.hook(id.as_str()) => {
            Err("it is not as it was".to_owned())
        }
        Some(_) => told_why(result),
        None => {
            let of = |state: &State| {
                state
                    .hooks
                    .iter()
                    .filter(|hook| {
                        hook.name.as_deref() == Some(result.name.as_str())
                            && hook.trigger_id == result.trigger.as_str()
                    })
                    .count()
            };
            if of(story.after) > of(story.before) {
                Err("it is there".to_owned())
            } else {
                told_why(result)
            }
        }
    }
}

fn told_why(result: &ChangeResult) -> Result<(), String> {
    if result.error.is_some() { Ok(()) } else { Err("nobody says why".to_owned()) }
}

/// A trigger whose hook ran before, and at which one is to run, has one, or
/// the report says that something went wrong there.
fn no_trigger_forgotten(
    story: &Story<'_>,
    plan: &Plan,
    results: &[ChangeResult],
) -> Result<(), String> {
    if story.edited {
        return Ok(());
    }
    let runs = |state: &State, trigger: &str| {
        state.hooks.iter().any(|hook| hook.enabled && hook.trigger_id == trigger)
    };
    for change in plan.changes.iter().filter(|change| change.switches_on()) {
        let trigger = change.trigger.as_str();
        let reported = results
            .iter()
            .any(|result| result.trigger.as_str() == trigger && result.outcome == Outcome::Failed);
        if runs(story.before, trigger) && !runs(story.after, trigger) && !reported {
            return Err(format!("nothing runs at {trigger} and nobody says so"));
        }
    }
    Ok(())
}

/// Checks a run that met no faults.
pub(crate) fn converged(
    seed: u64,
    after: &State,
    (plan, report): (&Plan, &ApplyReport),
    desired: &DesiredState,
    options: &Options,
    edited: bool,
) -> Result<(), String> {
    if let Some(result) = report.results.iter().find(|result| result.outcome != Outcome::Applied) {
        return Err(format!(
            "calm: {} {:?} {:?}\n{}\n{:#?}",
            result.name,
            result.outcome,
            result.error,
            reported(plan),
            after.hooks
        ));
    }
    for wanted in &desired.definitions {
        let fits = |hook: &&Hook| {
            hook.name.as_deref() == Some(wanted.name.as_str())
                && hook.trigger_id == wanted.trigger.as_str()
        };
        let Some(hook) = after.hooks.iter().find(fits) else {
            return Err(format!(
                "calm: {} is not there (seed {seed})\n{}",
                wanted.name,
                reported(plan)
            ));
        };
        let same = hook.script == wanted.script.as_str()
            && wanted.enabled().is_none_or(|on| on == hook.enabled);
        if !same {
            return Err(format!("calm: {} is not as wanted", wanted.name));
        }
        if let Some(secrets) = &wanted.secrets {
            let live: BTreeSet<&str> = hook.secrets.keys().map(String::as_str).collect();
            if live != secrets.keys().map(String::as_str).collect() {
                return Err(format!("calm: {} has other secrets", wanted.name));
            }
            for key in secrets.keys() {
                value_is(after, hook, key, desired, wanted.name.as_str())?;
            }
        }
    }
    if options.allow_delete && after.hooks.len() != desired.definitions.len() {
        return Err(format!(
            "calm: {} hooks instead of {} (edited: {edited})",
            after.hooks.len(),
            desired.definitions.len()
        ));
    }
    Ok(())
}
