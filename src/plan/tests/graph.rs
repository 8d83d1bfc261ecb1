//! The order of steps.

use crate::model::Id;
use crate::plan::graph::{Graph, NoOrder};
use crate::plan::hooks::HookOp;
use crate::plan::step::Op;

#[test]
fn steps_that_wait_for_each_other_have_no_order() {
    let mut graph = Graph::default();
    let op = || Op::Hook(HookOp::switch(Id::new("a"), true));
    let (a, b) = (graph.add(0, op()), graph.add(1, op()));
    graph.after(b, a);
    graph.after(a, b);
    assert_eq!(graph.into_steps(), Err(NoOrder::Ring(2)));
}
