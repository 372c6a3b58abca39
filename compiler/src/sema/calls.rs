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

/// Flows that call themselves, directly or by way of others.
pub(crate) fn in_circles(calls: &[BTreeSet<FlowId>]) -> BTreeSet<FlowId> {
    // What calls nothing that is left is in no circle, nor what only such flows call.
    let mut callers: Vec<Vec<FlowId>> = vec![Vec::new(); calls.len()];
    let mut left: Vec<usize> = calls.iter().map(BTreeSet::len).collect();
    for (flow, called) in (0..).map(FlowId).zip(calls) {
        for callee in called {
            if let Some(callers) = callers.get_mut(callee.index()) {
                callers.push(flow);
            }
        }
    }
    let mut open: Vec<FlowId> =
        (0..).map(FlowId).zip(&left).filter(|(_, n)| **n == 0).map(|(flow, _)| flow).collect();
    let mut free = BTreeSet::new();
    while let Some(flow) = open.pop() {
        free.insert(flow);
        for caller in callers.get(flow.index()).into_iter().flatten() {
            if let Some(n) = left.get_mut(caller.index()) {
                *n -= 1;
                if *n == 0 {
                    open.push(*caller);
                }
            }
        }
    }
    // What is left reaches a circle; it is in one when something that is left calls it, and so on.
    let mut circles: BTreeSet<FlowId> =
        (0..).map(FlowId).take(calls.len()).filter(|flow| !free.contains(flow)).collect();
    loop {
        let called: BTreeSet<FlowId> = circles
            .iter()
            .filter_map(|flow| calls.get(flow.index()))
            .flatten()
            .filter(|flow| circles.contains(flow))
            .copied()
            .collect();
        if called == circles {
            return circles;
        }
        circles = called;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(edges: &[&[u32]]) -> Vec<BTreeSet<FlowId>> {
        edges.iter().map(|to| to.iter().map(|n| FlowId(*n)).collect()).collect()
    }

    #[test]
    fn callees_come_first_and_circles_are_found() {
        let calls = graph(&[&[1], &[2, 3], &[], &[2], &[5], &[6], &[5], &[]]);
        let order = callees_first(&calls);
        let place = |n: u32| order.iter().position(|flow| flow.0 == n).unwrap();
        assert_eq!(order.len(), 8);
        assert!(place(1) < place(0) && place(2) < place(1) && place(3) < place(1));
        let circles: Vec<u32> = in_circles(&calls).into_iter().map(|flow| flow.0).collect();
        assert_eq!(circles, [5, 6]);
    }
}
