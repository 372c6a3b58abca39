//! Conditions that leave nothing out, whatever the values are that they look at.

use std::collections::BTreeMap;

use super::boxes::{Case, Vocabulary};
use super::explore::Possible;
use crate::base::FileSpan;
use crate::diag::Diagnostic;
use crate::graph::points::{Op, Points, Way};
use crate::graph::{LEAVES_NOTHING_OUT, always_holds, behind_branches};
use crate::sema::hir::{Expr, ExprKind};

/// Branches of a flow whose condition alone always holds, as all that it looks at is there. A
/// condition that holds only because of what was asked before may be there to be sure.
pub(super) fn conditions(
    words: &mut Vocabulary<'_>,
    points: &Points<'_>,
    possible: &Possible,
) -> Vec<Diagnostic> {
    if possible.too_much {
        return Vec::new();
    }
    // A handler has a copy for every place that it interrupts: it must hold at all of them.
    let mut always: BTreeMap<FileSpan, (bool, &Expr)> = BTreeMap::new();
    for (id, point) in points.ids() {
        let Op::Branch(cond) = point.op else { continue };
        if possible.at(id).is_empty() {
            continue;
        }
        let takes = |way: Way| possible.ways(points, id).any(|edge| edge.way == way);
        let here = takes(Way::Holds) && !takes(Way::Fails);
        always.entry(point.at).or_insert((true, cond)).0 &= here;
    }
    always.retain(|_, (always, cond)| *always && leaves_nothing_out(words, cond));
    if always.is_empty() {
        return Vec::new();
    }
    let behind = behind_branches(points.flow);
    let finding = |at: FileSpan| always_holds(at, LEAVES_NOTHING_OUT, behind.get(&at).copied());
    always.into_keys().map(finding).collect()
}

/// Whether a condition only fails where something is empty.
fn leaves_nothing_out(words: &mut Vocabulary<'_>, cond: &Expr) -> bool {
    let Some(failing) = words.cases(cond, false).filter(|_| !asks_has(cond)) else { return false };
    let filled = |case: &Case| case.values().all(|set| !set.clone().filled().is_none());
    !failing.iter().any(filled)
}

/// Whether it asks if something is there.
fn asks_has(cond: &Expr) -> bool {
    matches!(cond.kind, ExprKind::Has(_)) || cond.operands().into_iter().any(asks_has)
}
