//! Checks that no answer passes, and menus with one label twice.

use std::collections::{BTreeMap, BTreeSet};

use super::boxes::{Case, Var, Vocabulary};
use crate::diag::{Code, Diagnostic};
use crate::graph::points::{Op, Points};
use crate::sema::hir::Slot;

/// A slot with checks that no value passes, alone or together.
pub(super) fn hopeless_checks(words: &mut Vocabulary<'_>, slot: &Slot) -> Option<Diagnostic> {
    if slot.checks.is_empty() {
        return None;
    }
    let filled = Case::from([(Var::Cell(slot.place), words.all(&Var::Cell(slot.place)).filled())]);
    let mut cases = vec![filled];
    for (number, (cond, _)) in slot.checks.iter().enumerate() {
        let good = words.cases(cond, true)?;
        cases = words.meet(&cases, &good)?;
        if cases.is_empty() {
            let message = format!("no value of `{}` can pass this check", slot.name);
            let finding = Diagnostic::new(Code::E0414, cond.at, message);
            return Some(match number {
                0 => finding.label("never holds").help("mend the condition"),
                _ => finding
                    .label("with the checks before it, never holds")
                    .help("the checks of a slot must all hold: mend one of them"),
            });
        }
    }
    None
}

/// Menus with one label twice: the second would never be chosen by it.
pub(super) fn same_labels(points: &Points<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut seen_menus = BTreeSet::new();
    for (_, point) in points.ids() {
        let Op::Choose { arms, .. } = point.op else { continue };
        if !seen_menus.insert(point.at) {
            continue;
        }
        let mut seen = BTreeMap::new();
        for (label, _) in arms {
            let crate::sema::hir::TextRef::Inline(text) = label else { continue };
            let key = format!("{:?}", text.variants);
            match seen.get(&key).copied().filter(|_| text.params.is_empty()) {
                Some(first) => found.push(
                    Diagnostic::new(Code::E0415, text.at, "this choice is there twice")
                        .label("never chosen by its name")
                        .related(first, "the first one")
                        .help("give each choice a label of its own"),
                ),
                None => {
                    seen.insert(key, text.at);
                }
            }
        }
    }
    found
}
