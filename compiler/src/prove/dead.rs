//! Branches that no conversation takes, and what stands in their way.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::boxes::{Cases, Vocabulary};
use super::explore::Possible;
use super::words::Words;
use crate::base::FileSpan;
use crate::diag::{Code, Diagnostic};
use crate::graph::points::{Edge, Op, PointId, Points, Way};
use crate::graph::reads;
use crate::ir::Place;
use crate::sema::hir::{Expr, Slot};

/// Causes that are shown of one branch.
const CAUSES_MAX: usize = 3;

/// Branches of a flow whose condition can never hold where they stand.
pub(super) fn dead_branches<'p>(
    words: &mut Vocabulary<'p>,
    points: &Points<'p>,
    possible: &Possible,
) -> Vec<Diagnostic> {
    if possible.too_much {
        return Vec::new();
    }
    // A handler has a copy for every place that it interrupts: one where it is taken will do.
    let mut taken: BTreeMap<FileSpan, bool> = BTreeMap::new();
    let mut found: BTreeMap<FileSpan, Dead<'_>> = BTreeMap::new();
    for (id, point) in points.ids() {
        let Op::Branch(cond) = point.op else { continue };
        if !possible.at(id).is_empty() {
            let holds = possible.ways(points, id).any(|edge| edge.way == Way::Holds);
            *taken.entry(point.at).or_default() |= holds;
            let alone = words.cases(cond, true).is_some_and(|holding| holding.is_empty());
            let here = if alone { Dead::Alone } else { Dead::Here(id, cond) };
            found.entry(point.at).or_insert(here);
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
    found.retain(|at, _| taken.get(at) == Some(&false));
    if found.is_empty() {
        return Vec::new();
    }
    let back = possible.ways_back(points);
    let mut finder = Finder { words, points, possible, back: &back };
    found.into_iter().map(|(at, dead)| finder.never_holds(at, &dead)).collect()
}

/// Why a branch is never taken.
enum Dead<'p> {
    /// Its condition contradicts itself.
    Alone,
    /// It never holds in what is possible there.
    Here(PointId, &'p Expr),
    /// The branches before it take everything; the last of them.
    Behind(FileSpan),
}

/// What stands in the way of a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Cause {
    /// A branch of the same choice before it, which holds more than it does, or just as much.
    Wider(FileSpan),
    Same(FileSpan),
    /// A branch somewhere on the way.
    Taken(FileSpan),
    /// A check of the slot that it looks at.
    Checked(FileSpan),
    /// What gave the value, or a step behind which it is another.
    Given(FileSpan),
    /// It stands in a handler, which runs only while this waits.
    Handled(FileSpan),
}

impl Cause {
    /// Where it is, what is said there, and a way out.
    const fn told(self) -> (FileSpan, &'static str, &'static str) {
        match self {
            Self::Wider(at) => (
                at,
                "where it would hold, this is taken",
                "`when`s in a row are one choice, the first that holds: move the special case up, or remove it",
            ),
            Self::Same(at) => (
                at,
                "where it would hold, this is taken",
                "`when`s in a row are one choice, the first that holds: join the two, or put a step between them",
            ),
            Self::Taken(at) => (
                at,
                "where it would hold, the conversation went another way here",
                "remove it, or mend the condition before it",
            ),
            Self::Checked(at) => (
                at,
                "an answer with which it would hold does not pass this check",
                "remove it, or mend the check",
            ),
            Self::Given(at) => {
                (at, "behind this it cannot hold", "remove it, or mend the condition")
            }
            Self::Handled(at) => (
                at,
                "the handler runs only while this waits",
                "remove it, or put the handler where it can hold",
            ),
        }
    }
}

fn cells_of(cond: &Expr) -> BTreeSet<Place> {
    let mut cells = BTreeSet::new();
    reads::mentioned(cond, &mut |place| {
        cells.insert(place);
    });
    cells
}

struct Finder<'f, 'p> {
    words: &'f mut Vocabulary<'p>,
    points: &'f Points<'p>,
    possible: &'f Possible,
    /// By point: where it is come from.
    back: &'f BTreeMap<PointId, Vec<(PointId, Edge)>>,
}

impl Finder<'_, '_> {
    fn never_holds(&mut self, at: FileSpan, dead: &Dead<'_>) -> Diagnostic {
        let never = Diagnostic::new(Code::W0408, at, "no conversation takes this branch");
        match dead {
            Dead::Alone => Diagnostic::new(Code::W0407, at, "this condition never holds")
                .label("its parts contradict each other")
                .help("mend the condition, or remove the branch"),
            Dead::Behind(before) => never
                .label("nothing is left for it")
                .related(*before, "what comes so far is taken here at the latest")
                .help(
                    "`when`s in a row are one choice, the first that holds: remove it, mend the \
                     conditions before it, or put a step between them",
                ),
            Dead::Here(id, cond) => {
                let never = never.label("never holds where it stands");
                let mut known = self.possible.at(*id).first().cloned().unwrap_or_default();
                let cells = cells_of(cond);
                known.retain(|var, _| {
                    self.words.cells_of(var).iter().any(|place| cells.contains(place))
                });
                let words = Words { vocabulary: self.words, flow: Some(self.points.flow) };
                let never = match words.case(&known).as_str() {
                    "" => never,
                    known => never.help(format!("here, {known}")),
                };
                let causes = self.causes(*id, cond);
                let Some(first) = causes.first() else {
                    return never.help("remove it, or mend the condition");
                };
                let never = never.help(first.told().2);
                causes.iter().take(CAUSES_MAX).fold(never, |never, cause| {
                    let (at, what, _) = cause.told();
                    never.related(at, what)
                })
            }
        }
    }

    /// On every way back from a point: the last thing before which the condition could hold, or
    /// that gave it what it looks at; without any, what lets the handler run that it stands in.
    fn causes(&mut self, id: PointId, cond: &Expr) -> BTreeSet<Cause> {
        let Some(holding) = self.words.cases(cond, true) else { return BTreeSet::new() };
        let cells = cells_of(cond);
        let (mut causes, mut handled) = (BTreeSet::new(), BTreeSet::new());
        let mut seen = BTreeSet::from([id]);
        // Whether nothing but branches of the same choice lies between.
        let mut open = VecDeque::from([(id, true)]);
        while let Some((to, in_row)) = open.pop_front() {
            for (from, edge) in self.back.get(&to).into_iter().flatten() {
                let Some(point) = self.points.get(*from) else { continue };
                let in_row = in_row && edge.way == Way::Fails;
                let could = self.words.meet(self.possible.at(*from), &holding);
                match (point.op, edge.way) {
                    (_, Way::Correction(place)) => {
                        let slot = self.points.flow.slots.iter().find(|s| s.place == place);
                        let check = slot.filter(|_| cells.contains(&place));
                        causes.extend(check.and_then(|slot| self.check(slot, &holding)));
                        continue;
                    }
                    (Op::Ask(slot), Way::Answer | Way::Known) => {
                        let slot = self.points.flow.slots.get(slot.index());
                        if let Some(slot) = slot.filter(|slot| cells.contains(&slot.place)) {
                            let given = Cause::Given(point.at);
                            causes.insert(self.check(slot, &holding).unwrap_or(given));
                            continue;
                        }
                    }
                    (Op::Branch(before), _) if could.as_ref().is_none_or(|c| !c.is_empty()) => {
                        causes.insert(match in_row {
                            true if self.is_same(before, &holding, cond) => Cause::Same(point.at),
                            true => Cause::Wider(point.at),
                            false => Cause::Taken(point.at),
                        });
                        continue;
                    }
                    _ => {}
                }
                let gives = Self::gives(&point.op, &cells);
                if gives || could.is_none_or(|could| !could.is_empty()) {
                    causes.insert(Cause::Given(point.at));
                    continue;
                }
                if matches!(edge.way, Way::Intent(_) | Way::Silence(_)) {
                    handled.insert(Cause::Handled(point.at));
                }
                if seen.insert(*from) {
                    open.push_back((*from, in_row));
                }
            }
        }
        if causes.is_empty() { handled } else { causes }
    }

    /// Whether a condition holds in no more cases than another, which holds in no more than it.
    fn is_same(&mut self, before: &Expr, holding: &Cases, cond: &Expr) -> bool {
        let (taken, left) = (self.words.cases(before, true), self.words.cases(before, false));
        let (Some(taken), Some(left)) = (taken, left) else { return false };
        let Some(other) = self.words.cases(cond, false) else { return false };
        let apart = |one: &Cases, other: &Cases| {
            self.words.meet(one, other).is_some_and(|shared| shared.is_empty())
        };
        apart(&left, holding) && apart(&taken, &other)
    }

    /// The first check of a slot that lets nothing through with which a condition holds.
    fn check(&mut self, slot: &Slot, holding: &Cases) -> Option<Cause> {
        let mut left = holding.clone();
        for (check, _) in &slot.checks {
            let good = self.words.cases(check, true)?;
            left = self.words.meet(&left, &good)?;
            if left.is_empty() {
                return Some(Cause::Checked(check.at));
            }
        }
        None
    }

    /// Whether a step that is not an answer gives one of these cells another value.
    fn gives(op: &Op<'_>, cells: &BTreeSet<Place>) -> bool {
        match op {
            Op::Set { place, .. } => cells.contains(place),
            Op::Clear(places) => places.iter().any(|place| cells.contains(place)),
            Op::Do { bind: Some(bind), .. } | Op::ChooseFrom { item: bind, .. } => {
                bind.places().iter().any(|place| cells.contains(place))
            }
            _ => false,
        }
    }
}
