//! What a faulty run may not have done, whoever asks: seen from the tenant.

use hooksync::model::{DesiredState, Kind, Name};
use hooksync::plan::{ApplyReport, Change, Field, Outcome, Plan, Value, Verb};
use hooksync::tenant::State;
use hooksync::tenant::actions::Action;

use crate::mixed_chance::TRIGGERS;

/// One faulty apply, seen from the tenant.
pub(crate) struct Story<'a> {
    pub(crate) before: &'a State,
    pub(crate) after: &'a State,
    pub(crate) desired: &'a DesiredState,
}

impl Story<'_> {
    pub(crate) fn check(&self, plan: &Plan, report: &ApplyReport) -> Result<(), String> {
        for (change, result) in plan.changes.iter().zip(&report.results) {
            if result.outcome == Outcome::Applied {
                let as_told = self.as_told(change);
                as_told.map_err(|why| format!("{} {} applied: {why}", change.kind, change.name))?;
            }
        }
        self.keeps(plan)?;
        for cutover in &plan.cutovers {
            let trigger = cutover.trigger.as_str();
            let hook = self.after.hooks.iter().any(|it| it.enabled && it.trigger_id == trigger);
            let bound = names(self.after, trigger);
            let taken = cutover.actions.iter().all(|it| bound.contains(&it.to_string()));
            let failed = report.results.iter().any(|result| {
                result.trigger.as_str() == trigger && result.outcome == Outcome::Failed
            });
            if hook == taken && !failed {
                return Err(format!("{trigger}: hook {hook}, action {taken}, and nobody says so"));
            }
        }
        Ok(())
    }

    /// What holds of any run, also of one that ended without a report.
    pub(crate) fn keeps(&self, plan: &Plan) -> Result<(), String> {
        self.keeps_secrets(plan)?;
        self.keeps_bindings(plan)
    }

    /// Names as they were: a rename is one change, the order that it stands in
    /// another, and either can fail.
    fn former(&self, names: Vec<String>) -> Vec<String> {
        let one = |name: String| {
            let own = self.desired.of(Kind::Action).find(|it| it.name.as_str() == name);
            let former = own.and_then(|own| own.renamed_from.first());
            former.map_or(name, ToString::to_string)
        };
        names.into_iter().map(one).collect()
    }

    fn as_told(&self, change: &Change) -> Result<(), String> {
        let name = change.name.as_str();
        let id = change.id.as_ref().map(|id| id.as_str());
        match (change.kind, change.verb) {
            (Kind::Bindings, _) => {
                let Some(Value::Names(new)) = change.field(Field::Bindings).map(|it| &it.new)
                else {
                    return Ok(());
                };
                let (got, new) = (self.former(names(self.after, name)), self.former(new.clone()));
                if got == new { Ok(()) } else { Err(format!("{got:?} instead of {new:?}")) }
            }
            (Kind::Action, Verb::Delete) => {
                match self.after.actions.iter().any(|it| Some(it.id.as_str()) == id) {
                    true => Err("it is still there".to_owned()),
                    false => Ok(()),
                }
            }
            (Kind::Action, _) => {
                let wanted = self.desired.of(Kind::Action).find(|it| it.name == change.name);
                let wanted = wanted.ok_or("no definition")?.script.as_str();
                let trigger = change.trigger.as_str();
                let fits = |it: &&Action| {
                    it.name == name && it.draft.triggers.iter().any(|on| on.id == trigger)
                };
                let live = self.after.actions.iter().find(fits).ok_or("it is not there")?;
                if live.draft.code != wanted {
                    return Err("its draft is another".to_owned());
                }
                let deployed = live.versions.last().map(|version| version.content.code.as_str());
                match change.deploys() && deployed != Some(wanted) {
                    true => Err("another version is deployed".to_owned()),
                    false => Ok(()),
                }
            }
            (Kind::Hook, Verb::Delete) => {
                match self.after.hooks.iter().any(|it| Some(it.id.as_str()) == id) {
                    true => Err("it is still there".to_owned()),
                    false => Ok(()),
                }
            }
            (Kind::Hook, _) => {
                let live = self.after.hooks.iter().find(|it| it.name.as_deref() == Some(name));
                let live = live.ok_or("it is not there")?;
                match change.enabled().is_some_and(|on| on != live.enabled) {
                    true => Err("it is not switched as it says".to_owned()),
                    false => Ok(()),
                }
            }
        }
    }

    /// No secret goes that the plan doesn't delete, and none gets a value that
    /// wasn't sent.
    fn keeps_secrets(&self, plan: &Plan) -> Result<(), String> {
        for old in &self.before.actions {
            let Some(new) = self.after.actions.iter().find(|it| it.id == old.id) else { continue };
            let change = plan
                .changes
                .iter()
                .find(|it| it.id.as_ref().is_some_and(|id| id.as_str() == old.id));
            for secret in &old.draft.secrets {
                let sent =
                    change.is_some_and(|it| it.secrets.iter().any(|one| one.key == secret.name));
                let kept = new.draft.secrets.iter().find(|it| it.name == secret.name);
                match kept {
                    _ if sent => {}
                    None => return Err(format!("{} lost its secret {}", old.name, secret.name)),
                    Some(kept) if kept.value != secret.value => {
                        return Err(format!("the secret {} of {} changed", secret.name, old.name));
                    }
                    Some(_) => {}
                }
            }
        }
        Ok(())
    }

    /// A trigger's order is what it was, or what the plan wants.
    fn keeps_bindings(&self, plan: &Plan) -> Result<(), String> {
        for trigger in TRIGGERS {
            let (old, new) = (ids(self.before, trigger), ids(self.after, trigger));
            let change = plan
                .changes
                .iter()
                .find(|it| it.kind == Kind::Bindings && it.name == Name::action(trigger));
            let wanted = change.and_then(|change| match &change.field(Field::Bindings)?.new {
                Value::Names(names) => Some(names.clone()),
                _ => None,
            });
            let got = self.former(names(self.after, trigger));
            if old != new && wanted.map(|wanted| self.former(wanted)) != Some(got) {
                return Err(format!("{trigger} runs {:?}", names(self.after, trigger)));
            }
        }
        Ok(())
    }
}

/// No action is there twice that was not before.
pub(crate) fn no_twins(before: &State, after: &State, edited: bool) -> Result<(), String> {
    let count = |state: &State, name: &str, trigger: &str| {
        let fits =
            |it: &&Action| it.name == name && it.draft.triggers.iter().any(|on| on.id == trigger);
        state.actions.iter().filter(fits).count()
    };
    for action in &after.actions {
        for on in &action.draft.triggers {
            let (was, is) =
                (count(before, &action.name, &on.id), count(after, &action.name, &on.id));
            if is > 1 && is > was && !edited {
                return Err(format!("{} is there {is} times", action.name));
            }
        }
    }
    Ok(())
}

pub(crate) fn ids(state: &State, trigger: &str) -> Vec<String> {
    state.bindings.iter().filter(|it| it.trigger == trigger).map(|it| it.action.clone()).collect()
}

pub(crate) fn names(state: &State, trigger: &str) -> Vec<String> {
    let name = |id: &String| {
        let action = state.actions.iter().find(|it| it.id == *id);
        action.map(|it| it.name.clone()).unwrap_or_default()
    };
    ids(state, trigger).iter().map(name).collect()
}
