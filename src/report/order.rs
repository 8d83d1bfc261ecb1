//! The order of a plan's writes, where it matters to a reader.
//!
//! A [`StepView`] is a write as it is shown: made from a plan's own steps, or
//! read from a saved plan, which has no others. Must not decide the order.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::PlanView;
use super::facts::Phrase;
use crate::model::Kind;
use crate::plan::{Deed, Field, Plan, SecretVerb, Step, Verb};

/// One write as a reader sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepView {
    /// The change that it belongs to, by its place in the plan.
    pub change: usize,
    /// What its target is called at that moment.
    pub shown_as: String,
    /// Of what kind the target is.
    pub kind: Kind,
    /// What is done, part by part.
    pub deeds: Vec<Deed>,
    /// The steps that it waits for, by their places.
    pub after: Vec<usize>,
    /// The steps that are taken back if it fails, by their places.
    pub takes_over_from: Vec<usize>,
}

impl StepView {
    /// A step as it is shown.
    #[must_use]
    pub fn of(step: &Step) -> Self {
        let Step { change, shown_as, op, after, takes_over_from, awaits: _ } = step;
        Self {
            change: *change,
            shown_as: shown_as.to_string(),
            kind: op.kind(),
            deeds: op.deeds(),
            after: after.clone(),
            takes_over_from: takes_over_from.clone(),
        }
    }
}

impl<'a> PlanView<'a> {
    /// The writes, in their order.
    pub(crate) fn steps(&self) -> Cow<'a, [StepView]> {
        match self.saved_steps {
            Some(steps) => Cow::Borrowed(steps),
            None => self.plan.steps.iter().map(StepView::of).collect(),
        }
    }

    /// How many requests an apply will make at least: one a step.
    pub(crate) fn requests(&self) -> usize {
        self.saved_steps.map_or_else(|| self.plan.requests(), <[StepView]>::len)
    }
}

/// One line of the order of execution.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct OrderLine {
    pub(crate) name: String,
    pub(crate) what: Phrase,
    /// What gets back what it had if this fails.
    pub(crate) or_else: Vec<String>,
}

/// Steps that wait for each other where that is more than one being
/// completed: of several, or with a way back. One list for each group.
pub(crate) fn order(view: &PlanView<'_>) -> Vec<Vec<OrderLine>> {
    let all = view.steps();
    let mut group: Vec<usize> = (0..all.len()).collect();
    let mut first_of: BTreeMap<usize, usize> = BTreeMap::new();
    for (at, step) in all.iter().enumerate() {
        let own = *first_of.entry(step.change).or_insert(at);
        let linked = step.after.iter().chain(&step.takes_over_from).copied();
        for other in linked.chain([own]).filter(|other| *other < at) {
            let (from, to) = (group[at].max(group[other]), group[at].min(group[other]));
            if from != to {
                group.iter_mut().filter(|id| **id == from).for_each(|id| *id = to);
            }
        }
    }
    let mut groups: BTreeMap<usize, Vec<&StepView>> = BTreeMap::new();
    for (step, id) in all.iter().zip(group) {
        groups.entry(id).or_default().push(step);
    }
    let is_shown = |steps: &Vec<&StepView>| {
        let others = steps.iter().any(|step| step.change != steps[0].change);
        others || steps.iter().any(|step| !step.takes_over_from.is_empty())
    };
    let line = |step: &&StepView| {
        let name_at = |at: &usize| all.get(*at).map(|step| step.shown_as.clone());
        let mut or_else: Vec<String> = step.takes_over_from.iter().filter_map(name_at).collect();
        or_else.dedup();
        OrderLine { name: step.shown_as.clone(), what: phrase(view.plan, step), or_else }
    };
    let shown = groups.into_values().filter(is_shown);
    shown.map(|steps| steps.iter().map(line).collect()).collect()
}

/// Whether new ones are created disabled and completed before they go live.
pub(crate) fn creates_in_stages(view: &PlanView<'_>) -> bool {
    let steps = view.steps();
    let begun: BTreeSet<usize> = steps
        .iter()
        .filter(|step| step.deeds.contains(&Deed::Create(Some(false))))
        .map(|step| step.change)
        .collect();
    steps
        .iter()
        .any(|step| begun.contains(&step.change) && step.deeds.contains(&Deed::Switch(true)))
}

/// A step in words: `switch off`, `add the secrets A, B`.
pub(crate) fn phrase(plan: &Plan, step: &StepView) -> Phrase {
    let replaces = plan.changes.get(step.change).is_some_and(|change| change.verb == Verb::Replace);
    step.deeds.iter().fold(Phrase::default(), |phrase, deed| {
        let phrase = if phrase.0.is_empty() { phrase } else { phrase.ours(", ") };
        match deed {
            Deed::Create(Some(true)) => phrase.ours("create, switched on"),
            Deed::Create(Some(false)) => phrase.ours("create, switched off"),
            Deed::Create(None) => phrase.ours("create"),
            Deed::Rename(name) => phrase.ours("rename to ").theirs(name),
            Deed::Send(Field::TriggerVersion) => phrase.ours("send the trigger's version"),
            Deed::Send(field) => phrase.ours(format!("send the {}", field.label())),
            Deed::Switch(on) => phrase.ours(if *on { "switch on" } else { "switch off" }),
            Deed::Deploy => phrase.ours("wait for the build, deploy"),
            Deed::Bind(1) => phrase.ours("write the order, 1 action"),
            Deed::Bind(entries) => phrase.ours(format!("write the order, {entries} actions")),
            Deed::Delete if replaces => phrase.ours(format!("delete the old {}", step.kind)),
            Deed::Delete => phrase.ours("delete"),
            Deed::Secrets(verb, keys) => secrets(phrase, *verb, keys),
        }
    })
}

fn secrets(phrase: Phrase, verb: SecretVerb, keys: &[String]) -> Phrase {
    let (verb, end) = match verb {
        SecretVerb::Create => ("add", ""),
        SecretVerb::Write => ("send", " again"),
        SecretVerb::Delete => ("delete", ""),
    };
    let noun = if keys.len() == 1 { "secret" } else { "secrets" };
    phrase.ours(format!("{verb} the {noun} ")).list(keys).ours(end)
}
