//! Flows in the order of their calls: each after those that it calls.

use std::collections::BTreeSet;

use crate::ir::FlowId;

/// The flows, callees first; what calls itself in a circle comes in any order.
pub(crate) fn callees_first(calls: &[BTreeSet<FlowId>]) -> Vec<FlowId> {
    let mut order = Vec::with_capacity(calls.len());
    let mut seen = vec![false; calls.len()];
    for start in (0..).map(FlowId).take(calls.len()) {
        let mut open = vec![(start, false)];
        while let Some((flow, done)) = open.pop() {
            if done {
                order.push(flow);
                continue;
            }
            let Some(known) = seen.get_mut(flow.index()).filter(|known| !**known) else { continue };
            *known = true;
            open.push((flow, true));
            open.extend(calls.get(flow.index()).into_iter().flatten().map(|next| (*next, false)));
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(edges: &[&[u32]]) -> Vec<BTreeSet<FlowId>> {
        edges.iter().map(|to| to.iter().map(|n| FlowId(*n)).collect()).collect()
    }

    #[test]
    fn callees_come_first() {
        let calls = graph(&[&[1], &[2, 3], &[], &[2], &[5], &[6], &[5], &[]]);
        let order = callees_first(&calls);
        let place = |n: u32| order.iter().position(|flow| flow.0 == n).unwrap();
        assert_eq!(order.len(), 8);
        assert!(place(1) < place(0) && place(2) < place(1) && place(3) < place(1));
    }
}
