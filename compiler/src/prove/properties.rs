//! Properties that flows claim, each proved, refuted by a way through the flow, or left open.

use std::collections::{BTreeMap, BTreeSet};

use super::boxes::Vocabulary;
use super::explore::{Here, Possible};
use crate::graph::points::{Op, PointId, Points, Way};
use crate::ir::ActionId;
use crate::sema::hir::{EnsureKind, Expr, Flow, Project};

/// What became of a property.
#[derive(Debug)]
pub(super) enum Verdict {
    Proved,
    /// It does not hold on this way, oldest first; and why, in words.
    Refuted {
        way: Vec<(Here, Option<Way>)>,
        why: String,
    },
    /// There was more than could be followed.
    Open,
}

/// Tries the properties of one flow.
pub(super) struct Prover<'e, 'p> {
    pub(super) project: &'p Project,
    pub(super) words: &'e mut Vocabulary<'p>,
    pub(super) points: &'e Points<'p>,
    pub(super) possible: &'e Possible,
    /// Flows by number, for what calls of them do.
    pub(super) flows: &'e [Points<'p>],
    /// Turns within which a human can be asked for from anywhere, if there is such a way.
    pub(super) asking_turns: Option<u32>,
}

impl Prover<'_, '_> {
    pub(super) fn verdict(&mut self, kind: &EnsureKind) -> Verdict {
        if self.possible.too_much {
            return Verdict::Open;
        }
        match kind {
            EnsureKind::Before { cond, action } => self.before(cond, *action),
            EnsureKind::ReachesEnd => self.reaches_end(),
            EnsureKind::AtMostTurns(turns) => self.at_most(*turns),
            EnsureKind::HumanWithin(turns) => self.human_within(*turns),
        }
    }

    /// Wherever the action is called, no case may be left in which the condition does not hold.
    fn before(&mut self, cond: &Expr, action: ActionId) -> Verdict {
        let Some(failing) = self.words.cases(cond, false) else { return Verdict::Open };
        let mut worst: Option<Vec<(Here, Option<Way>)>> = None;
        for (here, found) in self.possible.all() {
            if !self.calls(here.point, action) {
                continue;
            }
            let Some(met) = self.words.meet(std::slice::from_ref(&found.case), &failing) else {
                return Verdict::Open;
            };
            if met.is_empty() {
                continue;
            }
            let way = self.possible.way_to(here);
            if worst.as_ref().is_none_or(|known| way.len() < known.len()) {
                worst = Some(way);
            }
        }
        let name = self.project.actions.get(action.index()).map_or("", |a| a.name.as_str());
        match worst {
            Some(way) => {
                Verdict::Refuted { way, why: format!("`{name}` can be called without it") }
            }
            None => Verdict::Proved,
        }
    }

    /// Whether a point carries an action out, itself or in a flow that it calls.
    fn calls(&self, point: PointId, action: ActionId) -> bool {
        match self.points.get(point).map(|point| point.op) {
            Some(Op::Do { action: called, .. }) => called == action,
            Some(Op::Call { flow, .. }) => {
                let mut open = vec![flow];
                let mut seen = BTreeSet::new();
                while let Some(flow) = open.pop() {
                    let Some(points) = self.flows.get(flow.index()).filter(|_| seen.insert(flow))
                    else {
                        continue;
                    };
                    for point in &points.all {
                        match point.op {
                            Op::Do { action: called, .. } if called == action => return true,
                            Op::Call { flow, .. } => open.push(flow),
                            _ => {}
                        }
                    }
                }
                false
            }
            _ => false,
        }
    }

    /// From everywhere that is possible some answers lead to an end.
    fn reaches_end(&self) -> Verdict {
        let ends = |here: &Here| {
            let op = self.points.get(here.point).map(|point| point.op);
            matches!(op, Some(Op::End(_) | Op::Handoff(_) | Op::Resume))
        };
        let ends = self.possible.all().map(|(here, _)| here).filter(ends).collect();
        let good = self.leading_to(&ends, |_| true, false);
        self.refuted_outside(&good, "from there no answer leads to an end")
    }

