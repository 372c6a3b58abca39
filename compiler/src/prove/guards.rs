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
    let mut found: BTreeMap<FileSpan, Dead> = BTreeMap::new();
    for (id, point) in points.ids() {
        let Op::Branch(cond) = point.op else { continue };
        if !possible.at(id).is_empty() {
            let holds = possible.ways(points, id).any(|edge| edge.way == Way::Holds);
            *taken.entry(point.at).or_default() |= holds;
            let alone = words.cases(cond, true).is_some_and(|holding| holding.is_empty());
            let known = || Dead::Here(possible.at(id).first().cloned().unwrap_or_default());
            found.entry(point.at).or_insert_with(|| if alone { Dead::Alone } else { known() });
        }
        // The branch after one that takes all that is left.
        let next = point.next.iter().find(|edge| edge.way == Way::Fails);
        let next = next.and_then(|edge| Some((edge.to, points.get(edge.to)?)));
        if let Some((to, next)) = next
            && matches!(next.op, Op::Branch(_))
            && !possible.at(id).is_empty()
            && possible.at(to).is_empty()
        {
            taken.entry(next.at).or_default();
            found.entry(next.at).or_insert(Dead::Behind(point.at));
        }
    }
    let dead = found.into_iter().filter(|(at, _)| taken.get(at) == Some(&false));
    dead.map(|(at, dead)| never_holds(words, points.flow, at, &dead)).collect()
}

/// Why a branch is never taken.
enum Dead {
    /// Its condition contradicts itself.
    Alone,
    /// It never holds in what is possible there: one case of it.
    Here(Case),
    /// The branches before it take everything; the last of them.
    Behind(FileSpan),
}

fn never_holds(words: &Vocabulary<'_>, flow: &Flow, at: FileSpan, dead: &Dead) -> Diagnostic {
    let never = Diagnostic::new(Code::W0408, at, "no conversation takes this branch");
    match dead {
        Dead::Alone => Diagnostic::new(Code::W0407, at, "this condition never holds")
            .label("its parts contradict each other")
            .help("mend the condition, or remove the branch"),
        Dead::Behind(before) => never
            .label("nothing is left for it")
            .related(*before, "what comes so far is taken here at the latest")
            .help("remove it, or mend the conditions before it"),
        Dead::Here(known) => {
            let never = never.label("never holds where it stands");
            let known = Words { vocabulary: words, flow: Some(flow) }.case(known);
            let never = match known.as_str() {
                "" => never,
                known => never.help(format!("here, {known}")),
            };
            never.help("move it before the branch that takes everything, or remove it")
        }
    }
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
