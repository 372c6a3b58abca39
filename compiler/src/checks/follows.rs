//! Findings of what is possible that follow from others: nothing is said twice.

use std::collections::BTreeSet;

use crate::base::FileSpan;
use crate::diag::{Code, Diagnostic};
use crate::graph::points::{Op, Points};
use crate::graph::reads;
use crate::ir::Place;
use crate::sema::hir::Expr;

/// What was found possible or not, without what `found` says already: of the same condition, or of a
/// slot that is empty where a branch looks at it.
pub(super) fn without_followers(
    possible: Vec<Diagnostic>,
    found: &[Diagnostic],
    flows: &[Points<'_>],
) -> Vec<Diagnostic> {
    let said: BTreeSet<FileSpan> = places(found, of_a_condition);
    let empty = places(found, |code| code == Code::E0410);
    let branches = match empty.is_empty() {
        true => BTreeSet::new(),
        false => flows.iter().flat_map(|points| branches_on(points, &empty)).collect(),
    };
    let follows = |finding: &Diagnostic| {
        let at = finding.primary.at;
        (of_a_condition(finding.code) && said.contains(&at))
            || (finding.code == Code::W0408 && branches.contains(&at))
    };
    possible.into_iter().filter(|finding| !follows(finding)).collect()
}

const fn of_a_condition(code: Code) -> bool {
    matches!(code, Code::E0414 | Code::W0407 | Code::W0408 | Code::W0415)
}

fn places(found: &[Diagnostic], of: impl Fn(Code) -> bool) -> BTreeSet<FileSpan> {
    found.iter().filter(|finding| of(finding.code)).map(|finding| finding.primary.at).collect()
}

/// Branches of a flow that look at a cell which is read at one of these places.
fn branches_on(points: &Points<'_>, read: &BTreeSet<FileSpan>) -> Vec<FileSpan> {
    let mut cells: BTreeSet<Place> = BTreeSet::new();
    let mut look = |expr: &Expr| {
        reads::places(expr, &mut |place, at| {
            cells.extend(Some(place).filter(|_| read.contains(&at)));
        });
    };
    for point in &points.all {
        reads::of_op(points.flow, &point.op, &mut look);
        if let Op::Branch(cond) = point.op {
            look(cond);
        }
    }
    for (cond, _) in points.flow.slots.iter().flat_map(|slot| &slot.checks) {
        look(cond);
    }
    let mut found = Vec::new();
    for point in points.all.iter().filter(|_| !cells.is_empty()) {
        let Op::Branch(cond) = point.op else { continue };
        let mut looks = false;
        reads::mentioned(cond, &mut |place| looks |= cells.contains(&place));
        found.extend(looks.then_some(point.at));
    }
    found
}