    fn refuted_outside(&self, good: &BTreeSet<Here>, why: &str) -> Verdict {
        let bad = self.possible.all().map(|(here, _)| here).filter(|here| !good.contains(here));
        let ways = bad.map(|here| self.possible.way_to(here));
        match ways.min_by_key(Vec::len) {
            Some(way) => Verdict::Refuted { way, why: why.to_owned() },
            None => Verdict::Proved,
        }
    }

    /// The most turns of any way: what starts the flow, then each question once and once more for
    /// each wrong answer that its slot allows.
    fn at_most(&self, turns: u32) -> Verdict {
        let mut most: BTreeMap<Here, u32> = BTreeMap::new();
        let start = Here { point: self.points.start, case: 0 };
        most.insert(start, 1);
        let mut came: BTreeMap<Here, (Here, Way)> = BTreeMap::new();
        let mut open = vec![start];
        while let Some(here) = open.pop() {
            let so_far = most.get(&here).copied().unwrap_or(1);
            for (way, to) in self.possible.ways(here) {
                let cost = self.cost(here.point, *way);
                let Some(cost) = cost else { continue };
                let reached = so_far + cost;
                // A longer way to a case replaces the shorter one; going round ends above the limit.
                if most.get(to).is_none_or(|known| *known < reached) {
                    most.insert(*to, reached);
                    came.insert(*to, (here, *way));
                    if reached > turns {
                        let way = back(&came, *to, reached);
                        let why = format!("this takes {reached} turns");
                        return Verdict::Refuted { way, why };
                    }
                    open.push(*to);
                }
            }
        }
        Verdict::Proved
    }

    /// Turns that a way takes; nothing for ways that are the customer's own detours.
    fn cost(&self, from: PointId, way: Way) -> Option<u32> {
        match way {
            Way::Answer => {
                let tries = match self.points.get(from).map(|point| point.op) {
                    Some(Op::Ask(slot)) => self.points.flow.slots.get(slot.index()),
                    _ => None,
                };
                Some(tries.filter(|slot| !slot.checks.is_empty()).map_or(1, |s| s.tries.max(1)))
            }
            Way::Yes | Way::No | Way::Arm(_) | Way::Chosen => Some(1),
            Way::Intent(_) | Way::Silence(_) | Way::Correction(_) => None,
            _ => Some(0),
        }
    }

    fn human_within(&self, turns: u32) -> Verdict {
        if self.asking_turns.is_some_and(|needed| needed <= turns) {
            return Verdict::Proved;
        }
        let human = |here: &Here| {
            matches!(self.points.get(here.point).map(|point| point.op), Some(Op::Handoff(_)))
        };
        let humans = self.possible.all().map(|(here, _)| here).filter(human).collect();
        let mut good = self.leading_to(&humans, |way| !way.is_turn(), true);
        for _ in 0..turns {
            let through = |here: &Here| {
                let ways = self.possible.ways(*here);
                ways.iter().any(|(way, to)| way.is_turn() && good.contains(to))
            };
            let more: Vec<Here> =
                self.possible.all().map(|(here, _)| here).filter(through).collect();
            let before = good.len();
            good.extend(more);
            good = self.leading_to(&good, |way| !way.is_turn(), true);
            if good.len() == before {
                break;
            }
        }
        let waits = |here: &Here| self.points.get(here.point).is_some_and(|point| point.waits());
        let bad: Vec<Here> = self
            .possible
            .all()
            .map(|(here, _)| here)
            .filter(|here| waits(here) && !good.contains(here))
            .collect();
        let ways = bad.into_iter().map(|here| self.possible.way_to(here));
        match ways.min_by_key(Vec::len) {
            Some(way) => {
                let why = format!("from there a human is more than {turns} turns away");
                Verdict::Refuted { way, why }
            }
            None => Verdict::Proved,
        }
    }

