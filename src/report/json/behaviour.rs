//! The shape of what running old and new code showed.
//!
//! Must not decide anything.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::plan::behaviour as plan;
use crate::report::kinds;

/// What running the live and the new code of a change on the same generated
/// events showed. It is evidence, not a proof by logic.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct Behaviour {
    /// `same`: no event showed a difference. `differs`: some events did. `not_compared`:
    /// nothing was run; see `why`.
    #[schemars(extend("enum" = ["same", "differs", "not_compared"]))]
    pub verdict: String,
    /// The hook that the action replaces, if the live code is a hook's; null if both are of
    /// the same resource.
    #[serde(rename = "hook")]
    pub replaces: Option<String>,
    /// The number of events that both ran on.
    pub events: usize,
    /// The number of events requested. It is higher than `events` if time ran out.
    pub wanted: usize,
    /// The branches of the live and the new code.
    pub branches: Branches,
    /// The branches that no event reached.
    pub unmet: Vec<Unmet>,
    /// How the outcomes differ, most frequent first.
    pub differences: Vec<Difference>,
    /// What was not compared, one sentence each.
    pub notes: Vec<String>,
    /// Why nothing was compared.
    pub why: Option<String>,
}

/// How many branches there are.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct Branches {
    /// Branches that an event reached.
    pub met: usize,
    /// All branches.
    pub total: usize,
}

/// A branch that no event reached.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Unmet {
    /// The code that has the branch.
    #[schemars(extend("enum" = ["live", "new"]))]
    pub code: String,
    /// Its line, from 1.
    pub line: u32,
    /// The branch, such as `else`.
    pub branch: String,
}

/// One way in which outcomes differ.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Difference {
    /// For which users or clients, and when.
    pub whom: String,
    /// The new outcome.
    pub summary: String,
    /// Both outcomes: `…, now …`.
    pub message: String,
    /// The number of events.
    pub events: usize,
    /// The smallest event that shows the difference, as passed to the live code.
    pub event: serde_json::Value,
}

impl Behaviour {
    /// The shape of what was found.
    #[must_use]
    pub fn of(found: &plan::Behaviour) -> Self {
        match found {
            plan::Behaviour::NotCompared { why } => Self {
                verdict: "not_compared".to_owned(),
                why: Some(why.clone()),
                ..Self::default()
            },
            plan::Behaviour::Compared(compared) => {
                let plan::Compared {
                    replaces,
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
                    replaces: replaces.as_ref().map(ToString::to_string),
                    events: *events,
                    wanted: *wanted,
                    branches: Branches { met: *branches_met, total: *branches_total },
                    unmet: unmet.iter().map(Unmet::of).collect(),
                    differences: differences.iter().map(Difference::of).collect(),
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
        let Self { verdict, replaces, events, wanted, branches, unmet, differences, notes, why } =
            self;
        if let (0, Some(why)) = (wanted, why) {
            return Ok(plan::Behaviour::NotCompared { why });
        }
        let named = ["same", "differs", "not_compared"].contains(&verdict.as_str());
        if !named || (verdict == "differs") == differences.is_empty() {
            return Err(format!("behaviour: `{verdict}` is not what the differences say"));
        }
        Ok(plan::Behaviour::Compared(plan::Compared {
            replaces: replaces.map(|name| kinds::replaced(&name)).transpose()?,
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
}

impl Unmet {
    fn of(unmet: &plan::Unmet) -> Self {
        let plan::Unmet { is_new, line, branch } = unmet.clone();
        Self { code: if is_new { "new" } else { "live" }.to_owned(), line, branch }
    }
}

impl Difference {
    fn of(differs: &plan::Differs) -> Self {
        let plan::Differs { whom, summary, message, event, events } = differs.clone();
        Self { whom, summary, message, events, event }
    }
}
