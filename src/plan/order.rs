//! In which order a plan's writes are safe, as data.
//!
//! Each kind adds its writes and what they wait for; here they become one
//! list. Must not decide *what* is written.

use super::cutover::Cutover;
use super::graph::{Graph, NoOrder};
use super::step::{Ref, Step};
use super::{Change, actions, kinds};
use crate::model::{DesiredState, LiveState, Name};

/// The writes of a plan. A step's `after` names only steps before it.
///
/// # Errors
/// When a change can't be laid out, or writes wait for each other.
pub(super) fn steps(
    changes: &[Change],
    orders: &[actions::Order],
    cutovers: &[Cutover],
    desired: &DesiredState,
    live: &LiveState,
) -> Result<Vec<Step>, NoOrder> {
    let mut graph = Graph::default();
    kinds::add_steps(&mut graph, changes, orders, cutovers, desired, live)?;
    let mut steps = graph.into_steps()?;
    for at in 0..steps.len() {
        if let Some(name) = shown_as(&steps, at, changes) {
            steps[at].shown_as = name;
        }
    }
    Ok(steps)
}

/// The name that a step's target has when it is the step's turn.
fn shown_as(steps: &[Step], at: usize, changes: &[Change]) -> Option<Name> {
    let step = &steps[at];
    let change = changes.get(step.change)?;
    let target = step.op.target();
    let Some(target @ Ref::Live(_)) = target else { return Some(change.name.clone()) };
    let renamed = steps[..at]
        .iter()
        .rev()
        .find_map(|before| before.op.renames().filter(|_| before.op.target() == Some(target)));
    let name = renamed.or(change.live.as_ref().map(|live| &live.name));
    Some(name.unwrap_or(&change.name).clone())
}