    /// Cases that lead to some of `goals` over the ways that `takes` lets through; with `surely`,
    /// where a condition decides, both of its outcomes must.
    fn leading_to(
        &self,
        goals: &BTreeSet<Here>,
        takes: impl Fn(Way) -> bool,
        surely: bool,
    ) -> BTreeSet<Here> {
        let mut before: BTreeMap<Here, Vec<Here>> = BTreeMap::new();
        let mut left: BTreeMap<Here, usize> = BTreeMap::new();
        for (here, _) in self.possible.all() {
            let branch = matches!(self.points.get(here.point).map(|p| p.op), Some(Op::Branch(_)));
            let ways = self.possible.ways(here).iter().filter(|(way, _)| takes(*way));
            let targets: BTreeSet<Here> = ways.map(|(_, to)| *to).collect();
            left.insert(here, if surely && branch { targets.len() } else { 1 });
            targets.iter().for_each(|to| before.entry(*to).or_default().push(here));
        }
        let mut good = goals.clone();
        let mut open: Vec<Here> = goals.iter().copied().collect();
        while let Some(here) = open.pop() {
            for from in before.get(&here).into_iter().flatten() {
                let Some(left) = left.get_mut(from) else { continue };
                *left = left.saturating_sub(1);
                if *left == 0 && good.insert(*from) {
                    open.push(*from);
                }
            }
        }
        good
    }
}

/// The way by which a case was reached last, oldest first; at most as long as its turns are many.
fn back(came: &BTreeMap<Here, (Here, Way)>, to: Here, turns: u32) -> Vec<(Here, Option<Way>)> {
    let mut way = vec![(to, None)];
    let mut at = to;
    let longest = (turns as usize + 1) * 50;
    while let Some((before, taken)) = came.get(&at).copied() {
        way.push((before, Some(taken)));
        at = before;
        if way.len() > longest {
            break;
        }
    }
    way.reverse();
    way
}

/// Turns within which a human can be asked for from anywhere: by a flow that hands over when asked,
/// or by not being understood.
pub(super) fn asking_turns(project: &Project, flows: &[Points<'_>]) -> Option<u32> {
    let by_flow = project.flows.iter().zip(flows).filter(|(flow, _)| starts(flow));
    let by_flow = by_flow.filter_map(|(_, points)| turns_to_human(points)).map(|turns| turns + 1);
    let misses = project.fallback.handoff_after;
    let own = project.flows.iter().filter_map(|flow| flow.fallback.as_ref());
    // A flow's own fallback holds while it waits: only what all allow is sure.
    let by_misses = own.map(|own| own.handoff_after).chain([misses]).map(|n| (n > 0).then_some(n));
    let by_misses = by_misses.collect::<Option<Vec<u32>>>().and_then(|all| all.into_iter().max());
    by_flow.chain(by_misses).min()
}

fn starts(flow: &Flow) -> bool {
    flow.is_repair && !flow.triggers.is_empty()
}

/// The fewest turns of a flow to a human, over ways without conditions.
fn turns_to_human(points: &Points<'_>) -> Option<u32> {
    let mut best: BTreeMap<PointId, u32> = BTreeMap::from([(points.start, 0)]);
    let mut open = vec![points.start];
    let mut found: Option<u32> = None;
    while let Some(id) = open.pop() {
        let (Some(point), Some(so_far)) = (points.get(id), best.get(&id).copied()) else {
            continue;
        };
        if matches!(point.op, Op::Handoff(_)) {
            found = Some(found.map_or(so_far, |known| known.min(so_far)));
            continue;
        }
        for edge in point.next.iter().filter(|edge| !super::guards::decides(edge.way)) {
            let turns = so_far + u32::from(edge.way.is_turn());
            if best.get(&edge.to).is_none_or(|known| turns < *known) {
                best.insert(edge.to, turns);
                open.push(edge.to);
            }
        }
    }
    found
}
