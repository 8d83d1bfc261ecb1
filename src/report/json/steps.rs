//! The writes of a plan, to JSON and back.
//!
//! A program sees in which order things happen, and a saved plan can be shown.
//! Must not hold what is sent: only what is done.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{Kind, Name};
use crate::plan::{self, Field, SecretVerb};
use crate::report::StepView;

/// One write.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Step {
    /// The index of its change: first those in `changes`, then those in `secret_writes`.
    pub change: usize,
    /// The target's name at that point.
    pub name: String,
    /// The target's kind.
    #[schemars(extend("enum" = ["hook", "action", "bindings"]))]
    pub kind: String,
    /// What happens.
    pub does: Vec<Deed>,
    /// The indexes of the steps that must succeed first.
    pub after: Vec<usize>,
    /// The indexes of the steps that are undone if this one fails.
    pub takes_over_from: Vec<usize>,
}

/// A part of a write.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Deed {
    /// It is created.
    Create {
        /// For a hook: whether it runs from then on.
        runs: Option<bool>,
    },
    /// It gets another name.
    Rename {
        /// The name.
        name: String,
    },
    /// A field is sent.
    Send {
        /// The field's name.
        field: String,
    },
    /// It is enabled or disabled.
    Switch {
        /// Which of the two.
        on: bool,
    },
    /// Secrets are added, sent again or removed.
    Secrets {
        /// Which of these.
        #[schemars(extend("enum" = ["create", "write", "delete"]))]
        action: String,
        /// The secrets' names.
        keys: Vec<String>,
    },
    /// The draft is built and deployed.
    Deploy {},
    /// The order of a trigger is written.
    Bind {
        /// How many actions are in it.
        entries: usize,
    },
    /// It is deleted.
    Delete {},
}

impl Step {
    /// The shape of a step.
    #[must_use]
    pub fn of(step: &StepView) -> Self {
        let StepView { change, shown_as, kind, deeds, after, takes_over_from } = step;
        Self {
            change: *change,
            name: shown_as.clone(),
            kind: kind.as_str().to_owned(),
            does: deeds.iter().map(Deed::of).collect(),
            after: after.clone(),
            takes_over_from: takes_over_from.clone(),
        }
    }

    /// The step of such a shape; an error says what is wrong with it.
    ///
    /// # Errors
    /// A kind, a field or a verb that there isn't.
    pub fn read(self) -> Result<StepView, String> {
        let Self { change, name, kind, does, after, takes_over_from } = self;
        Ok(StepView {
            change,
            shown_as: name,
            kind: kind_of(&kind)?,
            deeds: does.into_iter().map(Deed::read).collect::<Result<_, _>>()?,
            after,
            takes_over_from,
        })
    }
}

impl Deed {
    fn of(deed: &plan::Deed) -> Self {
        match deed {
            plan::Deed::Create(runs) => Self::Create { runs: *runs },
            plan::Deed::Rename(name) => Self::Rename { name: name.to_string() },
            plan::Deed::Send(field) => Self::Send { field: field.as_str().to_owned() },
            plan::Deed::Switch(on) => Self::Switch { on: *on },
            plan::Deed::Secrets(verb, keys) => {
                Self::Secrets { action: verb.as_str().to_owned(), keys: keys.clone() }
            }
            plan::Deed::Deploy => Self::Deploy {},
            plan::Deed::Bind(entries) => Self::Bind { entries: *entries },
            plan::Deed::Delete => Self::Delete {},
        }
    }

    fn read(self) -> Result<plan::Deed, String> {
        Ok(match self {
            Self::Create { runs } => plan::Deed::Create(runs),
            Self::Rename { name } => plan::Deed::Rename(Name::action(name)),
            Self::Send { field } => plan::Deed::Send(field_of(&field)?),
            Self::Switch { on } => plan::Deed::Switch(on),
            Self::Secrets { action, keys } => plan::Deed::Secrets(secret_verb(&action)?, keys),
            Self::Deploy {} => plan::Deed::Deploy,
            Self::Bind { entries } => plan::Deed::Bind(entries),
            Self::Delete {} => plan::Deed::Delete,
        })
    }
}

/// A kind by its word.
pub(in crate::report) fn kind_of(word: &str) -> Result<Kind, String> {
    let found = Kind::ALL.into_iter().find(|kind| kind.as_str() == word);
    found.ok_or_else(|| format!("unknown kind `{word}`"))
}

/// A field by its word.
pub(in crate::report) fn field_of(word: &str) -> Result<Field, String> {
    let found = Field::ALL.into_iter().find(|field| field.as_str() == word);
    found.ok_or_else(|| format!("unknown field `{word}`"))
}

/// What happens to a secret, by its word.
pub(in crate::report) fn secret_verb(word: &str) -> Result<SecretVerb, String> {
    let all = [SecretVerb::Create, SecretVerb::Write, SecretVerb::Delete];
    let found = all.into_iter().find(|verb| verb.as_str() == word);
    found.ok_or_else(|| format!("unknown action `{word}` of a secret"))
}
