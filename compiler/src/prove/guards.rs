//! Branches that no conversation takes and checks that no answer passes.

use std::collections::{BTreeMap, BTreeSet};

use super::boxes::{Case, Var, Vocabulary};
use super::explore::Possible;
use super::words::Words;
use crate::base::FileSpan;
use crate::diag::{Code, Diagnostic};
use crate::graph::points::{Op, Points, Way};
use crate::sema::hir::{Flow, Slot};

/// Branches of a flow whose condition can never hold where they stand.
pub(super) fn dead_branches(
    words: &mut Vocabulary<'_>,
    points: &Points<'_>,
    possible: &Possible,
) -> Vec<Diagnostic> {
    if possible.too_much {
        return Vec::new();
    }
    // A handler has a copy for every place that it interrupts: one where it is taken will do.
    let mut taken: BTreeMap<FileSpan, bool> = BTreeMap::new();
    let mut found = BTreeMap::new();
    for (id, point) in points.ids() {
        let Op::Branch(cond) = point.op else { continue };
        let cases = possible.at(id);
        if cases.is_empty() {
            continue;
        }
        let Some(holding) = words.cases(cond, true) else { continue };
        let holds = cases.iter().any(|found| {
            let met = words.meet(std::slice::from_ref(&found.case), &holding);
            met.is_none_or(|met| !met.is_empty())
        });
        *taken.entry(point.at).or_default() |= holds;
        let known = cases.iter().map(|found| found.case.clone()).collect::<Vec<_>>();
        found.entry(point.at).or_insert((holding.is_empty(), known));
    }
    let dead = found.into_iter().filter(|(at, _)| taken.get(at) == Some(&false));
    dead.map(|(at, (alone, known))| never_holds(words, points.flow, at, alone, &known)).collect()
}

fn never_holds(
    words: &Vocabulary<'_>,
    flow: &Flow,
    at: FileSpan,
    alone: bool,
    known: &[Case],
) -> Diagnostic {
    if alone {
        return Diagnostic::new(Code::W0407, at, "this condition never holds")
            .label("its parts contradict each other")
            .help("mend the condition, or remove the branch");
    }
    let words = Words { vocabulary: words, flow: Some(flow) };
    let known = known.first().map(|case| words.case(case)).filter(|text| !text.is_empty());
    let found = Diagnostic::new(Code::W0408, at, "no conversation takes this branch")
        .label("never holds where it stands");
    let found = match known {
        Some(known) => found.help(format!("here, {known}")),
        None => found,
    };
    found.help("move it before the branch that takes everything, or remove it")
}

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

/// Whether a way is one on which a condition decides.
pub(super) const fn decides(way: Way) -> bool {
    matches!(way, Way::Holds | Way::Fails)
}
