//! Effects that could be carried out more often than anybody wants, and failures after which
//! nothing would ever happen again. An effect counts where its flow carries it out, and where that
//! flow is called ([`called`]).

mod called;
mod digress;

use std::collections::BTreeSet;

use self::called::{Along, Called, Occurrence, Ways, of};
use super::large::{self, not_followed};
use super::points::{Op, PointId, Points, Way};
use crate::base::FileSpan;
use crate::diag::{Code, Diagnostic};
use crate::ir::{ActionId, FlowId};
use crate::sema::calls::callees_first;
use crate::sema::hir::{Expr, Project};

/// Effects, calls of actions and menus of one flow, times its points, up to which the flow is looked
/// at: the ways from each are followed.
const WORK_MAX: usize = 50_000_000;

/// Checks every flow of the project.
pub(super) fn check(project: &Project, flows: &[Points<'_>]) -> Vec<Diagnostic> {
    let called = called::all(project, flows);
    let confirmed = confirmed_calls(flows, &called);
    let mut found = Vec::new();
    for (id, points) in (0..).map(FlowId).zip(flows) {
        if points.flow.from_std || points.too_many {
            continue;
        }
        let ways = Ways { points, called: &called };
        let effects = ways.occurrences(project);
        let is_followed = |op: &Op<'_>| matches!(op, Op::Do { .. } | Op::ChooseFrom { .. });
        let followed = points.all.iter().filter(|point| is_followed(&point.op)).count();
        if (effects.len() + followed).saturating_mul(points.all.len()) > WORK_MAX {
            found.push(not_followed(points.flow, large::EFFECTS));
            continue;
        }
        let flow = Effects { project, points, ways, effects };
        let looping = flow.silent_loops(&mut found);
        flow.twice(&looping, &mut found);
        if !confirmed.contains(&id) {
            flow.questions_after(&mut found);
        }
        flow.stuck_failures(&mut found);
        flow.empty_lists(&mut found);
    }
    found.extend(digress::check(project, flows, &called));
    found
}

/// Flows that nothing but calls begin, each of them after a `confirm`.
fn confirmed_calls(flows: &[Points<'_>], called: &[Called<'_>]) -> BTreeSet<FlowId> {
    let calls: Vec<BTreeSet<FlowId>> =
        flows.iter().map(|points| crate::sema::lints::called_flows(points.flow)).collect();
    let called_at_all: BTreeSet<FlowId> = calls.iter().flatten().copied().collect();
    let is_begun = |flow: &FlowId| {
        flows.get(flow.index()).is_none_or(|p| p.flow.on_start || !p.flow.triggers.is_empty())
    };
    let mut confirmed: BTreeSet<FlowId> =
        called_at_all.into_iter().filter(|flow| !is_begun(flow)).collect();
    // Callers first: a call in a flow that is confirmed itself is too.
    for caller in callees_first(&calls).into_iter().rev() {
        if confirmed.contains(&caller) {
            continue;
        }
        let Some(points) = flows.get(caller.index()) else { continue };
        let ways = Ways { points, called };
        let open = ways.along(Along::Unconfirmed, points.start);
        for (id, point) in points.ids() {
            if let Op::Call { flow, .. } = point.op
                && open.contains_key(&id)
            {
                confirmed.remove(&flow);
            }
        }
    }
    confirmed
}

struct Effects<'e, 'p> {
    project: &'e Project,
    points: &'e Points<'p>,
    ways: Ways<'e, 'p>,
    /// Every effect that is met in the flow.
    effects: Vec<Occurrence<'p>>,
}

/// Says of an effect in a called flow how it is come to: the calls behind the first, then itself.
fn with_route(finding: Diagnostic, effect: &Occurrence<'_>) -> Diagnostic {
    if effect.calls.is_empty() {
        return finding;
    }
    let behind = effect.calls.iter().skip(1);
    behind
        .fold(finding, |finding, at| finding.related(*at, "which calls here"))
        .related(effect.at, "and is carried out here")
}

/// The same for an effect that is come to twice; both may be one, by different calls.
fn with_both(finding: Diagnostic, first: &Occurrence<'_>, second: &Occurrence<'_>) -> Diagnostic {
    let finding = with_route(finding, second).related(first.place(), "the first time");
    if first.at == second.at { finding } else { with_route(finding, first) }
}

impl Effects<'_, '_> {
    fn name(&self, action: ActionId) -> &str {
        self.project.actions.get(action.index()).map_or("", |action| action.name.as_str())
    }

    /// An effect that leads back to itself without a word of the customer.
    fn silent_loops(&self, found: &mut Vec<Diagnostic>) -> BTreeSet<FileSpan> {
        let mut looping = BTreeSet::new();
        for one in &self.effects {
            if !of(one.from_start, Along::Silence) || !of(one.to_end, Along::Silence) {
                continue;
            }
            let came = self.ways.along(Along::Silence, one.point);
            if came.contains_key(&one.point) && looping.insert(one.place()) {
                let message =
                    format!("`{}` can be carried out again and again", self.name(one.action));
                let finding = Diagnostic::new(Code::E0411, one.place(), message)
                    .label("comes back here without a word of the customer")
                    .help("ask the customer on the way back, or hand over when it fails");
                found.push(with_route(finding, one));
            }
        }
        looping
    }

    /// The same effect twice in one flow, with nobody asked to confirm in between.
    fn twice(&self, looping: &BTreeSet<FileSpan>, found: &mut Vec<Diagnostic>) {
        let mut reported = BTreeSet::new();
        let goes_on = |one: &&Occurrence<'_>| {
            !looping.contains(&one.place()) && of(one.to_end, Along::Unconfirmed)
        };
        for first in self.effects.iter().filter(goes_on) {
            let came = self.ways.along(Along::Unconfirmed, first.point);
            let again = self.effects.iter().find(|one| {
                one.action == first.action
                    && came.contains_key(&one.point)
                    && of(one.from_start, Along::Unconfirmed)
            });
            let Some(second) = again else { continue };
            if !reported.insert((first.action, second.place())) {
                continue;
            }
            let message = format!("`{}` can be carried out twice", self.name(first.action));
            let finding = Diagnostic::new(Code::W0405, second.place(), message)
                .help("let the customer `confirm` before the second time, or hand over");
            if second.place() == first.place() {
                found.push(with_route(finding.label("the flow can come back here"), second));
                continue;
            }
            found.push(with_both(finding.label("the second time"), first, second));
        }
    }

    /// Questions after an effect that nobody confirmed: what was said before can no longer be put
    /// right.
    fn questions_after(&self, found: &mut Vec<Diagnostic>) {
        let open = self.ways.along(Along::Unconfirmed, self.points.start);
        let mut reported = BTreeSet::new();
        for one in &self.effects {
            let unconfirmed =
                open.contains_key(&one.point) && of(one.from_start, Along::Unconfirmed);
            if !unconfirmed || one.uses.is_empty() {
                continue;
            }
            let came = self.ways.after(one.point, |_, edge| {
                !matches!(edge.way, Way::Correction(_) | Way::Error(_) | Way::Failed)
            });
            let asks = came.keys().find(|to| {
                self.points
                    .get(**to)
                    .is_some_and(|p| matches!(p.op, Op::Ask(_) | Op::Choose { .. }))
            });
            let Some(question) = asks.and_then(|to| self.points.get(*to)) else { continue };
            if reported.insert(one.place()) {
                let message = format!(
                    "the customer is asked more after `{}`, and can put nothing right then",
                    self.name(one.action)
                );
                let finding = Diagnostic::new(Code::W0406, one.place(), message)
                    .label("carried out without a `confirm` before")
                    .help("ask everything first, or `confirm` before it");
                found.push(with_route(finding, one).related(question.at, "asked afterwards"));
            }
        }
    }

    /// A failure handler that ends without a way on: nobody would be answered.
    fn stuck_failures(&self, found: &mut Vec<Diagnostic>) {
        let mut reported = BTreeSet::new();
        for (_, point) in self.points.ids() {
            let Op::Do { action, .. } = point.op else { continue };
            let failing = point.next.iter().find(|edge| edge.way == Way::Failed);
            let Some(failing) = failing.map(|edge| edge.to) else { continue };
            let mut came = self.ways.after(failing, |_, edge| !edge.way.is_turn());
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
        !self.ways.after(self.points.start, |from, _| !counts(from)).contains_key(&menu)
    }
}
