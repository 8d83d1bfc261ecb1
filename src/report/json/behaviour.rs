//! The shape of what running old and new code showed.
//!
//! Must not decide anything.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Name;
use crate::plan::behaviour as plan;

/// What running the live and the new code of a change on the same generated
/// events showed. It is evidence, not a proof by logic.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Behaviour {
    /// `same`: no event showed a difference. `differs`: some did.
    /// `not_compared`: nothing was run, `why` says why.
    #[schemars(extend("enum" = ["same", "differs", "not_compared"]))]
    pub verdict: String,
    /// The hook in whose place an action comes, where the live code is a
    /// hook's; null where both are one resource's.
    pub hook: Option<String>,
    /// How many events both were run on.
    pub events: usize,
    /// How many were to be run: more than that where time ran out.
    pub wanted: usize,
    /// The branches of both codes.
    pub branches: Branches,
    /// The branches that no event met.
    pub unmet: Vec<Unmet>,
    /// In what ways the outcomes differ, the most frequent first.
    pub differences: Vec<Difference>,
    /// What was not looked at, a sentence each.
    pub notes: Vec<String>,
    /// Why nothing was compared.
    pub why: Option<String>,
}

/// How many branches there are.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Branches {
    /// Those that an event met.
    pub met: usize,
    /// All.
    pub total: usize,
}

/// A branch that no event met.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Unmet {
    /// Whose it is.
    #[schemars(extend("enum" = ["live", "new"]))]
    pub code: String,
    /// Its line, from 1.
    pub line: u32,
    /// Such as `else`.
    pub branch: String,
}

/// One way in which outcomes differ.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Difference {
    /// For whom and when.
    pub whom: String,
    /// What is new.
    pub summary: String,
    /// Both sides: `…, now …`.
    pub message: String,
    /// On how many of the events.
    pub events: usize,
    /// The smallest event that shows it, as the live code gets it.
    pub event: serde_json::Value,
}

impl Behaviour {
    /// The shape of what was found.
    #[must_use]
    pub fn of(found: &plan::Behaviour) -> Self {
        match found {
            plan::Behaviour::NotCompared { why } => Self::not_compared(why),
            plan::Behaviour::Compared(compared) => {
                let plan::Compared {
                    hook,
                    events,
                    wanted,
                    branches_met,
                    branches_total,
                    unmet,
                    differences,
                    notes,
                } = compared;
                let verdict = match (events, differences.len()) {
                    (0, _) => "not_compared",
                    (_, 0) => "same",
                    _ => "differs",
                };
                let why = (*events == 0).then(|| "the time for it was over".to_owned());
                Self {
                    verdict: verdict.to_owned(),
                    hook: hook.as_ref().map(ToString::to_string),
                    events: *events,
                    wanted: *wanted,
                    branches: Branches { met: *branches_met, total: *branches_total },
                    unmet: unmet.iter().map(unmet_branch).collect(),
                    differences: differences.iter().map(difference).collect(),
                    notes: notes.clone(),
                    why,
                }
            }
        }
    }

    /// What was found, from a file.
    ///
    /// # Errors
    /// When it contradicts itself.
    pub(in crate::report) fn read(self) -> Result<plan::Behaviour, String> {
        let Self { verdict, hook, events, wanted, branches, unmet, differences, notes, why } = self;
        if let (0, Some(why)) = (wanted, why) {
            return Ok(plan::Behaviour::NotCompared { why });
        }
        let named = ["same", "differs", "not_compared"].contains(&verdict.as_str());
        if !named || (verdict == "differs") == differences.is_empty() {
            return Err(format!("behaviour: `{verdict}` is not what the differences say"));
        }
        let hook = hook.map(|name| Name::hook(&name).map_err(|_| "behaviour: no hook's name"));
        Ok(plan::Behaviour::Compared(plan::Compared {
            hook: hook.transpose()?,
            events,
            wanted,
            branches_met: branches.met.min(branches.total),
            branches_total: branches.total,
            unmet: unmet
                .into_iter()
                .map(|Unmet { code, line, branch }| plan::Unmet {
                    is_new: code == "new",
                    line,
                    branch,
                })
                .collect(),
            differences: differences
                .into_iter()
                .map(|Difference { whom, summary, message, events, event }| plan::Differs {
                    whom,
                    summary,
                    message,
                    event,
                    events,
                })
                .collect(),
            notes,
        }))
    }

    fn not_compared(why: &str) -> Self {
        Self {
            verdict: "not_compared".to_owned(),
            hook: None,
            events: 0,
            wanted: 0,
            branches: Branches { met: 0, total: 0 },
            unmet: Vec::new(),
            differences: Vec::new(),
            notes: Vec::new(),
            why: Some(why.to_owned()),
        }
    }
}

fn unmet_branch(unmet: &plan::Unmet) -> Unmet {
    let plan::Unmet { is_new, line, branch } = unmet;
    let code = if *is_new { "new" } else { "live" };
    Unmet { code: code.to_owned(), line: *line, branch: branch.clone() }
}

fn difference(differs: &plan::Differs) -> Difference {
    let plan::Differs { whom, summary, message, event, events } = differs;
    Difference {
        whom: whom.clone(),
        summary: summary.clone(),
        message: message.clone(),
        events: *events,
        event: event.clone(),
    }
}
