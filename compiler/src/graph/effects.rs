//! Effects that could be carried out more often than anybody wants, and failures after which
//! nothing would ever happen again.

use std::collections::{BTreeMap, BTreeSet};

use super::points::{Edge, Op, PointId, Points, Way};
use crate::base::FileSpan;
use crate::diag::{Code, Diagnostic};
use crate::ir::ActionId;
use crate::sema::hir::{Expr, Project};

/// Checks every flow of the project.
pub(super) fn check(project: &Project, flows: &[Points<'_>]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for points in flows.iter().filter(|points| !points.flow.from_std && !points.too_many) {
        let flow = Effects { project, points };
        let looping = flow.silent_loops(&mut found);
        flow.twice(&looping, &mut found);
        flow.questions_after(&mut found);
        flow.stuck_failures(&mut found);
        flow.empty_lists(&mut found);
    }
    found
}

struct Effects<'e, 'p> {
    project: &'e Project,
    points: &'e Points<'p>,
}

impl Effects<'_, '_> {
    /// Points that carry out an effect.
    fn effects(&self) -> impl Iterator<Item = (PointId, ActionId, FileSpan)> {
        self.points.ids().filter_map(|(id, point)| match point.op {
            Op::Do { action, .. } => {
                let effect = self.project.actions.get(action.index())?.is_effect;
                effect.then_some((id, action, point.at))
            }
            _ => None,
        })
    }

    fn name(&self, action: ActionId) -> &str {
        self.project.actions.get(action.index()).map_or("", |action| action.name.as_str())
    }

    /// Points that can follow a point along the ways that `takes` lets through.
    fn after(
        &self,
        from: PointId,
        takes: impl Fn(PointId, &Edge) -> bool,
    ) -> BTreeMap<PointId, PointId> {
        let mut came = BTreeMap::new();
        let mut open = vec![from];
        while let Some(id) = open.pop() {
            let Some(point) = self.points.get(id) else { continue };
            for edge in point.next.iter().filter(|edge| takes(id, edge)) {
                if came.insert(edge.to, id).is_none() {
                    open.push(edge.to);
                }
            }
        }
        came
    }

    /// An effect that leads back to itself without a word of the customer.
    fn silent_loops(&self, found: &mut Vec<Diagnostic>) -> BTreeSet<FileSpan> {
        let mut looping = BTreeSet::new();
        for (id, action, at) in self.effects() {
            // A slot that is asked for on the way makes a turn, unless it is known already.
            let came = self.after(id, |_, edge| !edge.way.is_turn() && edge.way != Way::Known);
            if came.contains_key(&id) && looping.insert(at) {
                let message = format!("`{}` can be carried out again and again", self.name(action));
                found.push(
                    Diagnostic::new(Code::E0411, at, message)
                        .label("comes back here without a word of the customer")
                        .help("ask the customer on the way back, or hand over when it fails"),
                );
            }
        }
        looping
    }

    /// The same effect twice in one flow, with nobody asked to confirm in between.
    fn twice(&self, looping: &BTreeSet<FileSpan>, found: &mut Vec<Diagnostic>) {
        let mut reported = BTreeSet::new();
        let effects: Vec<_> = self.effects().collect();
        for (first, action, at) in effects.iter().filter(|(_, _, at)| !looping.contains(at)) {
            let confirms = |id: PointId| {
                self.points.get(id).is_some_and(|point| matches!(point.op, Op::Confirm(_)))
            };
            let came = self.after(*first, |from, edge| {
                !confirms(from) && !matches!(edge.way, Way::Correction(_))
            });
            let again =
                effects.iter().find(|(id, same, _)| same == action && came.contains_key(id));
            let Some((_, _, second)) = again else { continue };
            if !reported.insert((*action, *second)) {
                continue;
            }
            let message = format!("`{}` can be carried out twice", self.name(*action));
            let finding = Diagnostic::new(Code::W0405, *second, message)
                .help("let the customer `confirm` before the second time, or hand over");
            found.push(match second == at {
                true => finding.label("the flow can come back here"),
                false => finding.label("the second time").related(*at, "the first time"),
            });
        }
    }

