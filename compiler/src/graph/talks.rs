//! Loops that go on talking though the customer never says a word: their only pause is a timer.
//!
//! What bounds such a loop is an exit that its own rounds bring nearer: a count that it changes, or
//! the time. Without one, and with something said every round, it never ends.

use std::collections::BTreeSet;

use super::cycles::cycles;
use super::points::{Edge, Op, Point, PointId, Points, Way};
use super::reads;
use crate::base::FileSpan;
use crate::diag::{Code, Diagnostic};
use crate::ir::{FlowId, Place, Space, turn};
use crate::sema::calls::callees_first;
use crate::sema::hir::Expr;
use crate::sema::lints::called_flows;

/// Branches of one loop whose outcomes are tried; with more, only all of them together are.
const TRIED_MAX: usize = 100;

/// What changes by itself while the flow waits.
const CLOCKS: [u32; 3] = [turn::TODAY, turn::NOW, turn::BUSINESS_HOURS];

/// Loops of every flow.
pub(super) fn check(flows: &[Points<'_>]) -> Vec<Diagnostic> {
    let calls: Vec<BTreeSet<FlowId>> =
        flows.iter().map(|points| called_flows(points.flow)).collect();
    let mut called = vec![Passed::default(); flows.len()];
    let mut found = Vec::new();
    for id in callees_first(&calls) {
        let Some(points) = flows.get(id.index()).filter(|points| !points.too_many) else {
            continue;
        };
        let quiet = Quiet { points, called: &called };
        if !points.flow.from_std {
            found.extend(quiet.loops());
        }
        let passed = quiet.passed();
        if let Some(known) = called.get_mut(id.index()) {
            *known = passed;
        }
    }
    found
}

/// What a call does where the customer does not say a word in it.
#[derive(Debug, Clone, Default)]
struct Passed {
    /// It can come to its end.
    ends: bool,
    /// Also without anything said.
    ends_mute: bool,
    /// It can wait meanwhile, and then end.
    pauses: Option<FileSpan>,
    /// Something that it says.
    says: Option<FileSpan>,
    /// Session slots that it changes.
    writes: BTreeSet<Place>,
}

/// A flow whose customer is silent.
struct Quiet<'q, 'p> {
    points: &'q Points<'p>,
    /// By flow, those that it calls.
    called: &'q [Passed],
}

type Loop = BTreeSet<PointId>;

impl Quiet<'_, '_> {
    fn call(&self, point: &Point<'_>) -> Option<&Passed> {
        match point.op {
            Op::Call { flow, .. } => self.called.get(flow.index()),
            _ => None,
        }
    }

    /// Whether a way can be taken without a word of the customer.
    fn takes(&self, from: PointId, edge: &Edge) -> bool {
        let Some(point) = self.points.get(from) else { return false };
        match (point.op, edge.way) {
            (Op::Call { .. }, _) => self.call(point).is_some_and(|called| called.ends),
            // While a timer runs, nobody is waited for.
            (Op::Wait(_), Way::Silence(_)) => false,
            (_, way) => !way.is_turn() || matches!(way, Way::Silence(_)),
        }
    }

    /// Whether something is sure to be said on a way.
    fn says(&self, from: PointId, edge: &Edge) -> bool {
        self.points.get(from).is_some_and(|point| match point.op {
            Op::Say(_) => true,
            Op::Call { .. } => self.call(point).is_some_and(|called| !called.ends_mute),
            // What nobody answers was asked.
            _ => matches!(edge.way, Way::Silence(_)),
        })
    }

    /// Where time passes at a point, and may pass anew each round. (A flow's own silences run once
    /// each until the customer speaks or a timer ends.)
    fn pause(&self, id: PointId) -> Option<FileSpan> {
        let point = self.points.get(id)?;
        match point.op {
            Op::Wait(_) => Some(point.at),
            _ => self.call(point)?.pauses.map(|_| point.at),
        }
    }

    fn passed(&self) -> Passed {
        let reached = |takes: &dyn Fn(PointId, &Edge) -> bool| {
            let mut seen = BTreeSet::new();
            let mut open = vec![self.points.start];
            while let Some(id) = open.pop() {
                let Some(point) = self.points.get(id).filter(|_| seen.insert(id)) else { continue };
                open.extend(point.next.iter().filter(|e| takes(id, e)).map(|edge| edge.to));
            }
            seen
        };
        let is_end = |_, point: &Point<'_>| matches!(point.op, Op::End(_));
        let ends = |seen: &Loop| {
            seen.iter().any(|id| self.points.get(*id).is_some_and(|point| is_end(*id, point)))
        };
        let quiet = |id: PointId, edge: &Edge| self.takes(id, edge);
        let all = reached(&quiet);
        let mute = reached(&|id, edge| self.takes(id, edge) && !self.says(id, edge));
        let ending = self.points.leading_to(is_end, quiet);
        // In a flow that is called anew, every silence counts anew.
        let waits = |id: &PointId| {
            let point = self.points.get(*id)?;
            let silent = point.next.iter().any(|e| self.takes(*id, e) && self.is_silence(e));
            self.pause(*id).or_else(|| silent.then_some(point.at))
        };
        let pauses = all.intersection(&ending).find_map(waits);
        let says = |id: &PointId| {
            let point = self.points.get(*id)?;
            point.next.iter().any(|edge| self.says(*id, edge)).then_some(point.at)
        };
        Passed {
            ends: ends(&all),
            ends_mute: ends(&mute),
            pauses,
            says: all.iter().find_map(says),
            writes: self.writes(self.points.ids().map(|(id, _)| id)),
        }
    }

    const fn is_silence(&self, edge: &Edge) -> bool {
        matches!(edge.way, Way::Silence(_))
    }

    /// Slots that points change by themselves, and those of the session that calls do.
    fn writes(&self, ids: impl Iterator<Item = PointId>) -> BTreeSet<Place> {
        let mut writes = BTreeSet::new();
        for point in ids.filter_map(|id| self.points.get(id)) {
            match point.op {
                Op::Set { place, .. } => {
                    writes.insert(place);
                }
                _ => writes.extend(self.call(point).into_iter().flat_map(|c| &c.writes).copied()),
            }
        }
        writes
    }

    /// The loops that never end.
    fn loops(&self) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        let mut said = BTreeSet::new();
        let all = self.points.ids().map(|(id, _)| id);
        let groups = cycles(self.points, all, |id, edge| self.takes(id, edge));
        let pauses = |group: &&Loop| group.iter().any(|id| self.pause(*id).is_some());
        // One that no way leads out of is said already (E0402).
        let leaves = |group: &&Loop| {
            let inside = group.iter().filter_map(|id| self.points.get(*id));
            inside.flat_map(|point| &point.next).any(|edge| !group.contains(&edge.to))
        };
        for group in groups.iter().filter(pauses).filter(leaves) {
            // A slot that is emptied on the way round is asked for.
            let asked = self.emptied(group);
            let within = |id: PointId, edge: &Edge| {
                group.contains(&id)
                    && group.contains(&edge.to)
                    && self.takes(id, edge)
                    && !(edge.way == Way::Known && asked.contains(&id))
            };
            let exits = self.exits(group);
            let bounded = |id: PointId, edge: &Edge| within(id, edge) && !exits.contains(&id);
            for round in cycles(self.points, group.iter().copied(), bounded) {
                if let Some(text) = self.talks(&round, &bounded) {
                    // A handler of the whole flow stands at every question of it.
                    let finding = self.report(&round, text);
                    found.extend(finding.filter(|finding| said.insert(finding.primary.at)));
                }
            }
        }
        found
    }

    /// Questions for slots that a loop empties and does not fill itself.
    fn emptied(&self, group: &Loop) -> BTreeSet<PointId> {
        let points = || group.iter().filter_map(|id| Some((*id, self.points.get(*id)?)));
        let mut cleared: BTreeSet<Place> = BTreeSet::new();
        for (_, point) in points() {
            if let Op::Clear(places) = point.op {
                cleared.extend(places);
            }
        }
        let set = self.writes(group.iter().copied());
        let is_emptied =
            |point: &Point<'_>| match point.op {
                Op::Ask(slot) => self.points.flow.slots.get(slot.index()).is_some_and(|slot| {
                    cleared.contains(&slot.place) && !set.contains(&slot.place)
                }),
                _ => false,
            };
        points().filter(|(_, point)| is_emptied(point)).map(|(id, _)| id).collect()
    }

    /// Branches that lead out of a loop and that its rounds, or the time, bring nearer.
    fn exits(&self, group: &Loop) -> BTreeSet<PointId> {
        let written = self.writes(group.iter().copied());
        let moves = |place: &Place| {
            written.contains(place) || (place.space == Space::Turn && CLOCKS.contains(&place.index))
        };
        let is_exit = |id: &PointId| {
            self.points.get(*id).is_some_and(|point| match point.op {
                Op::Branch(cond) => {
                    read(cond).iter().any(moves)
                        && point.next.iter().any(|edge| !group.contains(&edge.to))
                }
                _ => false,
            })
        };
        group.iter().copied().filter(is_exit).collect()
    }

    /// What a loop says every round; nothing, when a round can go by without. A branch by what
    /// never changes in the loop goes the same way every round.
    fn talks(&self, round: &Loop, takes: &dyn Fn(PointId, &Edge) -> bool) -> Option<PointId> {
        let fixed = self.fixed(round);
        let one = fixed.iter().flat_map(|id| [(*id, Way::Holds), (*id, Way::Fails)]);
        let tried = one.take(TRIED_MAX).map(Some).chain([None]);
        tried.into_iter().find_map(|forced| {
            let goes = |id: PointId, edge: &Edge| {
                round.contains(&id)
                    && takes(id, edge)
                    && forced.is_none_or(|(branch, way)| branch != id || edge.way == way)
            };
            let pauses = |group: &Loop| group.iter().any(|id| self.pause(*id).is_some());
            let groups = cycles(self.points, round.iter().copied(), goes);
            groups.iter().filter(|group| pauses(group)).find_map(|group| {
                let inside = |id: PointId, edge: &Edge| group.contains(&id) && goes(id, edge);
                let mute = |id: PointId, edge: &Edge| inside(id, edge) && !self.says(id, edge);
                if cycles(self.points, group.iter().copied(), mute).iter().any(pauses) {
                    return None;
                }
                let says = |id: &PointId| {
                    let point = self.points.get(*id)?;
                    let said = |edge: &Edge| {
                        group.contains(&edge.to) && inside(*id, edge) && self.says(*id, edge)
                    };
                    point.next.iter().any(said).then_some(*id)
                };
                let is_text = |id: &&PointId| {
                    self.points.get(**id).is_some_and(|point| matches!(point.op, Op::Say(_)))
                };
                let texts = group.iter().filter(is_text);
                texts.chain(group).find_map(says)
            })
        })
    }

    /// Branches of a loop by what nothing in it changes.
    fn fixed(&self, round: &Loop) -> Vec<PointId> {
        let mut changed = self.writes(round.iter().copied());
        for point in round.iter().filter_map(|id| self.points.get(*id)) {
            match point.op {
                Op::Do { bind: Some(bind), .. } => changed.extend(bind.places()),
                Op::Clear(places) => changed.extend(places),
                _ => {}
            }
        }
        let is_fixed = |id: &PointId| {
            self.points.get(*id).is_some_and(|point| match point.op {
                Op::Branch(cond) => read(cond)
                    .iter()
                    .all(|place| !changed.contains(place) && place.space != Space::Turn),
                _ => false,
            })
        };
        round.iter().copied().filter(is_fixed).collect()
    }

    fn report(&self, round: &Loop, text: PointId) -> Option<Diagnostic> {
        let said = self.points.get(text)?;
        let pause = round.iter().find_map(|id| self.pause(*id))?;
        let message = "this is said again and again to a customer who does not answer";
        let found = Diagnostic::new(Code::W0409, said.at, message).label("said every time round");
        let inside = self.call(said).and_then(|called| called.says);
        let found = match inside {
            Some(at) => found.related(at, "here, in the flow that is called"),
            None => found,
        };
        let found = match pause == said.at {
            true => found,
            false => found.related(pause, "the loop pauses only here, and nobody has to answer"),
        };
        Some(found.help("count the rounds and leave after some of them, or ask a question"))
    }
}

/// The cells that a condition reads, or asks whether they are there.
fn read(cond: &Expr) -> BTreeSet<Place> {
    let mut read = BTreeSet::new();
    reads::mentioned(cond, &mut |place| {
        read.insert(place);
    });
    read
}