    /// Questions after an effect that nobody confirmed: what was said before can no longer be put
    /// right.
    fn questions_after(&self, found: &mut Vec<Diagnostic>) {
        let confirmed = self.confirmed();
        let mut reported = BTreeSet::new();
        for (id, action, at) in self.effects() {
            if confirmed.contains(&id) || !self.uses_slots(id) {
                continue;
            }
            let came = self.after(id, |_, edge| {
                !matches!(edge.way, Way::Correction(_) | Way::Error(_) | Way::Failed)
            });
            let asks = came.keys().find(|to| {
                self.points
                    .get(**to)
                    .is_some_and(|p| matches!(p.op, Op::Ask(_) | Op::Choose { .. }))
            });
            let Some(question) = asks.and_then(|to| self.points.get(*to)) else { continue };
            if reported.insert(at) {
                let message = format!(
                    "the customer is asked more after `{}`, and can put nothing right then",
                    self.name(action)
                );
                found.push(
                    Diagnostic::new(Code::W0406, at, message)
                        .label("carried out without a `confirm` before")
                        .related(question.at, "asked afterwards")
                        .help("ask everything first, or `confirm` before it"),
                );
            }
        }
    }

    /// Points that every way reaches through a `confirm`.
    fn confirmed(&self) -> BTreeSet<PointId> {
        let start = self.points.start;
        let confirms = |id: PointId| {
            self.points.get(id).is_some_and(|point| matches!(point.op, Op::Confirm(_)))
        };
        let open = self.after(start, |from, _| !confirms(from));
        self.points.ids().map(|(id, _)| id).filter(|id| !open.contains_key(id)).collect()
    }

    /// Whether an effect is given what a customer can put right.
    fn uses_slots(&self, id: PointId) -> bool {
        let Some(point) = self.points.get(id) else { return false };
        let mut uses = false;
        super::reads::of_op(self.points.flow, &point.op, &mut |expr| {
            super::reads::places(expr, &mut |place, _| {
                uses |= self.points.flow.slots.iter().any(|slot| slot.place == place);
            });
        });
        uses
    }

    /// A failure handler that ends without a way on: nobody would be answered.
    fn stuck_failures(&self, found: &mut Vec<Diagnostic>) {
        let mut reported = BTreeSet::new();
        for (_, point) in self.points.ids() {
            let Op::Do { action, .. } = point.op else { continue };
            let failing = point.next.iter().find(|edge| edge.way == Way::Failed);
            let Some(failing) = failing.map(|edge| edge.to) else { continue };
            let mut came = self.after(failing, |_, edge| !edge.way.is_turn());
            came.insert(failing, failing);
            let stuck = came.keys().filter_map(|id| self.points.get(*id));
            let stuck = stuck
                .filter(|p| matches!(p.op, Op::Nowhere))
                .find(|p| self.points.flow.states.iter().all(|state| state.at != p.at));
            if stuck.is_some() && reported.insert(point.at) {
                let message =
                    format!("after a failure of `{}` nothing would go on", self.name(action));
                found.push(
                    Diagnostic::new(Code::E0412, point.at, message)
                        .label("`on failure` runs to its end here")
                        .help("end `on failure` with `-> state`, `handoff` or `end`"),
                );
            }
        }
    }

    /// A menu over a list that nobody looked at, without a word for an empty one.
    fn empty_lists(&self, found: &mut Vec<Diagnostic>) {
        for (id, point) in self.points.ids() {
            let Op::ChooseFrom { list, .. } = point.op else { continue };
            if self.is_counted(id, list) {
                continue;
            }
            let none = point.next.iter().find(|edge| edge.way == Way::NoneThere);
            let target = none.and_then(|edge| self.points.get(edge.to));
            // The point that stands for a missing `none` has the step's own place.
            if target.is_some_and(|t| matches!(t.op, Op::Handoff(None)) && t.at == point.at) {
                found.push(
                    Diagnostic::new(Code::E0413, point.at, "the list may be empty")
                        .label("there would be nothing to choose from")
                        .help("say what then: `none -> state`"),
                );
            }
        }
    }

    /// Whether every way to a menu passes a condition that counts its list.
    fn is_counted(&self, menu: PointId, list: &Expr) -> bool {
        let mut of_list = Vec::new();
        super::reads::places(list, &mut |place, _| of_list.push(place));
        let counts = |id: PointId| {
            let Some(Op::Branch(cond)) = self.points.get(id).map(|point| point.op) else {
                return false;
            };
            let mut read = Vec::new();
            super::reads::places(cond, &mut |place, _| read.push(place));
            of_list.iter().any(|place| read.contains(place))
        };
        !self.after(self.points.start, |from, _| !counts(from)).contains_key(&menu)
    }
}
